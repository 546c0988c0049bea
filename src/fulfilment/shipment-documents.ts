/** The documents that a booked shipment makes: the ship notice for the customer, the shipment for the ERP. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { ErpShipment, ShipmentConfirmation } from "../documents/erp.ts";
import type { ShipNotice, ShipNoticeLine } from "../documents/ship-notice.ts";
import { dockIn } from "../orders/directions.ts";
import { lineReference, shipToParty } from "../orders/order-documents.ts";
import { type Occasion, timeIn } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Quantity, writeMillionths } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import type { OrderLine } from "./order-lines.ts";
import { as, buyerParty, ourParty } from "./parties.ts";

export interface BookedLine {
  /** Row id of the shipment line. */
  readonly id: number;
  readonly lineNumber: number;
  readonly of: OrderLine;
  readonly quantity: Quantity;
  /** The account's shipped cumulative after this line. */
  readonly cumulative: Quantity;
}

export interface BookedShipment {
  readonly number: string;
  readonly partner: Partner;
  readonly shipTo: string;
  readonly note: string;
  readonly shippedOn: PlainDate;
  readonly lines: readonly BookedLine[];
}

/** What a confirmation says about the consignment as a whole. */
export type Consignment = Pick<
  ShipmentConfirmation,
  "shippedAt" | "carrier" | "equipment" | "packages" | "grossWeight" | "netWeight" | "weightUnit"
>;

/** The canonical ship notice (features.md E2): customer's blanket, release and order numbers, and cumulative shipped per line. */
export function shipNoticeOf(
  shipment: BookedShipment,
  consignment: Consignment,
  gateway: Gateway,
  occasion: Occasion,
): ShipNotice {
  const { shippedAt, carrier, equipment, packages, grossWeight, netWeight } = consignment;
  // One unit is confirmed for both weights; each is written beside its own, and none beside no weight.
  const weightUnit = grossWeight === undefined ? undefined : consignment.weightUnit;
  const netWeightUnit = netWeight === undefined ? undefined : consignment.weightUnit;
  const dock = shipment.lines.map(({ of }) => dockOf(of)).find((one) => one !== "") ?? "";
  return {
    purpose: "original",
    number: shipment.note,
    issuedOn: occasion.businessDate,
    issuedAt: timeIn(gateway.company.timeZone, occasion.instant),
    shippedOn: shipment.shippedOn,
    // What left together is one load for us.
    loadNumber: digitsOf(shipment.number),
    ...stated({ shippedAt, carrier, equipment, packages, grossWeight, netWeight, weightUnit, netWeightUnit }),
    parties: [
      as("buyer", buyerParty(shipment.partner)),
      {
        ...as("ship-to", shipToParty(shipment.partner, shipment.shipTo)),
        ...stated({ dock }),
      },
      as("ship-from", ourParty(gateway, shipment.partner)),
    ],
    lines: shipment.lines.map((line) => noticeLine(shipment, line, dock)),
  };
}

/** The digits of a number of ours, for formats that have few places. */
export const digitsOf = (number: string): string => number.replace(/\D+/g, "").replace(/^0+(?=.)/, "");

/** The dock, or the unloading point, which is what others call it; where no schedule says any, the blanket order's. */
const dockOf = ({ directions, blanketLine, account }: OrderLine): string =>
  dockIn(directions) ?? (blanketLine.dock || account.dock);

/** In the words of the customer's schedule; what the ship-to's dock says already needs no second word. */
function unloading(of: OrderLine, dock: string): Pick<ShipNoticeLine, "unloadingPoint" | "dock"> {
  const { unloadingPoint } = of.directions;
  if (unloadingPoint !== undefined) return stated({ unloadingPoint, dock: of.directions.dock });
  const own = dockOf(of);
  return stated({ unloadingPoint: own === dock ? undefined : own, dock: own });
}

/** VDA 4913 has four places for a call-off's number: a cut one would be another call-off's. */
function inFewPlaces(release: string): string {
  const number = normalForm(release);
  return number.length > 4 ? "" : number;
}

/** @param dock the ship-to's, which holds for lines that name no other */
function noticeLine(
  shipment: BookedShipment,
  { lineNumber, of, quantity, cumulative }: BookedLine,
  dock: string,
): ShipNoticeLine {
  const { directions } = of;
  return {
    cause: lineReference(shipment.number, lineNumber),
    ...stated({
      customerPart: of.blanketLine.customer_part,
      ourPart: of.blanketLine.item,
      description: of.blanketLine.description,
      unit: of.blanketLine.unit,
      // Where a message says what was ordered, it says in which unit (X12 SN1, P0506).
      orderedUnit: of.blanketLine.unit,
      blanketNumber: of.customerNumber,
      releaseNumber: of.releaseNumber,
      callOffNumber: inFewPlaces(of.releaseNumber),
      customerOrderNumber: of.order.customer_order_no,
      ...unloading(of, dock),
      destination: directions.pointOfUse,
      warehouse: directions.warehouse,
      plant: directions.plant,
      customerSign: directions.customerSign,
      usage: directions.usage,
      orderLine: directions.orderLine,
      linePoLine: directions.orderLine,
    }),
    shipLine: String(lineNumber),
    quantity: writeMillionths(quantity),
    cumulative: writeMillionths(cumulative),
    ordered: writeMillionths(of.line.quantity),
    orderNumber: of.reference,
  };
}

/** The shipment as the ERP gets it: our numbers for what it confirmed. */
export function erpShipmentOf(shipment: BookedShipment, confirmation: string): ErpShipment {
  return {
    schema: "calloff/shipment/1",
    number: shipment.number,
    confirmation,
    partner: shipment.partner.code,
    note: shipment.note,
    shippedOn: shipment.shippedOn,
    shipTo: shipToParty(shipment.partner, shipment.shipTo),
    lines: shipment.lines.map(({ lineNumber, of, quantity, cumulative }) => ({
      line: lineNumber,
      reference: lineReference(shipment.number, lineNumber),
      order: of.reference,
      item: of.blanketLine.item,
      quantity: writeMillionths(quantity),
      unit: of.blanketLine.unit,
      cumulative: writeMillionths(cumulative),
    })),
  };
}

type Stated<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Only the fields that say something: what is not known is absent from a document, never empty. */
export function stated<T extends Readonly<Record<string, string | undefined>>>(fields: T): Stated<T> {
  const said = Object.entries(fields).filter(([, held]) => held !== undefined && held !== "");
  return Object.fromEntries(said) as Stated<T>;
}
