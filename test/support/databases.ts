/** Runs a suite on every database named in CALLOFF_TEST_DATABASES (default `sqlite`): `sqlite`, `postgres` or both, comma between. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
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

/** A fresh, migrated database of the named kind. */
export async function freshDatabase(kind: string): Promise<TestDatabase> {
  const home = mkdtempSync(path.join(os.tmpdir(), "calloff-test-"));
  const made = kind === "postgres" ? await freshPostgres() : { url: "sqlite:calloff.sqlite", drop: async () => {} };
  const store = openStore(made.url, home);
  await migrate(store);
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

async function freshPostgres(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `calloff_${randomBytes(6).toString("hex")}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

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
