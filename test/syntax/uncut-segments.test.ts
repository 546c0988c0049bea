import assert from "node:assert/strict";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { Segment } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { inputOf, material } from "../tools/fuzz-inputs.ts";

const INPUTS = 120;
const texts = material();

/** What a segment says, whether it is cut or not. */
const said = ({ byte, elements, inSet, line, ordinal, tag, uncut }: Segment) => {
  const count = uncut?.count ?? elements.length;
  return { byte, elements: [...elements], inSet, line, ordinal, tag, count };
};

function assertSame(bytes: Uint8Array, chunk: number | undefined): void {
  const source = memorySource("damaged", bytes);
  for (const interchange of catalogueOf(source).interchanges) {
    for (const set of interchange.groups.flatMap(({ sets }) => sets)) {
      const segments = segmentsOf(source, interchange, set, chunk);
      // A batch is valid until the next one is taken.
      const uncut = [...segments].length === 0 ? [] : [...described(segments.uncut())];
      assert.deepEqual(uncut, [...segments].flat().map(said));
    }
  }
}

function* described(batches: Iterable<readonly Segment[]>): Generator<ReturnType<typeof said>> {
  for (const batch of batches) yield* batch.map(said);
}

describe("segments that are not cut", () => {
  for (const family of ["x12", "edifact", "fixed"] as const) {
    it(`of ${family} say the same as cut ones, however damaged the file is and in whatever chunks it is read`, () => {
      for (let n = 1; n <= INPUTS; n += 1) {
        const bytes = inputOf(texts, 4905, n, family);
        assertSame(bytes, undefined);
        assertSame(bytes, 64 + n);
      }
    }).timeout(60_000);
  }

  it("stay as they are when they are cut for good before the next batch is read", () => {
    const records = [
      "51102KUNDE    WIR      0004600047270201270101",
      ...Array.from({ length: 99 }, () => "51801A text"),
      "51901",
    ];
    const source = memorySource("texts", Buffer.from(records.map((text) => text.padEnd(128)).join("\r\n")));
    const [interchange] = catalogueOf(source).interchanges;
    const [set] = interchange?.groups[0]?.sets ?? [];
    assert.ok(interchange !== undefined && set !== undefined);
    const kept: Segment[] = [];
    for (const batch of segmentsOf(source, interchange, set).uncut()) kept.push(batch.at(-1)?.uncut?.cut() as Segment);
    const all = [...segmentsOf(source, interchange, set)].flat();
    assert.ok(kept.length > 1);
    assert.deepEqual(
      kept,
      kept.map(({ inSet }) => all[inSet - 1]),
    );
  });
});
