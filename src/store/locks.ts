/** Steps that only one transaction at a time may be in, where no row is there yet that could be locked. */
import { createHash } from "node:crypto";
import type { Tx } from "./store.ts";

/** Any numbers that no other program on the same PostgreSQL server uses. */
const NUMBERS = { audit: 4_180_918, agreements: 4_180_919, register: 4_180_922 } as const;

/**
 * Waits until no other transaction holds this lock, and holds it until the transaction ends. SQLite has one writer anyway.
 * @param whose those that name somebody else do not wait for each other
 */
export async function holdAlone(tx: Tx, what: keyof typeof NUMBERS, whose?: string): Promise<void> {
  if (tx.dialect === "sqlite") return;
  await tx.run(`SELECT pg_advisory_xact_lock(${NUMBERS[what]}${whose === undefined ? "" : ", :key"})`, {
    key: lockKey(whose ?? ""),
  });
}

/** A name as the 32 bits that an advisory lock takes. Two names with one key wait for each other, and that is all. */
export const lockKey = (name: string): number => createHash("sha256").update(name).digest().readInt32BE();
