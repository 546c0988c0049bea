import assert from "node:assert/strict";
import { effectiveCurve } from "../../src/schedules/layers.ts";
import { mayShip, releasableCurve } from "../../src/schedules/releasable.ts";
import { dueNow, nextOrderOn, releasePlan } from "../../src/schedules/release-plan.ts";
import { orderDates } from "../../src/schedules/ship-dates.ts";
import type { DemandKind, LayeredStep } from "../../src/schedules/types.ts";
import { CalloffError } from "../../src/values/errors.ts";
import {
  day,
  inForce,
  MONDAY_TO_FRIDAY,
  on,
  ordersOf,
  pieces,
  policyOf,
  releases,
  type StepSpec,
  sameDay,
  scheduleOf,
  told,
} from "./schedules.ts";

const RULES = policyOf().mayRelease;
const step = (
  commitment: string,
  kind: DemandKind = "dated",
  layer: LayeredStep["layer"] = "forecast",
): LayeredStep => ({
  ...(inForce(scheduleOf({ issuedOn: "2027-03-01", received: 0, steps: [on("2027-03-10", 1)] }))
    .steps[0] as LayeredStep),
  commitment,
  kind,
  layer,
});
const forecastOf = (steps: StepSpec[], issuedOn = "2027-03-01", received = 0) =>
  scheduleOf({ issuedOn, received, steps });
const callOffOf = (steps: StepSpec[], horizon: { from?: string; to?: string }, received = 0) =>
  scheduleOf({ layer: "call-off", issuedOn: "2027-03-01", received, steps, horizon });
const plan = (
  steps: StepSpec[],
  more: Partial<Parameters<typeof releasePlan>[0]> = {},
  businessDate = "2027-03-10",
  received = 0,
) =>
  releasePlan({
    curve: inForce(forecastOf(steps, "2027-03-01", received)),
    dates: sameDay(businessDate),
    businessDate: day(businessDate),
    released: { total: pieces(0) },
    ...more,
  });

describe("what may be released", () => {
  const forecast = { sendsCallOffs: false };
  const calls = { sendsCallOffs: true };

  it("is firm, immediate and unmarked steps and backlog that is not planned", () => {
    const ships = ["firm", "immediate", "", "manufacturing", "material", "planned", "X7"].filter((commitment) =>
      mayShip(step(commitment), RULES, forecast),
    );
    assert.deepEqual(ships, ["firm", "immediate", ""]);
    assert.ok(mayShip(step("", "backlog"), RULES, forecast));
    assert.ok(mayShip(step("material", "backlog"), RULES, forecast));
    assert.ok(!mayShip(step("planned", "backlog"), RULES, forecast));
    assert.ok(!mayShip(step("firm", "remainder"), RULES, forecast));
  });

  it("is only call-offs where the customer sends them for the item", () => {
    assert.ok(!mayShip(step("firm"), RULES, calls));
    assert.ok(mayShip(step("firm", "dated", "call-off"), RULES, calls));
    assert.ok(mayShip(step("12", "dated", "call-off"), RULES, calls));
    assert.ok(!mayShip(step("planned", "dated", "call-off"), RULES, calls));
  });

  it("is always what a planner entered by hand", () => {
    assert.ok(mayShip(step("material", "dated", "hand"), RULES, calls));
    assert.ok(!mayShip(step("planned", "dated", "hand"), RULES, calls));
  });

  it("leaves planned steps out of the curve between firm ones", () => {
    const curve = forecastOf([
      on("2027-03-10", 10, { commitment: "firm" }),
      on("2027-03-11", 20, { commitment: "planned" }),
      on("2027-03-12", 30, { commitment: "firm" }),
    ]);
    assert.deepEqual(told(releasableCurve(inForce(curve), RULES, forecast).steps), [
      "10 by 2027-03-10",
      "40 by 2027-03-12",
    ]);
  });

  it("does not count twice what was received ahead of a planned step", () => {
    const curve = scheduleOf({
      issuedOn: "2027-03-01",
      received: 1200,
      quantities: "cumulative",
      steps: [on("2027-03-10", 1100, { commitment: "planned" }), on("2027-03-12", 1300, { commitment: "firm" })],
    });
    assert.deepEqual(told(releasableCurve(inForce(curve), RULES, forecast).steps), ["1300 by 2027-03-12"]);
  });
});

describe("forecast and call-off", () => {
  it("count the forecast's steps below a call-off that starts later and states no backlog", () => {
    const forecast = forecastOf([on("2027-03-03", 500), on("2027-03-10", 500)], "2027-02-28");
    const steps = [on("2027-03-06", 600)];
    const effective = effectiveCurve({ forecast, callOff: callOffOf(steps, { from: "2027-03-05", to: "2027-03-08" }) });
    assert.deepEqual(told(effective?.steps ?? []), ["500 by 2027-03-03", "1100 by 2027-03-06", "1600 by 2027-03-10"]);
    assert.deepEqual(
      effective?.steps.map((one) => one.layer),
      ["forecast", "call-off", "forecast"],
    );
    const withBacklog = callOffOf([{ timing: "backlog", quantity: 50 }, ...steps], {
      from: "2027-03-05",
      to: "2027-03-08",
    });
    assert.deepEqual(told(effectiveCurve({ forecast, callOff: withBacklog })?.steps ?? []), [
      "50 by 2027-02-28",
      "650 by 2027-03-06",
      "1150 by 2027-03-10",
    ]);
  });

  it("let a call-off without horizon rule until its last dated line, zeros counted", () => {
    const forecast = forecastOf([on("2027-03-05", 500), on("2027-03-08", 500), on("2027-03-09", 500)]);
    const effective = effectiveCurve({
      forecast,
      callOff: callOffOf([on("2027-03-05", 100), on("2027-03-08", 0)], {}),
    });
    assert.deepEqual(told(effective?.steps ?? []), ["100 by 2027-03-05", "100 by 2027-03-08", "600 by 2027-03-09"]);
  });

  it("never leave less than nothing of a bucket that straddles the end", () => {
    const forecast = forecastOf([on("2027-03-01", 500, { timing: "week" })]);
    const effective = effectiveCurve({ forecast, callOff: callOffOf([on("2027-03-02", 700)], { to: "2027-03-03" }) });
    assert.deepEqual(told(effective?.steps ?? []), ["700 by 2027-03-02"]);
  });

  it("count a call-off against one of two overlapping buckets only", () => {
    const forecast = forecastOf([
      on("2027-03-01", 300, { timing: "range", to: "2027-03-05" }),
      on("2027-03-01", 300, { timing: "range", to: "2027-03-12" }),
    ]);
    const effective = effectiveCurve({
      forecast,
      callOff: callOffOf([on("2027-03-02", 400)], { to: "2027-03-03" }),
      delivery: MONDAY_TO_FRIDAY,
    });
    assert.equal(effective?.steps.at(-1)?.cumulative, pieces(600));
  });

  it("leave what is left in whole pieces, never ahead of an even pace", () => {
    const forecast = forecastOf([on("2027-03-01", 5, { timing: "week" })]);
    const effective = effectiveCurve({ forecast, callOff: callOffOf([on("2027-03-01", 3)], { to: "2027-03-03" }) });
    assert.deepEqual(told(effective?.steps ?? []), ["3 by 2027-03-01", "4 by 2027-03-05", "5 by 2027-03-07"]);
  });

  it("stand alone where the other is missing", () => {
    const forecast = forecastOf([on("2027-03-05", 1)]);
    assert.deepEqual(told(effectiveCurve({ forecast })?.steps ?? []), ["1 by 2027-03-05"]);
    assert.deepEqual(told(effectiveCurve({ callOff: forecast })?.steps ?? []), ["1 by 2027-03-05"]);
    assert.equal(effectiveCurve({}), undefined);
  });
});

/** Delivery, ship and order date, our shipping days being Monday to Friday. */
const dates = (settings: Parameters<typeof ordersOf>[0], date: string, kind?: DemandKind, basis = "delivery") => {
  const found = orderDates(
    { date: day(date), kind: kind ?? "dated" },
    basis as "delivery",
    ordersOf(settings),
    MONDAY_TO_FRIDAY,
    day("2027-03-01"),
  );
  return [found.deliverOn, found.shipOn, found.orderOn];
};

describe("the three dates of a step", () => {
  // 8 March 2027 is a Monday.
  it("are one date without transit and lead days", () => {
    assert.deepEqual(dates({}, "2027-03-08"), ["2027-03-08", "2027-03-08", "2027-03-08"]);
  });

  it("go from delivery over transit in calendar days to one of our shipping days, and back by lead days in working days", () => {
    assert.deepEqual(dates({ transitDays: 2, leadDays: 3 }, "2027-03-09"), ["2027-03-09", "2027-03-05", "2027-03-02"]);
    assert.deepEqual(dates({ transitDays: 2, transitCounts: "working-days" }, "2027-03-09"), [
      "2027-03-09",
      "2027-03-05",
      "2027-03-05",
    ]);
  });

  it("move delivery to the receiving day before", () => {
    const receiving = { workingDays: [1, 2, 3, 4], holidays: ["2027-03-04"] };
    assert.deepEqual(dates({ receiving }, "2027-03-05"), ["2027-03-03", "2027-03-03", "2027-03-03"]);
  });

  it("take the date given for the ship date of ship-based schedules", () => {
    assert.deepEqual(dates({ transitDays: 2, leadDays: 1 }, "2027-03-07", "dated", "shipment"), [
      "2027-03-07",
      "2027-03-05",
      "2027-03-04",
    ]);
  });

  it("order backlog and immediate demand on the business date", () => {
    assert.deepEqual(dates({ leadDays: 5 }, "2027-02-15", "backlog"), ["2027-02-15", "2027-03-01", "2027-03-01"]);
    assert.deepEqual(dates({ leadDays: 5 }, "2027-03-01", "immediate"), ["2027-03-01", "2027-03-01", "2027-03-01"]);
  });

  it("are refused when a calendar has no day left", () => {
    const holidays = Array.from({ length: 800 }, (_, index) =>
      new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10),
    );
    assert.throws(
      () => dates({ receiving: { workingDays: [1, 2, 3, 4, 5, 6, 7], holidays } }, "2027-03-05"),
      (thrown) => thrown instanceof CalloffError && thrown.code === "CALENDAR_WITHOUT_DAYS",
    );
  });
});

const order = (reference: string) => ({ reference, referenceKind: "customer-order" });

describe("the release plan", () => {
  it("is due on or before the business date, each date for itself", () => {
    const list = plan([on("2027-03-08", 10), on("2027-03-10", 20), on("2027-03-11", 30)]);
    assert.deepEqual(releases(dueNow(list)), ["10 on 2027-03-08", "20 on 2027-03-10"]);
    assert.deepEqual(
      list.map((release) => release.due),
      [true, true, false],
    );
  });

  it("puts all that is due under the earliest date where the partner's file says so", () => {
    const list = plan([on("2027-03-08", 10), on("2027-03-10", 20)], { grouping: "all-due" });
    assert.deepEqual([...new Set(list.map((release) => release.orderOn))], ["2027-03-08"]);
  });

  it("orders backlog first, on the business date, and nothing undated", () => {
    const list = plan([
      on("2027-03-12", 10),
      { timing: "backlog", quantity: 5 },
      { timing: "remainder", quantity: 99 },
    ]);
    assert.deepEqual(releases(list), ["5 on 2027-03-10", "10 on 2027-03-12"]);
    assert.equal(nextOrderOn(list), "2027-03-10");
    assert.equal(nextOrderOn([]), "");
  });

  it("rounds each release up to full packs and takes the excess off the next", () => {
    const steps = [on("2027-03-08", 10), on("2027-03-09", 10), on("2027-03-10", 10)];
    assert.deepEqual(releases(plan(steps, { pack: pieces(12) })), [
      "12 on 2027-03-08",
      "12 on 2027-03-09",
      "12 on 2027-03-10",
    ]);
    assert.deepEqual(releases(plan(steps, { pack: pieces(20) })), ["20 on 2027-03-08", "20 on 2027-03-10"]);
  });

  it("leaves the last pack open that would break the contract, and marks what lies beyond it", () => {
    const contract = { limit: pieces(25), processed: pieces(0) };
    const list = plan([on("2027-03-08", 10), on("2027-03-09", 10)], { pack: pieces(15), contract });
    assert.deepEqual(releases(list), ["15 on 2027-03-08", "5 on 2027-03-09"]);
    const beyond = plan([on("2027-03-08", 30)], { contract });
    assert.deepEqual(
      beyond.map((release) => release.beyondContract),
      [pieces(5)],
    );
  });

  it("covers the steps of a named reference first", () => {
    const steps = [
      on("2027-03-08", 10, { reference: "R1", referenceKind: "DO" }),
      on("2027-03-09", 10, { reference: "R2", referenceKind: "DO" }),
    ];
    const released = { total: pieces(10), named: [{ name: "R2", quantity: pieces(10) }] };
    assert.deepEqual(
      plan(steps, { released }).map((release) => [release.reference, release.quantity]),
      [["R1", pieces(10)]],
    );
    assert.deepEqual(
      plan(steps, { released: { total: pieces(10) } }).map((release) => release.reference),
      ["R2"],
    );
  });

  it("does not swallow earlier demand that is added while an order is open for a later date", () => {
    const steps = [on("2027-03-10", 100), on("2027-03-20", 400)];
    const later = [{ orderOn: day("2027-03-20"), quantity: pieces(400) }];
    assert.deepEqual(releases(dueNow(plan(steps, { released: { total: pieces(400), later } }))), ["100 on 2027-03-10"]);
    // Its own date gone, it covers the earliest demand like any other.
    const moved = [on("2027-03-10", 100), on("2027-03-25", 400)];
    assert.deepEqual(releases(plan(moved, { released: { total: pieces(400), later } })), ["100 on 2027-03-25"]);
  });

  it("keeps customer order numbers of one date apart", () => {
    const list = plan([on("2027-03-08", 10, order("A")), on("2027-03-08", 10, order("B"))]);
    assert.deepEqual(
      list.map((release) => release.customerOrderNumber),
      ["A", "B"],
    );
  });

  it("never orders again what the customer says they have received", () => {
    assert.deepEqual(releases(plan([on("2027-03-08", 3)], {}, "2027-03-10", 20)), ["3 on 2027-03-08"]);
  });

  it("asks once for what rises again after a fall", () => {
    const curve = scheduleOf({
      issuedOn: "2027-03-01",
      received: 0,
      quantities: "cumulative",
      steps: [on("2027-03-08", 50), on("2027-03-09", 30), on("2027-03-10", 60)],
    });
    assert.deepEqual(releases(plan([], { curve: inForce(curve) })), ["50 on 2027-03-08", "10 on 2027-03-10"]);
  });

  it("is empty for an empty schedule and one of zeros", () => {
    assert.deepEqual(plan([]), []);
    assert.deepEqual(plan([on("2027-03-08", 0), on("2027-03-09", 0)], { pack: pieces(10) }), []);
  });
});
