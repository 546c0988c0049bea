/** Forecast and call-off laid over each other (domain.md, *Layers*; features.md B3), and one release over the one before it. */
import type { WorkCalendar } from "../config/schedule-settings.ts";
import { addDays, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, smaller, total } from "../values/figures.ts";
import { calendarOf } from "./calendars.ts";
import { heightAt, type Increment, incrementsOf, stacked, stepAt } from "./heights.ts";
import type { Curve, EffectiveCurve, Layer, LayeredStep, Step } from "./types.ts";

export interface EffectiveInput {
  /** The accepted forecast in force. */
  readonly forecast?: Curve | undefined;
  /** The accepted call-off in force; its base was fixed when it was read (`curveOf`), its horizon is what it rules. */
  readonly callOff?: Curve | undefined;
  /** Days over which what is left of a straddling bucket is spread; every day unless given. */
  readonly delivery?: WorkCalendar | undefined;
  /** Days between ship and delivery date: a forecast in other dates than the call-off is brought to the call-off's. */
  readonly transitDays?: number;
}

const EVERY_DAY: WorkCalendar = { workingDays: [1, 2, 3, 4, 5, 6, 7], holidays: [] };
const WHOLE = 1_000_000n;

/**
 * The curve in force: the call-off's inside its horizon, the forecast's increments after it, in the call-off's kind of
 * dates. With neither there is no demand: `undefined`.
 */
export function effectiveCurve(input: EffectiveInput): EffectiveCurve | undefined {
  const { callOff } = input;
  const forecast =
    callOff && input.forecast ? onDatesOf(callOff, input.forecast, input.transitDays ?? 0) : input.forecast;
  if (callOff === undefined || (forecast !== undefined && isOver(callOff, forecast))) {
    return forecast === undefined ? undefined : layered(forecast, "forecast");
  }
  if (forecast === undefined) return layered(callOff, "call-off");
  return laidOver(forecast, callOff, input);
}

/** A curve in the other's kind of dates: delivery dates lie the transit days behind ship dates. */
export function onDatesOf(next: Pick<Curve, "dates">, old: Curve, transitDays: number): Curve {
  if (old.dates === next.dates) return old;
  const days = next.dates === "shipment" ? -transitDays : transitDays;
  return rebased(old, { dates: next.dates, date: (date) => addDays(date, days) });
}

/**
 * A call-off whose end lies before the date of a newer forecast counts no more: that forecast's backlog already holds what
 * was missed. Nor does one that was written in an earlier period of the cumulative.
 */
function isOver(callOff: Curve, forecast: Curve): boolean {
  const newer = forecast.messageDate >= callOff.messageDate;
  if (newer && callOff.horizon.to < forecast.messageDate) return true;
  return callOff.since !== "" && forecast.since !== "" && callOff.since < forecast.since;
}

/** The curve with every step marked as of this layer. */
export const layered = (curve: Curve, layer: Layer | "hand"): EffectiveCurve =>
  isOfLayer(curve, layer) ? curve : { ...curve, steps: curve.steps.map((step) => ofLayer(step, layer)) };

/** A curve just read from its message knows its layer. */
const isOfLayer = (curve: Curve, layer: Layer | "hand"): curve is EffectiveCurve =>
  curve.steps.every((step) => step.layer === layer);

const ofLayer = (step: Step, layer: LayeredStep["layer"]): LayeredStep => stepAt(step, step.cumulative, layer);

function laidOver(forecast: Curve, callOff: Curve, input: EffectiveInput): EffectiveCurve {
  const { from: start, to: end } = callOff.horizon;
  const below = belowStart(forecast, callOff);
  const rules = withLayer(incrementsOf(callOff), "call-off").filter(({ step }) => step.date <= end);
  const inside = carried(rules, below, callOff);
  const after = afterEnd(forecast, rules, { start, end }, input.delivery ?? EVERY_DAY);
  const steps = stacked(callOff.base, [...[...below, ...inside].toSorted(byDate), ...after]);
  const last = forecast.horizon.to > end ? forecast.horizon.to : end;
  return { ...callOff, horizon: { from: callOff.horizon.from, to: last }, steps };
}

const withLayer = (increments: readonly Increment[], layer: Layer): Increment<LayeredStep>[] =>
  increments.map(({ step, quantity }) => ({ step: ofLayer(step, layer), quantity }));

/** The forecast's steps before a call-off that starts later than its message date and states no backlog. */
function belowStart(forecast: Curve, callOff: Curve): Increment<LayeredStep>[] {
  const { from: start, to: end } = callOff.horizon;
  if (start <= callOff.messageDate || callOff.steps.some((step) => step.kind === "backlog")) return [];
  if (!sameStart(forecast, callOff)) return [];
  const before = incrementsOf(forecast, callOff.base).filter(({ step }) => step.date < start && step.to <= end);
  if (callOff.quantities !== "cumulative") return withLayer(before, "forecast");
  // A running total holds them already: they may only rise up to its own first height.
  let room = larger(NOTHING, minus(heightAt(callOff, start), callOff.base));
  const bounded = before.map(({ step, quantity }) => {
    const kept = smaller(room, quantity);
    room = minus(room, kept);
    return { step, quantity: kept };
  });
  return withLayer(bounded, "forecast");
}

/** The call-off's own increments; running totals give up what already stands below their start. */
function carried(
  rules: readonly Increment<LayeredStep>[],
  below: readonly Increment<LayeredStep>[],
  callOff: Curve,
): readonly Increment<LayeredStep>[] {
  if (callOff.quantities !== "cumulative" || below.length === 0) return rules;
  return withLayer(
    incrementsOf(callOff, plus(callOff.base, total(below.map(({ quantity }) => quantity)))),
    "call-off",
  ).filter(({ step }) => step.date <= callOff.horizon.to);
}

/** The forecast's increments after the call-off's end, with what is left of buckets that straddle it, in date order. */
function afterEnd(
  forecast: Curve,
  rules: readonly Increment<LayeredStep>[],
  ruled: { readonly start: PlainDate; readonly end: PlainDate },
  delivery: WorkCalendar,
): Increment<LayeredStep>[] {
  const called = rules.map(({ step, quantity }) => ({ date: step.date, open: quantity }));
  const later: Increment<LayeredStep>[] = [];
  const straddling: Increment<LayeredStep>[] = [];
  for (const increment of withLayer(incrementsOf(forecast), "forecast")) {
    const { step } = increment;
    if (step.kind !== "dated" || step.to <= ruled.end) continue;
    (step.from > ruled.end ? later : straddling).push(increment);
  }
  straddling.sort((a, b) => (a.step.to < b.step.to ? -1 : a.step.to > b.step.to ? 1 : 0));
  const left = straddling.flatMap((increment) => {
    const open = minus(increment.quantity, takenFrom(called, increment));
    return spread(increment.step, open, addDays(ruled.end, 1), delivery);
  });
  return [...left, ...later].toSorted(byDate);
}

const byDate = (a: Increment, b: Increment): number =>
  a.step.date < b.step.date ? -1 : a.step.date > b.step.date ? 1 : 0;

/** What the call-off already asks for inside a bucket; each of its pieces counts against one bucket only. */
function takenFrom(
  called: { readonly date: PlainDate; open: Quantity }[],
  { step, quantity }: Increment<LayeredStep>,
): Quantity {
  let taken = NOTHING;
  for (const one of called) {
    if (one.date < step.from || one.date > step.to) continue;
    const part = larger(NOTHING, smaller(one.open, minus(quantity, taken)));
    one.open = minus(one.open, part);
    taken = plus(taken, part);
  }
  return taken;
}

/**
 * `left` over the delivery days of a bucket from `first` on, in whole pieces where it is whole, never ahead of an even
 * pace. A bucket without such a day is ruled by the call-off entirely: nothing is left of it.
 */
function spread(step: LayeredStep, left: Quantity, first: PlainDate, delivery: WorkCalendar): Increment<LayeredStep>[] {
  if (left <= NOTHING) return [];
  const days: PlainDate[] = [];
  const calendar = calendarOf(delivery);
  for (let day = first; day <= step.to; day = addDays(day, 1)) if (calendar.works(day)) days.push(day);
  const unit = left % WHOLE === 0n ? WHOLE : 1n;
  const units = left / unit;
  let given = 0n;
  return days.flatMap((day, index) => {
    const upTo = (units * BigInt(index + 1)) / BigInt(days.length);
    const part = ((upTo - given) * unit) as Quantity;
    given = upTo;
    return part === NOTHING
      ? []
      : [{ step: { ...step, timing: "day" as const, date: day, from: day, to: day }, quantity: part }];
  });
}

/** Whether two curves count from one start; a start that is not stated is our account's own. */
export const sameStart = (a: Pick<Curve, "since">, b: Pick<Curve, "since">): boolean =>
  a.since === b.since || a.since === "" || b.since === "";

/**
 * A release that replaces the one before it only inside its stated horizon: beyond it the old increments go on. (By
 * default a release replaces everything, also beyond its own last date.)
 */
export function carriedOn(old: Curve, next: Curve): Curve {
  const beyond = incrementsOf(old).filter(({ step }) => step.kind === "dated" && step.from > next.horizon.to);
  if (beyond.length === 0) return next;
  const increments = incrementsOf<Step>(next, next.base, { remainder: true });
  const dated = [...increments.filter(({ step }) => step.kind === "dated"), ...beyond].toSorted(byDate);
  const first = increments.filter(({ step }) => step.kind === "backlog" || step.kind === "immediate");
  const remainder = increments.filter(({ step }) => step.kind === "remainder");
  const steps = stacked(next.base, [...first, ...dated, ...remainder]);
  const to = old.horizon.to > next.horizon.to ? old.horizon.to : next.horizon.to;
  return { ...next, horizon: { from: next.horizon.from, to }, steps };
}

/** A curve on another basis: `less` off every height (a reset's closing figure), dates moved by `date` (transit days). */
export function rebased(
  curve: Curve,
  onto: {
    readonly less?: Quantity;
    readonly since?: PlainDate | "";
    readonly dates?: Curve["dates"];
    readonly date?: (date: PlainDate) => PlainDate;
  },
): Curve {
  const less = onto.less ?? NOTHING;
  const moved = onto.date ?? ((date: PlainDate) => date);
  return {
    ...curve,
    base: minus(curve.base, less),
    since: onto.since ?? curve.since,
    dates: onto.dates ?? curve.dates,
    horizon: { from: moved(curve.horizon.from), to: moved(curve.horizon.to) },
    steps: curve.steps.map((step) =>
      step.kind === "remainder"
        ? { ...step, cumulative: minus(step.cumulative, less) }
        : {
            ...step,
            date: moved(step.date),
            from: moved(step.from),
            to: moved(step.to),
            cumulative: minus(step.cumulative, less),
          },
    ),
  };
}
