/** VDA 4906 as far as it is public, and 4915 and 4916 as places that an integrator fills: the language can say such records. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { invoice } from "../../src/documents/invoice.ts";
import { mappingFromText } from "../../src/mapping/library.ts";
import { plainDate } from "../../src/values/dates.ts";
import { bare, fileOf, readOne, standard, written } from "./sets.ts";

/** Records of 128 characters from texts and their first positions. */
const file = (...records: Readonly<Record<number, string>>[]): Buffer =>
  Buffer.from(
    records
      .map((places) =>
        Object.entries(places).reduce(
          (held, [at, text]) => held.slice(0, Number(at) - 1) + text + held.slice(Number(at) - 1 + text.length),
          " ".repeat(128),
        ),
      )
      .join("\n"),
  );
/** A date, a time and a quantity as one block of a record. */
const block = (day: string, time: string, quantity: number): string => day + time + String(quantity).padStart(9, "0");
const template = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, "../../docs/templates", `${name}.yaml`), "utf8");

describe("a VDA 4906", () => {
  const mapping = standard("fixed/4906");
  const sent = file(
    {
      1: "81102",
      6: "CUST00001",
      15: "SUPP00001",
      24: "00001",
      29: "00002",
      34: "270306",
      40: "DE111111111",
      60: "DE999999999",
    },
    { 1: "81202", 6: "IN-000007" },
    { 1: "81302", 6: "00088124" },
    { 1: "81402", 6: "PART-1" },
    { 1: "81902" },
  );

  it("is known by its header and the order of its records; what no public layout names is listed", () => {
    const reading = readOne(mapping, sent);
    assert.deepEqual(reading.findings, []);
    const document = invoice.parse(reading.document);
    assert.deepEqual(
      [document.customerCode, document.supplierVat, document.lines.length],
      ["CUST00001", "DE999999999", 1],
    );
    assert.deepEqual(
      reading.unmapped.map(({ found, tag }) => [tag, found]),
      [
        ["812", "02IN-000007"],
        ["813", "0200088124"],
        ["814", "02PART-1"],
        ["819", "02"],
      ],
    );
  });

  it("does not leave: an invoice without its items would be none", () => {
    const { findings } = written(mapping, { number: "IN-000007", lines: [{ quantity: "1", amount: "2" }] });
    assert.deepEqual(
      findings.map(({ code, place, severity }) => [code, severity, place.field]),
      [["LIST_NOT_WRITABLE", "reject", "lines[0]"]],
    );
  });
});

describe("a template of VDA 4915", () => {
  it("is a mapping as it stands", () => {
    const mapping = mappingFromText("fixed/4915", template("vda-4915"));
    assert.equal(mapping.layer, "call-off");
  });

  it("filled from a guide reads and writes dates with times over several records, and its own counters", () => {
    const filled = template("vda-4915")
      .replace("      # fields:\n", "      fields:\n")
      .replaceAll(/^ {6}# {3}(?=\d)/gm, "        ")
      .replace(
        "- 553: { times: 0..* }            # dates, times and quantities, e.g.",
        "- 553:\n            times: 0..*",
      )
      .replaceAll(/^ {8}# {3}/gm, "            ")
      .replace("- 554: { times: 0..* }", "- 554: { times: 0..* }")
      .replace("558: { times: 0..*, opens: texts }", "558: { times: 0..*, opens: texts, fields: { 6-125: text } }")
      .replace(
        "- 559: { times: 1 }",
        "- 559: { times: 1, fields: { 6-12: { count: 551 }, 13-19: { count: 552 }, 20-26: { count: 553 } } }",
      );
    const mapping = mappingFromText("fixed/4915", filled);
    const blocks = Array.from({ length: 8 }, (_, at) => block("270301", `${String(6 + at).padStart(2, "0")}00`, at));
    const sent = file(
      { 1: "55101", 6: "CUST00001", 15: "SUPP00001", 24: "00001", 29: "00002", 34: "270301" },
      { 1: "552", 6: "007", 9: "000000017", 18: "270301", 39: "PART-1", 83: "550001" },
      { 1: "553", 6: blocks.slice(0, 6).join("") },
      { 1: "553", 6: blocks.slice(6).join("") },
      { 1: "558", 6: "GATE 4" },
      { 1: "559", 6: "000000100000010000002" },
    );
    const reading = readOne(mapping, sent);
    assert.deepEqual([reading.findings, reading.unmapped], [[], []]);
    const document = deliverySchedule.parse(reading.document);
    assert.equal(document.layer, "call-off");
    assert.deepEqual(bare(document.lines[0]?.steps?.[7]), { from: "2027-03-01", time: "1300", quantity: "7" });
    assert.deepEqual(bare(readOne(mapping, fileOf(mapping, document)).document), bare(document));
  });
});

describe("a template of VDA 4916", () => {
  it("filled from a guide keeps each place of the sequence with its time and reference", () => {
    const filled = template("vda-4916")
      .replaceAll(/^ {2}# /gm, "  ")
      .replace("first: FIRST, last: LAST", "first: 561, last: 569")
      .replace("- FIRST:", "- 561:")
      .replace("- LAST:", "- 569:");
    const mapping = mappingFromText("fixed/4916", filled);
    const sent = file(
      { 1: "56101", 6: "CUST00001" },
      { 1: "562", 6: "007", 9: "PART-1", 31: "550001" },
      { 1: "563", 6: "2703010615000001VIN00000000000001" },
      { 1: "563", 6: "2703010617000001VIN00000000000002" },
      { 1: "569" },
    );
    const reading = readOne(mapping, sent, plainDate("2027-03-01"));
    assert.deepEqual([reading.findings, reading.unmapped], [[], []]);
    assert.deepEqual(bare(deliverySchedule.parse(reading.document).lines[0]?.steps), [
      { from: "2027-03-01", time: "0615", quantity: "1", reference: "VIN00000000000001" },
      { from: "2027-03-01", time: "0617", quantity: "1", reference: "VIN00000000000002" },
    ]);
    assert.deepEqual(
      fileOf(mapping, reading.document).toString().split("\r\n").slice(1, 5),
      sent.toString().split("\n").slice(1),
    );
  });
});
