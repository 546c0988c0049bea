/** Brings a database to this version's tables; several gateways may start at once. */
import { Umzug, type UmzugStorage } from "umzug";
import { at } from "../values/crash-points.ts";
import { CalloffError } from "../values/errors.ts";
import { ground } from "./migrations/001-ground.ts";
import { gateways } from "./migrations/002-gateways.ts";
import { sumsAndWaiting } from "./migrations/003-sums-and-waiting.ts";
import { openDocuments } from "./migrations/004-open-documents.ts";
import { numberRuns } from "./migrations/005-number-runs.ts";
import { receipts } from "./migrations/006-receipts.ts";
import { answers } from "./migrations/007-answers.ts";
import { directions } from "./migrations/008-directions.ts";
import type { Store, Tx } from "./store.ts";
import { inOurWords } from "./store-errors.ts";

/** Ordered, never renamed, never changed once released. */
const MIGRATIONS = [
  { name: "001-ground", up: ground },
  { name: "002-gateways", up: gateways },
  { name: "003-sums-and-waiting", up: sumsAndWaiting },
  { name: "004-open-documents", up: openDocuments },
  { name: "005-number-runs", up: numberRuns },
  { name: "006-receipts", up: receipts },
  { name: "007-answers", up: answers },
  { name: "008-directions", up: directions },
];

/** Any number that no other program on the same PostgreSQL server uses. */
const ADVISORY_LOCK = 4_180_917;

/**
 * Runs the migrations that the database has not seen and names them: all in one transaction with the notes that say so, so
 * that a process which dies over it leaves the database as it was.
 * @throws CalloffError STORE_NEWER when the database was made by a later version of calloff, STORE_UNREACHABLE
 */
export async function migrate(store: Store): Promise<string[]> {
  // Asked first: where nothing is to be done, nobody is waited for.
  const seen = await inOurWords(store.sequelize, () => migrationsSeen(store));
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const stranger = seen.find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new CalloffError("STORE_NEWER", `The database was migrated by a later version (${stranger})`, {
      remedy: "Run the version of calloff that made it, or restore a backup made before",
    });
  }
  if (seen.length === MIGRATIONS.length) return [];
  return inOurWords(store.sequelize, () => store.write(migrated));
}

async function migrated(tx: Tx): Promise<string[]> {
  await alone(tx);
  await tx.run("CREATE TABLE IF NOT EXISTS migration (name VARCHAR(255) NOT NULL PRIMARY KEY)");
  const umzug = new Umzug({
    migrations: MIGRATIONS.map(({ name, up }) => ({ name, up: () => stepped(tx, up) })),
    storage: notesIn(tx),
    logger: undefined,
  });
  return (await umzug.up()).map(({ name }) => name);
}

async function stepped(tx: Tx, up: (tx: Tx) => Promise<void>): Promise<void> {
  await up(tx);
  at("migrating");
}

const notesIn = (tx: Tx): UmzugStorage => ({
  executed: async () => (await tx.ask("SELECT name FROM migration ORDER BY name")).map((row) => String(row["name"])),
  logMigration: async ({ name }) => void (await tx.run("INSERT INTO migration (name) VALUES (:name)", { name })),
  unlogMigration: async ({ name }) => void (await tx.run("DELETE FROM migration WHERE name = :name", { name })),
});

/** Names of the migrations that the database has not seen yet; asks only, and makes nothing. */
export async function pendingMigrations(store: Store): Promise<string[]> {
  const seen = new Set(await migrationsSeen(store));
  return MIGRATIONS.map(({ name }) => name).filter((name) => !seen.has(name));
}

/** Whether nothing was ever stored there: no migration has run. */
export const isFresh = async (store: Store): Promise<boolean> => (await migrationsSeen(store)).length === 0;

async function migrationsSeen(store: Store): Promise<string[]> {
  const tables = await store.ask(
    store.dialect === "sqlite"
      ? "SELECT name FROM sqlite_master WHERE name = 'migration'"
      : "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'",
  );
  return tables.length === 0 ? [] : (await store.ask("SELECT name FROM migration")).map((row) => String(row["name"]));
}

/** Another gateway may be at it, for as long as that takes. */
async function alone(tx: Tx): Promise<void> {
  if (tx.dialect === "sqlite") return;
  await tx.run("SET LOCAL lock_timeout = 0");
  await tx.run("SET LOCAL statement_timeout = 0");
  await tx.run("SET LOCAL idle_in_transaction_session_timeout = 0");
  await tx.run(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`);
}
