/**
 * The keeper of a home: takes what arrives, releases what is due, writes what is to be sent. Every step is a function that
 * can be awaited and repeated at any time; `start` only calls them on events and timers.
 */
import path from "node:path";
import { type Configuration, loadConfiguration } from "../config/configuration.ts";
import { applyRegistered } from "../exchange/apply-registered.ts";
import { leftClaimed } from "../exchange/claim.ts";
import { type Exchange, exchangePaths, watchedFolders } from "../exchange/context.ts";
import { type Fault, standingFaults } from "../exchange/faults.ts";
import { forget } from "../exchange/grown.ts";
import { homeFolders } from "../exchange/home-folders.ts";
import type { Drained } from "../exchange/outbox.ts";
import { layFolders, lookAtFolders, resumeClaimed, sendWaiting, takeArrivals } from "../exchange/run.ts";
import { noLooks } from "../exchange/scan.ts";
import { systemWords } from "../exchange/system-words.ts";
import { refuseBehindTrail } from "../exchange/trail-reading.ts";
import { fulfilOrders } from "../fulfilment/automatic.ts";
import { type ReleasedOrder, releaseDue } from "../orders/release.ts";
import { type Gateways, joinGateways } from "../store/gateways.ts";
import { migrate } from "../store/migrate.ts";
import { refuseDamaged } from "../store/sqlite-file.ts";
import { openStore, type Store } from "../store/store.ts";
import { type Clock, monotonic, occasionOf, systemClock } from "../values/clock.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { sqlitePath } from "./backup.ts";
import { refuseGoingBack } from "./business-date.ts";
import { type EventListener, exchangeEvents } from "./events.ts";
import { makeDataFolder } from "./folders.ts";
import { homeIdentity } from "./home-identity.ts";
import { type InstanceLock, shareInstanceLock, takeInstanceLock } from "./instance-lock.ts";
import { keeperReport } from "./keeper-report.ts";
import { type Logger, onLostLog, openLog } from "./log.ts";
import { untilQuiet } from "./quiet.ts";
import { openReaders, type PooledReader } from "./readers.ts";
import { keeperRounds, type Rounds } from "./rounds.ts";

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

/** How long a growing file is waited for by `catchUp`, in lengths of the quiet time. */
const QUIET_TIMES = 3;

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

/**
 * Any number of gateways may share a home on PostgreSQL, and nobody restores it meanwhile. Where the file system knows no
 * locks they work all the same.
 */
async function lockOf(config: Configuration, command: string, log: Logger): Promise<InstanceLock | undefined> {
  const data = path.join(config.home, "data");
  if (config.gateway.database.startsWith("sqlite:")) return takeInstanceLock(data, command);
  return shareInstanceLock(data, command).catch((thrown: unknown) => {
    const error = coerceError(thrown);
    if (error instanceof CalloffError && error.code === "LOCKED") throw error;
    log.warn({ error: error.message }, "the home cannot be locked against a restore");
    return undefined;
  });
}

const gatewaysOf = async (
  { home, gateway }: Configuration,
  store: Store,
  command: string,
): Promise<Gateways | undefined> =>
  store.dialect === "sqlite"
    ? undefined
    : joinGateways(store, { url: gateway.database, home: homeIdentity(home), command });

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
  const looks = noLooks();
  let scannedAt = 0;
  let stopping = false;
  let rounds: Rounds | undefined;

  /** Nothing is taken or released on a date before the last one; a replay knows its own dates. */
  const forward = async (): Promise<void> => {
    if (!anyDate) await refuseGoingBack(store, clock);
  };

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
      faults.stands(keptNothing(thrown), thrown);
      return 0;
    }
  };

  /** What is registered is applied, whether or not more can be taken now. */
  const applying = async (taking: () => Promise<number>): Promise<number> => {
    const taken = await taking().catch(coerceError);
    const applied = await applyRegistered(exchange);
    if (taken instanceof Error) throw taken;
    return taken + applied;
  };

  const scan = (): Promise<number> => applying(take);

  // Not every taking scans: it goes on first with what the last scan found.
  const quietIn = () =>
    untilQuiet(looks, config.gateway.intake.quietMilliseconds, Math.min(scannedAt, looks.scanned?.at ?? 0));

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

  /**
   * Takes until the inbox is quiet, and only then applies. Whoever begins does so before anything is released or written: a
   * run that follows a killed one then gives the numbers of orders and interchanges that the killed one would have given.
   */
  const takeAll = async (): Promise<number> => {
    let all = await take();
    const since = monotonic();
    for (;;) {
      const quiet = quietIn();
      const late = monotonic() - since > QUIET_TIMES * config.gateway.intake.quietMilliseconds + 1000;
      if (stopping || (looks.queue.length === 0 && (quiet === undefined || late))) break;
      if (looks.queue.length === 0) await new Promise((resolve) => setTimeout(resolve, quiet));
      all += await take();
    }
    return all;
  };
  const catchUp = (): Promise<number> => applying(takeAll);

  /** One blanket order that cannot be released, or one file that cannot be written, does not keep the others waiting. */
  const round = async (failures: Error[]): Promise<boolean> => {
    const tried = <T>(step: () => Promise<T>, otherwise: T): Promise<T> =>
      step().catch((thrown: unknown) => {
        failures.push(coerceError(thrown));
        return otherwise;
      });
    const taken = await tried(catchUp, 0);
    const released = await tried(tick, []);
    const { written } = await tried<Pick<Drained, "written">>(drainOutbox, { written: 0 });
    return taken > 0 || released.length > 0 || written > 0;
  };

  const settle = async (): Promise<void> => {
    for (;;) {
      const failures: Error[] = [];
      const changed = await round(failures);
      const [failure] = failures;
      if (failure !== undefined && !changed) throw failure;
      if (!changed) return;
    }
  };

  return {
    config,
    store,
    clock,
    exchange,
    scan,
    catchUp,
    tick,
    drainOutbox,
    settle,
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
      stopping = true;
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

const keptNothing = ({ code, message, remedy }: CalloffError): Fault => ({
  place: "data",
  kind: "keep",
  code,
  what: `nothing is taken from the inbox: ${message}`,
  remedy: remedy ?? "Make room and rights below data/; it goes on by itself",
});

/** That files can be kept again is proven by one that was, or by none that waits. */
async function noteKept(exchange: Exchange, taken: number): Promise<void> {
  const { faults } = exchange;
  if (!faults.standing().some(({ kind }) => kind === "keep")) return;
  if (taken > 0 || (await leftClaimed(exchange)).length === 0) faults.ended("data", "keep");
}

const logLost = (code: string): Fault => {
  const { what, remedy } = systemWords(code === "EPIPE" ? "" : code);
  return code === "EPIPE"
    ? {
        place: "log",
        kind: "log",
        code,
        what: "the log has no reader any more: its lines are lost",
        remedy: "Start calloff with its stderr kept",
      }
    : { place: "log", kind: "log", code, what: `the log cannot be written and its lines are lost: ${what}`, remedy };
};
