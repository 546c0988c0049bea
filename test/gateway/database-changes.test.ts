import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { databaseChanges } from "../../src/gateway/database-changes.ts";
import { openLog } from "../../src/gateway/log.ts";
import { openStore } from "../../src/store/store.ts";
import { freshDatabase, type TestDatabase } from "../support/databases.ts";

describe("What other processes write", () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase("sqlite");
  });
  afterEach(() => database.drop());

  it("is noticed by the counter that SQLite moves with every commit", async () => {
    const notices = new EventEmitter();
    const noticed = once(notices, "changed");
    const changes = databaseChanges(database.store, () => notices.emit("changed"), openLog("silent"));
    await changes.start();
    const other = openStore(database.url, database.home);
    try {
      await other.write((tx) => tx.run("INSERT INTO number_series (scope, next) VALUES ('test', 1)"));
      assert.deepEqual(await noticed, []);
    } finally {
      await other.close();
      await changes.stop();
    }
  });
});
