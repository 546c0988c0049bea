/**
 * Which files of the outbox a process writes. Where several gateways work on one database, each takes some at a time and
 * says so in their rows, before it writes anything: the number of the gateway is part of the temporary file's name, so two
 * never write the same one, and only the gateway that has a file may say that it is staged or written.
 */
import { type Gateways, isGone } from "../store/gateways.ts";
import { select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";
import { removeTemporary, temporaryName } from "./outbox-files.ts";

/** Files that share their transactions, and bytes they may hold in memory together. */
const BATCH = 100;
const BATCH_BYTES = 16_000_000;

/** Who writes: 0 and no home where a home has its database to itself. */
export interface Writer {
  readonly worker: number;
  readonly home: string;
}

export const writerOf = async ({ gateways }: Exchange): Promise<Writer> =>
  gateways === undefined ? { worker: 0, home: "" } : { worker: await gateways.number(), home: gateways.home };

/** The condition that keeps a file from one who no longer has it; `:worker` is to be given with it. */
export const stillHad = ({ gateways }: Exchange): string => (gateways === undefined ? "" : " AND worker = :worker");

/** The files that this process is to write now, in portions, oldest first. */
export async function* portionsToWrite(exchange: Exchange, writer: Writer): AsyncGenerator<OutboxFileRow[]> {
  if (exchange.gateways === undefined) yield* ownPortions(exchange);
  else yield* sharedPortions(exchange, exchange.gateways, writer);
}

const OPEN = "state IN ('rendered', 'staged')";

async function* ownPortions({ store }: Exchange): AsyncGenerator<OutboxFileRow[]> {
  const pending = await store.ask(
    // Says twice what is open: by the second words SQLite finds the index of what is not yet written.
    `SELECT id, LENGTH(bytes) AS size FROM outbox_file WHERE ${OPEN} AND state <> 'written' ORDER BY id`,
  );
  for (let left = pending; left.length > 0; ) {
    const ids = portion(left);
    left = left.slice(ids.length);
    yield await select(store, outboxFile, `WHERE id IN (:ids) AND ${OPEN} ORDER BY id`, { ids });
  }
}

/** As many of the first rows as go together. */
function portion(pending: readonly Record<string, unknown>[]): number[] {
  let bytes = 0;
  const ids: number[] = [];
  for (const row of pending.slice(0, BATCH)) {
    bytes += Number(row["size"]);
    if (ids.length > 0 && bytes > BATCH_BYTES) break;
    ids.push(Number(row["id"]));
  }
  return ids;
}

async function* sharedPortions(
  exchange: Exchange,
  gateways: Gateways,
  writer: Writer,
): AsyncGenerator<OutboxFileRow[]> {
  for (let after = 0; ; ) {
    const rows = await exchange.store.write((tx) => leased(tx, writer, after));
    at("leased");
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.row.id;
    for (const { row, before } of rows) await removeLeft(exchange, row, before);
    yield rows.map(({ row }) => (row.state === "rendered" ? { ...row, staged_by: writer.worker } : row));
    // Another one may have taken over what is left, and this one's number with it.
    if ((await gateways.number()) !== writer.worker) return;
  }
}

/** A file that is leased now, and who had it before. */
interface Leased {
  readonly row: OutboxFileRow;
  readonly before: number;
}

/** Takes files that nobody has who lives: those staged in this home, and those that are this home's to write. */
async function leased(tx: Tx, { worker, home }: Writer, after: number): Promise<Leased[]> {
  const free = await tx.ask(
    `SELECT id, worker, LENGTH(bytes) AS size FROM outbox_file
     WHERE ${OPEN} AND state <> 'written' AND id > :after
       AND (worker = 0 OR worker = :worker OR ${isGone("outbox_file.worker")})
       AND CASE state WHEN 'staged' THEN home IN ('', :home)
           ELSE NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.receiver = outbox_file.receiver AND m.home <> :home) END
     ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
    { after, worker, home },
  );
  const ids = portion(free);
  if (ids.length === 0) return [];
  await tx.run("UPDATE outbox_file SET worker = :worker WHERE id IN (:ids)", { worker, ids });
  const before = new Map(free.map((row) => [Number(row["id"]), Number(row["worker"])]));
  const rows = await select(tx, outboxFile, "WHERE id IN (:ids) ORDER BY id", { ids });
  return rows.map((row) => ({ row, before: before.get(row.id) ?? 0 }));
}

/** What a gateway that is no more may have written and not staged. What it staged is taken up under its name. */
async function removeLeft(exchange: Exchange, row: OutboxFileRow, before: number): Promise<void> {
  if (before === 0 || (row.state === "staged" && row.staged_by === before)) return;
  await removeTemporary(temporaryName(exchange, { ...row, staged_by: before }));
}
