/**
 * Invoices (transaction T8): from what was actually shipped and not yet invoiced, at the contract price valid on the ship
 * date, numbered without gaps at the moment of release (features.md E3, A10).
 */
import type { Partner } from "../config/partner.ts";
import { lineReference } from "../orders/order-documents.ts";
import { type PriceList, pricesOf } from "../orders/prices.ts";
import type { AuditFact } from "../store/audit.ts";
import { recordAudits } from "../store/audit.ts";
import { book } from "../store/ledger.ts";
import { type NewOutboundDocument, queueDocuments } from "../store/outbound.ts";
import { insert, insertOne, lockRows, select, selectOne } from "../store/rows.ts";
import { documentNumber, takeNumbers } from "../store/series.ts";
import type { Queryable, Tx } from "../store/store.ts";
import {
  type AgreementRow,
  account,
  invoice,
  invoiceLine,
  type NewLedgerRow,
  type ShipmentRow,
  shipment,
  shipmentLine,
} from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { plainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { lineAmount, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { invoiceOf, type PricedLine, type ReleasedInvoice, receivableOf } from "./invoice-documents.ts";
import { type FulfilmentSettings, orderLinesById, partnerOf } from "./order-lines.ts";
import { inSlices, there } from "./rows-by-id.ts";
import type { BookedLine, BookedShipment } from "./shipment-documents.ts";
import { LINE_STEP } from "./shipment-facts.ts";

/** The sign of an invoice line that bills a shipment; a credit's is −1. Each shipment line has at most one of either. */
const BILLED = 1;
const ONE = 1_000_000n as Quantity;

export interface InvoiceOutcome {
  /** Numbers of the invoices released, in order. */
  readonly invoices: readonly string[];
  /** Shipment lines, `SH-000012/10`, whose item has no price valid on the ship date: not invoiced yet. */
  readonly unpriced: readonly string[];
}

/**
 * Releases the invoices of one shipment: one per agreement, over its lines not yet invoiced. Done again, it releases
 * nothing. A line without a price on its ship date keeps back the invoice of its agreement and is named.
 * @throws CalloffError INVOICE_SHIPMENT_UNKNOWN, PARTNER_UNKNOWN
 */
export async function invoiceShipment(
  tx: Tx,
  settings: FulfilmentSettings,
  shipmentNumber: string,
  occasion: Occasion,
): Promise<InvoiceOutcome> {
  const held = await selectOne(tx, shipment, "WHERE number = :number", { number: shipmentNumber });
  if (held === undefined) {
    throw new CalloffError("INVOICE_SHIPMENT_UNKNOWN", `There is no shipment ${shipmentNumber}`, {
      expected: "a shipment such as SH-000012",
      found: shipmentNumber,
      remedy: "Correct the number; `calloff shipment list` shows the shipments there are",
      exit: EXIT.notFound,
    });
  }
  const accounts = await select(
    tx,
    account,
    "WHERE id IN (SELECT account_id FROM shipment_line WHERE shipment_id = :shipment)",
    { shipment: held.id },
  );
  await lockRows(
    tx,
    account,
    accounts.map(({ id }) => id),
  );
  const booked = await bookedShipment(tx, held, partnerOf(settings, held.partner));
  const { audits, ...outcome } = await releaseInvoices(tx, settings, [booked], occasion);
  await recordAudits(tx, occasion, audits);
  return outcome;
}

async function bookedShipment(from: Queryable, held: ShipmentRow, partner: Partner): Promise<BookedShipment> {
  const rows = await select(from, shipmentLine, "WHERE shipment_id = :shipment ORDER BY line_no", {
    shipment: held.id,
  });
  const orderLines = await orderLinesById(
    from,
    rows.map(({ child_line_id }) => child_line_id),
  );
  return {
    number: held.number,
    partner,
    shipTo: held.ship_to,
    note: held.note,
    shippedOn: plainDate(held.shipped_on),
    lines: rows.map((row) => ({
      id: row.id,
      lineNumber: row.line_no,
      of: there(orderLines.get(row.child_line_id)),
      quantity: row.quantity as Quantity,
      cumulative: row.cumulative as Quantity,
    })),
  };
}

/**
 * Releases invoices of shipments whose accounts are locked, one per shipment and agreement; the caller writes the audit
 * entries last.
 */
export async function releaseInvoices(
  tx: Tx,
  settings: FulfilmentSettings,
  shipments: readonly BookedShipment[],
  occasion: Occasion,
): Promise<InvoiceOutcome & { readonly audits: AuditFact[] }> {
  const lines = shipments.flatMap((held) => held.lines);
  const prices = await pricesOf(
    tx,
    lines.map(({ of }) => of.blanketLine.id),
  );
  const billed = await billedLines(
    tx,
    lines.map(({ id }) => id),
  );
  const drafts: Draft[] = [];
  const unpriced: string[] = [];
  for (const held of shipments) {
    for (const draft of draftsOf(held, billed)) {
      const missing = draft.lines.filter(({ of }) => prices(of.blanketLine.id, held.shippedOn) === undefined);
      if (missing.length === 0) drafts.push(draft);
      for (const { lineNumber } of missing) unpriced.push(lineReference(held.number, lineNumber));
    }
  }
  const released = await numbered(tx, drafts, prices, occasion);
  for (const each of released) await writeInvoice(tx, each, occasion);
  await book(
    tx,
    released.flatMap((each) => facts(each, occasion)),
  );
  await queueDocuments(
    tx,
    occasion,
    released.flatMap((each) => documentsOf(each, settings)),
  );
  return { invoices: released.map(({ number }) => number), unpriced, audits: released.map(auditOf) };
}

interface Draft {
  readonly shipment: BookedShipment;
  readonly agreement: AgreementRow;
  readonly lines: readonly BookedLine[];
}

async function billedLines(from: Queryable, shipmentLineIds: readonly number[]): Promise<Set<number>> {
  const rows = await inSlices(shipmentLineIds, (slice) =>
    select(from, invoiceLine, "WHERE shipment_line_id IN (:slice) AND sign = :sign", { slice, sign: BILLED }),
  );
  return new Set(rows.map(({ shipment_line_id }) => shipment_line_id));
}

/** The lines of a shipment that are not billed, by agreement in the order of their first lines. */
function draftsOf(held: BookedShipment, billed: ReadonlySet<number>): Draft[] {
  const drafts = new Map<number, { shipment: BookedShipment; agreement: AgreementRow; lines: BookedLine[] }>();
  for (const line of held.lines) {
    if (billed.has(line.id)) continue;
    const { agreement } = line.of;
    const draft = drafts.get(agreement.id) ?? { shipment: held, agreement, lines: [] };
    drafts.set(agreement.id, draft);
    draft.lines.push(line);
  }
  return [...drafts.values()];
}

async function numbered(
  tx: Tx,
  drafts: readonly Draft[],
  prices: PriceList,
  occasion: Occasion,
): Promise<ReleasedInvoice[]> {
  if (drafts.length === 0) return [];
  const first = await takeNumbers(tx, "IN", drafts.length);
  return drafts.map(({ shipment: held, agreement, lines }, n) => {
    const priced = lines.map((line, place) => pricedLine(line, place, held, prices));
    return {
      number: documentNumber("IN", first + n),
      issuedOn: occasion.businessDate,
      shipment: held,
      agreement,
      lines: priced,
      total: total(priced.map(({ amount }) => amount)),
    };
  });
}

function pricedLine(of: BookedLine, place: number, held: BookedShipment, prices: PriceList): PricedLine {
  const { blanketLine } = of.of;
  const price = there(prices(blanketLine.id, held.shippedOn));
  const per = (blanketLine.price_per > 0n ? blanketLine.price_per : ONE) as Quantity;
  const amount = lineAmount(of.quantity, price, held.partner.orders.currencyMinorDigits, per);
  return { lineNumber: (place + 1) * LINE_STEP, of, price, per, amount };
}

async function writeInvoice(tx: Tx, released: ReleasedInvoice, occasion: Occasion): Promise<void> {
  const id = await insertOne(tx, invoice, {
    number: released.number,
    partner: released.shipment.partner.code,
    agreement_id: released.agreement.id,
    state: "released",
    issued_on: released.issuedOn,
    currency: released.agreement.currency,
    total: released.total,
    released_at: occasion.instant,
  });
  await insert(
    tx,
    invoiceLine,
    released.lines.map(({ lineNumber, of, price, per, amount }) => ({
      invoice_id: id,
      line_no: lineNumber,
      shipment_line_id: of.id,
      sign: BILLED,
      quantity: of.quantity,
      price,
      price_per: per,
      amount,
    })),
  );
}

/** What is invoiced moves neither account's quantities; it is kept beside them, on the contract. */
function facts({ number, issuedOn, lines }: ReleasedInvoice, occasion: Occasion): NewLedgerRow[] {
  return lines.map(({ lineNumber, of, amount }) => ({
    account_id: of.of.account.id,
    line_id: of.of.blanketLine.id,
    child_line_id: of.of.line.id,
    moves: "contract",
    start: of.of.account.current_start,
    kind: "invoiced",
    quantity: of.quantity,
    value: amount,
    happened_on: issuedOn,
    booked_at: occasion.instant,
    cause_kind: "invoice",
    cause: lineReference(number, lineNumber),
    business_key: `invoice:${lineReference(number, lineNumber)}`,
    who: occasion.who,
  }));
}

function documentsOf(released: ReleasedInvoice, { gateway }: FulfilmentSettings): NewOutboundDocument[] {
  const { number } = released;
  const receivable: NewOutboundDocument = {
    kind: "erp-receivable",
    receiver: "erp",
    document: receivableOf(released),
    causeKey: `erp-receivable:${number}`,
    number,
  };
  if (released.shipment.partner.invoice === null) return [receivable];
  const document = invoiceOf(released, gateway);
  const receiver = released.shipment.partner.code;
  return [{ kind: "invoice", receiver, document, causeKey: `invoice:${number}`, number }, receivable];
}

const auditOf = ({ number, shipment: held, agreement, total: sum, lines }: ReleasedInvoice): AuditFact => ({
  verb: "invoice.release",
  object: number,
  details: {
    shipment: held.number,
    agreement: agreement.number,
    currency: agreement.currency,
    total: writeMillionths(sum),
    lines: lines.length,
  },
});
