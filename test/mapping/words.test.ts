/** Every word of the mapping language, in both directions. */
import assert from "node:assert/strict";
import { mappingFromText } from "../../src/mapping/library.ts";
import type { Segment } from "../../src/syntax/segment.ts";
import { plainDate } from "../../src/values/dates.ts";
import { EDIFACT, inShort, NONE, named, readX12, segmentsFrom, tryLines, writeX12 } from "./support.ts";

/** Reads lines, writes the document, and expects the same lines again. */
function bothWays(lines: string, text: string): unknown {
  const mapping = tryLines(lines);
  const reading = readX12(mapping, text);
  assert.deepEqual(reading.findings, []);
  const written = writeX12(mapping, reading.document);
  assert.deepEqual(written.result.findings, []);
  assert.deepEqual(
    written.lines.join("\n"),
    text
      .trim()
      .split("\n")
      .map((line) => line.trim())
      .join("\n"),
  );
  return reading.document;
}

describe("fields and addresses", () => {
  it("an element, a component, a repetition", () => {
    const document = bothWays(
      "- UIT: { fields: { 1: unit, 1.4: plant, 3/2.1: dock, 3: modelYear } }",
      "UIT*PC>>>LB**A^B",
    );
    assert.deepEqual(document, { unit: "PC", plant: "LB", modelYear: "A", dock: "B", lines: [] });
  });

  it("content that no field names is listed once per place, with how often it came", () => {
    const mapping = tryLines("- LIN: { times: 1..*, opens: lines, fields: { 1: number } }");
    const reading = readX12(mapping, "LIN*1*BP*A\nLIN*2*BP*B");
    assert.deepEqual(
      reading.unmapped.map(({ line, element, count, found }) => [line, element, count, found]),
      [
        ["LIN", 2, 2, "BP"],
        ["LIN", 3, 2, "A"],
      ],
    );
    assert.equal(reading.unmapped[1]?.first.byte, 9);
  });

  it("blanks around a value are no part of it", () => {
    const reading = readX12(tryLines("- BFR: { fields: { 1: orderNumber } }"), "BFR*  PO 1  ");
    assert.deepEqual(reading.document, { orderNumber: "PO 1", lines: [] });
  });

  it("bytes from 0x80 on are read by the partner's charset", () => {
    const mapping = tryLines("- N1: { fields: { 2: plant } }");
    const bytes = Buffer.from("N1*ST*Škoda", "utf8").toString("latin1");
    assert.deepEqual(readX12(mapping, bytes, { charset: "utf-8" }).document, { plant: "Škoda", lines: [] });
    const wrong = readX12(mapping, "N1*ST*M\xfcller", { charset: "utf-8" });
    assert.deepEqual(inShort(wrong.findings), ["N102 ELEMENT_BAD_CHARACTER"]);
    assert.deepEqual(readX12(mapping, "N1*ST*\x80", { charset: "windows-1252" }).document, { plant: "€", lines: [] });
    assert.deepEqual(writeX12(mapping, { plant: "Škoda" }, { charset: "windows-1252" }).lines, ["N1**\x8akoda"]);
    const refused = writeX12(mapping, { plant: "Škoda" }, { charset: "latin1" }).result.findings;
    assert.deepEqual(
      refused.map(({ code, place }) => [code, place.field]),
      [["FIELD_FORBIDDEN_CHARACTER", "plant"]],
    );
  });
});

describe("times", () => {
  const lines =
    "- BFR: { times: 1, fields: { 1: orderNumber } }\n- LIN: { times: 1..2, opens: lines, fields: { 1: number } }";

  it("too few is a mandatory segment missing, AK304 3, before the segment where it was noticed", () => {
    const [finding] = readX12(tryLines(lines), "BFR*1\nSE*3*1").findings;
    assert.deepEqual(
      [finding?.code, finding?.place.inSet, finding?.place.tag, finding?.ack?.segment],
      ["SEGMENT_MISSING", 2, "LIN", "3"],
    );
  });

  it("too many of what opens objects is read and tolerated, of what does not is rejected and keeps the first", () => {
    const many = readX12(tryLines(lines), "BFR*1\nLIN*1\nLIN*2\nLIN*3");
    assert.deepEqual(
      many.findings.map(({ severity, ack }) => [severity, ack?.segment]),
      [["tolerated", "5"]],
    );
    assert.equal((many.document as { lines: unknown[] }).lines.length, 3);
    const twice = readX12(tryLines(lines), "BFR*1\nBFR*2\nLIN*1");
    assert.deepEqual(
      twice.findings.map(({ severity, ack }) => [severity, ack?.segment]),
      [["reject", "5"]],
    );
    assert.equal((twice.document as { orderNumber: string }).orderNumber, "1");
  });

  it("a line that must come is written though nothing fills it, another one is not", () => {
    const mapping = tryLines("- BFR: { times: 1, fields: { 1: { is: 00 } } }\n- CUR: { fields: { 1: { is: SE } } }");
    assert.deepEqual(writeX12(mapping, {}).lines, ["BFR*00"]);
  });

  it("more objects than a line may come are refused before they leave", () => {
    const { findings } = writeX12(tryLines(lines), { orderNumber: "1", lines: [{}, {}, {}] }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["LIST_TOO_LONG", "lines"]],
    );
  });
});

describe("reading is one loop", () => {
  const lines = `
- N1: { times: 0..9, opens: parties, fields: { 1: role } }
- LIN:
    times: 1..*
    opens: lines
    fields: { 1: number }
    then:
      - UIT: { fields: { 1: unit } }
      - N1: { times: 0..1, opens: parties, fields: { 1: role } }
- CTT: { fields: { 1: { count: LIN } } }`;

  it("the innermost open group that has a place takes the segment", () => {
    const { document, findings } = readX12(tryLines(lines), "N1*BY\nLIN*1\nN1*ST\nCTT*1");
    assert.deepEqual(findings, []);
    assert.deepEqual(document, {
      parties: [{ segment: 1, role: "BY" }],
      lines: [{ segment: 2, number: "1", parties: [{ segment: 3, role: "ST" }] }],
    });
  });

  it("one too many does not jump back into a group that is over", () => {
    const { document, findings } = readX12(tryLines(lines), "LIN*1\nN1*ST\nN1*SF\nUIT*PC\nCTT*1");
    assert.deepEqual(inShort(findings), ["N1 SEGMENT_TOO_MANY", "UIT SEGMENT_OUT_OF_ORDER"]);
    assert.deepEqual((document as { lines: { parties: unknown[] }[] }).lines[0]?.parties.length, 2);
  });

  it("what has no place is kept and reported: AK304 2 where the message knows the tag, 1 where it does not", () => {
    const { findings, unknown, accounted } = readX12(tryLines(lines), "UIT*PC\nZZZ*1\nLIN*1\nCTT*1");
    assert.deepEqual(
      findings.map(({ severity, ack }) => [severity, ack?.segment]),
      [
        ["tolerated", "2"],
        ["tolerated", "1"],
      ],
    );
    assert.deepEqual(
      unknown.map(({ elements }) => elements.join("*")),
      ["UIT*PC", "ZZZ*1"],
    );
    assert.deepEqual(accounted, { segments: 4, mapped: 2, unknown: 2 });
  });
});

describe("when and pick", () => {
  it("one value chooses and is written", () => {
    bothWays("- DTM: { when: { 1: 011 }, fields: { 2: { to: issuedOn, as: date } } }", "DTM*011*20270301");
  });

  it("several values choose only; a field says which one is written", () => {
    bothWays(
      "- QTY: { times: 0..*, opens: lines, when: { 1: [ 38, 39 ] }, fields: { 1: number, 2: { to: price, as: number } } }",
      "QTY*39*7\nQTY*38*8",
    );
  });

  it("a table by qualifier is read in any order and written as listed; a row of fields only is short", () => {
    const mapping = tryLines("- REF: { pick: 1, DK: { 2: dock }, LU: { fields: { 2: unloadingPoint } } }");
    const reading = readX12(mapping, "REF*LU*U1\nREF*DK*D1");
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(writeX12(mapping, reading.document).lines, ["REF*DK*D1", "REF*LU*U1"]);
  });
});

describe("pairs", () => {
  const lines =
    "- LIN: { times: 1..*, opens: lines, fields: { 1: number }, pairs: { from: 2, count: 3, codes: { BP: customerPart, IN: customerPart, PO: orderNumber, VP: ourPart } } }";

  it("are read at any place and written in the order listed, closed up", () => {
    const mapping = tryLines(lines);
    const reading = readX12(mapping, "LIN*1*PO*77**\nLIN**VP*OUR*BP*THEIRS");
    assert.deepEqual(writeX12(mapping, reading.document).lines, ["LIN*1*PO*77", "LIN**BP*THEIRS*VP*OUR"]);
  });

  it("of two qualifiers for one field the first listed is written; both read, the second one is listed", () => {
    const mapping = tryLines(lines);
    const reading = readX12(mapping, "LIN*1*BP*A*IN*B");
    assert.deepEqual(reading.document, { lines: [{ segment: 1, number: "1", customerPart: "A" }] });
    assert.deepEqual(
      reading.unmapped.map(({ found }) => found),
      ["IN B"],
    );
    assert.deepEqual(writeX12(mapping, readX12(mapping, "LIN*1*IN*B").document).lines, ["LIN*1*BP*B"]);
  });

  it("a qualifier nobody listed is listed as unmapped, a document with too many pairs is refused", () => {
    const mapping = tryLines(lines.replace("count: 3", "count: 2"));
    assert.deepEqual(
      readX12(mapping, "LIN*1*ZZ*9").unmapped.map(({ element, found }) => [element, found]),
      [[3, "ZZ 9"]],
    );
    const { findings } = writeX12(mapping, { lines: [{ customerPart: "A", orderNumber: "B", ourPart: "C" }] }).result;
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["LIST_TOO_LONG"],
    );
  });
});

const carrying = (each: string): string => `
- SDP:
    times: 0..*
    carries: true${each}
    fields: { 1: pack.unit }
    then:
      - FST: { times: 1..*, opens: lines, fields: { 1: number } }`;

describe("carries", () => {
  it("hands its fields to every object opened below, and is written anew when they change", () => {
    const document = bothWays(carrying(""), "SDP*A\nFST*1\nFST*2\nSDP*B\nFST*3");
    assert.deepEqual((document as { lines: unknown[] }).lines[2], { segment: 5, pack: { unit: "B" }, number: "3" });
  });

  it("with each: for every object", () => {
    const mapping = tryLines(carrying("\n    each: true"));
    const { document } = readX12(mapping, "SDP*A\nFST*1\nFST*2");
    assert.deepEqual(writeX12(mapping, document).lines, ["SDP*A", "FST*1", "SDP*A", "FST*2"]);
  });
});

describe("is, default, count, sum", () => {
  it("a constant that differs is a finding; it is written with another value of its line", () => {
    const mapping = tryLines("- PID: { fields: { 1: { is: F }, 5: plant } }");
    assert.deepEqual(inShort(readX12(mapping, "PID*X****TEXT").findings), ["PID01 ELEMENT_NOT_CONSTANT"]);
    assert.deepEqual(writeX12(mapping, { plant: "P" }).lines, ["PID*F****P"]);
    assert.deepEqual(writeX12(mapping, {}).lines, []);
  });

  it("a default stands in when the place is empty, is noted, and is not written", () => {
    const mapping = tryLines("- BFR: { times: 1, fields: { 1: orderNumber, 2: { to: unit, default: PC } } }");
    const reading = readX12(mapping, "BFR*1");
    assert.deepEqual(reading.document, { orderNumber: "1", unit: "PC", lines: [] });
    assert.deepEqual(
      reading.findings.map(({ code, severity }) => [code, severity]),
      [["DEFAULT_ASSUMED", "note"]],
    );
  });

  it("counts and sums are compared and never reject; written they are worked out", () => {
    const mapping = tryLines(
      "- LIN: { times: 0..*, opens: lines, fields: { 1: { to: price, as: number } } }\n- CTT: { times: 1, fields: { 1: { count: LIN }, 2: { sum: LIN.1 }, 3: { count: CTT } } }",
    );
    const { findings } = readX12(mapping, "LIN*1.5\nLIN*2\nCTT*3*4*1");
    assert.deepEqual(
      findings.map(({ code, severity, expected, found }) => [code, severity, expected, found]),
      [
        ["COUNT_DIFFERS", "tolerated", "2", "3"],
        ["SUM_DIFFERS", "tolerated", "3.5", "4"],
      ],
    );
    assert.deepEqual(writeX12(mapping, { lines: [{ price: "1.5" }, { price: "2" }] }).lines.at(-1), "CTT*2*3.5*1");
  });

  it("a field with count keeps what was read and is worked out where it is absent", () => {
    const mapping = tryLines("- HL: { times: 0..*, opens: lines, fields: { 1: { to: number, count: HL } } }");
    assert.deepEqual(writeX12(mapping, { lines: [{}, { number: "7" }, {}] }).lines, ["HL*1", "HL*7", "HL*3"]);
  });
});

describe("codes", () => {
  const mapping = tryLines(
    "- FST: { times: 0..*, opens: lines, fields: { 1: { to: unit, use: must, codes: { 01: duns, 1: duns, C: firm } }, 2: { to: plant, codes: { A: alpha } } } }",
  );

  it("are translated, and the first code listed for a word is written", () => {
    const reading = readX12(mapping, "FST*1\nFST*01\nFST*C*A");
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(writeX12(mapping, reading.document).lines, ["FST*01", "FST*01", "FST*C*A"]);
  });

  it("an unlisted code rejects where the field must be known, else it is kept, counted, and written back", () => {
    const reading = readX12(mapping, "FST*X*B");
    assert.deepEqual(
      reading.findings.map(({ severity, ack }) => [severity, ack?.element]),
      [
        ["reject", "7"],
        ["tolerated", "7"],
      ],
    );
    assert.deepEqual(writeX12(mapping, reading.document).lines, ["FST*X*B"]);
  });

  it("a word without a code is refused, not written as it stands", () => {
    const { findings } = writeX12(mapping, { lines: [{ unit: "material" }] }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["FIELD_NO_CODE", "lines[0].unit"]],
    );
  });
});

describe("use, length and rules", () => {
  const mapping = tryLines(
    "- N1: { times: 0..*, opens: lines, fields: { 1: { to: number, use: must }, 2: { to: plant, length: 2..4 }, 3: unit, 4: dock, 5: { to: usage, use: never } }, rules: [ P0304, R0203, C0403, E0204, L010203 ] }",
  );
  const codes = (text: string): (string | undefined)[][] =>
    readX12(mapping, text).findings.map(({ code, ack, severity }) => [code, ack?.element, severity]);

  it("a value that must be there: AK403 1", () => {
    assert.deepEqual(codes("N1**AB"), [["ELEMENT_MISSING", "1", "reject"]]);
  });

  it("too short 4, too long 5", () => {
    assert.deepEqual(codes("N1*A*B"), [["ELEMENT_TOO_SHORT", "4", "tolerated"]]);
    assert.deepEqual(codes("N1*A*BCDEF"), [["ELEMENT_TOO_LONG", "5", "tolerated"]]);
  });

  it("more elements than the standard gives the segment: 3", () => {
    assert.deepEqual(codes("N1*A*AB****6*7*8"), [["ELEMENT_TOO_MANY", "3", "tolerated"]]);
  });

  it("a place that is not used: 10, and left aside", () => {
    assert.deepEqual(codes("N1*A*AB***X"), [["ELEMENT_NOT_USED", "10", "tolerated"]]);
  });

  it("syntax notes: P, R, C, L are 2, E is 10", () => {
    assert.deepEqual(codes("N1*A*AB*92"), [["ELEMENT_RULE", "2", "tolerated"]]);
    assert.deepEqual(codes("N1*A"), [
      ["ELEMENT_RULE", "2", "tolerated"],
      ["ELEMENT_RULE", "2", "tolerated"],
    ]);
    assert.deepEqual(codes("N1*A*AB*92*X"), [["ELEMENT_RULE", "10", "tolerated"]]);
  });

  it("what breaks them is refused before it leaves, with the field's path", () => {
    const { findings } = writeX12(mapping, { lines: [{ plant: "ABCDE", unit: "92" }] }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [
        ["FIELD_MISSING", "lines[0].number"],
        ["FIELD_TOO_LONG", "lines[0].plant"],
        ["FIELD_RULE", "lines[0].dock"],
      ],
    );
  });
});

describe("if", () => {
  it("writes a line only for its words; the empty text is the absent field", () => {
    const lines = `
- FST:
    times: 0..*
    opens: lines
    fields: { 1: interval }
    then:
      - DTM: { when: { 1: 2 }, if: { interval: [ day, "" ] }, fields: { 2: { to: issuedOn, as: date } } }
      - DTM: { when: { 1: 158 }, if: { interval: range }, fields: { 2: { to: issuedOn, as: date } } }`;
    bothWays(lines, "FST*day\nDTM*2*20270301\nFST*range\nDTM*158*20270302\nFST\nDTM*2*20270303");
  });

  it("an object that no line admits is reported, never dropped", () => {
    const mapping = tryLines("- FST: { times: 0..*, opens: lines, if: { interval: day }, fields: { 1: interval } }");
    const { findings } = writeX12(mapping, { lines: [{ interval: "month" }] }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["LIST_NOT_WRITABLE", "lines[0]"]],
    );
  });
});

describe("repeat in a delimited segment", () => {
  it("fills the segment, then the next one goes on", () => {
    const blocks =
      "opens: steps, from: 3, width: 2, count: 2, fields: { 1: reference, 2: { to: quantity, as: number } }";
    bothWays(
      `- LIN: { times: 1..*, opens: lines, fields: { 1: number }, then: [ { SDQ: { times: 0..*, repeat: { ${blocks} } } } ] }`,
      "LIN*1\nSDQ***A*1*B*2\nSDQ***C*3",
    );
  });
});

/** A value read by a shape, or its finding. */
const readAs = (as: string, text: string, version = "004010"): unknown => {
  const mapping = tryLines(`- BFR: { fields: { 1: { to: plant, as: "${as}" } } }`);
  const reading = readX12(mapping, `BFR*${text}`, { version });
  const [finding] = reading.findings;
  return finding === undefined
    ? (reading.document as { plant?: string }).plant
    : `${finding.severity} ${finding.ack?.element} ${finding.message}`;
};

const writtenAs = (as: string, value: string, version = "004010"): string =>
  writeX12(tryLines(`- BFR: { fields: { 1: { to: plant, as: "${as}" } } }`), { plant: value }, { version }).lines[0] ??
  "";

describe("shapes", () => {
  it("number: canonical text, at most six decimals, never rounded", () => {
    assert.equal(readAs("number", "0001400.500"), "1400.5");
    assert.equal(readAs("number", "-7"), "-7");
    assert.equal(readAs("number", "1.2345678"), "reject 6 The value has more than six decimals");
    assert.equal(readAs("number", "12A"), "reject 6 The value is no number");
    assert.equal(readAs("number", "1234567890123"), "reject 6 The value is too large");
  });

  it("number/n: implied decimals", () => {
    assert.equal(readAs("number/2", "17060"), "170.6");
    assert.equal(readAs("number/3", "5"), "0.005");
    assert.equal(readAs("number/2", "-150"), "-1.5");
    assert.equal(writtenAs("number/2", "170.6"), "BFR*17060");
    assert.equal(writtenAs("number/2", "0.005"), "");
  });

  it("number with a decimal comma", () => {
    assert.equal(readAs("number,", "1.234,50"), "1234.5");
    assert.equal(readAs("number,", "1.5"), "reject 6 The value is no number");
    assert.equal(writtenAs("number,", "1234.5"), "BFR*1234,5");
  });

  it("date: six digits before 004010, eight from there on; two-digit years from 80 years before to 19 after the envelope", () => {
    assert.equal(readAs("date", "20270301"), "2027-03-01");
    assert.equal(readAs("date", "270301", "002001"), "2027-03-01");
    assert.equal(readAs("date", "461231", "002001"), "2046-12-31");
    assert.equal(readAs("date", "470101", "002001"), "1947-01-01");
    assert.equal(readAs("date", "20270229"), "reject 8 The value is no day of the calendar");
    assert.equal(readAs("date", "BAD"), "reject 8 The value is no day of the calendar");
    assert.equal(writtenAs("date", "2027-03-01"), "BFR*20270301");
    assert.equal(writtenAs("date", "2027-03-01", "003060"), "BFR*270301");
  });

  it("a two-digit year without an envelope's date is not guessed", () => {
    const mapping = tryLines("- BFR: { fields: { 1: { to: plant, as: YYMMDD } } }");
    const [finding] = readX12(mapping, "BFR*270301", { sentOn: "" }).findings;
    assert.match(finding?.message ?? "", /the envelope has no date/);
    assert.equal(readX12(mapping, "BFR*270301", { sentOn: plainDate("1999-01-01") }).findings.length, 0);
  });

  it("DD.MM.YYYY, CCYYMMDD, YYMMDD", () => {
    assert.equal(readAs("DD.MM.YYYY", "05.03.2027"), "2027-03-05");
    assert.equal(writtenAs("DD.MM.YYYY", "2027-03-05"), "BFR*05.03.2027");
    assert.equal(readAs("CCYYMMDD", "270305"), "reject 8 The value is no day of the calendar");
    assert.equal(readAs("YYMMDD", "20270305"), "reject 8 The value is no day of the calendar");
  });

  it("time: AK403 9 when it is none", () => {
    assert.equal(readAs("time", "0700"), "0700");
    assert.equal(readAs("time", "235959"), "235959");
    assert.equal(readAs("time", "2560"), "reject 9 The value is no time of day");
  });

  it("the same text means the same whatever date shape was read before it", () => {
    const mapping = tryLines(
      "- BFR: { times: 0..*, opens: lines, fields: { 1: { to: issuedOn, as: date }, 2: { to: plant, as: YYMMDD } } }",
    );
    assert.deepEqual(inShort(readX12(mapping, "BFR*20270301*20270301").findings), ["BFR02 ELEMENT_NOT_READABLE"]);
  });
});

describe("writing", () => {
  it("data that holds a separator or a control character is refused, or replaced where the partner's file says so", () => {
    const mapping = tryLines("- N1: { fields: { 2: plant } }");
    for (const plant of ["A*B", "A~B", "A>B", "A^B", "A\nB"]) {
      assert.deepEqual(
        writeX12(mapping, { plant }).result.findings.map(({ code }) => code),
        ["FIELD_FORBIDDEN_CHARACTER"],
      );
      assert.deepEqual(writeX12(mapping, { plant }, { replaceForbidden: " " }).lines, ["N1**A B"]);
    }
  });

  it("the set's control number is the envelope's", () => {
    const { lines } = writeX12(
      named("x12/997"),
      {
        set: { number: "9" },
        group: { functionalId: "PS", control: "1", status: "accepted", included: "1", received: "1", accepted: "1" },
      },
      { setControl: "0001" },
    );
    assert.deepEqual(lines, ["ST*997*0001", "AK1*PS*1", "AK9*A*1*1*1"]);
  });
});

describe("columns of a wide schedule", () => {
  const mapping = mappingFromText(
    "csv/wide",
    `syntax: csv
message: { headers: [ Part, Order ] }
document: delivery-schedule
lines:
  - row:
      times: 0..*
      opens: lines
      fields: { Part: customerPart, Order: orderNumber }
      columns: { opens: steps, header: { to: from, as: DD.MM.YYYY }, value: { to: quantity, as: "number," } }
`,
  );
  const rows = [
    ["row", "Part", "Order", "05.03.2027", "12.03.2027"],
    ["row", "A", "1", "400", ""],
    ["row", "B", "2", "", "7,5"],
  ];
  const context = { family: "csv", delimiters: NONE, version: "", charset: "latin1" } as const;

  it("are one object each, and come back as the union of their headers", () => {
    const reading = mapping.read([rows.map((elements, at) => segmentOf(elements, at))], { ...context, sentOn: "" });
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(reading.unmapped, []);
    assert.deepEqual(
      (reading.document as { lines: { steps: unknown }[] }).lines.map(({ steps }) => steps),
      [[{ segment: 2, from: "2027-03-05", quantity: "400" }], [{ segment: 3, from: "2027-03-12", quantity: "7.5" }]],
    );
    const written = mapping.write(reading.document, { ...context, setControl: "" });
    assert.deepEqual(written.findings, []);
    assert.deepEqual(written.set.segments, rows);
  });

  it("with a header that is neither named nor a date is listed and told; a figure that is none rejects", () => {
    const odd = rows.map((row, at) => [...row, at === 0 ? "Remark" : "?"]);
    (odd[1] as string[])[3] = "many";
    const reading = mapping.read([odd.map((elements, at) => segmentOf(elements, at))], { ...context, sentOn: "" });
    assert.deepEqual(
      reading.unmapped.map(({ found }) => found),
      ["REMARK"],
    );
    assert.deepEqual(inShort(reading.findings), ["row03 ELEMENT_NOT_READABLE", "row05 COLUMN_UNKNOWN"]);
    assert.deepEqual(
      reading.findings.map(({ severity }) => severity),
      ["reject", "tolerated"],
    );
  });
});

const segmentOf = (elements: string[], at: number): Segment => ({
  tag: elements[0] ?? "",
  elements,
  byte: at * 20,
  line: at + 1,
  ordinal: at + 1,
  inSet: at + 1,
});

describe("dtm, by the format code beside the value", () => {
  const mapping = mappingFromText(
    "edifact/try",
    `syntax: edifact
message: { type: DELFOR }
document: delivery-schedule
lines:
  - DTM: { times: 0..*, opens: lines, fields: { 1.1: number, 1.2: { to: issuedOn, as: dtm } } }
`,
  );
  const read = (text: string): unknown =>
    mapping.read([segmentsFrom(text, "+")], {
      family: "edifact",
      delimiters: EDIFACT,
      version: "D:97A",
      charset: "latin1",
      sentOn: plainDate("2027-03-01"),
    });
  const dateOf = (text: string): unknown =>
    (read(`DTM+137:${text}`) as { document: { lines: { issuedOn?: string }[] } }).document.lines[0]?.issuedOn;

  it("days, days with a time, months and weeks", () => {
    assert.equal(dateOf("20270301:102"), "2027-03-01");
    assert.equal(dateOf("270301:101"), "2027-03-01");
    assert.equal(dateOf("202703011205:203"), "2027-03-01");
    assert.equal(dateOf("20270301120530:204"), "2027-03-01");
    assert.equal(dateOf("202703:610"), "2027-03-01");
    assert.equal(dateOf("202710:616"), "2027-03-08");
  });

  it("a code nobody knows is no guess", () => {
    assert.equal(dateOf("20270301:999"), undefined);
  });
});
