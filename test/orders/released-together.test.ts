import assert from "node:assert/strict";
import { releaseDue } from "../../src/orders/release.ts";
import { takeRun } from "../../src/store/series.ts";
import { openStore } from "../../src/store/store.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, receive, taken, trusting } from "./a-home.ts";

/** More than one transaction releases. */
const ITEMS = 620;
const parts = Array.from({ length: ITEMS }, (_, n) => `PART-${n}`);

onEveryDatabase("What is due under one blanket order", (database) => {
  it("is ordered once, by two gateways at the same time, the lines of one date in parts of one order", async () => {
    const { store, url, home } = database();
    const config = trusting();
    const lines = parts.map((part, n) => ({
      line: (n + 1) * 10,
      item: part,
      customerPart: part,
      quantity: "1000",
      price: "1",
    }));
    await taken(store, config, { lines });
    const wanted = parts.map((customerPart) => aScheduleLine([["2027-01-11", "100"]], { customerPart }));
    await receive(store, config, "2027-01-04", wanted);
    const other = openStore(url, home);
    try {
      const released = await Promise.all(
        [store, other].map((one) => releaseDue(one, config, on("2027-01-11", "timetable"))),
      );
      const orders = released.flat();
      assert.deepEqual(orders.map(({ number }) => number).toSorted(), ["SO-000001", "SO-000002"]);
      assert.equal(orders.flatMap((order) => order.lines).length, ITEMS);
      const kept = await store.ask("SELECT part FROM child_order ORDER BY part");
      assert.deepEqual(
        kept.map(({ part }) => Number(part)),
        [1, 2],
      );
      assert.deepEqual(await releaseDue(store, config, on("2027-01-11", "timetable")), []);
    } finally {
      await other.close();
    }
  });
});

onEveryDatabase("Numbers of orders", (database) => {
  it("leave no gap where the transaction that took them is rolled back", async () => {
    const { store } = database();
    const take = (count: number, works = true): Promise<number[]> =>
      store.write(async (tx) => {
        const numbers = await takeRun(store, tx, "SO", count);
        if (!works) throw new Error("rolled back");
        return numbers;
      });
    assert.deepEqual(await take(2), [1, 2]);
    await assert.rejects(take(3, false), { message: "rolled back" });
    assert.deepEqual(await take(2), [3, 4]);
    assert.deepEqual(await take(3), [5, 6, 7]);
    assert.deepEqual(await store.ask("SELECT first FROM number_run"), []);
  });

  it("are given to one transaction each, whoever takes them at the same time", async () => {
    const { store } = database();
    const all = await Promise.all([3, 1, 4, 1, 5].map((count) => store.write((tx) => takeRun(store, tx, "SO", count))));
    const held = await store.ask("SELECT first, last FROM number_run");
    // What one set aside another may have taken; the next one takes what is left.
    const left = await store.write((tx) =>
      takeRun(
        store,
        tx,
        "SO",
        held.map(({ first, last }) => Number(last) - Number(first) + 1).reduce((a, b) => a + b, 0),
      ),
    );
    const numbers = [...all.flat(), ...left].toSorted((a, b) => a - b);
    assert.deepEqual(
      numbers,
      numbers.map((_, n) => n + 1),
    );
  });
});
