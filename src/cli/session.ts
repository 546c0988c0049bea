/** A home opened by a command: its configuration, its database brought up to date, and the occasion the command happens on. */
import os from "node:os";
import path from "node:path";
import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { makeDataFolder } from "../gateway/folders.ts";
import { takeInstanceLock } from "../gateway/instance-lock.ts";
import { isHome } from "../gateway/new-home.ts";
import { recordAudit } from "../store/audit.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Clock, type Occasion, occasionOf, systemClock } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import type { Json } from "../values/json.ts";
import type { Invocation } from "./frame.ts";

export interface Session {
  readonly config: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  /** The moment of the command, and the user who gave it. */
  readonly occasion: Occasion;
}

/** The absolute path of the invocation's home. @throws CalloffError HOME_MISSING when there is none */
export function homeOf({ home }: Pick<Invocation, "home">): string {
  const absolute = path.resolve(home);
  if (isHome(absolute)) return absolute;
  throw new CalloffError("HOME_MISSING", "There is no home of calloff here", {
    place: { file: absolute },
    expected: "a folder with config/gateway.yaml",
    found: "none",
    remedy: "Name a home with --home DIR, or lay one out with calloff init DIR",
    exit: EXIT.notFound,
  });
}

/** The configuration and the clock of the invocation's home; no database. */
export function settingsOf(invocation: Invocation): { config: Configuration; clock: Clock } {
  const config = loadConfiguration(homeOf(invocation));
  const { businessDate, instant } = invocation;
  return { config, clock: systemClock({ timeZone: config.gateway.company.timeZone, businessDate, instant }) };
}

/** Opens the invocation's home, lets `work` do its part, and closes it again. */
export async function inHome<T>(invocation: Invocation, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, clock } = settingsOf(invocation);
  makeDataFolder(config.home);
  const store = openStore(config.gateway.database, config.home);
  try {
    await upToDate(store, config.home);
    return await work({ config, store, clock, occasion: occasionOf(clock, userName()) });
  } finally {
    await store.close();
  }
}

async function upToDate(store: Store, home: string): Promise<void> {
  if ((await pendingMigrations(store)).length > 0) await aloneOn(store, home, () => migrate(store));
}

/**
 * Does a step that two processes must not do at once: on SQLite under the keeper's lock; PostgreSQL has its own.
 * @throws CalloffError LOCKED while a keeper holds the home
 */
export async function aloneOn<T>(store: Store, home: string, step: () => Promise<T>): Promise<T> {
  if (store.dialect === "postgres") return step();
  const lock = await takeInstanceLock(path.join(home, "data"), "db migrate");
  try {
    return await step();
  } finally {
    await lock.release();
  }
}

/** The user the command is given by, as the audit trail and decisions name them. */
export function userName(): string {
  const given = process.env["CALLOFF_USER"];
  if (given !== undefined && given !== "") return given;
  try {
    return os.userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/**
 * A store whose every write transaction ends with an entry that notes what was commanded: with its date, instant and user
 * this is what a replay needs to give the same command again.
 */
export function auditing(
  store: Store,
  occasion: Occasion,
  name: string,
  object: string,
  given: { readonly [key: string]: Json | undefined },
): Store {
  return {
    ...store,
    write: (work) =>
      store.write(async (tx) => {
        const result = await work(tx);
        await recordAudit(tx, occasion, `command:${name}`, object, { args: given });
        return result;
      }),
  };
}
