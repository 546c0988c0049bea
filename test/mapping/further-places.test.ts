/** Fields that may stand at further places, words that a line gives its objects, and lines that fill one list in turns. */
import assert from "node:assert/strict";
import { mappingFromText } from "../../src/mapping/library.ts";
import { EDIFACT, inShort, readX12, segmentsFrom, tryLines, writeX12 } from "./support.ts";

const HEAD = "- ST: { times: 1, fields: { 1: { is: 830 }, 2: set.number } }\n";

describe("a further place of a field", () => {
  const mapping = tryLines(`${HEAD}- REF: { when: { 1: RE }, fields: { 2: releaseNumber } }
- REF: { when: { 1: RN }, fields: { 2: { to: releaseNumber, also: true } } }
- REF: { times: 0..*, opens: references, fields: { 1: kind, 2: number } }`);

  it("is read where the field has no value yet, and never written", () => {
    const { document, findings, unmapped } = readX12(mapping, "ST*830*1\nREF*RN*17\nSE*3*1");
    assert.deepEqual([findings, unmapped], [[], []]);
    assert.deepEqual(document, { set: { number: "1" }, releaseNumber: "17", lines: [] });
    assert.deepEqual(writeX12(mapping, document).lines, ["ST*830*1", "REF*RE*17"]);
  });

  it("gives way to the place before it: the same value is nothing new, another one is listed", () => {
    const twice = readX12(mapping, "ST*830*1\nREF*RE*17\nREF*RN*17\nSE*4*1");
    assert.deepEqual(twice.unmapped, []);
    const other = readX12(mapping, "ST*830*1\nREF*RN*17\nREF*RE*18\nSE*4*1");
    assert.deepEqual((other.document as { releaseNumber: string }).releaseNumber, "17");
    assert.deepEqual(
      other.unmapped.map(({ line, element, found }) => [line, element, found]),
      [["REF[RE]", 2, "18"]],
    );
  });

  it("is refused for a field that has no other place, since it could not be written", () => {
    assert.throws(
      () => tryLines(`${HEAD}- REF: { when: { 1: RN }, fields: { 2: { to: releaseNumber, also: true } } }`),
      {
        code: "MAPPING_ONE_WAY",
        message: "releaseNumber has only further places, and could not be written",
      },
    );
  });

  it("is refused with words that ask for a value", () => {
    assert.throws(
      () => tryLines(`${HEAD}- BFR: { fields: { 2: releaseNumber, 3: { to: releaseNumber, also: true, use: must } } }`),
      { code: "MAPPING_ONE_WAY" },
    );
  });
});

describe("lines of different tags that open one list", () => {
  const mapping = mappingFromText(
    "edifact/try",
    `syntax: edifact
message: { type: DESADV }
document: ship-notice
lines:
  - UNH: { times: 1, fields: { 1: set.number } }
  - LIN: { times: 0..*, opens: lines, sets: { level: item }, fields: { 3.1: customerPart } }
  - CPS:
      times: 0..*
      opens: lines
      fields: { 1: { to: number, count: CPS }, 3: { to: level, empty: 4, codes: { 1: inner, 3: outer } } }
      then: [ { LIN: { fields: { 3.1: customerPart } } } ]
`,
  );
  const context = { family: "edifact", delimiters: EDIFACT, version: "D:07A", charset: "latin1" } as const;
  const message = [
    "UNH+1+DESADV:D:07A:UN",
    "CPS+1++3",
    "CPS+2++1",
    "LIN+++PART-1",
    "LIN+++PART-2",
    "CPS+3++4",
    "LIN+++PART-3",
  ];

  it("refuse an object with what only the other line has a place for", () => {
    const { findings } = mapping.write({ lines: [{ level: "item", number: "7" }] }, { ...context, setControl: "" });
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["LIST_NOT_WRITABLE", "lines[0].number"]],
    );
  });

  it("may come in turns: no order is missed, and sets tells the objects of one line from the other's", () => {
    const reading = mapping.read([segmentsFrom(message.join("\n"), "+")], { ...context, sentOn: "" });
    assert.deepEqual(inShort(reading.findings), []);
    assert.deepEqual(reading.document, {
      set: { number: "1" },
      lines: [
        { segment: 2, number: "1", level: "outer" },
        { segment: 3, number: "2", level: "inner", customerPart: "PART-1" },
        { segment: 5, level: "item", customerPart: "PART-2" },
        { segment: 6, number: "3", customerPart: "PART-3" },
      ],
    });
    const { set, findings } = mapping.write(reading.document, { ...context, setControl: "" });
    assert.deepEqual(findings, []);
    assert.deepEqual(
      set.segments.map((segment) => segment.join("+")),
      message,
    );
  });
});
