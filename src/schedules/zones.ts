/** Zones and tolerances of a policy (domain.md, *Tolerances*; features.md B6). */
import type { Policy, PolicyZone, Tolerance } from "../config/policy.ts";
import { addDays, daysBetween, type PlainDate } from "../values/dates.ts";
import { minus, NOTHING, negated, type Quantity, quantity } from "../values/figures.ts";

/** The old and the new height at one date, and what the old curve asked for there. */
export interface Tested {
  readonly date: PlainDate;
  readonly before: Quantity;
  readonly after: Quantity;
  readonly oldStep: Quantity;
  /** The next date at which the curves are compared; absent for the last of them. */
  readonly next: PlainDate | undefined;
}

const END_OF_TIME = "9999-12-31" as PlainDate;

/** Says which zone of the policy a date lies in, given the commitments that stand at it. */
export type ZoneOf = (date: PlainDate, commitments: readonly string[]) => number;

/**
 * Zones by days run from the business date of the judgement; zones by commitment are those that name one. Where a date
 * has both, the policy says which wins; where it has neither, the zone without either takes it, else the last one.
 */
export function zoning(policy: Policy, businessDate: PlainDate): ZoneOf {
  const { zones, zonesBy } = policy;
  const dayZones = zones
    .flatMap((zone, index) => (zone.untilDay === undefined ? [] : [{ index, until: zone.untilDay }]))
    .toSorted((a, b) => a.until - b.until);
  const open = zones.findIndex((zone) => zone.untilDay === undefined && zone.commitments === undefined);
  const rest = open === -1 ? zones.length - 1 : open;
  return (date, commitments) => {
    const day = daysBetween(businessDate, date);
    const byDays = dayZones.find((zone) => day <= zone.until)?.index;
    const named = zones.findIndex((zone) => zone.commitments?.some((commitment) => commitments.includes(commitment)));
    const byCommitment = named === -1 ? undefined : named;
    const [first, second] = zonesBy === "days" ? [byDays, byCommitment] : [byCommitment, byDays];
    return first ?? second ?? rest;
  };
}

/** The last date of a zone in days; `undefined` for one that is open or goes by commitments. */
export const zoneEnd = (zone: PolicyZone, businessDate: PlainDate): PlainDate | undefined =>
  zone.untilDay === undefined ? undefined : addDays(businessDate, zone.untilDay);

/**
 * The name of the test that lets a height difference pass, or `undefined` when none of the allowed ones does.
 * @param oldHeight height of the old curve at any date
 * @param atZoneEnd height difference at the end of the zone
 */
export function passedTest(
  tolerance: Tolerance,
  tested: Tested,
  oldHeight: (date: PlainDate) => Quantity,
  atZoneEnd: () => Quantity,
): string | undefined {
  if (tolerance === "any") return "any";
  const difference = minus(tested.after, tested.before);
  if (tolerance.quantity !== undefined && magnitude(difference) <= quantity(tolerance.quantity)) return "quantity";
  if (tolerance.percent !== undefined && withinPercent(difference, tolerance.percent, tested.oldStep)) return "percent";
  if (tolerance.days !== undefined && coveredInDays(tested, tolerance.days, oldHeight)) return "days";
  if (tolerance.cumulative !== undefined && magnitude(atZoneEnd()) <= quantity(tolerance.cumulative))
    return "cumulative";
  return undefined;
}

export const magnitude = (of: Quantity): Quantity => (of < NOTHING ? negated(of) : of);

/** Of an old step of zero no percent is anything. */
const withinPercent = (difference: Quantity, percent: string, oldStep: Quantity): boolean =>
  oldStep > NOTHING && magnitude(difference) * 100_000_000n <= quantity(percent) * oldStep;

/** What is late stays so until the next date: a decrease is covered when the old curve was no higher all that time. */
function coveredInDays(tested: Tested, days: number, oldHeight: (date: PlainDate) => Quantity): boolean {
  return tested.after > tested.before
    ? tested.after <= oldHeight(addDays(tested.date, days))
    : tested.after >= oldHeight(tested.next === undefined ? END_OF_TIME : addDays(tested.next, -1 - days));
}
