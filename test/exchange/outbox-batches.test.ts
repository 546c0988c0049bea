import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import { queueDocuments } from "../../src/store/outbound.ts";
import { select, update } from "../../src/store/rows.ts";
import { outboxFile } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { type TestHome, testHome } from "./home.ts";
import { salesOrder } from "./sales-order.ts";

const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `SO-${String(n + 1).padStart(6, "0")}`);

const named = (list: readonly string[]): string[] => list.map((number) => `order_${number}.json`);

const queue = ({ exchange }: TestHome, held: readonly { number: string; document?: unknown; cause?: string }[]) =>
  exchange.store.write((tx) =>
    queueDocuments(
      tx,
      occasionOf(exchange.clock, "timetable"),
      held.map(({ number, document = salesOrder(number), cause = `order:${number}` }) => ({
        kind: "erp-order",
        receiver: "erp",
        document,
        causeKey: cause,
        number,
      })),
    ),
  );

onEveryDatabase("documents that wait together", (database) => {
  const files = () => select(database().store, outboxFile, "ORDER BY id");

  it("are rendered and written together, each once, and told in their order", async () => {
    const home = testHome(database());
    const all = numbers(230);
    await queue(
      home,
      all.map((number) => ({ number })),
    );
    assert.deepEqual(await renderWaiting(home.exchange), { rendered: 230, held: 0 });
    assert.deepEqual(await drainOutbox(home.exchange), { written: 230, waiting: 0, alarmed: 0 });
    assert.deepEqual(home.names("outbox", "erp"), named(all));
    const written = home.told.filter(({ event }) => event === "outbox.written");
    assert.deepEqual(
      written.map(({ payload }) => (payload as { name: string }).name),
      named(all),
    );
    assert.deepEqual(await drainOutbox(home.exchange), { written: 0, waiting: 0, alarmed: 0 });
  });

  it("do not wait for one among them that cannot be rendered, or whose name is taken", async () => {
    const home = testHome(database());
    const [first = "", second = "", third = "", fourth = ""] = numbers(4);
    await queue(home, [
      { number: first },
      { number: second, document: { ...salesOrder(second), currency: 7 } },
      { number: third },
      { number: first, cause: "order:again" },
      { number: fourth },
    ]);
    assert.deepEqual(await renderWaiting(home.exchange), { rendered: 3, held: 2 });
    assert.deepEqual(
      (await files()).map(({ name }) => name),
      named([first, third, fourth]),
    );
    assert.deepEqual(await drainOutbox(home.exchange), { written: 3, waiting: 0, alarmed: 0 });
  });

  it("do not wait for one among them whose name somebody else's file has", async () => {
    const home = testHome(database());
    const all = numbers(3);
    await queue(
      home,
      all.map((number) => ({ number })),
    );
    await renderWaiting(home.exchange);
    mkdirSync(path.join(home.home, "outbox/erp"), { recursive: true });
    writeFileSync(path.join(home.home, "outbox/erp/order_SO-000002.json"), "somebody else's");
    assert.deepEqual(await drainOutbox(home.exchange), { written: 2, waiting: 0, alarmed: 1 });
    assert.equal(home.read("outbox", "erp", "order_SO-000002.json"), "somebody else's");
    assert.deepEqual(home.names("outbox", "erp"), named(all));
  });

  it("do not wait for one among them whose temporary file cannot be made", async () => {
    const home = testHome(database());
    const all = numbers(3);
    await queue(
      home,
      all.map((number) => ({ number })),
    );
    await renderWaiting(home.exchange);
    const [, middle] = await files();
    const temporary = path.join(home.home, `outbox/erp/.calloff-${middle?.id}`);
    mkdirSync(temporary, { recursive: true });
    const drained = await drainOutbox(home.exchange);
    assert.equal(drained.written + drained.waiting, 3);
    assert.ok(drained.waiting >= 1);
    rmSync(temporary, { recursive: true });
    assert.equal((await drainOutbox(home.exchange)).written, drained.waiting);
    assert.deepEqual(home.names("outbox", "erp"), named(all));
  });

  it("are each where they were after a kill in the midst of them: renamed, named to be, or not yet staged", async () => {
    const home = testHome(database());
    const all = numbers(5);
    await queue(
      home,
      all.map((number) => ({ number })),
    );
    await renderWaiting(home.exchange);
    const rows = await files();
    await drainOutbox(home.exchange);
    const place = (n: number) => {
      const { id = 0, name = "" } = rows[n] ?? {};
      return {
        id,
        final: path.join(home.home, "outbox/erp", name),
        temporary: path.join(home.home, `outbox/erp/.calloff-${id}`),
      };
    };
    const says = (n: number, state: string) =>
      database().store.write((tx) =>
        update(tx, outboxFile, { state, written_at: "" }, "id = :id", { id: place(n).id }),
      );
    // The first is written. The second was renamed and its reader has taken it; the third was renamed; the fourth only staged.
    await says(1, "staged");
    rmSync(place(1).final);
    await says(2, "staged");
    await says(3, "staged");
    renameSync(place(3).final, place(3).temporary);
    // The fifth was about to be written.
    await says(4, "rendered");
    rmSync(place(4).final);
    writeFileSync(place(4).temporary, "{ half");
    assert.deepEqual(await drainOutbox(home.exchange), { written: 4, waiting: 0, alarmed: 0 });
    assert.deepEqual(home.names("outbox", "erp"), named(all.filter((_, n) => n !== 1)));
    assert.deepEqual(JSON.parse(home.read("outbox", "erp", "order_SO-000005.json")), salesOrder("SO-000005"));
    assert.deepEqual(new Set((await files()).map(({ state }) => state)), new Set(["written"]));
  });
});
