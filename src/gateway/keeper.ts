/**
 * The keeper of a home: takes what arrives, releases what is due, writes what is to be sent. Every step is a function that
 * can be awaited and repeated at any time; `start` only calls them on events and timers.
 */
import path from "node:path";
import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { type Exchange, exchangePaths, watchedFolders } from "../exchange/context.ts";
import { standingFaults } from "../exchange/faults.ts";
import { forget } from "../exchange/grown.ts";
import { homeFolders } from "../exchange/home-folders.ts";
import type { Drained } from "../exchange/outbox.ts";
import { lookAtFolders, sendWaiting } from "../exchange/run.ts";
import { refuseBehindTrail } from "../exchange/trail-reading.ts";
import { fulfilOrders } from "../fulfilment/automatic.ts";
import { type ReleasedOrder, releaseDue } from "../orders/release.ts";
import type { Gateways } from "../store/gateways.ts";
import { migrate } from "../store/migrate.ts";
import { refuseDamaged } from "../store/sqlite-file.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Clock, occasionOf, systemClock } from "../values/clock.ts";
import { sqlitePath } from "./backup.ts";
import { refuseGoingBack } from "./business-date.ts";
import { type EventListener, exchangeEvents } from "./events.ts";
import { makeDataFolder } from "./folders.ts";
import type { InstanceLock } from "./instance-lock.ts";
import { logLost } from "./keeper-faults.ts";
import { keeperReport } from "./keeper-report.ts";
import { type Logger, onLostLog, openLog } from "./log.ts";
import { openReaders, type PooledReader } from "./readers.ts";
import { keeperRounds, type Rounds } from "./rounds.ts";
import { settled } from "./settling.ts";
import { gatewaysOf, lockOf } from "./sharing.ts";
import { takingInto } from "./taking.ts";

export interface KeeperOptions {
  /** What the keeper is kept for (`start`, `run`, `demo`): told to whoever finds the home locked. */
  readonly command: string;
  /** The company's clock unless given: a day and an instant that stand, or move as the caller likes. */
  readonly clock?: Clock;
  readonly onEvent?: EventListener;
  readonly log?: Logger;
  /** Whether the date may go back: where what was done is done again, on the dates of that time. */
  readonly anyDate?: boolean;
}

export interface Keeper {
  readonly config: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  readonly exchange: Exchange;
  /** Takes what is ready in the inbox and applies it; gives how many files were taken or applied. */
  scan(): Promise<number>;
  /** Takes all that lies in the inbox and only has to stay quiet for a moment; then applies it. */
  catchUp(): Promise<number>;
  /** The timetable for the business date: releases what is due and ships it where fulfilment is automatic. */
  tick(): Promise<ReleasedOrder[]>;
  /** Renders waiting documents and writes rendered files. */
  drainOutbox(): Promise<Drained>;
  /** All of it, again and again, until nothing changes any more; waits for files that only have to stay quiet. */
  settle(): Promise<void>;
  /** Watches, runs the timetable, and repeats the steps by itself until `stop`. */
  start(): Promise<void>;
  /** Finishes what is in work within `seconds` and closes everything; says whether it could. */
  stop(seconds?: number): Promise<boolean>;
}

/**
 * Opens a home as its only keeper: its lock on SQLite, its database brought up to date, its folders made.
 * @throws CalloffError LOCKED (exit 5) while another process keeps the home, CONFIG_* and MAPPING_* for its settings
 */
export async function openKeeper(home: string, options: KeeperOptions): Promise<Keeper> {
  const config = loadConfiguration(home);
  const log = options.log ?? openLog(config.gateway.logLevel);
  makeDataFolder(config.home);
  const lock = await lockOf(config, options.command, log);
  let store: Store | undefined;
  let gateways: Gateways | undefined;
  try {
    const file = sqlitePath(config);
    if (file !== undefined) await refuseDamaged(file, path.join(config.home, "data", "backups"));
    store = openStore(config.gateway.database, config.home);
    const migrated = await migrate(store);
    if (migrated.length > 0) log.info({ migrated }, "the database was migrated");
    await refuseBehindTrail(store, exchangePaths(config.home));
    gateways = await gatewaysOf(config, store, options.command);
    return keeperOf({ config, store, gateways, lock, log }, options);
  } catch (thrown) {
    await gateways?.close();
    await store?.close();
    await lock?.release();
    throw thrown;
  }
}

/** What a keeper has opened. */
interface Opened {
  readonly config: Configuration;
  readonly store: Store;
  readonly gateways: Gateways | undefined;
  readonly lock: InstanceLock | undefined;
  readonly log: Logger;
}

function keeperOf(
  { config, store, gateways, lock, log }: Opened,
  {
    command,
    clock = systemClock({ timeZone: config.gateway.company.timeZone }),
    onEvent = () => {},
    anyDate = false,
  }: KeeperOptions,
): Keeper {
  const reader: PooledReader = openReaders(config);
  const events = exchangeEvents(onEvent);
  const report = keeperReport(config.home, command);
  const faults = standingFaults({ clock, log, events }, report.write);
  onLostLog(log, (code) => {
    if (code === undefined) faults.ended("log", "log");
    else faults.stands(logLost(code));
  });
  const exchange: Exchange = {
    config,
    store,
    gateways,
    clock,
    log,
    events,
    paths: exchangePaths(config.home),
    reader,
    faults,
    folders: homeFolders({ home: config.home, log, events, faults }),
  };
  let rounds: Rounds | undefined;

  /** Nothing is taken or released on a date before the last one; a replay knows its own dates. */
  const forward = async (): Promise<void> => {
    if (!anyDate) await refuseGoingBack(store, clock);
  };

  const { scan, catchUp, quietIn, end } = takingInto(exchange, forward);

  const tick = async (): Promise<ReleasedOrder[]> => {
    await forward();
    const occasion = occasionOf(clock, "timetable");
    const released = await releaseDue(store, config, occasion, {
      afterRelease: async (tx, orders) => {
        await fulfilOrders(tx, config, orders, occasion);
      },
    });
    for (const { number, agreement, partner, scheduledOn } of released) {
      onEvent({ event: "order.released", number, blanketOrder: agreement, partner, scheduledOn });
    }
    return released;
  };

  const drainOutbox = () => sendWaiting(exchange);

  return {
    config,
    store,
    clock,
    exchange,
    scan,
    catchUp,
    tick,
    drainOutbox,
    settle: () => settled({ catchUp, tick, drainOutbox }),
    start: async () => {
      // Before they are watched.
      await lookAtFolders(exchange);
      rounds = keeperRounds({
        exchange,
        watched: () => watchedFolders(config).map((folder) => path.join(exchange.paths.inbox, folder)),
        scan,
        catchUp,
        tick,
        drainOutbox,
        quietIn,
        onEvent,
      });
      await rounds.start();
    },
    stop: async (seconds = 30) => {
      end();
      reader.refuse();
      gateways?.refuse();
      // What is being read gets half of the time; what is not read by then is read at the next start.
      const enough = setTimeout(() => void reader.close(), seconds * 500);
      const drained = (await rounds?.stop(seconds)) ?? true;
      clearTimeout(enough);
      await reader.close();
      await forget(exchange);
      await gateways?.close();
      await store.close();
      report.remove();
      await lock?.release();
      onEvent({ event: "stopped", drained });
      return drained;
    },
  };
}
