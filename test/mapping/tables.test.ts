/** Tables both ways: schedules long and wide, ship notices, invoices; what a dialect declares, and what is refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type DeliverySchedule, deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { invoice } from "../../src/documents/invoice.ts";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import { layoutOf } from "../../src/exchange/tables.ts";
import { type CompiledMapping, mappingFromText } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { addDays, isoWeek, plainDate } from "../../src/values/dates.ts";
import { bare, faults, fileOf, fixture, NONE, readOne, standard, written } from "./sets.ts";

const scheduleOf = (mapping: CompiledMapping, text: string | Buffer): DeliverySchedule =>
  deliverySchedule.parse(readOne(mapping, Buffer.from(text)).document);

/** Steps as `week 2027-03-15 600 planned`. */
const stepsOf = (document: DeliverySchedule, line = 0): string[] =>
  (document.lines[line]?.steps ?? []).map(({ commitment = "", from = "", quantity, timing }) =>
    `${timing} ${from} ${quantity} ${commitment}`.replaceAll(/ +/g, " ").trim(),
  );

const STEPS = [
  "backlog 100 firm",
  "day 2027-03-05 400 firm",
  "day 2027-03-12 0 firm",
  "week 2027-03-15 600 planned",
  "month 2027-04-01 1200.5 planned",
];

describe("a schedule with a row per quantity", () => {
  const mapping = standard("csv/schedule-long");
  const file = fixture("csv/schedule-long.csv");

  it("gives lines by their key, with backlog, days, a dated nought, a week and a month", () => {
    const reading = readOne(mapping, file);
    assert.deepEqual(faults(reading.findings), ["row 18 tolerated COLUMN_UNKNOWN"]);
    assert.deepEqual(
      reading.unmapped.map(({ found }) => found),
      ["REMARK"],
    );
    const document = deliverySchedule.parse(reading.document);
    assert.deepEqual(stepsOf(document), ["backlog 100", ...STEPS.slice(1)]);
    assert.deepEqual(stepsOf(document, 1), ["day 2027-03-08 50 firm"]);
    const { steps: _steps, ...line } = bare(document.lines[0]) as Record<string, unknown>;
    assert.deepEqual(line, {
      customerPart: "PART-1",
      shipTo: { code: "P1" },
      dock: "D3",
      orderNumber: "550001",
      unit: "PC",
      account: { cumulative: "2500" },
      last: { note: "88123", date: "2027-02-26", quantity: "500" },
      authorisations: [{ kind: "fabrication", to: "2027-06-30", cumulative: "9000" }],
    });
    assert.deepEqual(
      [document.releaseNumber, document.issuedOn, document.accountFrom],
      ["17", "2027-03-01", "2027-01-01"],
    );
  });

  it("comes back as the same document", () => {
    const { document } = readOne(mapping, file);
    assert.deepEqual(bare(readOne(mapping, fileOf(mapping, document)).document), bare(document));
  });

  it("of a partner's own names, marks and dates needs nothing but a dialect", () => {
    const own = standard("csv/schedule-long", [
      'message.delimiter: ","',
      'message.decimal: ","',
      "message.dates: [ D.M.YYYY, KWww/YYYY, MM.YYYY ]",
      "message.headers.Part: Teilenummer",
      "message.headers.Date: Termin",
      "message.headers.Quantity: Menge",
      "message.headers.Release: Abruf",
      "row/lines/steps.fields.Commitment.codes: { FIX: firm }",
      "row/lines/steps.fields.Date.codes: { RÜCKSTAND: backlog }",
    ]);
    const text =
      'Termin,Abruf,Teilenummer,"Menge",Commitment\r\n5.3.2027,A17,T-1,"1.200,5",FIX\nKW11/2027,A17,T-1,"600",\n04.2027,A17,T-1,"0",planned\r\nRÜCKSTAND,A17,T-1,"7",';
    const document = scheduleOf(own, text);
    assert.equal(document.releaseNumber, "A17");
    assert.deepEqual(stepsOf(document), [
      "day 2027-03-05 1200.5 firm",
      "week 2027-03-15 600",
      "month 2027-04-01 0 planned",
      "backlog 7",
    ]);
    const back = fileOf(own, document).toString();
    assert.match(back, /"1200,5",FIX/);
    assert.match(back, /KW11\/2027/);
    assert.deepEqual(bare(scheduleOf(own, back)), bare(document));
  });

  it("with years of two digits means 1970 to 2069, since a table has no envelope", () => {
    const own = standard("csv/schedule-long", ["message.dates: [ D/M/YY, ww.YY ]"]);
    assert.deepEqual(
      stepsOf(scheduleOf(own, "Part;Date;Quantity\nP;5/3/27;1\nP;31/12/69;2\nP;1/1/70;3\nP;53.26;4\n")),
      ["day 2027-03-05 1", "day 2069-12-31 2", "day 1970-01-01 3", "week 2026-12-28 4"],
    );
  });

  it("is refused without a column that it needs, and says which; what may be missing may", () => {
    const reading = readOne(mapping, Buffer.from("Part;Menge;Date\nP;1;2027-03-05\n"));
    assert.deepEqual(
      reading.findings.filter(({ code }) => code === "COLUMN_MISSING").map(({ message }) => message),
      ["The table has no column Quantity"],
    );
  });

  for (const [what, row, fault] of [
    ["another shape of date", "P;1;05.03.2027", "row 3 reject ELEMENT_NOT_READABLE"],
    ["a day that no calendar has", "P;1;2027-02-30", "row 3 reject ELEMENT_NOT_READABLE"],
    ["another decimal mark", "P;1,5;2027-03-05", "row 2 reject ELEMENT_NOT_READABLE"],
    ["seven decimals", "P;1.0000001;2027-03-05", "row 2 reject ELEMENT_NOT_READABLE"],
    ["no part", ";1;2027-03-05", "row 1 reject ELEMENT_MISSING"],
    ["no quantity", "P;;2027-03-05", "row 2 reject ELEMENT_MISSING"],
  ] as const) {
    it(`is refused at the cell with ${what}`, () => {
      const reading = readOne(mapping, Buffer.from(`Part;Quantity;Date\nP;1;2027-03-04\n${row}\n`));
      assert.deepEqual(faults(reading.findings), [fault]);
      assert.equal(reading.findings[0]?.place.line, 3);
    });
  }

  it("with rows of one key that do not agree is refused", () => {
    const reading = readOne(
      mapping,
      Buffer.from("Part;Received;Quantity;Date\nP;10;1;2027-03-04\nP;11;1;2027-03-05\n"),
    );
    assert.deepEqual(faults(reading.findings), ["row  reject ROWS_DISAGREE"]);
  });

  it("of two lines with one key is not written: they would be one", () => {
    const lines = [{ customerPart: "P" }, { customerPart: "P" }];
    assert.deepEqual(
      written(mapping, { lines }).findings.map(({ code, place }) => [code, place.field]),
      [["LIST_NOT_WRITABLE", "lines[1]"]],
    );
  });

  it("keeps texts that look like formulas, numbers or dates as they are", () => {
    const line = { customerPart: "=1+1", description: "@SUM(A1)", orderNumber: "0017", usage: "spare" };
    const document = { lines: [line], numbers: "message" };
    const bytes = fileOf(mapping, document);
    assert.match(bytes.toString(), /'=1\+1/);
    assert.deepEqual(bare(scheduleOf(mapping, bytes)), document);
  });
});

describe("a schedule with a column per date", () => {
  const mapping = standard("csv/schedule-wide");
  const file = fixture("csv/schedule-wide.csv");

  it("gives a step per filled cell, in the order of the columns, with what its row says", () => {
    const reading = readOne(mapping, file);
    assert.deepEqual(faults(reading.findings), ["row 15 tolerated COLUMN_UNKNOWN"]);
    assert.deepEqual(
      reading.unmapped.map(({ found }) => found),
      ["PLANT 7 REMARK"],
    );
    const document = deliverySchedule.parse(reading.document);
    assert.deepEqual(stepsOf(document), [...STEPS, "month 2027-05-01 0 planned"]);
    assert.deepEqual(
      document.lines.map(({ customerPart, shipTo, steps }) => [customerPart, shipTo?.code, steps?.length]),
      [
        ["PART-1", "P1", 6],
        ["PART-1", "P2", 1],
        ["PART-2", "P2", undefined],
      ],
    );
  });

  it("comes back as the same document, a column for each date in their order", () => {
    const { document } = readOne(mapping, file);
    const bytes = fileOf(mapping, document);
    assert.match(bytes.toString().split("\r\n")[0] ?? "", /;BACKLOG;2027-03-05;2027-03-12;2027-W11;2027-04;2027-05$/);
    assert.deepEqual(bare(readOne(mapping, bytes).document), bare(document));
  });

  it("of other shapes of headings needs nothing but a dialect", () => {
    const own = standard("csv/schedule-wide", [
      "message.dates: [ DD.MM.YYYY, YYYY-Www, MM.YYYY ]",
      'message.decimal: ","',
      "row/lines.columns.fields.Commitment.codes: { F: firm, V: planned }",
    ]);
    const document = scheduleOf(own, "Part;Commitment;05.03.2027;2027-W05;05.2027\nP;F;1;2;3,25\nP;V;;;4\n");
    assert.deepEqual(stepsOf(document), [
      "day 2027-03-05 1 firm",
      "week 2027-02-01 2 firm",
      "month 2027-05-01 3.25 firm",
      "month 2027-05-01 4 planned",
    ]);
    assert.deepEqual(inOrder(scheduleOf(own, fileOf(own, document))), inOrder(document));
  });

  it("with figures below a heading that nothing names is refused: they may be demand", () => {
    for (const heading of ["Rueckstand", "Total", "March", ""]) {
      for (const figure of ["40", "1.200,5", "-3", "0"]) {
        const reading = readOne(mapping, Buffer.from(`Part;2027-03-05;${heading}\nP;1;\nQ;1;${figure}\nR;1;7\n`));
        assert.deepEqual(faults(reading.findings), ["row 3 reject COLUMN_UNKNOWN"], heading);
        const [finding] = reading.findings;
        assert.equal(finding?.found, heading);
        assert.ok(finding?.message.includes(`${figure} in line 3`), finding?.message);
        assert.match(finding?.remedy ?? "", /message\.headers/);
      }
    }
  });

  it("may have columns that nothing names as long as they hold no figures; a dialect names those that do", () => {
    const told = readOne(mapping, Buffer.from("Part;2027-03-05;Planner;\nP;1;Mrs Lang;\n"));
    assert.deepEqual(faults(told.findings), ["row 3 tolerated COLUMN_UNKNOWN"]);
    const named = standard("csv/schedule-wide", ["message.headers.Planner: Planner"]);
    const table = "Part;Ship to;2027-03-05;Planner\nP;S;1;17\n";
    assert.deepEqual(readOne(named, Buffer.from(table)).findings, []);
    assert.deepEqual(stepsOf(scheduleOf(named, table)), ["day 2027-03-05 1"]);
  });

  it("with a heading in wrong letters is told of the character set", () => {
    const own = standard("csv/schedule-wide", ["row/lines.columns.header.codes: { RÜCKSTAND: backlog }"]);
    const text = "Part;2027-03-05;RÜCKSTAND\nP;1;40\n";
    const read = (bytes: Buffer, charset: string) => {
      const source = memorySource("file", bytes);
      const [interchange] = catalogueOf(source, { table: layoutOf(own.message, own.name) }).interchanges;
      const set = interchange?.groups[0]?.sets[0];
      assert.ok(interchange !== undefined && set !== undefined);
      const context = { family: "csv" as const, delimiters: NONE, version: "", charset, sentOn: "" as const };
      return own.read(segmentsOf(source, interchange, set), context).findings;
    };
    assert.deepEqual(read(Buffer.from(text), "utf-8"), []);
    assert.deepEqual(read(Buffer.from(text, "latin1"), "windows-1252"), []);
    for (const [bytes, charset] of [
      [Buffer.from(text), "latin1"],
      [Buffer.from(text), "windows-1252"],
      [Buffer.from(text), "cp850"],
      [Buffer.from(text.replace("Ü", "\uFFFD")), "utf-8"],
    ] as const) {
      const [finding] = read(bytes, charset);
      assert.deepEqual([finding?.code, finding?.severity], ["COLUMN_UNKNOWN", "reject"], charset);
      assert.match(finding?.remedy ?? "", /`charset`/, charset);
    }
  });

  it("with a heading that was meant for a date and is none is refused: a column must not get lost", () => {
    for (const heading of ["2027-02-30", "05.03.2027", "2027-W54", "2027/03", "20270305", "KW 11/2027"]) {
      const reading = readOne(mapping, Buffer.from(`Part;2027-03-05;${heading}\nP;1;2\n`));
      assert.deepEqual(faults(reading.findings), ["row 3 reject ELEMENT_NOT_READABLE"], heading);
      assert.equal(reading.findings[0]?.found, heading);
    }
  });

  it("with a cell that is no number is refused at it", () => {
    const reading = readOne(mapping, Buffer.from("Part;2027-03-05;2027-03-06\nP;1;2 pcs\n"));
    assert.deepEqual(faults(reading.findings), ["row 3 reject ELEMENT_NOT_READABLE"]);
  });

  it("of two quantities of one date and commitment has a second row for the other", () => {
    const step = { timing: "day", from: "2027-03-05", commitment: "firm" };
    const steps = [
      { ...step, quantity: "1" },
      { ...step, quantity: "2" },
      { ...step, quantity: "3", reference: "RAN-1" },
    ];
    const document = { lines: [{ customerPart: "P", steps }], numbers: "message" };
    const { findings, segments } = written(mapping, document);
    assert.deepEqual(findings, []);
    assert.equal(segments.length, 4);
    assert.deepEqual(bare(scheduleOf(mapping, fileOf(mapping, document))), document);
  });
});

describe("a ship notice and an invoice as tables", () => {
  for (const [name, schema] of [
    ["ship-notice", shipNotice],
    ["invoice", invoice],
  ] as const) {
    it(`${name}: read, with parties in columns, and written the same`, () => {
      const mapping = standard(`csv/${name}`);
      const reading = readOne(mapping, fixture(`csv/${name}.csv`));
      assert.deepEqual([reading.findings, reading.unmapped], [[], []]);
      const document = schema.parse(reading.document);
      assert.ok(document.parties?.some(({ code, role }) => role === "ship-to" && code === "P1"));
      assert.deepEqual(bare(readOne(mapping, fileOf(mapping, document)).document), bare(document));
    });
  }
});

/** What every part is wanted of, whatever the order it stands in. */
const inOrder = (document: DeliverySchedule): unknown =>
  document.lines.map(({ customerPart, steps: all }) => [
    customerPart,
    (all ?? []).map((step) => JSON.stringify(bare(step), Object.keys(step).toSorted())).toSorted(),
  ]);

describe("any schedule in a table", () => {
  const day = fc.integer({ min: 0, max: 3000 }).map((days) => addDays(plainDate("2024-01-01"), days));
  const placed = fc.oneof(
    day.map((from) => ({ timing: "day", from })),
    fc
      .tuple(fc.integer({ min: 2024, max: 2032 }), fc.integer({ min: 1, max: 52 }))
      .map(([year, week]) => ({ timing: "week", from: isoWeek(year, week) })),
    day.map((from) => ({ timing: "month", from: `${from.slice(0, 7)}-01` })),
    fc.constantFrom("backlog", "immediate", "no-demand", "remainder").map((timing) => ({ timing })),
  );
  const figure = fc.integer({ min: 0, max: 10_000_000 }).map((n) => String(n / 4));
  const commitment = fc.constantFrom({}, { commitment: "firm" }, { commitment: "planned" });
  const steps = fc
    .array(fc.tuple(placed, figure, commitment), { maxLength: 12 })
    .map((held) => held.map(([when, quantity, said]) => ({ ...when, quantity, ...said })));
  // Text as it stands in documents: without blanks around it and without control characters.
  const text = fc
    .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
    .map((held) => held.replaceAll(/[\p{C}]/gu, "").trim())
    .filter((held) => held !== "" && !held.startsWith("'"));
  const schedules = fc
    .uniqueArray(fc.tuple(text, steps), { minLength: 1, maxLength: 5, selector: ([part]) => part })
    .map((held) => ({
      releaseNumber: "17",
      numbers: "message",
      lines: held.map(([customerPart, all]) => ({ customerPart, ...(all.length === 0 ? {} : { steps: all }) })),
    }));

  it("comes back as it was from a row per quantity", () => {
    const mapping = standard("csv/schedule-long");
    fc.assert(
      fc.property(schedules, (document) => {
        assert.deepEqual(bare(scheduleOf(mapping, fileOf(mapping, document))), bare(document));
      }),
    );
  });

  it("comes back with the same quantities from a column per date", () => {
    const mapping = standard("csv/schedule-wide");
    fc.assert(
      fc.property(schedules, (document) => {
        const back = scheduleOf(mapping, fileOf(mapping, document));
        assert.deepEqual(inOrder(back), inOrder(deliverySchedule.parse(document)));
      }),
    );
  });
});

const refusedWith = (message: string): string => {
  try {
    mappingFromText("csv/try", `syntax: csv\nmessage: ${message}\ndocument: invoice\nlines: [ { row: {} } ]\n`);
    return "nothing";
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

describe("a table in the mapping language", () => {
  it("is refused with a delimiter, a decimal mark or dates that are none", () => {
    assert.match(refusedWith('{ delimiter: ";;" }'), /cannot divide cells/);
    assert.match(refusedWith("{ decimal: ';' }"), /is no decimal mark/);
    assert.match(refusedWith("{ dates: YYYY-Www }"), /no shapes of a table's dates/);
    assert.match(refusedWith("{ dates: DDMYYYY }"), /no shapes of a table's dates/);
    assert.match(refusedWith("{ headers: [ A ], optional: [ B ] }"), /no column of this table/);
    assert.equal(refusedWith('{ delimiter: "\\t", dates: [ YYYY/MM/DD, ww.YY ] }'), "nothing");
  });
});
