/** The ledger as a person reads it: facts in the order they were booked, in business keys. */

import { orderLinesById } from "../fulfilment/order-lines.ts";
import { byId, rowsById } from "../fulfilment/rows-by-id.ts";
import { lineReference } from "../orders/order-documents.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { account, agreement, agreementLine, type LedgerRow, ledger } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { type AccountKey, accountNamed, accountReference } from "./accounts.ts";

/** What to list; everything unless narrowed. */
export interface LedgerFilter {
  /** Our number of a blanket order, `BA-000001`. */
  readonly agreement?: string;
  readonly account?: AccountKey;
  /** A child order, `SO-000123`. */
  readonly order?: string;
  /** Facts up to and including this day. */
  readonly asOf?: PlainDate;
}

export interface LedgerEntry {
  readonly key: string;
  readonly kind: string;
  readonly happenedOn: string;
  readonly bookedAt: string;
  readonly quantity: Decimal;
  /** Money that the fact moves; `0` where none. */
  readonly value: Decimal;
  /** contract, cumulative or both. */
  readonly moves: string;
  /** Start of the cumulative it counts in; empty where the customer states none. */
  readonly start: string;
  /** `acme/4711-A/DOCK1`; empty where the fact is of no account. */
  readonly account: string;
  readonly partner: string;
  readonly customerPart: string;
  readonly shipTo: string;
  /** `BA-000001/10`; empty where the fact is of an account alone. */
  readonly blanketLine: string;
  /** `SO-000123/10`; empty where there is none. */
  readonly orderLine: string;
  /** What caused it: a document's line, a revision, a command. */
  readonly cause: string;
  readonly who: string;
  readonly reason: string;
}

/**
 * The facts that the filter leaves, in the order they were booked.
 * @throws CalloffError LEDGER_UNKNOWN when the agreement, account or order does not exist
 */
export async function ledgerListing(from: Queryable, filter: LedgerFilter = {}): Promise<LedgerEntry[]> {
  const conditions: string[] = [];
  const replacements: Record<string, unknown> = {};
  if (filter.agreement !== undefined) {
    const [held] = await select(from, agreement, "WHERE number = :number", { number: filter.agreement });
    if (held === undefined) throw unknown("blanket order", filter.agreement);
    conditions.push("line_id IN (SELECT id FROM agreement_line WHERE agreement_id = :agreement)");
    replacements["agreement"] = held.id;
  }
  if (filter.account !== undefined) {
    conditions.push("account_id = :account");
    replacements["account"] = (await accountNamed(from, filter.account)).id;
  }
  if (filter.order !== undefined) {
    const [held] = await from.ask("SELECT id FROM child_order WHERE number = :number", { number: filter.order });
    if (held === undefined) throw unknown("order", filter.order);
    conditions.push("child_line_id IN (SELECT id FROM child_line WHERE order_id = :order)");
    replacements["order"] = Number(held["id"]);
  }
  if (filter.asOf !== undefined) {
    conditions.push("happened_on <= :asOf");
    replacements["asOf"] = filter.asOf;
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")} `;
  return entriesOf(from, await select(from, ledger, `${where}ORDER BY id`, replacements));
}

async function entriesOf(from: Queryable, rows: readonly LedgerRow[]): Promise<LedgerEntry[]> {
  const accounts = byId(await rowsById(from, account, present(rows.map(({ account_id }) => account_id))));
  const lines = byId(await rowsById(from, agreementLine, present(rows.map(({ line_id }) => line_id))));
  const agreements = byId(
    await rowsById(
      from,
      agreement,
      [...lines.values()].map(({ agreement_id }) => agreement_id),
    ),
  );
  const orderLines = await orderLinesById(from, present(rows.map(({ child_line_id }) => child_line_id)));
  return rows.map((row) => {
    const of = row.account_id === null ? undefined : accounts.get(row.account_id);
    const line = row.line_id === null ? undefined : lines.get(row.line_id);
    const blanket = line === undefined ? undefined : agreements.get(line.agreement_id);
    const orderLine = row.child_line_id === null ? undefined : orderLines.get(row.child_line_id);
    return {
      key: row.business_key,
      kind: row.kind,
      happenedOn: row.happened_on,
      bookedAt: row.booked_at,
      quantity: writeMillionths(row.quantity),
      value: writeMillionths(row.value),
      moves: row.moves,
      start: row.start,
      account: of === undefined ? "" : accountReference(of),
      partner: of?.partner ?? blanket?.partner ?? "",
      customerPart: of?.customer_part ?? line?.customer_part ?? "",
      shipTo: of?.ship_to ?? line?.ship_to ?? "",
      blanketLine: line === undefined || blanket === undefined ? "" : lineReference(blanket.number, line.line_no),
      orderLine: orderLine?.reference ?? "",
      cause: row.cause,
      who: row.who,
      reason: row.reason,
    };
  });
}

const present = (ids: readonly (number | null)[]): number[] => ids.filter((id) => id !== null);

const unknown = (what: string, number: string): CalloffError =>
  new CalloffError("LEDGER_UNKNOWN", `There is no ${what} ${number}`, {
    expected: what === "order" ? "a child order such as SO-000123" : "a blanket order such as BA-000001",
    found: number,
    remedy: "Check the number and the home (--home)",
    exit: EXIT.notFound,
  });
