/** What is wrong with a line's figures, shown beside its curve; the item is held for it unless it is a note. */
import type { PlainDate } from "../values/dates.ts";
import { type Quantity, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { PlacedStep } from "./placing.ts";

export function negatives(placed: readonly PlacedStep[]): Finding[] {
  return placed
    .filter((step) => step.figure < 0n)
    .map((step) => ({
      code: "SCHEDULE_CUMULATIVE_FALLS",
      severity: "tolerated",
      message: "A quantity is negative: the cumulative falls.",
      place: stepPlace(step),
      expected: "a quantity of zero or more",
      found: writeMillionths(step.figure),
      remedy: "Ask the customer for a corrected schedule; the item is held.",
    }));
}

/** No one can have received less than nothing: whatever the figure means, an order made from it would be too large. */
export const belowNothing = (base: Quantity): Finding => ({
  code: "SCHEDULE_QUANTITIES_UNCLEAR",
  severity: "tolerated",
  message: "The cumulative that the schedule starts from is negative.",
  place: {},
  expected: "a cumulative of zero or more",
  found: writeMillionths(base),
  remedy: "Ask the customer for a corrected schedule; the item is held.",
});

export function falls(step: PlacedStep, previous: Quantity): Finding {
  return {
    code: "SCHEDULE_CUMULATIVE_FALLS",
    severity: "tolerated",
    message: `The cumulative of ${step.to} is below the one before it, and no zero date is stated between them.`,
    place: stepPlace(step),
    expected: `${writeMillionths(previous)} or more`,
    found: writeMillionths(step.figure),
    remedy: "Ask the customer for a corrected schedule; the item is held.",
  };
}

export function startsAgain(step: PlacedStep, zeroOn: PlainDate, reached: Quantity): Finding {
  return {
    code: "SCHEDULE_STARTS_AGAIN",
    severity: "note",
    message: `The cumulative starts again at the stated zero date ${zeroOn}; its figures run on from ${writeMillionths(reached)}.`,
    place: stepPlace(step),
  };
}

const stepPlace = (step: PlacedStep): Finding["place"] => (step.segment === 0 ? {} : { inSet: step.segment });
