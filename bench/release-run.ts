/**
 * One gateway of the release bench, in a process of its own: says `ready`, waits for a line on its input, does each step and
 * prints what it took as one line of JSON. Words: `prepare HOME DATABASE ORDERS`, or `run HOME`.
 */
import { once } from "node:events";
import { drainOutbox } from "../src/exchange/outbox.ts";
import { renderWaiting } from "../src/exchange/render.ts";
import { openKeeper } from "../src/gateway/keeper.ts";
import { instantOf, standingClock } from "../src/values/clock.ts";
import { makeReleaseHome, RELEASE_DAY } from "./release-home.ts";

/** What one step took. */
export interface Step {
  readonly count: number;
  readonly seconds: number;
  /** User and system time of all threads. */
  readonly processor: number;
  readonly statements: number;
}

export interface Released {
  readonly release: Step;
  readonly render: Step;
  readonly write: Step;
}

const [, , word = "", home = "", database = "", orders = ""] = process.argv;
if (word === "prepare") await makeReleaseHome(home, database, Number(orders));
else await run();

async function run(): Promise<void> {
  const clock = standingClock(RELEASE_DAY, instantOf(`${RELEASE_DAY}T06:00:00Z`));
  const keeper = await openKeeper(home, { command: "bench", clock });
  let statements = 0;
  const { sequelize } = keeper.store;
  const query = sequelize.query.bind(sequelize) as (...args: unknown[]) => unknown;
  Object.assign(sequelize, {
    query: (...args: unknown[]) => {
      statements += 1;
      return query(...args);
    },
  });
  const step = async (work: () => Promise<number>): Promise<Step> => {
    statements = 0;
    const started = process.hrtime.bigint();
    const used = process.cpuUsage();
    const count = await work();
    const { user, system } = process.cpuUsage(used);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { count, seconds, processor: (user + system) / 1e6, statements };
  };
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  const done: Released = {
    release: await step(async () => (await keeper.tick()).length),
    render: await step(async () => (await renderWaiting(keeper.exchange)).rendered),
    write: await step(async () => (await drainOutbox(keeper.exchange)).written),
  };
  process.stdout.write(`${JSON.stringify(done)}\n`);
  await keeper.stop();
  process.stdin.destroy();
}
