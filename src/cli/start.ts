import type { Command } from "commander";
import type { Keeper } from "../gateway/keeper.ts";
import { EXIT } from "../values/errors.ts";
import { harmlessJson } from "../values/printable.ts";
import { answers, type Invocation } from "./frame.ts";
import { settingsOf } from "./home.ts";

interface StartOptions {
  readonly events?: boolean;
}

const SECONDS_TO_DRAIN = 30;

export function declareStart(command: Command): void {
  command
    .option("--events", "print one JSON line per event on stdout")
    .addHelpText("after", "\nThe first SIGTERM or SIGINT finishes what is in work, the second stops at once.");
  answers(command, async (invocation, { events }: StartOptions) => {
    const drained = await keep(invocation, events === true);
    return { document: { drained }, words: "", exit: drained ? EXIT.done : EXIT.refused };
  });
}

/** Keeps the home until a signal; says whether everything in work was finished. */
async function keep(invocation: Invocation, printing: boolean): Promise<boolean> {
  const { config, clock } = settingsOf(invocation);
  const told = signalled();
  const { openKeeperInTime } = await import("../gateway/open-in-time.ts");
  const keeper = await openKeeperInTime(
    config,
    {
      command: "start",
      clock,
      onEvent: (event) => {
        // Whoever reads them may go away, and their disk may be full: the home is kept all the same.
        if (printing) invocation.print(`${harmlessJson(JSON.stringify(event))}\n`).catch(() => {});
      },
    },
    told,
  );
  if (keeper === undefined) return true;
  try {
    await keeper.start();
    await told;
  } catch (thrown) {
    await keeper.stop(0);
    throw thrown;
  }
  return stopped(keeper);
}

/** Kept at the first signal that asks the program to end. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}

async function stopped(keeper: Keeper): Promise<boolean> {
  const { log } = keeper.exchange;
  log.info({ seconds: SECONDS_TO_DRAIN }, "stopping: what is in work is finished first");
  // Nothing is lost by this: what was not finished is taken up at the next start.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(EXIT.refused));
  const drained = await keeper.stop(SECONDS_TO_DRAIN);
  log.info({ drained }, "stopped");
  return drained;
}
