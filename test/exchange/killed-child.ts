/** Does all that waits in a home, once, in a process of its own that may be killed at the crash point it is told. */
import { EventEmitter } from "node:events";
import { pino } from "pino";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { exchangePaths } from "../../src/exchange/context.ts";
import { workOnce } from "../../src/exchange/run.ts";
import { inProcessReader } from "../../src/exchange/set-reading.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { instantOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";

const home = process.argv[2] as string;
const config = loadConfiguration(home);
const store = openStore("sqlite:calloff.sqlite", home);
await migrate(store);
await workOnce({
  config,
  store,
  clock: standingClock(plainDate("2027-03-01"), instantOf("2027-03-01T06:30:00Z")),
  log: pino({ level: "silent" }),
  events: new EventEmitter(),
  paths: exchangePaths(home),
  reader: inProcessReader(config.mappings),
});
await store.close();
