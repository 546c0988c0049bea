/** Finds the notes that receipts are of and books them there: those of an advice, and those that waited for their note. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import { lockRows, select, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, account, type ReceiptRow, receipt } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { lookAgain } from "./due-accounts.ts";
import { settleShown } from "./receipt-differences.ts";
import { type BookedParts, bookParts } from "./receipt-facts.ts";
import { isOfNote, placeOfReceipt, type ShippedPart, shippedParts } from "./receipt-lines.ts";

interface Placing {
  readonly partner: Partner;
  readonly gateway: Gateway;
  readonly occasion: Occasion;
}

/** Receipts as they are after they were placed, with what they were placed on. */
export interface Placed extends Pick<BookedParts, "sums"> {
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

export async function placeReceipts(tx: Tx, by: Placing, waiting: readonly ReceiptRow[]): Promise<Placed> {
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
  const held = await stillHeld(tx, looked);
  const { booked, sums } = await bookParts(tx, by, held, parts, accounts);
  const heldIds = new Set(held.map(({ id }) => id));
  const rows = waiting.map((row): ReceiptRow => {
    const place = heldIds.has(row.id) ? places.get(row.id) : undefined;
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

/** Those that nobody has decided on meanwhile; they stay so until the transaction ends. */
async function stillHeld(tx: Tx, rows: readonly ReceiptRow[]): Promise<readonly ReceiptRow[]> {
  if (tx.dialect === "sqlite" || rows.length === 0) return rows;
  const ids = rows.map(({ id }) => id);
  await lockRows(tx, receipt, ids);
  return select(tx, receipt, "WHERE id IN (:ids) AND state = 'held' AND cause = 'unknown-note' ORDER BY id", { ids });
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

/** What their cumulative shows of the differences is taken off ours, and due again or not from then on. */
export async function settle(
  tx: Tx,
  { partner, gateway, occasion }: Placing,
  accounts: readonly AccountRow[],
): Promise<void> {
  const settled = await settleShown(tx, occasion, accounts);
  await tx.change("UPDATE account SET version = version + 1 WHERE id IN (:ids)", {
    ids: [0, ...accounts.map(({ id }) => id)],
  });
  if (settled.length === 0) return;
  const moved = await select(tx, account, "WHERE id IN (:ids) ORDER BY id", { ids: settled });
  await lookAgain(tx, { partners: new Map([[partner.code, partner]]), gateway }, moved, occasion);
}
