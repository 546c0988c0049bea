import assert from "node:assert/strict";
import { accountKey, accountNamed } from "../../src/answers/accounts.ts";
import { ledgerListing } from "../../src/answers/ledger-listing.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { insertOne } from "../../src/store/rows.ts";
import { accountAlias } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const SETTINGS = settingsWith(partnerWith("acme"));

onEveryDatabase("the ledger as it is listed", (database) => {
  const facts = async () => {
    const { store } = database();
    const lines = [
      { item: "F-10", quantity: "1000" },
      { item: "F-20", quantity: "1000" },
    ];
    const blanket = await seedBlanket(store, { partner: "acme", lines });
    const other = await seedBlanket(store, { partner: "acme", lines });
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400", "50"] });
    await seedOrder(store, other, { on: "2027-03-02", quantities: ["7"] });
    await store.write((tx) =>
      bookShipment(
        tx,
        SETTINGS,
        {
          schema: "calloff/shipment-confirmation/1",
          confirmation: "ERP-1",
          lines: [{ orderLine: `${order}/10`, quantity: "450" }],
        },
        occasionOn("2027-03-10"),
      ),
    );
    await store.write((tx) =>
      insertOne(tx, accountAlias, {
        partner: "acme",
        spelling: "CF10/DOCK1",
        account_id: blanket.lines[0]?.accountId as number,
      }),
    );
    return { store, blanket, order };
  };

  it("names every fact in business keys, in the order it was booked", async () => {
    const { store, order } = await facts();
    const entries = await ledgerListing(store);
    assert.deepEqual(
      entries.slice(3).map(({ key, kind, quantity, value, orderLine, blanketLine, happenedOn }) => ({
        key,
        kind,
        quantity,
        value,
        orderLine,
        blanketLine,
        happenedOn,
      })),
      [
        ["over:ERP-1/10", "released", "50", "0"],
        ["ship:ERP-1/10", "shipped", "450", "0"],
        ["invoice:IN-000001/10", "invoiced", "450", "562.5"],
      ].map(([key, kind, quantity, value]) => ({
        key,
        kind,
        quantity,
        value,
        orderLine: `${order}/10`,
        blanketLine: "BA-000001/10",
        happenedOn: "2027-03-10",
      })),
    );
  });

  it("is narrowed to a blanket order, an order, an account, or a day", async () => {
    const { store, blanket, order } = await facts();
    const count = async (filter: Parameters<typeof ledgerListing>[1]) => (await ledgerListing(store, filter)).length;
    assert.equal(await count({}), 6);
    assert.equal(await count({ agreement: blanket.number }), 5);
    assert.equal(await count({ order }), 5);
    assert.equal(await count({ account: accountKey("acme/cf10/dock1") }), 4);
    assert.equal(await count({ asOf: plainDate("2027-03-01") }), 2);
    assert.equal(await count({ agreement: blanket.number, asOf: plainDate("2027-03-09") }), 2);
  });

  it("refuses what does not exist", async () => {
    const { store } = await facts();
    const refusals: [() => Promise<unknown>, string][] = [
      [() => ledgerListing(store, { agreement: "BA-000009" }), "LEDGER_UNKNOWN"],
      [() => ledgerListing(store, { order: "SO-000009" }), "LEDGER_UNKNOWN"],
      [() => ledgerListing(store, { account: { partner: "acme", spelling: "X" } }), "ACCOUNT_UNKNOWN"],
      [async () => accountNamed(store, accountKey("acme")), "ACCOUNT_UNKNOWN"],
    ];
    for (const [ask, code] of refusals) {
      await assert.rejects(ask, (error) => error instanceof CalloffError && error.code === code && error.exit === 3);
    }
  });
});
