/** Steps that only one transaction at a time may be in, where no row is there yet that could be locked. */
import type { Tx } from "./store.ts";

/** Any numbers that no other program on the same PostgreSQL server uses. */
const NUMBERS = { audit: 4_180_918, agreements: 4_180_919 } as const;

/** Waits until no other transaction holds this lock, and holds it until the transaction ends. SQLite has one writer anyway. */
export async function holdAlone(tx: Tx, what: keyof typeof NUMBERS): Promise<void> {
  if (tx.dialect === "postgres") await tx.run(`SELECT pg_advisory_xact_lock(${NUMBERS[what]})`);
}
