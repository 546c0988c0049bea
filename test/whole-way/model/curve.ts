/** What a release means, by the rules of the domain: demand in line above what the customer counts already. */
import { dayAfter, laterOf, onOrAfter, onOrBefore, workingDaysBefore } from "./days.ts";
import type { Item, Release, Rules, Wanted } from "./words.ts";

/** One piece of demand. */
export interface Piece {
  readonly quantity: bigint;
  /** Backlog: scheduled for the day on which it is looked at. */
  readonly late: boolean;
  /** Where it stands on the curve; of backlog the day the customer says. */
  readonly date: string;
  readonly ships: boolean;
}

export interface Demand {
  readonly base: bigint;
  readonly dates: "delivery" | "ship";
  readonly issuedOn: string;
  /** The last day the schedule speaks of. */
  readonly end: string;
  /** Backlog first, then by date. */
  readonly pieces: readonly Piece[];
  /** A running total below the one before it. */
  readonly falls: boolean;
}

/** Last day of what an FST speaks of. */
const lastDay = ({ timing, from, to }: Wanted): string => (timing === "W" ? dayAfter(from, 6) : (to ?? from));

/** The day its quantity stands at: a week at its first delivery day that is left, a span of their own at its end. */
function standsAt(wanted: Wanted, issuedOn: string, rules: Rules): string {
  if (wanted.timing === "F") return lastDay(wanted);
  if (wanted.timing === "D") return wanted.from;
  const first = lastDay(wanted) < issuedOn ? wanted.from : laterOf(wanted.from, issuedOn);
  const delivery = onOrAfter(first, rules.receivesDaily);
  return delivery <= lastDay(wanted) ? delivery : first;
}

const ships = ({ commitment }: Wanted, late: boolean): boolean =>
  commitment === "C" || commitment === "A" || (late && commitment === "Z");

/** @param base where the curve starts */
export function demandOf(release: Release, item: Item, base: bigint, rules: Rules): Demand {
  const { issuedOn } = release;
  const placed = item.wanted
    .map((wanted) => {
      const late = lastDay(wanted) < issuedOn;
      return { wanted, late, date: standsAt(wanted, issuedOn, rules) };
    })
    .toSorted((a, b) => Number(b.late) - Number(a.late) || (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  let height = base;
  let before: bigint | undefined;
  let falls = false;
  const pieces = placed.map(({ wanted, late, date }): Piece => {
    let quantity = wanted.quantity;
    if (release.running) {
      if (before !== undefined && wanted.quantity < before) falls = true;
      before = wanted.quantity;
      const reached = wanted.quantity > height ? wanted.quantity : height;
      quantity = reached - height;
      height = reached;
    }
    return { quantity, late, date, ships: ships(wanted, late) };
  });
  const end = item.wanted.map(lastDay).reduce(laterOf, issuedOn);
  return { base, dates: release.dates, issuedOn, end, pieces, falls };
}

export const total = (figures: readonly bigint[]): bigint => figures.reduce((sum, one) => sum + one, 0n);
export const atLeastNothing = (figure: bigint): bigint => (figure > 0n ? figure : 0n);
export const smallerOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const largerOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Whether two schedules ask for something else on a day that both speak of; what either says beyond the other's end is no change. */
export function isChanged(accepted: Demand, next: Demand, rules: Rules): boolean {
  const old = inDatesOf(next, accepted, rules);
  const floor = largerOf(old.base, next.base);
  const [before, after] = [byDay(old, floor, next.issuedOn), byDay(next, floor, next.issuedOn)];
  const [oldEnd, newEnd] = [laterOf(old.end, next.issuedOn), next.end];
  return [...new Set([...before.keys(), ...after.keys()])].some((day) => {
    const removed = (before.get(day) ?? 0n) - (after.get(day) ?? 0n);
    return (removed > 0n && day <= newEnd) || (removed < 0n && day <= oldEnd);
  });
}

/** Delivery dates as ship dates, or the other way, by the transit days. */
function inDatesOf({ dates }: Demand, old: Demand, { transitDays }: Rules): Demand {
  if (old.dates === dates) return old;
  const moved = (date: string) => dayAfter(date, dates === "ship" ? -transitDays : transitDays);
  const pieces = old.pieces.map((piece) => ({ ...piece, date: moved(piece.date) }));
  return { ...old, dates, end: moved(old.end), pieces };
}

/** What a curve asks for above `floor`, by day; what is past stands at the day of the new message. */
function byDay({ base, pieces }: Demand, floor: bigint, issuedOn: string): Map<string, bigint> {
  const days = new Map<string, bigint>();
  let below = atLeastNothing(floor - base);
  for (const { quantity, date } of pieces) {
    const taken = smallerOf(below, quantity);
    below -= taken;
    const day = laterOf(date, issuedOn);
    if (quantity > taken) days.set(day, (days.get(day) ?? 0n) + quantity - taken);
  }
  return days;
}

/** A piece with the days that it is ordered, shipped and delivered on, as seen on one business date. */
export interface Dated {
  readonly quantity: bigint;
  readonly orderOn: string;
  readonly shipOn: string;
  readonly deliverOn: string;
}

/** What may ship of a schedule, in line, with its three dates. */
export function shippingDemand({ pieces, dates }: Demand, today: string, rules: Rules): Dated[] {
  return pieces
    .filter((piece) => piece.ships && piece.quantity > 0n)
    .map(({ quantity, date, late }) => {
      const three = dates === "delivery" ? fromDelivery(date, rules) : fromShipping(date, rules);
      return late
        ? { quantity, deliverOn: three.deliverOn, shipOn: laterOf(three.shipOn, today), orderOn: today }
        : { quantity, ...three };
    });
}

function fromDelivery(date: string, rules: Rules): Omit<Dated, "quantity"> {
  const deliverOn = onOrBefore(date, rules.receivesDaily);
  const shipOn = onOrBefore(dayAfter(deliverOn, -rules.transitDays), rules.shipsDaily);
  return { deliverOn, shipOn, orderOn: workingDaysBefore(shipOn, rules.leadDays, rules.shipsDaily) };
}

function fromShipping(date: string, rules: Rules): Omit<Dated, "quantity"> {
  const shipOn = onOrBefore(date, rules.shipsDaily);
  return {
    deliverOn: dayAfter(shipOn, rules.transitDays),
    shipOn,
    orderOn: workingDaysBefore(shipOn, rules.leadDays, rules.shipsDaily),
  };
}

/** What is left of demand behind the first `covered` pieces of it. */
export function behind(demand: readonly Dated[], covered: bigint): Dated[] {
  let left = atLeastNothing(covered);
  return demand.flatMap((one) => {
    const taken = smallerOf(left, one.quantity);
    left -= taken;
    return one.quantity > taken ? [{ ...one, quantity: one.quantity - taken }] : [];
  });
}
