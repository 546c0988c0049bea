/** A partner's dialect: a small file of changes to a standard mapping. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type CompiledMapping, mappingFromText } from "../../src/mapping/library.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { inShort, ROOT, readX12, writeX12 } from "./support.ts";

const STANDARD = readFileSync(path.join(ROOT, "mappings/x12/830.yaml"), "utf8");
const dialect = (changes: string): CompiledMapping =>
  mappingFromText("x12/830.try", `extends: x12/830\nchanges:\n${changes}`, { "x12/830": STANDARD });

const MESSAGE = `
ST*830*0001
BFR*05**R1*DL*A*20270301*20270901*20270301
LIN**BP*PART-1
N1*ST**92*P1
SDP*Y*Y
FST*400*Z*W*20270308****ZZ*1
SHP*02*2500*050*20270101
CTT*1*400
SE*9*0001`;

describe("a dialect", () => {
  it("as Nissan needs it: one party per line, other codes, no hash total, cumulatives required", () => {
    const mapping = dialect(`  LIN/N1.times: 1
  LIN/SDP/FST.fields.8: { to: referenceKind, codes: { CUR: current, PLN: planned } }
  LIN/SDP/FST.fields.2.codes: { Z: planned }
  CTT.fields.2.use: never
  LIN/SHP[02].times: 1
`);
    const { findings, document } = readX12(mapping, MESSAGE);
    assert.deepEqual(inShort(findings), ["FST08 ELEMENT_CODE_UNLISTED", "CTT02 ELEMENT_NOT_USED"]);
    assert.equal(
      (document as { lines: { steps: { commitment: string }[] }[] }).lines[0]?.steps[0]?.commitment,
      "planned",
    );
    const written = writeX12(mapping, document).lines;
    assert.equal(written.at(-1), "CTT*1");
    // The dialect's own code for a word is the one that is written.
    assert.equal(written[5], "FST*400*Z*W*20270308****ZZ*1");
    const without = readX12(mapping, MESSAGE.replace(/^SHP.*\n/m, ""));
    assert.ok(inShort(without.findings).includes("SHP SEGMENT_MISSING"));
  });

  it("takes a line away, and the segments become unknown", () => {
    const { findings } = readX12(dialect("  LIN/SHP[02].times: 0\n  LIN/SHP.times: 0\n"), MESSAGE);
    assert.deepEqual(
      inShort(findings).filter((one) => one.startsWith("SHP")),
      ["SHP SEGMENT_UNKNOWN"],
    );
  });

  it("takes the first of two lines of a list away, and the other is written still", () => {
    const standard = readFileSync(path.join(ROOT, "mappings/x12/824.yaml"), "utf8");
    const changes = "extends: x12/824\nchanges:\n  OTI[TN].times: 0\n";
    const mapping = mappingFromText("x12/824.try", changes, { "x12/824": standard });
    const message = "ST*824*0001\nBGN*11*1*20270301\nOTI*TA*SI*S-1*****1*0001*856\nSE*4*0001";
    const written = writeX12(mapping, readX12(mapping, message).document);
    assert.deepEqual(inShort(written.result.findings), []);
    assert.deepEqual(written.lines[2], "OTI*TA*SI*S-1*****1*0001*856");
  });

  it("adds a line behind another one, and a place to a line", () => {
    const mapping =
      dialect(`  LIN/DTM[002]: { after: UIT, when: { 1: 002 }, fields: { 2: { to: accountFrom, as: date } } }
  BFR.fields.9: { to: previousIssuedOn, as: date }
  BFR.fields.12: plant
  LIN.pairs.codes: { MY: modelYear }
`);
    const text = MESSAGE.replace(
      "20270301\nLIN**BP*PART-1",
      "20270301*20270222***X\nLIN**BP*PART-1*MY*27\nDTM*002*20270101",
    );
    const { document, findings } = readX12(mapping, text);
    assert.deepEqual(
      inShort(findings).filter((one) => !one.startsWith("FST")),
      [],
    );
    const line = (document as { lines: Record<string, unknown>[] }).lines[0];
    assert.equal((document as Record<string, unknown>)["previousIssuedOn"], "2027-02-22");
    assert.equal((document as Record<string, unknown>)["plant"], "X");
    assert.equal(line?.["accountFrom"], "2027-01-01");
    assert.equal(line?.["modelYear"], "27");
    const again = writeX12(mapping, document).lines.join("\n");
    assert.ok(text.includes("DTM*002*20270101") && again.includes("DTM*002*20270101"));
    assert.ok(again.includes("LIN**MY*27*BP*PART-1"));
  });

  it("changes an alias at one place only: the other places that share it stay", () => {
    const mapping = dialect("  LIN/N1.fields.2: { to: name, use: must }\n");
    assert.deepEqual(
      inShort(readX12(mapping, MESSAGE.replace("N1*ST**92*P1", "N1*ST**92*P1\nN1*SF*X")).findings).filter((one) =>
        one.startsWith("N1"),
      ),
      ["N102 ELEMENT_MISSING"],
    );
    assert.deepEqual(
      inShort(
        readX12(mapping, MESSAGE.replace("LIN**", "N1*BY**92*B1\nLIN**").replace("N1*ST**92*P1\n", "")).findings,
      ).filter((one) => one.startsWith("N1")),
      [],
    );
  });

  it("changes the head: versions and what is numbered", () => {
    const mapping = dialect("  message.versions: 003060\n  numbers: shipTo\n");
    assert.deepEqual(mapping.message.versions, [{ from: "003060", to: "003060" }]);
    assert.equal(mapping.numbers, "shipTo");
  });

  it("reaches a place with dots in its address", () => {
    const mapping = dialect("  LIN/UIT.fields.1.4.use: must\n");
    assert.ok(
      inShort(readX12(mapping, MESSAGE.replace("N1*ST", "UIT*PC\nN1*ST")).findings).includes("UIT01 ELEMENT_MISSING"),
    );
  });
});

/** The refusal of a dialect as `CODE line:column`. */
const refusal = (text: string, standards: Record<string, string> = { "x12/830": STANDARD }): string => {
  try {
    mappingFromText("x12/830.try", text, standards);
  } catch (thrown) {
    assert.ok(thrown instanceof CalloffError && thrown.remedy, String(thrown));
    return `${thrown.code} ${thrown.place?.line}:${thrown.place?.column}`;
  }
  return "taken";
};

const changed = (change: string): string => refusal(`extends: x12/830\nchanges:\n  ${change}\n`);

describe("a dialect that cannot be", () => {
  const cases: readonly [title: string, change: string, at: string][] = [
    ["names a line that is not there", "LIN/XYZ.times: 1", "MAPPING_DIALECT 3:3"],
    ["names a qualifier that is not there", "LIN/SHP[99].times: 1", "MAPPING_DIALECT 3:3"],
    ["names a line below one that has none", "BFR/XYZ/ABC.times: 1", "MAPPING_DIALECT 3:3"],
    ["names a place that is not there", "BFR.fields.99.use: must", "MAPPING_DIALECT 3:3"],
    ["adds a line without after", "LIN/XYZ: { fields: { 1: plant } }", "MAPPING_DIALECT 3:3"],
    [
      "adds a line behind one that is not there",
      "LIN/XYZ: { after: ABC, fields: { 1: plant } }",
      "MAPPING_DIALECT 3:21",
    ],
    ["adds a line that is there", "LIN/UIT: { after: LIN, fields: { 1: plant } }", "MAPPING_DIALECT 3:3"],
    ["changes the syntax", "syntax: edifact", "MAPPING_DIALECT 3:3"],
    ["writes a path that is none", "'LIN//FST': { times: 1 }", "MAPPING_DIALECT 3:3"],
    ["reaches for the machinery", "'LIN.__proto__.times': 1", "MAPPING_DIALECT 3:3"],
    ["uses a word that is none", "LIN/UIT.fields.1.cods: { A: b }", "MAPPING_WORD 3:3"],
    ["makes the message one-way", "LIN/UIT.times: 0..*", "MAPPING_ONE_WAY"],
  ];
  for (const [title, change, at] of cases) {
    it(title, () => assert.ok(changed(change).startsWith(at), `${changed(change)} instead of ${at}`));
  }

  it("has a word beside extends and changes", () => {
    assert.equal(refusal("extends: x12/830\nlines: []\n"), "MAPPING_WORD 2:1");
  });

  it("extends nothing, itself, or another dialect", () => {
    assert.equal(refusal("extends: x12/831\n"), "MAPPING_DIALECT 1:1");
    assert.equal(refusal("extends: x12/830.try\n"), "MAPPING_DIALECT 1:1");
    assert.equal(
      refusal("extends: x12/830.other\n", { "x12/830": STANDARD, "x12/830.other": "extends: x12/830\n" }),
      "MAPPING_DIALECT 1:1",
    );
  });
});
