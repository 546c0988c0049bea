/** DELFOR and DELJIT of every directory: what they say as a delivery schedule, and the same segments written again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type DeliverySchedule, deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";
import type { CompiledMapping, Reading } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { InterchangeEntry, SetEntry } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";
import { EDIFACT, library, ROOT } from "./support.ts";

interface Read {
  readonly mapping: CompiledMapping;
  readonly set: SetEntry;
  readonly interchange: InterchangeEntry;
  readonly reading: Reading;
  readonly document: DeliverySchedule;
  /** Segments of the message, UNH and UNT left out. */
  readonly segments: string[];
}

function readBytes(name: string, bytes: Buffer): Read {
  const source = memorySource(name, bytes);
  const [interchange] = catalogueOf(source).interchanges;
  const set = interchange?.groups[0]?.sets[0];
  assert.ok(interchange && set);
  const mapping = library.fitting({ family: "edifact", type: set.type, version: set.version });
  assert.ok(mapping, `no mapping for ${set.type} ${set.version}`);
  const { delimiters, sentOn } = interchange;
  const { version } = set;
  const segments = [...segmentsOf(source, interchange, set)].flat();
  const reading = mapping.read([segments], { family: "edifact", delimiters, version, charset: "latin1", sentOn });
  return {
    mapping,
    set,
    interchange,
    reading,
    document: deliverySchedule.parse(reading.document),
    segments: segments.map(({ elements }) => elements.join("+")).slice(1, -1),
  };
}

const sample = (name: string): Read =>
  readBytes(name, readFileSync(path.join(ROOT, "test/fixtures/edifact", `${name}.edi`)));

/** A message of these segments, in D.97A unless told. */
const message = (segments: readonly string[], type = "DELFOR:D:97A:UN"): Read =>
  readBytes(
    "message.edi",
    Buffer.from(
      `UNB+UNOA:2+CUSTOMER+SUPPLIER+270301:0600+1'UNH+1+${type}'${segments.map((one) => `${one}'`).join("\n")}UNT+${segments.length + 2}+1'UNZ+1+1'`,
    ),
  );

function written({ mapping, set }: Read, document: unknown): string[] {
  const { findings, set: made } = mapping.write(document, {
    family: "edifact",
    delimiters: EDIFACT,
    version: set.version,
    setControl: "",
    charset: "latin1",
  });
  assert.deepEqual(findings, []);
  return made.segments.map((elements) => elements.join("+")).slice(1);
}

const rejecting = ({ reading }: Read): string[] =>
  reading.findings.filter(({ severity }) => severity === "reject").map(({ code, place }) => `${place.tag} ${code}`);
const steps = (document: DeliverySchedule, line = 0) =>
  (document.lines[line]?.steps ?? []).map(({ commitment, timing, from, to, quantity }) => [
    commitment,
    timing,
    from,
    to,
    quantity,
  ]);

/** A document without ordinals, written and read again. */
const plain = (held: unknown): unknown =>
  JSON.parse(JSON.stringify(held, (name, value: unknown) => (name === "segment" ? undefined : value)));

describe("every sample of DELFOR and DELJIT", () => {
  for (const name of [
    "delfor-97a-two-plants",
    "delfor-97a-every-date",
    "delfor-96a-shipping-dates",
    "delfor-04a-processing-indicator",
    "deljit-97a-daily",
    "deljit-04b-pick-up",
    "deljit-96a-sequence",
  ]) {
    it(`${name}: every segment has its place, and the document comes back when it is written`, () => {
      const read = sample(name);
      assert.deepEqual(rejecting(read), []);
      assert.deepEqual(read.set.findings, []);
      assert.equal(read.reading.accounted.unknown, 0);
      const again = message(written(read, read.document), `${read.set.type}:${read.set.version}:UN`);
      assert.deepEqual(plain(again.document), plain(read.document));
    });
  }
});

describe("a DELFOR D.97A for two plants", () => {
  const read = sample("delfor-97a-two-plants");
  const { document } = read;

  it("is written segment for segment the same; GIS once, and no second PIA that repeats the part number", () => {
    assert.deepEqual(read.reading.findings, []);
    assert.deepEqual(read.reading.unmapped, []);
    assert.deepEqual(
      written(read, document),
      read.segments.filter((segment, at) => segment !== "PIA+5+PART?+7:IN" && !(segment === "GIS+37" && at > 10)),
    );
  });

  it("has a line for each ship-to, with release numbers of its own that continue one another", () => {
    assert.deepEqual(
      document.lines.map((line) => [line.shipTo?.code, line.releaseNumber, line.previousRelease, line.completeness]),
      [
        ["PLANT7", "55", "32", "complete"],
        ["PLANT8", "56", "55", "complete"],
      ],
    );
    assert.equal(document.lines[0]?.issuedOn, "2027-03-01");
    assert.equal(document.lines[0]?.previousIssuedOn, "2027-02-22");
  });

  it("says where the cumulative stands and what was received last", () => {
    const [line] = document.lines;
    assert.deepEqual(line?.account, {
      kind: "received",
      cumulative: "2500",
      from: "2027-01-01",
      note: "16",
      beforeReset: "9500",
    });
    assert.deepEqual(line.last, { quantity: "500", date: "2027-02-25", note: "DN-16", noteDate: "2027-02-23" });
    assert.deepEqual(
      line.figures?.map(({ kind, quantity }) => [kind, quantity]),
      [["79", "2000"]],
    );
    assert.equal(line.unit, "PC");
  });

  it("keeps backlog, days, a week of nought and a month in the order of the message", () => {
    assert.deepEqual(steps(document), [
      ["immediate", "day", "2027-02-20", undefined, "100"],
      ["firm", "day", "2027-03-05", undefined, "400"],
      ["planned", "week", "2027-03-08", undefined, "0"],
      ["planned", "month", "2027-04-01", undefined, "900"],
    ]);
  });
});

describe("dates of a DELFOR", () => {
  const read = sample("delfor-97a-every-date");

  it("of days, weeks, months and periods keep what they are, whatever SCC says of them", () => {
    assert.deepEqual(steps(read.document), [
      [undefined, undefined, "2027-03-08", undefined, "10"],
      ["planned", "week", "2027-03-22", undefined, "20"],
      ["planned", "month", "2027-06-01", undefined, "30"],
      ["planned", "range", "2027-07-01", "2027-07-15", "40"],
      ["planned", "range", "2027-08-01", "2027-08-31", "50"],
      ["planned", "day", "2027-03-16", undefined, "5.25"],
      ["immediate", undefined, undefined, undefined, "7"],
      ["firm", "day", "2027-03-02", undefined, "3"],
    ]);
    assert.deepEqual(
      read.document.lines[0]?.steps?.map(({ statement }) => statement),
      [undefined, undefined, undefined, "demand", "demand", "demand", "backlog", "immediate"],
    );
  });

  it("with a time, a window and a reference keep them", () => {
    const [, second, third] = withInheritance(read.document).lines;
    const [step] = second?.steps ?? [];
    assert.deepEqual(
      [step?.from, step?.time, step?.referenceKind, step?.reference],
      ["2027-03-08", "0600", "order", "CO-77"],
    );
    assert.deepEqual(plain(step?.references), [{ kind: "AAO", number: "T-1", on: "2027-03-01" }]);
    const [window] = third?.steps ?? [];
    assert.deepEqual(
      [window?.from, window?.time, window?.timeTo, window?.quantity],
      ["2027-03-08", "0600", "1200", "0"],
    );
  });

  it("a quantity of an item without any date is a figure and no demand", () => {
    assert.deepEqual(plain(read.document.lines[0]?.figures), [{ kind: "113", quantity: "500" }]);
  });

  it("SCC 2 and 3 before a cumulative are authorisations", () => {
    assert.deepEqual(plain(read.document.lines[0]?.authorisations), [
      { kind: "fabrication", cumulative: "750", from: "2027-01-01", to: "2027-04-01" },
      { kind: "material", cumulative: "1250", from: "2027-01-01", to: "2027-07-01" },
    ]);
  });

  it("without a GIS, the ship-to in front of the first LIN holds until the next one", () => {
    assert.deepEqual(
      withInheritance(read.document).lines.map((line) => [line.shipTo?.code, line.unloadingPoint]),
      [
        ["PLANT7", undefined],
        ["PLANT8", "GATE2"],
        ["PLANT8", "GATE3"],
      ],
    );
  });
});

describe("a DELFOR D.96A", () => {
  const { document, reading } = sample("delfor-96a-shipping-dates");

  it("pairs each quantity with the SCC behind it", () => {
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(steps(document), [
      ["firm", "day", "2027-03-07", undefined, "64"],
      ["planned", "week", "2027-03-15", undefined, "100"],
    ]);
    assert.deepEqual(steps(document, 1), [["firm", "day", "2027-03-08", undefined, "5"]]);
  });

  it("with DTM+10 states ship dates, and a quantity without SCC and date is outstanding in all", () => {
    assert.equal(document.basis, "shipment");
    assert.deepEqual(document.horizon, { from: "2027-03-01", to: "2027-04-15" });
    assert.equal(document.lines[0]?.account?.backlog, "128");
    assert.deepEqual(
      document.lines[0]?.figures?.map(({ kind, quantity, on }) => [kind, quantity, on]),
      [
        ["113", "500", undefined],
        ["12", "64", "2027-02-26"],
        ["48", "32", "2027-02-26"],
      ],
    );
    assert.deepEqual(
      document.lines[0]?.authorisations?.map(({ kind, cumulative }) => [kind, cumulative]),
      [["fabrication", "10000"]],
    );
  });
});

const body = (detail: readonly string[]): string[] => ["BGM+241+1+5", "NAD+ST+P7::92", ...detail, "UNS+S"];

describe("a DELFOR laid out otherwise than its mapping", () => {
  it("is rejected where SCC stands behind its QTY from D.96B on", () => {
    const read = message(
      body(["LIN+1++A:IN", "QTY+113:20", "SCC+4++W", "DTM+2:202712:616", "QTY+113:30", "SCC+1", "DTM+2:20270301:102"]),
    );
    assert.ok(rejecting(read).includes("SCC SEGMENT_NOT_HERE"));
  });

  it("is rejected where SCC stands before its QTY up to D.96A", () => {
    const read = message(
      body(["LIN+1++A:IN", "SCC+4++W", "QTY+113:20", "DTM+2:202712:616", "SCC+1", "QTY+113:30", "DTM+2:20270301:102"]),
      "DELFOR:D:96A:UN",
    );
    assert.ok(rejecting(read).includes("SCC SEGMENT_NOT_HERE"));
  });

  it("is rejected where quantities of one item are in different units", () => {
    const read = message(
      body(["LIN+1++A:IN", "QTY+70:5:KGM", "DTM+51:20270101:102", "SCC+1", "QTY+113:20:PCE", "DTM+2:20270301:102"]),
    );
    assert.deepEqual(rejecting(read), ["QTY VALUES_DISAGREE"]);
  });
});

describe("a DELJIT", () => {
  it("is a call-off with its own horizon, a dated nought and the cumulative it starts from", () => {
    const { document } = sample("deljit-97a-daily");
    assert.equal(document.layer, "call-off");
    assert.deepEqual(document.horizon, { from: "2027-03-02", to: "2027-03-07" });
    assert.equal(document.lines[0]?.account?.cumulative, "1000");
    assert.deepEqual(steps(document), [
      ["firm", "day", "2027-03-05", undefined, "600"],
      ["firm", "day", "2027-03-07", undefined, "0"],
    ]);
    assert.deepEqual(steps(document, 1), [
      ["immediate", "day", "2027-03-01", undefined, "40"],
      [undefined, undefined, "2027-03-04", undefined, "12"],
    ]);
  });

  it("that numbers its SEQ only is no sequence: its steps keep no reference that the next call-off gives to others", () => {
    const [line] = withInheritance(sample("deljit-97a-daily").document).lines;
    assert.deepEqual([line?.steps?.[1]?.reference, line?.steps?.[0]?.reference], [undefined, "DO-1"]);
  });

  it("for a pick-up at one moment dates every step by it", () => {
    const [line] = withInheritance(sample("deljit-04b-pick-up").document).lines;
    assert.deepEqual([line?.steps?.[0]?.from, line?.steps?.[0]?.time], ["2027-03-04", "1400"]);
    assert.equal(line?.shipTo?.code, "P7");
    assert.equal(line.dock, "GATE2");
    assert.equal(line.pointOfUse, "LINE14");
  });

  it("for a production sequence gives each step the place, the vehicle's time and its item", () => {
    const { lines } = withInheritance(sample("deljit-96a-sequence").document);
    const placed = lines.flatMap(({ customerPart, steps: held = [] }) =>
      held.map(({ from, time, reference }) => `${customerPart} ${from} ${time} ${reference}`),
    );
    assert.deepEqual(placed.toSorted(), [
      "SEAT-L 2027-03-03 0915 1001",
      "SEAT-L 2027-03-03 0917 1002",
      "SEAT-R 2027-03-03 0915 1001",
    ]);
  });
});

const named = (type: string, version: string): string | undefined =>
  library.fitting({ family: "edifact", type, version })?.name;

describe("versions of EDIFACT", () => {
  it("are compared by year, and directories that no mapping names go to the nearest", () => {
    assert.deepEqual(
      ["D:93A", "S:93A", "D:96A", "D:96B", "D:99B", "D:00A", "D:01C", "D:02A", "D:07A", "D:21B"].map((version) =>
        named("DELFOR", version),
      ),
      [
        "edifact/delfor-96a",
        "edifact/delfor-96a",
        "edifact/delfor-96a",
        "edifact/delfor",
        "edifact/delfor",
        "edifact/delfor",
        "edifact/delfor",
        "edifact/delfor-02a",
        "edifact/delfor-02a",
        "edifact/delfor-02a",
      ],
    );
    assert.equal(named("DELJIT", "D:04B"), "edifact/deljit");
    assert.equal(named("DELFOR", "X:XX"), undefined);
    assert.equal(named("DELFOR", ":"), undefined);
  });

  it("read by a mapping for others are told, and read", () => {
    const read = message(["BGM+241+1", "LIN+1++A:IN", "UNS+S"], "DELFOR:D:13A:UN");
    assert.deepEqual(
      read.reading.findings.map(({ code, severity, found }) => [code, severity, found]),
      [["VERSION_NOT_LISTED", "tolerated", "D:13A"]],
    );
    assert.equal(read.document.lines[0]?.customerPart, "A");
  });
});

describe("the public sample of a DELFOR", () => {
  it("is rejected for the count of its trailer only", function () {
    if (!hasCorpus) this.skip();
    const file = ofCorpus("edifact/DELFOR/indice-co-edi-net__edifact.Issue196.edi");
    const read = readBytes("Issue196.edi", readFileSync(file));
    assert.deepEqual(read.reading.findings, []);
    assert.deepEqual(
      read.set.findings.map(({ code }) => code),
      ["SYNTAX_SEGMENT_COUNT"],
    );
    assert.deepEqual(
      withInheritance(read.document).lines.map((line) => [line.customerPart, line.shipTo?.code]),
      [
        ["XXXXXXXXX1", "XXXXXXXXXXXXX4"],
        ["XXXXXXXXX2", "XXXXXXXXXXXXX4"],
      ],
    );
    assert.deepEqual(
      read.reading.unmapped.map(({ tag, element, count }) => [tag, element, count]),
      [["LIN", 2, 2]],
    );
  });
});
