/** When a cumulative begins again (domain.md, *Resets*; features.md C4). */
import type { ScheduleSettings } from "../config/schedule-settings.ts";
import type { PlainDate } from "../values/dates.ts";
import { minus, NOTHING, type Quantity, total } from "../values/figures.ts";
import type { ShippedNote } from "./transit.ts";

export interface OpeningInput {
  /** Start of the new period. */
  readonly start: PlainDate;
  /** Our notes that the customer had not booked at the reset date, one by one. */
  readonly notBooked: readonly ShippedNote[];
  /** Our shipped cumulative of the old period when it closed. */
  readonly closingShipped: Quantity;
  /** Their cumulative at the moment of zeroing, as the message states it (VDA 515 pos 101–110, CYEFZ). */
  readonly beforeReset?: Quantity | undefined;
}

export interface Opening {
  /** Shipped cumulative with which the account is opened in the new period. */
  readonly shipped: Quantity;
  /** The notes that make it up. */
  readonly notes: readonly ShippedNote[];
}

/**
 * How the new period begins: where the customer counts receipts, with what is on the road; where they count by ship date,
 * with nothing; else with what we had shipped beyond what the message states as counted. `undefined` when it should state
 * that and does not: the item asks.
 */
export function openingShipped(option: ScheduleSettings["reset"], input: OpeningInput): Opening | undefined {
  if (option === "ship-date") return { shipped: NOTHING, notes: [] };
  if (option === "stated") {
    if (input.beforeReset === undefined) return undefined;
    return { shipped: minus(input.closingShipped, input.beforeReset), notes: [] };
  }
  const notes = input.notBooked.filter((note) => note.shippedOn < input.start);
  return { shipped: total(notes.map((note) => note.quantity)), notes };
}

/** One statement of the customer's cumulative. */
export interface StatedCumulative {
  readonly cumulative: Quantity | undefined;
  readonly since: PlainDate | "";
  readonly asOf: PlainDate;
}

/**
 * Whether a statement goes on with the period of the last one. A new period is known by its start date, or by a cumulative
 * below the last one together with a change of year; a fall without either is a mismatch, an earlier start an older period.
 */
export function periodOfNext(
  last: StatedCumulative | undefined,
  next: StatedCumulative,
): "same" | "new" | "older" | "fall" {
  if (last === undefined) return "same";
  if (last.since !== "" && next.since !== "" && last.since !== next.since)
    return next.since > last.since ? "new" : "older";
  if (last.cumulative === undefined || next.cumulative === undefined || next.cumulative >= last.cumulative)
    return "same";
  const starts = last.since === "" && next.since !== "";
  return starts || next.asOf.slice(0, 4) > last.asOf.slice(0, 4) ? "new" : "fall";
}
