/**
 * What makes made-up lines and steps a schedule: a week begins on a Monday, a month on its first day, a statement has no date. In
 * EDIFACT the last party of the header is not one that lines are for, since directly before a LIN it begins the lines of that place;
 * and a GIS stands in front of a ship-to with one who takes the goods in, since without it the ship-to would be the header's.
 */
import { addDays, type PlainDate, weekday } from "../../src/values/dates.ts";
import type { Held } from "./documents.ts";
import { anyDate, type Dice } from "./values.ts";

const STATEMENTS = new Set(["backlog", "immediate", "forecast-start", "no-demand", "remainder"]);

/** The schedule with steps that mean something. */
export function asSchedule(document: Held, syntax: string, dice: Dice): Held {
  const { lines, parties } = document;
  return {
    ...document,
    ...(Array.isArray(lines)
      ? {
          lines: lines.map((line: Held) => ({
            ...line,
            ...stepsOf(line, dice),
            ...accountOf(line),
            ...begunBy(line, syntax),
          })),
        }
      : {}),
    ...(Array.isArray(parties) && syntax === "edifact" ? { parties: closedBy(parties as Held[]) } : {}),
  };
}

const closedBy = (parties: readonly Held[]): Held[] =>
  parties.at(-1)?.["role"] === "buyer" ? [...parties] : [...parties, { role: "buyer" }];

const begunBy = (line: Held, syntax: string): Held =>
  syntax === "edifact" && "deliveredTo" in line && !("completeness" in line) ? { completeness: "complete" } : {};

/** A cumulative of nothing before a reset is no reset. */
function accountOf({ account }: Held): Held {
  const { beforeReset, ...rest } = (account ?? {}) as Held;
  return beforeReset === "0" ? { account: { ...rest, beforeReset: "1" } } : {};
}

function stepsOf({ steps }: Held, dice: Dice): Held {
  return Array.isArray(steps) ? { steps: steps.map((step: Held) => asStep(withTimes(step), dice)) } : {};
}

/** An end of a time has a beginning, both in hours and minutes; a window's times have their days. */
function withTimes(step: Held): Held {
  const { time = "0600", timeTo, window, ...rest } = step as { time?: string; timeTo?: string; window?: Held };
  const times =
    timeTo === undefined ? ("time" in step ? { time } : {}) : { time: time.slice(0, 4), timeTo: timeTo.slice(0, 4) };
  return { ...rest, ...times, ...(window === undefined ? {} : { window: withDays(window) }) };
}

const withDays = (window: Held): Held => ({
  ...window,
  ...("fromTime" in window && !("from" in window) ? { from: "2027-03-01" } : {}),
  ...("toTime" in window && !("to" in window) ? { to: "2027-03-02" } : {}),
});

function asStep(step: Held, dice: Dice): Held {
  const { timing: told, from, to, ...rest } = step as { timing?: string; from?: PlainDate; to?: PlainDate };
  // Only a range has an end of its own without being called one.
  const timing = told ?? (to === undefined ? undefined : "range");
  if (timing !== undefined && STATEMENTS.has(timing)) {
    return { ...rest, timing, ...(timing === "forecast-start" || timing === "no-demand" ? { quantity: "0" } : {}) };
  }
  // Whatever else is wanted is wanted on some day.
  const begins = firstOf(timing, from ?? (anyDate(dice) as PlainDate));
  const ends = to === undefined ? undefined : lastOf(timing, begins, dice);
  return {
    ...rest,
    ...(timing === undefined ? {} : { timing }),
    from: begins,
    ...(ends === undefined ? {} : { to: ends }),
  };
}

function firstOf(timing: string | undefined, from: PlainDate): PlainDate {
  if (timing === "week") return addDays(from, 1 - weekday(from));
  return timing === "month" ? (`${from.slice(0, 8)}01` as PlainDate) : from;
}

/** A day has no end of its own. */
function lastOf(timing: string | undefined, from: PlainDate, dice: Dice): PlainDate | undefined {
  if (timing === "week") return addDays(from, 6);
  if (timing === "month") return addDays(`${addDays(from, 31).slice(0, 8)}01` as PlainDate, -1);
  return timing === "range" ? addDays(from, 1 + dice.below(40)) : undefined;
}
