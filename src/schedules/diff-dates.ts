/** The dates at which two curves can be compared, and what each of them asks for there. */
import type { PlainDate } from "../values/dates.ts";
import { NOTHING, plus, type Quantity } from "../values/figures.ts";
import type { ComparedAt } from "./buckets.ts";
import type { Increment } from "./heights.ts";

/** What one curve asks for at a date of comparison: nearly always by one step. */
export interface Side {
  readonly increments: Increment[];
  sum: Quantity;
}

/** A date at which the curves are compared. */
export interface ComparedDate {
  readonly date: PlainDate;
  before: Side;
  after: Side;
}

/** Never added to: `joined` begins another one. */
export const NO_SIDE: Side = { increments: [], sum: NOTHING };

interface Compared {
  readonly first: ComparedAt;
  readonly second: ComparedAt;
}

/** The dates at which either curve asks for something, in order. */
export const comparedDates = (old: readonly Increment[], next: readonly Increment[], at: Compared): ComparedDate[] =>
  datesInLine(old, next, at) ?? datesAnyhow(old, next, at);

const dateOf = (increment: Increment | undefined, at: ComparedAt): PlainDate | undefined =>
  increment === undefined ? undefined : at(increment.step);

/** Both sides walked at once, as nearly all schedules stand in line; `undefined` where one of them does not. */
function datesInLine(old: readonly Increment[], next: readonly Increment[], at: Compared): ComparedDate[] | undefined {
  const points: ComparedDate[] = [];
  let point: ComparedDate | undefined;
  let [one, other] = [0, 0];
  let [was, now] = [dateOf(old[0], at.first), dateOf(next[0], at.second)];
  for (;;) {
    const ofOld = was !== undefined && (now === undefined || was <= now);
    const date = ofOld ? was : now;
    if (date === undefined) return points;
    if (point !== undefined && date < point.date) return undefined;
    if (point === undefined || point.date < date) {
      point = { date, before: NO_SIDE, after: NO_SIDE };
      points.push(point);
    }
    if (ofOld) {
      point.before = joined(point.before, old[one] as Increment);
      one += 1;
      was = dateOf(old[one], at.first);
    } else {
      point.after = joined(point.after, next[other] as Increment);
      other += 1;
      now = dateOf(next[other], at.second);
    }
  }
}

function datesAnyhow(old: readonly Increment[], next: readonly Increment[], at: Compared): ComparedDate[] {
  const byDate = new Map<PlainDate, ComparedDate>();
  const pointAt = (date: PlainDate): ComparedDate => {
    const there = byDate.get(date);
    if (there !== undefined) return there;
    const made = { date, before: NO_SIDE, after: NO_SIDE };
    byDate.set(date, made);
    return made;
  };
  for (const increment of old) {
    const point = pointAt(at.first(increment.step));
    point.before = joined(point.before, increment);
  }
  for (const increment of next) {
    const point = pointAt(at.second(increment.step));
    point.after = joined(point.after, increment);
  }
  return [...byDate.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

function joined(side: Side, increment: Increment): Side {
  if (side === NO_SIDE) return { increments: [increment], sum: increment.quantity };
  side.increments.push(increment);
  side.sum = plus(side.sum, increment.quantity);
  return side;
}
