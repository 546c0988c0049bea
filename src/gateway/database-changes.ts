/**
 * Noticing what other processes write: on SQLite a counter that moves with every commit of another connection. On PostgreSQL
 * gateways and commands tell each other (`store/gateways.ts`).
 */
import type { Store } from "../store/store.ts";
import { coerceError } from "../values/errors.ts";
import type { Logger } from "./log.ts";
import type { Part } from "./part.ts";

const LOOK_EVERY_MS = 250;

/** The counter; it stands still on PostgreSQL. */
export async function dataVersion(store: Store): Promise<number> {
  if (store.dialect === "postgres") return 0;
  const [row] = await store.ask("PRAGMA data_version");
  return Number(row?.["data_version"]);
}

/** Calls `changed` when another connection has written, whosever it is. */
export function databaseChanges(store: Store, changed: () => void, log: Logger): Part {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let last = -1;
  /** Why it did not answer the last time; the step that needs it says what to do. */
  let silent = "";

  async function look(): Promise<void> {
    try {
      const version = await dataVersion(store);
      if (last >= 0 && version !== last) changed();
      last = version;
      silent = "";
    } catch (thrown) {
      const error = coerceError(thrown);
      if (error.message !== silent) log.warn({ err: error }, "the database did not answer");
      silent = error.message;
    }
  }

  return {
    name: "database changes",
    start: async () => {
      if (store.dialect === "postgres") return;
      await look();
      timer = setInterval(() => {
        looking = look();
      }, LOOK_EVERY_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
