/** Transactions that get in each other's way, statements that take too long, and connections that are all in use. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { openStore } from "../../src/store/store.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { freshHome } from "../support/homes.ts";
import { calloff, type Ended } from "../support/program.ts";
import { assertSound, filesIn, inStore } from "./oracle.ts";
import { type PrivatePostgres, privatePostgres } from "./private-postgres.ts";
import { DAY, type Running, startGateway, until } from "./several.ts";

const MOST_CONNECTIONS = 16;

describe("A PostgreSQL server under load", () => {
  let server: PrivatePostgres;
  let home: ReturnType<typeof freshHome>;
  let database = "";
  let daemon: Running | undefined;
  let databases = 0;
  before(async () => {
    server = await privatePostgres([`max_connections=${MOST_CONNECTIONS}`, "superuser_reserved_connections=3"]);
    // Who is no superuser cannot have the connections that are kept for one.
    server.sql("CREATE USER edi");
  });
  after(() => server.remove());

  beforeEach(async () => {
    home = freshHome(DAY);
    home.write(
      "config/policies/standard.yaml",
      "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
    );
    databases += 1;
    database = `calloff${databases}`;
    server.sql(`CREATE DATABASE ${database} OWNER edi`);
    use("lock_timeout=5000");
    drop("erp", "blanket.json", "blanket-order.json");
    drop("acme", "forecast.edi", "forecast.edi");
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    home.remove();
  });

  /** Names the database with these limits of the server. */
  function use(limits: string): void {
    const settings = readFileSync(path.join(home.path, "config/gateway.yaml"), "utf8");
    const url = server.url(database).replace("postgres@", "edi@");
    home.write("config/gateway.yaml", `${settings.replace(/^database: .*\n/m, "")}database: ${url}?${limits}\n`);
  }

  const drop = (folder: string, name: string, of: string): void =>
    writeFileSync(
      path.join(home.path, "inbox", folder, name),
      readFileSync(path.join(home.path, "samples", of), "latin1"),
    );

  const give = (...args: string[]): Promise<Ended> =>
    calloff([...args, "--home", home.path, "--business-date", DAY], { env: { CALLOFF_NOW: `${DAY}T06:00:00Z` } });

  async function done(...args: string[]): Promise<Ended> {
    const ended = await give(...args);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  }

  async function session(user = "postgres"): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: server.url(database).replace("postgres@", `${user}@`) });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  const orders = () => inStore(home, (store) => store.ask("SELECT number FROM child_order"));

  /** Has every order that is made fail, or wait, as the server itself would have it. */
  const trigger = (body: string): void =>
    void server.sql(
      `CREATE SEQUENCE tried; GRANT USAGE ON SEQUENCE tried TO edi;
       CREATE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN ${body} RETURN NEW; END $f$;
       CREATE TRIGGER hindered BEFORE INSERT ON child_order FOR EACH STATEMENT EXECUTE FUNCTION hinder()`,
      database,
    );
  const tries = (): number => Number(server.sql("SELECT last_value FROM tried", database));

  it("that ends a deadlock by undoing the program's transaction sees it done again [D49]", async () => {
    await done("db", "migrate");
    const other = await session();
    // It is the program that is undone: the other one would not look for a deadlock for a minute.
    await other.query("SET deadlock_timeout = '60s'");
    await other.query("BEGIN; LOCK TABLE child_line IN EXCLUSIVE MODE");
    const running = give("run");
    await until("the program waits for the order lines", async () => {
      const waiting = server.sql(
        `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'calloff'
         AND wait_event_type = 'Lock' AND query LIKE '%child_line%'`,
      );
      return Number(waiting) > 0;
    });
    // What the program holds: the account that it releases.
    await other.query("SELECT id FROM account FOR UPDATE");
    await other.query("COMMIT");
    await other.end();
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
    assert.equal(Number(server.sql(`SELECT deadlocks FROM pg_stat_database WHERE datname = '${database}'`)), 1);
    assert.equal((await orders()).length, 1);
    await done("run");
    await assertSound(home, { dropped: 2 });
  });

  it("that cannot put transactions in an order is tried five times, then the command ends with clear words [D49]", async () => {
    await done("db", "migrate");
    trigger("PERFORM nextval('tried'); RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';");
    const { code, stderr } = await give("run");
    assert.equal(code, 5, stderr);
    assert.match(
      stderr,
      /STORE_BUSY: Another process is writing[^]*found: +could not serialize access[^]*do: +Try again/,
    );
    assert.equal(tries() % 5, 0, "five tries for each time it was due");
    assert.deepEqual(await orders(), []);
    server.sql("DROP TRIGGER hindered ON child_order", database);
    await done("run");
    assert.equal((await orders()).length, 1);
    await assertSound(home, { dropped: 2 });
  });

  it("that puts them in an order at the fourth try is not noticed [D49]", async () => {
    await done("db", "migrate");
    trigger("IF nextval('tried') < 4 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;");
    await done("run");
    assert.equal(tries(), 4);
    assert.equal((await orders()).length, 1);
  });

  it("that takes too long over a statement ends the command with clear words, and no daemon [D50]", async () => {
    await done("db", "migrate");
    trigger("IF nextval('tried') > 0 THEN PERFORM pg_sleep(30); END IF;");
    use("statement_timeout=1500&lock_timeout=60000");
    const begun = performance.now();
    const { code, stderr } = await give("run");
    assert.ok(performance.now() - begun < 25_000);
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /STORE_SLOW [^\n]*The database [^\n]* takes too long[^]*statement timeout[^]*pg_stat_activity/,
    );
    assert.deepEqual(await orders(), []);
    daemon = startGateway(home);
    const failed = await daemon.next("step.failed");
    assert.deepEqual([failed["step"], failed["code"]], ["tick", "STORE_SLOW"]);
    server.sql("DROP TRIGGER hindered ON child_order", database);
    await daemon.next("order.released");
    daemon.kill("SIGTERM");
    assert.equal((await daemon.ended).code, 0);
    await done("run");
    await assertSound(home, { dropped: 2 });
  });

  it("that has a table locked by somebody lets a command end with clear words, and a daemon go on after [D50]", async () => {
    use("lock_timeout=400");
    await done("run");
    const other = await session();
    await other.query("BEGIN; LOCK TABLE child_line IN ACCESS EXCLUSIVE MODE");
    const shipped = await give("order", "ship", "SO-000001");
    assert.equal(shipped.code, 5, shipped.stdout);
    assert.match(shipped.stderr, /STORE_BUSY[^]*lock timeout/);
    daemon = startGateway(home);
    await daemon.next("ready");
    const shipping = JSON.stringify({
      schema: "calloff/shipment-confirmation/1",
      confirmation: "C-1",
      lines: [{ orderLine: "SO-000001/10", quantity: "500" }],
    });
    writeFileSync(path.join(home.path, "inbox/erp/shipped.json"), shipping);
    await daemon.next("step.failed", ({ code }) => code === "STORE_BUSY");
    await other.query("ROLLBACK");
    await other.end();
    await daemon.next("file.applied");
    daemon.kill("SIGTERM");
    assert.equal((await daemon.ended).code, 0);
    await done("run");
    await assertSound(home, { dropped: 3 });
  });

  it("that has no connection left is told of; a daemon waits for one, and the inbox is not touched [D50]", async () => {
    await done("run");
    const others = await Promise.all(Array.from({ length: MOST_CONNECTIONS - 3 }, () => session("edi")));
    const { code, stderr } = await give("run");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /STORE_UNREACHABLE[^]*(remaining connection slots are reserved|too many clients)/);
    drop("acme", "again.edi", "forecast.edi");
    daemon = startGateway(home);
    const failed = await daemon.next("step.failed");
    assert.deepEqual([failed["step"], failed["code"]], ["open", "STORE_UNREACHABLE"]);
    assert.deepEqual(Object.keys(filesIn(home, "inbox")), ["acme/again.edi"]);
    for (const other of others) await other.end();
    await daemon.next("file.duplicate");
    daemon.kill("SIGTERM");
    assert.equal((await daemon.ended).code, 0);
    await assertSound(home, { dropped: 3 });
  });

  it("whose connections are all in use within one process makes the next wait ten seconds, not for ever [D50]", async () => {
    const store = openStore(server.url(database), home.path);
    const busy = { over: false };
    try {
      const long = Array.from({ length: 10 }, () =>
        store.write(async (tx) => {
          await tx.ask("SELECT 1 AS one");
          while (!busy.over) await new Promise((resolve) => setTimeout(resolve, 50));
        }),
      );
      const begun = performance.now();
      await assert.rejects(
        store.ask("SELECT 1 AS one"),
        (error) => error instanceof CalloffError && error.code === "STORE_SLOW",
      );
      assert.ok(performance.now() - begun < 15_000);
      busy.over = true;
      await Promise.all(long);
      assert.deepEqual(await store.ask("SELECT 1 AS one"), [{ one: 1 }]);
    } finally {
      busy.over = true;
      await store.close();
    }
  });
});
