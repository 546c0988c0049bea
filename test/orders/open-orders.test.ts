import assert from "node:assert/strict";
import { cancelOrder } from "../../src/orders/cancel-order.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { blanketView } from "../../src/orders/views.ts";
import { select, selectOne } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, childOrder, outboundDocument } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, ordered, outcomes, receive, ship, taken, trusting, type Wanted } from "./a-home.ts";

const start = async (store: Store, config: OrdersConfiguration) => {
  await taken(store, config);
  await receive(store, config, "2027-01-04", [
    aScheduleLine([
      ["2027-01-08", "400"],
      ["2027-01-15", "600"],
    ]),
  ]);
  await releaseDue(store, config, on("2027-01-15", "timetable"));
};
const bracket = { line: 10, item: "BRACKET-100", customerPart: "4N51-100-AA", quantity: "10000", price: "2.5" };
const panel = { line: 20, item: "PANEL-200", customerPart: "4N51-200-BB", quantity: "10000", price: "4" };
const ofPanel = { customerPart: "4N51-200-BB" };
const documents = async (store: Store) =>
  (await select(store, outboundDocument, "WHERE kind = 'erp-order-change' ORDER BY id")).map(
    (row) => JSON.parse(row.document) as Record<string, unknown>,
  );

onEveryDatabase("Orders that are open when a schedule changes", (database) => {
  it("keep their number when the demand moves, and the ERP is told", async () => {
    const { store } = database();
    const config = trusting({ orders: { leadDays: 5 } });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-11", "400"]])]);
    await releaseDue(store, config, on("2027-01-06", "timetable"));
    await receive(store, config, "2027-01-06", [aScheduleLine([["2027-01-18", "400"]])]);
    const [order] = await select(store, childOrder, "");
    assert.deepEqual([order?.number, order?.scheduled_on], ["SO-000001", "2027-01-13"]);
    assert.deepEqual(await ordered(store, config, "2027-01-13"), []);
    assert.deepEqual(
      (await documents(store)).map(({ number, scheduledOn }) => [number, scheduledOn]),
      [["SO-000001", "2027-01-13"]],
    );
  });

  it("stay on their day while another item of theirs is wanted then", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, { lines: [bracket, panel] });
    await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-04", "100"]]),
      aScheduleLine([["2027-01-04", "50"]], ofPanel),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-04"), ["SO-000001 2027-01-04 100+50"]);
    const later: Wanted = ["2027-01-11", "100"];
    await receive(store, config, "2027-01-04", [aScheduleLine([later])]);
    const [order] = await select(store, childOrder, "");
    assert.equal(order?.scheduled_on, "2027-01-04");
  });

  it("are cut, latest first, by what is not wanted any more", async () => {
    const { store } = database();
    const config = trusting();
    await start(store, config);
    await receive(store, config, "2027-01-16", [
      aScheduleLine([
        ["2027-01-08", "400"],
        ["2027-01-15", "250"],
      ]),
    ]);
    const view = await blanketView(store, "BA-000001", plainDate("2027-01-16"));
    assert.deepEqual(
      view.orders.map(({ number, released }) => [number, released]),
      [
        ["SO-000001", "400"],
        ["SO-000002", "250"],
      ],
    );
    assert.deepEqual(await ordered(store, config, "2027-01-20"), []);
    const [change] = await documents(store);
    assert.deepEqual(change?.["lines"], [
      { line: 10, reference: "SO-000002/10", quantity: "250", previousQuantity: "600", requestedOn: "2027-01-15" },
    ]);
  });

  it("are cancelled when nothing is wanted, and made again when it is", async () => {
    const { store } = database();
    const config = trusting();
    await start(store, config);
    await receive(store, config, "2027-01-16", [aScheduleLine([["2027-01-08", "400"]])]);
    assert.deepEqual(
      (await select(store, childOrder, "ORDER BY id")).map(({ state }) => state),
      ["open", "cancelled"],
    );
    await receive(store, config, "2027-01-17", [
      aScheduleLine([
        ["2027-01-08", "400"],
        ["2027-01-15", "600"],
      ]),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-17"), ["SO-000003 2027-01-17 600"]);
  });

  it("stay as they are where the policy carries them, or only proposes", async () => {
    const { store } = database();
    await start(store, trusting());
    for (const changes of ["carry", "propose"]) {
      const config = trusting({}, { changes });
      await receive(store, config, "2027-01-16", [
        aScheduleLine([["2027-01-08", changes === "carry" ? "300" : "200"]]),
      ]);
      assert.deepEqual(await documents(store), []);
    }
  });

  it("are left alone by the same schedule in other words, packs and all", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, {
      lines: [{ line: 10, item: "B", customerPart: "4N51-100-AA", quantity: "10000", pack: "48" }],
    });
    const steps: Wanted[] = [
      ["2027-01-08", "100"],
      ["2027-01-15", "100"],
      ["2027-01-22", "100"],
    ];
    await receive(store, config, "2027-01-04", [aScheduleLine(steps, { releaseNumber: "1" })]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 144"]);
    await receive(store, config, "2027-01-09", [aScheduleLine(steps, { releaseNumber: "2" })]);
    assert.deepEqual(await documents(store), []);
    assert.deepEqual(await ordered(store, config, "2027-01-22"), [
      "SO-000002 2027-01-15 96",
      "SO-000003 2027-01-22 96",
    ]);
  });

  it("and were cancelled by hand are due again when the next schedule is accepted", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const steps: Wanted[] = [["2027-01-08", "400"]];
    await receive(store, config, "2027-01-04", [aScheduleLine(steps, { releaseNumber: "1" })]);
    await ordered(store, config, "2027-01-08");
    await cancelOrder(store, config, "SO-000001", on("2027-01-08"), "no truck");
    assert.deepEqual(await ordered(store, config, "2027-01-09"), []);
    await receive(store, config, "2027-01-10", [aScheduleLine(steps, { releaseNumber: "2" })]);
    assert.deepEqual(await ordered(store, config, "2027-01-10"), ["SO-000002 2027-01-10 400"]);
  });

  it("are not taken for demand that is added at an earlier date: it is ordered when it is due", async () => {
    const { store } = database();
    const config = trusting({}, { changes: "carry" });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "400"]])]);
    await ordered(store, config, "2027-01-08");
    await receive(store, trusting(), "2027-01-09", [aScheduleLine([["2027-01-20", "400"]])]);
    await receive(store, config, "2027-01-10", [
      aScheduleLine([
        ["2027-01-11", "100"],
        ["2027-01-20", "400"],
      ]),
    ]);
    assert.equal((await selectOne(store, account, ""))?.next_order_on, "2027-01-11");
    assert.deepEqual(await ordered(store, config, "2027-01-11"), ["SO-000002 2027-01-11 100"]);
    assert.deepEqual(await ordered(store, config, "2027-01-20"), []);
  });

  it("are joined by a further one where a date that was released rises, and left alone once they are shipped", async () => {
    const { store } = database();
    const config = trusting();
    await start(store, config);
    await ship(store, "SO-000001/10", "400", on("2027-01-15"));
    const received = { account: { cumulative: "400", kind: "received" as const } };
    const risen = aScheduleLine(
      [
        ["2027-01-08", "50"],
        ["2027-01-15", "600"],
      ],
      received,
    );
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-16", [risen])), ["accepted"]);
    assert.deepEqual(await ordered(store, config, "2027-01-16"), ["SO-000003 2027-01-16 50"]);
    assert.deepEqual(await documents(store), []);
    await receive(store, config, "2027-01-17", [aScheduleLine([["2027-01-25", "100"]], received)]);
    assert.deepEqual(
      (await select(store, childOrder, "ORDER BY id")).map(({ scheduled_on, state }) => [scheduled_on, state]),
      [
        ["2027-01-08", "open"],
        ["2027-01-25", "open"],
        ["2027-01-16", "cancelled"],
      ],
      "the order of 600 keeps 100 of it and its number; the latest goes",
    );
    assert.deepEqual(await ordered(store, config, "2027-01-31"), []);
  });
});
