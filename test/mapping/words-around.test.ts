/** Words that look at what stands around a segment: what follows, what was left out, the object around; and EDIFACT's dates. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { mappingFromText } from "../../src/mapping/library.ts";
import { shapeOf } from "../../src/mapping/shapes.ts";
import { addDays, plainDate, weekday } from "../../src/values/dates.ts";
import { inShort, readX12, tryLines, writeX12 } from "./support.ts";

const WRAPPED = `
- N1: { times: 0..*, carries: true, when: { 1: ST }, fields: { 4: shipTo.code }, then: [ { N4: { fields: { 1: shipTo.city } } }, { LIN: &lin { times: 1..*, opens: lines, fields: { 2: customerPart }, then: [ { UIT: { fields: { 1: unit } } } ] } } ] }
- N1: { times: 0..*, when: { 1: [ "!ST" ] }, if: { role: "!ship-to" }, opens: parties, fields: { 1: { to: role, codes: { BY: buyer, SU: supplier } } } }
- CTT: { times: 0..1 }
`;

describe("a carrying line", () => {
  const mapping = tryLines(WRAPPED);

  it("hands down what plain lines below it say as well", () => {
    const { document, findings } = readX12(mapping, "N1*ST***P7\nN4*TOWN\nLIN**A\nLIN**B\nN1*ST***P8\nLIN**C");
    assert.deepEqual(findings, []);
    const lines = [
      { shipTo: { code: "P7", city: "TOWN" }, customerPart: "A" },
      { shipTo: { code: "P7", city: "TOWN" }, customerPart: "B" },
      { shipTo: { code: "P8" }, customerPart: "C" },
    ];
    assert.deepEqual(
      (document as { lines: object[] }).lines.map(({ segment: _segment, ...line }: { segment?: number }) => line),
      lines,
    );
    assert.deepEqual(writeX12(mapping, { lines }).lines, [
      "N1*ST***P7",
      "N4*TOWN",
      "LIN**A",
      "LIN**B",
      "N1*ST***P8",
      "LIN**C",
    ]);
  });

  it("that was left out is passed over in reading, and not written where it would say nothing", () => {
    const { document, findings } = readX12(mapping, "LIN**A\nN1*BY\nLIN**B");
    assert.deepEqual(inShort(findings), []);
    assert.equal((document as { lines: object[] }).lines.length, 2);
    assert.deepEqual(writeX12(mapping, { lines: [{ customerPart: "A" }] }).lines, ["LIN**A"]);
  });

  it("is not inherited by objects that have nothing of it: they are written in front", () => {
    const lines = [{ shipTo: { code: "P7" }, customerPart: "A" }, { customerPart: "B" }];
    assert.deepEqual(writeX12(mapping, { lines }).lines, ["LIN**B", "N1*ST***P7", "LIN**A"]);
  });
});

describe("next", () => {
  const mapping = tryLines(`
- LIN:
    times: 0..*
    opens: lines
    fields: { 2: customerPart }
    then:
      - QTY: { times: 0..*, next: { "!DTM": {} }, if: { from: "" }, opens: figures, fields: { 2: { to: quantity, as: number } } }
      - QTY: { times: 0..*, next: { DTM: { 1: 2 } }, opens: steps, fields: { 2: { to: quantity, as: number } }, then: [ { DTM: { when: { 1: 2 }, fields: { 2: { to: from, as: date } } } } ] }
      - DTM: { times: 0..*, opens: dates, fields: { 1: kind, 2: { to: on, as: date } } }
`);

  it("tells lines apart by the segment behind them", () => {
    const { document } = readX12(mapping, "LIN**A\nQTY**500\nQTY**10\nDTM*2*20270308\nQTY**20\nDTM*3*20270309");
    const [line] = (document as { lines: { figures: unknown[]; steps: unknown[] }[] }).lines;
    assert.equal(line?.figures.length, 1);
    assert.equal(line?.steps.length, 1);
  });

  it("that names nothing is refused", () => {
    assert.throws(() => tryLines("- QTY: { next: {}, fields: { 2: number } }"), { code: "MAPPING_VALUE" });
  });
});

describe("never", () => {
  it("rejects a message whose segments stand otherwise, with the reason", () => {
    const mapping = tryLines('- LIN: { times: 0..*, opens: lines, then: [ { FST: { never: "it needs an SDP" } } ] }');
    const [finding] = readX12(mapping, "LIN\nFST").findings;
    assert.equal(finding?.code, "SEGMENT_NOT_HERE");
    assert.equal(finding?.severity, "reject");
    assert.match(finding?.message ?? "", /it needs an SDP/);
    assert.deepEqual(writeX12(mapping, { lines: [{}] }).lines, ["LIN"]);
  });
});

describe("a field of the object around", () => {
  const mapping = tryLines(`
- BFR: { fields: { 4: { to: basis, codes: { DL: delivery, SH: shipment } } } }
- LIN:
    times: 0..*
    opens: lines
    fields: { 2: customerPart }
    then:
      - FST: { times: 0..*, opens: steps, fields: { 1: { to: quantity, as: number }, 2: lines/unit }, then: [ { DTM: { when: { 1: 10 }, if: { document/basis: shipment }, fields: { 2: { to: from, as: date } } } }, { DTM: { when: { 1: 2 }, if: { document/basis: "!shipment" }, fields: { 2: { to: from, as: date } } } } ] }
`);
  const lines = [{ customerPart: "A", unit: "KG", steps: [{ quantity: "5", from: "2027-03-01" }, { quantity: "6" }] }];

  it("is said by every segment that says it, and read once", () => {
    const { lines: written } = writeX12(mapping, { basis: "shipment", lines });
    assert.deepEqual(written, ["BFR****SH", "LIN**A", "FST*5*KG", "DTM*10*20270301", "FST*6*KG"]);
    const { document, findings } = readX12(mapping, written.join("\n"));
    assert.deepEqual(findings, []);
    assert.equal((document as { lines: { unit: string }[] }).lines[0]?.unit, "KG");
  });

  it("decides which line is written", () => {
    assert.deepEqual(writeX12(mapping, { lines }).lines.slice(2, 3), ["DTM*2*20270301"]);
  });

  it("rejects when it is said in two ways", () => {
    const { findings } = readX12(mapping, "LIN**A\nFST*5*KG\nFST*6*PC");
    assert.deepEqual(
      findings.map(({ code, expected, found, place }) => [code, expected, found, place.inSet, place.element]),
      [["VALUES_DISAGREE", "KG", "PC", 3, 2]],
    );
  });

  it("of no list around the line is refused", () => {
    assert.throws(() => tryLines("- LIN: { times: 0..*, opens: lines, fields: { 1: steps/quantity } }"), {
      code: "MAPPING_VALUE",
    });
  });
});

describe("two lines for one field, kept apart in writing", () => {
  const mapping = tryLines(`
- LIN:
    times: 0..*
    opens: lines
    then:
      - FST: { times: 0..*, opens: steps, fields: { 1: { to: quantity, as: number }, 3: { to: timing, codes: { D: day, F: range } } }, then: [ { DTM: { when: { 1: 2 }, if: { timing: "!range" }, fields: { 2: { to: from, as: date } } } }, { DTM: { when: { 1: 158 }, if: { timing: range }, fields: { 2: { to: from, as: date } } } } ] }
`);

  it("are both read: the first counts, another value is listed", () => {
    const { document, unmapped } = readX12(mapping, "LIN\nFST*5**D\nDTM*2*20270301\nDTM*158*20270302");
    const [step] = (document as { lines: { steps: { from: string }[] }[] }).lines[0]?.steps ?? [];
    assert.equal(step?.from, "2027-03-01");
    assert.deepEqual(
      unmapped.map(({ found }) => found),
      ["20270302"],
    );
  });
});

describe("a standard mapping that extends another", () => {
  const base =
    "syntax: x12\nmessage: { set: 830 }\ndocument: delivery-schedule\nlines:\n  - BFR: { fields: { 2: number } }\n";
  const further = "extends: x12/830\nchanges:\n  BFR.fields.3: releaseNumber\n";

  it("may itself have a dialect", () => {
    const mapping = mappingFromText("x12/830-old.acme", "extends: x12/830-old\nchanges:\n  BFR.fields.4: basis\n", {
      "x12/830": base,
      "x12/830-old": further,
    });
    assert.deepEqual(writeX12(mapping, { number: "1", releaseNumber: "2", basis: "DL" }).lines, ["BFR**1*2*DL"]);
  });

  it("may not be a dialect", () => {
    const dialect = { "x12/830": base, "x12/830.acme": further };
    assert.throws(() => mappingFromText("x12/830.other", "extends: x12/830.acme\nchanges: {}\n", dialect), {
      code: "MAPPING_DIALECT",
    });
  });
});

describe("dates of EDIFACT", () => {
  const context = { family: "edifact", version: "D:97A", sentYear: 2027, dates: new Map() } as const;
  const read = (text: string, format: string, values = 5) => shapeOf(`dtm/${values}`).read(text, context, format);

  it("are read by their format code", () => {
    const cases: readonly (readonly [text: string, format: string, ...stated: string[]])[] = [
      ["20270308", "102", "", "2027-03-08", "", "", ""],
      ["270308", "101", "", "2027-03-08", "", "", ""],
      ["080327", "2", "", "2027-03-08", "", "", ""],
      ["202703081430", "203", "", "2027-03-08", "", "1430", ""],
      ["20270308143059", "203", "", "2027-03-08", "", "143059", ""],
      ["20270308143059", "204", "", "2027-03-08", "", "143059", ""],
      ["202703081430Z0000", "205", "", "2027-03-08", "", "1430", ""],
      ["202706", "610", "month", "2027-06-01", "", "", ""],
      ["2706", "609", "month", "2027-06-01", "", "", ""],
      ["202701", "616", "week", "2027-01-04", "", "", ""],
      ["202653", "616", "week", "2026-12-28", "", "", ""],
      ["2710", "615", "week", "2027-03-08", "", "", ""],
      ["2027030120270331", "718", "range", "2027-03-01", "2027-03-31", "", ""],
      ["20270301-20270331", "718", "range", "2027-03-01", "2027-03-31", "", ""],
      ["270301270331", "717", "range", "2027-03-01", "2027-03-31", "", ""],
      ["202710202712", "716", "range", "2027-03-08", "2027-03-28", "", ""],
      ["202703010600202703011200", "719", "", "2027-03-01", "", "0600", "1200"],
      ["20270308", "", "", "2027-03-08", "", "", ""],
    ];
    for (const [text, format, ...stated] of cases) {
      assert.deepEqual(read(text, format), stated, `${text} ${format}`);
    }
  });

  it("that no calendar has, or whose digits are not those of the format, are faults", () => {
    for (const [text, format] of [
      ["20270230", "102"],
      ["202753", "616"],
      ["202713", "610"],
      ["202703082460", "203"],
      ["2027030", "102"],
      ["20270308", "999"],
      ["2027033120270230", "718"],
      ["1200", "401"],
    ] as const) {
      assert.ok("fault" in (read(text, format) as object), `${text} ${format}`);
    }
    assert.ok("fault" in (read("2027030120270331", "718", 1) as object), "a period where a day is asked for");
  });

  it("are written so that they are read the same", () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays(plainDate("2000-01-01"), days));
    const time = fc.constantFrom("", "0000", "0615", "2359", "063015");
    fc.assert(
      fc.property(day, time, (from, at) => {
        for (const name of ["dtm/5", "period/5"]) {
          const written = shapeOf(name).write(["", from, "", at, ""], context);
          assert.ok(Array.isArray(written));
          assert.deepEqual(read(written[0] as string, written[1] as string), ["", from, "", at, ""]);
        }
        const monday = addDays(from, 1 - weekday(from));
        const week = shapeOf("period/3").write(["week", monday, ""], context);
        assert.ok(Array.isArray(week) && week[1] === "616");
        assert.deepEqual(read(week[0] as string, "616", 3), ["week", monday, ""]);
      }),
      { seed: 20_270_301, numRuns: 200 },
    );
    assert.ok(
      "fault" in (shapeOf("period/3").write(["week", "2027-03-09", ""], context) as object),
      "a week from Tuesday",
    );
    assert.deepEqual(shapeOf("dtm/3").write(["range", "2027-03-01", "2027-03-15"], context), [
      "2027030120270315",
      "718",
    ]);
  });
});
