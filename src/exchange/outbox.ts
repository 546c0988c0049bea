/**
 * Writes rendered files into the outbox, each exactly once: temporary file, synced → the row says *staged* and in which
 * folder → renamed, synced → the row says *written*. After a crash the temporary file tells how far it came; where a folder
 * that was staged into is gone or another one, it cannot be known whether the reader has the file, and that is said.
 *
 * Files go in batches, so that many share the syncs of their folder and the two transactions; every file's state between
 * any two steps is the one it would have alone, and one that fails steps out of its batch.
 */
import type { OutboxFileRow } from "../store/tables.ts";
import type { Exchange } from "./context.ts";
import { type Drain, isShut } from "./outbox-drain.ts";
import { portionsToWrite, writerOf } from "./outbox-leases.ts";
import { removeLeftovers } from "./outbox-leftovers.ts";
import { finish, publish } from "./outbox-publish.ts";
import { stage } from "./outbox-stage.ts";
import { takeUp } from "./outbox-taken-up.ts";

/** What one drain did. */
export interface Drained {
  readonly written: number;
  /** Left for the next drain: no space, no rights, a folder that cannot be reached or is not mounted. */
  readonly waiting: number;
  /** To be looked at: uncertain or failed. */
  readonly alarmed: number;
}

/** Writes every file that is rendered or was staged, oldest first; what cannot be written now waits for the next drain. */
export async function drainOutbox(exchange: Exchange): Promise<Drained> {
  const drain: Drain = {
    exchange,
    writer: await writerOf(exchange),
    done: { written: 0, waiting: 0, alarmed: 0 },
    faults: new Set(),
    shut: new Map(),
  };
  await removeLeftovers(exchange);
  for await (const rows of portionsToWrite(exchange, drain.writer)) await deliver(drain, rows);
  exchange.faults.endedBut("write", drain.faults);
  return drain.done;
}

async function deliver(drain: Drain, all: readonly OutboxFileRow[]): Promise<void> {
  await shutUnusable(drain, all);
  const rows = all.filter((row) => !isShut(drain, row));
  const before = rows.filter(({ state }) => state === "staged");
  const took = await takeUp(drain, before);
  const staged = await stage(
    drain,
    rows.filter(({ state }) => state === "rendered"),
  );
  const renamed = await publish(
    drain,
    [...took.ready, ...staged].toSorted((a, b) => a.id - b.id),
  );
  await finish(drain, [...took.gone, ...renamed]);
}

/** Into a folder whose mount is away nothing is written: its reader would never find it. */
async function shutUnusable({ exchange, shut }: Drain, rows: readonly OutboxFileRow[]): Promise<void> {
  const folders = [...new Set(rows.map(({ folder }) => folder))].filter((folder) => !shut.has(folder));
  const usable = await exchange.folders.usable(folders.map((folder) => `outbox/${folder}`));
  for (const folder of folders) if (!usable.has(`outbox/${folder}`)) shut.set(folder, "its folder cannot be used");
}
