import assert from "node:assert/strict";
import { normalForm } from "../../src/values/identifiers.ts";

describe("identifiers in normal form", () => {
  it("do not differ by case, blanks or leading zeros", () => {
    assert.equal(normalForm("fe 4397"), "FE4397");
    assert.equal(normalForm("000503141"), "503141");
    assert.equal(normalForm("E6SP 7E396 AA 040"), "E6SP7E396AA040");
    assert.equal(normalForm("000"), "0");
    assert.equal(normalForm("  "), "");
  });

  it("lose their dashes only where the partner's file says so", () => {
    assert.equal(normalForm("77-00-12"), "77-00-12");
    assert.equal(normalForm("77-00-12", { dashes: "drop" }), "770012");
  });
});
