import assert from "node:assert/strict";
import { FIXTURES, findingsOf, fixture, readAll } from "./reading.ts";

/** A small generator of numbers from a fixed seed, so that a failure comes again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const TELLING = [
  "~",
  "*",
  ">",
  "\n",
  "\r",
  "'",
  "+",
  "?",
  "ISA*",
  "UNB+",
  "UNA",
  "IEA*1*",
  "SE*",
  "GE*",
  "ST*830*",
  "//",
  "\0",
  "\u00FF",
];

/** `bytes` with a few bytes changed, lost, doubled or put in, where `number` says. */
function damaged(bytes: Buffer, number: (below: number) => number): Buffer {
  let text = bytes.toString("latin1");
  for (let change = 1 + number(4); change > 0; change -= 1) {
    const at = number(text.length);
    const length = number(8);
    const put = [
      "",
      String.fromCharCode(number(256)),
      TELLING[number(TELLING.length)] ?? "",
      text.slice(number(text.length)).slice(0, number(200)),
    ][number(4)];
    text = text.slice(0, at) + put + text.slice(at + length);
  }
  return Buffer.from(text, "latin1");
}

describe("damaged files", () => {
  it("never crash the reader, read the same in parts, and account for every segment they have", () => {
    const number = numbers(830);
    for (let run = 0; run < 3000; run += 1) {
      const bytes = damaged(fixture(FIXTURES[run % FIXTURES.length] ?? FIXTURES[0]), number);
      const read = readAll(bytes);
      assert.deepEqual(readAll(bytes, 1 + number(200)), read, `run ${run}`);
      const { interchanges, segments } = read.catalogue;
      assert.equal(
        segments,
        interchanges.reduce((sum, interchange) => sum + interchange.segments, 0),
      );
      const sets = interchanges.flatMap((interchange) => interchange.groups.flatMap((group) => group.sets));
      sets.forEach((set, at) => {
        const found = read.sets[at] ?? [];
        assert.equal(found.length, set.segments, `run ${run}`);
        assert.equal(found[0]?.byte, set.firstByte);
        assert.ok(found.every((segment, index) => segment.inSet === index + 1 && segment.byte < set.endByte));
      });
      for (const interchange of interchanges) {
        assert.ok(interchange.complete || interchange.findings.some((finding) => finding.severity === "reject"));
      }
      for (const finding of findingsOf(read.catalogue)) assert.ok((finding.place.byte ?? 0) <= bytes.length);
    }
  });
});
