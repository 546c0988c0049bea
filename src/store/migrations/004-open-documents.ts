/** Indexes by which what waits to leave, and a receiver's latest files, are found however much has left before. */
import type { Tx } from "../store.ts";

const STATEMENTS: readonly string[] = [
  `CREATE INDEX outbound_document_3 ON outbound_document ("state", "id") WHERE state <> 'rendered'`,
  `CREATE INDEX outbox_file_2 ON outbox_file ("receiver", "id")`,
];

export async function openDocuments(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await tx.run(statement);
}
