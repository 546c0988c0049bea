/**
 * Lines that go on with the item of the line before them, for a further place (EDIFACT DELFOR by product: the places stand below
 * their item), as lines that stand by themselves.
 */
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
  for (let at = 0; at < lines.length; ) {
    const item = lines[at] as ScheduleLine;
    let end = at + 1;
    while (end < lines.length && isPlace(lines[end])) end += 1;
    const places = lines.slice(at + 1, end);
    if (places.length === 0) apart.push(alone(item));
    else {
      const handed = handedDown(item, places.length === 1);
      if (item.steps !== undefined) apart.push({ ...alone(item), parties: item.parties ?? [] });
      apart.push(...places.map((place) => ({ ...handed, ...alone(place) })));
    }
    at = end;
  }
  return apart;
}

const isPlace = (line: ScheduleLine | undefined): boolean => line?.continues !== undefined;

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
