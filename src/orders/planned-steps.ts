/** Steps of a plan before they are rows, one for each row. */
import type { LayeredStep } from "../schedules/types.ts";
import type { PlainDate } from "../values/dates.ts";

/** One step of an account's plan with what releasing needs to know of it. */
export interface PlannedStep {
  readonly step: LayeredStep;
  /** Scheduled order date; of backlog and immediate demand the business date of the acceptance, of a remainder none. */
  readonly orderOn: PlainDate | "";
  readonly releasable: boolean;
  readonly lineId: number;
  readonly allocate?: boolean;
  readonly purchaseOrderCreatedOn?: string;
}

/** One step for each row: two statements of the same thing for the same day are one split, as high as both. */
export function apart(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  if (steps.every(({ step }, n) => n === 0 || (steps[n - 1] as PlannedStep).step.date < step.date)) return steps;
  const byKey = new Map<string, PlannedStep>();
  for (const one of steps) {
    const key = keyOf(one);
    const same = byKey.get(key);
    byKey.set(key, same === undefined || same.step.cumulative < one.step.cumulative ? one : same);
  }
  return byKey.size === steps.length ? steps : [...byKey.values()];
}

/** What tells the splits of an account apart. */
const keyOf = ({ lineId, step }: PlannedStep): string =>
  JSON.stringify([
    lineId,
    step.layer,
    dateKey(step),
    step.commitment,
    step.customerOrderNumber,
    step.reference,
    step.window,
    step.route,
  ]);

/** The day of a step, its kind and its bucket. */
export const dateKey = ({ date, kind, timing, from, to }: LayeredStep): string =>
  `${date} ${kind} ${timing} ${from} ${to}`;
