/**
 * One keeper per home on SQLite: the process that holds `data/instance.lock`, a SQLite file under BEGIN EXCLUSIVE. On
 * PostgreSQL the keepers of a home share it, and only who must be alone in the home (a restore) takes it so. The operating system lets go of it the moment the process ends, however it ends, so there is no stale lock to clean up.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import sqlite3 from "sqlite3";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";

export interface InstanceLock {
  release(): Promise<void>;
}

/** Who says that it holds the lock; for the message only, never for the decision. */
interface Holder {
  readonly process: number;
  readonly command: string;
}

/**
 * Takes the lock of a home's data folder, which is made (mode 0700) where it is missing.
 * @param command what the holder is doing (`start`, `run`), told to whoever finds the lock taken
 * @throws CalloffError LOCKED (exit 5) when another process holds it, LOCK_UNUSABLE when the file cannot be locked
 */
export async function takeInstanceLock(data: string, command: string): Promise<InstanceLock> {
  return lockedBy(data, command, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
}

/**
 * Takes the lock beside others that share it, so that nobody takes it alone meanwhile.
 * @throws CalloffError LOCKED (exit 5) when another process holds it alone, LOCK_UNUSABLE
 */
export const shareInstanceLock = (data: string, command: string): Promise<InstanceLock> =>
  // What has been read in a transaction stays locked against those who would write.
  lockedBy(data, command, "BEGIN; SELECT COUNT(*) FROM sqlite_master");

async function lockedBy(data: string, command: string, hold: string): Promise<InstanceLock> {
  const lockFile = path.join(data, "instance.lock");
  const holderFile = path.join(data, "instance.json");
  const database = await openLockFile(data, lockFile);
  try {
    // In exclusive mode a rollback journal leaves no second file behind that a killed process would have to be rid of.
    await execute(database, "PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY;");
    await execute(database, hold);
  } catch (thrown) {
    await closed(database);
    throw refusal(lockFile, holderFile, coerceError(thrown));
  }
  writeHolder(holderFile, { process: process.pid, command });
  return { release: () => closed(database) };
}

async function openLockFile(data: string, lockFile: string): Promise<sqlite3.Database> {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return await new Promise((resolve, reject) => {
      const database = new sqlite3.Database(lockFile, (error) => {
        if (error === null) resolve(database);
        else reject(error);
      });
    });
  } catch (thrown) {
    throw unusable(lockFile, coerceError(thrown));
  }
}

function refusal(lockFile: string, holderFile: string, error: Error): CalloffError {
  if ((error as { code?: unknown }).code !== "SQLITE_BUSY") return unusable(lockFile, error);
  return new CalloffError("LOCKED", "Another process keeps this home", {
    place: { file: lockFile },
    expected: "no other calloff start or calloff run on this home",
    found: holderInWords(holderFile),
    remedy: "Stop that process, or let it do the work: it takes up whatever is dropped or decided",
    exit: EXIT.conflict,
  });
}

const unusable = (lockFile: string, error: Error): CalloffError =>
  new CalloffError("LOCK_UNUSABLE", "The lock of this home cannot be taken", {
    place: { file: lockFile },
    expected: "a folder data/ on a local disk that this user may write to",
    found: error.message,
    remedy: "Run calloff doctor on this home; see owner and mode of its data folder and the room on its disk",
    cause: error,
  });

function holderInWords(holderFile: string): string {
  try {
    const holder = JSON.parse(readFileSync(holderFile, "utf8")) as Partial<Holder>;
    return `process ${holder.process ?? "unknown"} (calloff ${holder.command ?? "start"})`;
  } catch {
    return "a process that holds data/instance.lock";
  }
}

/** A hint for people: when it cannot be written, the lock still holds. */
function writeHolder(holderFile: string, holder: Holder): void {
  try {
    writeFileSync(holderFile, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  } catch {
    // The message of a second start is poorer then, nothing else.
  }
}

const execute = (database: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
  });

const closed = (database: sqlite3.Database): Promise<void> => new Promise((resolve) => database.close(() => resolve()));
