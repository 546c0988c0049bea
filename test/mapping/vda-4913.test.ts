/** VDA 4913: loads, delivery notes, items, packaging and texts both ways, and what of ours fits its places. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { bare, faults, fileOf, fixture, readOne, standard, written } from "./sets.ts";

const mapping = standard("fixed/4913");
const file = fixture("fixed/4913.txt");

describe("a VDA 4913 of two loads and three delivery notes", () => {
  const reading = readOne(mapping, file);
  const document = shipNotice.parse(reading.document);

  it("is read whole; only the note that 718 repeats is listed", () => {
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(
      reading.unmapped.map(({ element, found, tag }) => [tag, element, found]),
      [["718", 6, "00088124"]],
    );
  });

  it("gives the first load and note to the document, further ones to their lines", () => {
    assert.deepEqual(
      [document.number, document.loadNumber, document.shippedOn, document.shippedAt, document.arrivesOn],
      ["00088124", "00000012", "2027-03-05", "1430", "2027-03-06"],
    );
    assert.deepEqual(bare(document.parties), [
      { role: "ship-to", code: "007", dock: "DOCK3" },
      { role: "ship-from", code: "SUPP00001" },
    ]);
    assert.deepEqual(
      document.lines.map(({ blanketNumber, customerPart, loadNumber, note, noteDate, plant, quantity }) => [
        customerPart,
        quantity,
        blanketNumber,
        note,
        noteDate,
        loadNumber,
        plant,
      ]),
      [
        ["PART-1", "400", "550001", undefined, undefined, undefined, undefined],
        ["PART-2", "12.5", "550001", undefined, undefined, undefined, undefined],
        ["PART-3", "1", "550002", "00088125", "2027-03-04", undefined, undefined],
        ["PART-1", "2", "550001", "00088126", undefined, "00000013", "008"],
      ],
    );
  });

  it("gives packaging with its labels, texts and manufacturing numbers to the item", () => {
    const [first, second] = document.lines;
    assert.deepEqual(bare(first?.packs), [
      {
        kind: "BOX-A",
        ourKind: "KLT-4315",
        count: "8",
        line: "1",
        size: "50",
        labelKind: "single",
        returnable: "returnable",
        labels: [{ number: "000000101", to: "000000108" }],
      },
    ]);
    assert.deepEqual(bare(first?.texts), [{ text: "FRAGILE" }]);
    assert.deepEqual(bare(second?.manufacturing), [{ number: "MANUF00001" }, { number: "MANUF00002" }]);
  });

  it("comes back as the same document, with right counters", () => {
    const bytes = fileOf(mapping, document);
    const again = readOne(mapping, bytes);
    assert.deepEqual(again.findings, []);
    assert.deepEqual(again.document, reading.document);
  });

  it("of the public samples gives the same document when it was written and read again", function () {
    if (!hasCorpus) this.skip();
    const first = readOne(mapping, readFileSync(ofCorpus("vda/4913/hellooops-vscode-edi-support__4913.edi")));
    shipNotice.parse(first.document);
    assert.deepEqual(first.accounted, { segments: 8, mapped: 8, unknown: 0 });
    assert.deepEqual(readOne(mapping, fileOf(mapping, first.document)).document, first.document);
  });
});

describe("a ship notice of ours as a VDA 4913", () => {
  const notice = {
    number: "4711",
    loadNumber: "12",
    shippedOn: "2027-03-05",
    shippedAt: "143059",
    grossWeight: "812.5",
    weightUnit: "KGM",
    customerCode: "CUST00001",
    supplierCode: "SUPP00001",
    transmission: { old: "99999", new: "00001", on: "2027-03-05" },
    parties: [
      { role: "ship-to", code: "007", name: "Plant 7" },
      { role: "ship-from", code: "SUPP00001" },
    ],
    lines: [
      { shipLine: "10", customerPart: "PART-1", quantity: "400", unit: "PCE", blanketNumber: "550001" },
      { shipLine: "20", customerPart: "PART-2", quantity: "7", unit: "EA", blanketNumber: "550001" },
      { shipLine: "30", customerPart: "PART-3", quantity: "0.125", unit: "KG", blanketNumber: "550002" },
    ],
  };

  it("has a note record for each order, the note's number in all of them, kilograms rounded, pieces as ST", () => {
    const { findings, segments } = written(mapping, notice);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      segments.map(([, record = ""]) => record.trimEnd()),
      [
        "71103CUST00001SUPP000019999900001270305",
        "7120312                       27030514300000813                                                                000000",
        "713034711    270305           550001            007                         SUPP00001",
        "71403PART-1                                         0000000400000ST                   010",
        "71403PART-2                                         0000000007000ST                   020",
        "713034711    270305           550002            007                         SUPP00001",
        "71403PART-3                                         0000000000125KG                   030",
        "71902000000100000010000002000000300000000000000000000000000010000000",
      ],
    );
  });

  for (const [what, change, fault] of [
    ["a note of nine places", { number: "SH-000012" }, "713 6 reject FIELD_TOO_LONG"],
    ["a plant of four places", { parties: [{ role: "ship-to", code: "P007" }] }, "713 49 reject FIELD_TOO_LONG"],
    ["a weight in pounds", { weightUnit: "LB" }, "712 41 reject FIELD_NOT_WRITABLE"],
    ["a thousandth of a gram", { lines: [{ quantity: "0.0005" }] }, "714 53 reject FIELD_NOT_WRITABLE"],
    ["a unit it has no code for", { lines: [{ quantity: "1", unit: "pieces" }] }, "714 66 reject FIELD_NO_CODE"],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual(faults(written(mapping, { ...notice, ...change }).findings)[0], fault);
    });
  }
});
