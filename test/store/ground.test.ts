import assert from "node:assert/strict";
import { firstBrokenEntry, readAudit, recordAudit } from "../../src/store/audit.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { accountTotals, book, childLineTotals, lineTotals } from "../../src/store/ledger.ts";
import { queueDocument } from "../../src/store/outbound.ts";
import { insertOne, select, selectOne, updateEach } from "../../src/store/rows.ts";
import { documentNumber, expectNumber, takeNumbers } from "../../src/store/series.ts";
import { isTaken, type Store } from "../../src/store/store.ts";
import { account, agreement, outboundDocument, TABLES } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { quantity } from "../../src/values/figures.ts";
import { on } from "../orders/a-home.ts";
import { onEveryDatabase } from "../support/databases.ts";

async function tablesOf(store: Store): Promise<Map<string, string[]>> {
  const rows =
    store.dialect === "sqlite"
      ? await store.ask(
          `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m JOIN pragma_table_info(m.name) c
           WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`,
        )
      : await store.ask(
          `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
           WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
        );
  const tables = new Map<string, string[]>();
  for (const row of rows)
    tables.set(row["table"] as string, [...(tables.get(row["table"] as string) ?? []), row["column"] as string]);
  return tables;
}

const anAccount = (store: Store, identity = "P1/S1") =>
  store.write((tx) => insertOne(tx, account, { partner: "acme", identity }));

const fact = (accountId: number, kind: string, of: string, more = {}) => ({
  account_id: accountId,
  line_id: 1,
  child_line_id: 1,
  moves: "both",
  kind,
  quantity: quantity(of),
  happened_on: "2027-01-05",
  business_key: `${kind}:${of}:${accountId}`,
  ...more,
});

const anAgreement = (store: Store, number: string, description = "") =>
  store.write((tx) => insertOne(tx, agreement, { number, description }));

onEveryDatabase("A migrated database", (database) => {
  it("has the tables and columns that the program reads, and no others", async () => {
    const tables = await tablesOf(database().store);
    tables.delete("migration");
    assert.deepEqual([...tables.keys()].toSorted(), TABLES.map(({ name }) => name).toSorted());
    for (const { name, columns } of TABLES) assert.deepEqual(tables.get(name), Object.keys(columns), name);
  });
});

onEveryDatabase("A number series", (database) => {
  it("begins at 1, gives runs without gaps, and gives back what a failed transaction took", async () => {
    const { store } = database();
    assert.equal(await expectNumber(store, "SO"), 1);
    assert.equal(await store.write((tx) => takeNumbers(tx, "SO", 3)), 1);
    await assert.rejects(
      store.write(async (tx) => {
        await takeNumbers(tx, "SO", 5);
        throw new Error("given up");
      }),
    );
    assert.equal(await store.write((tx) => takeNumbers(tx, "SO", 1)), 4);
    assert.equal(await expectNumber(store, "SO"), 5);
    assert.equal(documentNumber("SO", 123), "SO-000123");
  });

  it("gives no number twice to those who take at the same time", async () => {
    const { store } = database();
    const taken = await Promise.all(Array.from({ length: 20 }, () => store.write((tx) => takeNumbers(tx, "IN", 1))));
    assert.deepEqual(
      taken.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
  });
});

onEveryDatabase("The ledger", (database) => {
  it("adds signed facts up by kind, per account, line and order line", async () => {
    const { store } = database();
    const id = await anAccount(store);
    await store.write((tx) =>
      book(tx, [
        fact(id, "released", "500"),
        fact(id, "released", "-100"),
        fact(id, "shipped", "0.000001"),
        fact(id, "shipped", "12345678901.000001"),
        fact(id, "withheld", "100"),
        fact(id, "lifted", "-40"),
        fact(id, "returned", "5", { moves: "contract" }),
        fact(id, "shipped", "7", { start: "2026-01-01", business_key: "of the period before" }),
      ]),
    );
    const totals = (await accountTotals(store, [id])).get(id);
    assert.equal(totals?.released, quantity("400"));
    assert.equal(totals?.shipped, quantity("12345678901.000002"));
    assert.equal(totals?.withheld, quantity("60"));
    assert.equal(totals?.returned, 0n);
    assert.equal((await lineTotals(store, [1])).get(1)?.returned, quantity("5"));
    assert.equal((await childLineTotals(store, [1])).get(1)?.released, quantity("400"));
    assert.equal((await accountTotals(store, [id], plainDate("2027-01-04"))).get(id)?.released, 0n);
  });

  it("takes a fact once", async () => {
    const { store } = database();
    const id = await anAccount(store);
    await store.write((tx) => book(tx, [fact(id, "released", "5")]));
    await assert.rejects(
      store.write((tx) => book(tx, [fact(id, "released", "5")])),
      (error) => isTaken(error),
    );
    assert.equal((await accountTotals(store, [id])).get(id)?.released, quantity("5"));
  });
});

onEveryDatabase("The audit trail", (database) => {
  it("has no gaps and no forks, whoever writes at the same time", async () => {
    const { store } = database();
    await Promise.all(
      Array.from({ length: 15 }, (_, n) =>
        store
          .write(async (tx) => {
            await recordAudit(tx, on("2027-01-04"), "test", `object ${n}`, { n });
            if (n % 4 === 3) throw new Error("given up");
          })
          .catch(() => undefined),
      ),
    );
    const entries = await readAudit(store);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: 12 }, (_, n) => n + 1),
    );
    assert.equal(await firstBrokenEntry(store), undefined);
    assert.deepEqual(
      (await readAudit(store, 11)).map(({ seq }) => seq),
      [12],
    );
  });
});

onEveryDatabase("A document to be sent", (database) => {
  it("is queued once per cause", async () => {
    const { store } = database();
    const queue = (number: string) =>
      store.write((tx) =>
        queueDocument(tx, on("2027-01-04"), {
          kind: "erp-order",
          receiver: "erp",
          document: { number },
          causeKey: "order:SO-000001",
          number,
        }),
      );
    assert.equal(await queue("SO-000001"), "queued");
    assert.equal(await queue("SO-000009"), "already queued");
    const rows = await select(store, outboundDocument, "");
    assert.deepEqual(
      rows.map((row) => [row.state, row.document]),
      [["waiting", '{"number":"SO-000001"}']],
    );
  });
});

onEveryDatabase("Rows", (database) => {
  it("are changed in sets, each only if it still holds what it held", async () => {
    const { store } = database();
    const first = await anAccount(store, "a");
    const second = await anAccount(store, "b");
    const changed = await store.write((tx) =>
      updateEach(tx, account, [
        { id: first, set: { next_order_on: "2027-01-01", forecast_revision_id: null }, was: { version: 0 } },
        { id: second, set: { next_order_on: "2027-01-02", forecast_revision_id: null }, was: { version: 7 } },
      ]),
    );
    assert.deepEqual(changed, [first]);
    assert.equal((await selectOne(store, account, "WHERE id = :second", { second }))?.next_order_on, "");
  });

  it("keep text that looks like SQL, a replacement or an escape as it is", async () => {
    const { store } = database();
    for (const text of ["it's :v0 ?", "\\' OR 1=1 --", "$1 \\n", "select create temporary table", "ÄÖ€"]) {
      const id = await anAccount(store, text);
      assert.equal((await selectOne(store, account, "WHERE identity = :text", { text }))?.id, id, text);
    }
  });
});

onEveryDatabase("The fingerprint", (database) => {
  it("does not depend on ids, on the order of rows or on the clock, but on every business fact", async () => {
    const { store } = database();
    const empty = await fingerprint(store);
    await anAgreement(store, "BA-1");
    await anAgreement(store, "BA-2");
    const both = await fingerprint(store);
    assert.notEqual(both, empty);
    await store.write((tx) => tx.change("DELETE FROM agreement"));
    assert.equal(await fingerprint(store), empty);
    await anAgreement(store, "BA-2");
    await anAgreement(store, "BA-1");
    assert.equal(await fingerprint(store), both);
    await store.write((tx) => tx.change("UPDATE agreement SET description = 'x' WHERE number = 'BA-1'"));
    assert.notEqual(await fingerprint(store), both);
  });
});
