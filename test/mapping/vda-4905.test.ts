/** VDA 4905: every record and date key both ways, as senders fill them: zeros, blanks, several transmissions, mixed versions. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type DeliverySchedule, deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { addDays, isoWeek, plainDate } from "../../src/values/dates.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { bare, faults, fileOf, fixture, readOne, readSets, standard, written } from "./sets.ts";

const mapping = standard("fixed/4905");
const file = fixture("fixed/4905.txt");
const documentOf = (reading: { readonly document: unknown }): DeliverySchedule =>
  deliverySchedule.parse(reading.document);

/** The file with characters of one of its records put elsewhere. */
function withText(record: number, position: number, text: string, bytes = file): Buffer {
  const changed = Buffer.from(bytes);
  changed.write(text, record * 130 + position - 1, "latin1");
  return changed;
}

describe("a VDA 4905 of two transmissions", () => {
  const readings = readSets(mapping, file);

  it("is read without a finding that rejects, every place mapped", () => {
    assert.deepEqual(
      readings.map(({ findings, unmapped, unknown }) => [faults(findings), unmapped, unknown]),
      [
        [[], [], []],
        [["513 69 note DEFAULT_ASSUMED"], [], []],
      ],
    );
  });

  it("gives days, weeks, months and every key, in the order they stand, over 513 and three 514", () => {
    const [reading] = readings;
    assert.ok(reading);
    const [line] = documentOf(reading).lines;
    assert.equal(line?.steps?.length, 24);
    assert.deepEqual(
      line?.steps?.slice(0, 11).map(({ timing, from, quantity }) => [timing, from, quantity]),
      [
        ["backlog", undefined, "100"],
        ["day", "2027-03-05", "400"],
        ["day", "2027-03-12", "0"],
        ["week", "2027-03-15", "600"],
        ["month", "2027-04-01", "1200"],
        ["immediate", undefined, "5"],
        ["no-demand", undefined, "0"],
        ["forecast-start", undefined, "0"],
        ["month", "2027-05-01", "900"],
        ["remainder", undefined, "70"],
        ["day", "2027-06-01", "1"],
      ],
    );
  });

  it("gives releases, receipts, cumulatives, authorisations, packaging and text", () => {
    const [reading] = readings;
    assert.ok(reading);
    const document = documentOf(reading);
    assert.equal(document.accountFrom, "2027-01-01");
    assert.deepEqual(document.transmission, { old: "41", new: "42", on: "2027-03-01" });
    const { steps: _steps, ...line } = bare(document.lines[0]) as Record<string, unknown>;
    assert.deepEqual(line, {
      shipTo: { code: "007" },
      releaseNumber: "000000187",
      issuedOn: "2027-03-01",
      previousRelease: "000000186",
      previousIssuedOn: "2027-02-22",
      customerPart: "PART-1",
      ourPart: "OUR-1",
      orderNumber: "550001",
      unloadingPoint: "DOCK3",
      customerSign: "KM1",
      unit: "PC",
      interval: "date",
      includes: { fabrication: "X", material: "Y" },
      usage: "series",
      allocation: "ALLOC1",
      warehouse: "WH-1",
      last: { date: "2027-02-25", note: "00088123", noteDate: "2027-02-24", quantity: "500" },
      account: { cumulative: "2500", beforeReset: "19427" },
      authorisations: [
        { kind: "fabrication", from: "2027-03-01", to: "2027-06-30", cumulative: "9000" },
        { kind: "material", from: "2027-03-01", to: "2027-09-30", cumulative: "12000" },
      ],
      horizon: { to: "2027-12-31" },
      itemCode: "FPSD-CODE",
      subSupplier: "SUBSUPP01",
      pointOfUse: "LINE 7",
      packs: [
        { kind: "BOX-A", ourKind: "KLT-4315", size: "50" },
        { kind: "PALLET", size: "600" },
      ],
      texts: [
        { text: "DELIVER BEFORE NOON                     GATE 4                                  RING TWICE" },
        { text: "SECOND TEXT" },
      ],
    });
  });

  it("with blanks behind figures, blank dates and other versions of its records is read as well", () => {
    const [, reading] = readings;
    assert.ok(reading);
    const [line] = documentOf(reading).lines;
    assert.equal(line?.customerPart, "PÄRT-2");
    assert.equal(line?.releaseNumber, "188");
    assert.deepEqual(line?.last, { note: "432701", quantity: "346" });
    assert.equal(line?.account?.cumulative, "19427");
    assert.deepEqual(
      line?.steps?.map(({ from, quantity }) => [from, quantity]),
      [
        ["2027-03-05", "12"],
        ["2027-03-06", "0"],
      ],
    );
  });

  it("is written record for record as it came, zeros in unused places", () => {
    const [reading] = readings;
    assert.ok(reading);
    const records = file.toString("latin1").split("\r\n").slice(0, 14);
    // The second article has no note; its date is blank in the file.
    records[12] = `${records[12]?.slice(0, 19)}000000${records[12]?.slice(25)}`;
    assert.deepEqual(fileOf(mapping, reading.document).toString("latin1").split("\r\n").slice(0, -1), records);
  });

  it("standing one record behind the other is the same document", () => {
    assert.deepEqual(readOne(mapping, fixture("fixed/4905-contiguous.txt")).document, readings[0]?.document);
  });

  it("from a customer of the public samples gives the same document when it was written and read again", function () {
    if (!hasCorpus) this.skip();
    const sample = readFileSync(ofCorpus("vda/4905/hellooops-vscode-edi-support__4905.edi"));
    const first = readOne(mapping, sample);
    assert.deepEqual([first.findings, first.unmapped], [[], []]);
    assert.deepEqual(bare(documentOf(first).lines[0]?.authorisations), [
      { kind: "fabrication", to: "2013-02-13", cumulative: "0" },
      { kind: "material", to: "2013-03-15", cumulative: "0" },
    ]);
    assert.deepEqual(readOne(mapping, fileOf(mapping, first.document)).document, first.document);
  });
});

const first = (bytes: Buffer): string[] => faults(readSets(mapping, bytes)[0]?.findings ?? []);

describe("a fault in a VDA 4905 is found at its place:", () => {
  it("a day that no calendar has", () => {
    assert.deepEqual(first(withText(2, 63, "270230")), ["513 63 reject ELEMENT_NOT_READABLE"]);
  });
  it("a month 13 and a week 54", () => {
    assert.deepEqual(first(withText(2, 63, "271300")), ["513 63 reject ELEMENT_NOT_READABLE"]);
    assert.deepEqual(first(withText(2, 63, "270054")), ["513 63 reject ELEMENT_NOT_READABLE"]);
  });
  it("a quantity with letters", () => {
    assert.deepEqual(first(withText(2, 69, "00000O400")), ["513 69 reject ELEMENT_NOT_READABLE"]);
  });
  it("a quantity whose date is zeros or blank: nobody knows when it is wanted", () => {
    assert.deepEqual(first(withText(2, 63, "000000")), ["513 63 reject ELEMENT_MISSING"]);
    assert.deepEqual(first(withText(2, 63, "      ")), ["513 63 reject ELEMENT_MISSING"]);
  });
  it("a gap among the dates: what stands behind it counts", () => {
    const gap = withText(2, 63, "000000000000000");
    assert.deepEqual(first(gap), []);
    assert.equal(documentOf(readSets(mapping, gap)[0] ?? { document: {} }).lines[0]?.steps?.length, 23);
  });
  it("a version of a record that nobody knows", () => {
    assert.deepEqual(first(withText(3, 4, "09")), ["514 4 tolerated ELEMENT_NOT_CONSTANT"]);
  });
  it("a unit that is not listed is kept", () => {
    const reading = readSets(mapping, withText(1, 104, "XY"))[0];
    assert.deepEqual(faults(reading?.findings ?? []), ["512 104 tolerated ELEMENT_CODE_UNLISTED"]);
    assert.equal(documentOf(reading ?? { document: {} }).lines[0]?.unit, "XY");
  });
  it("a counter that does not agree", () => {
    assert.deepEqual(first(withText(13, 27, "0000004")), ["519 27 tolerated COUNT_DIFFERS"]);
  });
  it("a note number of zeros names no note", () => {
    assert.equal(
      documentOf(readSets(mapping, withText(2, 12, "00000000"))[0] ?? { document: {} }).lines[0]?.last?.note,
      undefined,
    );
  });
  it("an article without its record of receipts and dates", () => {
    const records = file.toString("latin1").split("\r\n").slice(0, 14);
    const without = Buffer.from([...records.slice(0, 12), records[13]].join("\r\n"), "latin1");
    assert.deepEqual(first(without), ["513  reject SEGMENT_MISSING", "519 20 tolerated COUNT_DIFFERS"]);
  });
  it("text where the layout has nothing is listed", () => {
    const reading = readSets(mapping, withText(1, 124, "NEW"))[0];
    assert.deepEqual(
      reading?.unmapped.map(({ element, found, tag }) => [tag, element, found]),
      [["512", 124, "NEW"]],
    );
  });
});

const refused = (line: Record<string, unknown>): string[] =>
  written(mapping, { lines: [line] }).findings.map(({ code, place }) => `${place.field} ${code}`);

describe("a schedule that a VDA 4905 cannot say is refused, naming the field:", () => {
  const step = { timing: "day", from: "2027-03-05", quantity: "1" };

  for (const [what, line, fault] of [
    [
      "a range",
      { steps: [{ timing: "range", from: "2027-03-01", quantity: "1" }] },
      "steps[].timing FIELD_NOT_WRITABLE",
    ],
    ["half a piece", { steps: [{ ...step, quantity: "0.5" }] }, "steps[].quantity FIELD_NOT_WRITABLE"],
    ["a quantity of ten digits", { steps: [{ ...step, quantity: "1000000000" }] }, "FIELD_TOO_LONG"],
    ["a step without a date", { steps: [{ quantity: "5" }] }, "steps[].timing FIELD_MISSING"],
    ["a part number of 23 characters", { customerPart: "X".repeat(23) }, "customerPart FIELD_TOO_LONG"],
    ["a character beyond latin-1", { customerPart: "PART-Ω" }, "customerPart FIELD_FORBIDDEN_CHARACTER"],
    ["a line break in a text", { texts: [{ text: "A\nB" }] }, "texts[0].text FIELD_FORBIDDEN_CHARACTER"],
    [
      "a third kind of authorisation",
      { authorisations: [{ kind: "before-first-period", cumulative: "5" }] },
      "authorisations[0] LIST_NOT_WRITABLE",
    ],
    [
      "two authorisations of one kind",
      {
        authorisations: [
          { kind: "material", cumulative: "5" },
          { kind: "material", cumulative: "6" },
        ],
      },
      "authorisations[1] LIST_NOT_WRITABLE",
    ],
  ] as const) {
    it(what, () => {
      const [found = ""] = refused(line);
      assert.ok(found.startsWith("lines[0]") && found.endsWith(fault), found);
    });
  }
});

describe("any schedule within the places of a VDA 4905", () => {
  const day = fc.integer({ min: 0, max: 3000 }).map((days) => addDays(plainDate("2024-01-01"), days));
  const step = fc.oneof(
    day.map((from) => ({ timing: "day", from })),
    fc
      .tuple(fc.integer({ min: 2024, max: 2032 }), fc.integer({ min: 1, max: 52 }))
      .map(([year, week]) => ({ timing: "week", from: isoWeek(year, week) })),
    day.map((from) => ({ timing: "month", from: `${from.slice(0, 7)}-01` })),
    fc.constantFrom("backlog", "immediate", "no-demand", "forecast-start", "remainder").map((timing) => ({ timing })),
  );
  const quantity = fc.integer({ min: 0, max: 999_999_999 }).map(String);
  const steps = fc
    .array(fc.tuple(step, quantity), { maxLength: 40 })
    .map((held) => held.map(([placed, figure]) => ({ ...placed, quantity: figure })));

  it("comes back as it was, however many dates it has", () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), (all) => {
        const lines = all.map((held, at) => ({
          customerPart: `PART-${at}`,
          account: { cumulative: String(at * 7) },
          ...(held.length === 0 ? {} : { steps: held }),
        }));
        const document = { transmission: { old: "7", new: "8", on: "2027-03-01" }, numbers: "line", lines };
        const reading = readOne(mapping, fileOf(mapping, document));
        assert.deepEqual(reading.findings, []);
        assert.deepEqual(bare(reading.document), bare(document));
      }),
    );
  });

  it("with any characters in its places is read without a crash and accounted for", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 4, max: 120 }), text, (record, position, held) => {
        const put = held.replaceAll(/[\r\n]/g, " ").slice(0, 128 - position);
        for (const { accounted } of readSets(mapping, withText(record, position, put))) {
          assert.equal(accounted.mapped + accounted.unknown, accounted.segments);
        }
      }),
    );
  });
});
