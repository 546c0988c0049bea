/** Lines that were placed on an agreement's line get their accounts: made where there is none yet, locked, read behind the lock. */
import type { Partner } from "../config/partner.ts";
import { lockRows, select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, account } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { drawFrom, makeAccounts } from "./accounts.ts";
import type { MatchedLine } from "./match-lines.ts";

/** Accounts as they are once they are locked: on SQLite, where nobody else writes meanwhile, as they were read. */
async function behindLock(
  tx: Tx,
  ids: readonly number[],
  asRead: readonly AccountRow[],
): Promise<Map<number, AccountRow>> {
  await lockRows(tx, account, ids);
  const rows = tx.dialect === "sqlite" ? asRead : await select(tx, account, "WHERE id IN (:ids)", { ids });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Makes the accounts that lines were placed on for the first time, locks all of them, and reads them behind the lock. */
export async function withAccounts(
  tx: Tx,
  matched: readonly MatchedLine[],
  partner: Partner,
  occasion: Occasion,
): Promise<MatchedLine[]> {
  const fresh = new Map(
    matched.flatMap((line) => (line.account === undefined && line.drawn !== undefined ? [[line.key, line]] : [])),
  );
  const made = await makeAccounts(
    tx,
    [...fresh.values()].map(({ key, identity, drawn, line }) => ({
      partner: partner.code,
      key,
      identity,
      unit: line.unit ?? drawn?.line.unit ?? "",
    })),
  );
  await drawFrom(
    tx,
    [...made.values()].map((row) => ({
      accountId: row.id,
      lineId: fresh.get(row.identity)?.drawn?.line.id ?? 0,
      from: "",
      rememberedBy: occasion.who,
    })),
  );
  const ids = [
    ...new Set([...matched.flatMap(({ account: of }) => of?.id ?? []), ...[...made.values()].map(({ id }) => id)]),
  ];
  if (ids.length === 0) return [...matched];
  const byId = await behindLock(tx, ids, [...matched.flatMap(({ account: of }) => of ?? []), ...made.values()]);
  return matched.map((line) => {
    const row = byId.get(line.account?.id ?? made.get(line.key)?.id ?? 0);
    const asItIs = row === undefined || row === line.account || line.unplaced !== undefined;
    return asItIs ? line : { ...line, account: row };
  });
}
