/** What a customer's schedule says of where its goods go comes back in what he is sent with them, in his own family. */
import assert from "node:assert/strict";
import { type House, openHouse } from "./a-house.ts";

const contractOf = (partner: string, customerNumber: string, shipTo: string): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner,
    customerNumber,
    currency: "EUR",
    shipTo,
    lines: [{ line: 10, item: "F-10", customerPart: "A-100", quantity: "10000", price: "2.5" }],
  });

/** A DELFOR D.97A of one item for 1 February, with these segments behind its LIN. */
function delfor(control: number, quantity: string, placed: readonly string[]): string {
  const message = [
    "UNH+1+DELFOR:D:97A:UN",
    `BGM+241+F${control}+5`,
    "DTM+137:20270125:102",
    "NAD+BY+EDIFACT::92",
    "GIS+37",
    "NAD+ST+P01::92",
    "LIN+1++A-100:IN",
    ...placed,
    "SCC+1++D",
    `QTY+113:${quantity}:PCE`,
    "DTM+2:20270201:102",
    "UNS+S",
  ];
  return [
    "UNA:+.? ",
    `UNB+UNOC:3+EDIFACT:ZZ+WIDGETS:ZZ+270125:0600+${control}`,
    ...message,
    `UNT+${message.length + 1}+1`,
    `UNZ+1+${control}`,
  ]
    .map((segment) => `${segment}'\n`)
    .join("");
}

/** Texts at their first places in a record of 128. */
function record(type: string, places: Readonly<Record<number, string>>): string {
  let held = type.padEnd(128);
  for (const [first, text] of Object.entries(places)) {
    const at = Number(first) - 1;
    held = held.slice(0, at) + text + held.slice(at + text.length);
  }
  return `${held}\n`;
}

const vda4905 = (): string =>
  [
    record("51102", { 6: "VDA", 15: "WIDGETS", 24: "0000000001", 34: "270125" }),
    record("51201", {
      6: "P01",
      9: "000000187",
      18: "270125",
      39: "A-100",
      83: "000004500017",
      95: "TOR 7",
      100: "DISP",
      104: "ST",
      109: "E",
      117: "LAGER 3",
    }),
    record("51301", { 38: "0000000000", 48: "270201000000500" }),
    record("51501", { 87: "BAND 4" }),
    record("51901", {
      6: "0000001000000100000010000000000000000000000",
      48: "0000001",
      55: "0000001",
    }),
  ].join("");

/** An 830 of one item for 1 February, with these segments behind its LIN, and below its ship-to. */
function x12(control: string, quantity: string, placed: readonly string[], below: readonly string[] = []): string {
  const set = [
    "ST*830*0001",
    `BFR*05**${Number(control)}*DL*A*20270125**20270125`,
    "LIN**BP*A-100*PO*4500017*PL*20",
    "UIT*PC",
    ...placed,
    "N1*ST**92*P01",
    ...below,
    `FST*${quantity}*C*D*20270201`,
    "SHP*02*0*050",
    "CTT*1",
  ];
  const blanks = " ".repeat(10);
  return [
    `ISA*00*${blanks}*00*${blanks}*ZZ*${"X12".padEnd(15)}*ZZ*${"WIDGETS".padEnd(15)}*270125*0600*U*00401*${control}*0*P*>`,
    `GS*PS*X12*WIDGETS*20270125*0600*${Number(control)}*X*004010`,
    ...set,
    `SE*${set.length + 1}*0001`,
    `GE*1*${Number(control)}`,
    `IEA*1*${control}`,
  ]
    .map((segment) => `${segment}~\n`)
    .join("");
}

/** Segments with one of these beginnings. */
const said = (lines: readonly string[], ...beginnings: readonly string[]): string[] =>
  lines.map((line) => line.replace(/['~]$/, "")).filter((line) => beginnings.some((one) => line.startsWith(one)));

/** What stands at these places of a record. */
const at = (text: string, first: number, last: number): string => text.slice(first - 1, last).trimEnd();

describe("Where a customer's schedule wants its goods", () => {
  let house: House;
  const notice = (folder: string, kind: string): string[] => {
    const [, text = ""] =
      Object.entries(house.outbox(folder))
        .filter(([name]) => name.startsWith(`${kind}_`))
        .at(-1) ?? [];
    return text.split("\n");
  };
  const erp = (): { kind?: string; lines: Record<string, unknown>[] }[] =>
    Object.values(house.outbox("erp")).map((text) => JSON.parse(text) as { lines: Record<string, unknown>[] });

  before(async () => {
    house = await openHouse("2027-01-25", {
      edifact: { settings: "shipNotice: { mapping: edifact/desadv }\ninvoice: { mapping: edifact/invoic }\n" },
      vda: {
        theirs: '[{ qualifier: "", id: VDA }]',
        settings: "shipNotice: { mapping: fixed/4913 }\ninvoice: null\n",
      },
      x12: {},
    });
    for (const partner of ["edifact", "vda", "x12"])
      house.drop("erp", `${partner}.json`, contractOf(partner, "4500017", "P01"));
    await house.live("2027-01-25");
    house.drop(
      "edifact",
      "1.edi",
      delfor(1, "300", [
        "LOC+11+G12",
        "LOC+159+LINE 4",
        "LOC+18+W3",
        "RFF+ON:0004500017:20",
        "RFF+AAN:55",
        "QTY+70:0:PCE",
      ]),
    );
    house.drop("vda", "1.txt", vda4905());
    house.drop("x12", "1.edi", x12("000000001", "100", ["REF*DK*21", "REF*LU*SL", "REF*LF*L4"], ["REF*DK*20"]));
    await house.live("2027-02-01");
  });
  after(() => house.close());

  it("is told to the ERP with the order", async () => {
    assert.deepEqual((await house.orders()).map((order) => order.replace(/^SO-\d+ /, "")).toSorted(), [
      "2027-02-01 A-100/P01 100",
      "2027-02-01 A-100/P01 300",
      "2027-02-01 A-100/P01 500",
    ]);
    const places = erp()
      .filter(({ kind }) => kind === "call on contract")
      .map(({ lines: [line] }) => [line?.["dock"], line?.["pointOfUse"], line?.["warehouse"]].join(", "));
    assert.deepEqual(places.toSorted(), ["21, L4, ", "G12, LINE 4, W3", "TOR 7, BAND 4, LAGER 3"]);
  });

  it("comes back in the DESADV, with the order and the release as he spells them", async () => {
    await house.ship("2027-02-01", "8801", { [await orderOf("300")]: "300" });
    const lines = notice("edifact", "DESADV");
    assert.deepEqual(said(lines, "LOC+", "RFF+ON", "RFF+AAN"), [
      "LOC+11+G12",
      "RFF+ON:0004500017:20",
      "RFF+AAN:55",
      "LOC+11+G12",
      "LOC+159+LINE 4",
      "LOC+18+W3",
    ]);
    assert.deepEqual(said(notice("edifact", "INVOIC"), "RFF+ON"), ["RFF+ON:0004500017", "RFF+ON:0004500017:20"]);
  });

  it("comes back in the 4913, at the places that have the same meaning", async () => {
    await house.ship("2027-02-01", "8802", { [await orderOf("500")]: "500" });
    const [note = ""] = said(notice("vda", "4913"), "713");
    assert.deepEqual(
      {
        unloadingPoint: at(note, 20, 24),
        customerSign: at(note, 27, 30),
        order: at(note, 31, 42),
        plant: at(note, 49, 51),
        warehouse: at(note, 70, 76),
        pointOfUse: at(note, 86, 99),
        callOff: at(note, 100, 103),
      },
      {
        unloadingPoint: "TOR 7",
        customerSign: "DISP",
        order: "000004500017",
        plant: "P01",
        warehouse: "LAGER 3",
        pointOfUse: "BAND 4",
        callOff: "187",
      },
    );
    const [item = ""] = said(notice("vda", "4913"), "714");
    assert.equal(at(item, 106, 106), "E");
  });

  it("comes back in the 856: dock, unloading point and line feed, and the line of the order", async () => {
    await house.ship("2027-02-01", "8803", { [await orderOf("100")]: "60" });
    assert.deepEqual(said(notice("x12", "856"), "REF*DK", "REF*LU", "REF*LF", "LIN", "PRF"), [
      "REF*DK*21",
      "LIN*20*BP*A-100*VP*F-10*PL*20",
      "PRF*4500017*1",
      "REF*DK*21",
      "REF*LU*SL",
      "REF*LF*L4",
    ]);
  });

  it("counts as the latest schedule says it, also for what was ordered before", async () => {
    house.drop("x12", "2.edi", x12("000000002", "100", [], ["REF*DK*22"]));
    await house.live("2027-02-01");
    await house.ship("2027-02-01", "8804", { [await orderOf("100")]: "40" });
    assert.deepEqual(said(notice("x12", "856"), "REF*DK", "REF*LU", "REF*LF", "PRF"), [
      "REF*DK*22",
      "PRF*4500017*1",
      "REF*DK*22",
    ]);
  });

  it("comes to the same when all is done again from archive and audit trail", async () => {
    await house.prove();
  });

  async function orderOf(quantity: string): Promise<string> {
    const found = (await house.orders()).find((order) => order.endsWith(` ${quantity}`));
    return `${found?.split(" ")[0] ?? ""}/10`;
  }
});
