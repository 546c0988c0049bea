import assert from "node:assert/strict";
import type { ErpReceivable } from "../../src/documents/erp.ts";
import { type Invoice, invoice as invoiceDocument } from "../../src/documents/invoice.ts";
import { invoiceShipment } from "../../src/fulfilment/invoice.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { accountTotals, childLineTotals } from "../../src/store/ledger.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { invoice, ledger, outboundDocument } from "../../src/store/tables.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { quantity, writeMillionths } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, type SeedLine, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const SETTINGS = settingsWith(partnerWith("acme"));
const TODAY = occasionOn("2027-03-10");

const ship = (store: Store, confirmation: string, lines: Record<string, string>, more = {}, settings = SETTINGS) =>
  store.write((tx) =>
    bookShipment(
      tx,
      settings,
      {
        schema: "calloff/shipment-confirmation/1",
        confirmation,
        lines: Object.entries(lines).map(([orderLine, figure]) => ({ orderLine, quantity: figure })),
        ...more,
      },
      TODAY,
    ),
  );

async function documents<D>(store: Store, kind: string): Promise<D[]> {
  const rows = await select(store, outboundDocument, "WHERE kind = :kind ORDER BY id", { kind });
  return rows.map((row) => JSON.parse(row.document) as D);
}

onEveryDatabase("an invoice", (database) => {
  const orderFor = async (line: Partial<SeedLine>, released = "100") => {
    const { store } = database();
    const blanket = await seedBlanket(store, {
      partner: "acme",
      customerNumber: "4500",
      terms: "30 days net",
      lines: [{ item: "F-10", quantity: "10000", ...line }],
    });
    return { blanket, order: await seedOrder(store, blanket, { on: "2027-03-01", quantities: [released] }) };
  };

  it("bills what was actually shipped, not what was ordered", async () => {
    const { store } = database();
    const { order } = await orderFor({ prices: { "2027-01-01": "2.5" } });
    const booked = await ship(store, "ERP-1", { [`${order}/10`]: "80" });
    assert.deepEqual(booked.invoices, ["IN-000001"]);
    const [document] = await documents<Invoice>(store, "invoice");
    assert.deepEqual(invoiceDocument.parse(document), {
      number: "IN-000001",
      issuedOn: "2027-03-10",
      kind: "invoice",
      blanketNumber: "4500",
      orderNumber: order,
      currency: "EUR",
      shippedOn: "2027-03-10",
      terms: { description: "30 days net" },
      parties: [
        { role: "buyer", name: "ACME" },
        { role: "bill-to", name: "ACME" },
        { role: "ship-to", scheme: "customer", code: "DOCK1" },
        { role: "supplier", name: "Fittings Ltd", scheme: "customer", code: "V-4711", city: "Jena" },
      ],
      lines: [
        {
          cause: "IN-000001/10",
          number: "10",
          quantity: "80",
          unit: "PC",
          price: "2.5",
          amount: "200",
          customerPart: "C-F-10",
          ourPart: "F-10",
          blanketNumber: "4500",
          customerOrderNumber: order,
          orderNumber: `${order}/10`,
          shipment: "SH-000001/10",
          note: "SH-000001",
          shippedOn: "2027-03-10",
        },
      ],
      total: "200",
    });
    const [receivable] = await documents<ErpReceivable>(store, "erp-receivable");
    assert.equal(receivable?.total, "200");
    assert.equal(receivable?.lines[0]?.customerBlanketOrder, "4500");
    const [fact] = await select(store, ledger, "WHERE kind = 'invoiced'");
    assert.deepEqual(
      [fact?.business_key, writeMillionths(fact?.quantity as bigint), writeMillionths(fact?.value as bigint)],
      ["invoice:IN-000001/10", "80", "200"],
    );
  });

  it("rounds each line once, half away from zero, and adds up rounded lines", async () => {
    const { store } = database();
    const lines = [
      { item: "F-10", quantity: "1000", prices: { "2027-01-01": "0.005" } },
      { item: "F-20", quantity: "1000", prices: { "2027-01-01": "0.015" } },
    ];
    const blanket = await seedBlanket(store, { partner: "acme", lines });
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["3", "1"] });
    await ship(store, "ERP-1", { [`${order}/10`]: "3", [`${order}/20`]: "1" });
    const [document] = await documents<Invoice>(store, "invoice");
    // 3 × 0.005 = 0.015 → 0.02; 1 × 0.015 → 0.02; rounded at the end it would be 0.03.
    assert.deepEqual(
      [...(document?.lines ?? []).map(({ amount }) => amount), document?.total],
      ["0.02", "0.02", "0.04"],
    );
  });

  it("takes the price per hundred", async () => {
    const { store } = database();
    const { order } = await orderFor({ prices: { "2027-01-01": "12.34" }, pricePer: "100" });
    await ship(store, "ERP-1", { [`${order}/10`]: "50" });
    const [document] = await documents<Invoice>(store, "invoice");
    const [line] = document?.lines ?? [];
    assert.deepEqual([line?.price, line?.priceBasis, line?.amount], ["12.34", "100", "6.17"]);
  });

  it("takes the price valid on the actual ship date, whenever the order was made or the invoice is released", async () => {
    const { store } = database();
    const { order } = await orderFor({ prices: { "2027-01-01": "1", "2027-03-05": "2", "2027-03-11": "3" } });
    await ship(store, "ERP-1", { [`${order}/10`]: "10" }, { shippedOn: "2027-03-04" });
    await ship(store, "ERP-2", { [`${order}/10`]: "10" }, { shippedOn: "2027-03-05" });
    await ship(store, "ERP-3", { [`${order}/10`]: "10" });
    assert.deepEqual(
      (await documents<Invoice>(store, "invoice")).map(({ total }) => total),
      ["10", "20", "20"],
    );
  });

  it("uses the currency's own minor unit", async () => {
    const { store } = database();
    const yen = settingsWith(partnerWith("acme", { orders: { currencyMinorDigits: 0 } }));
    const { order } = await orderFor({ prices: { "2027-01-01": "0.5" } });
    await ship(store, "ERP-1", { [`${order}/10`]: "5" }, {}, yen);
    assert.equal((await documents<Invoice>(store, "invoice"))[0]?.total, "3");
  });

  it("waits for a price without holding up the shipment, and is then released once", async () => {
    const { store } = database();
    const { blanket, order } = await orderFor({ prices: { "2027-04-01": "1" } });
    const booked = await ship(store, "ERP-1", { [`${order}/10`]: "10" });
    assert.deepEqual([booked.invoices, booked.unpriced], [[], ["SH-000001/10"]]);
    await store.write((tx) => tx.change("UPDATE line_price SET valid_from = '2027-03-01'"));
    const release = () => store.write((tx) => invoiceShipment(tx, SETTINGS, "SH-000001", TODAY));
    assert.deepEqual((await release()).invoices, ["IN-000001"]);
    assert.deepEqual((await release()).invoices, []);
    const accountId = blanket.lines[0]?.accountId as number;
    assert.equal((await accountTotals(store, [accountId])).get(accountId)?.shipped, quantity("10"));
  });

  it("is released by hand where the partner's file says so", async () => {
    const { store } = database();
    const byHand = settingsWith(partnerWith("acme", { orders: { invoice: "by-hand" } }));
    const { order } = await orderFor({});
    assert.deepEqual((await ship(store, "ERP-1", { [`${order}/10`]: "10" }, {}, byHand)).invoices, []);
    const released = await store.write((tx) => invoiceShipment(tx, byHand, "SH-000001", TODAY));
    assert.deepEqual(released.invoices, ["IN-000001"]);
  });

  it("is one for each shipment and agreement, numbered without gaps, also past a refused shipment", async () => {
    const { store } = database();
    const { order: first } = await orderFor({});
    const { order: second } = await orderFor({ item: "F-30" });
    const booked = await ship(store, "ERP-1", { [`${first}/10`]: "10", [`${second}/10`]: "10" });
    assert.deepEqual([booked.numbers, booked.invoices], [["SH-000001"], ["IN-000001", "IN-000002"]]);
    await assert.rejects(ship(store, "ERP-2", { [`${first}/10`]: "10" }, { note: "SH-000001" }));
    await ship(store, "ERP-3", { [`${first}/10`]: "10" });
    assert.deepEqual(
      (await select(store, invoice, "WHERE 1 = 1 ORDER BY id")).map(({ number }) => number),
      ["IN-000001", "IN-000002", "IN-000003"],
    );
  });

  it("goes to the ERP alone where the partner takes none", async () => {
    const { store } = database();
    const { order } = await orderFor({});
    await ship(store, "ERP-1", { [`${order}/10`]: "10" }, {}, settingsWith(partnerWith("acme", { invoice: null })));
    assert.equal((await documents(store, "invoice")).length, 0);
    assert.equal((await documents(store, "erp-receivable")).length, 1);
  });

  it("counts on the order line it bills and moves no cumulative", async () => {
    const { store } = database();
    const { blanket, order } = await orderFor({});
    await ship(store, "ERP-1", { [`${order}/10`]: "60" });
    const [lineId] = (await store.ask("SELECT id FROM child_line")).map((row) => Number(row["id"]));
    assert.equal((await childLineTotals(store, [lineId as number])).get(lineId as number)?.invoiced, quantity("60"));
    const accountId = blanket.lines[0]?.accountId as number;
    assert.equal((await accountTotals(store, [accountId])).get(accountId)?.released, quantity("100"));
  });

  it("is refused for a shipment that does not exist", async () => {
    await assert.rejects(
      database().store.write((tx) => invoiceShipment(tx, SETTINGS, "SH-000099", TODAY)),
      (error) => error instanceof CalloffError && error.code === "INVOICE_SHIPMENT_UNKNOWN" && error.exit === 3,
    );
  });
});
