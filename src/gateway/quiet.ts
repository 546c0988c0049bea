/** When the inbox is worth another look: a file that lay there at the last one may have become quiet since. */
import type { Looks } from "../exchange/scan.ts";
import { monotonic } from "../values/clock.ts";

/**
 * Milliseconds until the latest of the files that were seen has been quiet long enough; `undefined` when the scan that began at
 * `scannedAt` has judged every one of them quiet already, so that another one would find nothing new.
 */
export function untilQuiet(looks: Looks, quietMilliseconds: number, scannedAt: number): number | undefined {
  let latest: number | undefined;
  for (const { reported, since } of looks.values()) if (!reported) latest = Math.max(since, latest ?? since);
  if (latest === undefined) return undefined;
  const quietAt = latest + quietMilliseconds;
  // A timer may come a moment early; half of the files would be quiet then, and go before those that came first.
  return scannedAt >= quietAt ? undefined : Math.max(0, Math.ceil(quietAt - monotonic()) + 1);
}
