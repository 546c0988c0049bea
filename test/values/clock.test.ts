import assert from "node:assert/strict";
import { dateIn, instantOf, occasionOf, standingClock, systemClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";

describe("the clock", () => {
  it("gives the business date in the company's time zone", () => {
    const lateEvening = instantOf("2027-03-01T23:30:00Z");
    assert.equal(dateIn("Europe/Berlin", lateEvening), "2027-03-02");
    assert.equal(dateIn("America/New_York", lateEvening), "2027-03-01");
    assert.equal(systemClock({ timeZone: "Europe/Berlin", instant: lateEvening }).businessDate(), "2027-03-02");
  });

  it("can be set from outside, business date and instant apart", () => {
    const clock = standingClock(plainDate("2027-01-04"), instantOf("2027-03-01T06:00:00Z"));
    assert.deepEqual(occasionOf(clock, "timetable"), {
      businessDate: "2027-01-04",
      instant: "2027-03-01T06:00:00.000Z",
      who: "timetable",
    });
  });

  it("refuses an instant that is not in UTC", () => {
    assert.throws(() => instantOf("2027-03-01T06:00:00"), RangeError);
    assert.throws(() => instantOf("soon"), RangeError);
  });
});
