/**
 * The ledger: signed facts, only ever inserted, and their sums (schema.md, *The ledger*).
 *
 * `released` is signed: the rows of a child line always add up to what is open on it plus what was shipped. A cut, a
 * cancellation and a short close book it negative, an over-shipment books the excess. `withheld` is positive, `lifted`
 * negative. `returned` is positive and taken off by whoever reads it.
 */

import type { PlainDate } from "../values/dates.ts";
import { NOTHING, plus, type Quantity } from "../values/figures.ts";
import { insert } from "./rows.ts";
import type { Queryable, Tx } from "./store.ts";
import { ledger, type NewLedgerRow } from "./tables.ts";

/** Sums of signed quantities by kind. */
export interface Totals {
  /** Open on child orders plus shipped. */
  readonly released: Quantity;
  /** Taken back by hand and not lifted. */
  readonly withheld: Quantity;
  readonly shipped: Quantity;
  readonly returned: Quantity;
  /** Signed corrections and openings of the cumulative. */
  readonly corrected: Quantity;
  readonly invoiced: Quantity;
}

export const NO_TOTALS: Totals = {
  released: NOTHING,
  withheld: NOTHING,
  shipped: NOTHING,
  returned: NOTHING,
  corrected: NOTHING,
  invoiced: NOTHING,
};

/** Kinds of facts and the sum each goes into; the others carry money or say that something happened. */
const SUM_OF: Readonly<Record<string, keyof Totals>> = {
  released: "released",
  withheld: "withheld",
  lifted: "withheld",
  shipped: "shipped",
  returned: "returned",
  corrected: "corrected",
  reset: "corrected",
  invoiced: "invoiced",
  credited: "invoiced",
};

/**
 * Appends facts. A fact whose business key is there already is a fault of the caller's order of steps, never skipped.
 * @throws SequelizeUniqueConstraintError when a business key is taken.
 */
export async function book(tx: Tx, rows: readonly NewLedgerRow[]): Promise<number[]> {
  return insert(tx, ledger, rows);
}

/** What counts as released on the cumulative account: open, shipped and withheld quantities, and corrections of what was shipped. */
export const releasedInAll = ({ released, withheld, corrected, returned }: Totals): Quantity =>
  (released + withheld + corrected - returned) as Quantity;

/** Our shipped cumulative. */
export const shippedInAll = ({ shipped, corrected, returned }: Totals): Quantity =>
  (shipped + corrected - returned) as Quantity;

/** Ordered and, once shipped, what was actually shipped, returns taken off (features.md A9). */
export const processedInAll = ({ released, returned }: Totals): Quantity => (released - returned) as Quantity;

/** Sums of the cumulative account per account id, within each account's current start, of facts up to and including `asOf`. */
export async function accountTotals(
  from: Queryable,
  accountIds: readonly number[],
  asOf?: PlainDate,
): Promise<Map<number, Totals>> {
  return sums(
    from,
    `SELECT l.account_id AS owner, l.kind AS kind, CAST(SUM(l.quantity) AS TEXT) AS total
     FROM account a JOIN ledger l ON l.account_id = a.id AND l.start = a.current_start
     WHERE a.id IN (:ids) AND l.moves <> 'contract'${upTo(asOf)} GROUP BY l.account_id, l.kind`,
    accountIds,
    asOf,
  );
}

/** Sums of the contract account per agreement line id. */
export async function lineTotals(
  from: Queryable,
  lineIds: readonly number[],
  asOf?: PlainDate,
): Promise<Map<number, Totals>> {
  return sums(
    from,
    `SELECT l.line_id AS owner, l.kind AS kind, CAST(SUM(l.quantity) AS TEXT) AS total
     FROM ledger l WHERE l.line_id IN (:ids) AND l.moves <> 'cumulative'${upTo(asOf)} GROUP BY l.line_id, l.kind`,
    lineIds,
    asOf,
  );
}

/** Sums per child order line id. */
export async function childLineTotals(
  from: Queryable,
  childLineIds: readonly number[],
  asOf?: PlainDate,
): Promise<Map<number, Totals>> {
  return sums(
    from,
    `SELECT l.child_line_id AS owner, l.kind AS kind, CAST(SUM(l.quantity) AS TEXT) AS total
     FROM ledger l WHERE l.child_line_id IN (:ids)${upTo(asOf)} GROUP BY l.child_line_id, l.kind`,
    childLineIds,
    asOf,
  );
}

const upTo = (asOf: PlainDate | undefined): string => (asOf === undefined ? "" : " AND l.happened_on <= :asOf");

/** Every id asked for has its totals, all nothing where there are no facts. */
async function sums(
  from: Queryable,
  sql: string,
  ids: readonly number[],
  asOf: PlainDate | undefined,
): Promise<Map<number, Totals>> {
  const found = new Map<number, Totals>(ids.map((id) => [id, NO_TOTALS]));
  if (ids.length === 0) return found;
  for (const row of await from.ask(sql, { ids: [...ids], ...(asOf === undefined ? {} : { asOf }) })) {
    const sum = SUM_OF[row["kind"] as string];
    if (sum === undefined) continue;
    const owner = Number(row["owner"]);
    const before = found.get(owner) ?? NO_TOTALS;
    found.set(owner, { ...before, [sum]: plus(before[sum], BigInt(row["total"] as string) as Quantity) });
  }
  return found;
}
