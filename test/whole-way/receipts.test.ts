/** What customers say they received, and what they say they paid, from file to ledger. */
import assert from "node:assert/strict";
import { fileView } from "../../src/answers/files.ts";
import { ledgerListing } from "../../src/answers/ledger-listing.ts";
import { listReceipts, receiptView } from "../../src/answers/receipts.ts";
import { giveCommand } from "../../src/gateway/commands.ts";
import { a830, anInterchange } from "./a-customer.ts";
import { type House, openHouse } from "./a-house.ts";
import { asEdifact } from "./four-families.ts";

const CONTRACT = JSON.stringify({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "PO-1",
  currency: "USD",
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "A-100", customerPart: "A-100", quantity: "100000", price: "2.5" }],
});

/** An interchange with one set of another type. */
const a = (type: string, group: string, control: string, on: string, segments: readonly string[]): string =>
  anInterchange(control, on, segments).replace("GS*PS*", `GS*${group}*`).replace("ST*830*", `ST*${type}*`);

describe("Receipts and remittances in files", () => {
  let house: House;
  before(async () => {
    house = await openHouse("2027-01-04", {
      acme: {},
      elbe: { settings: "shipNotice: { mapping: edifact/desadv }\ninvoice: null\n" },
    });
    house.drop("erp", "contract.json", CONTRACT);
    house.drop("erp", "elbe.json", CONTRACT.replace('"acme"', '"elbe"'));
    await house.live("2027-01-04");
    const steps = [
      ["500", "2027-01-04"],
      ["600", "2027-01-15"],
    ] as const;
    house.drop("acme", "830-1.edi", a830("1", "2027-01-04", [{ received: "0", steps }]));
    await house.live("2027-01-04");
    await house.ship("2027-01-04", "00000017", { "SO-000001/10": "500" });
  });
  after(() => house.close());

  const found = async (name: string) => {
    const [row] = await house.keeper.store.ask("SELECT claim FROM file WHERE name = :name", { name });
    const view = await fileView(house.keeper.store, String(row?.["claim"]));
    return (view?.interchanges ?? []).flatMap(({ sets }) =>
      sets.flatMap(({ type, state, findings }) => [
        `${type} ${state}`,
        ...(findings as { code: string }[]).map(({ code }) => code),
      ]),
    );
  };

  it("an 861 that is 20 short is booked on the account and the note, and told beside the file", async () => {
    house.drop(
      "acme",
      "861.edi",
      a("861", "RC", "2", "2027-01-06", [
        "BRA*RA-1*20270106*00*2",
        "REF*SI*17",
        "DTM*050*20270106",
        "RCD*1*480*PC***20*PC*02",
        "LIN**BP*A-100*PO*PO-1",
      ]),
    );
    await house.live("2027-01-06");
    assert.deepEqual(await found("861.edi"), ["861 applied", "RECEIPT_DIFFERS"]);
    const facts = (await ledgerListing(house.keeper.store)).filter(({ kind }) => kind === "received");
    assert.deepEqual(
      facts.map(({ quantity, cause, account, happenedOn, who }) => [quantity, cause, account, happenedOn, who]),
      [["480", "SH-000001", "acme/A-100/PLANT1", "2027-01-06", "acme"]],
    );
    assert.match(facts[0]?.reason ?? "", /480 of 500 of note 17 taken in/);
  });

  it("explains the next 830, which is let through, and the 20 that never came are ordered with the rest", async () => {
    house.drop(
      "acme",
      "830-2.edi",
      a830("3", "2027-01-08", [
        {
          received: "480",
          lastNote: "17",
          steps: [
            ["20", "2027-01-11"],
            ["600", "2027-01-15"],
          ],
        },
      ]),
    );
    await house.live("2027-01-08");
    assert.deepEqual((await house.schedules()).slice(1), ["forecast 3 A-100/PLANT1: accepted"]);
    const statement = await house.statement("A-100/PLANT1", "2027-01-08");
    assert.deepEqual(
      [statement?.shipped, statement?.transit?.quantity, statement?.transit?.mismatch],
      ["480", "0", "0"],
    );
    await house.live("2027-01-15");
    assert.deepEqual(
      (await house.orders()).map((order) => order.split(" ").slice(1).join(" ")),
      ["2027-01-04 A-100/PLANT1 500", "2027-01-11 A-100/PLANT1 20", "2027-01-15 A-100/PLANT1 600"],
    );
  });

  it("a RECADV is booked as an 861 is", async () => {
    const asked = { part: "A-100", shipTo: "PLANT1", order: "PO-1", received: "0" };
    const wanted = [{ quantity: "300", in: "day" as const, on: "2027-01-15" }];
    house.drop(
      "elbe",
      "delfor.edi",
      asEdifact(
        {
          release: 1,
          previous: 0,
          issuedOn: "2027-01-15",
          cumulativeFrom: "2027-01-01",
          until: "2027-03-31",
          items: [{ ...asked, wanted }],
        },
        "ELBE",
      ),
    );
    await house.live("2027-01-15");
    const [order] = await house.keeper.store.ask("SELECT number FROM child_order WHERE partner = 'elbe'");
    await house.ship("2027-01-15", "E-1", { [`${String(order?.["number"])}/10`]: "300" });
    const segments = [
      "UNH+1+RECADV:D:97A:UN",
      "BGM+632+WE-7+9",
      "DTM+137:20270118:102",
      "DTM+50:20270118:102",
      "RFF+AAK:E-1",
      "NAD+BY+ELBE::92",
      "CPS+1",
      "LIN+1++A-100:IN",
      "QTY+48:290:PCE",
      "QTY+12:300:PCE",
    ];
    const message = [...segments, `UNT+${segments.length + 1}+1`].map((segment) => `${segment}'\n`).join("");
    house.drop("elbe", "recadv.edi", `UNA:+.? '\nUNB+UNOC:3+ELBE:ZZ+WIDGETS:ZZ+270118:0600+2'\n${message}UNZ+1+2'\n`);
    await house.live("2027-01-18");
    assert.deepEqual(await found("recadv.edi"), ["RECADV applied", "RECEIPT_DIFFERS"]);
    const facts = (await ledgerListing(house.keeper.store)).filter(({ partner }) => partner === "elbe");
    assert.deepEqual(
      facts.map(({ kind, quantity, account }) => `${kind} ${quantity} ${account}`).at(-1),
      "received 290 elbe/A-100/PLANT1",
    );
  });

  it("one that waits is booked by a planner's word, or let go", async () => {
    const lines = ["861-a.edi", "861-b.edi"].map((name, n) => {
      const item = ["RCD**5*EA", `LIN**BP*OTHER-${n}`];
      const body = [`BRA*RA-9${n}*20270119*00*2`, "REF*SI*17", "DTM*050*20270119", ...item];
      house.drop("acme", name, a("861", "RC", `1${n}`, "2027-01-19", body));
      return name;
    });
    await house.live("2027-01-19");
    for (const name of lines) assert.deepEqual(await found(name), ["861 applied", "RECEIPT_HELD"]);
    const held = await listReceipts(house.keeper.store, { state: "held", limit: 9 });
    assert.deepEqual(
      held.rows.map(({ note, customerPart, why }) => [note, customerPart, why]),
      ["OTHER-1", "OTHER-0"].map((part) => ["17", part, "The delivery note holds no such item."]),
    );
    const [one, two] = held.rows.map(({ id }) => id) as [number, number];
    const view = await receiptView(house.keeper.store, two);
    assert.deepEqual(
      view?.lines.map(({ reference, quantity }) => [reference, quantity]),
      [["SH-000001/10", "500"]],
    );
    const placing = { id: two, line: "SH-000001/10", reason: "an old name" };
    await giveCommand(house.keeper, "anna", "receipt place", `receipt:${two}`, placing);
    await giveCommand(house.keeper, "anna", "receipt dismiss", `receipt:${one}`, { ids: [one], reason: "not ours" });
    const decided = await listReceipts(house.keeper.store, { partner: "acme", limit: 2 });
    assert.deepEqual(
      decided.rows.map(({ state, shipment }) => [state, shipment]),
      [
        ["dismissed", ""],
        ["booked", "SH-000001"],
      ],
    );
  });

  it("an 820 is filed with what does not fit our invoices", async () => {
    house.drop(
      "acme",
      "820.edi",
      a("820", "RA", "4", "2027-01-20", [
        "BPR*I*2350*C*ACH************20270120",
        "TRN*1*REM-1",
        "ENT*1",
        "RMR*IV*IN-000001**1250*1250",
        "RMR*IV*IN-000999**1000*1000",
      ]),
    );
    await house.live("2027-01-20");
    assert.deepEqual(await found("820.edi"), ["820 applied", "REMITTANCE_INVOICE_UNKNOWN", "REMITTANCE_TOTAL"]);
  });

  it("come to the same when all is done again from archive and audit trail", async () => {
    await house.prove();
  });
});
