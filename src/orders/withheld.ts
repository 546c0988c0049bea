/** Lifting what was withheld, by a planner or with the next schedule: it is due again. */
import { recordAudit } from "../store/audit.ts";
import { book, childLineTotals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { type AccountRow, type ChildOrderRow, childLine, childOrder } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { NOTHING, type Quantity } from "../values/figures.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { lookAgain } from "./due-accounts.ts";
import { factOf, given, type LockedOrder, lockedOrder, type WithheldLine, withheldLine } from "./withheld-facts.ts";

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
    const locked = await lockedOrder(tx, number);
    const lifted = await lift(tx, locked, occasion, reason);
    if (lifted.length === 0) throw nothingWithheld(number);
    await lookAgain(tx, config, locked.accounts, occasion);
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
  { order, lines, totals, accounts }: LockedOrder,
  occasion: Occasion,
  reason: string,
): Promise<WithheldLine[]> {
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

const nothingWithheld = (number: string): CalloffError =>
  new CalloffError("ORDER_NOTHING_WITHHELD", `Nothing is withheld on order ${number}`, {
    expected: "an order that was cancelled or closed short, and not lifted since",
    found: "an order without a withheld quantity",
    remedy: "An accepted schedule lifts what was withheld before it; `calloff order show` says what became of it",
    exit: EXIT.conflict,
  });
