import assert from "node:assert/strict";
import fc from "fast-check";
import {
  amount,
  lineAmount,
  packsFor,
  price,
  quantity,
  readMillionths,
  writeMillionths,
} from "../../src/values/figures.ts";

describe("figures", () => {
  it("read decimal text exactly, beyond what binary floating point holds", () => {
    assert.equal(readMillionths("9007199254.740993"), 9_007_199_254_740_993n);
    assert.equal(writeMillionths(9_007_199_254_740_993n), "9007199254.740993");
  });

  it("refuse more than six decimals instead of rounding", () => {
    assert.equal(readMillionths("0.0000001"), "too-many-decimals");
    assert.equal(readMillionths("0.1000000"), 100_000n);
  });

  it("refuse what is no number or does not fit a BIGINT column", () => {
    for (const text of ["", "-", ".", "1e3", "1,5", "0x10", " 1", "١"])
      assert.equal(readMillionths(text), "not-a-number", text);
    assert.equal(readMillionths("1234567890123"), "too-large");
    assert.equal(readMillionths(`000${"9".repeat(12)}`), 999_999_999_999_000_000n);
  });

  it("come back as the text they were, in canonical form", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n - 10n ** 18n, max: 10n ** 18n - 1n }),
        (held) => readMillionths(writeMillionths(held)) === held,
      ),
    );
  });

  it("round a line's amount once, half away from zero, to the currency's minor unit", () => {
    assert.equal(lineAmount(quantity("3"), price("0.335"), 2), amount("1.01"));
    assert.equal(lineAmount(quantity("-3"), price("0.335"), 2), amount("-1.01"));
    assert.equal(lineAmount(quantity("1"), price("0.5"), 0), amount("1"));
  });

  it("price per hundred", () => {
    assert.equal(lineAmount(quantity("250"), price("12.34"), 2, quantity("100")), amount("30.85"));
  });

  it("count full packs, none for nothing", () => {
    assert.equal(packsFor(quantity("101"), quantity("50")), 3n);
    assert.equal(packsFor(quantity("100"), quantity("50")), 2n);
    assert.equal(packsFor(quantity("0"), quantity("50")), 0n);
  });
});
