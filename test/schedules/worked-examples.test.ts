import assert from "node:assert/strict";
import { diffOf } from "../../src/schedules/diff.ts";
import { heightAt } from "../../src/schedules/heights.ts";
import { effectiveCurve } from "../../src/schedules/layers.ts";
import { peg } from "../../src/schedules/pegging.ts";
import { releasableCurve } from "../../src/schedules/releasable.ts";
import { dueBy, dueNow, releasePlan } from "../../src/schedules/release-plan.ts";
import { openingShipped } from "../../src/schedules/resets.ts";
import { explainTransit, onTheRoad } from "../../src/schedules/transit.ts";
import { changesInWords } from "../../src/schedules/words.ts";
import {
  day,
  inForce,
  MONDAY_TO_FRIDAY,
  on,
  pieces,
  policyOf,
  readingOf,
  releases,
  sameDay,
  scheduleOf,
  settingsOf,
  told,
} from "./schedules.ts";

const RULES = policyOf().mayRelease;
const NO_CALL_OFFS = { sendsCallOffs: false };
// A week in March 2027: Wednesday the 3rd; this Friday is the 5th, next Friday the 12th.
const FRIDAY = "2027-03-05";
const NEXT_FRIDAY = "2027-03-12";
const FRIDAY_AFTER = "2027-03-19";
const first = {
  issuedOn: "2027-03-03",
  received: 2500,
  lastNote: "16",
  steps: [{ quantity: 100, statement: "backlog" as const, from: "2027-03-01" }, on(FRIDAY, 400), on(NEXT_FRIDAY, 600)],
};

describe("worked example 1: a contract of 10,000 with 500 on the road", () => {
  const curve = scheduleOf(first);
  const plan = { curve: inForce(curve), dates: sameDay(FRIDAY), released: { total: pieces(3000) } };

  it("requires 3,000 by this Friday, of which nothing is due", () => {
    assert.equal(heightAt(curve, day(FRIDAY)), pieces(3000));
    assert.equal(dueBy(plan, day(FRIDAY)), pieces(0));
    assert.deepEqual(dueNow(releasePlan({ ...plan, businessDate: day(FRIDAY) })), []);
  });

  it("has 500 in transit, explained by note 17", () => {
    const transit = explainTransit({
      quoted: pieces(2500),
      lastNote: "16",
      shipped: pieces(3000),
      notes: [
        { note: "16", quantity: pieces(700), shippedOn: day("2027-02-26") },
        { note: "17", quantity: pieces(500), shippedOn: day("2027-03-02") },
      ],
    });
    assert.equal(transit.inTransit, pieces(500));
    assert.deepEqual(
      transit.notes.map(({ note }) => note),
      ["17"],
    );
    assert.equal(onTheRoad(transit), pieces(500));
    assert.equal(transit.mismatch, pieces(0));
  });

  it("asks for 600 next Friday", () => {
    const list = releasePlan({ ...plan, businessDate: day(FRIDAY) });
    assert.deepEqual(releases(list), [`600 on ${NEXT_FRIDAY}`]);
  });

  it("comes to the same for a net customer: anchor 2,500 through note 16", () => {
    const net = scheduleOf({
      issuedOn: "2027-03-03",
      lastNote: "16",
      steps: [on(FRIDAY, 500), on(NEXT_FRIDAY, 600)],
      anchors: { shippedThroughNote: pieces(2500), shippedAtMessage: pieces(3000) },
    });
    assert.deepEqual(told(net.steps), [`3000 by ${FRIDAY}`, `3600 by ${NEXT_FRIDAY}`]);
    const asked = { curve: inForce(net), dates: sameDay(FRIDAY), released: { total: pieces(3000) } };
    assert.equal(dueBy(asked, day(FRIDAY)), pieces(0));
    assert.deepEqual(releases(releasePlan({ ...asked, businessDate: day(FRIDAY) })), [`600 on ${NEXT_FRIDAY}`]);
  });
});

describe("worked example 2: the next release, the same Fridays", () => {
  const second = scheduleOf({
    issuedOn: "2027-03-04",
    received: 3000,
    lastNote: "17",
    steps: [on(FRIDAY, 300), on(NEXT_FRIDAY, 700), on(FRIDAY_AFTER, 500)],
  });

  it("says +300 this Friday, +100 next Friday, 500 new on the Friday after; nothing moved", () => {
    assert.equal(
      changesInWords(diffOf(scheduleOf(first), second, { moveDays: 28 })),
      "+300 on 5 March, +100 on 12 March, 500 new on 19 March; nothing moved",
    );
  });

  it("has 300 due this Friday", () => {
    const plan = { curve: inForce(second), dates: sameDay(FRIDAY), released: { total: pieces(3000) } };
    assert.deepEqual(releases(dueNow(releasePlan({ ...plan, businessDate: day(FRIDAY) }))), [`300 on ${FRIDAY}`]);
  });
});

describe("worked example 3: a move and a cut", () => {
  it("says 300 moved 3 → 6 March; 100 cancelled on 10 March", () => {
    const old = scheduleOf({
      issuedOn: "2027-03-01",
      received: 0,
      steps: [on("2027-03-03", 400), on("2027-03-10", 600)],
    });
    const next = scheduleOf({
      issuedOn: "2027-03-02",
      received: 0,
      steps: [on("2027-03-03", 100), on("2027-03-06", 300), on("2027-03-10", 500)],
    });
    assert.equal(
      changesInWords(diffOf(old, next, { moveDays: 28 })),
      "300 moved 3 → 6 March; 100 cancelled on 10 March",
    );
  });
});

describe("worked example 4: layers and resets", () => {
  const forecast = scheduleOf({
    issuedOn: "2027-06-01",
    received: 1000,
    steps: [on("2027-06-05", 500), on("2027-06-12", 500)],
  });
  const callOff = scheduleOf({
    layer: "call-off",
    issuedOn: "2027-06-02",
    received: 1000,
    horizon: { to: "2027-06-07" },
    steps: [on("2027-06-05", 600)],
  });

  it("lets the call-off rule until 7 June: 1,600 by the 5th, 2,100 by the 12th", () => {
    const effective = effectiveCurve({ forecast, callOff });
    assert.deepEqual(told(effective?.steps ?? []), ["1600 by 2027-06-05", "2100 by 2027-06-12"]);
  });

  it("does not ask for the missed call-off again on top of the newer forecast's backlog: due 500, not 1,100", () => {
    const newer = scheduleOf({
      issuedOn: "2027-06-08",
      received: 1000,
      steps: [{ timing: "backlog", quantity: 600 }, on("2027-06-12", 500)],
    });
    const effective = effectiveCurve({ forecast: newer, callOff });
    assert.ok(effective);
    assert.equal(heightAt(effective, day("2027-06-12")), pieces(2100));
    const releasable = releasableCurve(effective, RULES, NO_CALL_OFFS);
    const asked = { curve: releasable, dates: sameDay("2027-06-12"), released: { total: pieces(1600) } };
    assert.equal(dueBy(asked, day("2027-06-12")), pieces(500));
  });

  it("opens the new year with 300 on the road where the customer counts receipts: due 400", () => {
    const january = scheduleOf({
      issuedOn: "2027-01-04",
      received: 0,
      line: { accountFrom: "2027-01-01" },
      steps: [on("2027-01-09", 700)],
    });
    assert.equal(january.since, "2027-01-01");
    const reset = {
      start: day("2027-01-01"),
      notBooked: [{ note: "88", quantity: pieces(300), shippedOn: day("2026-12-30") }],
      closingShipped: pieces(9800),
      beforeReset: pieces(9500),
    };
    const due = (opening: "receipts" | "ship-date" | "stated") =>
      dueBy(
        {
          curve: inForce(january),
          dates: sameDay("2027-01-09"),
          released: { total: openingShipped(opening, reset)?.shipped ?? pieces(-1) },
        },
        day("2027-01-09"),
      );
    assert.equal(due("receipts"), pieces(400));
    assert.equal(due("ship-date"), pieces(700));
    assert.equal(due("stated"), pieces(400));
  });

  it("compares a December schedule accepted on 2 January with 9,800, never with 0", () => {
    const december = scheduleOf({
      issuedOn: "2026-12-28",
      received: 9500,
      line: { accountFrom: "2026-01-01" },
      steps: [on("2027-01-02", 700)],
    });
    const asked = { curve: inForce(december), dates: sameDay("2027-01-02"), released: { total: pieces(9800) } };
    assert.equal(dueBy(asked, day("2027-01-02")), pieces(400));
  });

  it("leaves 200 for Thursday and Friday of a week of 500 under a call-off of 100 a day until Wednesday", () => {
    const week = scheduleOf({
      issuedOn: "2027-03-01",
      received: 0,
      steps: [on("2027-03-08", 500, { timing: "week" }), on("2027-03-15", 500, { timing: "week" })],
    });
    const daily = scheduleOf({
      layer: "call-off",
      issuedOn: "2027-03-08",
      received: 0,
      steps: [on("2027-03-08", 100), on("2027-03-09", 100), on("2027-03-10", 100)],
    });
    const effective = effectiveCurve({ forecast: week, callOff: daily, delivery: MONDAY_TO_FRIDAY });
    assert.deepEqual(told(effective?.steps ?? []), [
      "100 by 2027-03-08",
      "200 by 2027-03-09",
      "300 by 2027-03-10",
      "400 by 2027-03-11",
      "500 by 2027-03-12",
      "1000 by 2027-03-15",
    ]);
  });
});

/** 400 wanted on one day. */
const wanted = (date: string) => inForce(scheduleOf({ issuedOn: "2027-03-01", received: 0, steps: [on(date, 400)] }));

/** What is due on 3 March of 400 wanted then. */
const dueOnThird = (released: number) =>
  releases(
    dueNow(
      releasePlan({
        curve: wanted("2027-03-03"),
        dates: sameDay("2027-03-03"),
        businessDate: day("2027-03-03"),
        released: { total: pieces(released) },
      }),
    ),
  );

describe("worked example 5: what was cancelled by hand, and what moved", () => {
  it("does not make a cancelled order of 400 again: it is withheld and counts as released", () => {
    assert.deepEqual(dueOnThird(0), ["400 on 2027-03-03"]);
    // Made, then cancelled by hand: released 400 − 400, withheld 400.
    assert.deepEqual(dueOnThird(400), []);
  });

  it("makes it again once it is lifted", () => {
    assert.deepEqual(dueOnThird(400 - 400), ["400 on 2027-03-03"]);
  });

  it("keeps the number of an order moved 3 → 10 March", () => {
    const changes = peg({
      curve: wanted("2027-03-10"),
      dates: sameDay("2027-03-03"),
      businessDate: day("2027-03-03"),
      shipped: pieces(0),
      lines: [{ id: 7, open: pieces(400), orderOn: day("2027-03-03") }],
    });
    assert.deepEqual(
      changes.map(({ line, change, keeps }) => [line, change, keeps?.orderOn, keeps?.quantity]),
      [[7, "date", "2027-03-10", pieces(400)]],
    );
  });
});

// Six buckets of one item without ship-to, and one of the same item for a plant, as the mapping gives them.
const flexible = (to: string, count: number, commitment: string, segment: number) => ({
  segment,
  timing: "range" as const,
  from: "2003-04-01",
  to,
  quantity: String(count),
  commitment,
  referenceKind: commitment === "firm" ? "CUR" : "PLN",
  reference: `R-${to.slice(2, 7)}`,
});

const planned = (curve: ReturnType<typeof scheduleOf>) =>
  releasePlan({
    curve: releasableCurve(inForce(curve), RULES, NO_CALL_OFFS),
    dates: sameDay("2003-08-12", curve.dates),
    businessDate: day("2003-08-12"),
    released: { total: pieces(0) },
  });

describe("worked example 6: an 830 of flexible buckets that all began in April", () => {
  const header = {
    number: "4711",
    purpose: "original",
    basis: "shipment",
    quantities: "discrete",
    horizon: { from: "2003-04-01", to: "2004-03-31" },
  };
  const of = (cumulative: string, steps: ReturnType<typeof flexible>[]) => ({
    ...header,
    issuedOn: "2003-07-28",
    steps: [],
    line: {
      customerPart: "71 M5",
      account: { cumulative, kind: "shipped", date: "2003-08-21" },
      steps,
    },
  });
  const everyBucket = [
    flexible("2003-08-12", 3, "firm", 11),
    flexible("2003-09-28", 4, "planned", 12),
    flexible("2003-10-28", 3, "planned", 13),
    flexible("2003-11-28", 4, "planned", 14),
    flexible("2003-12-28", 3, "planned", 15),
    flexible("2004-01-28", 3, "planned", 16),
  ];
  it("calls nothing backlog, for no bucket has ended", () => {
    const { curve } = readingOf(of("24", everyBucket));
    assert.deepEqual(
      curve.steps.map((step) => step.kind),
      Array.from({ length: 6 }, () => "dated"),
    );
    assert.deepEqual(told(curve.steps), [
      "27 by 2003-08-12",
      "31 by 2003-09-28",
      "34 by 2003-10-28",
      "38 by 2003-11-28",
      "41 by 2003-12-28",
      "44 by 2004-01-28",
    ]);
  });

  it("lets 3 ship, on a base of 20 as shipped, due by 12 August", () => {
    const { curve, statement, findings } = readingOf(of("20", [flexible("2003-08-12", 3, "firm", 23)]));
    assert.equal(curve.base, pieces(20));
    assert.equal(curve.cumulatives, "shipped");
    assert.equal(curve.dates, "shipment");
    assert.deepEqual(releases(dueNow(planned(curve))), ["3 on 2003-08-12"]);
    assert.deepEqual(findings, []);
    assert.equal(statement?.cumulative, pieces(20));
  });

  it("takes 21 August for the figure's date, not for the start of the cumulative", () => {
    const { curve, statement } = readingOf(of("20", [flexible("2003-08-12", 3, "firm", 23)]));
    assert.equal(curve.since, "");
    assert.equal(statement?.asOf, "2003-08-21");
  });

  it("never ships a planning bucket, also not of the line without ship-to", () => {
    assert.deepEqual(releases(planned(readingOf(of("24", everyBucket)).curve)), ["3 on 2003-08-12"]);
  });

  it("takes it for the start where the partner's file says that SHP dates are a period", () => {
    const { curve } = readingOf({
      ...of("20", [flexible("2003-08-12", 3, "firm", 23)]),
      settings: settingsOf({ shpDates: "period" }),
      line: {
        account: { cumulative: "20", kind: "shipped", date: "2003-01-01" },
        steps: [flexible("2003-08-12", 3, "firm", 23)],
      },
    });
    assert.equal(curve.since, "2003-01-01");
  });
});
