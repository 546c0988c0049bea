/** What customers say they received, line by line of their advices, and what each is booked on. */
import { RECEIPT_CAUSES, type ReceiptCause } from "../orders/receipt-lines.ts";
import type { Queryable } from "../store/store.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface ReceiptSummary {
  readonly id: number;
  readonly partner: string;
  readonly advice: string;
  readonly note: string;
  readonly customerPart: string;
  readonly ourPart: string;
  readonly shipTo: string;
  readonly receivedOn: string;
  /** `quantity` was taken in (taken), or is what they count more than the note says (difference), or is taken back (cancelled). */
  readonly stated: string;
  readonly quantity: Decimal;
  readonly unit: string;
  /** booked, repeated, held, filed, dismissed */
  readonly state: string;
  /** Why it is held, as a permanent word and in a sentence. */
  readonly cause: string;
  readonly why: string;
  /** Our number of the shipment it is booked on. */
  readonly shipment: string;
}

export interface ReceiptView extends ReceiptSummary {
  readonly orderNumber: string;
  readonly condition: string;
  /** By how much it moved the ledger. */
  readonly booked: Decimal;
  /** The file that it came in, and the line of its advice. */
  readonly file: string;
  readonly line: number;
  /** Of a held one, the lines of our shipments that it may mean. */
  readonly lines: readonly {
    readonly reference: string;
    readonly note: string;
    readonly customerPart: string;
    readonly quantity: Decimal;
    readonly unit: string;
  }[];
}

const QUESTION = `SELECT r.*, CAST(r.quantity AS TEXT) AS figure, CAST(r.booked AS TEXT) AS moved, s.number AS shipment,
    f.claim AS claim FROM receipt r
  LEFT JOIN shipment s ON s.id = r.shipment_id LEFT JOIN message m ON m.id = r.message_id
  LEFT JOIN interchange i ON i.id = m.interchange_id LEFT JOIN file f ON f.id = i.file_id`;

/** Receipts, latest first. */
export async function listReceipts(
  from: Queryable,
  { partner, state, limit }: ListFilter,
): Promise<Page<ReceiptSummary>> {
  const where = whereOf([partner !== undefined && "r.partner = :partner", state !== undefined && "r.state = :state"]);
  const rows = await from.ask(`${QUESTION} ${where} ORDER BY r.id DESC LIMIT ${limit + 1}`, {
    ...(partner === undefined ? {} : { partner }),
    ...(state === undefined ? {} : { state }),
  });
  return pageOf(rows.map(summaryOf), limit);
}

/** One receipt, or `undefined`. */
export async function receiptView(from: Queryable, id: number): Promise<ReceiptView | undefined> {
  const [row] = await from.ask(`${QUESTION} WHERE r.id = :id`, { id });
  if (row === undefined) return undefined;
  const text = textsOf(row);
  const summary = summaryOf(row);
  return {
    ...summary,
    orderNumber: text("order_number"),
    condition: text("condition"),
    booked: writeMillionths(BigInt(text("moved"))),
    file: text("claim") === "" ? "" : `file:${text("claim")}`,
    line: Number(row["document_line"]),
    lines: summary.state === "held" ? await linesMeant(from, summary, text("note_normal")) : [],
  };
}

/** Lines a planner is shown at most. */
const MOST_LINES = 20;

/** The lines of the note; where there is no such note, the latest ones of the item. */
async function linesMeant(from: Queryable, of: ReceiptSummary, note: string): Promise<ReceiptView["lines"]> {
  const asked = (where: string) =>
    from.ask(
      `SELECT s.number AS shipment, l.line_no AS line, s.note AS note, a.customer_part AS part, a.unit AS unit,
         CAST(l.quantity AS TEXT) AS quantity
       FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id JOIN account a ON a.id = l.account_id
       WHERE s.partner = :partner AND ${where} ORDER BY l.id DESC LIMIT ${MOST_LINES}`,
      { partner: of.partner, note, part: of.customerPart },
    );
  const ofNote = note === "" ? [] : await asked("s.note_normal = :note");
  const rows = ofNote.length > 0 ? ofNote : await asked("a.partner = :partner AND a.customer_part = :part");
  return rows.map((row) => {
    const text = textsOf(row);
    return {
      reference: `${text("shipment")}/${Number(row["line"])}`,
      note: text("note"),
      customerPart: text("part"),
      quantity: writeMillionths(BigInt(text("quantity"))),
      unit: text("unit"),
    };
  });
}

const textsOf =
  (row: Readonly<Record<string, unknown>>) =>
  (column: string): string =>
    (row[column] as string | null) ?? "";

function summaryOf(row: Readonly<Record<string, unknown>>): ReceiptSummary {
  const text = textsOf(row);
  const cause = text("cause");
  return {
    id: Number(row["id"]),
    partner: text("partner"),
    advice: text("advice"),
    note: text("note"),
    customerPart: text("customer_part"),
    ourPart: text("our_part"),
    shipTo: text("ship_to"),
    receivedOn: text("received_on"),
    stated: text("stated"),
    quantity: writeMillionths(BigInt(text("figure"))),
    unit: text("unit"),
    state: text("state"),
    cause,
    why: cause === "" ? "" : RECEIPT_CAUSES[cause as ReceiptCause],
    shipment: text("shipment"),
  };
}
