/** Where customers want the goods of a schedule and the signs they look for again; which number a held interchange waits for. */
import { readFindings } from "../findings.ts";
import type { Tx } from "../store.ts";

const STATEMENTS: readonly string[] = [
  `ALTER TABLE revision ADD COLUMN "directions" TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE interchange ADD COLUMN "waits_for" TEXT NOT NULL DEFAULT ''`,
  `CREATE INDEX interchange_4 ON interchange ("partner", "sender", "receiver", "waits_for") WHERE state = 'held' AND waits_for <> ''`,
];

export async function directions(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await tx.run(statement);
  const held = await tx.ask("SELECT id, findings FROM interchange WHERE state = 'held'");
  for (const { id, findings } of held) {
    const gap = readFindings(findings as string).find(({ code }) => code === "EXCHANGE_NUMBERS_MISSING");
    const [last] = /(?<!\d)\d+$/.exec(gap?.expected ?? "") ?? [];
    if (last !== undefined) await tx.run("UPDATE interchange SET waits_for = :last WHERE id = :id", { id, last });
  }
}
