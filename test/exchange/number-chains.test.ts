import assert from "node:assert/strict";
import { expectedAfter, missingBefore, missingInWords } from "../../src/exchange/number-chains.ts";

describe("The chain of a sender's control numbers", () => {
  it("expects the number after the highest that came; what was passed over is missing", () => {
    assert.equal(missingBefore(undefined, "000000007"), undefined, "the first one may be any");
    assert.equal(missingBefore(8, "000000008"), undefined);
    assert.deepEqual(missingBefore(8, "000000009"), { from: 8, to: 8 });
    assert.deepEqual(missingBefore(8, "000000012"), { from: 8, to: 11 });
    assert.equal(missingInWords({ from: 8, to: 8 }), "8");
    assert.equal(missingInWords({ from: 8, to: 11 }), "8 to 11");
  });

  it("goes on behind the highest, whatever comes late", () => {
    assert.equal(expectedAfter(undefined, "000000007"), 8);
    assert.equal(expectedAfter(8, "12"), 13);
    assert.equal(expectedAfter(13, "9"), 13);
    assert.equal(missingBefore(13, "9"), undefined);
  });

  it("begins anew where a sender counts anew, or by dates, and leaves names that are no numbers alone", () => {
    assert.equal(expectedAfter(1_000_000_000, "000000001"), 2);
    assert.equal(missingBefore(270_301_004, "270302001"), undefined);
    assert.equal(expectedAfter(270_301_004, "270302001"), 270_302_002);
    assert.equal(missingBefore(8, "REF12"), undefined);
    assert.equal(expectedAfter(8, "REF12"), 8);
  });
});
