/**
 * The database behind everything: SQLite embedded or PostgreSQL, one schema, portable SQL.
 *
 * All writing goes through `write`: one transaction, given to repository functions as a `Tx` they require by type. On
 * SQLite the write transactions of a process queue up behind one writer, because Sequelize opens a connection per
 * transaction and SQLite allows one writer at a time; other processes are met with a short busy timeout and a bounded retry.
 */
import path from "node:path";
import PQueue from "p-queue";
import pg from "pg";
import { QueryTypes, Sequelize, Transaction } from "sequelize";
import sqlite3 from "sqlite3";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";

export type Dialect = "sqlite" | "postgres";

/** Something that can be asked: a transaction, or the database as it stands. */
export interface Queryable {
  readonly dialect: Dialect;
  /** Runs a SELECT with named replacements (`:name`; lists are spread). Figures must be cast to text; `select` does that. */
  ask(sql: string, replacements?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>[]>;
}

/** A write transaction. Only `Store.write` makes one. */
export interface Tx extends Queryable {
  /** Runs a statement with named replacements and returns what it RETURNs. */
  run(sql: string, replacements?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>[]>;
  /** Runs an UPDATE or DELETE without RETURNING and gives how many rows there were. */
  change(sql: string, replacements?: Readonly<Record<string, unknown>>): Promise<number>;
}

export interface Store extends Queryable {
  /** Runs `work` in one transaction, again (at most five times) where another writer was in the way. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** For migrations and checks only. */
  readonly sequelize: Sequelize;
}

const BUSY_TIMEOUT_MS = 1000;
const MOST_TRIES = 5;

/** Every SQLite connection gets the same pragmas: Sequelize opens new ones per transaction without telling. */
class PragmaDatabase extends sqlite3.Database {
  constructor(
    filename: string,
    mode: number | ((error: Error | null) => void),
    callback?: (error: Error | null) => void,
  ) {
    if (typeof mode === "function") super(filename, mode);
    else super(filename, mode, callback);
    this.configure("busyTimeout", BUSY_TIMEOUT_MS);
    // A file that is no database fails here and, by name, at the statement that follows: unheard, it would end the process.
    this.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;", () => {});
  }
}

interface DialectQuery {
  options: { type?: string; raw?: boolean };
}
type QueryClass = new (...args: never[]) => DialectQuery & Record<string, () => unknown>;

/**
 * Sequelize guesses what a statement is from words in its text, in which our replacements stand too: a part called
 * `create temporary table` would change how the answer is read. Statements of ours are what their type says.
 */
function takeStatementsAtTheirWord(sequelize: Sequelize): Sequelize {
  const { dialect } = sequelize as unknown as { dialect: { Query: QueryClass } };
  const Guessing = dialect.Query;
  const never = [
    "isInsertQuery",
    "isUpdateQuery",
    "isUpsertQuery",
    "isShowTablesQuery",
    "isShowConstraintsQuery",
    "isShowIndexesQuery",
    "isDescribeQuery",
    "isShowOrDescribeQuery",
    "isForeignKeysQuery",
  ];
  class Stated extends Guessing {}
  for (const guess of never) {
    const guessed = Guessing.prototype[guess] as ((...args: unknown[]) => unknown) | undefined;
    if (guessed === undefined) continue;
    Stated.prototype[guess] = function stated(this: DialectQuery, ...args: unknown[]) {
      return this.options.type === QueryTypes.SELECT ? false : guessed.apply(this, args);
    };
  }
  const method = Guessing.prototype["getDatabaseMethod"] as (() => unknown) | undefined;
  if (method !== undefined) {
    Stated.prototype["getDatabaseMethod"] = function stated(this: DialectQuery) {
      return this.options.type === QueryTypes.SELECT ? "all" : method.apply(this);
    };
  }
  // Rows come fresh from the driver; copied once more, a schedule's thousands of them would cost as much as judging them.
  const copied = Guessing.prototype["handleSelectQuery"] as ((...args: unknown[]) => unknown) | undefined;
  if (copied !== undefined) {
    Stated.prototype["handleSelectQuery"] = function asTheyAre(this: DialectQuery, ...args: unknown[]) {
      return this.options.raw === true ? args[0] : copied.apply(this, args);
    };
  }
  dialect.Query = Stated;
  return sequelize;
}

/**
 * Opens the database a home's `gateway.yaml` names: `sqlite:<path>` (relative to the home) or `postgres://…`.
 * @throws CalloffError STORE_URL for any other text.
 */
export function openStore(url: string, home: string): Store {
  const sequelize = takeStatementsAtTheirWord(
    url.startsWith("sqlite:") ? openSqlite(path.resolve(home, url.slice("sqlite:".length))) : openPostgres(url),
  );
  const dialect = sequelize.getDialect() as Dialect;
  // PostgreSQL sorts out its writers by row locks and unique keys.
  const writer = dialect === "sqlite" ? new PQueue({ concurrency: 1 }) : undefined;
  return {
    dialect,
    sequelize,
    ask: (sql, replacements) => query(sequelize, undefined, sql, replacements),
    write: <T>(work: (tx: Tx) => Promise<T>) => {
      const attempt = () => writeWithRetry(sequelize, dialect, work);
      return writer === undefined ? attempt() : writer.add(attempt);
    },
    close: async () => {
      await writer?.onIdle();
      await sequelize.close();
    },
  };
}

function openSqlite(storage: string): Sequelize {
  return forgetFailedConnections(
    new Sequelize({
      dialect: "sqlite",
      storage,
      logging: false,
      dialectModule: { ...sqlite3, Database: PragmaDatabase },
      transactionType: Transaction.TYPES.IMMEDIATE,
      retry: { max: 1 },
    }),
  );
}

interface SqliteConnections {
  readonly connections: Record<string, unknown>;
  getConnection(options?: { uuid?: string }): Promise<unknown>;
}

/** Sequelize keeps a connection whose file could not be opened; every later statement, and closing, would wait for it. */
function forgetFailedConnections(sequelize: Sequelize): Sequelize {
  const { connectionManager: manager } = sequelize as unknown as { connectionManager: SqliteConnections };
  const opened = manager.getConnection.bind(manager);
  manager.getConnection = async (options = {}) => {
    try {
      return await opened(options);
    } catch (thrown) {
      delete manager.connections[options.uuid ?? "default"];
      throw thrown;
    }
  };
  return sequelize;
}

function openPostgres(url: string): Sequelize {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new CalloffError("STORE_URL", "The database is named by a text that is not understood", {
      expected: "sqlite:<path in the home> or postgres://user@host/name",
      found: url.replace(/:[^:@/]*@/, ":…@"),
      remedy: "Correct `database` in config/gateway.yaml",
      exit: EXIT.usage,
    });
  }
  const password = process.env["CALLOFF_DATABASE_PASSWORD"];
  return new Sequelize(url, {
    dialect: "postgres",
    dialectModule: pg,
    logging: false,
    pool: { max: 10, idle: 10_000 },
    ...(password === undefined ? {} : { password }),
  });
}

async function query(
  sequelize: Sequelize,
  transaction: Transaction | undefined,
  sql: string,
  replacements: Readonly<Record<string, unknown>> | undefined,
): Promise<Record<string, unknown>[]> {
  return inOurWords(sequelize, () =>
    sequelize.query(sql, {
      type: QueryTypes.SELECT,
      raw: true,
      ...(transaction === undefined ? {} : { transaction }),
      ...(replacements === undefined ? {} : { replacements: { ...replacements } }),
    }),
  );
}

/**
 * Does what asks the database, and says in our words where the database is what stands in the way.
 * @throws CalloffError STORE_BUSY, STORE_FULL, STORE_UNREACHABLE; anything else as it was thrown
 */
export async function inOurWords<T>(sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw storeError(thrown, sequelize);
  }
}

async function writeWithRetry<T>(sequelize: Sequelize, dialect: Dialect, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sequelize.transaction((transaction) => work(transactionOf(sequelize, dialect, transaction)));
    } catch (thrown) {
      const error = storeError(thrown, sequelize);
      // A connection that was lost at COMMIT leaves open whether the work was done: only its caller can find out.
      const again = error instanceof CalloffError && error.retryable && error.code !== "STORE_UNREACHABLE";
      if (!again || tries >= MOST_TRIES) throw error;
      await pause(tries);
    }
  }
}

function transactionOf(sequelize: Sequelize, dialect: Dialect, transaction: Transaction): Tx {
  return {
    dialect,
    ask: (sql, replacements) => query(sequelize, transaction, sql, replacements),
    run: (sql, replacements) => query(sequelize, transaction, sql, replacements),
    change: async (sql, replacements) =>
      (await query(sequelize, transaction, `${sql} RETURNING 1 AS changed`, replacements)).length,
  };
}

/** Grows with the tries and differs between processes, so that two of them do not meet again. */
const pause = (tries: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 20 * tries * (1 + Math.random())));

/** Driver errors in our words; anything else as it is. */
function storeError(thrown: unknown, sequelize: Sequelize): Error {
  const error = coerceError(thrown);
  const code = driverCode(error);
  if (code === "SQLITE_BUSY" || code === "40001" || code === "40P01") {
    return new CalloffError("STORE_BUSY", "Another process is writing to the database", {
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
  return isOutOfReach(error, code) || isOfItsFolder(error, sequelize) ? unreachable(error, sequelize) : error;
}

/** No connection could be had (Sequelize names each way), or the one there was is gone. */
const OUT_OF_REACH = /^Sequelize(Connection|HostNot|AccessDenied|InvalidConnection)/;
/** SQLSTATE class 08 and 57P01 to 57P03, too many connections, a socket that broke, a file that cannot be opened. */
const GONE = /^(08\w{3}|57P0[123]|53300|ECONN\w+|EPIPE|ETIMEDOUT|SQLITE_CANTOPEN|SQLITE_NOTADB)$/;

const isOutOfReach = (error: Error, code: string): boolean =>
  !(error instanceof CalloffError) &&
  (OUT_OF_REACH.test(error.name) || GONE.test(code) || error.message.startsWith("Connection terminated"));

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

/** The database as gateway.yaml would name it, never with a password. */
function nameOf(sequelize: Sequelize): string {
  const storage = storageOf(sequelize);
  if (storage !== undefined) return `sqlite:${storage}`;
  const { username, host, port, database } = sequelize.config;
  const user = username === undefined || username === null || username === "" ? "" : `${username}@`;
  return `postgres://${user}${host ?? "localhost"}:${port ?? "5432"}/${database ?? ""}`;
}

function driverCode(error: Error): string {
  const original =
    (error as { original?: { code?: unknown } }).original ?? (error as { parent?: { code?: unknown } }).parent;
  return typeof original?.code === "string" ? original.code : "";
}

/** Whether an error says that a unique key is taken: somebody else has done the same step first. */
export const isTaken = (thrown: unknown): boolean => coerceError(thrown).name === "SequelizeUniqueConstraintError";
