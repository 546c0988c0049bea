/** Taking what arrives in the inbox: what is ready now, or all that only has to stay quiet for a moment. */
import { applyRegistered } from "../exchange/apply-registered.ts";
import type { Exchange } from "../exchange/context.ts";
import { layFolders, resumeClaimed, takeArrivals } from "../exchange/run.ts";
import { noLooks } from "../exchange/scan.ts";
import { monotonic } from "../values/clock.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { keptNothing, noteKept } from "./keeper-faults.ts";
import { untilQuiet } from "./quiet.ts";

/** How long a growing file is waited for by `catchUp`, in lengths of the quiet time. */
const QUIET_TIMES = 3;

export interface Taking {
  /** Takes what is ready and applies it; gives how many files were taken or applied. */
  readonly scan: () => Promise<number>;
  /** Takes until the inbox is quiet, and only then applies. */
  readonly catchUp: () => Promise<number>;
  /** Milliseconds until something in the inbox has been quiet long enough; `undefined` when there is nothing. */
  readonly quietIn: () => number | undefined;
  /** Nothing is waited for any more. */
  readonly end: () => void;
}

/** @param forward refuses a date before the last one: nothing is taken on it */
export function takingInto(exchange: Exchange, forward: () => Promise<void>): Taking {
  const { quietMilliseconds } = exchange.config.gateway.intake;
  const looks = noLooks();
  let scannedAt = 0;
  let ended = false;

  const take = async (): Promise<number> => {
    await forward();
    scannedAt = monotonic();
    try {
      await layFolders(exchange);
      const taken = (await resumeClaimed(exchange, looks)) + (await takeArrivals(exchange, looks));
      await noteKept(exchange, taken);
      return taken;
    } catch (thrown) {
      if (!(thrown instanceof CalloffError && thrown.code === "DATA_UNWRITABLE")) throw thrown;
      exchange.faults.stands(keptNothing(thrown), thrown);
      return 0;
    }
  };

  // Not every taking scans: it goes on first with what the last scan found.
  const quietIn = () => untilQuiet(looks, quietMilliseconds, Math.min(scannedAt, looks.scanned?.at ?? 0));

  /**
   * Takes until the inbox is quiet, and only then applies. Whoever begins does so before anything is released or written: a
   * run that follows a killed one then gives the numbers of orders and interchanges that the killed one would have given.
   */
  const takeAll = async (): Promise<number> => {
    let all = await take();
    const since = monotonic();
    for (;;) {
      const quiet = quietIn();
      const late = monotonic() - since > QUIET_TIMES * quietMilliseconds + 1000;
      if (ended || (looks.queue.length === 0 && (quiet === undefined || late))) break;
      if (looks.queue.length === 0) await new Promise((resolve) => setTimeout(resolve, quiet));
      all += await take();
    }
    return all;
  };

  return {
    scan: () => applying(exchange, take),
    catchUp: () => applying(exchange, takeAll),
    quietIn,
    end: () => {
      ended = true;
    },
  };
}

/** What is registered is applied, whether or not more can be taken now. */
async function applying(exchange: Exchange, taking: () => Promise<number>): Promise<number> {
  const taken = await taking().catch(coerceError);
  const applied = await applyRegistered(exchange);
  if (taken instanceof Error) throw taken;
  return taken + applied;
}
