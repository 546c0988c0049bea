/**
 * Several gateways on one PostgreSQL database. Each holds one session of its own, and in it the advisory locks that say
 * what it is at: a *lane* is work that one gateway at a time does (the arrivals of a folder, the files of a partner, the
 * documents for a receiver). The locks go with the session: at once when its process ends, however it ends, and after
 * `PATIENCE.silence` when it hangs or cannot be reached, since the server ends a session that keeps silent for so long.
 *
 * Locks decide who works, never what counts: a gateway that lost its session while it was at work may go on for a
 * moment beside the one that took over. What it writes is fenced by keys and states in the rows, and by its number, which
 * no other process ever has.
 */
import os from "node:os";
import pg from "pg";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { Row } from "./columns.ts";
import { lockKey } from "./locks.ts";
import { PATIENCE } from "./patience.ts";
import { select } from "./rows.ts";
import type { Queryable, Store } from "./store.ts";
import { inOurWords } from "./store-errors.ts";
import { gateway } from "./tables.ts";

/** A lane that this gateway is in. */
export interface Lane {
  /** Whether nobody else can be in it: false from the moment the session is known to be lost. */
  holds(): boolean;
  leave(): Promise<void>;
}

export interface Gateways {
  /** Names the files of this gateway's home; a home that several gateways share has one name. */
  readonly home: string;
  /** This process's number among all that ever worked on the database; another one after its session was lost. */
  number(): Promise<number>;
  /** Enters a lane; nothing where another gateway, or another step of this one, is in it. */
  enter(lane: string): Promise<Lane | undefined>;
  /** Enters a lane as soon as it is free. @throws CalloffError GATEWAY_STOPPED when this gateway stops first */
  enterInTurn(lane: string): Promise<Lane>;
  /** Tells the other gateways that there is something to do. */
  tell(): Promise<void>;
  /** Calls `listener` when another gateway, or a command, has told so. */
  onTold(listener: () => void): void;
  /** Waits for no lane any more. */
  refuse(): void;
  close(): Promise<void>;
}

/** First halves of the advisory locks' keys; any numbers that no other program on the same server uses. */
const NUMBERS_LOCK = 4_180_920;
const LANES_LOCK = 4_180_921;
const CHANNEL = "calloff";

/**
 * Whether the gateway with the number in `column` is no more. A number is locked before it stands in any row, so that one
 * that is found in a row without its lock is a dead one's.
 */
export const isGone = (column: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = ${NUMBERS_LOCK} AND objid = ${column}
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted)`;

/** Tells every gateway on the database that there is something to do; on SQLite the keeper sees it by itself. */
export async function tellGateways(store: Store): Promise<void> {
  if (store.dialect === "postgres") await store.ask(`SELECT pg_notify('${CHANNEL}', '')`);
}

/** The gateways that work on a PostgreSQL database at the moment, in the order they came. */
export const livingGateways = (from: Queryable): Promise<Row<typeof gateway.columns>[]> =>
  select(from, gateway, `WHERE NOT ${isGone("gateway.id")} ORDER BY id`);

export interface GatewaySettings {
  /** The database as gateway.yaml names it. */
  readonly url: string;
  readonly home: string;
  /** `start` or `run`, for those who look who is at work. */
  readonly command: string;
}

interface Session {
  readonly client: pg.Client;
  readonly number: number;
  lost: boolean;
}

/** Joins the gateways of a PostgreSQL database. @throws CalloffError STORE_UNREACHABLE */
export async function joinGateways(store: Store, settings: GatewaySettings): Promise<Gateways> {
  const inside = new Set<string>();
  const listeners: (() => void)[] = [];
  const state = { refusing: false, closing: false };
  let session: Promise<Session> | undefined;

  /** The session there is, or a new one with a new number. */
  async function current(): Promise<Session> {
    const held = session === undefined ? undefined : await session.catch(() => undefined);
    if (held !== undefined && !held.lost) return held;
    if (state.closing) throw stopped();
    session = opened(store, settings, () => {
      for (const listener of listeners) listener();
    });
    return session;
  }

  async function enter(name: string): Promise<Lane | undefined> {
    if (inside.has(name)) return undefined;
    inside.add(name);
    try {
      const held = await current();
      const keys = [LANES_LOCK, lockKey(name)];
      const free = await asked(store, held, "SELECT pg_try_advisory_lock($1, $2) AS had", keys);
      if (free[0]?.["had"] === true) return laneIn(store, held, keys, () => inside.delete(name));
    } catch (thrown) {
      inside.delete(name);
      throw thrown;
    }
    inside.delete(name);
    return undefined;
  }

  await current();
  return {
    home: settings.home,
    number: async () => (await current()).number,
    enter,
    enterInTurn: async (name) => {
      for (let wait = 5; !state.refusing; wait = Math.min(wait * 2, 100)) {
        const lane = await enter(name);
        if (lane !== undefined) return lane;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
      throw stopped();
    },
    tell: async () => {
      const held = await current();
      await asked(store, held, `SELECT pg_notify('${CHANNEL}', $1)`, [String(held.number)]);
    },
    onTold: (listener) => void listeners.push(listener),
    refuse: () => {
      state.refusing = true;
    },
    close: async () => {
      state.refusing = true;
      state.closing = true;
      const held = await session?.catch(() => undefined);
      if (held !== undefined) await ended(held.client);
    },
  };
}

/** Says goodbye; a server that is not heard of is not waited for. */
async function ended(client: pg.Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1000);
  });
  await Promise.race([client.end().catch(() => {}), late]);
  clearTimeout(timer);
}

function laneIn(store: Store, held: Session, keys: readonly unknown[], left: () => void): Lane {
  return {
    holds: () => !held.lost,
    leave: async () => {
      // A session that is lost holds nothing.
      await asked(store, held, "SELECT pg_advisory_unlock($1, $2)", keys).catch(() => {});
      left();
    },
  };
}

const stopped = (): CalloffError =>
  new CalloffError("GATEWAY_STOPPED", "The gateway stops", {
    remedy: "Nothing: what was not finished is taken up at the next start, or by another gateway",
    retryable: true,
  });

type Rows = readonly Readonly<Record<string, unknown>>[];

function asked(store: Store, { client }: Session, sql: string, values: readonly unknown[]): Promise<Rows> {
  return inOurWords(store.sequelize, async () => (await client.query(sql, [...values])).rows as Rows);
}

async function opened(store: Store, settings: GatewaySettings, told: () => void): Promise<Session> {
  const client = new pg.Client({
    connectionString: withPassword(settings.url),
    application_name: "calloff gateway",
    connectionTimeoutMillis: PATIENCE.connect,
    query_timeout: PATIENCE.silence / 2,
    keepAlive: true,
  });
  const session = { client, number: 0, lost: false };
  const timers: NodeJS.Timeout[] = [];
  const lose = () => {
    session.lost = true;
    for (const timer of timers) clearInterval(timer);
  };
  client.on("error", lose);
  client.on("end", lose);
  client.on("notification", ({ payload }) => {
    if (payload !== String(session.number)) told();
  });
  try {
    session.number = await inOurWords(store.sequelize, () => joined(client, settings));
  } catch (thrown) {
    lose();
    await client.end().catch(() => {});
    throw coerceError(thrown);
  }
  const now = async () => new Set((await client.query(LIVING)).rows.map(({ number }: { number: number }) => number));
  let living = await inOurWords(store.sequelize, now);
  const beat = async () => {
    const before = living;
    living = await now();
    // What one that ended had in work is there for the others.
    if ([...before].some((number) => !living.has(number))) told();
  };
  const heartbeat = setInterval(() => {
    beat().catch(() => {
      lose();
      void client.end().catch(() => {});
    });
  }, PATIENCE.heartbeat);
  timers.push(heartbeat.unref());
  return session;
}

const LIVING = `SELECT CAST(objid AS INTEGER) AS number FROM pg_locks WHERE locktype = 'advisory' AND classid = ${NUMBERS_LOCK}
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted`;

async function joined(client: pg.Client, { home, command }: GatewaySettings): Promise<number> {
  await client.connect();
  await client.query(`SET idle_session_timeout = ${PATIENCE.silence}`);
  const { rows } = await client.query(
    `INSERT INTO gateway (home, host, process, command, started_at)
     VALUES ($1, $2, $3, $4, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) RETURNING id`,
    [home, os.hostname(), process.pid, command],
  );
  const number = Number((rows as Rows)[0]?.["id"]);
  await client.query("SELECT pg_advisory_lock($1, $2)", [NUMBERS_LOCK, number]);
  // A number is given once, whether its row is still there or not.
  await client.query(`DELETE FROM gateway WHERE id < $1 AND ${isGone("gateway.id")}`, [number]);
  await client.query(`LISTEN ${CHANNEL}`);
  return number;
}

function withPassword(url: string): string {
  const password = process.env["CALLOFF_DATABASE_PASSWORD"];
  if (password === undefined) return url;
  const named = new URL(url);
  named.password = encodeURIComponent(password);
  return named.href;
}
