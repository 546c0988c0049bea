import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ERROR_CODES } from "../../src/values/error-codes.ts";

describe("the codes of errors and findings", () => {
  const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/errors.md"), "utf8");
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split("\n", 1)[0] ?? "", section.split("\n").slice(1).join("\n").trim()]),
  );

  it("each have a heading of their own in docs/errors.md, and no heading is without a code", () => {
    assert.deepEqual([...sections.keys()].toSorted(), [...ERROR_CODES].toSorted());
  });

  it("are each explained there", () => {
    for (const [code, words] of sections) assert.ok(words.length > 40, code);
  });
});
