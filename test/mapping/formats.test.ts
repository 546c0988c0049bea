/** docs/formats.md is what the mappings say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { formatsInWords } from "../tools/formats-text.ts";
import { library, ROOT } from "./support.ts";

describe("docs/formats.md", () => {
  const page = formatsInWords(library);

  it("is equal to what the mappings say (npm run docs:formats writes it)", () => {
    const held = readFileSync(path.join(ROOT, "docs/formats.md"), "utf8");
    const [lines, written] = [page.split("\n"), held.split("\n")];
    const at = lines.findIndex((line, n) => line !== written[n]);
    assert.equal(held, page, at < 0 ? "it has more lines" : `line ${at + 1} should be ${lines[at]}`);
  });

  it("has the release number of a forecast at its place in each family", () => {
    const [row = ""] = /^\| `releaseNumber` .*$/m.exec(page) ?? [];
    assert.match(row, /BFR03/);
    assert.match(/^\| `lines\.releaseNumber` .*$/m.exec(page)?.[0] ?? "", /RFF\[AAN\].*512 9-17/);
  });

  it("has no field twice in a table", () => {
    for (const section of page.split("\n## ").slice(1)) {
      const fields = section.match(/^\| `[^`]+`/gm) ?? [];
      assert.equal(new Set(fields).size, fields.length);
    }
  });
});
