/** Heights of a curve, lifted to a base: below it everything is history. */
import type { PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity } from "../values/figures.ts";
import type { Curve, LayeredStep, Step } from "./types.ts";

/** A step with the quantity it adds to the curve; negative only where the message's cumulative falls. */
export interface Increment<S extends Step = Step> {
  readonly step: S;
  readonly quantity: Quantity;
}

/**
 * What each step adds above `floor` (the curve's own base unless told): heights below it count as the floor. Remainders,
 * which have no date and are never released, are left out unless asked for.
 */
export function incrementsOf<S extends Step>(
  curve: { readonly base: Quantity; readonly steps: readonly S[] },
  floor: Quantity = curve.base,
  options: { remainder?: boolean } = {},
): Increment<S>[] {
  const increments: Increment<S>[] = [];
  let height = larger(floor, curve.base);
  for (const step of curve.steps) {
    if (step.kind === "remainder" && options.remainder !== true) continue;
    const reached = larger(floor, larger(curve.base, step.cumulative));
    increments.push({ step, quantity: minus(reached, height) });
    height = reached;
  }
  return increments;
}

/** The steps again, with cumulatives that these increments add up to from `base`. */
export function stacked<S extends Step>(base: Quantity, increments: readonly Increment<S>[]): S[] {
  let height = base;
  return increments.map(({ step, quantity }) => {
    height = plus(height, quantity);
    return step.cumulative === height ? step : { ...step, cumulative: height };
  });
}

/** A step at its height and in its layer, field by field: schedules have thousands of steps. */
export const stepAt = <L extends LayeredStep["layer"]>(
  step: Omit<Step, "cumulative" | "layer">,
  cumulative: Quantity,
  layer: L,
): Step & { readonly layer: L } => ({
  date: step.date,
  kind: step.kind,
  timing: step.timing,
  from: step.from,
  to: step.to,
  cumulative,
  commitment: step.commitment,
  customerOrderNumber: step.customerOrderNumber,
  reference: step.reference,
  referenceKind: step.referenceKind,
  window: step.window,
  route: step.route,
  segment: step.segment,
  layer,
});

/** Height of the curve at the end of `date`, never below its base; steps without a date do not count. */
export function heightAt(curve: Curve, date: PlainDate): Quantity {
  let low = 0;
  let high = curve.steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const step = curve.steps[middle] as Step;
    if (step.kind !== "remainder" && step.date <= date) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? curve.base : larger(curve.base, (curve.steps[low - 1] as Step).cumulative);
}

/** Height after the last dated step, never below the base. */
export function endHeight(curve: Curve): Quantity {
  const last = curve.steps.findLast((step) => step.kind !== "remainder");
  return last === undefined ? curve.base : larger(curve.base, last.cumulative);
}

/** All that a curve still asks for above what is released, never below nothing. */
export const stillAskedFor = (curve: Curve, released: Quantity): Quantity =>
  larger(NOTHING, minus(endHeight(curve), larger(curve.base, released)));
