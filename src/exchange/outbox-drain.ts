/** One drain of the outbox: what it has done, what it may not write into, and steps of it that fail for some files only. */
import type { OutboxFileRow } from "../store/tables.ts";
import { coerceError } from "../values/errors.ts";
import { grouped } from "../values/grouped.ts";
import type { Exchange } from "./context.ts";
import { type End, takenByAnother, tellWaiting, wait } from "./outbox-ends.ts";
import { removeTemporary, temporaryName } from "./outbox-files.ts";
import type { Writer } from "./outbox-leases.ts";

export interface Drain {
  readonly exchange: Exchange;
  readonly writer: Writer;
  readonly done: Record<End, number>;
  /** Places where a fault was met. */
  readonly faults: Set<string>;
  /** Folders that nothing more can be written into now, and why. */
  readonly shut: Map<string, string>;
}

/** Whether a file's folder is known to take nothing now; it then waits untried. */
export function isShut({ exchange, done, shut }: Drain, row: OutboxFileRow): boolean {
  const reason = shut.get(row.folder);
  if (reason === undefined) return false;
  tellWaiting(exchange, row, reason);
  done.waiting += 1;
  return true;
}

/** Notes how a file that could not be written ended. */
async function failed(drain: Drain, row: OutboxFileRow, thrown: unknown): Promise<void> {
  const { end, fault, shuts } = await wait(drain.exchange, row, coerceError(thrown));
  drain.done[end] += 1;
  if (fault !== undefined) drain.faults.add(fault);
  if (shuts !== undefined) drain.shut.set(row.folder, shuts);
}

/** Does a step for one file; one that fails waits, and lets the others pass. */
export async function tried<T>(drain: Drain, row: OutboxFileRow, step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    await failed(drain, row, thrown);
    return undefined;
  }
}

/** Does a step for files that share it; where it fails, all of them wait. */
export async function triedTogether<T>(
  drain: Drain,
  rows: readonly OutboxFileRow[],
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    for (const row of rows) await failed(drain, row, thrown);
    return undefined;
  }
}

export const byFolder = (rows: readonly OutboxFileRow[]): ReadonlyMap<string, readonly OutboxFileRow[]> =>
  grouped(rows, ({ folder }) => folder);

/** Those of the files whose rows moved; another process has the others in work, which takes nothing from this one. */
export async function still(
  drain: Drain,
  rows: readonly OutboxFileRow[],
  moved: ReadonlySet<number>,
  lost?: "with its temporary file",
): Promise<OutboxFileRow[]> {
  for (const row of rows.filter(({ id }) => !moved.has(id))) {
    if (drain.exchange.gateways === undefined) await failed(drain, row, takenByAnother());
    else if (lost !== undefined) await removeTemporary(temporaryName(drain.exchange, row));
  }
  return rows.filter(({ id }) => moved.has(id));
}
