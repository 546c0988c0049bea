/** What becomes of a file that is to leave, and who is told: written, waiting for the next drain, or to be looked at. */
import { update } from "../store/rows.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { systemCode } from "./durable.ts";
import { stillHad } from "./outbox-leases.ts";
import { systemWords } from "./system-words.ts";

export type End = "written" | "waiting" | "alarmed";

export function tellWritten(exchange: Exchange, { receiver, folder, name, sha256 }: OutboxFileRow): End {
  exchange.log.info({ receiver, folder, name, sha256 }, "written");
  exchange.events.emit("outbox.written", { receiver, folder, name, sha256 });
  return "written";
}

/** Takes a file out of the way of the others until somebody decides. */
export async function alarm(
  exchange: Exchange,
  row: OutboxFileRow,
  state: "uncertain" | "failed",
  reason: string,
): Promise<End> {
  await exchange.store.write((tx) =>
    update(
      tx,
      outboxFile,
      { state, finding: reason },
      `id = :id AND state IN ('rendered', 'staged')${stillHad(exchange)}`,
      { id: row.id, worker: row.worker },
    ),
  );
  at("alarmed");
  const { receiver, folder, name } = row;
  exchange.log.error({ receiver, folder, name, reason }, `outbox: ${state}`);
  exchange.events.emit("outbox.uncertain", { receiver, folder, name, reason });
  return "alarmed";
}

/** What became of a file that could not be written. */
interface Failed {
  readonly end: End;
  /** The place that a fault stands for. */
  readonly fault?: string;
  /** Why its folder would take no other file either, where that is so. */
  readonly shuts?: string;
}

/** What a folder refuses one file, it need not refuse the next. */
const OF_ONE_FILE = new Set(["EFBIG", "EISDIR", "ELOOP", "ENAMETOOLONG"]);

/** What passes keeps its state and is tried again; after a failed sync nothing about the disk can be believed. */
export async function wait(exchange: Exchange, row: OutboxFileRow, error: Error): Promise<Failed> {
  const code = systemCode(error);
  if (code === "EIO") {
    const reason = "the disk failed while the file was written (EIO)";
    return { end: await alarm(exchange, row, "failed", reason) };
  }
  const { folder, name } = row;
  if (code === "") {
    tellWaiting(exchange, row, error.message);
    return { end: "waiting" };
  }
  const ofOne = OF_ONE_FILE.has(code);
  const place = ofOne ? `outbox/${folder}/${name}` : `outbox/${folder}`;
  const { what, remedy } = systemWords(code);
  exchange.faults.stands({ place, kind: "write", code, what: `${place} cannot be written: ${what}`, remedy }, error);
  tellWaiting(exchange, row, code);
  return { end: "waiting", fault: place, ...(ofOne ? {} : { shuts: code }) };
}

interface Told {
  /** By outbox row, why it waited at the last drain, and why at this one. */
  before: ReadonlyMap<number, string>;
  now: Map<number, string>;
}
/** Told once, and not at every drain. */
const told = new WeakMap<Exchange, Told>();

export function tellWaiting(exchange: Exchange, { id, receiver, folder, name }: OutboxFileRow, reason: string): void {
  const { before, now } = told.get(exchange) ?? remembering(exchange, new Map());
  const last = now.get(id) ?? before.get(id);
  now.set(id, reason);
  if (last === reason) return;
  exchange.log.debug({ receiver, folder, name, reason }, "a file waits to be written; it is tried again by itself");
  exchange.events.emit("outbox.waiting", { receiver, folder, name, reason });
}

/** A drain has ended: a file that it did not find waiting waits no more. */
export function drainEnded(exchange: Exchange): void {
  const { now } = told.get(exchange) ?? {};
  if (now !== undefined) remembering(exchange, now);
}

function remembering(exchange: Exchange, before: ReadonlyMap<number, string>): Told {
  const anew = { before, now: new Map<number, string>() };
  told.set(exchange, anew);
  return anew;
}

/** Outbox rows that are remembered as waiting. */
export const waitingTold = (exchange: Exchange): number => told.get(exchange)?.before.size ?? 0;

export const takenByAnother = (): CalloffError =>
  new CalloffError("STORE_BUSY", "Another process is writing this file", { retryable: true });
