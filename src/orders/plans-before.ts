/** The plans that stand before they are replaced, as what each of their splits says. */
import type { Queryable } from "../store/store.ts";
import type { AccountRow } from "../store/tables.ts";
import { FIELD_END, ROW_END, SAID_IN_SQL } from "./split-words.ts";

/** The rows of each account's plan, every one as its id and what it says. */
export type PlansBefore = ReadonlyMap<number, readonly string[]>;

/**
 * Asks for the plans of these accounts: the database puts them together while the caller judges, so that it may be asked
 * long before they are replaced. The accounts are locked. A failure is told to whoever waits for the answer.
 */
export function plansBefore(from: Queryable, accounts: readonly AccountRow[]): Promise<PlansBefore> {
  const asked = rowsSaid(
    from,
    accounts.filter(hasPlan).map(({ id }) => id),
  );
  asked.catch(() => {});
  return asked;
}

/** Nothing was ever accepted on an account without a revision in force. */
const hasPlan = (of: AccountRow): boolean => of.forecast_revision_id !== null || of.call_off_revision_id !== null;

async function rowsSaid(from: Queryable, accountIds: readonly number[]): Promise<PlansBefore> {
  const found = new Map<number, readonly string[]>();
  if (accountIds.length === 0) return found;
  const aggregate = from.dialect === "sqlite" ? "group_concat" : "string_agg";
  const rows = await from.ask(
    `SELECT account_id AS account, COUNT(*) AS splits, ${aggregate}(id || '${FIELD_END}' || ${SAID_IN_SQL}, '${ROW_END}') AS said
     FROM split WHERE account_id IN (:accountIds) GROUP BY account_id`,
    { accountIds },
  );
  const unclear: number[] = [];
  for (const row of rows) {
    const texts = (row["said"] as string).split(ROW_END);
    // A text of the sender's that holds the very sign between rows.
    if (texts.length !== Number(row["splits"])) unclear.push(Number(row["account"]));
    else found.set(Number(row["account"]), texts);
  }
  for (const [id, texts] of await saidOneByOne(from, unclear)) found.set(id, texts);
  return found;
}

async function saidOneByOne(from: Queryable, accountIds: readonly number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>(accountIds.map((id) => [id, []]));
  if (accountIds.length === 0) return found;
  const rows = await from.ask(
    `SELECT account_id AS account, id || '${FIELD_END}' || ${SAID_IN_SQL} AS said FROM split WHERE account_id IN (:accountIds)`,
    { accountIds },
  );
  for (const row of rows) found.get(Number(row["account"]))?.push(row["said"] as string);
  return found;
}

const idOf = (row: string): number => Number(row.slice(0, row.indexOf(FIELD_END)));
const saidBy = (row: string): string => row.slice(row.indexOf(FIELD_END) + 1);

/** So many rows are passed over before the rest is looked up: a week later the first one is gone, and all others follow. */
const PASSED_OVER = 3;

/** Takes rows off by what they say. They nearly always stand in the order in which they are asked for. */
export function stillSaid(rows: readonly string[]): { take: (said: string) => boolean; ids: () => number[] } {
  const passed: string[] = [];
  let at = 0;
  let rest: Map<string, number> | undefined;
  const left = () => [...passed, ...rows.slice(at)];
  return {
    take: (said) => {
      if (rest !== undefined) return rest.delete(said);
      const most = Math.min(at + PASSED_OVER, rows.length - 1);
      for (let n = at; n <= most; n += 1) {
        if (saidBy(rows[n] as string) !== said) continue;
        for (; at < n; at += 1) passed.push(rows[at] as string);
        at = n + 1;
        return true;
      }
      // Behind the last row there is nothing left but what was passed over.
      if (at >= rows.length && passed.length === 0) return false;
      rest = new Map(left().map((row) => [saidBy(row), idOf(row)]));
      return rest.delete(said);
    },
    ids: () => (rest === undefined ? left().map(idOf) : [...rest.values()]),
  };
}
