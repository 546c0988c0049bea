/** Running totals as quantities: what each figure adds to the one before it in the order in which they hold. */
import { addDays, earlier, later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { Ground } from "./base.ts";
import { falls, startsAgain } from "./curve-faults.ts";
import { compare, rankOf } from "./in-line.ts";
import type { PlacedStep } from "./placing.ts";

/**
 * Running totals as quantities. The first may lie below the base (we are ahead); what a bucket adds comes after the last
 * date whose total is stated. A later figure that falls is shown as a fault, except where a stated zero date lets the
 * count begin again: from there the figures run on from the height reached.
 */
export function quantitiesOfTotals(placed: readonly PlacedStep[], ground: Ground, findings: Finding[]): PlacedStep[] {
  let reached = ground.base;
  let previous: Quantity | undefined;
  let lift = NOTHING;
  let zeroed = ground.zeroOn === "";
  let known: { before: PlainDate | undefined; upTo: PlainDate } | undefined;
  return asTheyHold(placed).map(({ step, holds }) => {
    if (step.timing === "no-demand") return { ...step, figure: NOTHING };
    if (known === undefined || known.upTo < holds) known = { before: known?.upTo, upTo: holds };
    if (previous !== undefined && step.figure < previous) {
      if (!zeroed && ground.zeroOn !== "" && holds >= ground.zeroOn) {
        lift = reached;
        zeroed = true;
        findings.push(startsAgain(step, ground.zeroOn, reached));
      } else if (step.kind !== "remainder") findings.push(falls(step, previous));
    }
    previous = step.figure;
    const height = plus(step.figure, lift);
    const figure = step.kind === "remainder" ? larger(NOTHING, minus(height, reached)) : minus(height, reached);
    reached = plus(reached, figure);
    return { ...step, figure, date: dateBehind(step, known.before) };
  });
}

/** In the order in which they hold: a bucket's figure holds at its end. */
const asTheyHold = (placed: readonly PlacedStep[]): { readonly step: PlacedStep; readonly holds: PlainDate }[] =>
  placed
    .map((step) => ({ step, holds: step.kind === "dated" ? step.to : step.date }))
    .toSorted(
      (a, b) => rankOf(a.step) - rankOf(b.step) || compare(a.holds, b.holds) || compare(a.step.figure, b.step.figure),
    );

/** A bucket's day, moved behind the last date whose total is known. */
function dateBehind(step: PlacedStep, known: PlainDate | undefined): PlainDate {
  if (step.kind !== "dated" || known === undefined || step.date > known) return step.date;
  return later(step.date, earlier(step.to, addDays(known, 1)));
}
