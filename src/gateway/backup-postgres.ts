/** Backups on PostgreSQL by its own tools: pg_dump and pg_restore, which know every version's catalogue. */
import { spawn } from "node:child_process";
import { QueryTypes, Transaction } from "sequelize";
import type { Configuration } from "../config/configuration.ts";
import { openStore, type Queryable } from "../store/store.ts";
import { CalloffError } from "../values/errors.ts";
import { contentOf } from "./backup-manifest.ts";

/**
 * Dumps the database as it stands at one moment, which is also the moment of what is said about it.
 * @throws CalloffError BACKUP_TOOL, BACKUP_FAILED
 */
export async function dumpPostgres({ gateway, home }: Configuration, to: string): ReturnType<typeof contentOf> {
  const store = openStore(gateway.database, home);
  try {
    const { sequelize } = store;
    return await sequelize.transaction(
      { isolationLevel: Transaction.ISOLATION_LEVELS.REPEATABLE_READ },
      async (transaction) => {
        const from: Queryable = {
          dialect: "postgres",
          ask: (sql, replacements) =>
            sequelize.query(sql, {
              type: QueryTypes.SELECT,
              raw: true,
              transaction,
              ...(replacements === undefined ? {} : { replacements: { ...replacements } }),
            }),
        };
        const [row] = await from.ask("SELECT pg_export_snapshot() AS snapshot");
        const snapshot = `--snapshot=${String(row?.["snapshot"])}`;
        await tool("pg_dump", gateway.database, ["--format=custom", "--no-owner", snapshot, `--file=${to}`]);
        return contentOf(from);
      },
    );
  } finally {
    await store.close();
  }
}

/** Fills an empty database from a dump, or leaves it empty. @throws CalloffError BACKUP_TOOL, BACKUP_FAILED */
export const restorePostgres = (database: string, from: string): Promise<void> =>
  tool("pg_restore", database, ["--no-owner", "--exit-on-error", "--single-transaction", from]);

/** Runs one of PostgreSQL's tools on the database; passwords go by the environment, where no list of processes shows them. */
function tool(name: "pg_dump" | "pg_restore", database: string, args: readonly string[]): Promise<void> {
  const url = new URL(database);
  const password = process.env["CALLOFF_DATABASE_PASSWORD"] ?? decodeURIComponent(url.password);
  url.password = "";
  return new Promise((resolve, reject) => {
    const child = spawn(name, [`--dbname=${url.href}`, "--no-password", ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...(password === "" ? {} : { PGPASSWORD: password }) },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.on("error", (cause) => reject(toolMissing(name, cause)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(toolFailed(name, code, said))));
  });
}

const toolMissing = (name: string, cause: Error): CalloffError =>
  new CalloffError("BACKUP_TOOL", `${name} cannot be run`, {
    expected: `PostgreSQL's own ${name}, of the server's version or later, on the PATH`,
    found: cause.message,
    remedy:
      "Install the PostgreSQL client (Debian: postgresql-client), or back up on the server: pg_dump --format=custom, or pg_basebackup with WAL archiving",
    cause,
  });

const toolFailed = (name: string, code: number | null, said: string): CalloffError =>
  new CalloffError("BACKUP_FAILED", `${name} ended with ${code ?? "a signal"}`, {
    expected: `${name} of the server's version or later, and a user who may read every table`,
    found: said.trim().split("\n").slice(0, 3).join("; "),
    remedy: "Correct what is found; the database is as it was",
  });
