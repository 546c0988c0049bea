/** What senders write in other places than those that are written here: descriptions of any kind, currencies beside amounts, due dates. */
import assert from "node:assert/strict";
import { plainDate } from "../../src/values/dates.ts";
import { EDIFACT, inShort, named, segmentsFrom } from "./support.ts";

const read = (mapping: string, version: string, text: string) =>
  named(mapping).read([segmentsFrom(text, "+")], {
    family: "edifact",
    delimiters: EDIFACT,
    version,
    charset: "latin1",
    sentOn: plainDate("2027-03-01"),
  });

const INVOICE = (terms: string) => `UNH+1+INVOIC:D:07A:UN:GAVA21
BGM+380+R-77+9
DTM+137:20270301:102
NAD+SE+700123::92
NAD+BY+W11::92
${terms}
LIN+1
PIA+1+2T-55:SA
IMD+++:::Seal ring
IMD+A++:::Ring, sealed
QTY+47:20:PCE
MOA+203:50:CHF
PRI+AAA:2.5
UNS+S
MOA+77:50:CHF
MOA+79:50:EUR
UNT+16+1`;

describe("EDIFACT messages of other senders", () => {
  for (const [mapping, version, terms] of [
    ["edifact/invoic", "D:07A", "PYT+1\nDTM+140:20270331:102"],
    ["edifact/invoic-01b", "D:01B", "PAT+1\nDTM+140:20270331:102"],
  ] as const) {
    it(`an invoice to ${mapping} says its currency beside its amounts, and its due date as 140`, () => {
      const { document, findings, unmapped } = read(mapping, version, INVOICE(terms).replace("D:07A", version));
      assert.deepEqual(inShort(findings), []);
      const { currency, lines, terms: agreed } = document as Record<string, unknown>;
      assert.equal(currency, "CHF");
      assert.equal((agreed as { dueOn: string }).dueOn, "2027-03-31");
      assert.equal((lines as { description: string }[])[0]?.description, "Seal ring");
      // A second description, and another currency than that of the invoice, are listed.
      assert.deepEqual(
        unmapped.map(({ component = 0, element, found, tag }) => `${tag} ${element}.${component} ${found}`),
        ["IMD 1.0 A", "IMD 3.4 Ring, sealed", "MOA 1.3 EUR"],
      );
    });
  }

  it("a ship notice and a receiving advice describe an item without the kind of the description", () => {
    const note = read(
      "edifact/desadv",
      "D:07A",
      "UNH+1+DESADV:D:07A:UN\nBGM+351+N-5+9\nCPS+1++4\nLIN+1++A-1:IN\nIMD+++:::Seal ring\nQTY+12:5:PCE\nUNT+7+1",
    );
    const advice = read(
      "edifact/recadv",
      "D:07A",
      "UNH+1+RECADV:D:07A:UN\nBGM+632+RA-5+9\nRFF+AAK:N-5\nCPS+1\nLIN+1++A-1:IN\nIMD+B++:::Seal ring\nQTY+48:5:PCE\nUNT+8+1",
    );
    for (const { document, findings } of [note, advice]) {
      assert.deepEqual(inShort(findings), []);
      assert.equal((document as { lines: { description: string }[] }).lines[0]?.description, "Seal ring");
    }
  });
});

const CALL_OFF = `UNH+1+DELJIT:D:04A:UN
BGM+242+J-9+9
DTM+137:20270301:102
RFF+ON:550012
DTM+171:20270115:102
NAD+ST+W11::92
SEQ++1
LIN+1++A-1:IN
RFF+ON:550012:10
DTM+171:20270115:102
RFF+CT:C-3
DTM+4:20270110:102
QTY+70:400:PCE
DTM+51:20270101:102
RFF+AAU:N-4
DTM+171:20270226:102
QTY+131:20:PCE
SCC+1
DTM+2:202703021000:203
RFF+AAO:880
DTM+171:20270301:102
UNS+S
UNT+23+1`;

describe("EDIFACT schedules of other senders", () => {
  it("say the dates of orders, contracts and notes behind their numbers, and what is to be delivered as 131", () => {
    const { document, findings, unmapped } = read("edifact/deljit", "D:04A", CALL_OFF);
    assert.deepEqual(inShort(findings), []);
    const { dates, lines } = document as {
      dates?: unknown;
      lines: { dates?: unknown; orderNumber: string; steps: Record<string, unknown>[] }[];
    };
    assert.deepEqual([dates, lines[0]?.dates, lines[0]?.orderNumber], [undefined, undefined, "550012"]);
    assert.deepEqual(
      lines[0]?.steps.map(({ commitment, from, quantity, reference, time }) => [
        commitment,
        from,
        time,
        quantity,
        reference,
      ]),
      [["firm", "2027-03-02", "1000", "20", "880"]],
    );
    // Nothing names these dates yet: they are listed.
    assert.deepEqual(
      unmapped.filter(({ component, tag }) => tag === "DTM" && component === 2).map(({ found }) => found),
      ["20270115", "20270115", "20270110", "20270226", "20270301"],
    );
  });

  for (const [mapping, version] of [
    ["edifact/delfor", "D:97A"],
    ["edifact/delfor-02a", "D:04A"],
    ["edifact/delfor-96a", "D:96A"],
  ] as const) {
    it(`${mapping} takes the date of an order for the order's`, () => {
      const text = CALL_OFF.replace("DELJIT:D:04A", `DELFOR:${version}`)
        .replace("BGM+242", "BGM+241")
        .replace("SEQ++1", mapping === "edifact/delfor-96a" ? "UNS+D" : "GIS+37")
        .replace(/QTY\+131[\s\S]*UNS/, "UNS");
      const body =
        mapping === "edifact/delfor-96a" ? text.replace("UNS+D\n", "").replace("NAD+ST", "UNS+D\nNAD+ST") : text;
      const reading = read(mapping, version, body);
      assert.deepEqual(
        reading.findings.filter(({ place }) => place.tag === "DTM"),
        [],
      );
      const { dates, lines } = reading.document as { dates?: unknown; lines: { dates?: unknown }[] };
      assert.deepEqual([dates, lines[0]?.dates], [undefined, undefined]);
    });
  }
});
