/** A PostgreSQL server that is restarted in the midst of work, and one that is not there. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { freshHome } from "../support/homes.ts";
import { calloff, type Ended } from "../support/program.ts";
import { assertSound, filesIn, stateOf } from "./oracle.ts";
import { type PrivatePostgres, privatePostgres } from "./private-postgres.ts";
import { DAY, type Running, startGateway, until } from "./several.ts";

describe("A PostgreSQL server", () => {
  let server: PrivatePostgres;
  let home: { readonly path: string; write(name: string, text: string): string; remove(): void };
  let database = "";
  let daemon: Running | undefined;
  let databases = 0;
  before(async () => {
    server = await privatePostgres();
  });
  after(() => server.remove());

  /** A home on a database of its own. */
  function laidOut(): typeof home {
    const made = freshHome(DAY);
    made.write(
      "config/policies/standard.yaml",
      "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
    );
    databases += 1;
    database = `calloff${databases}`;
    server.sql(`CREATE DATABASE ${database}`);
    const settings = readFileSync(path.join(made.path, "config/gateway.yaml"), "utf8");
    made.write("config/gateway.yaml", `${settings.replace(/^database: .*\n/m, "")}database: ${server.url(database)}\n`);
    return made;
  }

  beforeEach(() => {
    home = laidOut();
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    home.remove();
  });

  const give = (...args: string[]): Promise<Ended> =>
    calloff([...args, "--home", home.path, "--business-date", DAY], { env: { CALLOFF_NOW: `${DAY}T06:00:00Z` } });

  async function done(...args: string[]): Promise<Ended> {
    const ended = await give(...args);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  }

  const sample = (name: string): string => readFileSync(path.join(home.path, "samples", name), "latin1");
  const drop = (folder: string, name: string, of: string): void =>
    writeFileSync(path.join(home.path, "inbox", folder, name), sample(of));

  /** Keeps every transaction that wants the table in its midst until the server ends this session. */
  async function inTheWay(table: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: server.url(database) });
    client.on("error", () => {});
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return () => client.end().catch(() => {});
  }

  const waitsForLock = (): Promise<void> =>
    until("the program is inside its transaction", async () => {
      const waiting = server.sql(
        `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'calloff'
         AND wait_event_type = 'Lock' AND xact_start IS NOT NULL`,
      );
      return Number(waiting) > 0;
    });

  for (const mode of ["fast", "immediate"] as const) {
    it(`that is restarted (${mode}) inside a transaction undoes it, and the daemon does it again [D46]`, async () => {
      daemon = startGateway(home);
      await daemon.next("idle");
      drop("erp", "blanket.json", "blanket-order.json");
      await daemon.next("file.applied");
      await daemon.next("idle");
      const away = await inTheWay("curve");
      drop("acme", "forecast.edi", "forecast.edi");
      await waitsForLock();
      server.restart(mode);
      await away();
      assert.equal((await daemon.next("file.applied"))["state"], "applied");
      await daemon.next("outbox.written", ({ name }) => String(name).startsWith("997_"));
      daemon.kill("SIGTERM");
      assert.equal((await daemon.ended).code, 0);
      await done("run");
      const disturbed = await stateOf(home);
      await assertSound(home, { dropped: 2 });
      home.remove();
      home = laidOut();
      await done("run");
      for (const [folder, name, of] of [
        ["erp", "blanket.json", "blanket-order.json"],
        ["acme", "forecast.edi", "forecast.edi"],
      ] as const) {
        drop(folder, name, of);
        await done("run");
      }
      assert.deepEqual(disturbed, await stateOf(home));
    });
  }

  it("that is restarted under `run` lets it finish, or end with clear words and nothing half done [D46]", async () => {
    await done("run");
    drop("erp", "blanket.json", "blanket-order.json");
    drop("acme", "forecast.edi", "forecast.edi");
    const away = await inTheWay("curve");
    const running = give("run");
    await waitsForLock();
    server.restart("fast");
    await away();
    const { code, stderr } = await running;
    if (code !== 0) assert.match(`${code} ${stderr}`, /^1 [^]*STORE_UNREACHABLE/);
    await done("run");
    await assertSound(home, { dropped: 2 });
    assert.deepEqual(Object.keys(filesIn(home, "outbox/acme")), ["997_000000001.edi"]);
  });

  it("that is not there is named by run and doctor, waited for by start, and the inbox is not touched [D48]", async () => {
    await done("run");
    drop("erp", "blanket.json", "blanket-order.json");
    server.stop("fast");
    try {
      const ran = await give("run");
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, /STORE_UNREACHABLE[^]*cannot be reached[^]*ECONNREFUSED[^]*whether the server runs/);
      const examined = await give("doctor");
      assert.equal(examined.code, 1);
      assert.match(examined.stdout, /fail +database: The database does not answer[^]*do: .*whether the server runs/);
      daemon = startGateway(home);
      for (let n = 1; n <= 2; n += 1) {
        const failed = await daemon.next("step.failed");
        assert.deepEqual([failed["step"], failed["code"]], ["open", "STORE_UNREACHABLE"]);
      }
      assert.deepEqual(Object.keys(filesIn(home, "inbox")), ["erp/blanket.json"]);
    } finally {
      server.start();
    }
    await daemon.next("ready");
    await daemon.next("file.applied");
    daemon.kill("SIGTERM");
    const { code, stderr } = await daemon.ended;
    assert.equal(code, 0);
    assert.match(stderr, /"code":"STORE_UNREACHABLE"[^\n]*it is tried again/);
    await assertSound(home, { dropped: 1 });
  });

  it("that goes away for a while is asked again; the daemon does what came meanwhile [D48]", async () => {
    daemon = startGateway(home);
    await daemon.next("idle");
    server.stop("immediate");
    try {
      drop("erp", "blanket.json", "blanket-order.json");
      const failed = await daemon.next("step.failed");
      assert.deepEqual([failed["step"], failed["code"]], ["scan", "STORE_UNREACHABLE"]);
      const examined = await give("doctor", "--json");
      assert.equal(examined.code, 1);
      assert.match(examined.stdout, /STORE_UNREACHABLE/);
      assert.deepEqual(Object.keys(filesIn(home, "inbox")), ["erp/blanket.json"], "nothing is claimed meanwhile");
    } finally {
      server.start();
    }
    await daemon.next("file.applied");
    drop("acme", "forecast.edi", "forecast.edi");
    await daemon.next("outbox.written", ({ name }) => String(name).startsWith("997_"));
    daemon.kill("SIGTERM");
    assert.equal((await daemon.ended).code, 0);
    await done("run");
    await assertSound(home, { dropped: 2 });
  });

  it("that is not there when start is told to end lets it end at once [D48]", async () => {
    server.stop("fast");
    try {
      daemon = startGateway(home);
      await daemon.next("step.failed");
      daemon.kill("SIGTERM");
      assert.equal((await daemon.ended).code, 0);
    } finally {
      server.start();
    }
  });
});
