import assert from "node:assert/strict";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import { cancelOrder } from "../../src/orders/cancel-order.ts";
import { type ReleasedOrder, releaseDue } from "../../src/orders/release.ts";
import { liftWithheld } from "../../src/orders/withheld.ts";
import { firstBrokenEntry } from "../../src/store/audit.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, agreement, childOrder, jobRun, ledger, outboundDocument } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aBlanketOrder, aConfiguration, on, ship } from "./a-home.ts";

const months = ["2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"];
const aLine = (more: Record<string, unknown>) => ({
  line: 10,
  item: "BRACKET-100",
  customerPart: "4N51-100-AA",
  quantity: "10000",
  price: "2.5",
  ...more,
});

const taken = (store: Store, lines: readonly Record<string, unknown>[], more = {}, config = aConfiguration()) =>
  store.write((tx) => importBlanketOrder(tx, aBlanketOrder({ ...more, lines }), config, on("2026-12-15", "erp")));

const inShort = (orders: readonly ReleasedOrder[]) =>
  orders.map((order) => [
    order.number,
    order.scheduledOn,
    order.shipTo,
    order.customerOrderNumber,
    ...order.lines.map(({ reference, quantity }) => `${reference.split("/")[1]}: ${quantity}`),
  ]);

const documents = async (store: Store) =>
  (await select(store, outboundDocument, "ORDER BY id")).map(
    (row) => JSON.parse(row.document) as Record<string, unknown>,
  );

const split = (date: string, quantity: string, customerOrderNumber = "") => ({
  date,
  quantity,
  ...(customerOrderNumber === "" ? {} : { customerOrderNumber }),
});
const splitsOfTwo = (first: string, second: string) => [
  { date: "2027-01-01", quantity: first, customerOrderNumber: "A" },
  { date: "2027-01-01", quantity: second, customerOrderNumber: "B" },
];
const released = async (store: Store) => {
  await taken(store, [aLine({ splits: [{ date: "2027-01-01", quantity: "400" }] })]);
  await releaseDue(store, aConfiguration(), on("2027-01-01"));
};

onEveryDatabase("Child orders", (database) => {
  it("of 10,000 in five months: 2,000 at the start of each, completed when all is shipped", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, [aLine({ splits: months.map((date) => ({ date, quantity: "2000" })) })]);
    for (const [n, month] of months.entries()) {
      const when = on(month, "timetable");
      const orders = await releaseDue(store, config, when);
      assert.deepEqual(inShort(orders), [[`SO-00000${n + 1}`, month, "PLANT1", "", "10: 2000"]]);
      assert.deepEqual(await releaseDue(store, config, when), []);
      assert.equal((await select(store, agreement, ""))[0]?.state, "open");
      await ship(store, `SO-00000${n + 1}/10`, "2000", when);
    }
    assert.equal((await select(store, agreement, ""))[0]?.state, "completed");
    assert.equal((await select(store, account, ""))[0]?.next_order_on, "");
    assert.equal(await firstBrokenEntry(store), undefined);
  });

  it("that were missed are caught up, one for each scheduled date", async () => {
    const { store } = database();
    await taken(store, [aLine({ splits: months.map((date) => ({ date, quantity: "2000" })) })]);
    const orders = await releaseDue(store, aConfiguration(), on("2027-03-15", "timetable"));
    assert.deepEqual(
      orders.map(({ scheduledOn }) => scheduledOn),
      months.slice(0, 3),
    );
    assert.equal((await select(store, jobRun, ""))[0]?.figures, '{"lines":3,"orders":3}');
  });

  it("are one per scheduled date, ship-to and customer order number", async () => {
    const { store } = database();
    await taken(store, [
      aLine({ splits: [split("2027-01-01", "100", "CO-1"), split("2027-01-01", "50"), split("2027-01-08", "10")] }),
      aLine({ line: 20, customerPart: "4N51-200", splits: [split("2027-01-01", "30", "CO-1")] }),
      aLine({ line: 30, customerPart: "4N51-300", shipTo: "PLANT2", splits: [split("2027-01-01", "7", "CO-1")] }),
    ]);
    assert.deepEqual(inShort(await releaseDue(store, aConfiguration(), on("2027-01-08"))), [
      ["SO-000001", "2027-01-01", "PLANT1", "", "10: 50"],
      ["SO-000002", "2027-01-01", "PLANT1", "CO-1", "10: 100", "20: 30"],
      ["SO-000003", "2027-01-08", "PLANT1", "", "10: 10"],
      ["SO-000004", "2027-01-01", "PLANT2", "CO-1", "10: 7"],
    ]);
  });

  it("are all under the earliest date where the partner wants one order for all that is due", async () => {
    const { store } = database();
    const config = aConfiguration({ partner: { orders: { grouping: "all-due" } } });
    await taken(store, [aLine({ splits: months.map((date) => ({ date, quantity: "2000" })) })], {}, config);
    assert.deepEqual(inShort(await releaseDue(store, config, on("2027-02-10"))), [
      ["SO-000001", "2027-01-01", "PLANT1", "", "10: 2000", "20: 2000"],
    ]);
  });

  it("are never made for what has no date", async () => {
    const { store } = database();
    await taken(store, [aLine({ splits: [{ quantity: "10000" }] })]);
    assert.deepEqual(await releaseDue(store, aConfiguration(), on("2030-01-01")), []);
    assert.deepEqual(await select(store, childOrder, ""), []);
  });

  it("are made on the expiry date and not after it, and only while the blanket order is open", async () => {
    const { store } = database();
    const splits = [
      { date: "2027-01-01", quantity: "10" },
      { date: "2027-01-02", quantity: "10" },
    ];
    await taken(store, [aLine({ splits })], { expiresOn: "2027-01-01" });
    await taken(store, [aLine({ splits, customerPart: "OTHER" })], { customerNumber: "PO 2", state: "draft" });
    assert.equal((await releaseDue(store, aConfiguration(), on("2027-01-01"))).length, 1);
    assert.deepEqual(await releaseDue(store, aConfiguration(), on("2027-01-02")), []);
  });

  it("tell the ERP that they are calls on a contract, with its numbers and terms", async () => {
    const { store } = database();
    const splits = [{ date: "2027-01-01", quantity: "2000", customerOrderNumber: "CO-9", allocate: true }];
    await taken(store, [aLine({ splits, description: "Bracket" })], { paymentTerms: "30 days", terms: "as agreed" });
    await releaseDue(
      store,
      aConfiguration({ partner: { shipTos: { plant1: { name: "Plant One" } } } }),
      on("2027-01-01"),
    );
    assert.deepEqual(await documents(store), [
      {
        schema: "calloff/sales-order/1",
        number: "SO-000001",
        kind: "call on contract",
        partner: "acme",
        blanketOrder: "BA-000001",
        customerBlanketOrder: "PO 77-1001",
        customerOrderNumber: "CO-9",
        issuedOn: "2027-01-01",
        scheduledOn: "2027-01-01",
        requiredShipOn: "2027-01-01",
        shipTo: { scheme: "customer", code: "PLANT1", name: "Plant One" },
        currency: "USD",
        paymentTerms: "30 days",
        terms: "as agreed",
        stock: "Stock is needed by this order alone; blanket order BA-000001 reserves nothing",
        lines: [
          {
            line: 10,
            reference: "SO-000001/10",
            item: "BRACKET-100",
            customerPart: "4N51-100-AA",
            description: "Bracket",
            quantity: "2000",
            unit: "PC",
            price: "2.5",
            requestedOn: "2027-01-01",
            allocate: true,
            blanketLine: 10,
          },
        ],
      },
    ]);
  });

  it("are rounded up to full packs, and the excess is taken off the next", async () => {
    const { store } = database();
    const splits = ["2027-01-01", "2027-01-02", "2027-01-03"].map((date) => ({ date, quantity: "100" }));
    await taken(store, [aLine({ splits, pack: "48" })]);
    const ordered: string[] = [];
    for (const day of ["2027-01-01", "2027-01-02", "2027-01-03"]) {
      const [order] = await releaseDue(store, aConfiguration(), on(day));
      ordered.push(order?.lines[0]?.quantity ?? "");
    }
    assert.deepEqual(ordered, ["144", "96", "96"]);
  });

  it("are made once by two who release at the same moment", async () => {
    const { store } = database();
    await taken(store, [
      aLine({ splits: [{ date: "2027-01-01", quantity: "2000" }] }),
      aLine({ line: 20, customerPart: "OTHER", splits: [{ date: "2027-01-01", quantity: "5" }] }),
    ]);
    const runs = await Promise.all(
      ["one", "two", "three"].map((who) => releaseDue(store, aConfiguration(), on("2027-01-01", who))),
    );
    assert.equal(runs.flat().length, 1);
    assert.equal((await select(store, ledger, "WHERE kind = 'released'")).length, 2);
    assert.equal((await documents(store)).length, 1);
  });

  it("for a date that has one already are a further order: an addition is never swallowed", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, [aLine({ splits: [{ date: "2027-01-01", quantity: "400" }] })]);
    await releaseDue(store, config, on("2027-01-01"));
    await taken(store, [aLine({ splits: [{ date: "2027-01-01", quantity: "500" }] })]);
    assert.deepEqual(inShort(await releaseDue(store, config, on("2027-01-01"))), [
      ["SO-000002", "2027-01-01", "PLANT1", "", "10: 100"],
    ]);
    assert.deepEqual(
      (await select(store, childOrder, "ORDER BY id")).map(({ part }) => part),
      [1, 2],
    );
  });

  it("keep customer order numbers apart when only one of them is added to", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, [aLine({ splits: splitsOfTwo("10", "20") })]);
    await releaseDue(store, config, on("2027-01-01"));
    await taken(store, [aLine({ splits: splitsOfTwo("15", "20") })]);
    assert.deepEqual(inShort(await releaseDue(store, config, on("2027-01-01"))), [
      ["SO-000003", "2027-01-01", "PLANT1", "A", "10: 5"],
    ]);
  });

  it("cannot have their schedule lines taken away from under them", async () => {
    const { store } = database();
    await taken(store, [aLine({ splits: [{ date: "2027-01-01", quantity: "400" }] })]);
    await releaseDue(store, aConfiguration(), on("2027-01-01"));
    await assert.rejects(taken(store, [aLine({ splits: [{ date: "2027-01-01", quantity: "300" }] })]), {
      code: "AGREEMENT_RELEASED",
      place: { field: "lines[0].splits" },
    });
    await assert.rejects(taken(store, [aLine({ quantity: "399" })]), { code: "AGREEMENT_RELEASED" });
  });

  it("of one blanket order do not wait for another one that cannot be released", async () => {
    const { store } = database();
    const splits = [{ date: "2027-01-01", quantity: "5" }];
    const config = aConfiguration();
    await taken(store, [aLine({ splits })]);
    await taken(store, [aLine({ splits, customerPart: "OTHER" })], { customerNumber: "PO 2" });
    let first = true;
    await assert.rejects(
      releaseDue(store, config, on("2027-01-01"), {
        afterRelease: async (_tx, orders) => {
          if (first) {
            first = false;
            throw new Error(`no carrier for ${orders.join()}`);
          }
        },
      }),
      /no carrier/,
    );
    assert.equal((await select(store, childOrder, "")).length, 1);
    assert.equal((await releaseDue(store, config, on("2027-01-01"))).length, 1);
  });
});

onEveryDatabase("A child order cancelled by hand", (database) => {
  it("is not made again by the next run; lifted, it is (worked example 5)", async () => {
    const { store } = database();
    const config = aConfiguration();
    await released(store);
    const cancelled = await cancelOrder(store, config, "SO-000001", on("2027-01-02"), "no truck");
    assert.deepEqual(cancelled, [{ reference: "SO-000001/10", quantity: "400" }]);
    assert.deepEqual(await releaseDue(store, config, on("2027-01-03")), []);
    await liftWithheld(store, config, "SO-000001", on("2027-01-04"), "truck found");
    assert.deepEqual(inShort(await releaseDue(store, config, on("2027-01-04"))), [
      ["SO-000002", "2027-01-01", "PLANT1", "", "10: 400"],
    ]);
    const [, change] = await documents(store);
    assert.equal(change?.["cancelled"], true);
    assert.deepEqual(change?.["lines"], [
      { line: 10, reference: "SO-000001/10", quantity: "0", previousQuantity: "400" },
    ]);
  });

  it("keeps what was shipped and withholds the rest", async () => {
    const { store } = database();
    await released(store);
    await ship(store, "SO-000001/10", "150", on("2027-01-01"));
    assert.deepEqual(await cancelOrder(store, aConfiguration(), "SO-000001", on("2027-01-02"), "enough"), [
      { reference: "SO-000001/10", quantity: "250" },
    ]);
    assert.deepEqual(await releaseDue(store, aConfiguration(), on("2027-01-03")), []);
  });

  it("cannot be cancelled or lifted twice, nor can one that is not there", async () => {
    const { store } = database();
    const config = aConfiguration();
    await released(store);
    await assert.rejects(liftWithheld(store, config, "SO-000001", on("2027-01-02"), ""), {
      code: "ORDER_NOTHING_WITHHELD",
    });
    await cancelOrder(store, config, "SO-000001", on("2027-01-02"), "no truck");
    await assert.rejects(cancelOrder(store, config, "SO-000001", on("2027-01-02"), "again"), {
      code: "ORDER_NOTHING_OPEN",
      exit: 5,
    });
    await assert.rejects(cancelOrder(store, config, "SO-000009", on("2027-01-02"), ""), {
      code: "ORDER_UNKNOWN",
      exit: 3,
    });
  });
});
