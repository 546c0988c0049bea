/** Number series: one row each, taken in the transaction that uses the numbers (design.md, *Numbers*). */
import type { Queryable, Tx } from "./store.ts";

/** Our own documents count in these; control numbers in `isa:<partner>` and `gs:<partner>`, those expected from senders in `received:`. */
export type Scope = "BA" | "SO" | "SH" | "IN" | "claim" | `isa:${string}` | `gs:${string}` | `received:${string}`;

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
