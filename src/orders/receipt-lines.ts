/** What the lines of a receipt advice say, and which of our shipments they mean (features.md C2; domain.md, *In transit*). */
import type { Partner } from "../config/partner.ts";
import type { ReceiptAdvice, ReceiptLine } from "../documents/receipt-advice.ts";
import { withDifferences } from "../documents/receipt-differences.ts";
import type { NewRow } from "../store/columns.ts";
import type { Queryable } from "../store/store.ts";
import type { ReceiptRow, receipt } from "../store/tables.ts";
import { earlier, type PlainDate, plainDate } from "../values/dates.ts";
import { minus, NOTHING, plus, type Quantity, quantity } from "../values/figures.ts";
import { normalForm } from "../values/identifiers.ts";
import { sameUnit } from "./units.ts";

/** Why a line of an advice is booked on nothing; a held one is looked at again when its note is booked. */
export const RECEIPT_CAUSES = {
  "no-note": "The line names no delivery note.",
  "unknown-note": "No delivery note of ours has this number.",
  "unknown-item": "The delivery note holds no such item.",
  "which-line": "Several items of the delivery note fit.",
  unit: "Its unit is not the one we shipped in.",
  unclear: "What was taken in cannot be told from its quantities.",
  purpose: "Its purpose is neither original, replacement nor cancellation.",
} as const;
export type ReceiptCause = keyof typeof RECEIPT_CAUSES;

/** Those that state what was taken in: answers to a notice as well. */
const APPLIED = new Set([
  undefined,
  "original",
  "replace",
  "duplicate",
  "response",
  "accepted",
  "accepted-unchanged",
  "accepted-changed",
  "accepted-with-amendment",
]);
/** Reports of what lies there, which are no receipts. */
const OF_STOCK = new Set(["stock", "inventory"]);
const TAKES_BACK = new Set(["cancel", "delete"]);
const FILED = new Set(["confirmation", "copy"]);

/** The lines of an advice as rows that wait to be placed; those without effect say so already. */
export function receiptRows(
  document: ReceiptAdvice,
  of: { readonly messageId: number; readonly partner: Partner; readonly businessDate: PlainDate },
): NewRow<typeof receipt.columns>[] {
  const { purpose } = document;
  return document.lines.map((line, n) => {
    const note = line.note ?? document.note ?? "";
    const said = TAKES_BACK.has(purpose ?? "") ? ({ stated: "cancelled", quantity: NOTHING } as const) : takenIn(line);
    const { state, cause } = stateOf(document, note, said !== undefined);
    const on = line.receivedOn ?? document.receivedOn ?? document.issuedOn;
    return {
      message_id: of.messageId,
      document_line: n + 1,
      partner: of.partner.code,
      advice: normalForm(document.number ?? "") || `note ${normalForm(note)}`,
      note,
      note_normal: normalForm(note),
      customer_part: normalForm(line.customerPart ?? "", of.partner.schedule),
      our_part: normalForm(line.ourPart ?? ""),
      ship_to: normalForm(shipToOf(line, document), of.partner.schedule),
      order_number: normalForm(line.orderNumber ?? document.orderNumber ?? "", of.partner.schedule),
      received_on: on === undefined ? of.businessDate : earlier(plainDate(on), of.businessDate),
      unit: line.unit ?? "",
      stated: said?.stated ?? "taken",
      quantity: said?.quantity ?? NOTHING,
      condition: line.condition ?? "",
      state,
      cause,
    };
  });
}

function stateOf(
  { purpose, kind }: Pick<ReceiptAdvice, "purpose" | "kind">,
  note: string,
  clear: boolean,
): { state: "held" | "filed"; cause: ReceiptCause | "" } {
  if (FILED.has(purpose ?? "") || OF_STOCK.has(kind ?? "")) return { state: "filed", cause: "" };
  if (!APPLIED.has(purpose) && !TAKES_BACK.has(purpose ?? "")) return { state: "held", cause: "purpose" };
  if (!clear) return { state: "held", cause: "unclear" };
  return { state: "held", cause: normalForm(note) === "" ? "no-note" : "unknown-note" };
}

const shipToOf = (line: ReceiptLine, document: ReceiptAdvice): string =>
  [...(line.parties ?? []), ...(document.parties ?? [])].find(({ role }) => role === "ship-to")?.code ?? "";

const figure = (text: string | undefined): Quantity => (text === undefined ? NOTHING : quantity(text));

/**
 * What was taken in of the note: as stated, else what came less what was rejected; where neither is stated, what it
 * differs from the note by. A quantity that says less than nothing says nothing.
 */
function takenIn(line: ReceiptLine): { stated: "taken" | "difference"; quantity: Quantity } | undefined {
  const { accepted, received, shipped, rejected, short, over } = withDifferences(line);
  if ([accepted, received, shipped, rejected, short, over].some((text) => text?.startsWith("-") === true))
    return undefined;
  const differs = minus(figure(over), plus(figure(short), figure(rejected)));
  const taken = [
    accepted === undefined ? undefined : quantity(accepted),
    received === undefined ? undefined : minus(quantity(received), figure(rejected)),
    shipped === undefined ? undefined : plus(quantity(shipped), differs),
  ].find((one) => one !== undefined);
  if (taken !== undefined) return taken < NOTHING ? undefined : { stated: "taken", quantity: taken };
  if (over === undefined && short === undefined && rejected === undefined) return undefined;
  return { stated: "difference", quantity: differs };
}

/** One account's part of a note of ours. */
export interface ShippedPart {
  readonly shipmentId: number;
  readonly shipment: string;
  readonly noteNormal: string;
  readonly accountId: number;
  readonly customerParts: readonly string[];
  readonly ourPart: string;
  readonly shipTo: string;
  readonly orderNumbers: readonly string[];
  readonly unit: string;
  readonly quantity: Quantity;
  /** The agreement's line it was shipped on, where it was one only. */
  readonly lineId: number | undefined;
}

export type ReceiptPlace = { readonly part: ShippedPart } | { readonly cause: ReceiptCause };

/** Whether a receipt names the note, or our number of the shipment. */
export const isOfNote = (
  row: Pick<ReceiptRow, "note_normal">,
  { noteNormal, shipment }: Pick<ShippedPart, "noteNormal" | "shipment">,
): boolean => noteNormal === row.note_normal || normalForm(shipment) === row.note_normal;

/** The account's part of the note that a line means: what it does not say, fits. */
export function placeOfReceipt(
  row: Pick<ReceiptRow, "note_normal" | "customer_part" | "our_part" | "ship_to" | "order_number" | "unit">,
  shipped: readonly ShippedPart[],
): ReceiptPlace {
  const ofNote = shipped.filter((part) => isOfNote(row, part));
  if (ofNote.length === 0) return { cause: "unknown-note" };
  const items = ofNote.filter((part) => isItem(row, part));
  if (items.length === 0) return { cause: "unknown-item" };
  const [one, another] = [row.order_number, row.ship_to].reduce((left, _said, n) => {
    if (left.length === 1) return left;
    const closer = left.filter((part) =>
      n === 0 ? part.orderNumbers.includes(row.order_number) : part.shipTo === row.ship_to,
    );
    return closer.length === 0 ? left : closer;
  }, items);
  if (one === undefined || another !== undefined) return { cause: "which-line" };
  return sameUnit(row.unit, one.unit) ? { part: one } : { cause: "unit" };
}

function isItem(
  { customer_part, our_part }: Pick<ReceiptRow, "customer_part" | "our_part">,
  part: ShippedPart,
): boolean {
  if (customer_part !== "") return part.customerParts.includes(customer_part);
  return our_part === "" || part.ourPart === our_part;
}

/** The accounts' parts of the customer's notes with these numbers, ours or theirs, in normal form. */
export async function shippedParts(
  from: Queryable,
  { code, schedule }: Pick<Partner, "code" | "schedule">,
  notes: readonly string[],
): Promise<ShippedPart[]> {
  if (notes.length === 0) return [];
  const rows = await from.ask(
    `SELECT s.id AS shipment_id, s.number AS shipment, s.note_normal AS note, a.id AS account, a.customer_part AS part,
            a.ship_to AS ship_to, a.order_ref AS order_ref, a.unit AS unit, g.customer_number_normal AS customer_number,
            b.id AS line, b.customer_part AS customer_part, b.item AS item, CAST(SUM(l.quantity) AS TEXT) AS quantity
     FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id JOIN account a ON a.id = l.account_id
     JOIN child_line c ON c.id = l.child_line_id JOIN agreement_line b ON b.id = c.line_id
     JOIN agreement g ON g.id = b.agreement_id
     WHERE s.partner = :code AND (s.note_normal IN (:notes) OR s.number IN (:notes))
     GROUP BY s.id, s.number, s.note_normal, a.id, a.customer_part, a.ship_to, a.order_ref, a.unit,
       g.customer_number_normal, b.id, b.customer_part, b.item
     ORDER BY s.id, a.id, b.id`,
    { code, notes },
  );
  const parts = new Map<string, ShippedPart>();
  for (const row of rows) {
    const key = `${String(row["shipment_id"])}/${String(row["account"])}`;
    const before = parts.get(key);
    const text = (column: string): string => (row[column] as string | null) ?? "";
    parts.set(key, {
      shipmentId: Number(row["shipment_id"]),
      shipment: text("shipment"),
      noteNormal: text("note"),
      accountId: Number(row["account"]),
      customerParts: [...(before?.customerParts ?? []), text("part"), normalForm(text("customer_part"), schedule)],
      ourPart: normalForm(text("item")),
      shipTo: text("ship_to"),
      orderNumbers: [...(before?.orderNumbers ?? []), text("order_ref"), text("customer_number")],
      unit: text("unit"),
      quantity: plus(before?.quantity ?? NOTHING, BigInt(text("quantity")) as Quantity),
      lineId: before === undefined ? Number(row["line"]) : undefined,
    });
  }
  return [...parts.values()];
}
