/** VDA 4905 and a CSV, drafted in the mapping language: each read, written, and the same again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { csvRowsOf } from "../../src/syntax/csv.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { plainDate } from "../../src/values/dates.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { NONE, named } from "./support.ts";

const SENT = plainDate("2027-03-01");

/** A record of 128 characters with texts at their first positions. */
function record(places: Readonly<Record<number, string>>): string {
  let held = " ".repeat(128);
  for (const [first, text] of Object.entries(places)) {
    held = held.slice(0, Number(first) - 1) + text + held.slice(Number(first) - 1 + text.length);
  }
  return held;
}

const pairs = (list: readonly string[], from: number, of: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: of }, (_, at) => [from + at * 15, list[at] ?? "000000"] as const));

const quantities = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, at) => `2703${String(at + 1).padStart(2, "0")}${String((at + 1) * 10).padStart(9, "0")}`,
  );

function read4905(records: readonly string[]): ReturnType<ReturnType<typeof named>["read"]> {
  const source = memorySource("4905.txt", Buffer.from(records.join("\r\n"), "latin1"));
  const [interchange] = catalogueOf(source).interchanges;
  const set = interchange?.groups[0]?.sets[0];
  assert.ok(interchange && set);
  return named("fixed/vda4905").read(segmentsOf(source, interchange, set), {
    family: "fixed",
    delimiters: NONE,
    version: "4905",
    charset: "latin1",
    sentOn: SENT,
  });
}

const write4905 = (document: unknown): string[] => {
  const { set, findings } = named("fixed/vda4905").write(document, {
    family: "fixed",
    delimiters: NONE,
    version: "4905",
    setControl: "",
    charset: "latin1",
  });
  assert.deepEqual(findings, []);
  return set.segments.map((segment) => segment[1] ?? "");
};

/** Unused dates may be blank or zeros. */
const unused = (line: string): string => line.replaceAll("000000   ", "         ");

describe("a VDA 4905 in the mapping language", () => {
  const own = [
    record({ 1: "51102", 6: "CUST00001", 15: "SUPP00001", 24: "00041", 29: "00042", 34: "270301", 40: "270101" }),
    record({
      1: "51201",
      6: "007",
      9: "000000187",
      18: "270301",
      24: "000000186",
      33: "270222",
      39: "PART-1",
      83: "550001",
      95: "DOCK3",
      104: "ST",
      106: "T",
      109: "S",
    }),
    record({
      1: "51301",
      6: "270225",
      12: "00088123",
      26: "000000500000",
      38: "0000002500",
      ...pairs(["333333000000100", "270305000000400", "270400000000900", "270023000000050", "222222000000000"], 48, 5),
    }),
    record({ 1: "51401", ...pairs(["555555000000000", "270800000001200", "999999000000007"], 6, 8) }),
    record({ 1: "51501", 6: "270301", 12: "270401", 18: "0000012000" }),
    record({ 1: "51801", 6: "FIRST LINE", 46: "SECOND" }),
    record({
      1: "51901",
      6: "0000001",
      13: "0000001",
      20: "0000001",
      27: "0000001",
      34: "0000000",
      41: "0000001",
      48: "0000001",
      55: "0000001",
    }),
  ];

  it("is read with its date keys, weeks and months, and written the same", () => {
    const reading = read4905(own);
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(reading.unmapped, []);
    const document = deliverySchedule.parse(reading.document);
    assert.deepEqual(
      document.lines[0]?.steps?.map(({ timing, from, quantity }) => [timing, from, quantity]),
      [
        ["backlog", undefined, "100"],
        ["day", "2027-03-05", "400"],
        ["month", "2027-04-01", "900"],
        ["week", "2027-06-07", "50"],
        ["no-demand", undefined, "0"],
        ["forecast-start", undefined, "0"],
        ["month", "2027-08-01", "1200"],
        ["remainder", undefined, "7"],
      ],
    );
    assert.equal(document.lines[0]?.last?.quantity, "500");
    assert.equal(document.lines[0]?.account?.cumulative, "2500");
    assert.deepEqual(write4905(reading.document).map(unused), own.map(unused));
  });

  it("of 23 dates is written as one 513 and three 514, with right counters", () => {
    const all = quantities(23);
    const document = {
      lines: [
        {
          steps: all.map((pair, at) => ({
            timing: "day",
            from: `2027-03-${String(at + 1).padStart(2, "0")}`,
            quantity: String(Number(pair.slice(6))),
          })),
        },
      ],
    };
    const records = write4905(document);
    assert.deepEqual(
      records.map((held) => held.slice(0, 3)),
      ["511", "512", "513", "514", "514", "514", "519"],
    );
    assert.equal(records[6]?.slice(5, 61), "00000010000001000000100000030000000000000000000010000000");
    const back = deliverySchedule.parse(read4905(records).document);
    assert.deepEqual(
      back.lines[0]?.steps?.map(({ quantity }) => quantity),
      document.lines[0]?.steps.map(({ quantity }) => quantity),
    );
  });

  it("of the public samples gives the same document when it was written and read again", function () {
    if (!hasCorpus) this.skip();
    const sample = ofCorpus("vda/4905/hellooops-vscode-edi-support__4905.edi");
    const records = readFileSync(sample, "latin1")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    const first = read4905(records);
    assert.equal(first.accounted.mapped, first.accounted.segments);
    assert.deepEqual(read4905(write4905(first.document)).document, first.document);
    deliverySchedule.parse(first.document);
  });
});

describe("a CSV in the mapping language", () => {
  const rows = [
    "Release;Part;Plant;Order;Received;Date;Qty;Type",
    "17;PART-1;P1;550001;2500;05.03.2027;400;F",
    "17;PART-1;P1;550001;2500;12.03.2027;600,5;P",
    "17;PART-1;P2;550001;;05.03.2027;10;P",
    "17;PART-2;P1;550002;0;01.04.2027;0;F",
  ];
  const mapping = named("csv/schedule");
  const context = { family: "csv", delimiters: NONE, version: "", charset: "latin1" } as const;
  const rowsOf = (bytes: Buffer) =>
    csvRowsOf(memorySource("schedule.csv", bytes), { firstByte: 0, endByte: bytes.length, line: 1 }, {});
  const read = (text: string): ReturnType<typeof mapping.read> =>
    mapping.read(rowsOf(Buffer.from(text, "latin1")), { ...context, sentOn: SENT });

  it("is read into one line per part and plant, and comes back row for row", () => {
    const reading = read(rows.join("\n"));
    assert.deepEqual(reading.findings, []);
    const document = deliverySchedule.parse(reading.document);
    assert.equal(document.releaseNumber, "17");
    assert.deepEqual(
      document.lines.map((line) => [
        line.customerPart,
        line.shipTo?.code,
        line.account?.cumulative,
        line.steps?.length,
      ]),
      [
        ["PART-1", "P1", "2500", 2],
        ["PART-1", "P2", undefined, 1],
        ["PART-2", "P1", "0", 1],
      ],
    );
    const written = mapping.write(reading.document, { ...context, setControl: "" });
    assert.deepEqual(written.findings, []);
    assert.deepEqual(
      written.set.segments.map((row) => row.slice(1).join(";")),
      rows,
    );
  });

  it("with its columns in another order and further ones is read all the same; the further ones are listed", () => {
    const moved = rows.map((row) => ["x", ...row.split(";").toReversed()].join(";"));
    moved[0] = `Remark;${(rows[0] ?? "").split(";").toReversed().join(";")}`;
    const reading = read(moved.join("\n"));
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(
      reading.unmapped.map(({ found }) => found),
      ["REMARK"],
    );
    assert.deepEqual(reading.document, read(rows.join("\n")).document);
  });

  it("that lacks a column is rejected, naming it", () => {
    const reading = read(rows.map((row) => row.split(";").slice(0, 6).join(";")).join("\n"));
    assert.deepEqual(
      reading.findings.filter(({ severity }) => severity === "reject").map(({ message }) => message),
      ["The table has no column Qty", "The table has no column Type"],
    );
  });

  it("whose rows of one key disagree is rejected", () => {
    const disagreeing = [...rows, "17;PART-1;P1;550001;2600;19.03.2027;1;F"];
    const reading = read(disagreeing.join("\n"));
    const [finding] = reading.findings;
    assert.equal(finding?.code, "ROWS_DISAGREE");
    assert.equal(finding?.severity, "reject");
    assert.equal(finding?.place.line, 6);
  });
});
