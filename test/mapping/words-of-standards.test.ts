/** Words that let a mapping hold what standards have more of than a partner uses: open codes, places that move, long texts, loose dates. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { inShort, readX12, tryLines, writeX12 } from "./support.ts";

const ST = "- ST: { times: 1, fields: { 1: { is: 830 } } }";

const refused = (lines: string): void => {
  assert.throws(
    () => tryLines(`${ST}\n${lines}`),
    (error) => error instanceof CalloffError && error.code === "MAPPING_ONE_WAY",
  );
};

describe("open: true", () => {
  const role = "1: { to: role, use: must, open: true, codes: { ST: ship-to } }";
  const mapping = tryLines(`${ST}\n- N1: { times: 0..*, opens: parties, fields: { ${role}, 2: name } }`);

  it("keeps a code of the standard that is not listed, without a finding, and writes it again", () => {
    const reading = readX12(mapping, "ST*830\nN1*41*SUBMITTER\nN1*ST*PLANT");
    assert.deepEqual(reading.findings, []);
    const { parties } = reading.document as { parties: { role: string }[] };
    assert.deepEqual(
      parties.map(({ role: held }) => held),
      ["41", "ship-to"],
    );
    assert.deepEqual(writeX12(mapping, reading.document).lines, ["ST*830", "N1*41*SUBMITTER", "N1*ST*PLANT"]);
  });

  it("still asks for a code where one must be, and for a code of a word of ours", () => {
    assert.deepEqual(inShort(readX12(mapping, "ST*830\nN1**NOBODY").findings), ["N101 ELEMENT_MISSING"]);
    const { findings } = writeX12(mapping, { parties: [{ role: "ship-from", name: "WORKS" }], lines: [] }).result;
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["FIELD_NO_CODE", "parties[0].role"]],
    );
  });

  it("is refused where there are no codes to be open", () => {
    refused("- N1: { fields: { 1: { to: supplierCode, open: true } } }");
  });
});

describe("anywhere: true", () => {
  it("takes a line before or behind its neighbours; others have their order", () => {
    const lines = `${ST}\n- LIN: { times: 1..*, opens: lines, then: [ { UIT: { fields: { 1: unit } } }, { PID: { anywhere: true, fields: { 5: description } } }, { REF: { fields: { 2: dock } } } ] }`;
    const mapping = tryLines(lines);
    const codes = (text: string): string[] => inShort(readX12(mapping, `ST*830\nLIN\n${text}`).findings);
    assert.deepEqual(codes("PID*****A\nUIT*EA\nREF**D"), []);
    assert.deepEqual(codes("UIT*EA\nREF**D\nPID*****A"), []);
    assert.deepEqual(codes("PID*****A\nREF**D\nUIT*EA"), ["UIT SEGMENT_OUT_OF_ORDER"]);
  });

  it("takes what has no room in its first place, also behind its neighbours", () => {
    const lines = `${ST}\n- LIN: { times: 1..*, opens: lines, then: [ { PID: { fields: { 5: description } } }, { PID: { times: 0..*, anywhere: true } }, { REF: { fields: { 2: dock } } } ] }`;
    const mapping = tryLines(lines);
    const codes = (text: string): string[] => inShort(readX12(mapping, `ST*830\nLIN\n${text}`).findings);
    assert.deepEqual(codes("PID*****A\nREF**D\nPID*****B\nPID*****C"), []);
    const first = `${ST}\n- LIN: { times: 1..*, opens: lines, then: [ { PID: { fields: { 5: description } } }, { REF: { fields: { 2: dock } } } ] }`;
    const [finding] = readX12(tryLines(first), "ST*830\nLIN\nPID*****A\nPID*****B").findings;
    assert.deepEqual([finding?.code, finding?.found], ["SEGMENT_TOO_MANY", "PID*****B"]);
  });
});

describe("a date of six digits", () => {
  const mapping = tryLines(`${ST}\n- DTM: { fields: { 2: { to: issuedOn, as: date } } }`);
  const codes = (text: string, version: string): string[] =>
    inShort(readX12(mapping, `ST*830\nDTM**${text}`, { version }).findings);

  it("is what versions before 004010 have, and short of its century from there on", () => {
    assert.deepEqual(codes("270301", "003060"), []);
    assert.deepEqual(codes("270301", "004010"), ["DTM02 ELEMENT_TOO_SHORT"]);
    assert.deepEqual(codes("20270301", "004010"), []);
    assert.deepEqual(readX12(mapping, "ST*830\nDTM**270301").document, { issuedOn: "2027-03-01", lines: [] });
  });
});

describe("loose: true", () => {
  const mapping = tryLines(
    `${ST}\n- DTM: { fields: { 2: { to: issuedOn, as: date, loose: true }, 3: { to: issuedAt, as: time } } }`,
  );

  it("leaves aside what cannot be read, and rejects nothing", () => {
    const { document, findings } = readX12(mapping, "ST*830\nDTM**1999062*0930");
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [["ELEMENT_NOT_READABLE", "tolerated"]],
    );
    assert.deepEqual(document, { issuedAt: "0930", lines: [] });
  });

  it("is refused for text, which is always readable, and where something must stand", () => {
    refused("- DTM: { fields: { 2: { to: number, loose: true } } }");
    refused("- DTM: { fields: { 2: { to: issuedOn, as: date, use: must, loose: true } } }");
  });
});

const inPiecesOf = (most: number): CompiledMapping =>
  tryLines(`${ST}\n- NTE: { times: 0..*, when: { 1: ERR }, fields: { 2: { to: number, pieces: ${most} } } }`);

describe("pieces: 20", () => {
  it("cuts a text at blanks, one segment each, and joins it again", () => {
    const mapping = inPiecesOf(20);
    const document = { number: "Name the order that it is shipped against.", lines: [] };
    const { lines } = writeX12(mapping, document);
    assert.deepEqual(lines, ["ST*830", "NTE*ERR*Name the order that", "NTE*ERR*it is shipped", "NTE*ERR*against."]);
    assert.deepEqual(readX12(mapping, lines.join("\n")).document, document);
  });

  it("gives every text of words no longer than a piece again", () => {
    const mapping = inPiecesOf(12);
    const word = fc.string({ unit: fc.constantFrom("a", "B", "7", "."), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
        const document = { number: words.join(" "), lines: [] };
        const { lines, result } = writeX12(mapping, document);
        assert.deepEqual(result.findings, []);
        assert.ok(lines.every((line) => line.length <= "NTE*ERR*".length + 12));
        assert.deepEqual(readX12(mapping, lines.join("\n")).document, document);
      }),
    );
  });

  it("is refused beside another field, which would have one place in many segments", () => {
    refused("- NTE: { times: 0..*, fields: { 1: purpose, 2: { to: number, pieces: 20 } } }");
    refused("- NTE: { times: 0..*, fields: { 2: { to: issuedOn, as: date, pieces: 20 } } }");
  });
});
