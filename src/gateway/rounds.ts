/** The daemon's loop: one round after the other while there is something to do, woken by hints and timers. */
import type { Exchange } from "../exchange/context.ts";
import type { Fault } from "../exchange/faults.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { databaseChanges } from "./database-changes.ts";
import type { EventListener } from "./events.ts";
import type { Part } from "./part.ts";
import { timetable } from "./timetable.ts";
import { inboxWatcher } from "./watcher.ts";

interface RoundSteps {
  readonly exchange: Exchange;
  /** Folders to watch, absolute. */
  watched(): readonly string[];
  scan(): Promise<number>;
  /** The first scan: all that lies there is read before anything is released or written. */
  catchUp(): Promise<number>;
  tick(): Promise<readonly unknown[]>;
  drainOutbox(): Promise<{ readonly written: number }>;
  /** Milliseconds until something in the inbox has been quiet long enough; `undefined` when there is nothing. */
  quietIn(): number | undefined;
  readonly onEvent: EventListener;
}

export interface Rounds {
  start(): Promise<void>;
  /** Waits at most so many seconds for the round in work; says whether it ended. */
  stop(seconds: number): Promise<boolean>;
}

/** What no step gets past: then none is tried until the database answers. */
const AWAY: ReadonlySet<string> = new Set(["STORE_UNREACHABLE", "STORE_OUTCOME", "STORE_SLOW"]);
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export function keeperRounds(steps: RoundSteps): Rounds {
  const { exchange, onEvent } = steps;
  const { config, clock, log, store } = exchange;
  let wanted = false;
  /** What is due is looked for once at the start, which makes up for every time that was missed, then by the timetable. */
  let tickWanted = true;
  let caughtUp = false;
  const state = { stopping: false };
  let working: Promise<void> | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let periodic: NodeJS.Timeout | undefined;
  let told = false;
  /** While the database is away nothing is begun; it is asked at growing distances. */
  const away = { rounds: 0, met: false, timer: undefined as NodeJS.Timeout | undefined };

  async function step(name: string, does: () => Promise<boolean>): Promise<boolean> {
    try {
      const done = await does();
      exchange.faults.ended(name, "step");
      return done;
    } catch (thrown) {
      const error = coerceError(thrown);
      if (state.stopping) return false;
      away.met ||= error instanceof CalloffError && AWAY.has(error.code);
      const fault = faultOfStep(name, error);
      if (!exchange.faults.stands(fault, error)) return false;
      onEvent({ event: "step.failed", step: name, code: fault.code, message: error.message });
      return false;
    }
  }

  async function round(): Promise<boolean> {
    away.met = false;
    const taken = await step("scan", scanned);
    const released = !away.met && tickWanted && !state.stopping && (await step("tick", ticked));
    const written = !away.met && (await step("outbox", async () => (await steps.drainOutbox()).written > 0));
    if (away.met) return false;
    away.rounds = 0;
    return taken || released || written;
  }

  async function scanned(): Promise<boolean> {
    const taken = await (caughtUp ? steps.scan() : steps.catchUp());
    caughtUp = true;
    return taken > 0;
  }

  async function ticked(): Promise<boolean> {
    const released = await steps.tick();
    tickWanted = false;
    return released.length > 0;
  }

  async function work(): Promise<void> {
    while (wanted && !state.stopping) {
      wanted = false;
      if (await round()) {
        told = false;
        wanted = true;
      }
    }
    if (state.stopping) return;
    clearTimeout(quiet);
    if (away.met) return comeBack();
    const left = steps.quietIn();
    if (left !== undefined) quiet = setTimeout(wake, left);
    else if (!told) {
      told = true;
      onEvent({ event: "idle", businessDate: clock.businessDate() });
    }
  }

  function comeBack(): void {
    away.rounds += 1;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (away.rounds - 1), LONGEST_WAIT_MS);
    log.warn({ seconds: wait / 1000 }, "the database is away; it is asked again");
    away.timer = setTimeout(() => {
      away.timer = undefined;
      wake();
    }, wait);
  }

  function wake(): void {
    wanted = true;
    if (state.stopping || working !== undefined || away.timer !== undefined) return;
    working = work().finally(() => {
      working = undefined;
      // A hint that came while the last round was ending.
      if (wanted) wake();
    });
  }

  const watcher = inboxWatcher(() => steps.watched(), wake, exchange);
  const times = timetable(
    Object.entries(config.gateway.timetable).map(([name, expression]) => ({
      name,
      expression,
      run: async () => {
        tickWanted = true;
        wake();
      },
    })),
    config.gateway.company.timeZone,
    log,
  );
  /** In the order they start; they stop in the other one. */
  const parts: readonly Part[] = [times, databaseChanges(store, wake, log), watcher];

  return {
    start: async () => {
      for (const part of parts) await part.start();
      exchange.gateways?.onTold(wake);
      periodic = setInterval(() => {
        void watcher.refresh().then(wake);
      }, config.gateway.intake.scanSeconds * 1000);
      log.info({ home: config.home, businessDate: clock.businessDate() }, "the home is kept");
      onEvent({ event: "ready", home: config.home, businessDate: clock.businessDate() });
      wake();
    },
    stop: async (seconds) => {
      state.stopping = true;
      clearInterval(periodic);
      clearTimeout(quiet);
      clearTimeout(away.timer);
      for (const part of parts.toReversed()) await part.stop();
      return endedWithin(working, seconds);
    },
  };
}

function faultOfStep(name: string, error: Error): Fault {
  const known = error instanceof CalloffError ? error : undefined;
  return {
    place: name,
    kind: "step",
    code: known?.code ?? "UNFORESEEN",
    what: `the step "${name}" cannot be finished and is tried again: ${error.message}`,
    remedy: known?.remedy ?? "Nothing is lost by it; if it does not pass, report it with the log",
  };
}

async function endedWithin(round: Promise<void> | undefined, seconds: number): Promise<boolean> {
  if (round === undefined) return true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), seconds * 1000);
  });
  const ended = await Promise.race([round.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
