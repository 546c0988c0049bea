/** *Why this number?* from any line of a document back to the bytes it came from (features.md G2). */

import { orderLinesById } from "../fulfilment/order-lines.ts";
import { byId, rowsById, there } from "../fulfilment/rows-by-id.ts";
import { lineReference } from "../orders/order-documents.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import type { InvoiceLineRow, InvoiceRow, ShipmentLineRow, ShipmentRow } from "../store/tables.ts";
import { childLine, childOrder, file, invoice, invoiceLine, shipment, shipmentLine } from "../store/tables.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { writeMillionths } from "../values/figures.ts";
import type { Archive } from "./archive-reading.ts";
import { blanketTraced } from "./why-blanket.ts";
import { orderChains } from "./why-chain.ts";
import { whyFile } from "./why-file.ts";
import type { InvoiceLink, ShipmentLink, WhyAnswer, WhyLine, WhyLink } from "./why-links.ts";

const DOCUMENT = /^([A-Z]{2}-\d{1,15})(?:\/(\d{1,9}))?$/;
const FILE = /^file:(\d{1,15})(?:#(\d{1,15}))?$/;

/**
 * The chain behind a document (`SO-000123`, `SH-000012`, `IN-000007`, `BA-000001`), one of its lines (`…/10`), a file (`file:12`) or one of
 * its segments (`file:12#7`): invoice line, shipment line, order line, schedule with verdict and decision, message with its
 * mapping, and the segments read again from the archive.
 * @throws CalloffError WHY_NOT_AN_ID (usage) for text that is none of these, WHY_UNKNOWN (not found) where there is none
 */
export async function why(from: Queryable, archive: Archive, text: string): Promise<WhyAnswer> {
  const id = text.trim();
  const [, claim, segment] = FILE.exec(id) ?? [];
  if (claim !== undefined) {
    const held = await selectOne(from, file, "WHERE claim = :claim", { claim });
    if (held === undefined) throw unknown(id);
    return whyFile(from, archive, { id, file: held, segment: segment === undefined ? undefined : Number(segment) });
  }
  const [, number, line] = DOCUMENT.exec(id) ?? [];
  const asked = (each: { readonly lineNumber: number }) => line === undefined || each.lineNumber === Number(line);
  if (number?.startsWith("BA") === true) {
    const lines = (await blanketTraced(from, number))?.filter(asked) ?? [];
    if (lines.length === 0) throw unknown(id);
    return { id, lines: lines.map(({ id: lineId, links }) => ({ id: lineId, links })) };
  }
  const read = number === undefined ? undefined : DOCUMENTS[number.slice(0, 2)];
  if (number === undefined || read === undefined) throw notAnId(id);
  const traced = await read(from, number);
  const wanted = traced?.filter(asked) ?? [];
  if (wanted.length === 0) throw unknown(id);
  return { id, lines: await answered(from, archive, wanted) };
}

/** One line of a document, with the links that stand before its order line. */
interface Traced {
  readonly id: string;
  readonly lineNumber: number;
  readonly before: readonly WhyLink[];
  readonly childLineId: number;
}

async function answered(from: Queryable, archive: Archive, traced: readonly Traced[]): Promise<WhyLine[]> {
  const orderLines = await orderLinesById(
    from,
    traced.map(({ childLineId }) => childLineId),
  );
  const chains = await orderChains(from, archive, [...orderLines.values()]);
  return traced.map(({ id, before, childLineId }) => ({ id, links: [...before, ...there(chains.get(childLineId))] }));
}

/** By the prefix of its number, the lines of a document; `undefined` when there is no such document. */
const DOCUMENTS: Readonly<Record<string, (from: Queryable, number: string) => Promise<Traced[] | undefined>>> = {
  SO: orderTraced,
  SH: shipmentTraced,
  IN: invoiceTraced,
};

async function orderTraced(from: Queryable, number: string): Promise<Traced[] | undefined> {
  const held = await selectOne(from, childOrder, "WHERE number = :number", { number });
  if (held === undefined) return undefined;
  const lines = await select(from, childLine, "WHERE order_id = :id ORDER BY line_no", { id: held.id });
  return lines.map(({ id, line_no }) => ({
    id: lineReference(number, line_no),
    lineNumber: line_no,
    before: [],
    childLineId: id,
  }));
}

async function shipmentTraced(from: Queryable, number: string): Promise<Traced[] | undefined> {
  const held = await selectOne(from, shipment, "WHERE number = :number", { number });
  if (held === undefined) return undefined;
  const lines = await select(from, shipmentLine, "WHERE shipment_id = :id ORDER BY line_no", { id: held.id });
  return lines.map((line) => ({
    id: lineReference(number, line.line_no),
    lineNumber: line.line_no,
    before: [shipmentLink(held, line)],
    childLineId: line.child_line_id,
  }));
}

async function invoiceTraced(from: Queryable, number: string): Promise<Traced[] | undefined> {
  const held = await selectOne(from, invoice, "WHERE number = :number", { number });
  if (held === undefined) return undefined;
  const lines = await select(from, invoiceLine, "WHERE invoice_id = :id ORDER BY line_no", { id: held.id });
  const shipped = byId(
    await rowsById(
      from,
      shipmentLine,
      lines.map(({ shipment_line_id }) => shipment_line_id),
    ),
  );
  const shipments = byId(
    await rowsById(
      from,
      shipment,
      [...shipped.values()].map(({ shipment_id }) => shipment_id),
    ),
  );
  return lines.map((line) => {
    const goods = there(shipped.get(line.shipment_line_id));
    const consignment = there(shipments.get(goods.shipment_id));
    return {
      id: lineReference(number, line.line_no),
      lineNumber: line.line_no,
      before: [invoiceLink(held, line), shipmentLink(consignment, goods)],
      childLineId: goods.child_line_id,
    };
  });
}

const invoiceLink = (of: InvoiceRow, line: InvoiceLineRow): InvoiceLink => ({
  kind: "invoice line",
  id: lineReference(of.number, line.line_no),
  issuedOn: of.issued_on,
  quantity: writeMillionths(line.quantity),
  price: writeMillionths(line.price),
  pricePer: writeMillionths(line.price_per),
  amount: writeMillionths(line.amount),
  currency: of.currency,
});

const shipmentLink = (of: ShipmentRow, line: ShipmentLineRow): ShipmentLink => ({
  kind: "shipment line",
  id: lineReference(of.number, line.line_no),
  shippedOn: of.shipped_on,
  quantity: writeMillionths(line.quantity),
  cumulative: writeMillionths(line.cumulative),
  note: of.note,
  confirmation: of.confirmation,
  source: of.source,
});

const EXAMPLES = "BA-000001, SO-000123, SO-000123/10, SH-000012/10, IN-000007/10, file:12 or file:12#7";

const notAnId = (id: string): CalloffError =>
  new CalloffError("WHY_NOT_AN_ID", `${JSON.stringify(id)} names neither a document, a line, a file nor a segment`, {
    expected: EXAMPLES,
    found: id,
    remedy: "Take the number from the document's line or from the audit trail",
    exit: EXIT.usage,
  });

const unknown = (id: string): CalloffError =>
  new CalloffError("WHY_UNKNOWN", `There is no ${id}`, {
    expected: `something that exists, such as ${EXAMPLES}`,
    found: id,
    remedy: "Check the number and the home (--home)",
    exit: EXIT.notFound,
  });
