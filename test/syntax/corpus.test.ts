import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { compareReaders, readByX12Parser } from "../../src/syntax/second-reader.ts";
import { elementsOfInterchange } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { findingsOf, readAll } from "./reading.ts";

describe("files of other people", function () {
  if (!hasCorpus) {
    it("are read with every position right, the same in parts");
    return;
  }
  const folder = ofCorpus();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(edi|txt|x12|edifact)$/.test(name) && statSync(path.join(folder, name)).isFile())
    .toSorted();

  for (const name of files) {
    it(`are read with every position right, the same in parts: ${name}`, async () => {
      const bytes = readFileSync(path.join(folder, name));
      const read = readAll(bytes);
      for (const size of [1, 7, 64, 1000]) assert.deepEqual(readAll(bytes, size), read);
      const text = bytes.toString("latin1");
      for (const segment of read.sets.flat()) {
        assert.ok(
          text
            .slice(segment.byte)
            .replace(/[\r\n]/g, "")
            .startsWith(segment.tag),
        );
        assert.equal(text.slice(0, segment.byte).split("\n").length, segment.line);
      }
      if (read.catalogue.family !== "x12" || findingsOf(read.catalogue).length > 0) return;
      const source = memorySource(name, bytes);
      for (const interchange of read.catalogue.interchanges) {
        const theirs = await readByX12Parser(bytes.subarray(interchange.firstByte, interchange.endByte));
        const { component } = interchange.delimiters;
        const differences = compareReaders(elementsOfInterchange(source, interchange), theirs, component);
        assert.deepEqual(
          differences.filter((difference) => !difference.known),
          [],
        );
      }
    });
  }
});
