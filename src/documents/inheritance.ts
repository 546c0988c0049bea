/** What the header of a delivery schedule hands down to its lines. */
import { type DeliverySchedule, inherited, type ScheduleLine } from "./delivery-schedule.ts";
import { placesApart } from "./further-places.ts";
import { withLatestReceipt } from "./last-receipt.ts";
import { linesTogether } from "./lines-together.ts";
import { stepsOf } from "./steps-apart.ts";

const INHERITED = Object.keys(inherited) as (keyof typeof inherited)[];

/**
 * The document with header fields handed down to each line that lacks them, the only place where that happens. A ship-to
 * among a line's own parties wins over one among the header's; a line with parties but no ship-to (ship-from only) gets
 * none from the header either when `shipTo: "own"`, because a total line beside ship-to lines would count twice. Who takes
 * the goods in is the ship-to where none is named, or where the header's one ship-to stands for several of them.
 */
export function withInheritance(document: DeliverySchedule): DeliverySchedule {
  const shipToOfHeader = document.shipTo ?? shipToAmong(document.parties);
  const places = placesApart(document.lines);
  const isDivided = new Set(places.flatMap(({ deliveredTo }) => deliveredTo?.code ?? [])).size > 1;
  const lines = places.map((held) => {
    const complete: ScheduleLine & Record<string, unknown> = { ...withLatestReceipt(held) };
    for (const field of INHERITED) {
      // A line's own unloading point is what others call its dock.
      if (field === "shipTo" || (field === "dock" && held.unloadingPoint !== undefined)) continue;
      if (complete[field] === undefined && document[field] !== undefined)
        Object.assign(complete, { [field]: document[field] });
    }
    // A message that numbers no release is one itself (domain.md part 2, section 1: BGM 1004).
    if (complete.releaseNumber === undefined && document.number !== undefined) complete.releaseNumber = document.number;
    const shipTo =
      held.shipTo ??
      shipToAmong(held.parties) ??
      (isDivided ? held.deliveredTo : undefined) ??
      (held.parties === undefined ? shipToOfHeader : undefined) ??
      held.deliveredTo;
    if (shipTo !== undefined) complete["shipTo"] = shipTo;
    const dockOfHeader = held.unloadingPoint === undefined ? dockAmong(document.parties) : undefined;
    const dock = dockAmong(held.parties) ?? (held.parties === undefined ? dockOfHeader : undefined);
    if (complete.dock === undefined && dock !== undefined) complete["dock"] = dock;
    if (complete.steps !== undefined) complete.steps = stepsOf(complete, document.quantities === "cumulative");
    return complete;
  });
  return { ...document, lines: linesTogether(lines) };
}

function shipToAmong(parties: DeliverySchedule["parties"]): ScheduleLine["shipTo"] {
  const found = parties?.find((candidate) => candidate.role === "ship-to");
  if (found === undefined) return undefined;
  const {
    role: _role,
    segment: _segment,
    dock: _dock,
    references: _references,
    contacts: _contacts,
    ...shipTo
  } = found;
  return shipTo;
}

const dockAmong = (parties: DeliverySchedule["parties"]): string | undefined =>
  parties?.find((candidate) => candidate.role === "ship-to")?.dock;
