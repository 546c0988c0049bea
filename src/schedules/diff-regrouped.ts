/** The same quantity in other buckets: a week's where there were days, a month's where there were weeks. */
import type { PlainDate } from "../values/dates.ts";
import { NOTHING, type Quantity } from "../values/figures.ts";
import { intervalOf } from "./buckets.ts";
import { type ComparedDate, NO_SIDE } from "./diff-dates.ts";
import type { Increment } from "./heights.ts";
import type { Step } from "./types.ts";

/** The same total in other buckets: no move. */
export interface Regrouped {
  readonly from: PlainDate;
  readonly to: PlainDate;
  readonly quantity: Quantity;
  readonly was: string;
  readonly now: string;
}

const NONE: never[] = [];

/** Where one side has a bucket and the other finer or coarser ones with the same total. */
export function regroupedAt({ date, before, after }: ComparedDate, messageDate: PlainDate): Regrouped[] {
  if (before === NO_SIDE || after === NO_SIDE || areAlike(before.increments, after.increments)) return NONE;
  const quantity = after.sum;
  if (quantity === NOTHING || before.sum !== quantity) return NONE;
  const [was, now] = [grainOf(before.increments, messageDate), grainOf(after.increments, messageDate)];
  if (was.key === now.key || (was.finest === now.finest && !was.bucketed && !now.bucketed)) return [];
  const from = was.from < now.from ? was.from : now.from;
  return [{ from, to: date, quantity, was: was.finest, now: now.finest }];
}

/** One step on each side in the same bucket: by far the most dates. */
function areAlike(before: readonly Increment[], after: readonly Increment[]): boolean {
  const [one, other] = [before[0]?.step, after[0]?.step];
  if (before.length !== 1 || after.length !== 1 || one === undefined || other === undefined) return false;
  return one.from === other.from && one.to === other.to;
}

const GRAINS = ["day", "week", "month", "range"];

interface Grain {
  /** The intervals the quantity lies in. */
  readonly key: string;
  readonly from: PlainDate;
  readonly bucketed: boolean;
  /** The smallest kind of bucket among them. */
  readonly finest: string;
}

function grainOf(increments: readonly Increment[], messageDate: PlainDate): Grain {
  const intervals = increments
    .filter((increment) => increment.quantity !== NOTHING)
    .map(({ step }) => ({ ...intervalOf(step, messageDate), timing: timingOf(step) }));
  const keys = new Set(intervals.map((interval) => `${interval.from}/${interval.to}`));
  const grains = intervals.map((interval) => interval.timing);
  return {
    key: [...keys].toSorted().join(" "),
    from: intervals.reduce<PlainDate>(
      (first, { from }) => (from < first ? from : first),
      intervals[0]?.from ?? messageDate,
    ),
    bucketed: intervals.some((interval) => interval.from < interval.to),
    finest: GRAINS.find((grain) => grains.includes(grain)) ?? "day",
  };
}

const timingOf = (step: Step): string => (step.kind === "dated" && GRAINS.includes(step.timing) ? step.timing : "day");
