/** Our own samples of every X12 set: read without a finding, valid as documents, and the same when they are written and read again. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ApplicationAdvice } from "../../src/documents/application-advice.ts";
import { type DeliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";
import type { ReceiptAdvice } from "../../src/documents/receipt-advice.ts";
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import type { CompiledMapping, Reading } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { InterchangeEntry } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { named, ROOT, readX12, segmentsFrom, writeX12, X12_CONTEXT } from "./support.ts";

const FIXTURES = path.join(ROOT, "test/fixtures/x12");

interface ReadSet {
  readonly mapping: CompiledMapping;
  readonly interchange: InterchangeEntry;
  readonly version: string;
  readonly reading: Reading;
}

function setsOf(file: string): ReadSet[] {
  const source = memorySource(file, readFileSync(path.join(FIXTURES, file)));
  return catalogueOf(source).interchanges.flatMap((interchange) =>
    interchange.groups.flatMap(({ version, sets }) =>
      sets.map((set) => {
        const mapping = named(`x12/${set.type}`);
        const { delimiters, family, sentOn } = interchange;
        const context = { family, delimiters, version, charset: "latin1", sentOn };
        return { mapping, interchange, version, reading: mapping.read(segmentsOf(source, interchange, set), context) };
      }),
    ),
  );
}

function documentOf(file: string): unknown {
  const [set] = setsOf(file);
  assert.ok(set);
  return set.reading.document;
}

/** The document without the ordinals of its segments. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]) => (key === "segment" ? [] : [[key, plain(held)]])),
  );
}

describe("our samples of X12 sets", () => {
  for (const file of readdirSync(FIXTURES).filter((name) => /^8|^9/.test(name))) {
    it(`${file}: every segment has its place, and the document comes back when it is written`, () => {
      for (const { mapping, interchange, version, reading } of setsOf(file)) {
        assert.deepEqual(
          reading.findings.filter(({ severity }) => severity !== "note"),
          [],
        );
        assert.equal(reading.accounted.unknown, 0);
        DOCUMENT_SCHEMAS[mapping.document].parse(reading.document);
        const { delimiters } = interchange;
        const { lines, result } = writeX12(mapping, reading.document, { version, delimiters });
        assert.deepEqual(result.findings, []);
        const context = { ...X12_CONTEXT, version, delimiters, sentOn: interchange.sentOn };
        const again = mapping.read([segmentsFrom(lines.join("\n"), delimiters.element)], context);
        assert.deepEqual(plain(again.document), plain(reading.document));
      }
    });
  }
});

/** Quantity and time of the steps of an 862 whose one day is divided so. */
const stepsDividedBy = (parts: string): unknown => {
  const read = readX12(named("x12/862"), `ST*862*1\nBSS*05*1\nLIN**BP*A\nFST*100*C*D*20270302\n${parts}\nSE*9*1`);
  const { lines } = withInheritance(read.document as DeliverySchedule);
  return lines[0]?.steps?.map(({ quantity, time }) => [quantity, time]);
};

describe("an 862", () => {
  it("has a step for each time of its day, with the delivery order of its composite reference", () => {
    const { lines, layer } = withInheritance(documentOf("862-just-in-time.edi") as DeliverySchedule);
    assert.equal(layer, "call-off");
    assert.deepEqual(
      lines[0]?.steps?.map(({ from, time, quantity, referenceKind, reference }) => [
        from,
        time,
        quantity,
        referenceKind,
        reference,
      ]),
      [
        ["2027-03-02", "0800", "200", "DO", "D14685"],
        ["2027-03-02", "1330", "280", "DO", "D14686"],
        ["2027-03-03", "0700", "240", "DO", "D14690"],
      ],
    );
    assert.deepEqual(
      lines[1]?.steps?.map(({ from, quantity, reference }) => [from, quantity, reference]),
      [
        ["2027-03-02", "100", "K-1"],
        ["2027-03-02", "100", "K-2"],
        ["2027-03-04", "0", undefined],
      ],
    );
  });

  it("keeps what its parts leave over of a day, and divides nothing where they come to more than the day", () => {
    assert.deepEqual(stepsDividedBy("JIT*60*0800"), [
      ["60", "0800"],
      ["40", undefined],
    ]);
    assert.deepEqual(stepsDividedBy("JIT*60*0800\nJIT*60*1200"), [["100", undefined]]);
  });

  it("says its window, its horizon and where its cumulative stands", () => {
    const { horizon, lines, releaseNumber } = documentOf("862-just-in-time.edi") as DeliverySchedule;
    assert.deepEqual([horizon?.from, horizon?.to, releaseNumber], ["2027-03-01", "2027-03-07", "0017"]);
    const [line] = lines;
    assert.deepEqual(line?.steps?.[0]?.window, {
      from: "2027-03-02",
      fromTime: "0600",
      to: "2027-03-02",
      toTime: "1800",
    });
    assert.deepEqual(line?.last, { quantity: "240", kind: "received", date: "2027-02-25", note: "SH-000011" });
    assert.equal(line?.account?.cumulative, "7200");
    assert.equal(line?.unloadingPoint, "U7");
  });
});

describe("an 866", () => {
  it("gives every item the day and hour of its window and its place in the sequence; an item named again is one line", () => {
    const { lines } = withInheritance(documentOf("866-two-windows.edi") as DeliverySchedule);
    const step = { from: "2027-03-02", referenceKind: "sequence" };
    assert.deepEqual(
      lines.map(({ customerPart, steps }) => [customerPart, steps]),
      [
        [
          "HB-4401-L",
          [
            { ...step, segment: 11, quantity: "1", time: "0600", reference: "0001" },
            { ...step, segment: 18, quantity: "1", time: "0900", reference: "0003" },
          ],
        ],
        ["HB-4402-R", [{ ...step, segment: 14, quantity: "2", time: "0600", reference: "0002" }]],
      ],
    );
  });

  it("with a day that is none leaves it aside, and the quantity without a day", () => {
    const text = "ST*866*1\nBSS*05*1\nDTM*002**0900*ES*D8*2027030\nLIN**BP*A\nQTY*01*3\nCTT*1\nSE*7*1";
    const { document, findings } = readX12(named("x12/866"), text);
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place.tag, place.element]),
      [["ELEMENT_NOT_READABLE", "tolerated", "DTM", 6]],
    );
    const [line] = withInheritance(document as DeliverySchedule).lines;
    assert.deepEqual(line?.steps, [{ segment: 5, quantity: "3", time: "0900" }]);
  });
});

describe("an 861", () => {
  it("says what came of which note, what is short, over or sent back", () => {
    const { lines, note, receivedOn } = documentOf("861-short-and-over.edi") as ReceiptAdvice;
    assert.deepEqual([note, receivedOn], ["SH-000012", "2027-03-02"]);
    assert.deepEqual(
      lines.map((line) => [
        line.received,
        line.short,
        line.over,
        line.rejected,
        line.shipped,
        line.condition,
        line.note,
      ]),
      [
        ["380", "20", undefined, undefined, "400", "short", undefined],
        ["405", undefined, "5", undefined, undefined, "over", undefined],
        ["90", undefined, undefined, "10", undefined, undefined, "LS80042"],
      ],
    );
    assert.deepEqual([lines[0]?.orderNumber, lines[0]?.releaseNumber, lines[0]?.unit], ["SA5500071", "0017", "EA"]);
  });
});

describe("an 824", () => {
  it("says what was answered, and puts a long text together", () => {
    const { answers, status } = documentOf("824-rejected-ship-notice.edi") as ApplicationAdvice;
    assert.equal(status, "rejected");
    const [rejected, taken] = answers;
    assert.deepEqual(
      [rejected?.status, rejected?.numberKind, rejected?.number, rejected?.group, rejected?.control, rejected?.type],
      ["rejected", "SI", "SH-000012", "17", "0001", "856"],
    );
    const [fault] = rejected?.errors ?? [];
    assert.equal(
      fault?.text,
      "Every item of a ship notice has to name the scheduling agreement that it is shipped against.",
    );
    assert.deepEqual([fault?.condition, fault?.tag, fault?.position, fault?.found], ["007", "PRF", "16", "SA5500071"]);
    assert.equal(taken?.status, "item-accepted");
  });

  it("of ours names the fault by our word and in a sentence of any length", () => {
    const sentence =
      "The part PART-9 is on no blanket order that we hold with you for the plant P7. Tell us by which other part number we know it, or send the order.";
    const document = {
      purpose: "original",
      number: "AA-17",
      issuedOn: "2027-03-01",
      answers: [
        {
          status: "rejected",
          number: "R17",
          type: "830",
          group: "17",
          control: "0001",
          errors: [{ code: "unknown-item", text: sentence, customerPart: "PART-9", shipTo: "P7", line: "3" }],
        },
      ],
    };
    const mapping = named("x12/824");
    const { lines, result } = writeX12(mapping, document);
    assert.deepEqual(result.findings, []);
    assert.deepEqual(lines.slice(1), [
      "BGN*00*AA-17*20270301",
      "OTI*TR*TN*R17*****17*0001*830",
      "TED*024",
      "NTE*ERR*The part PART-9 is on no blanket order that we hold with you for the plant P7.",
      "NTE*ERR*Tell us by which other part number we know it, or send the order.",
      "RED*unknown-item**ZZ**ZZ*CONDITION",
      "RED*PART-9**ZZ**ZZ*CUSTOMER-PART",
      "RED*P7**ZZ**ZZ*SHIP-TO",
      "RED*3**ZZ**ZZ*LINE",
    ]);
    assert.deepEqual((plain(readX12(mapping, lines.join("\n")).document) as typeof document).answers, document.answers);
  });
});
