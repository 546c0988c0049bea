import assert from "node:assert/strict";
import { fulfilOrders, shipOrder } from "../../src/fulfilment/automatic.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { outboundDocument, shipment, shipmentLine } from "../../src/store/tables.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { writeMillionths } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const SETTINGS = settingsWith(partnerWith("acme"), partnerWith("swift", { orders: { fulfilment: "automatic" } }));
const TODAY = occasionOn("2027-03-10", "timetable");

const lines = [
  { item: "F-10", quantity: "10000" },
  { item: "F-20", quantity: "500" },
];

const only = (line: number, quantity: string) => ({ quantities: new Map([[line, quantity]]) });

const fulfil = (store: Store, order: string) => store.write((tx) => fulfilOrders(tx, SETTINGS, [order], TODAY));

const shippedIn = async (store: Store): Promise<string[]> =>
  (await select(store, shipmentLine, "WHERE 1 = 1 ORDER BY id")).map(({ quantity }) => writeMillionths(quantity));

const rejectedWith = (code: string) => (error: unknown) => {
  assert.ok(error instanceof CalloffError, String(error));
  assert.equal(error.code, code);
  assert.ok(error.remedy !== undefined);
  return true;
};

onEveryDatabase("automatic fulfilment", (database) => {
  it("ships, notices and invoices a released order in one go, once", async () => {
    const { store } = database();
    const order = await seedOrder(store, await seedBlanket(store, { partner: "swift", lines }), {
      on: "2027-03-10",
      quantities: ["400", "50"],
    });
    const [booked] = await fulfil(store, order);
    assert.deepEqual([booked?.numbers, booked?.invoices], [["SH-000001"], ["IN-000001"]]);
    assert.deepEqual(await fulfil(store, order), []);
    assert.deepEqual(
      (await select(store, outboundDocument, "WHERE 1 = 1 ORDER BY id")).map(({ kind }) => kind),
      ["ship-notice", "erp-shipment", "invoice", "erp-receivable"],
    );
    const [held] = await select(store, shipment, "WHERE 1 = 1");
    assert.deepEqual([held?.confirmation, held?.source], [`auto:${order}`, "automatic"]);
  });

  it("leaves orders of other partners to their confirmations", async () => {
    const { store } = database();
    const order = await seedOrder(store, await seedBlanket(store, { partner: "acme", lines }), {
      on: "2027-03-10",
      quantities: ["400"],
    });
    assert.deepEqual(await fulfil(store, order), []);
  });

  it("undoes nothing by halves: a release that fails after it takes the shipment with it", async () => {
    const { store } = database();
    const order = await seedOrder(store, await seedBlanket(store, { partner: "swift", lines }), {
      on: "2027-03-10",
      quantities: ["400"],
    });
    await assert.rejects(
      store.write(async (tx) => {
        await fulfilOrders(tx, SETTINGS, [order], TODAY);
        throw new Error("the power went");
      }),
    );
    assert.deepEqual(await shippedIn(store), []);
  });
});

onEveryDatabase("an order shipped by command", (database) => {
  const order = async (quantities = ["400", "50"]) =>
    seedOrder(database().store, await seedBlanket(database().store, { partner: "acme", lines }), {
      on: "2027-03-10",
      quantities,
    });

  it("ships everything open, or the quantities named", async () => {
    const { store } = database();
    const number = await order();
    await shipOrder(store, SETTINGS, number, only(10, "150"), TODAY);
    await shipOrder(store, SETTINGS, number, {}, TODAY);
    assert.deepEqual(await shippedIn(store), ["150", "250", "50"]);
    assert.deepEqual(
      (await select(store, shipment, "WHERE 1 = 1 ORDER BY id")).map(({ confirmation }) => confirmation),
      [`command:${number}/1`, `command:${number}/2`],
    );
  });

  it("closes short when told", async () => {
    const { store } = database();
    const number = await order(["400"]);
    await shipOrder(store, SETTINGS, number, { ...only(10, "150"), closeShort: true }, TODAY);
    await assert.rejects(shipOrder(store, SETTINGS, number, {}, TODAY), rejectedWith("SHIP_NOTHING_OPEN"));
  });

  it("is safe to repeat under a confirmation of its own", async () => {
    const { store } = database();
    const number = await order(["400"]);
    const command = { confirmation: "HAND-1", ...only(10, "150") };
    await shipOrder(store, SETTINGS, number, command, TODAY);
    assert.equal((await shipOrder(store, SETTINGS, number, command, TODAY)).outcome, "duplicate");
    assert.deepEqual(await shippedIn(store), ["150"]);
    const rest = { confirmation: "HAND-2" };
    await shipOrder(store, SETTINGS, number, rest, TODAY);
    assert.equal((await shipOrder(store, SETTINGS, number, rest, TODAY)).outcome, "duplicate");
    assert.deepEqual(await shippedIn(store), ["150", "250"]);
  });

  it("refuses an unknown order, an unknown line and what is no quantity", async () => {
    const { store } = database();
    const number = await order(["400"]);
    await assert.rejects(shipOrder(store, SETTINGS, "SO-000077", {}, TODAY), rejectedWith("SHIP_ORDER_UNKNOWN"));
    await assert.rejects(
      shipOrder(store, SETTINGS, number, only(30, "1"), TODAY),
      rejectedWith("SHIP_ORDER_LINE_UNKNOWN"),
    );
    await assert.rejects(
      shipOrder(store, SETTINGS, number, only(10, "many"), TODAY),
      rejectedWith("SHIP_QUANTITY_UNREADABLE"),
    );
    await assert.rejects(
      shipOrder(store, SETTINGS, number, { shippedOn: "2027-02-30" }, TODAY),
      rejectedWith("SHIP_DATE_UNREADABLE"),
    );
    assert.deepEqual(await shippedIn(store), []);
  });
});
