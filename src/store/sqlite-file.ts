/** SQLite files as files: copied while others write to them, and checked without being changed. */
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import path from "node:path";
import sqlite3 from "sqlite3";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { shellWord } from "../values/shell.ts";

type Row = Readonly<Record<string, unknown>>;

function opened(file: string, mode: number): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, mode, (error) => {
      if (error === null) resolve(database);
      else reject(error);
    });
  });
}

const closed = (database: sqlite3.Database): Promise<void> =>
  new Promise((resolve, reject) => {
    database.close((error) => (error === null ? resolve() : reject(error)));
  });

const rowsOf = (database: sqlite3.Database, sql: string, given: readonly unknown[] = []): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    database.all(sql, given, (error: Error | null, rows: Row[]) => (error === null ? resolve(rows) : reject(error)));
  });

async function inFile<T>(file: string, mode: number, work: (database: sqlite3.Database) => Promise<T>): Promise<T> {
  const database = await opened(file, mode);
  try {
    return await work(database);
  } finally {
    await closed(database);
  }
}

/**
 * Copies a database as it stands at this moment into an empty or missing file. Writers go on meanwhile: they are neither
 * waited for nor kept waiting.
 */
export const copyDatabase = (from: string, to: string): Promise<void> =>
  inFile(from, sqlite3.OPEN_READWRITE, async (database) => {
    database.configure("busyTimeout", 5000);
    await rowsOf(database, "VACUUM INTO ?", [to]);
  });

/**
 * What is wrong with a file as a database, in SQLite's words; empty when it is sound.
 * @param thorough also whether every index says what its table says
 */
export async function damageOf(file: string, thorough: boolean): Promise<string[]> {
  try {
    return await inFile(file, sqlite3.OPEN_READWRITE, async (database) => {
      const rows = await rowsOf(database, thorough ? "PRAGMA integrity_check(20)" : "PRAGMA quick_check(3)");
      return rows.map((row) => String(Object.values(row)[0])).filter((said) => said !== "ok");
    });
  } catch (thrown) {
    return [coerceError(thrown).message];
  }
}

/** Brings all that was committed into the file itself, so that nothing of it is beside it any more. */
export const gatherInto = (file: string): Promise<void> =>
  inFile(file, sqlite3.OPEN_READWRITE, async (database) => {
    await rowsOf(database, "PRAGMA wal_checkpoint(TRUNCATE)");
    await rowsOf(database, "PRAGMA journal_mode = DELETE");
  });

/**
 * Brings a database into one file and keeps everybody else out of it until `work` has ended, which is told the number of its
 * last audit entry. Where the file is too damaged for that, `work` is done all the same.
 * @throws CalloffError RESTORE_IN_USE when somebody does not close it
 */
export async function aloneInFile<T>(file: string, work: (last: number | undefined) => Promise<T>): Promise<T> {
  return inFile(file, sqlite3.OPEN_READWRITE, async (database) => work(await held(database, file)));
}

async function held(database: sqlite3.Database, file: string): Promise<number | undefined> {
  database.configure("busyTimeout", 5000);
  try {
    // Set first: the lock that the change of the journal needs is not let go of any more.
    await rowsOf(database, "PRAGMA locking_mode = EXCLUSIVE");
    await rowsOf(database, "PRAGMA journal_mode = DELETE");
    await rowsOf(database, "BEGIN EXCLUSIVE");
    const [row] = await rowsOf(database, "SELECT MAX(seq) AS last FROM audit");
    return Number(row?.["last"] ?? 0);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (!/SQLITE_(BUSY|LOCKED)/.test(error.message)) return undefined;
    throw inUse(file, error.message);
  }
}

/** Somebody works on what a restore would replace. */
export const inUse = (file: string, found: string): CalloffError =>
  new CalloffError("RESTORE_IN_USE", "The database that would be replaced is in use", {
    place: { file },
    expected: "that nothing is done with this home while it is restored",
    found,
    remedy: "Let the command end that is at work, give none meanwhile, and restore again; nothing was changed",
    exit: EXIT.conflict,
  });

/** Makes the file of a database that is not there yet, private to its owner; SQLite's files beside it take its mode. */
export function makePrivateDatabase(file: string): void {
  if (existsSync(file)) return;
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch {
    // Whoever asks the database next is told why, in its words.
  }
}

/**
 * Refuses to go on with a damaged file: everything that is written to it makes it worse.
 * @param file of the database; one that is not there yet is not damaged
 * @param backups where backups lie unless told otherwise: the latest is named
 * @throws CalloffError STORE_DAMAGED
 */
export async function refuseDamaged(file: string, backups: string): Promise<void> {
  if (!existsSync(file)) return;
  const [first] = await damageOf(file, false);
  if (first === undefined || /SQLITE_(BUSY|CANTOPEN)/.test(first)) return;
  throw damagedFile(file, first, latestIn(backups));
}

/** What is said of a damaged file, wherever it comes out. */
export const damagedFile = (file: string, found: string, backup = "FILE"): CalloffError =>
  new CalloffError("STORE_DAMAGED", "The database file is damaged", {
    place: { file },
    expected: "a file that passes SQLite's own check",
    found,
    remedy: `calloff db restore ${shellWord(backup)} puts a backup back, keeps this file aside, and does again what came after; see the disk first`,
  });

/** The newest backup of a folder, by the moment in its name. */
function latestIn(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const latest = readdirSync(folder)
    .filter((name) => /^calloff-\d{8}T\d{6}Z\.sqlite$/.test(name))
    .toSorted()
    .at(-1);
  return latest === undefined ? undefined : path.join(folder, latest);
}
