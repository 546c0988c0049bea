/**
 * Orders cancelled by hand: what was open is withheld, which counts as released, so that the timetable does not make it
 * again until a planner lifts it or the next schedule is accepted (domain.md, *Due*).
 */
import { recordAudit } from "../store/audit.ts";
import { book, NO_TOTALS } from "../store/ledger.ts";
import { queueDocument } from "../store/outbound.ts";
import { update } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { type ChildLineRow, childLine, childOrder } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { larger, minus, NOTHING, type Quantity } from "../values/figures.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { lookAgain } from "./due-accounts.ts";
import { orderChangeDocument } from "./order-documents.ts";
import {
  factOf,
  kept,
  type LockedOrder,
  lockedOrder,
  type WithheldLine,
  withdrawn,
  withheldLine,
} from "./withheld-facts.ts";

interface OpenLine {
  readonly line: ChildLineRow;
  readonly quantity: Quantity;
  readonly shipped: Quantity;
}

/**
 * Cancels what is still open on an order; what was shipped stays. The ERP is told.
 * @throws CalloffError ORDER_UNKNOWN, ORDER_NOTHING_OPEN
 */
export async function cancelOrder(
  store: Store,
  config: OrdersConfiguration,
  number: string,
  occasion: Occasion,
  reason: string,
): Promise<WithheldLine[]> {
  return store.write(async (tx) => {
    const locked = await lockedOrder(tx, number);
    const { order } = locked;
    const open = openLines(locked);
    if (open.length === 0) throw nothingOpen(number);
    const isWhole = [...locked.totals.values()].every(({ shipped }) => shipped === 0n);
    await withhold(tx, locked, open, occasion, reason);
    await update(tx, childLine, { state: "cancelled" }, "id IN (:ids)", { ids: open.map(({ line }) => line.id) });
    const state = isWhole ? { state: "cancelled" } : {};
    await update(tx, childOrder, { version: order.version + 1, ...state }, "id = :id", { id: order.id });
    await lookAgain(tx, config, locked.accounts, occasion);
    await queueDocument(
      tx,
      occasion,
      orderChangeDocument({
        number,
        partner: order.partner,
        reason,
        cancelled: isWhole,
        cause: "cancelled",
        lines: open.map(({ line, quantity, shipped }) => ({
          lineNumber: line.line_no,
          quantity: shipped,
          previousQuantity: shipped + quantity,
        })),
      }),
    );
    const withheld = open.map(({ line, quantity }) => withheldLine(order, line, quantity));
    await recordAudit(tx, occasion, "order.cancelled", number, {
      reason,
      lines: withheld.map((line) => ({ ...line })),
    });
    return withheld;
  });
}

const openLines = ({ lines, totals }: LockedOrder): OpenLine[] =>
  lines.flatMap((line) => {
    const { released, shipped } = totals.get(line.id) ?? NO_TOTALS;
    const quantity = larger(NOTHING, minus(released, shipped));
    return quantity > 0n ? [{ line, quantity, shipped }] : [];
  });

/** What was open is released no more, and counts as released until it is lifted. */
async function withhold(
  tx: Tx,
  { order, accounts }: LockedOrder,
  open: readonly OpenLine[],
  occasion: Occasion,
  reason: string,
): Promise<void> {
  await book(
    tx,
    open.flatMap(({ line, quantity }) => {
      const fact = factOf(order, line, accounts, occasion, reason);
      return [
        { ...fact, ...withdrawn(order, line, quantity) },
        { ...fact, ...kept(order, line, quantity) },
      ];
    }),
  );
}

const nothingOpen = (number: string): CalloffError =>
  new CalloffError("ORDER_NOTHING_OPEN", `Nothing is open on order ${number}`, {
    expected: "an order with something still to ship",
    found: "an order that is shipped, closed or cancelled",
    remedy: "`calloff order show` says what became of it",
    exit: EXIT.conflict,
  });
