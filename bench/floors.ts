/** What the machine itself can do: files made durable, and rows put into the same tables by the driver alone. */
import { mkdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import PQueue from "p-queue";
import { openRaw, statements } from "./ingest-floor.ts";

/** Files per second that are opened, written, synced and closed, so many at a time. */
export async function filesPerSecond(
  folder: string,
  { files, bytes, atOnce }: { files: number; bytes: number; atOnce: number },
): Promise<number> {
  const into = path.join(folder, "floor");
  mkdirSync(into, { recursive: true });
  const content = Buffer.alloc(bytes, "x");
  const queue = new PQueue({ concurrency: atOnce });
  const started = process.hrtime.bigint();
  const writes = Array.from({ length: files }, (_, n) => async () => {
    const handle = await open(path.join(into, String(n)), "wx");
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
  });
  await queue.addAll(writes);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  rmSync(into, { recursive: true });
  return files / seconds;
}

/** All rows of these tables of a SQLite home, put into empty ones with the same indexes in one transaction of 500-row VALUES. */
export async function rawRows(
  home: string,
  tables: readonly string[],
): Promise<{ readonly rows: number; readonly seconds: number; readonly processor: number }> {
  const source = await openRaw(path.join(home, "data", "calloff.sqlite"));
  const held: { table: string; rows: Record<string, unknown>[] }[] = [];
  for (const table of tables) held.push({ table, rows: await source.run(`SELECT * FROM ${table} ORDER BY id`) });
  const names = tables.map((table) => `'${table}'`).join(", ");
  const made = await source.run(`SELECT sql FROM sqlite_master WHERE tbl_name IN (${names}) AND sql IS NOT NULL`);
  await source.close();
  const file = path.join(home, "data", "floor.sqlite");
  const floor = await openRaw(file);
  await floor.run("PRAGMA journal_mode = WAL");
  await floor.run("PRAGMA synchronous = FULL");
  for (const { sql } of made) await floor.run(String(sql));
  const used = process.cpuUsage();
  const started = process.hrtime.bigint();
  await floor.run("BEGIN");
  for (const { table, rows } of held) {
    if (rows.length > 0) for (const statement of statements(table, rows)) await floor.run(statement);
  }
  await floor.run("COMMIT");
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { user, system } = process.cpuUsage(used);
  await floor.close();
  for (const ending of ["", "-wal", "-shm"]) rmSync(file + ending, { force: true });
  const rows = held.reduce((sum, { rows: of }) => sum + of.length, 0);
  return { rows, seconds, processor: (user + system) / 1e6 };
}
