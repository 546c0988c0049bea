/** What a confirmation means for the order lines it names: pure, all or nothing. */
import { createHash } from "node:crypto";
import type { ShipmentConfirmation } from "../documents/erp.ts";
import { lineReference } from "../orders/order-documents.ts";
import type { Totals } from "../store/ledger.ts";
import { type PlainDate, plainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { larger, minus, NOTHING, type Quantity, quantity, smaller, writeMillionths } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import { stableJson } from "../values/json.ts";
import { type OrderLine, splitReference } from "./order-lines.ts";

/** One line of a confirmation, placed on its order line. */
export interface PlannedLine {
  /** Ordinal in the confirmation, from 0. */
  readonly ordinal: number;
  readonly of: OrderLine;
  readonly quantity: Quantity;
  /** Shipped beyond what was open on the order line. */
  readonly excess: Quantity;
  /** Closed without being shipped. */
  readonly givenBack: Quantity;
  readonly closes: boolean;
  /** Whether nothing is open on the order line afterwards, all of it having been shipped. */
  readonly fills: boolean;
}

/** What goes to one ship-to of one partner. */
export interface PlannedShipment {
  readonly partner: string;
  readonly shipTo: string;
  readonly lines: readonly PlannedLine[];
}

/** The references to order lines in a confirmation, each as our own numbers are spelled. */
export const referencesIn = (confirmation: ShipmentConfirmation): string[] => [
  ...new Set(confirmation.lines.map(({ orderLine }) => canonicalReference(orderLine))),
];

function canonicalReference(text: string): string {
  const named = splitReference(text);
  return named === undefined ? text : lineReference(named.document, named.line);
}

/**
 * SHA-256 of what a confirmation says, whatever the order of its lines and the spelling of its figures: the same number
 * with the same content is the same confirmation sent again.
 */
export function contentOf(confirmation: ShipmentConfirmation): string {
  const lines = confirmation.lines.map((line) =>
    stableJson({
      orderLine: canonicalReference(line.orderLine),
      quantity: canonical(line.quantity),
      closeShort: line.closeShort === true,
    }),
  );
  const said = {
    ...confirmation,
    grossWeight: canonical(confirmation.grossWeight),
    netWeight: canonical(confirmation.netWeight),
    lines: lines.toSorted(),
  };
  return createHash("sha256").update(stableJson(said)).digest("hex");
}

const canonical = (figure: string | undefined): string | undefined =>
  figure === undefined ? undefined : writeMillionths(quantity(figure));

/**
 * The ship date: the business date unless the confirmation gives one.
 * @throws CalloffError SHIP_DATE_IN_FUTURE for a date after the business date: nothing is shipped before it has left.
 */
export function shipDateOf(confirmation: ShipmentConfirmation, businessDate: PlainDate): PlainDate {
  if (confirmation.shippedOn === undefined) return businessDate;
  const shippedOn = plainDate(confirmation.shippedOn);
  if (shippedOn <= businessDate) return shippedOn;
  throw new CalloffError("SHIP_DATE_IN_FUTURE", "The ship date lies after the business date", {
    place: { field: "shippedOn" },
    expected: `a date up to ${businessDate}`,
    found: shippedOn,
    remedy: "Confirm the shipment when it has left, or correct shippedOn",
  });
}

/**
 * Places each line on its order line and cuts the confirmation into one shipment per partner and ship-to, in the order of
 * their first lines (features.md E1, E2). More than is open is booked in full, the excess apart, so that what counts as
 * processed is what was actually shipped (A9); `closeShort` gives back what is then still open.
 * @param totals ledger sums per child line id
 * @throws CalloffError SHIP_ORDER_LINE_UNKNOWN, SHIP_QUANTITY_NOT_POSITIVE, SHIP_ORDER_LINE_CANCELLED,
 *   SHIP_HEADER_FOR_SEVERAL, SHIP_WEIGHT_WITHOUT_UNIT; nothing of the confirmation is planned then.
 */
export function planShipments(
  confirmation: ShipmentConfirmation,
  orderLines: ReadonlyMap<string, OrderLine>,
  totals: ReadonlyMap<number, Totals>,
): PlannedShipment[] {
  refuseBareWeight(confirmation);
  const open = new Map<number, Quantity>();
  const parts = new Map<string, { partner: string; shipTo: string; lines: PlannedLine[] }>();
  confirmation.lines.forEach((line, ordinal) => {
    const of = lineNamed(orderLines, line.orderLine, ordinal);
    const shipped = positive(line.quantity, ordinal);
    const before = open.get(of.line.id) ?? openOn(totals.get(of.line.id));
    const left = larger(minus(before, shipped), NOTHING);
    const closes = line.closeShort === true && left > 0n;
    open.set(of.line.id, closes ? NOTHING : left);
    const key = JSON.stringify([of.order.partner, normalForm(of.order.ship_to)]);
    const part = parts.get(key) ?? { partner: of.order.partner, shipTo: of.order.ship_to, lines: [] };
    parts.set(key, part);
    part.lines.push({
      ordinal,
      of,
      quantity: shipped,
      excess: minus(shipped, smaller(shipped, before)),
      givenBack: closes ? left : NOTHING,
      closes,
      fills: left === NOTHING,
    });
  });
  refuseSharedHeader(confirmation, parts.size);
  return [...parts.values()];
}

/** What may still be shipped on an order line without exceeding it. */
export const openOn = (totals: Totals | undefined): Quantity =>
  totals === undefined ? NOTHING : larger(minus(totals.released, totals.shipped), NOTHING);

function lineNamed(orderLines: ReadonlyMap<string, OrderLine>, reference: string, ordinal: number): OrderLine {
  const place = { field: `lines[${ordinal}].orderLine` };
  const found = orderLines.get(canonicalReference(reference));
  if (found === undefined) {
    throw new CalloffError("SHIP_ORDER_LINE_UNKNOWN", "The confirmation names an order line that does not exist", {
      place,
      expected: "a child order line such as SO-000123/10",
      found: reference,
      remedy: "Correct the reference and send the confirmation again; nothing of it has been booked",
      exit: EXIT.notFound,
    });
  }
  if (found.order.state === "cancelled" || found.line.state === "cancelled") {
    throw new CalloffError("SHIP_ORDER_LINE_CANCELLED", "The confirmation names an order line that was cancelled", {
      place,
      expected: "an order line that is open or has been shipped",
      found: `${found.reference}, cancelled`,
      remedy: "Confirm it on an order that stands; nothing of the confirmation has been booked",
    });
  }
  return found;
}

function positive(text: string, ordinal: number): Quantity {
  const shipped = quantity(text);
  if (shipped > 0n) return shipped;
  throw new CalloffError("SHIP_QUANTITY_NOT_POSITIVE", "A confirmed quantity is not more than zero", {
    place: { field: `lines[${ordinal}].quantity` },
    expected: "a quantity above zero",
    found: text,
    remedy: "Leave out a line of which nothing was shipped; what will not be shipped is cancelled on its order",
  });
}

/** A note number, packages and weights are of one consignment: they cannot be divided among several. */
function refuseSharedHeader(confirmation: ShipmentConfirmation, shipments: number): void {
  if (shipments < 2) return;
  for (const field of ["note", "packages", "grossWeight", "netWeight"] as const) {
    const said = confirmation[field];
    if (said === undefined) continue;
    throw new CalloffError("SHIP_HEADER_FOR_SEVERAL", `The confirmation states one ${field} for several shipments`, {
      place: { field },
      expected: "lines of one partner and ship-to",
      found: `${said}, and lines of ${shipments} ship-tos`,
      remedy: `Send one confirmation per ship-to, or leave ${field} out; nothing has been booked`,
    });
  }
}

/** Every message that states a weight states its unit; without one it could not be written, or would not be understood. */
function refuseBareWeight(confirmation: ShipmentConfirmation): void {
  if ((confirmation.weightUnit ?? "").trim() !== "") return;
  for (const field of ["grossWeight", "netWeight"] as const) {
    const said = confirmation[field];
    if (said === undefined) continue;
    throw new CalloffError("SHIP_WEIGHT_WITHOUT_UNIT", `The confirmation states ${field} without its unit`, {
      place: { field: "weightUnit" },
      expected: "weightUnit beside a weight, such as KG or LB",
      found: `${field} ${said} and no unit`,
      remedy: "Add weightUnit, or leave the weight out, and send the confirmation again; nothing of it has been booked",
    });
  }
}
