import assert from "node:assert/strict";
import { createTask } from "node-cron";
import { beatAt, firstBeat, type Moment, type Times } from "../../src/gateway/timetable-beat.ts";
import { wallTimeIn } from "../../src/values/clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const timesOf = (expression: string): Times => {
  const task = createTask(expression, () => {}, { timezone: "UTC" });
  return { step: MINUTE, matches: (wall) => task.match(new Date(wall)) };
};
const at = (text: string, timeZone = "Europe/Berlin"): Moment => {
  const instant = Date.parse(text);
  return { instant, wall: wallTimeIn(timeZone, instant) };
};

/** The beats at which the job runs, as UTC instants, from beat to beat through the moments of a clock. */
function runs(expression: string, moments: readonly Moment[]): string[] {
  const times = timesOf(expression);
  let state = firstBeat(moments[0] as Moment);
  const ran: string[] = [];
  for (const now of moments.slice(1)) {
    const beat = beatAt(state, now, times);
    state = beat.state;
    if (beat.due) ran.push(new Date(now.instant).toISOString().slice(0, 16));
  }
  return ran;
}

/** A beat every quarter of a minute. */
function through(from: string, until: string): Moment[] {
  const moments: Moment[] = [];
  for (let instant = Date.parse(from); instant <= Date.parse(until); instant += MINUTE / 4) {
    moments.push(at(new Date(instant).toISOString()));
  }
  return moments;
}

describe("The timetable's beat", () => {
  it("finds a time once, at the first beat at or behind it", () => {
    assert.deepEqual(runs("0 6 * * *", through("2027-03-01T03:00:00Z", "2027-03-01T07:00:00Z")), ["2027-03-01T05:00"]);
  });

  it("makes up for the time that spring leaves out, at the end of the hour", () => {
    assert.deepEqual(runs("30 2 * * *", through("2027-03-28T00:00:00Z", "2027-03-28T03:00:00Z")), ["2027-03-28T01:00"]);
  });

  it("runs once at a time of the hour that comes twice in autumn, and goes on every five minutes all through it", () => {
    const autumn = through("2027-10-30T23:30:00Z", "2027-10-31T02:30:00Z");
    assert.deepEqual(runs("30 2 * * *", autumn), ["2027-10-31T00:30"]);
    assert.equal(runs("*/5 * * * *", autumn).length, 36);
    assert.deepEqual(runs("0 * * * *", autumn), ["2027-10-31T00:00", "2027-10-31T01:00", "2027-10-31T02:00"]);
  });

  it("runs once for all times that a clock put on by an hour, by a year, has skipped", () => {
    const before = through("2027-03-01T05:30:00Z", "2027-03-01T05:31:00Z");
    const hour = through("2027-03-01T06:31:15Z", "2027-03-01T06:34:00Z");
    const year = through("2028-03-01T06:31:15Z", "2028-03-01T06:34:00Z");
    assert.deepEqual(runs("*/5 * * * *", [...before, ...hour]), ["2027-03-01T06:31"]);
    assert.deepEqual(runs("*/5 * * * *", [...before, ...year]), ["2028-03-01T06:31"]);
    assert.deepEqual(runs("0 7 * * *", [...before, ...hour]), ["2027-03-01T06:31"]);
    assert.deepEqual(runs("0 9 * * *", [...before, ...hour]), []);
  });

  it("does not do a day's work twice when the clock is put back by an hour, and does not stop for that hour", () => {
    const before = through("2027-03-01T04:30:00Z", "2027-03-01T05:10:00Z");
    const back = through("2027-03-01T04:10:15Z", "2027-03-01T05:40:00Z");
    assert.deepEqual(runs("0 6 * * *", [...before, ...back]), ["2027-03-01T05:00"]);
    assert.equal(runs("*/5 * * * *", [...before, ...back]).length, 8 + 18);
  });

  it("goes on by what the clock shows when it is put back by more than a year", () => {
    const before = through("2027-03-01T04:30:00Z", "2027-03-01T04:31:00Z");
    const back = through("2026-01-25T04:31:15Z", "2026-01-25T05:30:00Z");
    assert.deepEqual(runs("0 6 * * *", [...before, ...back]), ["2026-01-25T05:00"]);
    assert.equal(runs("*/5 * * * *", [...before, ...back]).length, 12);
  });

  it("runs at midnight of the company's zone", () => {
    assert.deepEqual(runs("0 0 * * *", through("2027-03-01T22:00:00Z", "2027-03-01T23:59:00Z")), ["2027-03-01T23:00"]);
  });

  it("costs next to nothing after a jump of ten years", () => {
    const began = performance.now();
    const moments = [
      at("2027-03-01T05:30:00Z"),
      at(new Date(Date.parse("2027-03-01T05:30:00Z") + 3650 * DAY).toISOString()),
    ];
    assert.equal(runs("* * * * *", moments).length, 1);
    assert.ok(performance.now() - began < 1000);
  });
});
