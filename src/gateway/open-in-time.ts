/** Opening a home whose PostgreSQL server is not there yet: after a power cut it may come up later than the gateway. */
import type { Configuration } from "../config/configuration.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { type Keeper, type KeeperOptions, openKeeper } from "./keeper.ts";
import { openLog } from "./log.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Opens a home as `openKeeper` does, as soon as its database answers; the inbox is not touched before.
 * @param given kept when the waiting is to end
 * @returns nothing when it was given up
 */
export async function openKeeperInTime(
  { home, gateway }: Configuration,
  options: KeeperOptions,
  given: Promise<void>,
): Promise<Keeper | undefined> {
  const log = options.log ?? openLog(gateway.logLevel);
  const end = { given: false };
  void asked(given, end);
  for (let wait = FIRST_WAIT_MS; !end.given; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await openKeeper(home, { ...options, log });
    } catch (thrown) {
      const error = coerceError(thrown);
      // A SQLite file that cannot be opened is nothing that comes up by itself.
      const away = error instanceof CalloffError && error.code === "STORE_UNREACHABLE";
      if (!away || gateway.database.startsWith("sqlite:")) throw error;
      const { code, message } = error;
      log.error({ code, found: error.found, seconds: wait / 1000, err: error }, `${message}; it is tried again`);
      options.onEvent?.({ event: "step.failed", step: "open", code, message });
    }
    await soonerOf(given, wait);
  }
  return undefined;
}

async function asked(given: Promise<void>, end: { given: boolean }): Promise<void> {
  await given;
  end.given = true;
}

async function soonerOf(given: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([given, waited]);
  clearTimeout(timer);
}
