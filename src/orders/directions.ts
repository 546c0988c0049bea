/**
 * Where a customer wants the goods and the signs he looks for again in what we send him: kept with each revision as its line
 * states them. Places change with the next schedule, also for what is ordered already; the line of his order does not.
 */
import type { ScheduleLine } from "../documents/delivery-schedule.ts";
import type { RevisionRow } from "../store/tables.ts";
import { stableJson } from "../values/json.ts";

/** What the schedule in force says last counts for what leaves now. */
const OF_THE_PLACE = ["customerSign", "dock", "plant", "pointOfUse", "unloadingPoint", "usage", "warehouse"] as const;
/** The line of his order belongs to the schedule that the goods were ordered by. */
const FIELDS = [...OF_THE_PLACE, "orderLine"] as const;

export type Directions = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

export type Directed = Pick<RevisionRow, "layer" | "directions">;

/** A line's directions as they are kept: JSON, or empty text where it states none. */
export function directionsIn(line: ScheduleLine): string {
  const stated = FIELDS.flatMap((field) => {
    const text = (line[field] ?? "").trim();
    return text === "" ? [] : [[field, text] as const];
  });
  return stated.length === 0 ? "" : stableJson(Object.fromEntries(stated));
}

/** Directions as `directionsIn` keeps them. */
export const readDirections = (kept: string): Directions => (kept === "" ? {} : (JSON.parse(kept) as Directions));

/**
 * The directions for goods of an order line: field by field those of the schedules in force, of the layer that the line was
 * ordered by before the other; those of the schedule it was ordered by where none in force states any. Dock and unloading
 * point are one place, so the nearer schedule that states either speaks for both.
 */
export function directionsFor(orderedBy: Directed | undefined, inForce: readonly Directed[]): Directions {
  const own = readDirections(orderedBy?.directions ?? "");
  const placesOf = (of: Directions) =>
    OF_THE_PLACE.flatMap((field) => (of[field] === undefined ? [] : [[field, of[field]]]));
  const ofLayer = inForce.toSorted(
    (a, b) => Number(b.layer === orderedBy?.layer) - Number(a.layer === orderedBy?.layer),
  );
  const stated = ofLayer
    .map(({ directions }) => placesOf(readDirections(directions)))
    .filter(({ length }) => length > 0);
  const places = stated.length === 0 ? [placesOf(own)] : stated;
  const unloadedBy = places.find((fields) => fields.some(isUnloading));
  const counting = places.map((fields) => fields.filter((field) => fields === unloadedBy || !isUnloading(field)));
  return {
    ...Object.fromEntries(counting.toReversed().flat()),
    ...(own.orderLine === undefined ? {} : { orderLine: own.orderLine }),
  };
}

const isUnloading = ([field]: readonly (string | undefined)[]): boolean =>
  field === "dock" || field === "unloadingPoint";

/** Ids of the revisions in force on an account. */
export const inForceOn = (account: {
  readonly forecast_revision_id: number | null;
  readonly call_off_revision_id: number | null;
}): number[] => [account.call_off_revision_id, account.forecast_revision_id].filter((id) => id !== null);

/** The dock, or the unloading point, which is what others call it. */
export const dockIn = ({
  dock,
  unloadingPoint,
}: Readonly<Partial<Record<"dock" | "unloadingPoint", string | undefined>>>): string | undefined =>
  dock ?? unloadingPoint;
