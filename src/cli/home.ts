/** The home that a command works on: where it is, and its settings. */
import { type Configuration, loadConfiguration, type ReadMappings } from "../config/configuration.ts";
import { isHome } from "../gateway/folders.ts";
import { type Clock, systemClock } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import type { Invocation } from "./frame.ts";

/** The absolute path of the invocation's home. @throws CalloffError HOME_MISSING when there is none */
export function homeOf({ home }: Pick<Invocation, "home">): string {
  if (isHome(home)) return home;
  throw new CalloffError("HOME_MISSING", "There is no home of calloff here", {
    place: { file: home },
    expected: "a folder with config/gateway.yaml",
    found: "none",
    remedy: "Name a home with --home DIR, or lay one out with calloff init DIR",
    exit: EXIT.notFound,
  });
}

/** The configuration and the clock of the invocation's home; no database. Mappings are read when one is asked for, unless told otherwise. */
export function settingsOf(
  invocation: Invocation,
  readMappings: ReadMappings = "when needed",
): { config: Configuration; clock: Clock } {
  const config = loadConfiguration(homeOf(invocation), readMappings);
  const { businessDate, instant } = invocation;
  return { config, clock: systemClock({ timeZone: config.gateway.company.timeZone, businessDate, instant }) };
}
