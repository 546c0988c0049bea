/** Doctor's questions about the database. Nothing is made and nothing migrated here. */
import { existsSync } from "node:fs";
import path from "node:path";
import sqlite3 from "sqlite3";
import type { Configuration } from "../config/configuration.ts";
import { livingGateways } from "../store/gateways.ts";
import { pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { leavingLines } from "./doctor-work.ts";

const OLDEST_POSTGRES = 140_000;

/** How far an entry of the audit trail may lie ahead of the machine's clock before the clock is doubted. */
const AHEAD_MS = 3_600_000;

/** Which SQLite is built in: 3.52.0 was withdrawn by its makers, and before 3.51.3 two writers could corrupt a file. */
export async function sqliteLine(): Promise<DoctorLine> {
  const version = await bundledSqlite();
  return sqliteVersionLine(version);
}

/** What is to be said about a version of SQLite. */
export function sqliteVersionLine(version: string): DoctorLine {
  const subject = "sqlite";
  const remedy =
    "Build SQLite 3.53 or later as a shared library, then npm install sqlite3 --build-from-source --sqlite=<its prefix>; or use PostgreSQL";
  if (version === "3.52.0") {
    return {
      subject,
      health: "warn",
      message:
        "The bundled SQLite 3.52.0 was withdrawn by its makers (calloff stores no floats, which its fault is about)",
      remedy,
    };
  }
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const old = major < 3 || (major === 3 && (minor < 51 || (minor === 51 && patch < 3)));
  if (!old) return { subject, health: "ok", message: `SQLite ${version}` };
  return {
    subject,
    health: "warn",
    message: `SQLite ${version} can corrupt a write-ahead log that two connections reset at once (mended in 3.51.3)`,
    remedy,
  };
}

function bundledSqlite(): Promise<string> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(":memory:");
    database.get("SELECT sqlite_version() AS version", (error: Error | null, row: { version: string }) => {
      database.close();
      if (error === null) resolve(row.version);
      else reject(error);
    });
  });
}

/** Whether the database answers, is sound, has this version's tables, and is not from the future. */
export async function databaseLines({ gateway, home }: Configuration, now: Date): Promise<DoctorLine[]> {
  const subject = "database";
  const url = gateway.database;
  if (url.startsWith("sqlite:") && !existsSync(path.resolve(home, url.slice("sqlite:".length)))) {
    return [{ subject, health: "ok", message: "SQLite, made at the first start" }];
  }
  let store: Store | undefined;
  try {
    store = openStore(url, home);
    const lines = [await soundLine(store), await migrationLine(store)];
    const behind = await behindLine(store, now);
    if (behind !== undefined) lines.push(behind);
    const gateways = await gatewaysLine(store);
    if (gateways !== undefined) lines.push(gateways);
    return (await pendingMigrations(store)).length > 0 ? lines : [...lines, ...(await leavingLines(store, now))];
  } catch (thrown) {
    return [unreachable(coerceError(thrown))];
  } finally {
    await store?.close();
  }
}

async function soundLine(store: Store): Promise<DoctorLine> {
  const subject = "database";
  if (store.dialect === "postgres") {
    const [row] = await store.ask(
      "SELECT version() AS version, CAST(current_setting('server_version_num') AS INTEGER) AS number",
    );
    const message = String(row?.["version"]).split(",")[0] ?? "PostgreSQL";
    if (Number(row?.["number"]) >= OLDEST_POSTGRES) return { subject, health: "ok", message };
    const remedy = "Use PostgreSQL 14 or later: an earlier server does not end the session of a gateway that hangs";
    return { subject, health: "fail", message: `${message} is too old`, remedy };
  }
  const [row] = await store.ask("PRAGMA quick_check(1)");
  if (row?.["quick_check"] === "ok") return { subject, health: "ok", message: "SQLite, sound" };
  return {
    subject,
    health: "fail",
    message: `The database file is damaged: ${String(row?.["quick_check"])}`,
    remedy: "Stop calloff and put the last backup back with calloff db restore; what came after it is done again",
  };
}

async function migrationLine(store: Store): Promise<DoctorLine> {
  const subject = "tables";
  const pending = await pendingMigrations(store);
  if (pending.length === 0) return { subject, health: "ok", message: "as this version has them" };
  return {
    subject,
    health: "ok",
    message: `${pending.join(", ")} to come: done at the next start, or with calloff db migrate`,
  };
}

async function behindLine(store: Store, now: Date): Promise<DoctorLine | undefined> {
  const [table] = await pendingMigrations(store);
  if (table !== undefined) return undefined;
  const [row] = await store.ask("SELECT MAX(instant) AS latest FROM audit");
  const latest = row?.["latest"];
  if (typeof latest !== "string" || Date.parse(latest) - now.getTime() < AHEAD_MS) return undefined;
  return {
    subject: "clock",
    health: "warn",
    message: `The audit trail has an entry of ${latest}, later than the machine's clock`,
    remedy: "Set the clock (NTP), unless the home was played through at a set date",
  };
}

/** Who works on a PostgreSQL database at the moment. */
async function gatewaysLine(store: Store): Promise<DoctorLine | undefined> {
  if (store.dialect === "sqlite" || (await pendingMigrations(store)).length > 0) return undefined;
  const living = await livingGateways(store);
  if (living.length === 0) return undefined;
  const names = living.map(({ host, process, command }) => `calloff ${command} on ${host} (process ${process})`);
  return { subject: "gateways", health: "ok", message: names.join(", ") };
}

function unreachable(error: Error): DoctorLine {
  const known = error instanceof CalloffError ? `${error.code}: ${error.message}` : error.message;
  return {
    subject: "database",
    health: "fail",
    message: `The database does not answer: ${known}`,
    remedy:
      (error instanceof CalloffError ? error.remedy : undefined) ??
      "See `database` in config/gateway.yaml, CALLOFF_DATABASE_PASSWORD, and whether the server runs",
  };
}
