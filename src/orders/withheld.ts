/**
 * Orders cancelled by hand: what was open is withheld, which counts as released, so that the timetable does not make it
 * again until a planner lifts it or the next schedule is accepted (domain.md, *Due*).
 */
import { recordAudit } from "../store/audit.ts";
import { book, childLineTotals, NO_TOTALS } from "../store/ledger.ts";
import { queueDocument } from "../store/outbound.ts";
import { lockRows, select, selectOne, update } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
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
import { type Decimal, larger, minus, NOTHING, type Quantity, writeMillionths } from "../values/figures.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { lookAgain } from "./due-accounts.ts";
import { lineReference, orderChangeDocument } from "./order-documents.ts";

export interface WithheldLine {
  /** `SO-000123/10`. */
  readonly reference: string;
  readonly quantity: Decimal;
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
    const { order, lines, accounts } = await lockedOrder(tx, number);
    const totals = await childLineTotals(
      tx,
      lines.map(({ id }) => id),
    );
    const open = lines.flatMap((line) => {
      const { released, shipped } = totals.get(line.id) ?? NO_TOTALS;
      const quantity = larger(NOTHING, minus(released, shipped));
      return quantity > 0n ? [{ line, quantity, shipped }] : [];
    });
    if (open.length === 0) throw nothingOpen(number);
    await book(
      tx,
      open.flatMap(({ line, quantity }) => [
        { ...factOf(order, line, accounts, occasion, reason), ...withdrawn(order, line, quantity) },
        { ...factOf(order, line, accounts, occasion, reason), ...kept(order, line, quantity) },
      ]),
    );
    await update(tx, childLine, { state: "cancelled" }, "id IN (:ids)", { ids: open.map(({ line }) => line.id) });
    const whole = [...totals.values()].every(({ shipped }) => shipped === 0n);
    await update(tx, childOrder, { version: order.version + 1, ...(whole ? { state: "cancelled" } : {}) }, "id = :id", {
      id: order.id,
    });
    await lookAgain(tx, config, accounts, occasion);
    await queueDocument(
      tx,
      occasion,
      orderChangeDocument({
        number,
        partner: order.partner,
        reason,
        cancelled: whole,
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

/**
 * Lifts what was withheld when an order was cancelled or closed short: it is due again.
 * @throws CalloffError ORDER_UNKNOWN, ORDER_NOTHING_WITHHELD
 */
export async function liftWithheld(
  store: Store,
  config: OrdersConfiguration,
  number: string,
  occasion: Occasion,
  reason: string,
): Promise<WithheldLine[]> {
  return store.write(async (tx) => {
    const { order, lines, accounts } = await lockedOrder(tx, number);
    const lifted = await lift(tx, order, lines, accounts, occasion, reason);
    if (lifted.length === 0) throw nothingWithheld(number);
    await lookAgain(tx, config, accounts, occasion);
    await recordAudit(tx, occasion, "order.lifted", number, { reason, lines: lifted.map((line) => ({ ...line })) });
    return lifted;
  });
}

/** Lifts all that is withheld on these accounts, because the next schedule was accepted; gives how much per account. */
export async function liftAll(
  tx: Tx,
  accounts: readonly AccountRow[],
  occasion: Occasion,
  reason: string,
): Promise<Map<number, Quantity>> {
  const perAccount = new Map<number, Quantity>();
  if (accounts.length === 0) return perAccount;
  const rows = await tx.ask(
    `SELECT child_line_id FROM ledger WHERE account_id IN (:ids) AND kind IN ('withheld', 'lifted')
     GROUP BY child_line_id HAVING SUM(quantity) > 0 ORDER BY child_line_id`,
    { ids: accounts.map(({ id }) => id) },
  );
  const lineIds = rows.map((row) => Number(row["child_line_id"]));
  if (lineIds.length === 0) return perAccount;
  const lines = await select(tx, childLine, "WHERE id IN (:lineIds) ORDER BY id", { lineIds });
  const orders = await select(tx, childOrder, "WHERE id IN (:ids) ORDER BY id", {
    ids: [...new Set(lines.map(({ order_id }) => order_id))],
  });
  const totals = await childLineTotals(tx, lineIds);
  const facts = lines.map((line) => {
    const quantity = totals.get(line.id)?.withheld ?? NOTHING;
    const order = orders.find(({ id }) => id === line.order_id) as ChildOrderRow;
    perAccount.set(line.account_id, ((perAccount.get(line.account_id) ?? NOTHING) + quantity) as Quantity);
    return { ...factOf(order, line, accounts, occasion, reason), ...given(order, line, quantity) };
  });
  await book(tx, facts);
  return perAccount;
}

async function lift(
  tx: Tx,
  order: ChildOrderRow,
  lines: readonly ChildLineRow[],
  accounts: readonly AccountRow[],
  occasion: Occasion,
  reason: string,
): Promise<WithheldLine[]> {
  const totals = await childLineTotals(
    tx,
    lines.map(({ id }) => id),
  );
  const held = lines.flatMap((line) => {
    const quantity = totals.get(line.id)?.withheld ?? NOTHING;
    return quantity > 0n ? [{ line, quantity }] : [];
  });
  await book(
    tx,
    held.map(({ line, quantity }) => ({
      ...factOf(order, line, accounts, occasion, reason),
      ...given(order, line, quantity),
    })),
  );
  return held.map(({ line, quantity }) => withheldLine(order, line, quantity));
}

async function lockedOrder(tx: Tx, number: string) {
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
  return { order, lines, accounts: await select(tx, account, "WHERE id IN (:ids) ORDER BY id", { ids }) };
}

function factOf(
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

const withdrawn = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "released",
  quantity: -quantity,
  business_key: `cancel:${lineReference(order.number, line.line_no)}`,
});
const kept = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "withheld",
  quantity,
  business_key: `withheld:${lineReference(order.number, line.line_no)}`,
});
/** A line is withheld at most once: cancelled or closed short, it never opens again. */
const given = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint) => ({
  kind: "lifted",
  quantity: -quantity,
  business_key: `lift:${lineReference(order.number, line.line_no)}`,
});

const withheldLine = (order: ChildOrderRow, line: ChildLineRow, quantity: bigint): WithheldLine => ({
  reference: lineReference(order.number, line.line_no),
  quantity: writeMillionths(quantity),
});

const nothingOpen = (number: string): CalloffError =>
  new CalloffError("ORDER_NOTHING_OPEN", `Nothing is open on order ${number}`, {
    expected: "an order with something still to ship",
    found: "an order that is shipped, closed or cancelled",
    remedy: "`calloff order show` says what became of it",
    exit: EXIT.conflict,
  });

const nothingWithheld = (number: string): CalloffError =>
  new CalloffError("ORDER_NOTHING_WITHHELD", `Nothing is withheld on order ${number}`, {
    expected: "an order that was cancelled or closed short, and not lifted since",
    found: "an order without a withheld quantity",
    remedy: "An accepted schedule lifts what was withheld before it; `calloff order show` says what became of it",
    exit: EXIT.conflict,
  });
