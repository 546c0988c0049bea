/** The difference between two schedules of an account (domain.md, *Diff*; features.md B5). */
import { later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, negated, plus, type Quantity, smaller, total } from "../values/figures.ts";
import { type Bucket, bucketsOf, type ComparedAt, comparison, intervalOf } from "./buckets.ts";
import { type Increment, incrementsOf } from "./heights.ts";
import { carriedOn } from "./layers.ts";
import { cheapestTransport, type Move } from "./transport.ts";
import type { Curve, Step } from "./types.ts";

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

/** The same total in other buckets: no move. */
export interface Regrouped {
  readonly from: PlainDate;
  readonly to: PlainDate;
  readonly quantity: Quantity;
  readonly was: string;
  readonly now: string;
}

/** Quantity of one date that says something else now: planned became firm. */
export interface CommitmentChange {
  readonly date: PlainDate;
  readonly quantity: Quantity;
  readonly was: string;
  readonly now: string;
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
  const points = pointsOf(was, now, at);
  const imbalances = points.flatMap(({ date, before, after }) =>
    before.sum === after.sum ? NONE : [{ date, removed: minus(before.sum, after.sum) }],
  );
  const { moves, left } = cheapestTransport(imbalances, options.moveDays);
  return {
    liftedTo,
    messageDate,
    buckets,
    moves,
    ...listed(left, endOf(old, messageDate, at.first), endOf(next, messageDate, at.second)),
    heights: heightsOf(points, liftedTo),
    regrouped: points.flatMap((point) => regroupedAt(point, messageDate)),
    commitments: points.flatMap(recommitted),
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

/** What one curve asks for at a date of comparison: nearly always by one step. */
interface Side {
  readonly increments: Increment[];
  sum: Quantity;
}

/** A date at which the curves are compared. */
interface Point {
  readonly date: PlainDate;
  before: Side;
  after: Side;
}

/** Never added to: `joined` begins another one. */
const NO_SIDE: Side = { increments: [], sum: NOTHING };

interface Compared {
  readonly first: ComparedAt;
  readonly second: ComparedAt;
}

/** The dates at which either curve asks for something, in order. */
const pointsOf = (old: readonly Increment[], next: readonly Increment[], at: Compared): Point[] =>
  pointsInLine(old, next, at) ?? pointsAnyhow(old, next, at);

const dateOf = (increment: Increment | undefined, at: ComparedAt): PlainDate | undefined =>
  increment === undefined ? undefined : at(increment.step);

/** Both sides walked at once, as nearly all schedules stand in line; `undefined` where one of them does not. */
function pointsInLine(old: readonly Increment[], next: readonly Increment[], at: Compared): Point[] | undefined {
  const points: Point[] = [];
  let point: Point | undefined;
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

function pointsAnyhow(old: readonly Increment[], next: readonly Increment[], at: Compared): Point[] {
  const byDate = new Map<PlainDate, Point>();
  const pointAt = (date: PlainDate): Point => {
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

const sum = (list: readonly { readonly quantity: Quantity }[] | undefined): Quantity =>
  total((list ?? []).map((one) => one.quantity));

function heightsOf(points: readonly Point[], liftedTo: Quantity): HeightPair[] {
  let low = liftedTo;
  let high = liftedTo;
  return points.map(({ date, before, after }) => {
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

const NONE: never[] = [];

/** Where one side has a bucket and the other finer or coarser ones with the same total. */
function regroupedAt({ date, before, after }: Point, messageDate: PlainDate): Regrouped[] {
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

/** Pairs what lost a commitment with what gained another at the same date; height differences are no commitment change. */
function recommitted({ date, before: old, after: next }: Point): CommitmentChange[] {
  const [before, after] = [old.increments, next.increments];
  if (old === NO_SIDE || next === NO_SIDE || !differInCommitment(before, after)) return NONE;
  const net = new Map<string, Quantity>();
  const note = (increments: readonly Increment[], sign: bigint) => {
    for (const { step, quantity } of increments)
      net.set(step.commitment, ((net.get(step.commitment) ?? 0n) + sign * quantity) as Quantity);
  };
  note(before, 1n);
  note(after, -1n);
  const inOrder = [...net].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const gained = inOrder.filter(([, quantity]) => quantity < NOTHING).map(([now, q]) => ({ now, open: negated(q) }));
  const changes: CommitmentChange[] = [];
  for (const [was, quantity] of inOrder) {
    let open = larger(NOTHING, quantity);
    for (const one of gained) {
      const changed = smaller(open, one.open);
      if (changed <= NOTHING) continue;
      changes.push({ date, quantity: changed, was, now: one.now });
      open = minus(open, changed);
      one.open = minus(one.open, changed);
    }
  }
  return changes;
}

const differInCommitment = (before: readonly Increment[], after: readonly Increment[]): boolean => {
  const first = before[0]?.step.commitment;
  const differs = ({ step }: Increment) => step.commitment !== first;
  return before.some(differs) || after.some(differs);
};

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
