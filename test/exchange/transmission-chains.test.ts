import assert from "node:assert/strict";
import fc from "fast-check";
import {
  afterTransmission,
  countAt,
  expectedAfterTransmission,
  hasGoneRound,
  missingBeforeTransmission,
  numbersOfTransmission,
} from "../../src/exchange/transmission-chains.ts";

const padded = (number: number): string => String(number).padStart(5, "0");

describe("the chain of VDA transmissions", () => {
  it("begins with 00000 before 00001 and goes round from 99999 to 00001", () => {
    assert.deepEqual(numbersOfTransmission(1), { old: "00000", new: "00001" });
    assert.deepEqual(numbersOfTransmission(99_999), { old: "99998", new: "99999" });
    assert.deepEqual(numbersOfTransmission(100_000), { old: "99999", new: "00001" });
    assert.deepEqual(numbersOfTransmission(100_001), { old: "00001", new: "00002" });
  });

  it("has nothing missing where each old number is the new one before it, as far as it counts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), (n) => {
        const before = numbersOfTransmission(n);
        const next = numbersOfTransmission(n + 1);
        assert.equal(next.old, before.new);
        const expected = expectedAfterTransmission(undefined, before.new);
        assert.equal(padded(expected ?? 0), next.new);
        assert.equal(missingBeforeTransmission(expected, { previous: next.old, control: next.new }), undefined);
      }),
    );
  });

  it("names what was passed over, up to 400 of them, also round behind 99999", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 400 }), (last, lost) => {
        const expected = afterTransmission(last);
        const { old, new: control } = numbersOfTransmission(last + lost + 1);
        const missing = missingBeforeTransmission(expected, { previous: old, control });
        assert.deepEqual(missing, { from: expected, to: Number(old) });
      }),
    );
  });

  it("jumps as its sender likes where the old number is the last that came", () => {
    assert.equal(missingBeforeTransmission(18, { previous: "00017", control: "00090" }), undefined);
    assert.equal(missingBeforeTransmission(18, { previous: "00000", control: "00001" }), undefined);
    assert.equal(missingBeforeTransmission(undefined, { previous: "00017", control: "00018" }), undefined);
    assert.deepEqual(missingBeforeTransmission(18, { previous: "", control: "20" }), { from: 18, to: 19 });
  });

  it("stays where it is when one comes late, and takes a number far away for a new count", () => {
    assert.equal(expectedAfterTransmission(18, "00016"), 18);
    assert.equal(expectedAfterTransmission(2, "99998"), 2);
    assert.equal(expectedAfterTransmission(18, "05000"), 5001);
    assert.equal(expectedAfterTransmission(60_000, "00001"), 2);
    assert.equal(expectedAfterTransmission(18, "REF"), 18);
  });

  it("takes a number that came before for another one only right after 99999", () => {
    assert.equal(hasGoneRound(1, "00001"), true);
    assert.equal(hasGoneRound(99_900, "00005"), true);
    assert.equal(hasGoneRound(18, "00005"), false);
    assert.equal(hasGoneRound(90_000, "00005"), false);
    assert.equal(hasGoneRound(undefined, "00005"), false);
  });

  it("is found again in our own count from the number that stands in a file", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400_000 }), fc.integer({ min: 0, max: 40_000 }), (last, more) => {
        const { new: written } = numbersOfTransmission(last + more);
        assert.equal(countAt(last, Number(written)), last + more);
      }),
    );
    assert.equal(countAt(120_000, 19_000), 120_000, "one that was written before moves nothing");
  });
});
