/** A home opened by a command: its configuration, its database brought up to date, and the occasion the command happens on. */
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { refuseBehindTrail } from "../exchange/trail-reading.ts";
import { refuseGoingBack } from "../gateway/business-date.ts";
import { type CommandName, type Commands, giveCommand } from "../gateway/commands.ts";
import { makeDataFolder } from "../gateway/folders.ts";
import { takeInstanceLock } from "../gateway/instance-lock.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Clock, type Occasion, occasionOf } from "../values/clock.ts";
import type { Invocation } from "./frame.ts";
import { settingsOf } from "./home.ts";

export interface Session {
  readonly config: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  /** The moment of the command, and the user who gave it. */
  readonly occasion: Occasion;
}

/** Opens the invocation's home, lets `work` do its part, and closes it again. */
export async function inHome<T>(invocation: Invocation, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, clock } = settingsOf(invocation);
  makeDataFolder(config.home);
  const store = openStore(config.gateway.database, config.home);
  try {
    await upToDate(store, config.home);
    return await work({ config, store, clock, occasion: occasionOf(clock, invocation.user) });
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

/** Opens the invocation's home and gives one command as its user. */
export const commandIn = <Name extends CommandName>(
  invocation: Invocation,
  name: Name,
  object: string,
  given: Commands[Name]["given"],
): Promise<Commands[Name]["answer"]> =>
  inHome(invocation, (session) => give(session, invocation.user, name, object, given));

/** Gives one command in an open home. @throws CalloffError BUSINESS_DATE_BACK, STORE_BEHIND, and what the command refuses with */
export async function give<Name extends CommandName>(
  session: Session,
  user: string,
  name: Name,
  object: string,
  given: Commands[Name]["given"],
): Promise<Commands[Name]["answer"]> {
  await refuseBehindTrail(session.store, exchangePaths(session.config.home));
  await refuseGoingBack(session.store, session.clock);
  return giveCommand(session, user, name, object, given);
}
