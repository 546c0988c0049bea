/** Ledger facts of what is withheld on an order line, and lifted again. */
import { childLineTotals, type Totals } from "../store/ledger.ts";
import { lockRows, select, selectOne } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import {
  type AccountRow,
  account,
  type ChildLineRow,
  type ChildOrderRow,
  childLine,
  childOrder,
} from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { lineReference } from "./order-documents.ts";

export interface WithheldLine {
  /** `SO-000123/10`. */
  readonly reference: string;
  readonly quantity: Decimal;
}

/** An order with its lines, their sums and their accounts, which are locked. */
export interface LockedOrder {
  readonly order: ChildOrderRow;
  readonly lines: readonly ChildLineRow[];
  readonly totals: ReadonlyMap<number, Totals>;
  readonly accounts: readonly AccountRow[];
}

/** @throws CalloffError ORDER_UNKNOWN */
export async function lockedOrder(tx: Tx, number: string): Promise<LockedOrder> {
  const order = await selectOne(tx, childOrder, "WHERE number = :number", { number });
  if (order === undefined) {
    throw new CalloffError("ORDER_UNKNOWN", `There is no order ${number}`, {
      expected: "the number of a child order, such as SO-000001",
      found: number,
      remedy: "`calloff order list` shows the orders there are",
      exit: EXIT.notFound,
    });
  }
  const lines = await select(tx, childLine, "WHERE order_id = :id ORDER BY line_no", { id: order.id });
  const ids = [...new Set(lines.map(({ account_id }) => account_id))];
  await lockRows(tx, account, ids);
  const accounts = await select(tx, account, "WHERE id IN (:ids) ORDER BY id", { ids });
  const totals = await childLineTotals(
    tx,
    lines.map(({ id }) => id),
  );
  return { order, lines, totals, accounts };
}

/** Whose fact it is, when and why it is booked. */
export function factOf(
  order: ChildOrderRow,
  line: ChildLineRow,
  accounts: readonly AccountRow[],
  occasion: Occasion,
  reason: string,
) {
  return {
    account_id: line.account_id,
    line_id: line.line_id,
    child_line_id: line.id,
    moves: "both",
    start: accounts.find(({ id }) => id === line.account_id)?.current_start ?? "",
    happened_on: occasion.businessDate,
    booked_at: occasion.instant,
    cause_kind: "order",
    cause: lineReference(order.number, line.line_no),
    who: occasion.who,
    reason,
  };
}

/** What was open is ordered no more. */
export const withdrawn = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "released",
  quantity: -quantity,
  business_key: `cancel:${lineReference(order.number, line.line_no)}`,
});
/** It counts as released all the same, until it is lifted. */
export const kept = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "withheld",
  quantity,
  business_key: `withheld:${lineReference(order.number, line.line_no)}`,
});
/** A line is withheld at most once: cancelled or closed short, it never opens again. */
export const given = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "lifted",
  quantity: -quantity,
  business_key: `lift:${lineReference(order.number, line.line_no)}`,
});

export const withheldLine = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint): WithheldLine => ({
  reference: lineReference(order.number, line.line_no),
  quantity: writeMillionths(quantity),
});
