/** Shipments and invoices, as they were booked. */
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type InvoiceRow, invoice, type ShipmentRow, shipment } from "../store/tables.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface ShipmentSummary {
  readonly number: string;
  readonly partner: string;
  readonly note: string;
  readonly shipTo: string;
  readonly shippedOn: string;
  readonly confirmation: string;
  readonly source: string;
}

export interface ShipmentView extends ShipmentSummary {
  readonly carrier: string;
  readonly equipment: string;
  readonly packages: string;
  readonly lines: readonly {
    readonly line: number;
    readonly reference: string;
    readonly orderLine: string;
    readonly quantity: Decimal;
    readonly cumulative: Decimal;
  }[];
}

export interface InvoiceSummary {
  readonly number: string;
  readonly partner: string;
  readonly issuedOn: string;
  readonly state: string;
  readonly currency: string;
  readonly total: Decimal;
}

export interface InvoiceView extends InvoiceSummary {
  readonly lines: readonly {
    readonly line: number;
    readonly reference: string;
    readonly shipmentLine: string;
    readonly orderLine: string;
    readonly quantity: Decimal;
    readonly price: Decimal;
    readonly amount: Decimal;
  }[];
}

/** Shipments, latest first. */
export async function listShipments(from: Queryable, { partner, limit }: ListFilter): Promise<Page<ShipmentSummary>> {
  const where = whereOf([partner !== undefined && "partner = :partner"]);
  const rows = await select(from, shipment, `${where} ORDER BY id DESC LIMIT ${limit + 1}`, { partner: partner ?? "" });
  return pageOf(rows.map(shipmentSummary), limit);
}

/** One shipment with its lines, or `undefined`. */
export async function shipmentView(from: Queryable, number: string): Promise<ShipmentView | undefined> {
  const row = await selectOne(from, shipment, "WHERE number = :number", { number });
  if (row === undefined) return undefined;
  const lines = await from.ask(
    `SELECT s.line_no AS line, o.number AS order_number, c.line_no AS order_line,
       CAST(s.quantity AS TEXT) AS quantity, CAST(s.cumulative AS TEXT) AS cumulative
     FROM shipment_line s JOIN child_line c ON c.id = s.child_line_id JOIN child_order o ON o.id = c.order_id
     WHERE s.shipment_id = :id ORDER BY s.line_no`,
    { id: row.id },
  );
  const { carrier, equipment, packages } = row;
  return {
    ...shipmentSummary(row),
    carrier,
    equipment,
    packages,
    lines: lines.map((line) => ({
      line: Number(line["line"]),
      reference: `${row.number}/${String(line["line"])}`,
      orderLine: `${String(line["order_number"])}/${String(line["order_line"])}`,
      quantity: figure(line["quantity"]),
      cumulative: figure(line["cumulative"]),
    })),
  };
}

/** Invoices, latest first. */
export async function listInvoices(
  from: Queryable,
  { partner, state, limit }: ListFilter,
): Promise<Page<InvoiceSummary>> {
  const where = whereOf([partner !== undefined && "partner = :partner", state !== undefined && "state = :state"]);
  const rows = await select(from, invoice, `${where} ORDER BY id DESC LIMIT ${limit + 1}`, {
    partner: partner ?? "",
    state: state ?? "",
  });
  return pageOf(rows.map(invoiceSummary), limit);
}

/** One invoice with its lines, or `undefined`. */
export async function invoiceView(from: Queryable, number: string): Promise<InvoiceView | undefined> {
  const row = await selectOne(from, invoice, "WHERE number = :number", { number });
  if (row === undefined) return undefined;
  const lines = await from.ask(
    `SELECT i.line_no AS line, h.number AS shipment_number, s.line_no AS shipment_line, o.number AS order_number,
       c.line_no AS order_line, CAST(i.quantity AS TEXT) AS quantity, CAST(i.price AS TEXT) AS price,
       CAST(i.amount AS TEXT) AS amount
     FROM invoice_line i JOIN shipment_line s ON s.id = i.shipment_line_id JOIN shipment h ON h.id = s.shipment_id
       JOIN child_line c ON c.id = s.child_line_id JOIN child_order o ON o.id = c.order_id
     WHERE i.invoice_id = :id ORDER BY i.line_no`,
    { id: row.id },
  );
  return {
    ...invoiceSummary(row),
    lines: lines.map((line) => ({
      line: Number(line["line"]),
      reference: `${row.number}/${String(line["line"])}`,
      shipmentLine: `${String(line["shipment_number"])}/${String(line["shipment_line"])}`,
      orderLine: `${String(line["order_number"])}/${String(line["order_line"])}`,
      quantity: figure(line["quantity"]),
      price: figure(line["price"]),
      amount: figure(line["amount"]),
    })),
  };
}

const figure = (held: unknown): Decimal => writeMillionths(BigInt(held as string));

const shipmentSummary = (row: ShipmentRow): ShipmentSummary => ({
  number: row.number,
  partner: row.partner,
  note: row.note,
  shipTo: row.ship_to,
  shippedOn: row.shipped_on,
  confirmation: row.confirmation,
  source: row.source,
});

const invoiceSummary = (row: InvoiceRow): InvoiceSummary => ({
  number: row.number,
  partner: row.partner,
  issuedOn: row.issued_on,
  state: row.state,
  currency: row.currency,
  total: writeMillionths(row.total),
});
