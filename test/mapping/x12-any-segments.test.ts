/** Whatever segments a set of any X12 type holds: no crash, all accounted for, a valid document unless something rejects it, and nothing lost without a word. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import type { LineDefinition } from "../../src/mapping/definition.ts";
import { library, X12_CONTEXT } from "./support.ts";

const tagsOf = (lines: readonly LineDefinition[]): string[] =>
  lines.flatMap((line) => [line.tag, ...tagsOf(line.below)]);

const element = fc.oneof(
  fc.constantFrom(
    "",
    "1",
    "00",
    "ST",
    "BP",
    "C",
    "D",
    "F",
    "IV",
    "DO",
    "SI",
    "050",
    "051",
    "193",
    "20270302",
    "0800",
    "480",
    "-5.5",
    "A>B>C>D",
    "X^Y",
    "024",
    "ZZ",
  ),
  fc.string({ maxLength: 6, unit: fc.constantFrom("0", "9", "A", ".", "-", " ", ">", "^", "\xff", "\u0001") }),
);

/** What a set must have at its beginning and its end. */
const FRAMES: Readonly<Record<string, readonly [head: readonly string[], end: readonly string[]]>> = {
  "x12/810": [["BIG*20270301*1"], ["TDS*100"]],
  "x12/820": [["BPR*C*1*C"], []],
  "x12/824": [["BGN*00*1*20270301"], []],
  "x12/830": [["BFR*05**1*DL*A", "LIN**BP*A"], []],
  "x12/856": [["BSN*00*1*20270301*0800", "HL*1**S"], []],
  "x12/861": [["BRA*1*20270301*00"], []],
  "x12/862": [["BSS*05*1", "LIN**BP*A"], []],
  "x12/866": [["BSS*05*1"], []],
  "x12/997": [["AK1*SS*1"], ["AK9*A*1*1*1"]],
  "x12/999": [["AK1*SS*1"], ["AK9*A*1*1*1"]],
};

describe("any segments of an X12 set", () => {
  for (const name of library.names().filter((held) => held.startsWith("x12/"))) {
    it(`${name}: are accounted for, and are valid unless a finding rejects them`, () => {
      const mapping = library.named(name);
      assert.ok(mapping);
      const tags = [...new Set([...tagsOf(mapping.definition.lines), "SE", "ZZZ"])];
      const [head, end] = (FRAMES[name] ?? assert.fail(name)).map((lines) =>
        lines.map((line): [string, string[]] => [line.split("*")[0] ?? "", line.split("*").slice(1)]),
      ) as [[string, string[]][], [string, string[]][]];
      let valid = 0;
      const segment = fc.tuple(fc.constantFrom(...tags), fc.array(element, { maxLength: 10 }));
      fc.assert(
        fc.property(fc.array(segment, { maxLength: 8 }), (held) => {
          const list = [["ST", [mapping.message.type, "0001"]] as [string, string[]], ...head, ...held, ...end];
          const segments = list.map(([tag, rest], at) => ({
            tag,
            elements: [tag, ...rest],
            byte: at * 10,
            line: at + 1,
            ordinal: at + 1,
            inSet: at + 1,
          }));
          const { accounted, document, findings } = mapping.read([segments], X12_CONTEXT);
          assert.equal(accounted.segments, list.length);
          assert.equal(accounted.mapped + accounted.unknown, list.length);
          for (const finding of findings) assert.ok(finding.remedy !== undefined);
          if (findings.some(({ severity }) => severity === "reject")) return;
          DOCUMENT_SCHEMAS[mapping.document].parse(document);
          valid += 1;
        }),
        { numRuns: 300 },
      );
      assert.ok(valid > 20, `only ${valid} were valid`);
    });
  }
});
