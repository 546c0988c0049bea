/**
 * What customers took in less, or more, than our notes say: what explains their cumulative, and what is taken off ours once
 * theirs shows it (domain.md, *In transit*, *Two accounts*). The contract is not touched.
 */
import { type CountedDifference, explainTransit } from "../schedules/transit.ts";
import { accountTotals, book, NO_TOTALS, shippedInAll, type Totals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type AccountRow, type StatementRow, statement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { minus, NOTHING, plus, type Quantity, total } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { LATEST_NOTES, latestNotes } from "./schedule-history.ts";

/** Of one account's part of a note: taken in − shipped, less what was taken off our cumulative for it already. */
export interface ReceiptDifference extends CountedDifference {
  readonly accountId: number;
  /** Our number of the shipment. */
  readonly shipment: string;
  /** What it is taken off by, once. */
  readonly key: string;
}

/** What is booked of a part of a note since the cumulative's start, and whether anything was before it. */
const OF_PART = {
  since: "SUM(CASE WHEN r.start = a.current_start THEN r.booked ELSE 0 END)",
  before: "SUM(CASE WHEN r.start = a.current_start THEN 0 ELSE r.booked END)",
  lastSince: "MAX(CASE WHEN r.start = a.current_start THEN r.id ELSE 0 END)",
  lastBefore: "MAX(CASE WHEN r.start = a.current_start THEN 0 ELSE r.id END)",
  cancelled: "MAX(CASE WHEN r.stated = 'cancelled' THEN r.id ELSE 0 END)",
  cancelledBefore: "MAX(CASE WHEN r.stated = 'cancelled' AND r.start <> a.current_start THEN r.id ELSE 0 END)",
} as const;

/**
 * The differences that stand open on the latest notes of these accounts, in the order of shipping. Where all was taken back
 * that was ever said of a note, nothing is known of it. A note that was taken in before the cumulative began anew differs by
 * what was booked of it since: what they took in then is no part of what they count now.
 */
export async function receiptDifferences(
  from: Queryable,
  accountIds: readonly number[],
): Promise<Map<number, ReceiptDifference[]>> {
  if (accountIds.length === 0) return new Map();
  const rows = await from.ask(
    `SELECT r.account_id AS account, s.number AS shipment, s.note AS note, a.current_start AS start,
            CAST(${OF_PART.since} AS TEXT) AS taken, ${OF_PART.lastBefore} AS before,
            CASE WHEN ${OF_PART.before} <> 0 OR ${OF_PART.cancelledBefore} < ${OF_PART.lastBefore} THEN 1 ELSE 0 END AS counted,
            (SELECT CAST(SUM(l.quantity) AS TEXT) FROM shipment_line l
             WHERE l.account_id = r.account_id AND l.shipment_id = s.id) AS shipped
     FROM account a
     JOIN receipt r ON r.account_id = a.id AND r.shipment_id >= COALESCE(
       (SELECT x.shipment_id FROM shipment_line x WHERE x.account_id = a.id ORDER BY x.id DESC LIMIT 1 OFFSET ${LATEST_NOTES - 1}), 0)
     JOIN shipment s ON s.id = r.shipment_id
     WHERE a.id IN (:accountIds) AND r.state = 'booked'
     GROUP BY r.account_id, s.id, s.number, s.note, s.shipped_on, a.current_start
     HAVING ${OF_PART.lastSince} > 0 AND (SUM(r.booked) <> 0 OR ${OF_PART.cancelled} < MAX(r.id))
     ORDER BY r.account_id, s.shipped_on, s.id`,
    { accountIds },
  );
  if (rows.length === 0) return new Map();
  const settled = await settledBefore(from, [...new Set(rows.map((row) => Number(row["account"])))]);
  const open = rows.flatMap((row): ReceiptDifference[] => {
    const accountId = Number(row["account"]);
    const shipment = row["shipment"] as string;
    const before = settled.get(`${accountId}/${shipment}`) ?? [];
    const shipped = Number(row["counted"]) === 1 ? 0n : BigInt(row["shipped"] as string);
    const left = minus((BigInt(row["taken"] as string) - shipped) as Quantity, total(before));
    // The same part may have been settled in an earlier period as well.
    const period = Number(row["before"]) > 0 ? ` since ${row["start"] as string}` : "";
    const key = `${shipment}${period}#${before.length + 1}`;
    return left === NOTHING ? [] : [{ accountId, shipment, note: row["note"] as string, quantity: left, key }];
  });
  return grouped(open, ({ accountId }) => accountId);
}

const CAUSE = "receipt";

async function settledBefore(from: Queryable, accountIds: readonly number[]): Promise<Map<string, Quantity[]>> {
  const rows = await from.ask(
    `SELECT l.account_id AS account, l.cause AS cause, CAST(l.quantity AS TEXT) AS quantity FROM ledger l
     JOIN account a ON a.id = l.account_id AND a.current_start = l.start
     WHERE l.account_id IN (:accountIds) AND l.kind = 'corrected' AND l.cause_kind = :cause ORDER BY l.id`,
    { accountIds, cause: CAUSE },
  );
  const found = new Map<string, Quantity[]>();
  for (const row of rows) {
    const key = `${Number(row["account"])}/${row["cause"] as string}`;
    found.set(key, [...(found.get(key) ?? []), BigInt(row["quantity"] as string) as Quantity]);
  }
  return found;
}

/** An account's cumulative as its customer counts it, where it is in force. */
interface ShownOn {
  readonly account: AccountRow;
  readonly totals: Totals;
  readonly quoted: Quantity;
  readonly lastNote: string;
}

/** Takes off our cumulatives what the customers' show of receipt differences; gives the sums as they are then, per account. */
async function settleDifferences(
  tx: Tx,
  occasion: Occasion,
  shown: readonly ShownOn[],
  open: ReadonlyMap<number, readonly ReceiptDifference[]>,
): Promise<Map<number, Totals>> {
  const concerned = shown.filter(({ account }) => open.has(account.id));
  if (concerned.length === 0) return new Map();
  const notes = await latestNotes(
    tx,
    concerned.map(({ account }) => account.id),
  );
  const settled = concerned.flatMap(({ account, totals, quoted, lastNote }) => {
    const differences = open.get(account.id) ?? [];
    const { explainedBy } = explainTransit({
      quoted,
      lastNote,
      shipped: shippedInAll(totals),
      notes: notes.get(account.id) ?? [],
      receiptDifferences: differences,
    });
    const facts = explainedBy.flatMap((fact) => {
      const difference = differences.find(({ note }) => fact.kind === "receipt-difference" && note === fact.note);
      return difference === undefined ? [] : [difference];
    });
    return facts.length === 0 ? [] : [{ account, totals, facts }];
  });
  await book(
    tx,
    settled.flatMap(({ account, facts }) =>
      facts.map(({ shipment, note, quantity, key }) => ({
        account_id: account.id,
        moves: "cumulative",
        start: account.current_start,
        kind: "corrected",
        quantity,
        happened_on: occasion.businessDate,
        booked_at: occasion.instant,
        cause_kind: CAUSE,
        cause: shipment,
        business_key: `counted:${account.partner}:${account.identity}/${key}`,
        who: occasion.who,
        reason: `their cumulative shows what they took in ${quantity < NOTHING ? "less" : "more"} of note ${note}`,
      })),
    ),
  );
  return new Map(
    settled.map(({ account, totals, facts }) => [
      account.id,
      { ...totals, corrected: plus(totals.corrected, total(facts.map(({ quantity }) => quantity))) },
    ]),
  );
}

/** What the schedules that are accepted show of the differences; gives the sums as they are then, per account. */
export async function settleAccepted(
  tx: Tx,
  occasion: Occasion,
  accepted: readonly { readonly account: AccountRow; readonly revisionId: number; readonly totals: Totals }[],
): Promise<Map<number, Totals>> {
  const open = await receiptDifferences(
    tx,
    accepted.map(({ account }) => account.id),
  );
  if (open.size === 0) return new Map();
  const concerned = accepted.filter(({ account }) => open.has(account.id));
  const said = await select(tx, statement, "WHERE revision_id IN (:ids) AND kind IN ('received', 'shipped')", {
    ids: concerned.map(({ revisionId }) => revisionId),
  });
  const shown = concerned.flatMap(({ account, revisionId, totals }): ShownOn[] => {
    const one = said.find(({ revision_id }) => revision_id === revisionId);
    return one === undefined ? [] : [{ account, totals, quoted: one.cumulative as Quantity, lastNote: one.last_note }];
  });
  return settleDifferences(tx, occasion, shown, open);
}

/** What the cumulatives of the schedules in force, or of later advices, show already; gives the accounts that were moved. */
export async function settleShown(tx: Tx, occasion: Occasion, accounts: readonly AccountRow[]): Promise<number[]> {
  const ids = accounts.map(({ id }) => id);
  const open = await receiptDifferences(tx, ids);
  if (open.size === 0) return [];
  const concerned = accounts.filter(({ id }) => open.has(id));
  const said = await latestInForce(
    tx,
    concerned.map(({ id }) => id),
  );
  const totals = await accountTotals(
    tx,
    concerned.map(({ id }) => id),
  );
  const shown = concerned.flatMap((account): ShownOn[] => {
    const one = said.get(account.id);
    if (one === undefined) return [];
    return [
      {
        account,
        totals: totals.get(account.id) ?? NO_TOTALS,
        quoted: one.cumulative as Quantity,
        lastNote: one.last_note,
      },
    ];
  });
  return [...(await settleDifferences(tx, occasion, shown, open)).keys()];
}

/** The cumulative each customer stated last, not counting schedules that were not accepted. */
async function latestInForce(from: Queryable, accountIds: readonly number[]): Promise<Map<number, StatementRow>> {
  const rows = await select(
    from,
    statement,
    `WHERE id IN (SELECT MAX(s.id) FROM statement s JOIN account a ON a.id = s.account_id
       LEFT JOIN revision r ON r.id = s.revision_id
       WHERE s.account_id IN (:accountIds) AND s.kind IN ('received', 'shipped') AND s.since IN ('', a.current_start)
         AND (r.id IS NULL OR r.state = 'accepted') GROUP BY s.account_id)`,
    { accountIds },
  );
  return new Map(rows.map((row) => [row.account_id, row]));
}
