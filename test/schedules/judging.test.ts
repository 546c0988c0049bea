import assert from "node:assert/strict";
import type { Policy } from "../../src/config/policy.ts";
import { diffOf } from "../../src/schedules/diff.ts";
import { diffFromJson } from "../../src/schedules/diff-json.ts";
import { carriedOn, effectiveCurve, rebased } from "../../src/schedules/layers.ts";
import { releasableCurve } from "../../src/schedules/releasable.ts";
import { periodOfNext } from "../../src/schedules/resets.ts";
import { explainTransit, matchNote, type ShippedNote } from "../../src/schedules/transit.ts";
import type { Curve } from "../../src/schedules/types.ts";
import { type JudgeInput, judge, judgeMissing, verdictInText } from "../../src/schedules/verdict.ts";
import { changesInWords } from "../../src/schedules/words.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { writeMillionths } from "../../src/values/figures.ts";
import { day, inForce, on, pieces, policyOf, type StepSpec, scheduleOf, told } from "./schedules.ts";

const of = (steps: StepSpec[], more: { received?: number; issuedOn?: string; horizon?: { to: string } } = {}): Curve =>
  scheduleOf({ issuedOn: "2027-03-01", received: 0, steps, ...more });
const words = (old: Curve, next: Curve, moveDays = 28) => changesInWords(diffOf(old, next, { moveDays }));
const judged = (policy: Policy, old: Curve | undefined, next: Curve, more: Partial<JudgeInput> = {}) =>
  judge({
    policy,
    businessDate: day("2027-03-01"),
    old,
    next,
    effective: inForce(next),
    releasable: releasableCurve(inForce(next), policy.mayRelease, { sendsCallOffs: false }),
    shipped: pieces(0),
    ...more,
  });
const said = (policy: Policy, old: Curve | undefined, next: Curve, more: Partial<JudgeInput> = {}) => {
  const { outcome, causes } = judged(policy, old, next, more);
  return [outcome, ...causes].join(" ");
};

const week = (from: string, count: number) => on(from, count, { timing: "week" });
const bucket = (to: string, count: number) => on("2027-03-01", count, { timing: "range", to });

describe("the difference of two schedules", () => {
  it("calls the same total in finer buckets the same quantity, now by day", () => {
    const days = [on("2027-03-08", 100), on("2027-03-09", 200), on("2027-03-12", 200)];
    const diff = diffOf(of([week("2027-03-08", 500)]), of(days), { moveDays: 28 });
    assert.equal(changesInWords(diff), "500 from 8 → 14 March: same quantity, now by day");
    assert.deepEqual(diff.moves, []);
    const back = diffOf(of(days), of([week("2027-03-08", 500)]), { moveDays: 28 });
    assert.equal(changesInWords(back), "500 from 8 → 14 March: same quantity, now by week");
  });

  it("compares weeks with a month at the month's end only", () => {
    const weeks = ["2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22"].map((from) => week(from, 100));
    const diff = diffOf(of(weeks), of([on("2027-03-01", 450, { timing: "month" })]), { moveDays: 28 });
    assert.equal(changesInWords(diff), "+50 on 31 March; nothing moved");
  });

  it("compares flexible buckets of one beginning each at its own end", () => {
    const old = of([bucket("2027-03-20", 3), bucket("2027-04-20", 4), bucket("2027-05-20", 5)]);
    const next = of([bucket("2027-03-20", 3), bucket("2027-04-20", 2), bucket("2027-05-20", 7)]);
    assert.equal(words(old, next, 40), "2 moved 20 April → 20 May");
  });

  it("puts what is before the new message at its date", () => {
    const old = of([on("2027-03-02", 100), on("2027-03-04", 100)]);
    const next = of([{ timing: "backlog", quantity: 100 }, on("2027-03-08", 100)], { issuedOn: "2027-03-05" });
    const diff = diffOf(old, next, { moveDays: 28 });
    assert.equal(changesInWords(diff), "100 moved 5 → 8 March");
    assert.deepEqual(diff.backlog, { stated: pieces(100), expected: pieces(200) });
  });

  it("lists what lies beyond an end apart: new behind the old one, dropped behind the new one", () => {
    const old = of([on("2027-03-10", 100), on("2027-05-20", 100)]);
    const next = of([on("2027-03-10", 100)]);
    assert.equal(words(old, next), "100 no longer listed on 20 May; nothing moved");
    assert.equal(words(next, old), "100 new on 20 May; nothing moved");
    const stated = of([on("2027-03-10", 100)], { horizon: { to: "2027-06-30" } });
    assert.equal(words(old, stated), "100 cancelled on 20 May; nothing moved");
  });

  it("says when a quantity is committed otherwise", () => {
    const old = of([on("2027-03-10", 100, { commitment: "planned" })]);
    const next = of([on("2027-03-10", 150, { commitment: "firm" })]);
    assert.equal(words(old, next), "+50 on 10 March; nothing moved; 100 on 10 March now firm, was planned");
  });

  it("is of all and nothing between an empty schedule and any other", () => {
    assert.equal(words(of([]), of([])), "nothing changed");
    assert.equal(words(of([on("2027-03-10", 0)]), of([])), "nothing changed");
    assert.equal(
      words(of([on("2027-03-10", 5)]), of([], { horizon: { to: "2027-04-01" } })),
      "5 cancelled on 10 March; nothing moved",
    );
  });

  it("names the year where it is another", () => {
    assert.equal(words(of([on("2027-12-30", 5)]), of([on("2028-01-03", 5)])), "5 moved 30 December → 3 January 2028");
  });

  it("sums up a long list", () => {
    const many = Array.from({ length: 28 }, (_, index) => on(`2027-03-${String(index + 2).padStart(2, "0")}`, 1));
    const none = of([], { horizon: { to: "2027-04-01" } });
    assert.match(words(of(many), none), /20 more cancelled on 20 other dates; nothing moved$/);
  });

  it("goes on with the old schedule beyond a stated horizon where releases replace only that", () => {
    const old = of([on("2027-03-10", 100), on("2027-04-20", 100)]);
    const next = of([on("2027-03-10", 120)], { horizon: { to: "2027-03-31" } });
    assert.deepEqual(told(carriedOn(old, next).steps), ["120 by 2027-03-10", "220 by 2027-04-20"]);
    const diff = diffOf(old, next, { moveDays: 28, statedHorizonOnly: true });
    assert.equal(changesInWords(diff), "+20 on 10 March; nothing moved");
  });

  it("is made on one basis: an old curve of another start is brought to the new one first", () => {
    const old = of([on("2027-03-10", 400)], { received: 9800 });
    const next = of([on("2027-03-10", 400)], { received: 0 });
    assert.equal(words(rebased(old, { less: pieces(9800) }), next), "nothing changed");
    const shipped = rebased(old, { dates: "shipment", date: () => day("2027-03-08") });
    assert.deepEqual(told(shipped.steps), ["10200 by 2027-03-08"]);
  });

  it("that was altered in the store is refused", () => {
    assert.throws(
      () => diffFromJson({ moves: "none" }),
      (thrown) => thrown instanceof CalloffError && thrown.code === "DIFF_UNREADABLE",
    );
  });
});

const committed = (count: number, commitment: string) => of([on("2027-03-03", count, { commitment })]);
const contract = (quantity: number, processed = 0) => ({
  contract: { quantity: pieces(quantity), processed: pieces(processed), released: pieces(0) },
});

describe("a verdict", () => {
  const old = of([on("2027-03-03", 400), on("2027-03-10", 600), on("2027-04-14", 600)]);
  const zoned = policyOf({
    zones: [
      { name: "frozen", untilDay: 7 },
      { name: "firm", untilDay: 28, increase: { percent: "20" }, decrease: { quantity: "50" } },
      { name: "open", increase: "any", decrease: "any" },
    ],
  });
  const changed = (third: number, tenth: number, april: number) =>
    of([on("2027-03-03", third), on("2027-03-10", tenth), on("2027-04-14", april)]);

  it("holds a first schedule unless the policy accepts it", () => {
    assert.equal(said(policyOf(), undefined, old), "hold first");
    assert.equal(said(policyOf({ first: "accept" }), undefined, old), "pass");
    assert.equal(judged(policyOf(), undefined, old).sentence, "first schedule: 1600 in all by 14 April");
  });

  it("passes what did not change, and holds every change where no tolerance is named", () => {
    assert.equal(said(policyOf(), old, old), "pass");
    assert.equal(said(policyOf(), old, changed(400, 601, 600)), "hold changed");
  });

  it("lets a change pass when any allowed test of its zone does, each way by its own", () => {
    assert.equal(said(zoned, old, changed(400, 720, 600)), "pass");
    assert.equal(said(zoned, old, changed(400, 721, 600)), "hold changed");
    assert.equal(said(zoned, old, changed(400, 550, 600)), "pass");
    assert.equal(said(zoned, old, changed(400, 549, 600)), "hold changed");
    assert.equal(said(zoned, old, changed(401, 600, 600)), "hold changed");
    assert.equal(said(zoned, old, changed(400, 600, 0)), "pass");
  });

  it("judges a move in the zone of its earlier date", () => {
    const out = judged(zoned, old, of([on("2027-03-03", 300), on("2027-03-10", 700), on("2027-04-14", 600)]));
    assert.deepEqual(
      out.lines.map((line) => [line.kind, line.zone, line.says]),
      [["moved", "frozen", "hold"]],
    );
    const into = judged(zoned, old, of([on("2027-03-03", 500), on("2027-03-10", 500), on("2027-04-14", 600)]));
    assert.deepEqual(
      into.lines.map((line) => [line.kind, line.zone, line.says]),
      [["moved", "frozen", "hold"]],
    );
  });

  it("lets an increase pass that the old curve covers so many days later, a decrease so many days earlier", () => {
    const days = policyOf({ zones: [{ name: "all", increase: { days: 7 }, decrease: { days: 2 } }] });
    assert.equal(said(days, old, of([on("2027-03-03", 1000), on("2027-04-14", 600)])), "pass");
    assert.equal(said(days, old, of([on("2027-03-03", 1001), on("2027-04-14", 600)])), "hold changed");
    assert.equal(said(days, old, of([on("2027-03-05", 400), on("2027-03-10", 600), on("2027-04-14", 600)])), "pass");
    assert.equal(
      said(days, old, of([on("2027-03-06", 400), on("2027-03-10", 600), on("2027-04-14", 600)])),
      "hold changed",
    );
    assert.equal(said(days, old, of([on("2027-03-03", 400), on("2027-03-10", 600)])), "pass");
    assert.equal(
      said(days, old, of([on("2027-03-03", 400), on("2027-03-10", 600), on("2027-04-14", 0)])),
      "hold changed",
    );
  });

  it("tests the cumulative at the zone's end", () => {
    const cumulative = policyOf({
      zones: [
        { name: "near", untilDay: 10, increase: { cumulative: "0" }, decrease: { cumulative: "0" } },
        { name: "far", increase: "any", decrease: "any" },
      ],
    });
    assert.equal(
      said(cumulative, old, of([on("2027-03-03", 100), on("2027-03-10", 900), on("2027-04-14", 600)])),
      "pass",
    );
    assert.equal(
      said(cumulative, old, of([on("2027-03-03", 100), on("2027-03-10", 800), on("2027-04-14", 600)])),
      "hold changed",
    );
  });

  it("takes zones from commitments where the policy says that these win", () => {
    const byCommitment = policyOf({
      zonesBy: "commitment",
      zones: [
        { name: "firm", commitments: ["firm"] },
        { name: "plan", commitments: ["planned"], increase: "any", decrease: "any" },
      ],
    });
    assert.equal(said(byCommitment, committed(100, "planned"), committed(500, "planned")), "pass");
    assert.equal(said(byCommitment, committed(100, "firm"), committed(101, "firm")), "hold changed");
  });

  it("judges what lies beyond an end only against a limit, where the policy names one", () => {
    const longer = of([on("2027-03-03", 400), on("2027-03-10", 600), on("2027-04-14", 600), on("2027-05-01", 500)]);
    assert.equal(said(policyOf(), old, longer), "pass");
    assert.equal(said(policyOf({ horizon: { cumulative: "499" } }), old, longer), "hold horizon");
  });

  it("holds for what may be released beyond the contract, and only warns of what is planned beyond it", () => {
    const firm = of([on("2027-03-03", 400, { commitment: "firm" }), on("2027-04-14", 600, { commitment: "planned" })]);
    assert.equal(said(policyOf(), firm, firm, contract(399)), "hold exceeds-contract");
    assert.equal(said(policyOf({ exceeds: { percent: "1" } }), firm, firm, contract(399)), "pass");
    assert.equal(said(policyOf(), firm, firm, contract(999, 100)), "pass");
    const warned = judged(policyOf(), firm, firm, contract(999)).lines;
    assert.deepEqual(
      warned.map((line) => [line.kind, line.says]),
      [["exceeds-contract", "warn"]],
    );
  });

  it("judges an unexplained difference of the cumulatives by quantity or by days, and holds that item only", () => {
    const off = explainTransit({ quoted: pieces(90), lastNote: "1", shipped: pieces(100), notes: [note("1", 100)] });
    assert.equal(said(policyOf(), old, old, { transit: off }), "hold mismatch");
    assert.equal(said(policyOf({ mismatch: { quantity: "10" } }), old, old, { transit: off }), "pass");
    assert.equal(said(policyOf({ mismatch: { days: 2 } }), old, old, { transit: off }), "pass");
    assert.match(judged(policyOf(), old, old, { transit: off }).sentence, /their cumulative is 10 less than ours/);
  });

  it("warns of broken packs, holds for them, or does not look", () => {
    const pack = { pack: pieces(7) };
    const [warned, held, ignored] = (["warn", "hold", "ignore"] as const).map((packs) =>
      judged(policyOf({ packs }), old, old, pack),
    );
    assert.deepEqual(
      warned?.lines.map((line) => line.says),
      ["warn"],
    );
    assert.deepEqual(held?.causes, ["packs"]);
    assert.deepEqual(ignored?.lines, []);
    assert.match(warned?.sentence ?? "", /400 on 3 March and 2 more no multiple of the pack of 7/);
  });

  it("holds for what was found before there was a curve, each cause once, with its sentence", () => {
    const fallen = [
      { code: "SCHEDULE_CUMULATIVE_FALLS" as const, severity: "tolerated" as const, message: "It falls.", place: {} },
      { code: "SCHEDULE_STARTS_AGAIN" as const, severity: "note" as const, message: "It starts again.", place: {} },
    ];
    const out = judged(policyOf(), old, old, {
      given: ["no-ship-to", "expired"],
      findings: [...fallen, ...fallen],
      needsAnchor: true,
    });
    assert.deepEqual(out.causes, ["no-ship-to", "expired", "no-anchor", "falls"]);
    assert.match(out.sentence, /The line states no ship-to/);
  });

  it("holds the first schedule of a new period that nobody has brought to one start", () => {
    const january = scheduleOf({ issuedOn: "2027-03-01", received: 0, line: { accountFrom: "2027-03-01" }, steps: [] });
    const december = scheduleOf({
      issuedOn: "2026-12-01",
      received: 0,
      line: { accountFrom: "2026-01-01" },
      steps: [],
    });
    assert.equal(said(policyOf(), december, january), "hold new-period");
  });

  it("names the day at which demand rises above what is shipped and in stock", () => {
    assert.equal(judged(policyOf(), old, old).riskDate, "2027-03-03");
    assert.equal(judged(policyOf(), old, old, { shipped: pieces(300), stock: pieces(100) }).riskDate, "2027-03-10");
    assert.equal(judged(policyOf(), old, old, { shipped: pieces(1600) }).riskDate, "");
  });

  it("is plain JSON, with totals for each zone", () => {
    const out = judged(zoned, old, changed(400, 720, 600));
    const stored = JSON.parse(verdictInText(out)) as { zones: unknown; causes: unknown };
    assert.deepEqual(
      stored.zones,
      out.zones.map((zone) => ({
        ...zone,
        moved: writeMillionths(zone.moved),
        added: writeMillionths(zone.added),
        cut: writeMillionths(zone.cut),
      })),
    );
    assert.deepEqual(stored.causes, out.causes);
    assert.deepEqual(
      out.zones.map(({ zone, added, passes }) => [zone, added, passes]),
      [["firm", pieces(120), true]].concat(out.zones.length > 1 ? [["open", pieces(0), true]] : []),
    );
  });

  it("keeps, asks for, or empties an item that a complete message does not list", () => {
    assert.deepEqual(judgeMissing(policyOf()), { takes: "zero", cause: "not-listed" });
    assert.deepEqual(judgeMissing(policyOf({ missingItem: "zero" })), { takes: "zero" });
    assert.deepEqual(judgeMissing(policyOf({ missingItem: "keep" })), { takes: "nothing" });
  });
});

const note = (number: string, quantity: number): ShippedNote => ({
  note: number,
  quantity: pieces(quantity),
  shippedOn: day("2027-02-20"),
});

describe("goods in transit", () => {
  const notes = [note("15", 300), note("16", 700), note("17", 500), note("18", 200)];
  const explained = (quoted: number, more: Partial<Parameters<typeof explainTransit>[0]> = {}) => {
    const found = explainTransit({ quoted: pieces(quoted), lastNote: "16", shipped: pieces(3000), notes, ...more });
    const facts = found.explainedBy.map((fact) => `${fact.kind} ${fact.note}`).join(", ");
    return [found.inTransit, found.mismatch, facts, found.notes.map((one) => one.note).join(" ")];
  };

  it("are the notes after the last one they quote", () => {
    assert.deepEqual(explained(2300), [pieces(700), pieces(0), "", "17 18"]);
  });

  it("are explained by a note that was overtaken, or one already counted", () => {
    assert.deepEqual(explained(2000), [pieces(1000), pieces(0), "overtaken 15", "15 17 18"]);
    assert.deepEqual(explained(2800), [pieces(200), pieces(0), "counted-already 17", "18"]);
  });

  it("are explained by what was counted short on a note, and by returns", () => {
    const receiptDifferences = [{ note: "16", quantity: pieces(-3) }];
    assert.equal(explained(2297, { receiptDifferences })[2], "receipt-difference 16");
    assert.equal(explained(2260, { returns: [{ note: "R1", quantity: pieces(40) }] })[2], "return R1");
    assert.equal(explained(1997, { receiptDifferences })[2], "overtaken 15, receipt-difference 16");
  });

  it("leave a mismatch where nothing explains it, negative where they count less", () => {
    assert.deepEqual(explained(2299).slice(0, 3), [pieces(701), pieces(-1), ""]);
  });

  it("are below zero, never clipped, where they count more than we shipped", () => {
    assert.deepEqual(explained(3100, { lastNote: "18" }).slice(0, 2), [pieces(-100), pieces(100)]);
  });

  it("go by our notes' own sums where they quote none", () => {
    assert.deepEqual(explained(2800, { lastNote: "" }), [pieces(200), pieces(0), "", "18"]);
    assert.equal(explained(2790, { lastNote: "" })[1], pieces(-10));
  });

  it("are found by the note's number without leading zeros, cut to what the format carries, and asked when two fit", () => {
    const ours = [{ note: "0000004711" }, { note: "1112345678" }, { note: "2212345678" }];
    assert.deepEqual(matchNote("4711", ours), { state: "found", index: 0 });
    assert.deepEqual(matchNote("12345678", ours, 8), { state: "ambiguous" });
    assert.deepEqual(matchNote("12345678", ours.slice(0, 2), 8), { state: "found", index: 1 });
    assert.deepEqual(matchNote("99", ours), { state: "unknown" });
    assert.deepEqual(matchNote("", ours), { state: "none" });
  });
});

const stated = (cumulative: number, since: string, asOf: string) => ({
  cumulative: pieces(cumulative),
  since: since === "" ? ("" as const) : day(since),
  asOf: day(asOf),
});

describe("the period of a statement", () => {
  it("is new with its start, or with a fall and a change of year; a fall alone is none", () => {
    const last = stated(9500, "2026-01-01", "2026-12-28");
    assert.equal(periodOfNext(undefined, last), "same");
    assert.equal(periodOfNext(last, stated(9600, "2026-01-01", "2026-12-30")), "same");
    assert.equal(periodOfNext(last, stated(0, "2027-01-01", "2027-01-04")), "new");
    assert.equal(periodOfNext(last, stated(0, "", "2027-01-04")), "new");
    assert.equal(periodOfNext(last, stated(9000, "", "2026-12-30")), "fall");
    assert.equal(periodOfNext(stated(0, "2027-01-01", "2027-01-04"), last), "older");
  });
});

const since = (start: string, layer: "forecast" | "call-off") =>
  scheduleOf({
    layer,
    issuedOn: "2027-01-02",
    received: 0,
    line: { accountFrom: start },
    steps: [on("2027-01-10", 5)],
  });

describe("the curve in force", () => {
  it("forgets a call-off of the period before", () => {
    const effective = effectiveCurve({
      forecast: since("2027-01-01", "forecast"),
      callOff: since("2026-01-01", "call-off"),
    });
    assert.deepEqual(
      effective?.steps.map((step) => step.layer),
      ["forecast"],
    );
  });
});
