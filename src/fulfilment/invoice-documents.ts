/** The documents that a released invoice makes: the invoice for the customer, the receivable for the ERP. */
import type { Gateway } from "../config/gateway.ts";
import type { ErpReceivable } from "../documents/erp.ts";
import type { Invoice, InvoiceLine } from "../documents/invoice.ts";
import { lineReference, shipToParty } from "../orders/order-documents.ts";
import type { AgreementRow } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Amount, type Price, type Quantity, writeMillionths } from "../values/figures.ts";
import { as, buyerParty, ourParty } from "./parties.ts";
import { type BookedLine, type BookedShipment, stated } from "./shipment-documents.ts";

export interface PricedLine {
  readonly lineNumber: number;
  readonly of: BookedLine;
  readonly price: Price;
  /** The quantity the price is for. */
  readonly per: Quantity;
  /** Rounded to the currency's minor unit. */
  readonly amount: Amount;
}

export interface ReleasedInvoice {
  readonly number: string;
  readonly issuedOn: PlainDate;
  readonly shipment: BookedShipment;
  readonly agreement: AgreementRow;
  readonly total: Amount;
  readonly lines: readonly PricedLine[];
}

const ONE = 1_000_000n;

/** The canonical invoice (features.md E3), each line with the shipment and order line it bills and the customer's blanket number. */
export function invoiceOf(invoice: ReleasedInvoice, gateway: Gateway): Invoice {
  const { shipment, agreement } = invoice;
  const buyer = buyerParty(shipment.partner);
  return {
    number: invoice.number,
    issuedOn: invoice.issuedOn,
    kind: "invoice",
    ...stated({
      blanketNumber: common(invoice.lines.map(({ of }) => of.of.customerNumber)) || agreement.customer_number,
      orderNumber: common(invoice.lines.map(({ of }) => of.of.order.customer_order_no)),
      releaseNumber: common(invoice.lines.map(({ of }) => of.of.releaseNumber)),
    }),
    currency: agreement.currency,
    shippedOn: shipment.shippedOn,
    ...(agreement.payment_terms === "" ? {} : { terms: { description: agreement.payment_terms } }),
    parties: [
      as("buyer", buyer),
      as("bill-to", buyer),
      as("ship-to", shipToParty(shipment.partner, shipment.shipTo)),
      as("supplier", ourParty(gateway, shipment.partner)),
    ],
    lines: invoice.lines.map((line) => invoiceLine(invoice, line)),
    total: writeMillionths(invoice.total),
  };
}

function invoiceLine({ number, shipment }: ReleasedInvoice, line: PricedLine): InvoiceLine {
  const { of, lineNumber } = line.of;
  return {
    cause: lineReference(number, line.lineNumber),
    number: String(line.lineNumber),
    quantity: writeMillionths(line.of.quantity),
    price: writeMillionths(line.price),
    amount: writeMillionths(line.amount),
    ...stated({
      unit: of.blanketLine.unit,
      priceBasis: line.per === ONE ? "" : writeMillionths(line.per),
      customerPart: of.blanketLine.customer_part,
      ourPart: of.blanketLine.item,
      description: of.blanketLine.description,
      blanketNumber: of.customerNumber,
      orderLine: of.directions.orderLine,
      releaseNumber: of.releaseNumber,
      customerOrderNumber: of.order.customer_order_no,
      note: shipment.note,
    }),
    orderNumber: of.reference,
    shipment: lineReference(shipment.number, lineNumber),
    shippedOn: shipment.shippedOn,
  };
}

/** The invoice as a receivable for the ERP (E3: released means visible to the ERP). */
export function receivableOf({ number, issuedOn, shipment, agreement, total, lines }: ReleasedInvoice): ErpReceivable {
  return {
    schema: "calloff/receivable/1",
    number,
    partner: shipment.partner.code,
    issuedOn,
    currency: agreement.currency,
    ...stated({ paymentTerms: agreement.payment_terms }),
    total: writeMillionths(total),
    lines: lines.map(({ lineNumber, of, price, per, amount }) => ({
      line: lineNumber,
      reference: lineReference(number, lineNumber),
      shipment: lineReference(shipment.number, of.lineNumber),
      order: of.of.reference,
      blanketOrder: agreement.number,
      customerBlanketOrder: agreement.customer_number,
      item: of.of.blanketLine.item,
      quantity: writeMillionths(of.quantity),
      unit: of.of.blanketLine.unit,
      price: writeMillionths(price),
      ...(per === ONE ? {} : { pricePer: writeMillionths(per) }),
      amount: writeMillionths(amount),
    })),
  };
}

/** What all lines say alike; empty where they differ. */
function common(values: readonly string[]): string {
  const [first = ""] = values;
  return values.every((value) => value === first) ? first : "";
}
