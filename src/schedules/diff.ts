/** The difference between two schedules of an account (domain.md, *Diff*; features.md B5). */
import { later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, negated, plus, type Quantity, total } from "../values/figures.ts";
import { type Bucket, bucketsOf, type ComparedAt, comparison } from "./buckets.ts";
import { type CommitmentChange, recommitted } from "./diff-commitments.ts";
import { type ComparedDate, comparedDates } from "./diff-dates.ts";
import { type Regrouped, regroupedAt } from "./diff-regrouped.ts";
import { type Increment, incrementsOf } from "./heights.ts";
import { carriedOn } from "./layers.ts";
import { cheapestTransport, type Move } from "./transport.ts";
import type { Curve } from "./types.ts";

export type { CommitmentChange } from "./diff-commitments.ts";
export type { Regrouped } from "./diff-regrouped.ts";
export type { Move } from "./transport.ts";

export interface DatedQuantity {
  readonly date: PlainDate;
  /** Always above zero; the list it stands in says which way. */
  readonly quantity: Quantity;
}

/** Height of both curves at one date at which they can be compared. */
export interface HeightPair {
  readonly date: PlainDate;
  readonly before: Quantity;
  readonly after: Quantity;
  /** What the old curve asked for at this date itself: what percents are taken of. */
  readonly oldStep: Quantity;
}

export interface ScheduleDiff {
  /** The higher of the two bases: below it everything is history. */
  readonly liftedTo: Quantity;
  /** Date of the new message: older steps are put at it. */
  readonly messageDate: PlainDate;
  /** Buckets of the new curve, at whose ends the old one is compared. */
  readonly buckets: readonly Bucket[];
  readonly moves: readonly Move[];
  readonly cuts: readonly DatedQuantity[];
  readonly additions: readonly DatedQuantity[];
  /** Added beyond the end of the old curve. */
  readonly horizonAdded: readonly DatedQuantity[];
  /** Removed beyond the end of the new curve. */
  readonly horizonDropped: readonly DatedQuantity[];
  readonly heights: readonly HeightPair[];
  readonly regrouped: readonly Regrouped[];
  readonly commitments: readonly CommitmentChange[];
  /** Backlog as stated beside what the old curve leads to expect, where the two differ. */
  readonly backlog: { readonly stated: Quantity; readonly expected: Quantity } | undefined;
  /** Quantity without a date (VDA 999999), never released, before and after. */
  readonly remainder: { readonly before: Quantity; readonly after: Quantity };
}

export interface DiffOptions {
  /** A move is at most so many days; farther it is a cut and an addition. */
  readonly moveDays: number;
  /** The new release replaces the old one only inside its stated horizon (partner option `replaces: stated-horizon`). */
  readonly statedHorizonOnly?: boolean;
}

/** Both curves of one start and one kind of dates: bring the old one there with `rebased` first where they differ. */
export function diffOf(old: Curve, next: Curve, options: DiffOptions): ScheduleDiff {
  return options.statedHorizonOnly === true
    ? compared(old, carriedOn(old, next), options)
    : compared(old, next, options);
}

function compared(old: Curve, next: Curve, options: DiffOptions): ScheduleDiff {
  const liftedTo = larger(old.base, next.base);
  const { messageDate } = next;
  const buckets = bucketsOf(next.steps, messageDate);
  const at = comparison(bucketsOf(old.steps, messageDate), buckets, messageDate);
  const [was, now] = [incrementsOf(old, liftedTo), incrementsOf(next, liftedTo)];
  const dates = comparedDates(was, now, at);
  const imbalances = dates.flatMap(({ date, before, after }) =>
    before.sum === after.sum ? [] : [{ date, removed: minus(before.sum, after.sum) }],
  );
  const { moves, left } = cheapestTransport(imbalances, options.moveDays);
  return {
    liftedTo,
    messageDate,
    buckets,
    moves,
    ...listed(left, endOf(old, messageDate, at.first), endOf(next, messageDate, at.second)),
    heights: heightsOf(dates, liftedTo),
    regrouped: dates.flatMap((date) => regroupedAt(date, messageDate)),
    commitments: dates.flatMap(recommitted),
    backlog: backlogOf(was, now, messageDate),
    remainder: { before: remainderOf(old), after: remainderOf(next) },
  };
}

/** Whether the two curves ask for the same: what stays the same in other buckets or commitments is told apart. */
export const isUnchanged = (diff: ScheduleDiff): boolean =>
  [diff.moves, diff.cuts, diff.additions, diff.horizonAdded, diff.horizonDropped].every((list) => list.length === 0);

/** Σ of each list. Added − cut, both kinds, is the difference of the two ends. */
export function totalsOf(
  diff: ScheduleDiff,
): Readonly<Record<"moved" | "cut" | "added" | "horizonAdded" | "horizonDropped", Quantity>> {
  return {
    moved: sum(diff.moves),
    cut: sum(diff.cuts),
    added: sum(diff.additions),
    horizonAdded: sum(diff.horizonAdded),
    horizonDropped: sum(diff.horizonDropped),
  };
}

/**
 * The heights of the new curve at every date it is compared at, out of the old curve and what the diff lists as moves,
 * cuts, additions and horizon: how a stored verdict is checked against the curves it was made from.
 */
export function applyDiff(old: Curve, diff: ScheduleDiff): { date: PlainDate; cumulative: Quantity }[] {
  const at = comparison(bucketsOf(old.steps, diff.messageDate), diff.buckets, diff.messageDate);
  const increments = new Map<PlainDate, Quantity>();
  const add = (date: PlainDate, quantity: Quantity) =>
    increments.set(date, plus(increments.get(date) ?? NOTHING, quantity));
  for (const { step, quantity } of incrementsOf(old, diff.liftedTo)) add(at.first(step), quantity);
  for (const { from, to, quantity } of diff.moves) {
    add(from, negated(quantity));
    add(to, quantity);
  }
  for (const { date, quantity } of [...diff.cuts, ...diff.horizonDropped]) add(date, negated(quantity));
  for (const { date, quantity } of [...diff.additions, ...diff.horizonAdded]) add(date, quantity);
  let cumulative = diff.liftedTo;
  return [...increments]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, quantity]) => {
      cumulative = plus(cumulative, quantity);
      return { date, cumulative };
    });
}

const sum = (list: readonly { readonly quantity: Quantity }[]): Quantity => total(list.map((one) => one.quantity));

function heightsOf(dates: readonly ComparedDate[], liftedTo: Quantity): HeightPair[] {
  let low = liftedTo;
  let high = liftedTo;
  return dates.map(({ date, before, after }) => {
    low = plus(low, before.sum);
    high = plus(high, after.sum);
    return { date, before: low, after: high, oldStep: before.sum };
  });
}

/** The stated horizon, otherwise the last step; a bucket that begins inside belongs to it whole. */
function endOf(curve: Curve, messageDate: PlainDate, at: ComparedAt): PlainDate {
  let end = later(curve.horizon.to, messageDate);
  for (const step of curve.steps) {
    if (step.kind === "remainder" || step.from > curve.horizon.to) continue;
    const date = at(step);
    if (date > end) end = date;
  }
  return end;
}

function listed(
  left: readonly { date: PlainDate; removed: Quantity }[],
  oldEnd: PlainDate,
  newEnd: PlainDate,
): Pick<ScheduleDiff, "cuts" | "additions" | "horizonAdded" | "horizonDropped"> {
  const removed = left.filter((one) => one.removed > NOTHING).map((one) => ({ date: one.date, quantity: one.removed }));
  const added = left
    .filter((one) => one.removed < NOTHING)
    .map((one) => ({ date: one.date, quantity: negated(one.removed) }));
  return {
    cuts: removed.filter((one) => one.date <= newEnd),
    horizonDropped: removed.filter((one) => one.date > newEnd),
    additions: added.filter((one) => one.date <= oldEnd),
    horizonAdded: added.filter((one) => one.date > oldEnd),
  };
}

/** What the new message calls backlog beside what the old curve asked for before its date and has not been received. */
function backlogOf(
  old: readonly Increment[],
  next: readonly Increment[],
  messageDate: PlainDate,
): ScheduleDiff["backlog"] {
  const stated = sum(next.filter(({ step }) => step.kind === "backlog"));
  const expected = sum(old.filter(({ step }) => (step.kind === "dated" ? step.to : step.date) < messageDate));
  return stated === expected ? undefined : { stated, expected };
}

function remainderOf(curve: Curve): Quantity {
  if (!curve.steps.some((step) => step.kind === "remainder")) return NOTHING;
  return sum(incrementsOf(curve, curve.base, { remainder: true }).filter(({ step }) => step.kind === "remainder"));
}
