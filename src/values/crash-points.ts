/**
 * Every moment at which the program may be killed while it carries a file, in the order of the way (design.md, *One
 * process, its parts*): behind each step that changes a disk or the database, and inside of each transaction of more than one
 * statement, when all is said and nothing is committed. `CALLOFF_CRASH_AT=point:n` kills the process the n-th time it comes
 * to that point; with `point:n:hang` it is stopped there as it is, and may be woken later. `CALLOFF_CRASH_TRAIL=file` has it write down every point it passes.
 */
import { appendFileSync } from "node:fs";

export const CRASH_POINTS = [
  // Before the way: a migration that is done and not committed.
  "migrating",
  // Left by a process that was killed over it.
  "leaving-removed",
  // claim
  "claim-numbered",
  "claim-renamed",
  "claim-kept",
  "claimed",
  "companion-claimed",
  "companion-removed",
  // archive
  "copy-opened",
  "copy-written",
  "copy-kept",
  "copy-renamed",
  "copy-named",
  "copy-found",
  "copy-removed",
  "archived",
  // quarantine
  "apart-copied",
  "report-written",
  "apart-kept",
  "apart-renamed",
  "quarantine-named",
  "quarantined",
  // T1
  "registering",
  "registered",
  "claim-removed",
  "unclaimed",
  // T2, T6, T7, T12
  "mapped",
  "reading-kept",
  "applying",
  "lines-applied",
  "matching",
  "matched",
  "applied",
  "set-finished",
  "record-taking",
  "record-taken",
  "record-refused",
  // T3
  "answering",
  "answered",
  "receipt-queued",
  "finishing",
  "finished",
  // A file that waited for one before it.
  "reopening",
  "reopened",
  // T5
  "releasing",
  "released",
  "run-noted",
  // T9
  "rendering",
  "rendered",
  "document-held",
  "trail-noted",
  // T10; taken by one of several gateways
  "leased",
  "temporary-removed",
  "temporary-opened",
  "temporary-filled",
  "temporary-written",
  "temporary-named",
  "staging",
  "staged",
  // T11
  "renamed",
  "named",
  "writing",
  "written",
  "alarmed",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const armed = (process.env["CALLOFF_CRASH_AT"] ?? "").split(":");
let left = Number(armed[1] ?? "1");
const trail = process.env["CALLOFF_CRASH_TRAIL"] ?? "";

/** Marks one crash point; does nothing unless this point is armed or points are written down. */
export function at(point: CrashPoint): void {
  if (trail !== "") appendFileSync(trail, `${point}\n`);
  if (armed[0] !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, armed[2] === "hang" ? "SIGSTOP" : "SIGKILL");
}
