/** What the drivers of both databases throw, in our words: which errors pass, and what a person can do about the others. */
import path from "node:path";
import type { Sequelize } from "sequelize";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { damagedFile } from "./sqlite-file.ts";

/**
 * Does what asks the database, and says in our words where the database is what stands in the way.
 * @throws CalloffError STORE_BUSY, STORE_FULL, STORE_SLOW, STORE_UNREACHABLE; anything else as it was thrown
 */
export async function inOurWords<T>(sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw storeError(thrown, sequelize);
  }
}

/** SQLite's writer in another process; serialization failure, deadlock, lock not had in time: the transaction is undone. */
const IN_THE_WAY = new Set(["SQLITE_BUSY", "40001", "40P01", "55P03"]);

/** Driver errors in our words; anything else as it is. */
export function storeError(thrown: unknown, sequelize: Sequelize): Error {
  const error = coerceError(thrown);
  if (error instanceof CalloffError) return error;
  const code = driverCode(error);
  if (IN_THE_WAY.has(code)) {
    return new CalloffError("STORE_BUSY", "Another process is writing to the database", {
      found: error.message,
      remedy: "Try again; if it goes on, see which process holds the database open",
      retryable: true,
      exit: EXIT.conflict,
      cause: error,
    });
  }
  if (code === "SQLITE_FULL" || code === "53100") {
    return new CalloffError("STORE_FULL", "The database has no room left on its disk", {
      remedy: "Free space where the database lies; the step is repeated by itself",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_IOERR") || code === "SQLITE_READONLY") {
    return new CalloffError("STORE_DISK", `The disk of the database refuses to be read or written (${code})`, {
      place: { file: storageOf(sequelize) ?? "" },
      expected: "a disk that takes what is written, and a limit on file sizes that the database fits under",
      found: error.message,
      remedy:
        "See the kernel's log (dmesg), the limit (ulimit -f, LimitFSIZE=) and the rights of data/; the step is repeated by itself",
      cause: error,
    });
  }
  if (code === "SQLITE_CORRUPT") return damagedFile(storageOf(sequelize) ?? "", error.message);
  if (isSlow(error, code)) return slow(error, sequelize);
  return isOutOfReach(error, code) || isOfItsFolder(error, sequelize) ? unreachable(error, sequelize) : error;
}

/** A statement that the server gave up, or no connection of our own free in time. */
const isSlow = (error: Error, code: string): boolean =>
  code === "57014" || error.name === "SequelizeConnectionAcquireTimeoutError";

/** No connection could be had (Sequelize names each way), or the one there was is gone. */
const OUT_OF_REACH = /^Sequelize(Connection|HostNot|AccessDenied|InvalidConnection)/;
/** SQLSTATE class 08, 57P01 to 57P05 and 25P03, too many connections, a socket that broke, a file that cannot be opened. */
const GONE =
  /^(08\w{3}|57P0[1-5]|25P03|53300|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|SQLITE_CANTOPEN|SQLITE_NOTADB)$/;
/** What the PostgreSQL driver says of a connection that broke under it. */
const BROKEN =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout expired)/;

const isOutOfReach = (error: Error, code: string): boolean =>
  OUT_OF_REACH.test(error.name) || GONE.test(code) || BROKEN.test(error.message);

/** Sequelize makes the folder of a SQLite file before it opens it. */
function isOfItsFolder(error: Error, sequelize: Sequelize): boolean {
  const { syscall, path: at } = error as NodeJS.ErrnoException;
  const storage = storageOf(sequelize);
  return syscall === "mkdir" && storage !== undefined && at === path.dirname(storage);
}

const storageOf = (sequelize: Sequelize): string | undefined =>
  (sequelize as unknown as { options: { storage?: string } }).options.storage;

function unreachable(error: Error, sequelize: Sequelize): CalloffError {
  const embedded = sequelize.getDialect() === "sqlite";
  return new CalloffError("STORE_UNREACHABLE", `The database ${nameOf(sequelize)} cannot be reached`, {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: embedded
      ? "a SQLite file in a folder that may be read and written"
      : "a PostgreSQL server that answers there, with that user and database",
    found: error.message === "" ? error.name : error.message,
    remedy: embedded
      ? "See that the folder is there, what its rights are, and that the file is a database"
      : "See `database`, CALLOFF_DATABASE_PASSWORD, and whether the server runs; then try again",
    retryable: true,
    cause: error,
  });
}

const slow = (error: Error, sequelize: Sequelize): CalloffError =>
  new CalloffError("STORE_SLOW", `The database ${nameOf(sequelize)} takes too long`, {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: "an answer within the time that is set for a statement, and a free connection",
    found: error.message === "" ? error.name : error.message,
    remedy: "See what the server is busy with (pg_stat_activity); the time is set by statement_timeout in `database`",
    retryable: true,
    cause: error,
  });

/** Nobody can say whether a transaction was kept: its COMMIT was sent, and the server has not been heard of since. */
export const outcomeUnknown = (error: Error, sequelize: Sequelize): CalloffError =>
  new CalloffError(
    "STORE_OUTCOME",
    "The database went away while a change was being kept; whether it was kept is not known",
    {
      place: { file: "config/gateway.yaml", field: "database" },
      expected: `an answer of ${nameOf(sequelize)} to COMMIT, or later to what became of it`,
      found: error.message,
      remedy: "Once the database answers again, look whether the change is there before you give the command again",
      retryable: true,
      cause: error,
    },
  );

/** The database as gateway.yaml would name it, never with a password. */
function nameOf(sequelize: Sequelize): string {
  const storage = storageOf(sequelize);
  if (storage !== undefined) return `sqlite:${storage}`;
  const { username, host, port, database } = sequelize.config;
  const user = username === undefined || username === null || username === "" ? "" : `${username}@`;
  return `postgres://${user}${host ?? "localhost"}:${port ?? "5432"}/${database ?? ""}`;
}

/** The code of the driver's own error: Sequelize wraps it; one of the driver itself carries it. */
function driverCode(error: Error): string {
  const { original, parent } = error as { original?: { code?: unknown }; parent?: { code?: unknown } };
  const code = (original ?? parent ?? (error as { code?: unknown })).code;
  return typeof code === "string" ? code : "";
}
