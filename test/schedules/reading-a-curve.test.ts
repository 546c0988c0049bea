import assert from "node:assert/strict";
import { readSteps, writeSteps } from "../../src/schedules/curve-text.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { day, MONDAY_TO_FRIDAY, on, pieces, readingOf, scheduleOf, settingsOf, told } from "./schedules.ts";

const MESSAGE = "2027-03-03"; // a Wednesday
const kinds = (steps: readonly { kind: string; date: string }[]) => steps.map((step) => `${step.kind} ${step.date}`);
const codes = (reading: ReturnType<typeof readingOf>) => reading.findings.map((finding) => finding.code);

/** Bases of dates and cumulatives of a message with ship dates. */
const basis = (kind?: string, settings?: Parameters<typeof settingsOf>[0]) => {
  const account = { cumulative: "5", ...(kind === undefined ? {} : { kind }) };
  const spec = { issuedOn: MESSAGE, basis: "shipment", steps: [], line: { account } };
  const curve = scheduleOf({ ...spec, settings: settingsOf(settings) });
  return [curve.dates, curve.cumulatives];
};

const since = (account: object, line: object = {}) =>
  scheduleOf({ issuedOn: MESSAGE, steps: [], line: { account: { cumulative: "1", ...account }, ...line } }).since;

describe("a schedule read as a curve", () => {
  it("adds discrete quantities up from the quoted base in date order, not in the order of the file", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 1000,
      steps: [on("2027-03-20", 30), on("2027-03-01", 5, { statement: "backlog" }), on("2027-03-10", 20)],
    });
    assert.deepEqual(told(curve.steps), ["1005 by 2027-03-01", "1025 by 2027-03-10", "1055 by 2027-03-20"]);
  });

  it("takes two days for a bucket of their own, and what is committed as immediate for today's", () => {
    const { curve, findings } = readingOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [on("2027-03-08", 7, { to: "2027-03-12" }), { quantity: 3, commitment: "immediate" }],
      line: { interval: "week" },
    });
    assert.deepEqual(
      curve.steps.map(({ kind, timing, date }) => `${kind} ${timing} ${date}`),
      ["immediate week 2027-03-03", "dated range 2027-03-12"],
    );
    assert.deepEqual(findings, []);
  });

  it("rules as far as the item's own horizon says, else the message's", () => {
    const spec = { issuedOn: MESSAGE, received: 0, steps: [on("2027-03-08", 7)], horizon: { to: "2027-04-30" } };
    assert.equal(scheduleOf(spec).horizon.to, "2027-04-30");
    assert.equal(scheduleOf({ ...spec, line: { horizon: { to: "2027-03-31" } } }).horizon.to, "2027-03-31");
  });

  it("puts backlog before the message date and immediate demand at it", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [
        on("2027-03-04", 1),
        { timing: "immediate", quantity: 2 },
        { timing: "backlog", quantity: 3 },
        on("2027-02-20", 4),
        on("2027-03-30", 5, { statement: "backlog" }),
      ],
    });
    assert.deepEqual(kinds(curve.steps), [
      "backlog 2027-02-20",
      "backlog 2027-03-02",
      "backlog 2027-03-02",
      "immediate 2027-03-03",
      "dated 2027-03-04",
    ]);
  });

  it("takes a bucket for past only when its end is: a running week is due in what remains of it", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [on("2027-02-22", 10, { timing: "week" }), on("2027-03-01", 20, { timing: "week" })],
    });
    assert.deepEqual(kinds(curve.steps), ["backlog 2027-02-22", "dated 2027-03-03"]);
    assert.deepEqual([curve.steps[1]?.from, curve.steps[1]?.to], ["2027-03-01", "2027-03-07"]);
  });

  it("places weeks and months at their first delivery day, flexible buckets at their end, or as the partner's file says", () => {
    const steps = [
      on("2027-05-01", 1, { timing: "month" as const }),
      on("2027-05-03", 1, { timing: "week" as const }),
      on("2027-05-04", 1, { timing: "range" as const, to: "2027-05-20" }),
    ];
    const dates = (settings?: Parameters<typeof settingsOf>[0]) =>
      scheduleOf({
        issuedOn: MESSAGE,
        received: 0,
        steps,
        settings: settingsOf(settings),
        anchors: { receiving: MONDAY_TO_FRIDAY },
      }).steps.map((step) => `${step.timing} ${step.date}`);
    // 1 May 2027 is a Saturday.
    assert.deepEqual(dates(), ["week 2027-05-03", "month 2027-05-03", "range 2027-05-20"]);
    assert.deepEqual(dates({ buckets: { week: "last", month: "last", range: "first" } }), [
      "range 2027-05-04",
      "week 2027-05-09",
      "month 2027-05-31",
    ]);
  });

  it("keeps steps of one date apart when reference, window, route or commitment differ, and adds up those that do not", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [
        on("2027-03-10", 1),
        on("2027-03-10", 1, { time: "0700" }),
        on("2027-03-10", 1, { route: "A" }),
        on("2027-03-10", 1, { reference: "R1", referenceKind: "DO" }),
        on("2027-03-10", 1, { commitment: "firm" }),
        on("2027-03-10", 7),
      ],
    });
    assert.equal(curve.steps.length, 5);
    assert.equal(curve.steps.at(-1)?.cumulative, pieces(12));
  });

  it("keeps a dated zero, and what says that there is no demand, as steps of height zero", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 7,
      steps: [on("2027-03-10", 0), { timing: "no-demand", quantity: 0 }],
    });
    assert.deepEqual(told(curve.steps), ["7 by 2027-03-03", "7 by 2027-03-10"]);
  });

  it("takes what follows a forecast marker for planned, and keeps a remainder without a date", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [
        on("2027-03-10", 1),
        { timing: "forecast-start", quantity: 0 },
        on("2027-03-09", 2),
        { timing: "remainder", quantity: 9 },
      ],
    });
    assert.deepEqual(
      curve.steps.map((step) => [step.kind, step.commitment]),
      [
        ["dated", "planned"],
        ["dated", ""],
        ["remainder", "planned"],
      ],
    );
  });

  it("takes cumulative quantities as they are, a bucket's holding at its end", () => {
    const curve = scheduleOf({
      issuedOn: MESSAGE,
      received: 1000,
      quantities: "cumulative",
      steps: [
        on("2027-03-08", 1500, { timing: "week" }),
        on("2027-03-09", 1200),
        on("2027-03-15", 1900, { timing: "week" }),
      ],
    });
    assert.equal(curve.steps.at(-1)?.cumulative, pieces(1900));
    assert.deepEqual(told(curve.steps), ["1200 by 2027-03-09", "1500 by 2027-03-10", "1900 by 2027-03-15"]);
  });

  it("shows a cumulative that falls, and smooths nothing", () => {
    const reading = readingOf({
      issuedOn: MESSAGE,
      received: 0,
      quantities: "cumulative",
      steps: [on("2027-03-10", 500), on("2027-03-17", 400)],
    });
    assert.deepEqual(codes(reading), ["SCHEDULE_CUMULATIVE_FALLS"]);
    assert.deepEqual(reading.findings[0]?.place, { inSet: 2 });
    assert.deepEqual(told(reading.curve.steps), ["500 by 2027-03-10", "400 by 2027-03-17"]);
  });

  it("lets it fall at a stated zero date and counts on from the height reached", () => {
    const reading = readingOf({
      issuedOn: "2026-12-07",
      received: 9000,
      quantities: "cumulative",
      line: { accountFrom: "2027-01-01" },
      steps: [on("2026-12-18", 9500), on("2027-01-08", 700), on("2027-01-15", 900)],
    });
    assert.deepEqual(codes(reading), ["SCHEDULE_STARTS_AGAIN"]);
    assert.equal(reading.curve.since, "");
    assert.deepEqual(told(reading.curve.steps), ["9500 by 2026-12-18", "10200 by 2027-01-08", "10400 by 2027-01-15"]);
  });

  it("shows a second fall after the zero date, and a negative quantity", () => {
    const twice = readingOf({
      issuedOn: "2026-12-07",
      received: 9000,
      quantities: "cumulative",
      line: { accountFrom: "2027-01-01" },
      steps: [on("2026-12-18", 9500), on("2027-01-08", 700), on("2027-01-15", 600)],
    });
    assert.deepEqual(codes(twice), ["SCHEDULE_STARTS_AGAIN", "SCHEDULE_CUMULATIVE_FALLS"]);
    assert.deepEqual(codes(readingOf({ issuedOn: MESSAGE, received: 0, steps: [on("2027-03-10", -5)] })), [
      "SCHEDULE_CUMULATIVE_FALLS",
    ]);
  });

  it("does not call it a fall when the first figure lies below what they received", () => {
    const reading = readingOf({
      issuedOn: MESSAGE,
      received: 1200,
      quantities: "cumulative",
      steps: [on("2027-03-10", 1100), on("2027-03-17", 1300)],
    });
    assert.deepEqual(codes(reading), []);
    assert.deepEqual(told(reading.curve.steps), ["1100 by 2027-03-10", "1300 by 2027-03-17"]);
  });

  it("is empty on its base when nothing is asked for", () => {
    const { curve } = readingOf({ issuedOn: MESSAGE, received: 12, steps: [] });
    assert.deepEqual([curve.base, curve.steps, curve.horizon.to], [pieces(12), [], MESSAGE]);
  });

  it("keeps a quantity without date, never released, and says so", () => {
    const reading = readingOf({ issuedOn: MESSAGE, received: 0, steps: [{ quantity: 5 }] });
    assert.deepEqual(codes(reading), ["SCHEDULE_STEP_WITHOUT_DATE"]);
    assert.equal(reading.curve.steps[0]?.kind, "remainder");
  });

  it("lets the kind of the cumulative decide what it counts; the dates' basis only proposes it", () => {
    assert.deepEqual(basis(), ["shipment", "shipped"]);
    assert.deepEqual(basis("received"), ["shipment", "received"]);
    assert.deepEqual(basis("received", { dates: "delivery", cumulatives: "shipped" }), ["delivery", "shipped"]);
  });

  it("says when the message does not tell what its dates are", () => {
    assert.deepEqual(codes(readingOf({ issuedOn: MESSAGE, basis: "BB", received: 0, steps: [] })), [
      "SCHEDULE_BASIS_UNCLEAR",
    ]);
  });

  it("starts the cumulative only where a date is stated as its start", () => {
    assert.equal(since({ kind: "received", date: "2027-01-01" }), "");
    assert.equal(since({ kind: "start", date: "2027-01-01" }), "2027-01-01");
    assert.equal(since({ kind: "received", from: "2027-01-02" }), "2027-01-02");
    assert.equal(since({ kind: "received" }, { accountFrom: "2027-01-03" }), "2027-01-03");
  });

  it("takes in transit off where the customer nets ship notices: the base is what we had shipped when they wrote", () => {
    const settings = settingsOf({ inTransitTakenOff: true });
    const spec = { issuedOn: MESSAGE, received: 2500, steps: [], settings };
    assert.equal(scheduleOf({ ...spec, anchors: { shippedAtMessage: pieces(3000) } }).base, pieces(3000));
    assert.equal(readingOf(spec).needs, "anchor");
  });

  it("takes an item's backlog figure for information, or for demand once where the partner's file says so", () => {
    const account = { cumulative: "0", backlog: "40" };
    const demand = settingsOf({ itemBacklog: "demand" });
    const spec = { issuedOn: MESSAGE, steps: [], line: { account } };
    assert.deepEqual(scheduleOf(spec).steps, []);
    assert.equal(readingOf(spec).statement?.backlog, pieces(40));
    assert.deepEqual(told(scheduleOf({ ...spec, settings: demand }).steps), ["40 by 2027-03-02"]);
    const stated = { ...spec, line: { account, steps: [{ timing: "backlog" as const, quantity: "40" }] } };
    assert.equal(scheduleOf({ ...stated, settings: demand }).steps.length, 1);
  });
});

/** The base, or that it is asked for. */
const net = (settings: Parameters<typeof settingsOf>[0], anchors: object, lastNote = "16") => {
  const { curve, needs } = readingOf({
    issuedOn: MESSAGE,
    lastNote,
    steps: [],
    settings: settingsOf(settings),
    anchors,
  });
  return needs ?? curve.base;
};

describe("the anchor of a net customer", () => {
  it("is our shipped cumulative through the note they quote, with later notes they name", () => {
    assert.equal(net({}, { shippedThroughNote: pieces(2500) }), pieces(2500));
    assert.equal(net({}, { shippedThroughNote: pieces(2500), shippedInLaterNotes: pieces(100) }), pieces(2600));
  });

  it("or what was shipped when they wrote, or before the transit days", () => {
    assert.equal(net({ net: { anchor: "shipped-at-message" } }, { shippedAtMessage: pieces(3) }), pieces(3));
    assert.equal(
      net({ net: { anchor: "shipped-before-transit", transitDays: 2 } }, { shippedBeforeTransit: pieces(4) }),
      pieces(4),
    );
  });

  it("is asked for when there is none", () => {
    assert.equal(net({}, { shippedAtMessage: pieces(3000) }), "anchor");
    assert.equal(net({ net: { anchor: "shipped-at-message" } }, {}), "anchor");
  });

  it("is nothing while nothing was ever shipped and no note is quoted", () => {
    assert.equal(net({}, { shippedAtMessage: pieces(0) }, ""), pieces(0));
  });

  it("of a call-off is what was shipped when it was written plus open call-off orders before its start", () => {
    const { curve } = readingOf({
      layer: "call-off",
      issuedOn: MESSAGE,
      steps: [on("2027-03-10", 5)],
      anchors: { shippedAtMessage: pieces(100), openBeforeCallOff: pieces(20) },
    });
    assert.deepEqual(told(curve.steps), ["125 by 2027-03-10"]);
  });
});

describe("the text of a curve", () => {
  it("is short for plain days and tells everything else", () => {
    const { steps } = scheduleOf({
      issuedOn: MESSAGE,
      received: 0,
      steps: [on("2027-03-10", 5), on("2027-03-15", 6, { timing: "week", commitment: "firm" })],
    });
    assert.equal(writeSteps(steps), "2027-03-10|dd|||5|||||||1\n2027-03-15|dw||2027-03-21|11|firm||||||2");
  });

  it("is refused, with its line, when it was altered", () => {
    for (const altered of ["2027-03-10|zz|||5", "2027-02-30|dd|||5", "2027-03-10|dd|||five", "nonsense"]) {
      assert.throws(
        () => readSteps(`2027-03-09|dd|||1\n${altered}`),
        (thrown) => thrown instanceof CalloffError && thrown.code === "CURVE_UNREADABLE" && thrown.place?.line === 2,
      );
    }
    assert.deepEqual(readSteps(""), []);
    assert.equal(readSteps("2027-03-09|dd|||1")[0]?.date, day("2027-03-09"));
  });
});
