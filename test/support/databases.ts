/** Runs a suite on every database named in CALLOFF_TEST_DATABASES (default `sqlite`): `sqlite`, `postgres` or both, comma between. */
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { migrate } from "../../src/store/migrate.ts";
import { openStore, type Store } from "../../src/store/store.ts";

export const databases = (process.env["CALLOFF_TEST_DATABASES"] ?? "sqlite").split(",").map((name) => name.trim());

/** An administrator's URL of the PostgreSQL server that tests make their databases on. */
const server = process.env["CALLOFF_TEST_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5433/postgres";

export interface TestDatabase {
  /** What gateway.yaml would say. */
  readonly url: string;
  readonly home: string;
  readonly store: Store;
  drop(): Promise<void>;
}

/** Names the migrated databases that are copied, from the process that makes them to those that run tests. */
const TEMPLATES = { sqlite: "CALLOFF_TEST_TEMPLATE_SQLITE", postgres: "CALLOFF_TEST_TEMPLATE_POSTGRES" } as const;

/** Makes one migrated database of each kind that tests will ask for; SQLite's as a file in `folder`. */
export async function makeTemplates(folder: string): Promise<void> {
  process.env[TEMPLATES.sqlite] = path.join(folder, "template.sqlite");
  await migrated("sqlite:template.sqlite", folder);
  if (!databases.includes("postgres")) return;
  const { name, url } = await createPostgres();
  process.env[TEMPLATES.postgres] = name;
  await migrated(url, folder);
}

export async function dropTemplates(): Promise<void> {
  const name = process.env[TEMPLATES.postgres];
  if (name !== undefined) await dropPostgres(name);
}

async function migrated(url: string, home: string): Promise<void> {
  const store = openStore(url, home);
  try {
    await migrate(store);
  } finally {
    await store.close();
  }
}

/** A fresh, migrated database of the named kind. */
export async function freshDatabase(kind: string): Promise<TestDatabase> {
  const home = mkdtempSync(path.join(os.tmpdir(), "calloff-test-"));
  const made = kind === "postgres" ? await freshPostgres(process.env[TEMPLATES.postgres]) : freshSqlite(home);
  const store = openStore(made.url, home);
  return {
    url: made.url,
    home,
    store,
    drop: async () => {
      await store.close();
      await made.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Made {
  readonly url: string;
  drop(): Promise<void>;
}

function freshSqlite(home: string): Made {
  copyFileSync(process.env[TEMPLATES.sqlite] as string, path.join(home, "calloff.sqlite"));
  return { url: "sqlite:calloff.sqlite", drop: async () => {} };
}

async function freshPostgres(template: string | undefined): Promise<Made> {
  const { name, url } = await createPostgres(template);
  return { url, drop: () => dropPostgres(name) };
}

/** A PostgreSQL database of its own: a copy of `template`, empty unless one is named. */
export async function createPostgres(template = "template1"): Promise<{ name: string; url: string }> {
  const name = `calloff_${randomBytes(6).toString("hex")}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

export const dropPostgres = (name: string): Promise<void> => administer(`DROP DATABASE ${name} WITH (FORCE)`);

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Declares `suite` once per database; `database()` is fresh for each test. */
export function onEveryDatabase(title: string, suite: (database: () => TestDatabase) => void): void {
  for (const kind of databases) {
    describe(`${title} [${kind}]`, () => {
      let current: TestDatabase | undefined;
      beforeEach(async () => {
        current = await freshDatabase(kind);
      });
      afterEach(async () => {
        await current?.drop();
        current = undefined;
      });
      suite(() => {
        if (current === undefined) throw new Error("there is no database outside of a test");
        return current;
      });
    });
  }
}
