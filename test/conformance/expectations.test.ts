import assert from "node:assert/strict";
import { expectationOf, expectedPlaces } from "../tools/conformance-index.ts";

const inShort = (words: string): string[] =>
  expectedPlaces(words).map((place) => {
    if (place.kind === "byte") return `byte ${place.byte}`;
    if (place.kind === "segment") return place.tag;
    return `${place.tag}/${place.element}${place.orLater ? "+" : ""}`;
  });

describe("what an index expects of a file", () => {
  it("names elements, segments and bytes", () => {
    assert.deepEqual(inShort("SE01 18 (8 found), GE02, IEA02"), ["SE/1", "GE/2", "IEA/2"]);
    assert.deepEqual(inShort("AK101 (code), AK402 (not numeric)"), ["AK1/1", "AK4/2"]);
    assert.deepEqual(inShort("AK302, AK401 ff."), ["AK3/2", "AK4/1+"]);
    assert.deepEqual(inShort("UNT 331 for 13 segments"), ["UNT"]);
    assert.deepEqual(inShort("AK1 and AK9 missing before SE (segment 2)"), ["AK1", "AK9"]);
    assert.deepEqual(inShort("the terminator is three bytes (UTF-8): finding at byte 108"), ["byte 108"]);
  });

  it("leaves out what is tolerated, and of a valid file what is no fault", () => {
    assert.deepEqual(inShort("hash total CTT02 115200 (56700 found) tolerated"), []);
    const valid = expectationOf("862/a.edi", { "message type": "862", expected: "no terminator after the last IEA" });
    assert.deepEqual([valid.invalid, valid.places], [false, []]);
  });

  it("takes a file for invalid by the folder it stands in, or by its row", () => {
    assert.equal(expectationOf("x12/invalid/a.edi", {}).invalid, true);
    assert.equal(expectationOf("x12/830/a.edi", { "message type": "invalid" }).invalid, true);
    assert.equal(expectationOf("x12/830/a.edi", {}).invalid, false);
  });
});
