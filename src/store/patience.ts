/**
 * How long the program waits for a PostgreSQL server, in one place (docs/operations.md, *PostgreSQL that does not answer*).
 * The server's own limits can be set for one database in its URL: `postgres://…/calloff?statement_timeout=300000&lock_timeout=20000`.
 */

/** All in milliseconds. */
export const PATIENCE = {
  /** Until a connection is made. */
  connect: 5000,
  /** Until one of the process's connections is free. */
  connection: 10_000,
  /** One statement; then the server gives it up. */
  statement: 60_000,
  /** One lock that another transaction holds; then the transaction is begun again. */
  lock: 5000,
  /** A transaction in which its program does nothing; then the server ends its connection. */
  idleInTransaction: 60_000,
  /** An answer that the network owes: a little longer than the server may take. */
  answer: 70_000,
  /** Until it is known what became of a COMMIT whose answer was lost. */
  outcome: 12_000,
  /** How often a gateway tells the server that it lives, and after what silence the server takes it for dead. */
  heartbeat: 2000,
  silence: 20_000,
} as const;

/** Connections of one process at most; one more holds its locks (`gateways.ts`). */
export const MOST_CONNECTIONS = 10;

/** How often a transaction is tried before it is given up. */
export const MOST_TRIES = 5;

/** Grows with the tries and differs between processes, so that two of them do not meet again. */
export const pause = (tries: number, milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds * 2 ** (tries - 1) * (0.75 + Math.random() / 2)));
