/**
 * The cheapest transport between what a schedule removed and what it added (domain.md, *Diff*): as much as can be moved
 * within the most days a move may take, at the least quantity × days; among equal costs the earliest removed goes to the
 * earliest added.
 *
 * On a line of dates no two moves need cross, nor need something removed and something added wait at the same time:
 * untangling either never lengthens the longest of the two moves nor their sum. So a plan is known by one figure per gap
 * between dates, what waits there (removed quantity above zero, added below), and everything waiting is the latest of its
 * kind. The limit in days then bounds that figure: no more can wait than came within so many days of the next date. What
 * the rest of the line costs is a convex, piecewise straight function of it; it is carried backwards over the dates as a
 * list of its bends, and the plan is read off forwards. Matching first in, first out alone would be wrong: of one removal
 * between two additions it takes the earlier one, not the nearer.
 */
import { daysBetween, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, negated, plus, type Quantity, smaller } from "../values/figures.ts";

/** Above zero where quantity was removed, below where it was added. */
export interface Imbalance {
  readonly date: PlainDate;
  readonly removed: Quantity;
}

export interface Move {
  readonly from: PlainDate;
  readonly to: PlainDate;
  readonly quantity: Quantity;
}

export interface Transport {
  readonly moves: readonly Move[];
  /** What no move takes: cut where above zero, added where below. */
  readonly left: readonly Imbalance[];
}

/** Costs more per piece than any chain of moves over all dates there are: moving comes first, then the days. */
const UNMOVED = 1_000_000_000;

/**
 * @param imbalances in date order, one per date
 * @param mostDays a move is at most so many days
 */
export function cheapestTransport(imbalances: readonly Imbalance[], mostDays: number): Transport {
  const dates = imbalances.filter((one) => one.removed !== NOTHING);
  return follow(dates, keeping(dates, mostDays));
}

/** How much may wait behind each date without costing more later: everything outside is left unmoved at that date. */
interface Keep {
  readonly least: bigint;
  readonly most: bigint;
}

interface Bend {
  /** Where the slope changes, before the shift. */
  at: bigint;
  /** By how much it rises there. */
  rise: number;
}

function keeping(dates: readonly Imbalance[], mostDays: number): Keep[] {
  const windows = waitingWindows(dates, mostDays);
  const keep: Keep[] = [];
  // Cost of the rest of the line by what waits; slopes −UNMOVED before the first bend, +UNMOVED behind the last.
  let bends: Bend[] = [];
  let shift = 0n;
  for (let index = dates.length - 1; index >= 0; index -= 1) {
    const window = windows[index] as Keep;
    const next = dates[index + 1];
    if (next === undefined || window.least === window.most) {
      const only = next === undefined ? 0n : window.least;
      bends = [{ at: only, rise: 2 * UNMOVED }];
      shift = 0n;
      keep[index] = { least: only, most: only };
    } else {
      const gap = daysBetween((dates[index] as Imbalance).date, next.date);
      insert(bends, -shift, 2 * gap);
      keep[index] = within(bends, shift, window, gap);
    }
    // Seen from before this date: what it removed joins what waits.
    shift -= (dates[index] as Imbalance).removed;
  }
  return keep;
}

/** The most that can wait behind each date and still arrive in time at the next one. */
function waitingWindows(dates: readonly Imbalance[], mostDays: number): Keep[] {
  let first = 0;
  let removed = 0n;
  let added = 0n;
  return dates.map((one, index) => {
    if (one.removed > 0n) removed += one.removed;
    else added -= one.removed;
    const next = dates[index + 1];
    const late = (oldest: Imbalance) => next !== undefined && daysBetween(oldest.date, next.date) > mostDays;
    while (first <= index && late(dates[first] as Imbalance)) {
      const oldest = dates[first] as Imbalance;
      if (oldest.removed > 0n) removed -= oldest.removed;
      else added += oldest.removed;
      first += 1;
    }
    return { least: -added, most: removed };
  });
}

function insert(bends: Bend[], at: bigint, rise: number): void {
  let low = 0;
  let high = bends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bends[middle] as Bend).at < at) low = middle + 1;
    else high = middle;
  }
  const there = bends[low];
  if (there !== undefined && there.at === at) there.rise += rise;
  else bends.splice(low, 0, { at, rise });
}

/**
 * Cuts the function to what may wait and clips its slopes to what leaving a piece unmoved costs; returns the stretch in
 * which keeping what waits costs no more than leaving it.
 */
function within(bends: Bend[], shift: bigint, window: Keep, gap: number): Keep {
  const least = window.least - shift;
  const most = window.most - shift;
  let before = -UNMOVED - gap;
  let behind = UNMOVED + gap;
  while (bends.length > 0 && (bends[0] as Bend).at <= least) before += (bends.shift() as Bend).rise;
  while (bends.length > 0 && (bends[bends.length - 1] as Bend).at >= most) behind -= (bends.pop() as Bend).rise;
  let from = least;
  while (before < -UNMOVED && bends.length > 0) {
    const bend = bends.shift() as Bend;
    before += bend.rise;
    from = bend.at;
  }
  if (before < -UNMOVED) {
    bends.push({ at: most, rise: 2 * UNMOVED });
    return { least: window.most, most: window.most };
  }
  if (before > -UNMOVED) bends.unshift({ at: from, rise: before + UNMOVED });
  let to = most;
  while (behind > UNMOVED && bends.length > 0) {
    const bend = bends.pop() as Bend;
    behind -= bend.rise;
    to = bend.at;
  }
  if (behind < UNMOVED) bends.push({ at: to, rise: UNMOVED - behind });
  return { least: from + shift, most: to + shift };
}

interface Waiting {
  readonly date: PlainDate;
  quantity: Quantity;
}

/** Walks the dates with one queue: what waits is matched first in, first out, and the oldest is what is left unmoved. */
function follow(dates: readonly Imbalance[], keep: readonly Keep[]): Transport {
  const moves: Move[] = [];
  const left: { date: PlainDate; removed: Quantity }[] = [];
  const queue: Waiting[] = [];
  let head = 0;
  let waits: Quantity = NOTHING;
  const take = (most: Quantity, use: (date: PlainDate, quantity: Quantity) => void): Quantity => {
    let open = most;
    while (open > NOTHING && head < queue.length) {
      const oldest = queue[head] as Waiting;
      const taken = smaller(open, oldest.quantity);
      use(oldest.date, taken);
      oldest.quantity = minus(oldest.quantity, taken);
      open = minus(open, taken);
      if (oldest.quantity === NOTHING) head += 1;
    }
    return open;
  };
  dates.forEach(({ date, removed }, index) => {
    const gone = removed > NOTHING;
    let open = gone ? removed : negated(removed);
    if (waits !== NOTHING && waits > NOTHING !== gone) {
      open = take(open, (other, quantity) =>
        moves.push(gone ? { from: date, to: other, quantity } : { from: other, to: date, quantity }),
      );
    }
    if (open > NOTHING) queue.push({ date, quantity: open });
    waits = plus(waits, removed);
    const { least, most } = keep[index] as Keep;
    const kept = towardsNothing(waits, least as Quantity, most as Quantity);
    const sign = waits > NOTHING ? 1n : -1n;
    const leave = waits > kept ? minus(waits, kept) : minus(kept, waits);
    take(leave, (other, quantity) => left.push({ date: other, removed: (sign * quantity) as Quantity }));
    waits = kept;
  });
  moves.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1));
  left.sort((a, b) => (a.date < b.date ? -1 : 1));
  return { moves: joined(moves), left: summed(left) };
}

/** `waits` cut to the stretch, never to the other side of nothing. */
function towardsNothing(waits: Quantity, least: Quantity, most: Quantity): Quantity {
  if (waits > NOTHING) return larger(NOTHING, smaller(waits, most));
  return smaller(NOTHING, larger(waits, least));
}

function joined(moves: readonly Move[]): Move[] {
  const apart: Move[] = [];
  for (const move of moves) {
    const last = apart.at(-1);
    if (last !== undefined && last.from === move.from && last.to === move.to)
      apart[apart.length - 1] = { ...last, quantity: plus(last.quantity, move.quantity) };
    else apart.push(move);
  }
  return apart;
}

function summed(left: readonly Imbalance[]): Imbalance[] {
  const apart: Imbalance[] = [];
  for (const one of left) {
    const last = apart.at(-1);
    if (last !== undefined && last.date === one.date)
      apart[apart.length - 1] = { ...last, removed: plus(last.removed, one.removed) };
    else apart.push(one);
  }
  return apart;
}
