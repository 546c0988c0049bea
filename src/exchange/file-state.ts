/** The states of a registered file, and how it reaches the last one. */
import { update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type FileRow, file } from "../store/tables.ts";
import type { Instant, Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";

/** When and by whom everything that a file does is done: fixed when the file was registered. */
export const occasionOfFile = (row: FileRow): Occasion => ({
  businessDate: row.business_date as PlainDate,
  instant: row.received_at as Instant,
  who: row.partner === "" ? row.folder : row.partner,
});

/** What became of a file. */
export interface FileEnd {
  readonly state: "applied" | "in part" | "quarantined" | "failed";
  readonly cause: string;
  /** Number of its sets or records by state. */
  readonly sets: Readonly<Record<string, number>>;
  /** Lines that had an effect. */
  readonly lines: number;
}

/**
 * Ends a registered file: its state, its one line in the log, its event.
 * @param besides what is done in the same transaction
 */
export async function finishFile(
  exchange: Exchange,
  row: FileRow,
  end: FileEnd,
  besides: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  const { state, cause, sets, lines } = end;
  const finished = exchange.clock.instant();
  const moved = await exchange.store.write(async (tx) => {
    const to = { state, cause, finished_at: finished };
    const ended = await update(tx, file, to, "id = :id AND state = 'registered'", { id: row.id });
    if (ended > 0) await besides(tx);
    at("finishing");
    return ended;
  });
  at("finished");
  // Another gateway took the file over and has told of it.
  if (moved === 0) return;
  const about = { claim: row.claim, folder: row.folder, name: row.name, partner: row.partner };
  const level = state === "failed" || state === "quarantined" ? "error" : "info";
  exchange.log[level]({ ...about, state, cause, sha256: row.sha256, size: row.size, sets, lines }, `file ${state}`);
  exchange.events.emit("file.applied", { ...about, state, cause, sets, lines });
  if (state === "quarantined") exchange.events.emit("file.quarantined", { ...about, cause });
}

/** Whether the database is busy, full or away: nothing else will succeed either. */
export function isOfTheStore(error: Error): boolean {
  if (error instanceof CalloffError) return error.code.startsWith("STORE_");
  return error.name.startsWith("SequelizeConnection") || error.name === "SequelizeTimeoutError";
}

/** Whether the same step may succeed later by itself: the database comes back, or the gateway only stops. */
export const passesByItself = (error: Error): boolean =>
  isOfTheStore(error) || (error instanceof CalloffError && error.retryable);
