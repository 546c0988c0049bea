/**
 * Booking a shipment (transaction T7): what the ERP or warehouse has confirmed becomes shipments, ledger facts, ship
 * notices and, where the partner's file says so, invoices: all in one transaction or not at all.
 */
import type { ShipmentConfirmation } from "../documents/erp.ts";
import { completeAgreements } from "../orders/completion.ts";
import { lookAgain } from "../orders/due-accounts.ts";
import { placeWaiting } from "../orders/placed-receipts.ts";
import { recordAudits } from "../store/audit.ts";
import { book, childLineTotals } from "../store/ledger.ts";
import { type NewOutboundDocument, queueDocuments } from "../store/outbound.ts";
import { select, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { account, childLine, type ShipmentRow, shipment } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { normalForm } from "../values/identifiers.ts";
import type { Json } from "../values/json.ts";
import { releaseInvoices } from "./invoice.ts";
import { type FulfilmentSettings, lockedOrderLines } from "./order-lines.ts";
import { rowsById } from "./rows-by-id.ts";
import { type BookedShipment, erpShipmentOf, shipNoticeOf } from "./shipment-documents.ts";
import { shipmentFacts } from "./shipment-facts.ts";
import {
  contentOf,
  type PlannedLine,
  type PlannedShipment,
  planShipments,
  referencesIn,
  shipDateOf,
} from "./shipment-plan.ts";
import { accountsOf, type ShipmentSource, writeShipments } from "./shipment-rows.ts";

export interface ShipmentOutcome {
  readonly outcome: "booked" | "duplicate";
  /** The first shipment's number. */
  readonly number: string;
  /** All of them: one per partner and ship-to. */
  readonly numbers: readonly string[];
  readonly invoices: readonly string[];
  /** Shipment lines that could not be invoiced, because no price is valid on their ship date. */
  readonly unpriced: readonly string[];
}

/**
 * Books one confirmation. Its number is booked once: sent again it changes nothing (`duplicate`). Lines may name orders of
 * several partners and ship-tos; each of these becomes a shipment and a ship notice of its own. Expired agreements ship as
 * usual (features.md A6).
 * @throws CalloffError SHIP_* naming the line, with nothing booked; PARTNER_UNKNOWN when a partner's file has gone.
 */
export async function bookShipment(
  tx: Tx,
  settings: FulfilmentSettings,
  confirmation: ShipmentConfirmation,
  occasion: Occasion,
  source: ShipmentSource = "erp",
): Promise<ShipmentOutcome> {
  const named = await lockedOrderLines(tx, referencesIn(confirmation));
  const content = contentOf(confirmation);
  const before = await select(tx, shipment, "WHERE confirmation = :confirmation ORDER BY part", {
    confirmation: confirmation.confirmation,
  });
  if (before.length > 0) return sameAgain(before, content, confirmation.confirmation);

  const shippedOn = shipDateOf(confirmation, occasion.businessDate);
  const lineIds = [...named.values()].map(({ line }) => line.id);
  const planned = planShipments(confirmation, named, await childLineTotals(tx, lineIds));
  const booked = await writeShipments(tx, settings, planned, { confirmation, content, shippedOn, source, occasion });
  await book(tx, shipmentFacts(planned, booked, confirmation.confirmation, occasion));
  await placeTheirReceipts(tx, settings, booked, occasion);
  await moveOrders(tx, settings, planned, occasion);
  await queueDocuments(tx, occasion, documentsOf(booked, confirmation, settings, occasion));
  const agreements = [...named.values()].map(({ agreement }) => agreement.id);
  const due = booked.filter(({ partner }) => partner.orders.invoice === "at-shipment");
  const { audits, ...invoiced } = await releaseInvoices(tx, settings, due, occasion);
  await completeAgreements(tx, agreements, occasion);
  const numbers = booked.map(({ number }) => number);
  await recordAudits(tx, occasion, [
    {
      verb: "shipment.book",
      object: numbers[0] as string,
      details: { source, confirmation: confirmation as unknown as Json, shipments: numbers, ...invoiced },
    },
    ...audits,
  ]);
  return { outcome: "booked", number: numbers[0] as string, numbers, ...invoiced };
}

/** What a customer said of a note before it was booked here. */
async function placeTheirReceipts(
  tx: Tx,
  { gateway }: FulfilmentSettings,
  booked: readonly BookedShipment[],
  occasion: Occasion,
): Promise<void> {
  for (const partner of new Set(booked.map((held) => held.partner))) {
    const own = booked.filter((held) => held.partner === partner);
    const names = own.flatMap(({ note, number }) => [normalForm(note), normalForm(number)]);
    await placeWaiting(tx, { partner, gateway, occasion }, [...new Set(names)]);
  }
}

function sameAgain(before: readonly ShipmentRow[], content: string, confirmation: string): ShipmentOutcome {
  const numbers = before.map(({ number }) => number);
  const [first] = before;
  if (first?.content === content) {
    return { outcome: "duplicate", number: first.number, numbers, invoices: [], unpriced: [] };
  }
  throw new CalloffError("SHIP_CONFIRMATION_REUSED", "The confirmation number was booked before with other content", {
    place: { field: "confirmation" },
    expected: "a number not used before, or the same content",
    found: `${confirmation}, booked as ${numbers.join(", ")}`,
    remedy: "Send what is new under a confirmation number of its own",
    exit: EXIT.conflict,
  });
}

/**
 * Marks lines that are shipped or closed, lets every account know that its sums have moved, and works out again when something is due next
 * where more was released, or some given back.
 */
async function moveOrders(
  tx: Tx,
  settings: FulfilmentSettings,
  planned: readonly PlannedShipment[],
  occasion: Occasion,
): Promise<void> {
  const lines = planned.flatMap((plan) => plan.lines);
  await endLines(
    tx,
    "closed short",
    lines.filter(({ closes }) => closes),
  );
  await endLines(
    tx,
    "shipped",
    lines.filter(({ fills }) => fills),
  );
  // A verdict worked out from sums read before this is worked out again.
  await tx.change("UPDATE account SET version = version + 1 WHERE id IN (:ids)", {
    ids: accountsOf(lines.map(({ of }) => of)),
  });
  const moved = lines.filter(({ closes, excess }) => closes || excess > 0n).map(({ of }) => of);
  await lookAgain(tx, settings, await rowsById(tx, account, accountsOf(moved)), occasion);
}

/** What has ended is not looked at again when schedules change, however much there ever was. */
async function endLines(tx: Tx, state: string, lines: readonly PlannedLine[]): Promise<void> {
  if (lines.length === 0) return;
  const ids = [...new Set(lines.map(({ of }) => of.line.id))];
  await update(tx, childLine, { state }, "id IN (:ids) AND state = 'open'", { ids });
}

function documentsOf(
  booked: readonly BookedShipment[],
  confirmation: ShipmentConfirmation,
  { gateway }: FulfilmentSettings,
  occasion: Occasion,
): NewOutboundDocument[] {
  return booked.flatMap((held) => {
    const { number, partner } = held;
    const forErp: NewOutboundDocument = {
      kind: "erp-shipment",
      receiver: "erp",
      document: erpShipmentOf(held, confirmation.confirmation),
      causeKey: `erp-shipment:${number}`,
      number,
    };
    if (partner.shipNotice === null) return [forErp];
    const document = shipNoticeOf(held, confirmation, gateway, occasion);
    return [
      { kind: "ship-notice", receiver: partner.code, document, causeKey: `ship-notice:${number}`, number },
      forErp,
    ];
  });
}
