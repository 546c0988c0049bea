/** Which demand each open child line covers once a schedule has changed (domain.md, *Pegging after a change*; features.md D5). */
import { later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, smaller, total } from "../values/figures.ts";
import { incrementsOf } from "./heights.ts";
import { afterReleased } from "./release-plan.ts";
import type { OrderDates } from "./ship-dates.ts";
import type { EffectiveCurve, LayeredStep } from "./types.ts";

/** A child line with something open on it. */
export interface OpenLine {
  readonly id: number;
  /** Ordered − shipped. */
  readonly open: Quantity;
  /** Its scheduled order date. */
  readonly orderOn: PlainDate;
  /** Reference or customer order number it was made for; empty where none. */
  readonly name?: string;
  /** Why it cannot change: picked, in the frozen zone, refused by the ERP. */
  readonly fixed?: string;
}

export interface PegInput {
  /** The releasable curve as accepted. */
  readonly curve: EffectiveCurve;
  readonly dates: (step: LayeredStep) => OrderDates;
  readonly businessDate: PlainDate;
  /** Shipped since the curve's start: covers the earliest steps. */
  readonly shipped: Quantity;
  /** Withheld quantities: they cover demand of their own date first, so that it is not made again. */
  readonly withheld?: readonly { readonly orderOn: PlainDate; readonly quantity: Quantity }[];
  readonly lines: readonly OpenLine[];
}

/** A part of a line's open quantity and the dates it is now wanted on. */
export interface Portion extends OrderDates {
  readonly quantity: Quantity;
}

/**
 * - `date`: the whole line is wanted on another date, and keeps its order number.
 * - `cut`: less is wanted; the line keeps `keeps`, perhaps on another date.
 * - `cancel`: nothing is wanted.
 * - `split`: a part is wanted on other dates: the line keeps `keeps`, each of `apart` becomes an order of its date at once.
 * - `stays`: it cannot change and would have to; `ahead` is what goes out before it is wanted, or without being wanted.
 */
export interface PeggingChange {
  readonly line: number;
  readonly change: "date" | "cut" | "cancel" | "split" | "stays";
  /** What the line holds afterwards; absent when it is cancelled. */
  readonly keeps: Portion | undefined;
  readonly apart: readonly Portion[];
  /** Taken off the line because nothing asks for it any more. */
  readonly cut: Quantity;
  readonly ahead: Quantity;
  /** Why it stays. */
  readonly fixed: string;
}

/**
 * The changes that open lines need; lines that stay as they are are not named. Shipped quantity covers the releasable
 * steps from the earliest on; then picked and frozen lines; then the other open ones in date order. Within each of these
 * a line first covers what is wanted under its name and on its own date, so that nothing moves without need. What covers
 * nothing is cancelled, latest date first.
 */
export function peg(input: PegInput): PeggingChange[] {
  const lines = input.lines
    .filter((line) => line.open > NOTHING)
    .toSorted((a, b) => (a.orderOn < b.orderOn ? -1 : a.orderOn > b.orderOn ? 1 : a.id - b.id))
    .map((line): Pegged => ({ line, day: later(line.orderOn, input.businessDate), open: line.open, covers: [] }));
  keepHistory(lines, input);
  const demands = demandsOf(input, lines);
  withholdFrom(demands, input);
  const fixed = lines.filter(({ line }) => line.fixed !== undefined);
  const free = lines.filter(({ line }) => line.fixed === undefined);
  cover(fixed, demands);
  coverNamed(free, demands);
  cutLatest(free, demands);
  cover(free, demands);
  return lines.flatMap((pegged) => changeOf(pegged));
}

interface Demand {
  readonly step: LayeredStep;
  readonly dates: OrderDates;
  /** Its scheduled order date, or the business date where that has passed: what is late is all one day. */
  readonly day: PlainDate;
  open: Quantity;
}

interface Pegged {
  readonly line: OpenLine;
  readonly day: PlainDate;
  open: Quantity;
  readonly covers: { readonly demand: Demand | undefined; readonly quantity: Quantity }[];
}

/** Open quantity below the base belongs to what the message counts as history: the earliest lines stay as they are. */
function keepHistory(lines: readonly Pegged[], { curve, shipped }: PegInput): void {
  let below = larger(NOTHING, minus(curve.base, shipped));
  for (const pegged of lines) {
    const kept = smaller(below, pegged.open);
    if (kept === NOTHING) continue;
    pegged.covers.push({ demand: undefined, quantity: kept });
    pegged.open = minus(pegged.open, kept);
    below = minus(below, kept);
  }
}

/** What the curve asks for beyond shipped, as far as withheld and open quantities reach: the rest is ordered when due. */
function demandsOf(input: PegInput, lines: readonly Pegged[]): Demand[] {
  const withheld = total((input.withheld ?? []).map((one) => one.quantity));
  let reach = plus(withheld, total(lines.map((pegged) => pegged.open)));
  return afterReleased(incrementsOf(input.curve), input.curve.base, { total: input.shipped }).flatMap(
    ({ step, quantity }) => {
      const open = smaller(reach, quantity);
      reach = minus(reach, open);
      if (open === NOTHING) return [];
      const dates = input.dates(step);
      return [{ step, dates, day: later(dates.orderOn, input.businessDate), open }];
    },
  );
}

function withholdFrom(demands: readonly Demand[], input: PegInput): void {
  const withheld = (input.withheld ?? []).map((one) => ({
    day: later(one.orderOn, input.businessDate),
    open: one.quantity,
  }));
  for (const sameDay of [true, false]) {
    for (const one of withheld) {
      for (const demand of demands) {
        if (one.open <= NOTHING) break;
        if (sameDay && demand.day !== one.day) continue;
        const taken = smaller(one.open, demand.open);
        one.open = minus(one.open, taken);
        demand.open = minus(demand.open, taken);
      }
    }
  }
}

/** Lines on demand of their name and date, then their date, then their name, then the earliest. */
function cover(lines: readonly Pegged[], demands: readonly Demand[]): void {
  const passes: ((pegged: Pegged, demand: Demand) => boolean)[] = [
    (pegged, demand) => isNamed(pegged, demand) && pegged.day === demand.day,
    isNamed,
    (pegged, demand) => pegged.day === demand.day,
    () => true,
  ];
  for (const fits of passes) for (const pegged of lines) take(pegged, demands, fits);
}

function coverNamed(lines: readonly Pegged[], demands: readonly Demand[]): void {
  for (const pegged of lines) take(pegged, demands, (one, demand) => isNamed(one, demand) && one.day === demand.day);
  for (const pegged of lines) take(pegged, demands, isNamed);
}

const isNamed = ({ line }: Pegged, { step }: Demand): boolean =>
  line.name !== undefined &&
  line.name !== "" &&
  (line.name === step.reference || line.name === step.customerOrderNumber);

function take(pegged: Pegged, demands: readonly Demand[], fits: (pegged: Pegged, demand: Demand) => boolean): void {
  for (const demand of demands) {
    if (pegged.open === NOTHING) return;
    if (demand.open === NOTHING || !fits(pegged, demand)) continue;
    const quantity = smaller(pegged.open, demand.open);
    pegged.covers.push({ demand, quantity });
    pegged.open = minus(pegged.open, quantity);
    demand.open = minus(demand.open, quantity);
  }
}

/** What is open beyond all demand comes off the latest lines, whatever date it was for. */
function cutLatest(lines: readonly Pegged[], demands: readonly Demand[]): void {
  const open = total(lines.map((pegged) => pegged.open));
  let excess = minus(open, total(demands.map((demand) => demand.open)));
  for (const pegged of lines.toReversed()) {
    const cut = larger(NOTHING, smaller(excess, pegged.open));
    pegged.open = minus(pegged.open, cut);
    excess = minus(excess, cut);
  }
}

function changeOf(pegged: Pegged): PeggingChange[] {
  const { line } = pegged;
  const own = { orderOn: line.orderOn, shipOn: line.orderOn, deliverOn: line.orderOn };
  const byDay = new Map<PlainDate, Portion>();
  for (const { demand, quantity } of pegged.covers) {
    const day = demand?.day ?? pegged.day;
    const there = byDay.get(day);
    byDay.set(day, { ...(there ?? demand?.dates ?? own), quantity: plus(there?.quantity ?? NOTHING, quantity) });
  }
  const covered = total([...byDay.values()].map((portion) => portion.quantity));
  const cut = minus(line.open, covered);
  const inOwnTime = byDay.get(pegged.day);
  const portions = [...byDay].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, portion]) => portion);
  if (cut === NOTHING && byDay.size === 1 && inOwnTime !== undefined) return [];
  const keeps = inOwnTime ?? portions[0];
  const apart = portions.filter((portion) => portion !== keeps);
  const change = { line: line.id, keeps, apart, cut, ahead: NOTHING, fixed: "" };
  if (line.fixed !== undefined) {
    const behind = [...byDay].filter(([day]) => day > pegged.day).map(([, portion]) => portion.quantity);
    return [{ ...change, change: "stays", ahead: plus(cut, total(behind)), fixed: line.fixed }];
  }
  if (keeps === undefined) return [{ ...change, change: "cancel" }];
  if (apart.length > 0) return [{ ...change, change: "split" }];
  return [{ ...change, change: cut > NOTHING ? "cut" : "date" }];
}
