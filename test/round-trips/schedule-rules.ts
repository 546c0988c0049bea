/** What makes made-up steps a schedule: a week begins on a Monday, a month on its first day, a statement has no date. */
import { addDays, type PlainDate, weekday } from "../../src/values/dates.ts";
import type { Held } from "./documents.ts";
import { anyDate, type Dice } from "./values.ts";

const STATEMENTS = new Set(["backlog", "immediate", "forecast-start", "no-demand", "remainder"]);

/** The schedule with steps that mean something. */
export function asSchedule(document: Held, dice: Dice): Held {
  const { lines } = document;
  if (!Array.isArray(lines)) return document;
  return { ...document, lines: lines.map((line: Held) => ({ ...line, ...stepsOf(line, dice) })) };
}

function stepsOf({ steps }: Held, dice: Dice): Held {
  return Array.isArray(steps) ? { steps: steps.map((step: Held) => asStep(step, dice)) } : {};
}

function asStep(step: Held, dice: Dice): Held {
  const { timing, from, to, ...rest } = step as { timing?: string; from?: PlainDate; to?: PlainDate };
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
