/** What customers say they received of what we shipped, and whether a schedule's quantities were running totals. */
import type { Dialect, Tx } from "../store.ts";

const ID: Readonly<Record<Dialect, string>> = {
  sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT",
  postgres: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
};

const STATEMENTS: readonly string[] = [
  `CREATE TABLE receipt (
    "id" ID,
    "message_id" BIGINT NOT NULL,
    "document_line" BIGINT NOT NULL,
    "partner" TEXT NOT NULL,
    "advice" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "note_normal" TEXT NOT NULL,
    "customer_part" TEXT NOT NULL,
    "our_part" TEXT NOT NULL,
    "ship_to" TEXT NOT NULL,
    "order_number" TEXT NOT NULL,
    "received_on" TEXT NOT NULL,
    "account_id" BIGINT,
    "shipment_id" BIGINT,
    "start" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "stated" TEXT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "booked" BIGINT NOT NULL,
    "condition" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    UNIQUE ("message_id", "document_line")
  )`,
  `CREATE INDEX receipt_1 ON receipt ("account_id", "shipment_id")`,
  `CREATE INDEX receipt_2 ON receipt ("partner", "note_normal") WHERE state = 'held'`,
  `ALTER TABLE revision ADD COLUMN "quantities" TEXT NOT NULL DEFAULT ''`,
];

export async function receipts(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await tx.run(statement.replace('"id" ID', `"id" ${ID[tx.dialect]}`));
}
