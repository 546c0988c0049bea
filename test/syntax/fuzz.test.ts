import assert from "node:assert/strict";
import { FAMILIES, inputOf, material } from "../tools/fuzz-inputs.ts";
import { judge, ownMappings } from "../tools/fuzz-judge.ts";
import { minimised } from "../tools/fuzz-minimise.ts";
import { FIXTURES, findingsOf, fixture, inShort, latin1, readAll } from "./reading.ts";

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

const faults = (text: string) => findingsOf(readAll(latin1(text)).catalogue).map(inShort);
const fails = async (bytes: Buffer) => /ISA.*~.*!/s.test(bytes.toString("latin1"));

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

  for (const family of FAMILIES) {
    it(`of ${family} are read, mapped and read by the second reader without a crash, a loss or a disagreement: npm run fuzz tries more`, async () => {
      const library = ownMappings();
      const texts = material();
      const inputs = family === "x12" ? 4000 : 1500;
      for (let n = 0; n < inputs; n += 1) {
        const wrong = await judge(library, inputOf(texts, 997, n, family), family);
        assert.equal(wrong, undefined, `npm run fuzz -- --family ${family} --seed 997 --from ${n} --inputs 1`);
      }
    });
  }

  it("that fail are made as small as they still fail", async () => {
    const small = await minimised(Buffer.from("xxISA*00*some text~GS*PS~ST*830!and more"), fails);
    assert.equal(small.toString("latin1"), "ISA~!");
  });
});

describe("what damaged files have taught", () => {
  const weekly = fixture("830-weekly.edi").toString("latin1");
  it("a tag with a NUL behind it is another tag, whatever was read before", () => {
    const read = readAll(latin1(weekly.replace("UIT*", "UI\0*").replace("LIN*", "UI*")));
    const tags = read.sets.flat().map(({ tag }) => tag);
    assert.ok(tags.includes("UI\0") && tags.includes("UI"));
  });

  it("a header in which its own terminator stands ends nobody knows where", () => {
    assert.deepEqual(faults(weekly.replace("*ZZ*", "*~Z*")), ["SYNTAX_HEADER reject ISA05, segment 1"]);
  });

  it("an element of the header that is longer than the standard has it means something else by position", () => {
    assert.deepEqual(faults(weekly.replace(/\*ZZ\*/, "*ZZZ*")), ["SYNTAX_HEADER reject ISA05, segment 1"]);
  });
});
