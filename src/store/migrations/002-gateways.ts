/** What several gateways on one database keep about each other: who works on an outgoing file, and where each receiver's files go. */
import type { Dialect, Tx } from "../store.ts";

const ID: Readonly<Record<Dialect, string>> = {
  sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT",
  postgres: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
};

const STATEMENTS: readonly string[] = [
  `ALTER TABLE outbox_file ADD COLUMN "home" TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE outbox_file ADD COLUMN "worker" BIGINT NOT NULL DEFAULT 0`,
  `ALTER TABLE outbox_file ADD COLUMN "staged_by" BIGINT NOT NULL DEFAULT 0`,
  `CREATE TABLE mailbox (
    "id" ID,
    "receiver" TEXT NOT NULL,
    "home" TEXT NOT NULL,
    UNIQUE ("receiver")
  )`,
  `CREATE TABLE gateway (
    "id" ID,
    "home" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "process" BIGINT NOT NULL,
    "command" TEXT NOT NULL,
    "started_at" TEXT NOT NULL
  )`,
];

export async function gateways(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) {
    await tx.run(statement.replace(/\bID\b/g, () => ID[tx.dialect]));
  }
}
