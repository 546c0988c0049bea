/**
 * Write transactions: tried again where that is safe, and never taken for done or undone on a guess.
 *
 * A transaction that the database undid (busy, deadlock, serialization failure, lock not had in time) or whose connection
 * was lost before COMMIT was sent has left nothing behind and is tried again. Where the connection is lost after COMMIT was
 * sent, PostgreSQL is asked by the transaction's own number what became of it.
 */
import { QueryTypes, type Sequelize, Transaction } from "sequelize";
import { CalloffError, coerceError } from "../values/errors.ts";
import { MOST_TRIES, PATIENCE, pause } from "./patience.ts";
import { outcomeUnknown, storeError } from "./store-errors.ts";

/** The steps that a transaction takes last, in the order they were asked for. */
export type LastSteps = (() => Promise<void>)[];

/** What is to be done in a transaction, and what it is done with. */
export type TransactionWork<T> = (transaction: Transaction, last: LastSteps) => Promise<T>;

/** Whether the database has answered this process: then one that is away may be coming back, else it is somebody's to start. */
export interface Reached {
  before: boolean;
}

/** Does `work` in one transaction, again (at most five times) where another writer or a lost connection was in the way. */
export function writeWithRetry<T>(sequelize: Sequelize, reached: Reached, work: TransactionWork<T>): Promise<T> {
  return retried(sequelize, reached, () => inTransaction(sequelize, work, reached));
}

/** Asks, again where the connection was lost: what only reads may always be repeated. */
export function askWithRetry<T>(sequelize: Sequelize, reached: Reached, question: () => Promise<T>): Promise<T> {
  return retried(sequelize, reached, async () => {
    const answer = await question();
    reached.before = true;
    return answer;
  });
}

async function retried<T>(sequelize: Sequelize, reached: Reached, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = storeError(thrown, sequelize);
      if (!mayTryAgain(sequelize, error, reached) || tries >= MOST_TRIES) throw error;
      // A server that is restarted is away for seconds, a writer in the way for moments.
      await pause(tries, isAway(error) ? 250 : 20);
    }
  }
}

const isAway = (error: Error): boolean => error instanceof CalloffError && error.code === "STORE_UNREACHABLE";

/** Steps that another writer was in the way of, or a server that has answered before. */
function mayTryAgain(sequelize: Sequelize, error: Error, reached: Reached): boolean {
  if (isAway(error)) return sequelize.getDialect() === "postgres" && reached.before;
  return (
    error instanceof CalloffError && error.retryable && error.code !== "STORE_SLOW" && error.code !== "STORE_OUTCOME"
  );
}

async function withLastSteps<T>(transaction: Transaction, work: TransactionWork<T>): Promise<T> {
  const last: LastSteps = [];
  const result = await work(transaction, last);
  for (const step of last) await step();
  return result;
}

/** What Sequelize does itself only with a word on the console that no log has asked for. */
interface Steps {
  finished: string | undefined;
  prepareEnvironment(inNamespace: boolean): Promise<unknown>;
  rollback(): Promise<void>;
  cleanup(): void;
  forceCleanup(): Promise<void>;
}

async function inTransaction<T>(sequelize: Sequelize, work: TransactionWork<T>, reached: Reached): Promise<T> {
  const transaction = await begun(sequelize);
  reached.before = true;
  let result: T;
  let number: string | undefined;
  try {
    result = await withLastSteps(transaction, work);
    if (sequelize.getDialect() === "postgres") number = await numberOf(sequelize, transaction);
  } catch (thrown) {
    await ended(sequelize, transaction, "ROLLBACK").catch(() => {});
    throw thrown;
  }
  try {
    await ended(sequelize, transaction, "COMMIT");
  } catch (thrown) {
    await settled(sequelize, coerceError(thrown), number);
  }
  return result;
}

async function begun(sequelize: Sequelize): Promise<Transaction> {
  const transaction = new Transaction(sequelize, {});
  const steps = transaction as unknown as Steps;
  // One that cannot begin is ended at once.
  steps.rollback = () => ended(sequelize, transaction, "ROLLBACK").catch(() => {});
  await steps.prepareEnvironment(false);
  return transaction;
}

/** The transaction's number in the server; none while it has written nothing. */
async function numberOf(sequelize: Sequelize, transaction: Transaction): Promise<string | undefined> {
  const [row] = await sequelize.query("SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT) AS number", {
    type: QueryTypes.SELECT,
    raw: true,
    transaction,
  });
  const { number } = row as { number: string | null };
  return number ?? undefined;
}

async function ended(sequelize: Sequelize, transaction: Transaction, word: "COMMIT" | "ROLLBACK"): Promise<void> {
  const steps = transaction as unknown as Steps;
  try {
    await sequelize.query(`${word};`, { transaction });
    steps.cleanup();
  } catch (thrown) {
    // A connection in no known state is not given to the next transaction; SQLite's writer is brought back to a known one.
    if (sequelize.getDialect() === "sqlite") steps.cleanup();
    else await steps.forceCleanup().catch(() => {});
    throw thrown;
  } finally {
    steps.finished = word.toLowerCase();
  }
}

/**
 * What became of a transaction whose COMMIT was sent and not answered. Comes back when it was kept.
 * @throws what COMMIT was answered with, or CalloffError STORE_UNREACHABLE when it was undone; STORE_OUTCOME when nobody knows
 */
async function settled(sequelize: Sequelize, error: Error, number: string | undefined): Promise<void> {
  if (sequelize.getDialect() === "sqlite") throw error;
  const told = storeError(error, sequelize);
  if (!(told instanceof CalloffError) || told.code !== "STORE_UNREACHABLE") throw told;
  // It wrote nothing, so that there is nothing to be kept.
  if (number === undefined) return;
  const fate = await fateOf(sequelize, number);
  if (fate === "aborted") throw told;
  if (fate !== "committed") throw outcomeUnknown(error, sequelize);
}

async function fateOf(sequelize: Sequelize, number: string): Promise<string> {
  const until = performance.now() + PATIENCE.outcome;
  for (let tries = 1; performance.now() < until; tries += 1) {
    const fate = await fateNow(sequelize, number);
    if (fate !== "in progress" && fate !== "not heard of") return fate;
    await pause(Math.min(tries, 6), 50);
  }
  return "not heard of";
}

/** `committed`, `aborted`, `in progress`, `forgotten` by the server, or `not heard of` where it did not answer. */
async function fateNow(sequelize: Sequelize, number: string): Promise<string> {
  try {
    const [row] = await sequelize.query("SELECT pg_xact_status(CAST(:number AS xid8)) AS fate", {
      type: QueryTypes.SELECT,
      raw: true,
      replacements: { number },
    });
    return (row as { fate: string | null }).fate ?? "forgotten";
  } catch {
    return "not heard of";
  }
}
