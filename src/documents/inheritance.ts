/** What the header of a delivery schedule hands down to its lines. */
import { type DeliverySchedule, inherited, type ScheduleLine } from "./delivery-schedule.ts";
import { linesTogether } from "./lines-together.ts";
import { stepsOf } from "./steps-apart.ts";

const INHERITED = Object.keys(inherited) as (keyof typeof inherited)[];

/**
 * The document with header fields handed down to each line that lacks them, the only place where that happens. A ship-to
 * among a line's own parties wins over one among the header's; a line with parties but no ship-to (ship-from only) gets
 * none from the header either when `shipTo: "own"`, because a total line beside ship-to lines would count twice.
 */
export function withInheritance(document: DeliverySchedule): DeliverySchedule {
  const shipToOfHeader = document.shipTo ?? shipToAmong(document.parties);
  const lines = document.lines.map((held) => {
    const complete: ScheduleLine & Record<string, unknown> = { ...held };
    for (const field of INHERITED) {
      if (complete[field] === undefined && field !== "shipTo" && document[field] !== undefined)
        Object.assign(complete, { [field]: document[field] });
    }
    // A message that numbers no release is one itself (domain.md part 2, section 1: BGM 1004).
    if (complete.releaseNumber === undefined && document.number !== undefined) complete.releaseNumber = document.number;
    const shipTo =
      held.shipTo ?? shipToAmong(held.parties) ?? (held.parties === undefined ? shipToOfHeader : undefined);
    if (shipTo !== undefined) complete["shipTo"] = shipTo;
    const dock = dockAmong(held.parties) ?? (held.parties === undefined ? dockAmong(document.parties) : undefined);
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
