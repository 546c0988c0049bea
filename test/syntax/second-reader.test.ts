import assert from "node:assert/strict";
import { compareReaders, readByX12Parser } from "../../src/syntax/second-reader.ts";
import type { InterchangeEntry } from "../../src/syntax/segment.ts";
import { elementsOfInterchange } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { FIXTURES, fixture, latin1, readAll } from "./reading.ts";

const ours = (bytes: Uint8Array, interchange: InterchangeEntry): string[][] =>
  elementsOfInterchange(memorySource("test.edi", bytes), interchange);

const theirs = (bytes: Uint8Array, { delimiters, endByte, firstByte }: InterchangeEntry): Promise<string[][]> =>
  readByX12Parser(bytes.subarray(firstByte, endByte), delimiters);

describe("the second reader", () => {
  for (const name of FIXTURES) {
    it(`agrees with the first about every segment: ${name}`, async () => {
      const bytes = fixture(name);
      for (const interchange of readAll(bytes).catalogue.interchanges) {
        const segments = ours(bytes, interchange);
        assert.deepEqual(compareReaders(segments, await theirs(bytes, interchange)), []);
        assert.equal(segments.length, interchange.segments);
      }
    });
  }

  it("is fed so that long interchanges come out whole", async () => {
    const line = `FST*480*C*D*20260304*${"x".repeat(60)}~\n`;
    const weekly = fixture("830-weekly.edi").toString("latin1");
    const bytes = latin1(weekly.replace("UIT*EA~\n", `UIT*EA~\n${line.repeat(5000)}`));
    const [interchange] = readAll(bytes).catalogue.interchanges;
    assert.ok(interchange !== undefined);
    assert.deepEqual(compareReaders(ours(bytes, interchange), await theirs(bytes, interchange)), []);
  });

  it("trims blanks, which is known of it and hinders nothing", async () => {
    const bytes = latin1(fixture("830-weekly.edi").toString("latin1").replace("BRACKET,", "  BRACKET,"));
    const [interchange] = readAll(bytes).catalogue.interchanges;
    assert.ok(interchange !== undefined);
    assert.deepEqual(compareReaders(ours(bytes, interchange), await theirs(bytes, interchange)), [
      { segment: 9, element: 5, ours: "  BRACKET, FRONT LEFT", theirs: "BRACKET, FRONT LEFT", known: true },
    ]);
  });

  it("is refused when there is no header to feed it with", async () => {
    await assert.rejects(readByX12Parser(latin1("GS*PS~")), (thrown) => {
      assert.ok(thrown instanceof CalloffError);
      return thrown.code === "SYNTAX_SECOND_READER";
    });
  });
});

describe("two readings compared", () => {
  const reading = [
    ["ST", "830"],
    ["N1", "ST", "A"],
    ["SE", "3"],
  ];

  it("differ where an element does, by segment and element", () => {
    assert.deepEqual(
      compareReaders(reading, [
        ["ST", "830"],
        ["N1", "ST", "B"],
        ["SE", "3"],
      ]),
      [{ segment: 2, element: 2, ours: "A", theirs: "B", known: false }],
    );
  });

  it("do not differ in empty elements at the end of a segment", () => {
    assert.deepEqual(
      compareReaders(reading, [
        ["ST", "830", ""],
        ["N1", "ST", "A", "", ""],
        ["SE", "3"],
      ]),
      [],
    );
  });

  it("differ once where one has more segments", () => {
    assert.deepEqual(compareReaders(reading, reading.slice(0, 1)), [
      { segment: 2, ours: "N1 ST A", theirs: "", known: false },
    ]);
  });
});
