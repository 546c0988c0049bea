/** Runs of numbers that gateways on one database have set aside and not used yet. */
import type { Dialect, Tx } from "../store.ts";

const ID: Readonly<Record<Dialect, string>> = {
  sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT",
  postgres: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
};

export async function numberRuns(tx: Tx): Promise<void> {
  await tx.run(
    `CREATE TABLE number_run (
      "id" ${ID[tx.dialect]},
      "scope" TEXT NOT NULL,
      "first" BIGINT NOT NULL,
      "last" BIGINT NOT NULL,
      UNIQUE ("scope", "first")
    )`,
  );
}
