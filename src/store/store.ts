/**
 * The database behind everything: SQLite embedded or PostgreSQL, one schema, portable SQL.
 *
 * All writing goes through `write`: one transaction, given to repository functions as a `Tx` they require by type. On
 * SQLite, which allows one writer at a time, the write transactions of a process queue up behind one writer; other processes
 * are met with a short busy timeout and a bounded retry.
 */
import path from "node:path";
import PQueue from "p-queue";
import pg from "pg";
import { QueryTypes, Sequelize, Transaction } from "sequelize";
import sqlite3 from "sqlite3";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { withoutPasswords } from "../values/secrets.ts";
import { MOST_CONNECTIONS, PATIENCE } from "./patience.ts";
import { makePrivateDatabase } from "./sqlite-file.ts";
import { keepWriter } from "./sqlite-writer.ts";
import { inOurWords } from "./store-errors.ts";
import { askWithRetry, type LastSteps, type Reached, writeWithRetry } from "./transactions.ts";

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
  /** Takes this step last, when all of the work is done: for what others should not have to wait for meanwhile. */
  beforeCommit(step: () => Promise<void>): void;
}

export interface Store extends Queryable {
  /**
   * Runs `work` in one transaction, again (at most five times) where another writer or a lost connection was in the way.
   * @throws CalloffError STORE_BUSY, STORE_FULL, STORE_SLOW, STORE_UNREACHABLE with nothing done; STORE_OUTCOME where that is not known
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** For migrations and checks only. */
  readonly sequelize: Sequelize;
}

const BUSY_TIMEOUT_MS = 1000;

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
  const reached: Reached = { before: false };
  const writer = dialect === "sqlite" ? new PQueue({ concurrency: 1 }) : undefined;
  return {
    dialect,
    sequelize,
    ask: (sql, replacements) => askWithRetry(sequelize, reached, () => query(sequelize, undefined, sql, replacements)),
    write: <T>(work: (tx: Tx) => Promise<T>) => {
      const attempt = () =>
        writeWithRetry(sequelize, reached, (transaction, last) =>
          work(transactionOf(sequelize, dialect, transaction, last)),
        );
      return writer === undefined ? attempt() : writer.add(attempt);
    },
    close: async () => {
      await writer?.onIdle();
      await sequelize.close();
    },
  };
}

function openSqlite(storage: string): Sequelize {
  makePrivateDatabase(storage);
  const sequelize = new Sequelize({
    dialect: "sqlite",
    storage,
    logging: false,
    dialectModule: { ...sqlite3, Database: PragmaDatabase },
    transactionType: Transaction.TYPES.IMMEDIATE,
    retry: { max: 1 },
  });
  return keepWriter(forgetFailedConnections(sequelize), storage);
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
      found: withoutPasswords(url),
      remedy: "Correct `database` in config/gateway.yaml",
      exit: EXIT.usage,
    });
  }
  const password = process.env["CALLOFF_DATABASE_PASSWORD"];
  return new Sequelize(url, {
    dialect: "postgres",
    dialectModule: pg,
    logging: false,
    pool: { max: MOST_CONNECTIONS, idle: 10_000, acquire: PATIENCE.connection },
    dialectOptions: {
      application_name: "calloff",
      keepAlive: true,
      connectionTimeoutMillis: PATIENCE.connect,
      statement_timeout: PATIENCE.statement,
      lock_timeout: PATIENCE.lock,
      idle_in_transaction_session_timeout: PATIENCE.idleInTransaction,
      query_timeout: PATIENCE.answer,
    },
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

function transactionOf(sequelize: Sequelize, dialect: Dialect, transaction: Transaction, last: LastSteps): Tx {
  return {
    dialect,
    ask: (sql, replacements) => query(sequelize, transaction, sql, replacements),
    run: (sql, replacements) => query(sequelize, transaction, sql, replacements),
    change: async (sql, replacements) =>
      (await query(sequelize, transaction, `${sql} RETURNING 1 AS changed`, replacements)).length,
    beforeCommit: (step) => void last.push(step),
  };
}

/** Whether an error says that a unique key is taken: somebody else has done the same step first. */
export const isTaken = (thrown: unknown): boolean => coerceError(thrown).name === "SequelizeUniqueConstraintError";
