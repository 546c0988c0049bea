/** Where a DELFOR names its places: in front of the items (by place), below them (by product), with who takes the goods in. */
import assert from "node:assert/strict";
import { documentInWords } from "../../src/cli/check-documents.ts";
import { deliverySchedule, type ScheduleLine } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";
import type { Reading } from "../../src/mapping/library.ts";
import { EDIFACT, library, segmentsFrom } from "./support.ts";

interface Read {
  readonly lines: readonly ScheduleLine[];
  readonly reading: Reading;
}

/** Segments of a DELFOR behind its UNH. */
function read(text: string, version = "D:97A"): Read {
  const mapping = library.fitting({ family: "edifact", type: "DELFOR", version });
  assert.ok(mapping);
  const reading = mapping.read([segmentsFrom(`UNH+1+DELFOR:${version}:UN\n${text}`, "+")], {
    family: "edifact",
    delimiters: EDIFACT,
    version,
    charset: "latin1",
    sentOn: "",
  });
  return { lines: withInheritance(deliverySchedule.parse(reading.document)).lines, reading };
}

const FRONT = "BGM+241+R17+5\nDTM+137:20270301:102\n";
const END = "UNS+S\n";

const rejecting = ({ reading }: Read): string[] =>
  reading.findings.filter(({ severity }) => severity === "reject").map(({ code, place }) => `${place.tag} ${code}`);

const demands = ({ lines }: Read) =>
  lines.map(({ customerPart, orderNumber, shipTo, unloadingPoint, steps }) => ({
    part: customerPart,
    order: orderNumber,
    shipTo: shipTo?.code,
    gate: unloadingPoint,
    steps: (steps ?? []).map(({ commitment, from, quantity }) => `${commitment ?? "-"} ${from ?? "-"} ${quantity}`),
  }));

const line = (part: string) =>
  `LIN+1++${part}:IN\nLOC+11+GATE1\nRFF+ON:550001\nSCC+1++D\nQTY+113:400\nDTM+2:20270305:102\n`;
const places = (message: Read) => message.lines.map(({ shipTo, deliveredTo }) => [shipTo?.code, deliveredTo?.code]);
const item = (segments: string) => `${FRONT}GIS+37\nNAD+ST+P::92\nLIN+1++PART-7:IN\n${segments}${END}`;
const placeOf = (code: string) => `NAD+ST+${code}::92\nSCC+1++D\nQTY+113:5\nDTM+2:20270305:102\n`;

const DIRECTORIES = [
  { version: "D:97A", section: "GIS+37" },
  { version: "D:96A", section: "UNS+D" },
  { version: "D:04A", section: "GEI+3+37" },
];
const demand = (version: string, quantity: string) =>
  version === "D:96A"
    ? `QTY+113:${quantity}\nSCC+1++D\nDTM+2:20270305:102\n`
    : `SCC+1++D\nQTY+113:${quantity}\nDTM+2:20270305:102\n`;

describe("the schedule by product of a DELFOR", () => {
  const D97 = `${FRONT}GIS+37
LIN+1++PART-7:IN
PIA+1+OUR-7:SA
LOC+159+LINE4
RFF+ON:550001
RFF+AAN:R17
NAD+ST+PLANT7::92
LOC+11+GATE1
QTY+70:2500
DTM+51:20270101:102
SCC+1++D
QTY+113:400:PCE
DTM+2:20270305:102
SCC+4++W
QTY+113:600:PCE
DTM+2:20270308:102
NAD+ST+PLANT8::92
SCC+1++D
QTY+113:50:PCE
DTM+2:20270306:102
LIN+2++PART-8:IN
RFF+ON:550002
NAD+ST+PLANT7::92
SCC+1++D
QTY+113:9:PCE
DTM+2:20270307:102
${END}`;

  it("has a line for each place of an item, with all that its item says", () => {
    const message = read(D97);
    assert.deepEqual(message.reading.findings, []);
    assert.deepEqual(demands(message), [
      {
        part: "PART-7",
        order: "550001",
        shipTo: "PLANT7",
        gate: "GATE1",
        steps: ["firm 2027-03-05 400", "planned 2027-03-08 600"],
      },
      { part: "PART-7", order: "550001", shipTo: "PLANT8", gate: undefined, steps: ["firm 2027-03-06 50"] },
      { part: "PART-8", order: "550002", shipTo: "PLANT7", gate: undefined, steps: ["firm 2027-03-07 9"] },
    ]);
    assert.deepEqual(
      message.lines.map(({ ourPart, releaseNumber, completeness, unit, account }) => [
        ourPart,
        releaseNumber,
        completeness,
        unit,
        account?.cumulative,
      ]),
      [
        ["OUR-7", "R17", "complete", "PC", "2500"],
        ["OUR-7", "R17", "complete", "PC", undefined],
        [undefined, "R17", "complete", "PC", undefined],
      ],
    );
  });

  it("gives the item's cumulative to its only place, and to none of several", () => {
    const ofItem = "LIN+1++PART-7:IN\nQTY+70:2500\nQTY+194:500\nRFF+AAU:16\n";
    const [only] = read(`${FRONT}GIS+37\n${ofItem}${placeOf("A")}${END}`).lines;
    assert.deepEqual([only?.account?.cumulative, only?.last?.note], ["2500", "16"]);
    const several = read(`${FRONT}GIS+37\n${ofItem}${placeOf("A")}${placeOf("B")}${END}`).lines;
    assert.deepEqual(
      several.map(({ account, last }) => [account, last]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  it("reads the directories up to D.96A, where SCC stands behind its QTY", () => {
    const message = read(
      `${FRONT}NAD+BY+C::92\nUNS+D
LIN+1++PART-7:IN
RFF+ON:550001
NAD+DP+PLANT7::92
LOC+11+GATE1
QTY+113:400:PCE
SCC+1++D
DTM+2:20270305:102
NAD+DP+PLANT8::92
QTY+113:50:PCE
SCC+4++D
DTM+2:20270306:102
${END}`,
      "D:96A",
    );
    assert.deepEqual(message.reading.findings, []);
    assert.deepEqual(demands(message), [
      { part: "PART-7", order: "550001", shipTo: "PLANT7", gate: "GATE1", steps: ["firm 2027-03-05 400"] },
      { part: "PART-7", order: "550001", shipTo: "PLANT8", gate: undefined, steps: ["planned 2027-03-06 50"] },
    ]);
  });

  it("reads the directories from D.02A on, where GEI says what GIS said", () => {
    const message = read(D97.replace("GIS+37", "GEI+3+37"), "D:04A");
    assert.deepEqual(rejecting(message), []);
    assert.deepEqual(
      demands(message).map(({ part, shipTo }) => `${part} ${shipTo}`),
      ["PART-7 PLANT7", "PART-7 PLANT8", "PART-8 PLANT7"],
    );
  });

  it("keeps demand that an item states beside its places apart, for no ship-to of the header", () => {
    const message = read(
      `${FRONT}NAD+ST+PLANT1::92\nGIS+37\nLIN+1++P:IN\nSCC+1++D\nQTY+113:5\nDTM+2:20270305:102\nNAD+ST+PLANT8::92\nSCC+1++D\nQTY+113:5\nDTM+2:20270305:102\n${END}`,
    );
    assert.deepEqual(
      demands(message).map(({ shipTo }) => shipTo),
      [undefined, "PLANT8"],
    );
  });

  for (const { version, section } of DIRECTORIES) {
    it(`keeps a place with its unloading point from the items behind it (${version})`, () => {
      const message = read(
        `${FRONT}NAD+ST+HQ::92\n${section}\nLIN+++P1:IN\nNAD+ST+PLANTA::92\nLOC+11+G1\n${demand(version, "5")}LIN+++P2:IN\n${demand(version, "77")}LIN+++P3:IN\nLOC+11+G1\nQTY+70:500\n${END}`,
        version,
      );
      assert.deepEqual(rejecting(message), []);
      assert.deepEqual(
        message.lines.map(({ customerPart, shipTo, unloadingPoint }) => [customerPart, shipTo?.code, unloadingPoint]),
        [
          ["P1", "PLANTA", "G1"],
          ["P2", "HQ", undefined],
          ["P3", "HQ", "G1"],
        ],
      );
    });

    it(`reads the point of use or the warehouse behind the unloading point of a place (${version})`, () => {
      const message = read(
        `${FRONT}NAD+ST+HQ::92\n${section}\nLIN+++P1:IN\nNAD+ST+PLANTA::92\nLOC+11+G1\nLOC+159+LINE4\n${demand(version, "5")}NAD+ST+PLANTB::92\nLOC+11+G2\nLOC+18+W3\n${demand(version, "6")}LIN+++P2:IN\n${demand(version, "77")}${END}`,
        version,
      );
      assert.deepEqual(message.reading.unmapped, []);
      assert.deepEqual(
        message.lines.map((held) => [held.shipTo?.code, held.unloadingPoint, held.pointOfUse, held.warehouse]),
        [
          ["PLANTA", "G1", "LINE4", undefined],
          ["PLANTB", "G2", undefined, "W3"],
          ["HQ", undefined, undefined, undefined],
        ],
      );
    });
  }

  it("gives back to the items behind a place who stood in front of the item above it", () => {
    const message = read(
      `${FRONT}GIS+37\nNAD+ST+HQ::92\nLIN+++P1:IN\nNAD+ST+HQ::92\nLOC+11+G1\n${demand("D:97A", "4")}NAD+ST+PLANTA::92\nLOC+11+G2\n${demand("D:97A", "5")}LIN+++P2:IN\n${demand("D:97A", "77")}NAD+ST+PLANTB::92\nLIN+++P3:IN\n${demand("D:97A", "8")}NAD+ST+PLANTA::92\nLIN+++P4:IN\n${demand("D:97A", "9")}${END}`,
    );
    assert.deepEqual(
      demands(message).map(({ part, shipTo }) => `${part} ${shipTo}`),
      ["P1 HQ", "P1 PLANTA", "P2 HQ", "P3 PLANTB", "P4 PLANTA"],
    );
  });

  it("keeps the header's ship-to for the items behind a place that only says who takes the goods in", () => {
    const message = read(
      `${FRONT}NAD+ST+HQ::92\nGIS+37\nLIN+++P1:IN\nNAD+DP+DOCK3::92\nLOC+11+G1\n${demand("D:97A", "5")}LIN+++P2:IN\n${demand("D:97A", "77")}${END}`,
    );
    assert.deepEqual(places(message), [
      ["HQ", "DOCK3"],
      ["HQ", undefined],
    ]);
  });

  it("adds to the item's cumulative what its only place says of the account, and mixes no two receipts", () => {
    const { lines } = read(
      `${FRONT}GIS+37\nLIN+++P1:IN\nQTY+70:1000\nQTY+194:300\nRFF+AAU:16\nNAD+ST+PLANTA::92\nQTY+83:20\n${demand("D:97A", "5")}LIN+++P2:IN\nQTY+194:300\nRFF+AAU:16\nNAD+ST+PLANTA::92\nQTY+194:310\n${demand("D:97A", "5")}${END}`,
    );
    assert.deepEqual(
      lines.map(({ account, last }) => [account, last]),
      [
        [
          { kind: "received", cumulative: "1000", backlog: "20" },
          { quantity: "300", note: "16" },
        ],
        [undefined, { quantity: "310" }],
      ],
    );
  });

  it("a quantity below no item rejects instead of being left out", () => {
    assert.deepEqual(
      rejecting(read(`${FRONT}GIS+37\nNAD+ST+PLANT7::92\nFTX+AAI\nQTY+113:5\nDTM+2:20270305:102\nLIN+1++P:IN\n${END}`)),
      ["QTY SEGMENT_NOT_HERE"],
    );
  });
});

describe("a ship-to and who takes the goods in there", () => {
  it("in front of the first item: the ship-to is ST", () => {
    const message = read(`${FRONT}NAD+BY+C::92\nNAD+ST+PLANT7::92\nNAD+DP+DOCK3::92\n${line("P")}${line("Q")}${END}`);
    assert.deepEqual(rejecting(message), []);
    assert.deepEqual(places(message), [
      ["PLANT7", "DOCK3"],
      ["PLANT7", "DOCK3"],
    ]);
  });

  it("below a GIS, and with their places: the ship-to is ST", () => {
    const message = read(
      `${FRONT}GIS+37\nNAD+ST+PLANT7::92\nLOC+11+G\nNAD+DP+DOCK3::92\n${line("P")}NAD+ST+PLANT8::92\nNAD+SE+US::92\n${line("P")}${END}`,
    );
    assert.deepEqual(places(message), [
      ["PLANT7", "DOCK3"],
      ["PLANT8", undefined],
    ]);
  });

  it("in a message without ST: the ship-to is DP", () => {
    const message = read(`${FRONT}GIS+37\nNAD+DP+DOCK3::92\n${line("P")}NAD+DP+DOCK4::92\n${line("P")}${END}`);
    assert.deepEqual(message.reading.findings, []);
    assert.deepEqual(places(message), [
      ["DOCK3", "DOCK3"],
      ["DOCK4", "DOCK4"],
    ]);
  });

  it("where the header's one ST stands in front of several DP, these are the ship-tos", () => {
    const message = read(
      `${FRONT}NAD+ST+HQ::92\nNAD+SE+US::92\nGIS+37\nNAD+DP+DOCK3::92\n${line("P")}NAD+DP+DOCK4::92\n${line("P")}${END}`,
    );
    assert.deepEqual(places(message), [
      ["DOCK3", "DOCK3"],
      ["DOCK4", "DOCK4"],
    ]);
  });
});

describe("what a DELFOR says beside its quantities", () => {
  it("several last receipts: the latest by date is the last, whatever stands first", () => {
    const { lines, reading } = read(
      item(
        "QTY+194:500:PCE\nDTM+50:20270210:102\nRFF+AAU:15\nQTY+194:300:PCE\nDTM+50:20270225:102\nRFF+AAU:17\nDTM+171:20270223:102\nQTY+194:200:PCE\nDTM+50:20270220:102\nRFF+AAU:16\n",
      ),
    );
    assert.deepEqual(reading.findings, []);
    assert.deepEqual(lines[0]?.last, { quantity: "300", date: "2027-02-25", note: "17", noteDate: "2027-02-23" });
    assert.deepEqual(
      lines[0].figures?.map(({ quantity, on, references }) => [quantity, on, references?.[0]?.number]),
      [
        ["500", "2027-02-10", "15"],
        ["200", "2027-02-20", "16"],
      ],
    );
  });

  it("an earliest and a latest delivery are shown as the days and times of their quantity", () => {
    const { reading } = read(item("SCC+1++D\nQTY+113:400:PCE\nDTM+64:202703050600:203\nDTM+63:202703061800:203\n"));
    const shown = documentInWords("delivery-schedule", reading.document);
    assert.match(shown, /2027-03-05 +2027-03-06 +0600-1800 +day +400/);
  });

  it("places below their item are shown with it", () => {
    const { reading } = read(
      `${FRONT}GIS+37\nLIN+1++PART-7:IN\nNAD+ST+PLANT7::92\nSCC+1++D\nQTY+113:5\nDTM+2:20270305:102\n${END}`,
    );
    assert.match(documentInWords("delivery-schedule", reading.document), /^line 1: PART-7, to PLANT7/m);
  });
});
