import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { workOnce } from "../../src/exchange/run.ts";
import { firstBrokenEntry } from "../../src/store/audit.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { select } from "../../src/store/rows.ts";
import { file } from "../../src/store/tables.ts";
import { CRASH_POINTS } from "../../src/values/crash-points.ts";
import { freshDatabase, type TestDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, type TestHome, testHome } from "./home.ts";

const child = path.join(import.meta.dirname, "killed-child.ts");

function runOnce(home: string, crashAt = ""): { killed: boolean } {
  const env = { ...process.env, CALLOFF_CRASH_AT: crashAt };
  const ended = spawnSync(process.execPath, ["--import", "tsx", child, home], { env, encoding: "utf8" });
  assert.ok(ended.signal === "SIGKILL" || ended.status === 0, ended.stderr);
  return { killed: ended.signal === "SIGKILL" };
}

/** An agreement, then two files of a customer: one clean, one with a set to reject. */
async function fill(database: TestDatabase): Promise<TestHome> {
  const home = testHome(database);
  const { exchange, drop } = home;
  const record = {
    schema: "calloff/blanket-order/1",
    partner: "acme",
    customerNumber: "B-100",
    shipTo: "PLANT1",
    lines: [{ line: 10, item: "4711", customerPart: "4711-A", quantity: "10000", price: "1.25" }],
  };
  drop("erp", "agreement.json", JSON.stringify(record));
  await workOnce(exchange);
  drop("acme", "a.edi", interchangeText({ control: 1, sets: [scheduleBody("400"), scheduleBody("4OO")] }));
  await workOnce(exchange);
  drop("acme", "b.edi", interchangeText({ control: 2, sets: [scheduleBody("500")] }));
  return home;
}

function outboxOf(home: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of ["acme", "erp"]) {
    for (const name of readdirSync(path.join(home, "outbox", folder))) {
      files[`${folder}/${name}`] = readFileSync(path.join(home, "outbox", folder, name), "latin1");
    }
  }
  return files;
}

async function stateOf(database: TestDatabase) {
  assert.equal(await firstBrokenEntry(database.store), undefined);
  const rows = await select(database.store, file, "ORDER BY id");
  return {
    files: rows.map(({ name, state }) => [name, state]),
    outbox: outboxOf(database.home),
    fingerprint: await fingerprint(database.store),
  };
}

describe("a gateway killed on the way of a file", () => {
  let database: TestDatabase;
  let home: TestHome;
  let undisturbed: Awaited<ReturnType<typeof stateOf>>;

  before(async () => {
    const quiet = await freshDatabase("sqlite");
    await workOnce((await fill(quiet)).exchange);
    undisturbed = await stateOf(quiet);
    await quiet.drop();
  });
  beforeEach(async () => {
    database = await freshDatabase("sqlite");
    home = await fill(database);
  });
  afterEach(() => database.drop());

  for (const point of CRASH_POINTS) {
    it(`at "${point}" ends, after the next run, where an undisturbed one does`, async () => {
      assert.equal(runOnce(database.home, `${point}:1`).killed, true, "the point was not reached");
      // Killed again at the same point while it recovers, where the way leads there once more.
      runOnce(database.home, `${point}:1`);
      await workOnce(home.exchange);
      assert.deepEqual(await stateOf(database), undisturbed);
      assert.deepEqual(readdirSync(path.join(database.home, "inbox/.claimed/acme")), []);
    });
  }

  it("does not give a reader a file twice that was taken away right after it was renamed", async () => {
    assert.equal(runOnce(database.home, "renamed:1").killed, true);
    const taken = readdirSync(path.join(database.home, "outbox/acme")).filter((name) => name.endsWith("000000002.edi"));
    assert.equal(taken.length, 1);
    rmSync(path.join(database.home, "outbox/acme", taken[0] as string));
    await workOnce(home.exchange);
    assert.equal(readdirSync(path.join(database.home, "outbox/acme")).includes(taken[0] as string), false);
  });

  it("finds half a temporary file and writes it anew", async () => {
    assert.equal(runOnce(database.home, "staged:1").killed, true);
    const folder = path.join(database.home, "outbox/acme");
    const temporary = readdirSync(folder).find((name) => name.startsWith(".calloff-")) as string;
    writeFileSync(path.join(folder, temporary), "ISA*00*");
    await workOnce(home.exchange);
    assert.deepEqual(await stateOf(database), undisturbed);
  });
});
