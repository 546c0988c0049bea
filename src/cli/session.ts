/** A home opened by a command: its configuration, its database brought up to date, and the occasion the command happens on. */
import os from "node:os";
import path from "node:path";
import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { takeInstanceLock } from "../gateway/instance-lock.ts";
import { isHome } from "../gateway/new-home.ts";
import { recordAudit } from "../store/audit.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store, type Tx } from "../store/store.ts";
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
  const store = openStore(config.gateway.database, config.home);
  try {
    await upToDate(store, config.home);
    return await work({ config, store, clock, occasion: occasionOf(clock, userName()) });
  } finally {
    await store.close();
  }
}

/** Migrates under the keeper's lock, so that a keeper and a command that start together do not both make the tables. */
async function upToDate(store: Store, home: string): Promise<void> {
  if (store.dialect === "postgres") {
    if ((await pendingMigrations(store)).length > 0) await migrate(store);
    return;
  }
  if (await hasTables(store, home)) return;
  const lock = await takeInstanceLock(path.join(home, "data"), "db migrate");
  try {
    await migrate(store);
  } finally {
    await lock.release();
  }
}

async function hasTables(store: Store, home: string): Promise<boolean> {
  return isHome(home) && (await pendingMigrations(store)).length === 0;
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
 * Notes in the audit trail what was commanded, in the transaction of its effect: with its date, instant and user this is
 * what a replay needs to give the same command again.
 */
export async function auditCommand(
  tx: Tx,
  occasion: Occasion,
  name: string,
  object: string,
  given: { readonly [key: string]: Json | undefined },
): Promise<void> {
  await recordAudit(tx, occasion, `command:${name}`, object, { args: given });
}
