/** Bulk reading of rows that other rows point at: one statement however many there are. */
import type { Columns, Row, Table } from "../store/columns.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";

/** Values named in one statement: far below what either database takes in one. */
const NAMED_AT_ONCE = 1000;

/** Asks for at most so many values at once and joins the answers. */
export async function inSlices<K, R>(keys: readonly K[], read: (slice: K[]) => Promise<readonly R[]>): Promise<R[]> {
  const found: R[] = [];
  for (let start = 0; start < keys.length; start += NAMED_AT_ONCE) {
    for (const row of await read(keys.slice(start, start + NAMED_AT_ONCE))) found.push(row);
  }
  return found;
}

/** The rows with these ids, each once, in no order. */
export function rowsById<C extends Columns>(from: Queryable, of: Table<C>, ids: readonly number[]): Promise<Row<C>[]> {
  return inSlices([...new Set(ids)], (slice) => select(from, of, "WHERE id IN (:slice)", { slice }));
}

export const byId = <R extends { readonly id: number }>(rows: readonly R[]): Map<number, R> =>
  new Map(rows.map((row) => [row.id, row]));

/** What a row points at; rows point only at rows that are there, so anything else is a bug. */
export function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("a row points at a row that is not there");
  return found;
}
