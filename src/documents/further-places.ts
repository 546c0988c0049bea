/**
 * Lines that go on with the item of the line before them, for a further place (EDIFACT DELFOR by product: the places stand below
 * their item), as lines that stand by themselves.
 */
import { isDeepStrictEqual } from "node:util";
import type { ScheduleLine } from "./delivery-schedule.ts";

/** What an item says of one place only, or of all its places together: no place has it from its item. */
type OfPlace =
  | "segment"
  | "shipTo"
  | "deliveredTo"
  | "parties"
  | "dock"
  | "unloadingPoint"
  | "pointOfUse"
  | "warehouse"
  | "locations"
  | "due"
  | "steps"
  | keyof Totals;

/** Figures of the item: of all its places where it has several, of its one place otherwise. */
type Totals = Pick<
  ScheduleLine,
  | "account"
  | "last"
  | "lastReferences"
  | "accountReferences"
  | "figures"
  | "amounts"
  | "authorisations"
  | "fabrication"
  | "material"
>;

/**
 * The lines with what their item says. An item that only heads its places is no line of its own; one that has steps as well
 * stays, but for no ship-to of the header, since it counts what its places count.
 */
export function placesApart(lines: readonly ScheduleLine[]): readonly ScheduleLine[] {
  if (!lines.some(isPlace)) return lines;
  const apart: ScheduleLine[] = [];
  let handing: Handing | undefined;
  for (let at = 0; at < lines.length; ) {
    const said = lines[at] as ScheduleLine;
    if (handing !== undefined && !hasPlaceOf(said, handing.place)) handing = undefined;
    const item = handing === undefined ? said : withPlaceOf(handing, said);
    let end = at + 1;
    while (end < lines.length && isPlace(lines[end])) end += 1;
    const places = lines.slice(at + 1, end);
    if (places.length === 0) apart.push(alone(item));
    else {
      const handed = handedDown(item, places.length === 1);
      if (item.steps !== undefined) apart.push({ ...alone(item), parties: item.parties ?? [] });
      apart.push(...places.map((place) => ({ ...handed, ...alone(place), ...summedUp(handed, place) })));
      handing = { place: places.at(-1) as ScheduleLine, item };
    }
    at = end;
  }
  return apart;
}

/** A place that stands in front of the items behind it as if they were for it, and the item that it is a place of. */
interface Handing {
  readonly place: ScheduleLine;
  readonly item: ScheduleLine;
}

const isPlace = (line: ScheduleLine | undefined): boolean => line?.continues !== undefined;

/**
 * Whether an item behind a place has that place. In a DELFOR a place with its own LOC looks like one in front of items (by
 * place) until the next LIN, so it is handed to them as well.
 */
function hasPlaceOf(item: ScheduleLine, place: ScheduleLine): boolean {
  const isNamed = place.shipTo !== undefined || place.deliveredTo !== undefined;
  return isNamed && isSame(item.shipTo, place.shipTo) && isSame(item.deliveredTo, place.deliveredTo);
}

/** The item for whom the item above the place was. An unloading point is the place's only where another LOC stood behind it. */
function withPlaceOf({ place, item: above }: Handing, item: ScheduleLine): ScheduleLine {
  const { shipTo: _shipTo, deliveredTo: _deliveredTo, unloadingPoint, pointOfUse, ...own } = item;
  const isHanded = place.pointOfUse !== undefined || place.warehouse !== undefined;
  return {
    ...own,
    ...(above.shipTo && { shipTo: above.shipTo }),
    ...(above.deliveredTo && { deliveredTo: above.deliveredTo }),
    ...(unloadingPoint !== undefined && !(isHanded && unloadingPoint === place.unloadingPoint) && { unloadingPoint }),
    ...(pointOfUse !== undefined && pointOfUse !== place.pointOfUse && { pointOfUse }),
  };
}

const isSame = (one: ScheduleLine["shipTo"], other: ScheduleLine["shipTo"]): boolean => isDeepStrictEqual(one, other);

/** Account and last receipt of an item's only place, with what the item says of them where the place says nothing else. */
function summedUp(item: Totals, place: ScheduleLine): Pick<ScheduleLine, "account" | "last"> {
  const account = joined(item.account, place.account);
  const last = joined(item.last, place.last);
  return { ...(account && { account }), ...(last && { last }) };
}

/** Both as one, or the place's own where they contradict each other: a note of one receipt is not that of another. */
function joined<T extends object>(ofItem: T | undefined, ofPlace: T | undefined): T | undefined {
  if (ofItem === undefined || ofPlace === undefined) return ofPlace ?? ofItem;
  const both = { ...ofPlace, ...ofItem };
  return isDeepStrictEqual(both, { ...ofItem, ...ofPlace }) ? both : ofPlace;
}

function alone({ continues: _continues, ...line }: ScheduleLine): ScheduleLine {
  return line;
}

function handedDown(item: ScheduleLine, isOnly: boolean): Omit<ScheduleLine, OfPlace> & Totals {
  const {
    segment: _segment,
    shipTo: _shipTo,
    deliveredTo: _deliveredTo,
    parties: _parties,
    dock: _dock,
    unloadingPoint: _unloadingPoint,
    pointOfUse: _pointOfUse,
    warehouse: _warehouse,
    locations: _locations,
    due: _due,
    steps: _steps,
    continues: _continues,
    account,
    last,
    lastReferences,
    accountReferences,
    figures,
    amounts,
    authorisations,
    fabrication,
    material,
    ...said
  } = item;
  if (!isOnly) return said;
  const totals = {
    account,
    last,
    lastReferences,
    accountReferences,
    figures,
    amounts,
    authorisations,
    fabrication,
    material,
  };
  return Object.assign(said, Object.fromEntries(Object.entries(totals).filter(([, held]) => held !== undefined)));
}
