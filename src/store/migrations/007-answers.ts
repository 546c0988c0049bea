/** Which series a written file is numbered by, when it is to be acknowledged, and what came without a number of its own. */
import type { Tx } from "../store.ts";

const STATEMENTS: readonly string[] = [
  `ALTER TABLE interchange ADD COLUMN "kind" TEXT NOT NULL DEFAULT ''`,
  `CREATE INDEX interchange_2 ON interchange ("partner", "kind", "id") WHERE control = ''`,
  `CREATE INDEX interchange_3 ON interchange ("partner", "sha256") WHERE control = ''`,
  `ALTER TABLE outbox_file ADD COLUMN "series" TEXT NOT NULL DEFAULT ''`,
  `UPDATE outbox_file SET series = 'isa:' || receiver WHERE interchange_control <> ''`,
  `CREATE INDEX outbox_file_3 ON outbox_file ("series", "interchange_control")`,
  `ALTER TABLE outbox_part ADD COLUMN "answer_due" TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE outbox_part ADD COLUMN "overdue_since" TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE outbox_part ADD COLUMN "advised_by" BIGINT`,
  `ALTER TABLE outbox_part ADD COLUMN "advice" TEXT NOT NULL DEFAULT ''`,
  `CREATE INDEX outbox_part_3 ON outbox_part ("answer_due") WHERE answer_due <> ''`,
  `CREATE INDEX outbox_part_4 ON outbox_part ("overdue_since") WHERE overdue_since <> ''`,
];

export async function answers(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await tx.run(statement);
}
