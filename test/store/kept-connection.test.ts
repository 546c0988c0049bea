import assert from "node:assert/strict";
import { copyFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { takeNumbers } from "../../src/store/series.ts";
import { openStore } from "../../src/store/store.ts";
import { freshDatabase, type TestDatabase } from "../support/databases.ts";

describe("Write transactions on SQLite", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase("sqlite");
  });
  afterEach(() => database.drop());

  const take = () => database.store.write((tx) => takeNumbers(tx, "SO", 1));
  const file = () => path.join(database.home, "calloff.sqlite");

  it("follow one that was rolled back as if there had been none", async () => {
    const { store } = database;
    assert.equal(await take(), 1);
    const failing = store.write(async (tx) => {
      await takeNumbers(tx, "SO", 5);
      throw new Error("no");
    });
    await assert.rejects(failing, { message: "no" });
    assert.equal(await take(), 2);
  });

  it("that cannot begin say so by their error alone, and are no hindrance to the next", async () => {
    const other = openStore(database.url, database.home);
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (words: string | Uint8Array) => said.push(String(words)) > 0;
    try {
      await other.write(async (tx) => {
        await takeNumbers(tx, "SO", 1);
        await assert.rejects(take(), { code: "STORE_BUSY" });
      });
    } finally {
      process.stderr.write = write;
      await other.close();
    }
    assert.deepEqual(said, []);
    assert.equal(await take(), 2);
  });

  it("are written to the file that has the database's name now, not to one that was removed", async () => {
    assert.equal(await take(), 1);
    copyFileSync(file(), `${file()}.copy`);
    for (const ending of ["-wal", "-shm"]) rmSync(file() + ending, { force: true });
    renameSync(`${file()}.copy`, file());
    await take();
    const other = openStore(database.url, database.home);
    try {
      assert.deepEqual(await other.ask("SELECT COUNT(*) AS series FROM number_series WHERE scope = 'SO'"), [
        { series: 1 },
      ]);
    } finally {
      await other.close();
    }
  });
});
