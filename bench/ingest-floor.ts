/** What the database takes for the same split rows by itself: one raw transaction of 500-row VALUES, same columns, same indexes. */
import path from "node:path";
import pg from "pg";
import sqlite3 from "sqlite3";
import { postgresTime } from "./daemon.ts";

export interface Spent {
  readonly seconds: number;
  /** Of the program's process. */
  readonly processor: number;
  /** Of the database server, where it is a process of its own. */
  readonly server: number;
}

const ROWS = 500;

/** The split rows of one customer, as the program wrote them. */
const rowsOf = (code: string): string =>
  `SELECT s.* FROM split s JOIN account a ON a.id = s.account_id WHERE a.partner = '${code}' ORDER BY s.id`;

type Run = (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

const quotedText = (value: unknown): string =>
  typeof value === "number" || typeof value === "bigint" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;

/** The statements, as texts with their values in them: on both drivers the fastest way there is. */
export function statements(table: string, rows: readonly Record<string, unknown>[]): string[] {
  const columns = Object.keys(rows[0] as object);
  const head = `INSERT INTO ${table} (${columns.map((name) => `"${name}"`).join(", ")}) VALUES `;
  const found: string[] = [];
  for (let start = 0; start < rows.length; start += ROWS) {
    const slice = rows.slice(start, start + ROWS);
    found.push(head + slice.map((row) => `(${columns.map((name) => quotedText(row[name])).join(",")})`).join(","));
  }
  return found;
}

/** Writes all rows in one transaction; the texts are made while the clock runs, as the program has to make its own. */
async function timed(run: Run, table: string, rows: readonly Record<string, unknown>[]): Promise<Spent> {
  const server = postgresTime();
  const processor = process.cpuUsage();
  const started = process.hrtime.bigint();
  await run("BEGIN");
  for (const statement of statements(table, rows)) await run(statement);
  await run("COMMIT");
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { user, system } = process.cpuUsage(processor);
  return { seconds, processor: (user + system) / 1e6, server: postgresTime() - server };
}

export const runOn =
  (database: sqlite3.Database): Run =>
  (sql) =>
    new Promise((done, failed) => {
      database.all(sql, (fault, rows) => (fault === null ? done(rows as Record<string, unknown>[]) : failed(fault)));
    });

export function openRaw(file: string): Promise<{ run: Run; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, (error) => {
      if (error !== null) reject(error);
      else resolve({ run: runOn(database), close: () => new Promise((done) => database.close(() => done())) });
    });
  });
}

/** The floor on SQLite: a file of its own beside the home's, as safe as the home's. */
export async function sqliteFloor(home: string, code: string, times: number): Promise<Spent[]> {
  const source = await openRaw(path.join(home, "data", "calloff.sqlite"));
  const rows = await source.run(rowsOf(code));
  const made = await source.run("SELECT sql FROM sqlite_master WHERE tbl_name = 'split' AND sql IS NOT NULL");
  await source.close();
  const spent: Spent[] = [];
  for (let time = 0; time < times; time += 1) {
    const floor = await openRaw(path.join(home, "data", `floor-${time}.sqlite`));
    await floor.run("PRAGMA journal_mode = WAL");
    await floor.run("PRAGMA synchronous = FULL");
    for (const { sql } of made) await floor.run(String(sql));
    spent.push(await timed(floor.run, "split", rows));
    await floor.close();
  }
  return spent;
}

/** The floor on PostgreSQL: a table of its own in the home's database. */
export async function postgresFloor(url: string, code: string, times: number): Promise<Spent[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run: Run = async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
  try {
    const { rows } = await client.query<Record<string, unknown>>(rowsOf(code));
    const withoutIds = rows.map(({ id: _id, ...row }) => row);
    const spent: Spent[] = [];
    for (let time = 0; time < times; time += 1) {
      await run("CREATE TABLE split_floor (LIKE split INCLUDING ALL)");
      spent.push(await timed(run, "split_floor", withoutIds));
      await run("DROP TABLE split_floor");
    }
    return spent;
  } finally {
    await client.end();
  }
}
