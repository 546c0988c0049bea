import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Exchange } from "../../src/exchange/context.ts";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { waitingTold } from "../../src/exchange/outbox-ends.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import { resendDocument, resendFile } from "../../src/exchange/resend.ts";
import { sendWaiting } from "../../src/exchange/run.ts";
import { notedLeaving } from "../../src/exchange/trail.ts";
import { queueDocument } from "../../src/store/outbound.ts";
import { select, update } from "../../src/store/rows.ts";
import { type OutboxFileRow, outboundDocument, outboxFile } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { testHome } from "./home.ts";
import { salesOrder } from "./sales-order.ts";

const queue = (exchange: Exchange, number: string, document: unknown = salesOrder(number)) =>
  exchange.store.write((tx) =>
    queueDocument(tx, occasionOf(exchange.clock, "timetable"), {
      kind: "erp-order",
      receiver: "erp",
      document,
      causeKey: `order:${number}`,
      number,
    }),
  );

onEveryDatabase("a file for the ERP", (database) => {
  const onlyFile = async (): Promise<OutboxFileRow> => {
    const [row] = await select(database().store, outboxFile, "ORDER BY id");
    assert.ok(row !== undefined);
    return row;
  };
  const rendered = async () => {
    const held = testHome(database());
    await queue(held.exchange, "SO-000123");
    await renderWaiting(held.exchange);
    return held;
  };
  /** As if the process had been killed after T10: the row says staged, the temporary file lies in the folder or not. */
  const staged = async () => {
    const held = await rendered();
    const row = await onlyFile();
    await drainOutbox(held.exchange);
    await database().store.write((tx) =>
      update(tx, outboxFile, { state: "staged", written_at: "" }, "id = :id", { id: row.id }),
    );
    return {
      ...held,
      final: path.join(held.home, "outbox/erp", row.name),
      temporary: path.join(held.home, "outbox/erp", `.calloff-${row.id}`),
    };
  };

  it("is JSON in the order of its schema, under a name made of its number, written once", async () => {
    const { exchange, names, read, told } = await rendered();
    assert.deepEqual(await drainOutbox(exchange), { written: 1, waiting: 0, alarmed: 0 });
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000123.json"]);
    const text = read("outbox", "erp", "order_SO-000123.json");
    assert.deepEqual(JSON.parse(text), salesOrder("SO-000123"));
    assert.match(text, /^\{\n {2}"schema": "calloff\/sales-order\/1",\n {2}"number": "SO-000123",\n/);
    assert.equal((await onlyFile()).state, "written");
    assert.deepEqual(await drainOutbox(exchange), { written: 0, waiting: 0, alarmed: 0 });
    assert.deepEqual(
      told.map(({ event }) => event),
      ["outbox.rendered", "outbox.written"],
    );
  });

  it("that was staged when the process ended, its temporary file in place, is renamed", async () => {
    const { exchange, final, temporary, names } = await staged();
    renameSync(final, temporary);
    assert.equal((await drainOutbox(exchange)).written, 1);
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000123.json"]);
  });

  it("that was staged and whose temporary file lost bytes in a power cut is written anew from the row", async () => {
    const { exchange, final, temporary, read } = await staged();
    renameSync(final, temporary);
    writeFileSync(temporary, "");
    assert.equal((await drainOutbox(exchange)).written, 1);
    assert.deepEqual(JSON.parse(read("outbox", "erp", "order_SO-000123.json")), salesOrder("SO-000123"));
  });

  it("that was renamed and taken away before its row said so is not written again", async () => {
    const { exchange, final, names } = await staged();
    rmSync(final);
    assert.equal((await drainOutbox(exchange)).written, 1);
    assert.deepEqual(names("outbox", "erp"), []);
    assert.equal((await onlyFile()).state, "written");
  });

  it("whose folder is another one than it was staged in is uncertain, and goes again only by command, with the same bytes", async () => {
    const { exchange, home, names, told } = await staged();
    renameSync(path.join(home, "outbox/erp"), path.join(home, "outbox/unmounted"));
    mkdirSync(path.join(home, "outbox/erp"));
    assert.deepEqual(await drainOutbox(exchange), { written: 0, waiting: 0, alarmed: 1 });
    assert.deepEqual(await drainOutbox(exchange), { written: 0, waiting: 0, alarmed: 0 });
    assert.deepEqual(names("outbox", "erp"), []);
    assert.equal(told.at(-1)?.event, "outbox.uncertain");
    const row = await onlyFile();
    assert.equal(row.state, "uncertain");
    await resendFile(database().store, row.id, occasionOf(exchange.clock, "anna"));
    assert.equal((await drainOutbox(exchange)).written, 1);
    assert.equal((await onlyFile()).sha256, row.sha256);
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000123.json"]);
  });

  it("never replaces a file of that name with other content", async () => {
    const { exchange, home, read, names } = await rendered();
    mkdirSync(path.join(home, "outbox/erp"));
    writeFileSync(path.join(home, "outbox/erp/order_SO-000123.json"), "somebody else's");
    assert.equal((await drainOutbox(exchange)).alarmed, 1);
    assert.equal(read("outbox", "erp", "order_SO-000123.json"), "somebody else's");
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000123.json"]);
    assert.equal((await onlyFile()).state, "failed");
  });

  it("waits where its folder cannot be made, and is written when it can", async () => {
    const { exchange, home, told } = await rendered();
    writeFileSync(path.join(home, "outbox/erp"), "a file in the way");
    assert.deepEqual(await drainOutbox(exchange), { written: 0, waiting: 1, alarmed: 0 });
    assert.equal(told.at(-1)?.event, "outbox.waiting");
    assert.equal((await onlyFile()).state, "rendered");
    rmSync(path.join(home, "outbox/erp"));
    assert.equal((await drainOutbox(exchange)).written, 1);
  });

  it("is remembered as waiting or leaving only for as long as it is", async () => {
    const { exchange, home } = await rendered();
    writeFileSync(path.join(home, "outbox/erp"), "a file in the way");
    await sendWaiting(exchange);
    assert.deepEqual([waitingTold(exchange), notedLeaving(exchange)], [1, 1]);
    rmSync(path.join(home, "outbox/erp"));
    mkdirSync(path.join(home, "outbox/erp"));
    writeFileSync(path.join(home, "outbox/erp/order_SO-000123.json"), "other content");
    assert.equal((await sendWaiting(exchange)).alarmed, 1);
    assert.deepEqual([waitingTold(exchange), notedLeaving(exchange)], [0, 0]);
    rmSync(path.join(home, "outbox/erp/order_SO-000123.json"));
    await resendFile(database().store, (await onlyFile()).id, occasionOf(exchange.clock, "anna"));
    assert.equal((await sendWaiting(exchange)).written, 1);
    assert.equal(notedLeaving(exchange), 0);
  });

  it("has a name of the safe alphabet, whatever its number holds", async () => {
    const held = testHome(database());
    await queue(held.exchange, "../../etc/passwd\u0000 CON");
    await renderWaiting(held.exchange);
    await drainOutbox(held.exchange);
    assert.deepEqual(held.names("outbox", "erp"), ["order_etc_passwd_CON.json"]);
  });
});

onEveryDatabase("a document that cannot be rendered", (database) => {
  it("is held with its finding and lets the others pass", async () => {
    const { exchange, told, names } = testHome(database());
    await queue(exchange, "SO-000001", { ...salesOrder("SO-000001"), currency: 7 });
    await queue(exchange, "SO-000002");
    assert.deepEqual(await renderWaiting(exchange), { rendered: 1, held: 1 });
    await drainOutbox(exchange);
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000002.json"]);
    const rows = await select(database().store, outboundDocument, "ORDER BY id");
    assert.deepEqual(
      rows.map(({ state }) => state),
      ["held", "rendered"],
    );
    const finding = JSON.parse(rows[0]?.finding ?? "") as { code: string; place: { field: string } };
    assert.deepEqual([finding.code, finding.place.field], ["EXCHANGE_DOCUMENT", "currency"]);
    assert.equal(told[0]?.event, "document.held");
  });

  it("is rendered again by command, once it is complete", async () => {
    const { exchange, names } = testHome(database());
    const anna = occasionOf(exchange.clock, "anna");
    await queue(exchange, "SO-000001", { ...salesOrder("SO-000001"), currency: 7 });
    await renderWaiting(exchange);
    await database().store.write((tx) =>
      update(tx, outboundDocument, { document: JSON.stringify(salesOrder("SO-000001")) }, "id > 0"),
    );
    await resendDocument(database().store, "order:SO-000001", anna);
    assert.deepEqual(await renderWaiting(exchange), { rendered: 1, held: 0 });
    await drainOutbox(exchange);
    assert.deepEqual(names("outbox", "erp"), ["order_SO-000001.json"]);
    await assert.rejects(resendDocument(database().store, "order:SO-000001", anna), { code: "EXCHANGE_NOT_HELD" });
  });
});
