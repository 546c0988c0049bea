/** Canonical documents as JSON files: recognised, read with line and path of what is wrong, and written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import type { Reading } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { writeJsonInterchange } from "../../src/syntax/json-writer.ts";
import type { Catalogue } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { plainDate } from "../../src/values/dates.ts";
import type { Finding } from "../../src/values/finding.ts";
import { fixture, NONE, standard } from "./sets.ts";

const mapping = standard("json/delivery-schedule");
const sample = fixture("json/delivery-schedule.json").toString();
const CONTEXT = { family: "json", delimiters: NONE, version: "1", charset: "utf-8" } as const;

const catalogue = (text: string | Buffer): Catalogue => catalogueOf(memorySource("a.json", Buffer.from(text)));

function read(text: string): Reading[] {
  const source = memorySource("a.json", Buffer.from(text));
  return catalogueOf(source).interchanges.flatMap((interchange) =>
    interchange.groups.flatMap(({ sets }) =>
      sets.map((set) => mapping.read(segmentsOf(source, interchange, set), { ...CONTEXT, sentOn: interchange.sentOn })),
    ),
  );
}

const inShort = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, place, severity }) => `line ${place.line} ${place.field ?? ""} ${severity} ${code}`);

describe("a schedule as JSON", () => {
  it("is recognised by its content; its envelope says who, to whom and which number", () => {
    const { family, findings, interchanges, segments } = catalogue(`\u{FEFF}\n ${sample}`);
    assert.equal(family, "json");
    assert.deepEqual(findings, []);
    const [entry] = interchanges;
    assert.deepEqual(
      [entry?.sender.id, entry?.receiver.id, entry?.control, entry?.sentOn, entry?.sentAt, entry?.test],
      ["CUSTOMER", "SUPPLIER", "17", "2027-03-01", "06:30", false],
    );
    assert.deepEqual(entry?.findings, []);
    const set = entry?.groups[0]?.sets[0];
    assert.deepEqual([set?.type, set?.version, set?.control], ["delivery-schedule", "1", "17"]);
    // The document, two lines, an authorisation and four steps.
    assert.equal(segments, 8);
  });

  it("is its document; figures may be numbers, null says nothing, and every object knows its place", () => {
    const [reading] = read(sample);
    assert.deepEqual(reading?.findings, []);
    assert.deepEqual(reading?.unmapped, []);
    const document = deliverySchedule.parse(reading?.document);
    const [line] = document.lines;
    assert.equal(line?.customerPart, "PÄRT-1");
    assert.equal(line?.orderNumber, "550001");
    assert.deepEqual(line?.shipTo, { code: "P1" });
    assert.deepEqual(line?.account, { cumulative: "2500" });
    assert.deepEqual(line?.steps?.[1], {
      segment: 5,
      timing: "week",
      from: "2027-03-15",
      quantity: "600.5",
      commitment: "planned",
    });
  });

  it("says the line and path of what is wrong", () => {
    const wrong = sample
      .replace('"2027-03-15"', '"2027-02-30"')
      .replace('"quantity": "100"', '"quantitty": "100"')
      .replace('"9000"', '"9000,5"')
      .replace('{ "code": "P2" }', '"P2"');
    const [reading] = read(wrong);
    assert.deepEqual(inShort(reading?.findings ?? []), [
      "line 22 lines[0].steps[0].quantitty tolerated ELEMENT_NOT_USED",
      "line 27 lines[1].shipTo reject ELEMENT_NOT_READABLE",
      "line 20 lines[0].authorisations[0].cumulative reject ELEMENT_NOT_READABLE",
      "line 22 lines[0].steps[0].quantity reject ELEMENT_MISSING",
      "line 23 lines[0].steps[1].from reject ELEMENT_NOT_READABLE",
    ]);
    assert.equal(reading?.findings[0]?.remedy, "Did you mean `quantity`?");
    assert.deepEqual(
      reading?.unmapped.map(({ found, line }) => [line, found]),
      [["lines.steps.quantitty", '"100"']],
    );
    const at = reading?.findings[0]?.place.byte ?? 0;
    assert.equal(Buffer.from(wrong).toString("latin1", at, at + 11), '"quantitty"');
  });

  it("may come as several documents of one envelope, or as an array of envelopes", () => {
    const envelope = '"schema":"calloff/delivery-schedule/1","sender":"A","control":"5"';
    const several = catalogue(`{${envelope},"documents":[{"lines":[]},{"lines":[{}]}]}`);
    assert.deepEqual(
      several.interchanges[0]?.groups[0]?.sets.map(({ control, firstSegment, segments }) => [
        control,
        firstSegment,
        segments,
      ]),
      [
        ["1", 1, 1],
        ["2", 2, 2],
      ],
    );
    const array = catalogue(`[{${envelope},"document":{"lines":[]}},\n{${envelope},"document":{"lines":[]}}]`);
    assert.deepEqual(
      array.interchanges.map(({ control, line }) => [control, line]),
      [
        ["5", 1],
        ["5", 2],
      ],
    );
    assert.equal(read(`[{${envelope},"document":{"lines":[]}},{${envelope},"document":{"lines":[]}}]`).length, 2);
  });

  for (const [what, text, line, byte] of [
    ["a comma too many", '{\n"schema": "x",\n}', 3, 17],
    ["a key that stands twice", '{\n"a": 1,\n"a": 2}', 3, 10],
    ["a reserved key", '{"__proto__": {}}', 1, 1],
    ["text that is no UTF-8", Buffer.from('{"a": "M\xFCller"}', "latin1"), 1, 6],
    ["half of a character", '{"a": "\\ud800"}', 1, 6],
    ["an open string", '{"a": "b', 1, 6],
    ["a leading zero", '{"a": 007}', 1, 6],
    ["text behind the end", '{"a": 1}\n{"b": 2}', 2, 9],
    ["nesting without end", `{"a": ${"[".repeat(100_000)}`, 1, 70],
  ] as const) {
    it(`with ${what} is refused at its place`, () => {
      const { family, findings, interchanges } = catalogue(text);
      assert.equal(family, "json");
      assert.equal(interchanges.length, 0);
      assert.deepEqual(
        findings.map(({ code, place, severity }) => [code, severity, place.line, place.byte]),
        [["SYNTAX_JSON", "reject", line, byte]],
      );
    });
  }

  it("whose envelope lacks something is refused, naming it; a key it does not know is tolerated", () => {
    const faults = (text: string): string[] => inShort(catalogue(text).interchanges[0]?.findings ?? []);
    assert.deepEqual(faults('{"document": {}}'), ["line 1 schema reject SYNTAX_JSON_ENVELOPE"]);
    assert.deepEqual(faults('{"schema": "calloff/invoice/1"}'), ["line 1 document reject SYNTAX_JSON_ENVELOPE"]);
    assert.deepEqual(faults('{"schema": "calloff/invoice/1",\n"sentOn": "2027-02-30", "document": {}}'), [
      "line 2 sentOn reject SYNTAX_JSON_ENVELOPE",
    ]);
    assert.deepEqual(faults('{"schema": "calloff/invoice/1", "document": {}, "sendr": "A"}'), [
      "line 1 sendr tolerated SYNTAX_JSON_ENVELOPE",
    ]);
    assert.deepEqual(faults("[1]"), []);
    assert.equal(catalogue("[1]").family, undefined);
  });

  it("is written with the ordinals left out, and read again as the same document", () => {
    const [reading] = read(sample);
    const { findings, set } = mapping.write(reading?.document, { ...CONTEXT, setControl: "" });
    assert.deepEqual(findings, []);
    const head = { sender: "A", receiver: "B", control: "1", sentOn: plainDate("2027-03-01"), test: true };
    const bytes = writeJsonInterchange({ schema: "calloff/delivery-schedule/1", ...head }, [set]);
    assert.doesNotMatch(bytes.toString(), /segment/);
    const [again] = read(bytes.toString());
    assert.deepEqual(again, { ...reading, document: again?.document });
    assert.deepEqual(again?.document, reading?.document);
    const written = catalogue(bytes).interchanges[0];
    assert.deepEqual([written?.sender.id, written?.control, written?.test], ["A", "1", true]);
  });

  it("that does not fit its schema is not written", () => {
    const { findings } = mapping.write({ lines: [{ steps: [{}] }] }, { ...CONTEXT, setControl: "" });
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place.field]),
      [["FIELD_NOT_WRITABLE", "lines.0.steps.0.quantity"]],
    );
  });

  it("holds a text as long as a file may be, and says which envelopes and keys are too many", () => {
    const long = "a".repeat(20_000_000);
    const [reading] = read(`{"schema":"calloff/delivery-schedule/1","document":{"number":"${long}","lines":[]}}`);
    assert.equal((reading?.document as { number?: string } | undefined)?.number, long);
    const keys = Array.from({ length: 150_000 }, (_, n) => `"k${n}":0`).join(",");
    assert.equal(catalogue(`{${keys}}`).interchanges[0]?.findings.length, 52);
    const { findings, interchanges } = catalogue(`[${Array.from({ length: 50_000 }, () => "{}").join(",")}]`);
    assert.deepEqual([interchanges.length, inShort(findings)], [1000, ["line 1  reject SYNTAX_JSON_ENVELOPE"]]);
  });

  it("on one line costs no more than on many", () => {
    const steps = Array.from({ length: 40_000 }, (_, n) => `{"quantity":${n},"further":1}`).join(",");
    const began = process.cpuUsage();
    const [reading] = read(`{"schema":"calloff/delivery-schedule/1","document":{"lines":[{"steps":[${steps}]}]}}`);
    const { system, user } = process.cpuUsage(began);
    assert.equal((reading?.document as { lines: { steps: unknown[] }[] } | undefined)?.lines[0]?.steps.length, 40_000);
    assert.ok(system + user < 10_000_000, `${system + user} microseconds`);
  });

  it("reads any JSON value without throwing", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const held = `{"schema":"calloff/delivery-schedule/1","document":${text}}`;
        const { interchanges } = catalogue(held);
        assert.ok(interchanges.length <= 1);
        for (const reading of read(held)) assert.equal(typeof reading.document, "object");
      }),
    );
  });
});
