/**
 * Every moment at which the program may be killed while it carries a file, in the order of the way (design.md, *One
 * process, its parts*). `CALLOFF_CRASH_AT=point:n` kills the process the n-th time it comes to that point.
 */
export const CRASH_POINTS = [
  "claimed",
  "archived",
  "registered",
  "unclaimed",
  "mapped",
  "applied",
  "answered",
  "rendered",
  "trail-noted",
  "temporary-written",
  "staged",
  "renamed",
  "written",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const armed = (process.env["CALLOFF_CRASH_AT"] ?? "").split(":");
let left = Number(armed[1] ?? "1");

/** Marks one crash point; does nothing unless this point is armed. */
export function at(point: CrashPoint): void {
  if (armed[0] !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}
