/** What is to be ordered, and when (domain.md, *Due*, *Packs*; features.md D1, D2, D7, D11). */
import type { PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, packsFor, plus, type Quantity, smaller, total } from "../values/figures.ts";
import { type Increment, incrementsOf } from "./heights.ts";
import type { OrderDates } from "./ship-dates.ts";
import type { EffectiveCurve, LayeredStep } from "./types.ts";

/** What is released since the curve's start: open child quantities + shipped + withheld. */
export interface Released {
  readonly total: Quantity;
  /**
   * The part of it that names a reference or a customer order number and is not yet below the curve's base (open child
   * lines, notes in transit): it covers the steps of that name first.
   */
  readonly named?: readonly { readonly name: string; readonly quantity: Quantity }[];
  /**
   * The part of it that is open without such a name on orders scheduled for after the business date (moved there, or made
   * early): it covers the steps of its own date first, so that earlier demand which is added later is not swallowed.
   */
  readonly later?: readonly { readonly orderOn: PlainDate; readonly quantity: Quantity }[];
}

/** The over-release guard of the agreement's line (features.md D11). */
export interface ContractRoom {
  /** Contract × (1 + tolerance); absent for open-ended lines. */
  readonly limit: Quantity;
  /** Shipped − returned + still open. */
  readonly processed: Quantity;
}

export interface ReleasePlanInput {
  /** The releasable curve. */
  readonly curve: EffectiveCurve;
  readonly dates: (step: LayeredStep) => OrderDates;
  readonly released: Released;
  readonly businessDate: PlainDate;
  /** Pack quantity; nothing (0) where there is none. */
  readonly pack?: Quantity;
  readonly contract?: ContractRoom | undefined;
  /** `all-due`: everything due goes under the earliest date. */
  readonly grouping?: "per-date" | "all-due";
}

/** One release: the lines of one child order are those of equal `orderOn` and `customerOrderNumber` (and ship-to). */
export interface PlannedRelease extends OrderDates {
  readonly quantity: Quantity;
  /** What the step still lacks; `quantity` exceeds it by pack rounding only, or falls short of it by what an earlier rounding took. */
  readonly needed: Quantity;
  /** The part of `quantity` that lies beyond the contract's limit; a planner has accepted it, or the release is held. */
  readonly beyondContract: Quantity;
  readonly customerOrderNumber: string;
  readonly reference: string;
  readonly window: string;
  readonly route: string;
  /** The steps it orders, in line. */
  readonly steps: readonly LayeredStep[];
  /** Scheduled on or before the business date. */
  readonly due: boolean;
}

/**
 * Everything the releasable curve still lacks, due or not, in line. Walks the steps from the earliest, takes off what is
 * released, rounds each dated release up to full packs and takes the excess off the next. What the customer has received
 * (the base) is never ordered again, so released counts at least as much as the base. Nothing undated is ever planned.
 */
export function releasePlan(input: ReleasePlanInput): PlannedRelease[] {
  const lacking = afterReleased(incrementsOf(input.curve), input.curve.base, input.released, input.dates);
  const dated = together(
    lacking.map((increment) => ({ increment, dates: input.dates(increment.step) })),
    input,
  );
  const packs = packing(input);
  return dated.flatMap((group) => {
    const packed = packs(group.needed);
    return packed.quantity > NOTHING ? [{ ...group, ...packed }] : [];
  });
}

/** The releases of a plan that are due on its business date. */
export const dueNow = (plan: readonly PlannedRelease[]): PlannedRelease[] => plan.filter((release) => release.due);

/** The first scheduled order date of a plan; empty when nothing is left to order. */
export const nextOrderOn = (plan: readonly PlannedRelease[]): PlainDate | "" =>
  plan.reduce<PlainDate | "">((first, { orderOn }) => (first === "" || orderOn < first ? orderOn : first), "");

/** `nextOrderOn` of the plan for this input. Without packs no rounding takes anything off: what lacks first is ordered first. */
export function firstOrderOn(input: ReleasePlanInput): PlainDate | "" {
  const { curve, released, dates } = input;
  const named = (released.named?.length ?? 0) > 0 || (released.later?.length ?? 0) > 0;
  if ((input.pack ?? NOTHING) > NOTHING || named) return nextOrderOn(releasePlan(input));
  let first: PlainDate | "" = "";
  // What is released covers everything up to its height; a cumulative that falls asks for nothing until it rises above it.
  let highest = larger(curve.base, released.total);
  let last: LayeredStep | undefined;
  for (const step of curve.steps) {
    if (step.kind === "remainder" || step.cumulative <= highest) continue;
    highest = step.cumulative;
    // A later day of the same kind is not ordered earlier.
    if (last?.kind === step.kind && last.date <= step.date) continue;
    last = step;
    const { orderOn } = dates(step);
    if (first === "" || orderOn < first) first = orderOn;
  }
  return first;
}

/**
 * Due by `on`: required by then on the releasable curve, moved to scheduled order dates, less released; negative when we
 * are ahead.
 */
export function dueBy(input: Pick<ReleasePlanInput, "curve" | "dates" | "released">, on: PlainDate): Quantity {
  const required = incrementsOf(input.curve)
    .filter(({ step }) => input.dates(step).orderOn <= on)
    .map((increment) => increment.quantity);
  return minus(plus(input.curve.base, total(required)), larger(input.released.total, input.curve.base));
}

/**
 * The increments with what is released taken off: steps that are named first, those of later orders' own dates next, then
 * from the earliest.
 */
export function afterReleased(
  increments: readonly Increment<LayeredStep>[],
  base: Quantity,
  released: Released,
  dates?: (step: LayeredStep) => OrderDates,
): Increment<LayeredStep>[] {
  let cover = larger(NOTHING, minus(released.total, base));
  const coverOwn = (
    open: readonly Increment<LayeredStep>[],
    own: Map<string, Quantity>,
    keyOf: (step: LayeredStep) => string | undefined,
  ) =>
    open.map(({ step, quantity }) => {
      const key = own.size === 0 ? undefined : keyOf(step);
      const there = key === undefined ? NOTHING : (own.get(key) ?? NOTHING);
      const covered = smaller(smaller(there, cover), quantity);
      if (key !== undefined) own.set(key, minus(there, covered));
      cover = minus(cover, covered);
      return { step, quantity: minus(quantity, covered) };
    });
  const named = summed((released.named ?? []).map(({ name, quantity }) => [name, quantity]));
  const later = summed((released.later ?? []).map(({ orderOn, quantity }) => [orderOn, quantity]));
  const unnamed = coverOwn(withoutFalls(increments), named, (step) => nameOf(step, named));
  const lacking = coverOwn(unnamed, later, (step) => dates?.(step).orderOn);
  return lacking.flatMap(({ step, quantity }) => {
    const covered = smaller(cover, quantity);
    cover = minus(cover, covered);
    return quantity > covered ? [{ step, quantity: minus(quantity, covered) }] : [];
  });
}

function summed(parts: readonly (readonly [string, Quantity])[]): Map<string, Quantity> {
  const sums = new Map<string, Quantity>();
  for (const [key, quantity] of parts) sums.set(key, plus(sums.get(key) ?? NOTHING, quantity));
  return sums;
}

function nameOf(step: LayeredStep, named: ReadonlyMap<string, Quantity>): string | undefined {
  if (step.reference !== "" && named.has(step.reference)) return step.reference;
  return step.customerOrderNumber !== "" && named.has(step.customerOrderNumber) ? step.customerOrderNumber : undefined;
}

/** A cumulative that falls asks for nothing again until it has risen above its own highest point. */
function withoutFalls(increments: readonly Increment<LayeredStep>[]): Increment<LayeredStep>[] {
  let height = NOTHING;
  let highest = NOTHING;
  return increments.map(({ step, quantity }) => {
    height = plus(height, quantity);
    const rise = larger(NOTHING, minus(height, highest));
    highest = larger(highest, height);
    return { step, quantity: rise };
  });
}

type Group = Omit<PlannedRelease, "quantity" | "beyondContract">;
interface OpenGroup extends Group {
  readonly steps: LayeredStep[];
  needed: Quantity;
}

function together(
  lacking: readonly { increment: Increment<LayeredStep>; dates: OrderDates }[],
  input: ReleasePlanInput,
): Group[] {
  const earliest = input.grouping === "all-due" ? earliestDue(lacking, input.businessDate) : undefined;
  const groups: OpenGroup[] = [];
  // By date first: nearly every group has one of its own.
  const byDate = new Map<PlainDate, OpenGroup[]>();
  for (const { increment, dates } of lacking) {
    const { step, quantity: needed } = increment;
    const due = dates.orderOn <= input.businessDate;
    const orderOn = due ? (earliest ?? dates.orderOn) : dates.orderOn;
    const sameDay = byDate.get(orderOn);
    const group = sameDay?.find((one) => isOneRelease(one, step, dates));
    if (group !== undefined) {
      group.steps.push(step);
      group.needed = plus(group.needed, needed);
      continue;
    }
    const { customerOrderNumber, reference, window, route } = step;
    const { deliverOn, shipOn } = dates;
    const opened = {
      deliverOn,
      shipOn,
      orderOn,
      needed,
      customerOrderNumber,
      reference,
      window,
      route,
      steps: [step],
      due,
    };
    groups.push(opened);
    if (sameDay === undefined) byDate.set(orderOn, [opened]);
    else sameDay.push(opened);
  }
  return groups;
}

/** Whether a step that is ordered on the group's date belongs to it. */
const isOneRelease = (group: Group, step: LayeredStep, dates: OrderDates): boolean =>
  group.shipOn === dates.shipOn &&
  group.deliverOn === dates.deliverOn &&
  group.customerOrderNumber === step.customerOrderNumber &&
  group.reference === step.reference &&
  group.window === step.window &&
  group.route === step.route;

const earliestDue = (lacking: readonly { dates: OrderDates }[], businessDate: PlainDate): PlainDate | undefined =>
  lacking
    .map(({ dates }) => dates.orderOn)
    .filter((date) => date <= businessDate)
    .reduce<PlainDate | undefined>((first, date) => (first === undefined || date < first ? date : first), undefined);

/** Rounds one release after the other; a last pack that would break the contract's limit is left open. */
function packing(input: ReleasePlanInput): (needed: Quantity) => { quantity: Quantity; beyondContract: Quantity } {
  const pack = input.pack ?? NOTHING;
  let needed = NOTHING;
  let ordered = NOTHING;
  return (more) => {
    needed = plus(needed, more);
    const lacks = larger(NOTHING, minus(needed, ordered));
    const rounded = pack > NOTHING ? ((packsFor(lacks, pack) * pack) as Quantity) : lacks;
    const room = input.contract && minus(minus(input.contract.limit, input.contract.processed), ordered);
    const quantity = room !== undefined && rounded > room ? lacks : rounded;
    ordered = plus(ordered, quantity);
    const beyond = room === undefined ? NOTHING : smaller(quantity, larger(NOTHING, minus(quantity, room)));
    return { quantity, beyondContract: beyond };
  };
}
