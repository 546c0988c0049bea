import assert from "node:assert/strict";
import { listOutbox, listWaiting } from "../../src/answers/files.ts";
import { reopenAfterGaps } from "../../src/exchange/after-gap.ts";
import { chainScope, expectNext } from "../../src/exchange/number-chains.ts";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import type { Queryable, Store } from "../../src/store/store.ts";
import { freshDatabase, type TestDatabase } from "../support/databases.ts";
import { testHome } from "./home.ts";
import { VDA } from "./messages.ts";

/** A store, or a transaction, that notes how SQLite goes about each question. */
function explaining<Asked extends Queryable>(asked: Asked, plans: string[]): Asked {
  return {
    ...asked,
    ask: async (sql, replacements) => {
      const plan = await asked.ask(`EXPLAIN QUERY PLAN ${sql}`, replacements);
      plans.push(...plan.map((row) => String(row["detail"])));
      return asked.ask(sql, replacements);
    },
  };
}

describe("what waits to leave", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase("sqlite");
  });
  afterEach(() => database.drop());

  const planned = async (work: (store: Store) => Promise<unknown>): Promise<string[]> => {
    const plans: string[] = [];
    await work(explaining(database.store, plans));
    return plans.filter((step) => /outbound_document|outbox_file/.test(step));
  };
  const byIndex = /^SEARCH (outbound_document|outbox_file) USING (COVERING )?INDEX/;

  it("is found by its index, however much has left before", async () => {
    const { exchange } = testHome(database);
    const plans = await planned(async (store) => {
      await renderWaiting({ ...exchange, store });
      await drainOutbox({ ...exchange, store });
    });
    assert.ok(plans.length > 1);
    for (const plan of plans) assert.match(plan, byIndex);
  });

  it("is listed by its index, and so are one receiver's files and those in an unusual state", async () => {
    const lists = [
      (store: Store) => listWaiting(store, { limit: 50 }),
      (store: Store) => listWaiting(store, { partner: "acme", limit: 50 }),
      (store: Store) => listOutbox(store, { partner: "acme", limit: 50 }),
      (store: Store) => listOutbox(store, { state: "uncertain", limit: 50 }),
      (store: Store) => listOutbox(store, { partner: "acme", state: "failed", limit: 50 }),
    ];
    for (const list of lists) {
      const plans = await planned(list);
      assert.equal(plans.length, 1);
      assert.match(String(plans[0]), byIndex);
    }
  });

  it("is read from the latest backwards where all files are listed, as many as are asked for", async () => {
    assert.deepEqual(await planned((store) => listOutbox(store, { limit: 50 })), ["SCAN outbox_file"]);
  });
});

describe("A transmission that waits for the one before it", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase("sqlite");
  });
  afterEach(() => database.drop());

  it("is found by the number that it waits for, however many are held and however far its own is", async () => {
    const { exchange } = testHome(database, { "config/partners/acme.yaml": `${VDA}numberGaps: hold\n` });
    await database.store.write((tx) =>
      expectNext(
        tx,
        new Map([[chainScope({ partner: "acme", sender: "ACME", receiver: "SUPPLIER", counted: "511" }), 5]]),
      ),
    );
    const plans: string[] = [];
    const explained: Store = {
      ...database.store,
      write: (work) => database.store.write((tx) => work(explaining(tx, plans))),
    };
    await reopenAfterGaps({ ...exchange, store: explained });
    const asked = plans.filter((step) => step.includes("interchange"));
    assert.equal(asked.length, 1);
    assert.match(String(asked[0]), /^SEARCH interchange USING INDEX interchange_4 \(.*waits_for=\?\)/);
  });
});
