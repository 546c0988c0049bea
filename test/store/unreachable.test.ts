import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { migrate, pendingMigrations } from "../../src/store/migrate.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { CalloffError } from "../../src/values/errors.ts";

/** A port of this machine that nobody listens on. */
function deadPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const contacts: readonly (readonly [title: string, contact: (store: Store) => Promise<unknown>])[] = [
  ["migrating", migrate],
  ["asking for migrations", pendingMigrations],
  ["asking", (store) => store.ask("SELECT 1 AS one")],
  ["writing", (store) => store.write((tx) => tx.run("SELECT 1 AS one"))],
];

describe("A database that cannot be reached", () => {
  let home = "";
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), "calloff-unreachable-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  async function refusal(url: string, contact: (store: Store) => Promise<unknown>): Promise<CalloffError> {
    const store = openStore(url, home);
    try {
      await contact(store);
    } catch (thrown) {
      assert.ok(thrown instanceof CalloffError, String(thrown));
      return thrown;
    } finally {
      await store.close();
    }
    throw new Error("it was reached");
  }

  for (const [title, contact] of contacts) {
    it(`is named when ${title} on a server that does not run, without its password`, async () => {
      const port = await deadPort();
      const error = await refusal(`postgres://edi:s3cret@127.0.0.1:${port}/calloff`, contact);
      assert.deepEqual([error.code, error.retryable], ["STORE_UNREACHABLE", true]);
      const words = error.inWords();
      assert.ok(words.includes(`postgres://edi@127.0.0.1:${port}/calloff`), words);
      assert.match(words, /config\/gateway\.yaml[^]*expected:[^]*found:.*ECONNREFUSED[^]*do:/);
      assert.doesNotMatch(words, /s3cret/);
    });

    it(`is named when ${title} on a file whose folder cannot be made, or that is a folder`, async () => {
      mkdirSync(path.join(home, "folder"));
      writeFileSync(path.join(home, "file"), "");
      for (const name of ["file/calloff.sqlite", "folder"]) {
        const error = await refusal(`sqlite:${name}`, contact);
        assert.equal(error.code, "STORE_UNREACHABLE");
        assert.ok(error.message.includes(path.join(home, name)), error.message);
      }
    });

    it(`is named when ${title} on a file that is no database`, async () => {
      writeFileSync(path.join(home, "text"), "no database at all\n".repeat(100));
      assert.equal((await refusal("sqlite:text", contact)).code, "STORE_UNREACHABLE");
    });
  }
});
