/** A day's quantity spread over times and delivery orders (X12 862: JIT beneath FST), and steps that take their date from their line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { DeliverySchedule, ScheduleLine } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";
import type { ScheduleStep } from "../../src/documents/schedule-step.ts";
import { curveOf } from "../../src/schedules/curve.ts";
import { quantity, total } from "../../src/values/figures.ts";
import { day, settingsOf } from "./schedules.ts";

const MESSAGE = "2027-03-01";
const DAY: ScheduleStep = { segment: 9, quantity: "480", from: "2027-03-02", commitment: "firm" };

function lineOf(line: Partial<ScheduleLine>, header: Partial<DeliverySchedule> = {}): ScheduleLine {
  const document = withInheritance({
    issuedOn: MESSAGE,
    ...header,
    lines: [{ account: { cumulative: "1000", kind: "received" }, ...line }],
  });
  return document.lines[0] as ScheduleLine;
}

function readingOf(line: ScheduleLine) {
  const document: DeliverySchedule = { issuedOn: MESSAGE, lines: [line] };
  return curveOf(document, line, settingsOf(), { sentOn: day(MESSAGE) });
}

describe("a day's quantity in parts", () => {
  const parts = [
    { quantity: "200", time: "0800", references: [{ kind: "ZZ", number: "7001", kind2: "DO", number2: "D1" }] },
    { quantity: "280", time: "1330", references: [{ kind: "DO", number: "D2" }] },
  ];

  it("is a step for each part on the curve, apart by time and delivery order", () => {
    const { curve, findings } = readingOf(lineOf({ steps: [{ ...DAY, parts }] }));
    assert.deepEqual(findings, []);
    assert.deepEqual(
      curve.steps.map(({ date, window, reference, cumulative }) => [date, window, reference, cumulative]),
      [
        ["2027-03-02", "0800", "D1", quantity("1200")],
        ["2027-03-02", "1330", "D2", quantity("1480")],
      ],
    );
  });

  it("is the same whether parts or steps of their own say it", () => {
    const apart = [
      { ...DAY, quantity: "200", time: "0800", referenceKind: "DO", reference: "D1" },
      { ...DAY, quantity: "280", time: "1330", referenceKind: "DO", reference: "D2" },
    ];
    assert.deepEqual(
      readingOf(lineOf({ steps: [{ ...DAY, parts }] })).curve,
      readingOf(lineOf({ steps: apart })).curve,
    );
  });

  it("stays whole where the parts come to more, and holds the item", () => {
    const { curve, findings } = readingOf(lineOf({ steps: [{ ...DAY, quantity: "400", parts }] }));
    assert.deepEqual(
      curve.steps.map(({ cumulative }) => cumulative),
      [quantity("1400")],
    );
    assert.deepEqual(
      findings.map(({ code, severity, place, expected, found }) => [code, severity, place, expected, found]),
      [
        [
          "SCHEDULE_PARTS_DIFFER",
          "tolerated",
          { inSet: 9, field: "steps[0].parts" },
          "parts of 400 at most",
          "200 + 280",
        ],
      ],
    );
  });

  it("is not divided where the quantity is a running total", () => {
    const { steps } = lineOf({ steps: [{ ...DAY, parts }] }, { quantities: "cumulative" });
    assert.deepEqual(steps, [DAY]);
  });

  it("names no order where several of one kind share a part", () => {
    const references = [
      { kind: "DO", number: "D1" },
      { kind: "DO", number: "D2" },
    ];
    const { steps } = lineOf({ steps: [{ ...DAY, parts: [{ quantity: "480", references }] }] });
    assert.deepEqual(steps, [DAY]);
  });

  it("is neither more nor less than before, whatever the parts", () => {
    const part = fc.record({ quantity: fc.integer({ min: 0, max: 500 }).map(String) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.array(part, { maxLength: 6 }), (whole, held) => {
        const { steps = [] } = lineOf({ steps: [{ ...DAY, quantity: String(whole), parts: held }] });
        assert.equal(total(steps.map((step) => quantity(step.quantity))), quantity(String(whole)));
      }),
    );
  });

  it("has a window of the day as its time, where no part says one", () => {
    const window = { from: "2027-03-02", fromTime: "0600", to: "2027-03-02", toTime: "1800" };
    const { curve } = readingOf(lineOf({ steps: [{ ...DAY, window }] }));
    assert.deepEqual(
      curve.steps.map((step) => step.window),
      ["0600-1800"],
    );
  });
});

describe("a step without a date of its own", () => {
  it("has its line's date, hour and place in the sequence", () => {
    const due = { on: "2027-03-02", at: "0600" };
    const { steps } = lineOf({ due, sequence: "0017", steps: [{ quantity: "1" }] });
    assert.deepEqual(steps, [
      { quantity: "1", from: "2027-03-02", time: "0600", reference: "0017", referenceKind: "sequence" },
    ]);
  });

  it("keeps what it says itself", () => {
    const own = { quantity: "1", from: "2027-03-05", time: "0900", reference: "D1", referenceKind: "DO" };
    assert.deepEqual(lineOf({ due: { on: "2027-03-02", at: "0600" }, sequence: "0017", steps: [own] }).steps, [own]);
  });
});

const item = (sequence: string, more: Partial<ScheduleLine> = {}): ScheduleLine => ({
  segment: Number(sequence),
  customerPart: "A",
  sequence,
  due: { on: "2027-03-02", at: "0600" },
  steps: [{ quantity: "1" }],
  ...more,
});
const linesOf = (...lines: ScheduleLine[]) => withInheritance({ layer: "call-off", lines }).lines;

describe("a production sequence", () => {
  it("that names an item again and again is one line of the item, with a step for each place", () => {
    const lines = linesOf(item("1"), item("2", { customerPart: "B" }), item("3"));
    assert.deepEqual(
      lines.map(({ customerPart, steps }) => [customerPart, steps?.map(({ reference }) => reference)]),
      [
        ["A", ["1", "3"]],
        ["B", ["2"]],
      ],
    );
  });

  it("keeps lines apart that go to different places, and lines of other schedules as they are", () => {
    assert.equal(linesOf(item("1"), item("2", { dock: "D2" })).length, 2);
    const plain: ScheduleLine = { customerPart: "A", steps: [{ quantity: "1", from: "2027-03-02" }] };
    assert.deepEqual(linesOf(plain, plain), [plain, plain]);
  });

  it("is not changed by being handed down twice", () => {
    const document: DeliverySchedule = { lines: [item("1"), item("2")] };
    const before = structuredClone(document);
    assert.deepEqual(withInheritance(document), withInheritance(document));
    assert.deepEqual(document, before);
  });
});

describe("a quantity divided over places", () => {
  const destinations = [
    { code: "H3", quantity: "240" },
    { code: "H4", quantity: "240" },
  ];

  it("holds the item, since an account is of one ship-to", () => {
    const { findings } = readingOf(lineOf({ shipTo: { code: "H3" }, steps: [{ ...DAY, destinations }] }));
    assert.deepEqual(
      findings.map(({ code, expected, found }) => [code, expected, found]),
      [["SCHEDULE_SEVERAL_PLACES", "ship-to H3 only", "240 to H3, 240 to H4"]],
    );
  });

  it("is nothing more to say where the only place is the line's own", () => {
    const own = [{ code: "H3", quantity: "480" }];
    assert.deepEqual(
      readingOf(lineOf({ shipTo: { code: "H3" }, steps: [{ ...DAY, destinations: own }] })).findings,
      [],
    );
  });
});
