import assert from "node:assert/strict";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { charsetOf } from "../../src/syntax/charsets.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { inputOf, material } from "../tools/fuzz-inputs.ts";
import { library } from "./support.ts";

const INPUTS = 150;
const texts = material();

/** Reads every set of a file from its bytes and from cut segments; returns how many there were. */
function assertSame(bytes: Uint8Array): number {
  let sets = 0;
  const source = memorySource("damaged", bytes);
  for (const interchange of catalogueOf(source).interchanges) {
    const { delimiters, family, groups, sentOn } = interchange;
    for (const { functionalId, sets: found } of groups) {
      for (const set of found) {
        const mapping = library.fitting({ family, type: set.type, version: set.version, functionalId });
        if (mapping === undefined) continue;
        const context = { family, delimiters, version: set.version, charset: charsetOf(interchange), sentOn };
        const segments = segmentsOf(source, interchange, set);
        assert.deepEqual(mapping.read(segments, context), mapping.read([...segments], context));
        sets += 1;
      }
    }
  }
  return sets;
}

describe("a set read from its bytes", () => {
  for (const family of ["x12", "edifact", "fixed"] as const) {
    it(`of ${family} is the same document, with the same findings, as one read from cut segments`, () => {
      let sets = 0;
      for (let n = 1; n <= INPUTS; n += 1) sets += assertSame(inputOf(texts, 862, n, family));
      assert.ok(sets > INPUTS / 4, `only ${sets} sets were read`);
    }).timeout(120_000);
  }
});
