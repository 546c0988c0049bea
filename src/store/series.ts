/** Number series: one row each, taken in the transaction that uses the numbers (design.md, *Numbers*). */
import { insertOne, selectOne, update } from "./rows.ts";
import type { Queryable, Store, Tx } from "./store.ts";
import { numberRun } from "./tables.ts";

/** Series of control numbers by family and level: ISA and GS, UNB and UNG, VDA transmissions, JSON; names of CSV files. */
export type ControlSeries = `${"isa" | "gs" | "unb" | "ung" | "vda" | "json" | "csv"}:${string}`;
/**
 * Our own documents count in these; control numbers in `isa:<partner>` and the like (`vda:<partner>:711`, one count for each
 * message), those expected from senders in `received:`.
 */
export type Scope = "BA" | "SO" | "SH" | "IN" | "AD" | "claim" | ControlSeries | `received:${string}`;

/**
 * Takes `count` numbers that follow each other and gives the first; the first of a series is 1. The row stays locked until
 * the transaction ends, so a series has no gaps but for transactions that are rolled back as a whole, which give theirs back.
 */
export async function takeNumbers(tx: Tx, scope: Scope, count: number): Promise<number> {
  const [row] = await tx.run(
    `INSERT INTO number_series (scope, next) VALUES (:scope, :after)
     ON CONFLICT (scope) DO UPDATE SET next = number_series.next + :count RETURNING next`,
    { scope, after: 1 + count, count },
  );
  return Number(row?.["next"]) - count;
}

/**
 * Takes `count` numbers, ascending, without making others wait for the end of this transaction. On PostgreSQL they are set
 * aside first, by a transaction of their own; the one that uses them takes them off what is set aside. Numbers whose user
 * was rolled back or killed are still set aside, and the next one's: so they come late then, but no gap stays.
 */
export async function takeRun(store: Pick<Store, "write">, tx: Tx, scope: Scope, count: number): Promise<number[]> {
  if (tx.dialect === "sqlite") return numbersFrom(await takeNumbers(tx, scope, count), count);
  const numbers: number[] = [];
  while (numbers.length < count) {
    const found = await takeSetAside(tx, scope, count - numbers.length);
    if (found.length === 0) await setAside(store, scope, count - numbers.length);
    numbers.push(...found);
  }
  return numbers;
}

const numbersFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n);

const setAside = (store: Pick<Store, "write">, scope: Scope, count: number): Promise<number> =>
  store.write(async (tx) => {
    const first = await takeNumbers(tx, scope, count);
    return insertOne(tx, numberRun, { scope, first, last: first + count - 1 });
  });

/** At most so many numbers of the first run that no other transaction is at. */
async function takeSetAside(tx: Tx, scope: Scope, most: number): Promise<number[]> {
  const run = await selectOne(tx, numberRun, "WHERE scope = :scope ORDER BY first FOR UPDATE SKIP LOCKED", { scope });
  if (run === undefined) return [];
  const count = Math.min(most, run.last - run.first + 1);
  const used = run.first + count > run.last;
  if (used) await tx.change("DELETE FROM number_run WHERE id = :id", { id: run.id });
  else await update(tx, numberRun, { first: run.first + count }, "id = :id", { id: run.id });
  return numbersFrom(run.first, count);
}

/** The number that `takeNumbers` would give next; somebody else may take it before. */
export async function expectNumber(from: Queryable, scope: Scope): Promise<number> {
  const [row] = await from.ask("SELECT next FROM number_series WHERE scope = :scope", { scope });
  return row === undefined ? 1 : Number(row["next"]);
}

/** `SO-000123`. */
export const documentNumber = (prefix: string, n: number): string => `${prefix}-${String(n).padStart(6, "0")}`;

/** Sees to it that a series gives no number below `next`, and gives what it would have given. */
export async function raiseSeries(tx: Tx, scope: Scope, next: number): Promise<number> {
  const before = await expectNumber(tx, scope);
  if (before < next) {
    await tx.run(
      `INSERT INTO number_series (scope, next) VALUES (:scope, :next)
       ON CONFLICT (scope) DO UPDATE SET next = :next RETURNING next`,
      { scope, next },
    );
  }
  return before;
}
