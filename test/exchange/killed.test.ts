import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { workOnce } from "../../src/exchange/run.ts";
import { firstBrokenEntry } from "../../src/store/audit.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { select } from "../../src/store/rows.ts";
import { file } from "../../src/store/tables.ts";
import type { CrashPoint } from "../../src/values/crash-points.ts";
import { freshDatabase, type TestDatabase } from "../support/databases.ts";
import { calloff } from "../support/program.ts";
import { interchangeText, scheduleBody, type TestHome, testHome } from "./home.ts";

/** One point of each part of the way; the system tests kill at every one, on both databases. */
const POINTS: readonly CrashPoint[] = ["registered", "applied", "staged"];

async function runOnce(home: string, crashAt: string): Promise<{ killed: boolean }> {
  const env = { CALLOFF_CRASH_AT: crashAt, CALLOFF_NOW: "2027-03-01T06:30:00Z" };
  const { signal, code, stderr } = await calloff(["run", "--home", home, "--business-date", "2027-03-01"], { env });
  assert.ok(signal === "SIGKILL" || code === 0, stderr);
  return { killed: signal === "SIGKILL" };
}

/** With the database where the test's own steps look for it. */
const GATEWAY = `version: 1
company: { name: Example Stamping, timeZone: Europe/Berlin, code: SUP01 }
database: sqlite:calloff.sqlite
intake: { quietMilliseconds: 0 }
logLevel: error
`;

/** An agreement, then two files of a customer: one clean, one with a set to reject. */
async function fill(database: TestDatabase): Promise<TestHome> {
  const home = testHome(database, { "config/gateway.yaml": GATEWAY });
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

  for (const point of POINTS) {
    it(`at "${point}" ends, after the next run, where an undisturbed one does`, async () => {
      assert.equal((await runOnce(database.home, `${point}:1`)).killed, true, "the point was not reached");
      // Killed again at the same point while it recovers, where the way leads there once more.
      await runOnce(database.home, `${point}:1`);
      await workOnce(home.exchange);
      assert.deepEqual(await stateOf(database), undisturbed);
      assert.deepEqual(readdirSync(path.join(database.home, "inbox/.claimed/acme")), []);
    });
  }

  it("does not give a reader a file twice that was taken away right after it was renamed", async () => {
    assert.equal((await runOnce(database.home, "renamed:1")).killed, true);
    const taken = readdirSync(path.join(database.home, "outbox/acme")).filter((name) => name.endsWith("000000002.edi"));
    assert.equal(taken.length, 1);
    rmSync(path.join(database.home, "outbox/acme", taken[0] as string));
    await workOnce(home.exchange);
    assert.equal(readdirSync(path.join(database.home, "outbox/acme")).includes(taken[0] as string), false);
  });

  it("finds half a temporary file and writes it anew", async () => {
    assert.equal((await runOnce(database.home, "staged:1")).killed, true);
    const folder = path.join(database.home, "outbox/acme");
    const temporary = readdirSync(folder).find((name) => name.startsWith(".calloff-")) as string;
    writeFileSync(path.join(folder, temporary), "ISA*00*");
    await workOnce(home.exchange);
    assert.deepEqual(await stateOf(database), undisturbed);
  });
});
