/** DESADV, INVOIC, RECADV, REMADV, CONTRL and APERAK: read, written, and the same again; what is written, segment for segment. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { acknowledgement } from "../../src/documents/acknowledgement.ts";
import { applicationAdvice } from "../../src/documents/application-advice.ts";
import { invoice } from "../../src/documents/invoice.ts";
import { receiptAdvice } from "../../src/documents/receipt-advice.ts";
import { remittanceAdvice } from "../../src/documents/remittance-advice.ts";
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import { type CompiledMapping, mappingFromText, type Reading, type WriteResult } from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { Segment } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { EDIFACT, inShort, library, named, ROOT, segmentsFrom } from "./support.ts";

interface ReadMessage {
  readonly mapping: CompiledMapping;
  readonly reading: Reading;
  readonly segments: readonly Segment[];
  readonly context: ReadContext;
}

/** The messages of a file, each with the mapping that fits it. */
function messagesOf(file: string): ReadMessage[] {
  const source = memorySource(file, readFileSync(file));
  return catalogueOf(source).interchanges.flatMap((interchange) =>
    interchange.groups.flatMap(({ sets }) =>
      sets.flatMap((set) => {
        const mapping = library.fitting({ family: "edifact", type: set.type, version: set.version });
        if (mapping === undefined) return [];
        const { delimiters, sentOn } = interchange;
        const context: ReadContext = { family: "edifact", delimiters, version: set.version, charset: "latin1", sentOn };
        const segments = [...segmentsOf(source, interchange, set)].flat();
        return [{ mapping, segments, context, reading: mapping.read([segments], context) }];
      }),
    ),
  );
}

const sample = (name: string): ReadMessage => {
  const [message] = messagesOf(path.join(ROOT, "test/fixtures/edifact", name));
  assert.ok(message, name);
  return message;
};

const writtenBack = ({ mapping, reading, context }: ReadMessage): WriteResult =>
  mapping.write(reading.document, { ...context, setControl: "" });

/** A document without the ordinals of its segments. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) => (name === "segment" ? [] : [[name, plain(held)]])),
  );
}

const asSegments = ({ set }: WriteResult): Segment[] =>
  segmentsFrom(set.segments.map((one) => one.join("+")).join("\n"), "+");

/** Segments of our own document, written for a version of the standard. */
function written(name: string, document: unknown, version: string): { lines: string[]; result: WriteResult } {
  const context = { family: "edifact", delimiters: EDIFACT, version, charset: "latin1", setControl: "1" } as const;
  const result = named(name).write(document, context);
  return { result, lines: result.set.segments.map((segment) => segment.join("+")) };
}

/** Reads segments, one to a line, with a mapping. */
function read(name: string, version: string, lines: readonly string[]): Reading {
  const context = { family: "edifact", delimiters: EDIFACT, version, charset: "latin1", sentOn: "" } as const;
  return named(name).read([segmentsFrom(lines.join("\n"), "+")], context);
}

const SAMPLES = [
  "aperak-ours.edi",
  "contrl-groups.edi",
  "contrl-interchange-rejected.edi",
  "desadv-packs.edi",
  "invoic-taxes.edi",
  "recadv-shortage.edi",
  "remadv-two-invoices.edi",
];

describe("EDIFACT documents", () => {
  for (const name of SAMPLES) {
    it(`${name}: read without a finding, valid, and the same document when it is written and read again`, () => {
      const message = sample(name);
      const { mapping, reading, segments, context } = message;
      assert.deepEqual(inShort(reading.findings), []);
      assert.deepEqual(reading.accounted, { segments: segments.length, mapped: segments.length, unknown: 0 });
      const checked = DOCUMENT_SCHEMAS[mapping.document].safeParse(reading.document);
      assert.ok(checked.success, checked.error?.message);
      const back = writtenBack(message);
      assert.deepEqual(back.findings, []);
      assert.deepEqual(plain(mapping.read([asSegments(back)], context).document), plain(reading.document));
    });
  }

  for (const name of ["aperak-ours.edi", "contrl-groups.edi", "contrl-interchange-rejected.edi"]) {
    it(`${name}: comes back segment for segment`, () => {
      const message = sample(name);
      assert.deepEqual(
        writtenBack(message).set.segments.map((segment) => segment.join("+")),
        message.segments.slice(0, -1).map(({ elements }) => elements.join("+")),
      );
    });
  }

  const fits: readonly (readonly [string, string, string])[] = [
    ["DESADV", "D:93A", "edifact/desadv-96a"],
    ["DESADV", "D:99B", "edifact/desadv-96a"],
    ["DESADV", "D:00A", "edifact/desadv"],
    ["DESADV", "D:07A", "edifact/desadv"],
    ["INVOIC", "D:96A", "edifact/invoic-96a"],
    ["INVOIC", "D:01B", "edifact/invoic-01b"],
    ["INVOIC", "D:04A", "edifact/invoic"],
    ["APERAK", "D:96A", "edifact/aperak"],
    ["RECADV", "D:97A", "edifact/recadv"],
    ["REMADV", "D:01B", "edifact/remadv"],
    ["CONTRL", "D:3", "edifact/contrl"],
    ["CONTRL", "4:1", "edifact/contrl"],
  ];
  for (const [type, version, expected] of fits) {
    it(`${type} ${version} is read with ${expected}`, () => {
      assert.equal(library.fitting({ family: "edifact", type, version })?.name, expected);
    });
  }
});

describe("DESADV", () => {
  it("has every level of packaging as a line, with its packages, their labels and the item in them", () => {
    const { lines } = shipNotice.parse(sample("desadv-packs.edi").reading.document);
    assert.deepEqual(
      lines.map(({ level, number, parent, customerPart, quantity }) => [level, number, parent, customerPart, quantity]),
      [
        ["outer", "1", undefined, undefined, undefined],
        ["inner", "2", "1", "1K0 407 151", "400"],
        ["item", undefined, undefined, "PART-2", "12.5"],
        [undefined, "3", undefined, "PART-3", "5"],
      ],
    );
    const [pack] = lines[1]?.packs ?? [];
    assert.deepEqual([pack?.count, pack?.kind, pack?.quantity], ["10", "KLT6429", "40"]);
    assert.deepEqual(plain(pack?.labels), [
      {
        number: "S-1",
        to: "S-4",
        further: [{ number: "S-5" }, { number: "S-6", to: "S-8" }, { number: "S-9" }, { number: "S-10" }],
      },
    ]);
    assert.deepEqual(plain(pack?.markings), [
      { instruction: "33E", labels: [{ kind: "BJ", number: "340123450000000014" }] },
    ]);
  });

  it("of a second segment of numbers takes what is not there yet, and lists the others", () => {
    const { reading } = sample("desadv-packs.edi");
    const [, line] = shipNotice.parse(reading.document).lines;
    assert.deepEqual([line?.ourPart, line?.gtin, line?.engineeringLevel], ["ITEM-1", "4012345678901", "05"]);
    const other = read("edifact/desadv", "D:07A", [
      "UNH+1+DESADV:D:07A:UN",
      "BGM+351+1+9",
      "CPS+1",
      "LIN+1++PART-1:IN::92",
      "PIA+1+ITEM-1:SA",
      "PIA+1+ITEM-2:SA+PART-1:BP",
      "QTY+12:4:PCE",
    ]);
    assert.deepEqual(inShort(other.findings), []);
    assert.deepEqual(
      other.unmapped.map(({ tag, element, component, found }) => [tag, element, component, found]),
      [
        ["LIN", 3, 4, "92"],
        ["PIA", 1, undefined, "1"],
        ["PIA", 2, undefined, "SA ITEM-2"],
      ],
    );
  });

  const notice = {
    purpose: "original",
    number: "SH-000012",
    issuedOn: "2027-03-02",
    issuedAt: "1405",
    shippedOn: "2027-03-02",
    carrier: "DHL",
    equipment: "B-AB 1234",
    packages: "12",
    grossWeight: "1234.5",
    weightUnit: "KG",
    parties: [{ role: "ship-to", code: "PLANT7", scheme: "customer", city: "Wolfsburg", country: "DE" }],
    lines: [
      {
        cause: "SH-000012/10",
        shipLine: "10",
        customerPart: "PA+RT'2",
        ourPart: "ITEM-1",
        description: "X'+UNT+9",
        unit: "PC",
        blanketNumber: "550001",
        orderLine: "10",
        releaseNumber: "17",
        orderNumber: "SO-000123/10",
        quantity: "400",
        cumulative: "12400",
      },
      {
        shipLine: "20",
        customerPart: "PART-2",
        unit: "KG",
        quantity: "12.5",
        packs: [{ count: "2", kind: "KLT", quantity: "6", quantityUnit: "KG", labels: [{ number: "S-1" }] }],
      },
    ],
  };

  it("of our own is written with an item in each CPS, cumulative, order, release and counters; text stays text", () => {
    const { lines, result } = written("edifact/desadv", notice, "D:07A");
    assert.deepEqual(result.findings, []);
    assert.deepEqual(lines, [
      "UNH+1+DESADV:D:07A:UN",
      "BGM+351+SH-000012+9",
      "DTM+137:202703021405:203",
      "DTM+11:20270302:102",
      "MEA+AAX+AAD+KGM:1234.5",
      "NAD+ST+PLANT7::92++++Wolfsburg+++DE",
      "TDT+12++++DHL",
      "EQD+TE+B-AB 1234",
      "CPS+1++4",
      "LIN+10++PA?+RT?'2:IN",
      "PIA+1+ITEM-1:SA",
      "IMD+F++:::X?'?+UNT?+9",
      "QTY+12:400:PCE",
      "QTY+3:12400:PCE",
      "RFF+ON:550001:10",
      "RFF+AAN:17",
      "RFF+VN:SO-000123/10",
      "CPS+2++4",
      "PAC+2++KLT",
      "QTY+52:6:KGM",
      "PCI+17",
      "GIN+ML+S-1",
      "LIN+20++PART-2:IN",
      "QTY+12:12.5:KGM",
      "CNT+2:2",
      "CNT+11:12",
    ]);
  });

  it("before D.00A takes descriptions of 35 places: a longer one does not leave", () => {
    const [line] = notice.lines;
    const long = { ...notice, lines: [{ ...line, description: "Bracket, left, with rubber bush and two screws" }] };
    assert.deepEqual(written("edifact/desadv", long, "D:07A").result.findings, []);
    assert.deepEqual(
      written("edifact/desadv-96a", long, "D:97A").result.findings.map(({ code, place }) => [code, place.field]),
      [["FIELD_TOO_LONG", "lines[0].description"]],
    );
  });

  it("without a unit that the standard knows keeps the unit's code, and without a CPS its items", () => {
    const reading = read("edifact/desadv", "D:07A", [
      "UNH+1+DESADV:D:07A:UN",
      "BGM+351+1+9",
      "LIN+1++PART-1:IN",
      "QTY+12:4:XYZ",
    ]);
    assert.deepEqual(inShort(reading.findings), []);
    assert.deepEqual(plain(shipNotice.parse(reading.document).lines), [
      { level: "item", shipLine: "1", customerPart: "PART-1", quantity: "4", unit: "XYZ" },
    ]);
  });

  it("with a quantity that is none is rejected at its component", () => {
    const { findings } = read("edifact/desadv", "D:07A", [
      "UNH+1+DESADV:D:07A:UN",
      "BGM+351+1+9",
      "CPS+1",
      "LIN+1++PART-1:IN",
      "QTY+12:4x:PCE",
    ]);
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place.inSet, place.element, place.component]),
      [["ELEMENT_NOT_READABLE", "reject", 5, 1, 2]],
    );
  });
});

/** A bill of ours, with its payment terms in that segment. */
const billLines = (terms: string, version: string): string[] => [
  `UNH+1+INVOIC:${version}:UN`,
  "BGM+380+IN-000007+9",
  "DTM+137:20270303:102",
  "NAD+IV+++Customer AG",
  "NAD+SU+SUPPLIER++Our works",
  "CUX+2:EUR:4",
  terms,
  "LIN+10++PART-1:IN",
  "QTY+47:400:PCE",
  "MOA+203:50",
  "PRI+AAA:12.5:::100",
  "RFF+ON:550001",
  "RFF+DQ:SH-000012",
  "UNS+S",
  "CNT+2:1",
  "MOA+77:50",
  "MOA+79:50",
];

describe("INVOIC", () => {
  it("has prices, taxes, charges, terms and totals; the decimal mark may be a comma", () => {
    const document = invoice.parse(sample("invoic-taxes.edi").reading.document);
    const [line] = document.lines;
    assert.deepEqual(
      [line?.gtin, line?.customerPart, line?.ourPart, line?.price, line?.grossPrice, line?.amount],
      ["4012345678901", "PART-1", "ITEM-1", "25", "26.5", "1000"],
    );
    assert.deepEqual(document.terms, {
      basis: "5",
      relation: "3",
      period: "day",
      days: "30",
      dueOn: "2027-04-02",
      discountPercent: "2.5",
    });
    assert.deepEqual(plain(document.charges), [{ indicator: "C", kind: "FC", description: "freight", amount: "12.5" }]);
    assert.deepEqual(plain(document.taxes), [
      { kind: "VAT", percent: "19", category: "S", base: "1012.5", amount: "192.38" },
    ]);
    assert.deepEqual(
      [document.total, document.lineTotal, plain(document.sums)],
      ["1204.88", "1000", [{ kind: "9", amount: "1204.88" }]],
    );
  });

  const bill = {
    number: "IN-000007",
    issuedOn: "2027-03-03",
    kind: "invoice",
    purpose: "original",
    currency: "EUR",
    terms: { description: "30 days net" },
    parties: [
      { role: "bill-to", name: "Customer AG" },
      { role: "supplier", code: "SUPPLIER", name: "Our works" },
    ],
    lines: [
      {
        number: "10",
        quantity: "400",
        unit: "PC",
        price: "12.5",
        priceBasis: "100",
        amount: "50",
        customerPart: "PART-1",
        blanketNumber: "550001",
        note: "SH-000012",
      },
    ],
    lineTotal: "50",
    total: "50",
  };

  it("of our own is written with its section control, counter and totals; terms stand in PYT from D.04A on, before in PAT", () => {
    const newer = written("edifact/invoic", bill, "D:07A");
    assert.deepEqual(newer.result.findings, []);
    assert.deepEqual(newer.lines, billLines("PYT+1+:::30 days net", "D:07A"));
    assert.deepEqual(written("edifact/invoic-96a", bill, "D:96A").lines, billLines("PAT+1+:::30 days net", "D:96A"));
  });

  it("takes the first of several totals, and lists another one", () => {
    const reading = read("edifact/invoic", "D:07A", [
      "UNH+1+INVOIC:D:07A:UN",
      "BGM+380+1+9",
      "UNS+S",
      "MOA+39:12",
      "MOA+77:13",
    ]);
    assert.equal(invoice.parse(reading.document).total, "12");
    assert.deepEqual(
      reading.unmapped.map(({ tag, found }) => [tag, found]),
      [["MOA", "13"]],
    );
  });

  it("with a role of four places, figures that are none and a second section control is rejected at each of them", () => {
    const { findings } = read("edifact/invoic-96a", "D:97B", [
      "UNH+1+INVOIC:D:97B:UN",
      "BGM+380+1+9",
      "NAD+BYZZ+1::16",
      "LIN+1++PART:IN",
      "QTY+47:1020A:EA",
      "PRI+INV:$1.179",
      "UNS+S",
      "UNS+S",
      "MOA+39:1",
    ]);
    const rejected = findings.filter(({ severity }) => severity === "reject");
    assert.deepEqual(
      rejected.map(({ code, place }) => [code, place.inSet, place.tag, place.element, place.component]),
      [
        ["ELEMENT_TOO_LONG", 3, "NAD", 1, undefined],
        ["ELEMENT_NOT_READABLE", 5, "QTY", 1, 2],
        ["ELEMENT_NOT_READABLE", 6, "PRI", 1, 2],
        ["SEGMENT_TOO_MANY", 8, "UNS", undefined, undefined],
      ],
    );
  });

  it("without its beginning and its section control is rejected for both", () => {
    const { findings } = read("edifact/invoic", "D:07A", ["UNH+1+INVOIC:D:07A:UN", "LIN+1++PART:IN", "UNT+3+1"]);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === "reject").map(({ code, place }) => [code, place.tag]),
      [
        ["SEGMENT_MISSING", "BGM"],
        ["SEGMENT_MISSING", "UNS"],
      ],
    );
  });
});

describe("what customers received and paid", () => {
  it("RECADV: received, accepted, rejected, short and damaged quantities, by our note or the line's own", () => {
    const document = receiptAdvice.parse(sample("recadv-shortage.edi").reading.document);
    assert.deepEqual([document.number, document.note, document.receivedOn], ["WE-4711", "SH-000012", "2027-03-04"]);
    assert.deepEqual(
      document.lines.map(({ customerPart, shipped, received, accepted, rejected, short, condition, note }) => [
        customerPart,
        shipped,
        received,
        accepted,
        rejected,
        short,
        condition,
        note,
      ]),
      [
        ["PART-1", "400", "390", undefined, undefined, "10", "short", undefined],
        ["PART-2", "200", undefined, "150", "50", undefined, "damaged", "SH-000012"],
      ],
    );
    assert.deepEqual([document.lines[0]?.cumulative, document.lines[0]?.cumulativeFrom], ["12390", "2027-01-01"]);
  });

  it("RECADV without levels of packaging has its items all the same", () => {
    const reading = read("edifact/recadv", "D:96A", [
      "UNH+1+RECADV:D:96A:UN",
      "BGM+632+1+9",
      "LIN+1++PART-1:IN",
      "QTY+48:4:PCE",
    ]);
    assert.deepEqual(inShort(reading.findings), []);
    assert.equal(receiptAdvice.parse(reading.document).lines[0]?.received, "4");
  });

  it("REMADV: what was paid of what was asked for, credits and adjustments, and the total", () => {
    const document = remittanceAdvice.parse(sample("remadv-two-invoices.edi").reading.document);
    assert.deepEqual(
      [document.total, document.currency, document.paidOn, document.trace],
      ["929.5", "EUR", "2027-04-07", "TRACE1"],
    );
    assert.deepEqual(
      document.lines.map(({ kind, invoice: number, amount, discount, paid }) => [kind, number, amount, discount, paid]),
      [
        ["invoice", "IN-000007", "1000", "20", "980"],
        ["credit", "GS-12", "-50.5", undefined, "-50.5"],
      ],
    );
    assert.deepEqual(plain(document.lines[1]?.adjustments), [
      { reason: "9", amount: "-50.5", reference: "QS-88", description: "Two parts were damaged" },
    ]);
  });
});

describe("what partners say of our messages, and we of theirs", () => {
  it("CONTRL: the interchange, its messages with segments and elements at fault, groups with theirs", () => {
    const document = acknowledgement.parse(sample("contrl-groups.edi").reading.document);
    assert.deepEqual([document.interchange?.control, document.interchange?.status], ["17", "accepted"]);
    assert.deepEqual(
      document.sets?.map(({ control, type, release, status, code1 }) => [control, type, release, status, code1]),
      [
        ["1", "DESADV", "07A", "accepted", undefined],
        ["2", "DESADV", "07A", "rejected", "13"],
      ],
    );
    assert.deepEqual(plain(document.sets?.[1]?.segments), [
      {
        position: "5",
        code: "13",
        elements: [
          { code: "21", element: "2", component: "1", repetition: "2" },
          { code: "39", element: "3", component: "4" },
        ],
      },
    ]);
    assert.deepEqual(
      document.groups?.map(({ control, sets }) => [control, sets?.[0]?.status]),
      [["301", "rejected"]],
    );
  });

  it("APERAK: a planner's sentence longer than a text's place stands in pieces, and is one again", () => {
    const { answers } = applicationAdvice.parse(sample("aperak-ours.edi").reading.document);
    assert.deepEqual([answers[0]?.number, answers[0]?.control, answers[0]?.interchange], ["R17", "1", "4711"]);
    assert.deepEqual(
      answers[0]?.errors?.map(({ code, text }) => [code, text]),
      [
        ["wrong-agreement", "Part PART-1 for PLANT7: order number 550002 is on none of our agreements for this part"],
        ["unknown-item", "Part PART-9: nothing is agreed for it"],
      ],
    );
  });

  it("APERAK: one message is answered in each; a second one is refused", () => {
    const document = { answers: [{ number: "R17" }, { number: "R18" }] };
    assert.deepEqual(
      written("edifact/aperak", document, "D:96A").result.findings.map(({ code }) => code),
      ["LIST_TOO_LONG"],
    );
  });
});

/** A dialect of docs/templates over its standard mapping. */
const dialect = (name: string, standard: string): CompiledMapping =>
  mappingFromText(`edifact/${standard}.partner`, readFileSync(path.join(ROOT, `docs/templates/${name}.yaml`), "utf8"), {
    [`edifact/${standard}`]: readFileSync(path.join(ROOT, `mappings/edifact/${standard}.yaml`), "utf8"),
  });

describe("the dialects in docs/templates", () => {
  const context = {
    family: "edifact",
    delimiters: EDIFACT,
    version: "D:07A",
    charset: "latin1",
    setControl: "1",
  } as const;
  const linesOf = (mapping: CompiledMapping, document: unknown): string[] =>
    mapping.write(document, { ...context, association: "GMI021" }).set.segments.map((segment) => segment.join("+"));

  it("DESADV of GMI says by whom places and packages are numbered", () => {
    const lines = [
      {
        customerPart: "PART",
        quantity: "5",
        unit: "PC",
        destination: "L5",
        packs: [{ count: "1", labels: [{ number: "S1" }] }],
      },
    ];
    assert.deepEqual(linesOf(dialect("desadv-gmi", "desadv"), { number: "1", purpose: "original", lines }), [
      "UNH+1+DESADV:D:07A:UN:GMI021",
      "BGM+351+1+9",
      "CPS+1++1",
      "PAC+1+:35+::92",
      "PCI+17+++1",
      "GIN+ML+S1",
      "LIN+1++PART:IN",
      "QTY+12:5:PCE",
      "LOC+159+L5::92",
      "CNT+2:1",
    ]);
  });

  it("DESADV of VDA 4987 names us as the seller, says by whom places are numbered, and has an order to every item", () => {
    const mapping = dialect("desadv-vda-4987", "desadv");
    const document = {
      number: "1",
      purpose: "original",
      parties: [{ role: "supplier", code: "9" }],
      lines: [
        {
          customerPart: "PART",
          quantity: "5",
          unit: "PC",
          blanketNumber: "5500",
          unloadingPoint: "T1",
          packs: [{ count: "1", kind: "KLT", labels: [{ number: "S1" }] }],
        },
      ],
    };
    assert.deepEqual(linesOf(mapping, document).slice(2), [
      "NAD+SE+9",
      "CPS+1++4",
      "PAC+1++KLT::92",
      "PCI+17+++S",
      "GIN+ML+S1",
      "LIN+1++PART:IN",
      "QTY+12:5:PCE",
      "RFF+ON:5500",
      "LOC+11+T1::92",
      "CNT+2:1",
    ]);
  });

  it("are all loaded as they stand, over the mapping they extend or by themselves", () => {
    const folder = path.join(ROOT, "docs/templates");
    const templates = readdirSync(folder);
    assert.ok(templates.length >= 5);
    for (const file of templates) {
      const text = readFileSync(path.join(folder, file), "utf8");
      const [, standard] = /^extends: (\S+)$/m.exec(text) ?? [];
      const name = standard === undefined ? `fixed/${path.basename(file, ".yaml")}` : `${standard}.partner`;
      const standards =
        standard === undefined
          ? {}
          : { [standard]: readFileSync(path.join(ROOT, `mappings/${standard}.yaml`), "utf8") };
      assert.equal(mappingFromText(name, text, standards).name, name);
    }
  });

  it("INVOIC of VDA 4938 names us as the seller, and has a note to every line", () => {
    const mapping = dialect("invoic-vda-4938", "invoic");
    const document = {
      number: "1",
      kind: "invoice",
      parties: [{ role: "supplier", code: "9" }],
      lines: [{ quantity: "5" }],
    };
    assert.ok(linesOf(mapping, document).includes("NAD+SE+9"));
    assert.deepEqual(
      mapping.write(document, context).findings.map(({ code, place }) => [code, place.field]),
      [["FIELD_MISSING", "lines[0].note"]],
    );
  });
});

describe("the public samples of EDIFACT documents", function () {
  before(function () {
    if (!hasCorpus) this.skip();
  });

  for (const file of [
    "DESADV/hellooops-vscode-edi-support__DESADV.edifact",
    "DESADV/hellooops-vscode-edi-support__multiple_transactions.edifact",
    "INVOIC/jskrobak-underware-edifact__D96A_INVOIC.txt",
    "INVOIC/xlate-staedi__invoic_d93a_una.edi",
    "INVOIC/xlate-staedi__invoic_d97b.edi",
    "APERAK/indice-co-edi-net__Apperak_edi_out_issue235.edi",
  ]) {
    it(`${file}: every segment is mapped, nothing rejects, and the document is valid`, () => {
      const messages = messagesOf(ofCorpus("edifact", file));
      assert.ok(messages.length > 0);
      for (const { mapping, reading } of messages) {
        assert.deepEqual(reading.unknown, []);
        assert.deepEqual(inShort(reading.findings.filter(({ severity }) => severity === "reject")), []);
        assert.ok(DOCUMENT_SCHEMAS[mapping.document].safeParse(reading.document).success);
      }
    });
  }
});
