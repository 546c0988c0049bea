/**
 * What customers say they received (861, RECADV): each line becomes a signed fact on the account and note it names, once. It
 * moves no sum by itself: what they took in less, or more, than a note says explains their cumulative (domain.md, *In
 * transit*), and is taken off ours as soon as theirs shows it (*Two accounts*).
 */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { ReceiptAdvice } from "../documents/receipt-advice.ts";
import { insert, select, selectOne, update } from "../store/rows.ts";
import type { Queryable, Store, Tx } from "../store/store.ts";
import { message, type ReceiptRow, receipt, statement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { NOTHING, quantity } from "../values/figures.ts";
import { placeReceipts, settle } from "./placed-receipts.ts";
import { receiptRows } from "./receipt-lines.ts";
import { withNotes } from "./receipt-notes.ts";

export interface ReceiptAdviceToApply {
  /** Row id of the message. */
  readonly messageId: number;
  readonly partner: Partner;
  readonly gateway: Gateway;
  readonly document: ReceiptAdvice;
  readonly occasion: Occasion;
}

export interface AppliedReceipt {
  /** Position in the document, from 1. */
  readonly line: number;
  readonly note: string;
  readonly customerPart: string;
  /** booked, repeated, held, filed */
  readonly state: string;
  /** Why it is held, as a permanent word; empty unless it is. */
  readonly cause: string;
}

/**
 * Applies one receipt advice in one transaction. The same call again changes nothing, an advice that comes again under its
 * number counts for the one before it, and one on a note that is not booked yet waits for it.
 * @throws CalloffError MESSAGE_UNKNOWN
 */
export async function applyReceiptAdvice(store: Store, advice: ReceiptAdviceToApply): Promise<AppliedReceipt[]> {
  const { messageId, partner, gateway, document, occasion } = advice;
  await store.write(async (tx) => {
    const row = await selectOne(tx, message, "WHERE id = :id", { id: messageId });
    if (row === undefined) throw unknownMessage(messageId);
    const taken = await update(
      tx,
      message,
      { state: "applied", lines_applied: document.lines.length },
      "id = :id AND state <> 'applied'",
      { id: messageId },
    );
    if (taken === 0) return;
    const rows = receiptRows(document, { messageId, partner, businessDate: occasion.businessDate });
    const ids = await insert(tx, receipt, rows);
    const waiting = await select(tx, receipt, "WHERE id IN (:ids) ORDER BY id", { ids: [0, ...ids] });
    const placed = await placeReceipts(tx, { partner, gateway, occasion }, waiting);
    await keepStated(tx, advice, placed.rows);
    await settle(tx, { partner, gateway, occasion }, placed.accounts);
    await update(tx, message, { findings: withNotes(row, document, placed) }, "id = :id", { id: messageId });
    at("applying");
  });
  return appliedReceipts(store, messageId);
}

const unknownMessage = (id: number): CalloffError =>
  new CalloffError("MESSAGE_UNKNOWN", `There is no message ${id}`, {
    expected: "a message that was catalogued",
    found: String(id),
    exit: EXIT.notFound,
  });

/** The cumulatives that an advice quotes are statements of the customer's like those of a schedule. */
async function keepStated(
  tx: Tx,
  { messageId, document }: ReceiptAdviceToApply,
  rows: readonly ReceiptRow[],
): Promise<void> {
  const quoted = rows.flatMap((row) => {
    const line = document.lines[row.document_line - 1];
    if (row.state !== "booked" || row.account_id === null || line?.cumulative === undefined) return [];
    const cumulative = quantity(line.cumulative);
    if (cumulative < NOTHING) return [];
    return [
      {
        account_id: row.account_id,
        message_id: messageId,
        kind: "received",
        cumulative,
        since: line.cumulativeFrom ?? "",
        last_note: row.note,
        last_quantity: row.quantity,
        as_of: row.received_on,
      },
    ];
  });
  // Of several lines for one account the last one counts them all.
  await insert(tx, statement, [...new Map(quoted.map((one) => [one.account_id, one])).values()]);
}

/** What became of each line of an advice. */
async function appliedReceipts(from: Queryable, messageId: number): Promise<AppliedReceipt[]> {
  const rows = await select(from, receipt, "WHERE message_id = :messageId ORDER BY document_line", { messageId });
  return rows.map(({ document_line: line, note, customer_part: customerPart, state, cause }) => ({
    line,
    note,
    customerPart,
    state,
    cause,
  }));
}
