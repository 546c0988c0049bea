/** Splits as they stand: the rows of plans in force. */
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type SplitRow, split } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";

const KIND_ORDER: Readonly<Record<string, number>> = { backlog: 0, immediate: 1, dated: 2, remainder: 3 };

/** First in line first: backlog, immediate demand, then by date, lower heights first. */
export function inLine<S extends { kind: string; date: string; cumulative: bigint }>(steps: readonly S[]): S[] {
  return steps.toSorted(
    (a, b) =>
      (KIND_ORDER[a.kind] ?? 2) - (KIND_ORDER[b.kind] ?? 2) ||
      (a.date < b.date ? -1 : a.date > b.date ? 1 : 0) ||
      (a.cumulative < b.cumulative ? -1 : a.cumulative > b.cumulative ? 1 : 0),
  );
}

/** Where a split stands on its curve. */
export const dateOfSplit = (row: Pick<SplitRow, "date_key">): PlainDate => row.date_key.slice(0, 10) as PlainDate;

/** The splits of these accounts. */
export async function splitsOf(from: Queryable, accountIds: readonly number[]): Promise<SplitRow[]> {
  return accountIds.length === 0 ? [] : select(from, split, "WHERE account_id IN (:ids)", { ids: accountIds });
}
