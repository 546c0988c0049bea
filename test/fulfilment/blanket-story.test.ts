import assert from "node:assert/strict";
import { type BlanketOrderDocument, blanketOrder } from "../../src/documents/erp.ts";
import { fulfilOrders, shipOrder } from "../../src/fulfilment/automatic.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { liftWithheld } from "../../src/orders/withheld.ts";
import { lineTotals, NO_TOTALS, processedInAll } from "../../src/store/ledger.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, agreement, agreementLine, invoice, shipment } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { minus, type Quantity, writeMillionths } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, settingsWith } from "../support/seed.ts";

const SETTINGS = settingsWith(partnerWith("acme"));
const FIVE_MONTHS = ["2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"];

const blanket = (quantity: string, splits: readonly [date: string, quantity: string][]): BlanketOrderDocument =>
  blanketOrder.parse({
    schema: "calloff/blanket-order/1",
    partner: "acme",
    customerNumber: "4500",
    from: "2027-01-01",
    shipTo: "DOCK1",
    lines: [
      { line: 10, item: "F-10", quantity, price: "1.25", splits: splits.map(([date, of]) => ({ date, quantity: of })) },
    ],
  });

const release = async (store: Store, on: string, settings: OrdersConfiguration = SETTINGS): Promise<string[]> =>
  (await releaseDue(store, settings, occasionOn(on, "timetable"))).map(({ number }) => number);

async function progress(store: Store, on?: string) {
  const [line] = await select(store, agreementLine, "WHERE 1 = 1");
  const { id, quantity: contract } = line as NonNullable<typeof line>;
  const totals = (await lineTotals(store, [id], on === undefined ? undefined : plainDate(on))).get(id) ?? NO_TOTALS;
  return {
    processed: writeMillionths(processedInAll(totals)),
    delivered: writeMillionths(minus(totals.shipped, totals.returned)),
    remaining: writeMillionths(minus(contract as Quantity, processedInAll(totals))),
    state: (await select(store, agreement, "WHERE 1 = 1"))[0]?.state,
  };
}

const confirm = (store: Store, number: string, on: string, line: string, quantity: string, closeShort = false) =>
  store.write((tx) =>
    bookShipment(
      tx,
      SETTINGS,
      {
        schema: "calloff/shipment-confirmation/1",
        confirmation: number,
        lines: [{ orderLine: line, quantity, ...(closeShort ? { closeShort } : {}) }],
      },
      occasionOn(on),
    ),
  );

const nextOrderOn = async (store: Store) => (await select(store, account, "WHERE 1 = 1"))[0]?.next_order_on;

onEveryDatabase("a blanket order of 10,000, called 2,000 at the start of each month", (database) => {
  it("has 4,000 delivered and 6,000 remaining after two months, and is completed after five", async () => {
    const { store } = database();
    await store.write((tx) =>
      importBlanketOrder(
        tx,
        blanket(
          "10000",
          FIVE_MONTHS.map((date) => [date, "2000"]),
        ),
        SETTINGS,
        occasionOn("2026-12-15"),
      ),
    );
    for (const [n, month] of FIVE_MONTHS.entries()) {
      const orders = await release(store, month);
      assert.equal(orders.length, 1, month);
      assert.deepEqual(await release(store, month), [], "done twice it orders once");
      await shipOrder(store, SETTINGS, orders[0] as string, {}, occasionOn(month));
      if (n === 1) {
        assert.deepEqual(await progress(store), {
          processed: "4000",
          delivered: "4000",
          remaining: "6000",
          state: "open",
        });
      }
    }
    assert.deepEqual(await progress(store), {
      processed: "10000",
      delivered: "10000",
      remaining: "0",
      state: "completed",
    });
    assert.deepEqual(
      (await progress(store, "2027-02-28")).remaining,
      "6000",
      "as of the end of February it is what it was",
    );
    assert.deepEqual(
      (await select(store, invoice, "WHERE 1 = 1 ORDER BY id")).map(({ number, total }) => [
        number,
        writeMillionths(total),
      ]),
      FIVE_MONTHS.map((_, n) => [`IN-00000${n + 1}`, "2500"]),
    );
  });
});

onEveryDatabase("what shipping leaves to release", (database) => {
  const call = async () => {
    const { store } = database();
    await store.write((tx) =>
      importBlanketOrder(
        tx,
        blanket("1000", [
          ["2027-03-01", "400"],
          ["2027-04-01", "600"],
        ]),
        SETTINGS,
        occasionOn("2027-02-15"),
      ),
    );
    const [order] = await release(store, "2027-03-01");
    return { store, line: `${order}/10` };
  };
  it("is due again what was closed short, on a further order", async () => {
    const { store, line } = await call();
    await confirm(store, "ERP-1", "2027-03-02", line, "300", true);
    assert.deepEqual(await release(store, "2027-03-03"), ["SO-000002"]);
    assert.deepEqual(await release(store, "2027-03-03"), []);
    assert.equal(await nextOrderOn(store), "2027-04-01");
  });

  it("is withheld until it is lifted, where the partner's file says so", async () => {
    const { store, line } = await call();
    const withheld = settingsWith(partnerWith("acme", { orders: { shortIs: "withheld" } }));
    await store.write((tx) =>
      bookShipment(
        tx,
        withheld,
        {
          schema: "calloff/shipment-confirmation/1",
          confirmation: "ERP-1",
          lines: [{ orderLine: line, quantity: "300", closeShort: true }],
        },
        occasionOn("2027-03-02"),
      ),
    );
    assert.deepEqual(await release(store, "2027-03-03", withheld), []);
    await liftWithheld(store, withheld, "SO-000001", occasionOn("2027-03-04", "mara"), "the rest is wanted");
    assert.deepEqual(await release(store, "2027-03-04", withheld), ["SO-000002"]);
  });

  it("takes off the next call what was shipped beyond this one", async () => {
    const { store, line } = await call();
    await confirm(store, "ERP-1", "2027-03-02", line, "500");
    const [next] = await releaseDue(store, SETTINGS, occasionOn("2027-04-01"));
    assert.deepEqual(
      next?.lines.map(({ quantity }) => quantity),
      ["500"],
    );
  });

  it("is nothing when all of it was shipped at once: the blanket order is completed", async () => {
    const { store, line } = await call();
    await confirm(store, "ERP-1", "2027-03-02", line, "1000");
    assert.equal(await nextOrderOn(store), "");
    assert.equal((await progress(store)).state, "completed");
  });

  it("keeps the blanket order open while a part of an order has not left", async () => {
    const { store, line } = await call();
    await confirm(store, "ERP-1", "2027-03-02", line, "100");
    await confirm(store, "ERP-2", "2027-04-02", `${(await release(store, "2027-04-01"))[0]}/10`, "600");
    assert.equal((await progress(store)).state, "open");
    await confirm(store, "ERP-3", "2027-04-03", line, "300");
    assert.equal((await progress(store)).state, "completed");
  });
});

onEveryDatabase("a partner whose orders are fulfilled automatically", (database) => {
  it("has its orders shipped and invoiced in the transaction that releases them", async () => {
    const { store } = database();
    const settings = settingsWith(partnerWith("acme", { orders: { fulfilment: "automatic" } }));
    await store.write((tx) =>
      importBlanketOrder(
        tx,
        blanket("4000", [
          ["2027-03-01", "2000"],
          ["2027-04-01", "2000"],
        ]),
        settings,
        occasionOn("2027-02-15"),
      ),
    );
    for (const on of ["2027-03-01", "2027-04-01"]) {
      const occasion = occasionOn(on, "timetable");
      await releaseDue(store, settings, occasion, {
        afterRelease: async (tx, orders) => {
          await fulfilOrders(tx, settings, orders, occasion);
        },
      });
    }
    assert.deepEqual(
      (await select(store, shipment, "WHERE 1 = 1 ORDER BY id")).map(({ confirmation }) => confirmation),
      ["auto:SO-000001", "auto:SO-000002"],
    );
    assert.equal((await progress(store)).state, "completed");
  });
});
