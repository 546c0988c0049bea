/** Indexes that hold what sums of the ledger are made of, and by which schedules that wait are found whoever else's wait. */
import type { Tx } from "../store.ts";

const STATEMENTS: readonly string[] = [
  "DROP INDEX ledger_1",
  `CREATE INDEX ledger_1 ON ledger ("account_id", "start", "kind", "happened_on", "moves", "quantity")`,
  "DROP INDEX ledger_2",
  `CREATE INDEX ledger_2 ON ledger ("line_id", "kind", "happened_on", "moves", "quantity")`,
  `CREATE INDEX revision_4 ON revision ("account_id") WHERE state = 'held'`,
  `CREATE INDEX revision_5 ON revision ("partner", "identity") WHERE state = 'held' AND account_id IS NULL`,
];

export async function sumsAndWaiting(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await tx.run(statement);
}
