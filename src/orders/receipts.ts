/**
 * What customers say they received (861, RECADV): each line becomes a signed fact on the account and note it names, once. It
 * moves no sum by itself: what they took in less, or more, than a note says explains their cumulative (domain.md, *In
 * transit*), and is taken off ours as soon as theirs shows it (*Two accounts*).
 */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { ReceiptAdvice } from "../documents/receipt-advice.ts";
import { readFindings, writeFindings } from "../store/findings.ts";
import { insert, lockRows, select, selectOne, update, updateEach } from "../store/rows.ts";
import type { Queryable, Store, Tx } from "../store/store.ts";
import {
  type AccountRow,
  account,
  type MessageRow,
  message,
  type ReceiptRow,
  receipt,
  statement,
} from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { NOTHING, type Quantity, quantity, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { lookAgain } from "./due-accounts.ts";
import { settleShown } from "./receipt-differences.ts";
import { type BookedParts, bookParts } from "./receipt-facts.ts";
import {
  isOfNote,
  placeOfReceipt,
  RECEIPT_CAUSES,
  type ReceiptCause,
  receiptRows,
  type ShippedPart,
  shippedParts,
} from "./receipt-lines.ts";

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

interface Placing {
  readonly partner: Partner;
  readonly gateway: Gateway;
  readonly occasion: Occasion;
}

/** Receipts as they are after they were placed, with what they were placed on. */
interface Placed extends Pick<BookedParts, "sums"> {
  readonly rows: readonly ReceiptRow[];
  readonly parts: ReadonlyMap<number, ShippedPart>;
  readonly accounts: readonly AccountRow[];
}

/** Receipts of notes that were booked only now find their places. */
export async function placeWaiting(tx: Tx, by: Placing, notes: readonly string[]): Promise<void> {
  const waiting = await select(
    tx,
    receipt,
    "WHERE state = 'held' AND partner = :partner AND note_normal IN (:notes) AND cause = 'unknown-note' ORDER BY id",
    { partner: by.partner.code, notes },
  );
  if (waiting.length === 0) return;
  const { accounts } = await placeReceipts(tx, by, waiting);
  await settle(tx, by, accounts);
}

async function placeReceipts(tx: Tx, by: Placing, waiting: readonly ReceiptRow[]): Promise<Placed> {
  const looked = waiting.filter(({ state, cause }) => state === "held" && cause === "unknown-note");
  const shipped = await shippedFor(tx, by.partner, looked);
  const places = new Map(looked.map((row) => [row.id, placeOfReceipt(row, shipped)]));
  const parts = new Map(
    [...places].flatMap(([id, place]): [number, ShippedPart][] => ("part" in place ? [[id, place.part]] : [])),
  );
  const accountIds = [...new Set([...parts.values()].map(({ accountId }) => accountId))];
  await lockRows(tx, account, accountIds);
  const accounts =
    accountIds.length === 0 ? [] : await select(tx, account, "WHERE id IN (:ids) ORDER BY id", { ids: accountIds });
  const { booked, sums } = await bookParts(tx, by, looked, parts, accounts);
  const rows = waiting.map((row): ReceiptRow => {
    const place = places.get(row.id);
    if (place === undefined) return row;
    return "cause" in place ? { ...row, cause: place.cause } : (booked.get(row.id) ?? row);
  });
  await updateEach(
    tx,
    receipt,
    rows
      .filter((_, n) => rows[n] !== waiting[n])
      .map(({ id, account_id, shipment_id, start, booked: by_, state, cause }) => ({
        id,
        set: { account_id, shipment_id, start, booked: by_, state, cause },
      })),
  );
  return { rows, sums, parts, accounts };
}

/**
 * The parts of notes that receipts may mean. A note that is not there may be being booked by somebody else, who does not see
 * these receipts: behind the locks of its accounts one of the two sees the other.
 */
async function shippedFor(tx: Tx, { code, schedule }: Partner, looked: readonly ReceiptRow[]): Promise<ShippedPart[]> {
  const notes = [...new Set(looked.map(({ note_normal }) => note_normal))];
  const found = await shippedParts(tx, { code, schedule }, notes);
  const unknown = looked.filter((row) => !found.some((part) => isOfNote(row, part)));
  if (tx.dialect === "sqlite" || unknown.length === 0) return found;
  const concerned = await tx.ask(
    "SELECT id FROM account WHERE partner = :code AND customer_part IN (:parts) ORDER BY id",
    { code, parts: [...new Set(unknown.map(({ customer_part }) => customer_part))] },
  );
  await lockRows(
    tx,
    account,
    concerned.map(({ id }) => Number(id)),
  );
  return shippedParts(tx, { code, schedule }, notes);
}

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

/** What their cumulative shows of the differences is taken off ours, and due again or not from then on. */
async function settle(tx: Tx, { partner, gateway, occasion }: Placing, accounts: readonly AccountRow[]): Promise<void> {
  const settled = await settleShown(tx, occasion, accounts);
  await tx.change("UPDATE account SET version = version + 1 WHERE id IN (:ids)", {
    ids: [0, ...accounts.map(({ id }) => id)],
  });
  if (settled.length === 0) return;
  const moved = await select(tx, account, "WHERE id IN (:ids) ORDER BY id", { ids: settled });
  await lookAgain(tx, { partners: new Map([[partner.code, partner]]), gateway }, moved, occasion);
}

/** The message's findings with what a planner has to know of its receipts. */
function withNotes(row: MessageRow, document: ReceiptAdvice, { rows, sums, parts }: Placed): string {
  const notes = rows.flatMap((one): Finding[] => {
    const segment = document.lines[one.document_line - 1]?.segment;
    const place = {
      ...(segment === undefined ? {} : { segment: row.first_segment + segment - 1, inSet: segment }),
      field: `lines[${one.document_line - 1}]`,
    };
    if (one.state === "held") return [heldNote(one, place)];
    const [part, sum] = [parts.get(one.id), sums.get(one.id)];
    return part === undefined || sum === undefined || sum === part.quantity ? [] : [differsNote(one, part, sum, place)];
  });
  return notes.length === 0 ? row.findings : writeFindings([...readFindings(row.findings), ...notes]);
}

const heldNote = (row: ReceiptRow, place: Finding["place"]): Finding => ({
  code: "RECEIPT_HELD",
  severity: "note",
  message: `A receipt is booked on nothing: ${RECEIPT_CAUSES[row.cause as ReceiptCause]}`,
  place,
  expected: "a delivery note of ours and an item of it",
  found: [row.note === "" ? "no note" : `note ${row.note}`, row.customer_part || row.our_part || "no item"].join(", "),
  remedy:
    row.cause === "unknown-note"
      ? "It is booked as soon as the note is; else ask the customer which note is meant"
      : "Ask the customer to send the advice again",
});

const differsNote = (row: ReceiptRow, part: ShippedPart, taken: Quantity, place: Finding["place"]): Finding => ({
  code: "RECEIPT_DIFFERS",
  severity: "note",
  message: `The customer took in another quantity than note ${row.note} says`,
  place,
  expected: writeMillionths(part.quantity),
  found: [writeMillionths(taken), row.condition].filter((text) => text !== "").join(", "),
  remedy: "Their next cumulative will show it; look into what became of the difference",
});

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
