import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addDays,
  dateOf,
  daysBetween,
  isoWeek,
  mondayOf,
  monthEnd,
  monthStart,
  plainDate,
  readDate,
  weekday,
} from "../../src/values/dates.ts";

describe("plain dates", () => {
  it("are days of the calendar or nothing", () => {
    assert.equal(readDate("2027-02-30"), undefined);
    assert.equal(readDate("2028-02-29"), "2028-02-29");
    assert.equal(readDate("27-02-28"), undefined);
    assert.equal(dateOf(2027, 13, 1), undefined);
    assert.throws(() => plainDate("2027-2-1"), RangeError);
  });

  it("know ISO weeks, also the one that begins in the year before", () => {
    assert.equal(isoWeek(2027, 1), "2027-01-04");
    assert.equal(isoWeek(2026, 53), "2026-12-28");
    assert.equal(isoWeek(2025, 53), undefined);
    assert.equal(isoWeek(2025, 1), "2024-12-30");
  });

  it("know Mondays and the ends of months", () => {
    assert.equal(weekday(plainDate("2027-03-01")), 1);
    assert.equal(mondayOf(plainDate("2027-03-07")), "2027-03-01");
    assert.equal(monthEnd(plainDate("2028-02-10")), "2028-02-29");
    assert.equal(monthStart(plainDate("2028-02-10")), "2028-02-01");
  });

  it("are as many days apart as were added", () => {
    const day = fc.integer({ min: 0, max: 100_000 }).map((n) => addDays(plainDate("1900-01-01"), n));
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: -5000, max: 5000 }),
        (from, days) => daysBetween(from, addDays(from, days)) === days,
      ),
    );
  });
});
