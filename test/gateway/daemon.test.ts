import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { freshHome, type TestHome } from "../support/homes.ts";
import { calloff, calloffHere, type Daemon, startDaemon } from "../support/program.ts";

const DAY = ["--business-date", "2027-03-01"];

describe("The daemon", () => {
  let home: TestHome;
  let daemon: Daemon | undefined;
  beforeEach(() => {
    home = freshHome("2027-03-01", "info");
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    home.remove();
  });

  const started = async (...more: string[]): Promise<Daemon> => {
    daemon = startDaemon(["--home", home.path, ...DAY, ...more]);
    await daemon.next("ready");
    return daemon;
  };

  /** Drops a file the way careful senders do. */
  function drop(sample: string, folder: string, name: string): void {
    const hidden = path.join(home.path, "inbox", folder, `.${name}`);
    cpSync(path.join(home.path, "samples", sample), hidden);
    renameSync(hidden, path.join(home.path, "inbox", folder, name));
  }

  it("takes files as they are dropped, answers them, and says when nothing is left to do", async () => {
    const running = await started();
    drop("blanket-order.json", "erp", "blanket.json");
    const agreement = await running.next("file.applied", ({ name }) => name === "blanket.json");
    assert.equal(agreement["state"], "applied");
    drop("forecast.edi", "acme", "forecast.edi");
    const schedule = await running.next("file.applied", ({ name }) => name === "forecast.edi");
    assert.equal(schedule["state"], "applied");
    await running.next("outbox.written", ({ receiver }) => receiver === "acme");
    await running.next("idle");
    assert.equal(readdirSync(path.join(home.path, "outbox", "acme")).length, 1);
    assert.deepEqual(readdirSync(path.join(home.path, "inbox", "acme")), []);
  });

  it("lets nobody else keep the home, and lets go of it when it is killed", async () => {
    const running = await started();
    for (const command of ["start", "run"]) {
      const second = await calloff([command, "--home", home.path, ...DAY]);
      assert.equal(second.code, 5);
      assert.match(second.stderr, /LOCKED[^]*process \d+ \(calloff start\)/);
    }
    running.kill("SIGKILL");
    await running.ended;
    assert.equal((await calloffHere(["run", "--home", home.path, ...DAY])).code, 0);
  });

  it("ends with exit 0 at SIGTERM, its lock released", async () => {
    const running = await started();
    running.kill("SIGTERM");
    const ended = await running.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /\{"event":"stopped","drained":true\}\n$/);
    assert.equal((await calloffHere(["run", "--home", home.path, ...DAY])).code, 0);
  });

  it("writes a log of JSON lines to stderr and nothing of a file's content", async () => {
    const running = await started();
    drop("forecast.edi", "acme", "forecast.edi");
    await running.next("file.applied");
    running.kill("SIGTERM");
    const { stderr } = await running.ended;
    const lines = stderr.trim().split("\n");
    for (const line of lines) assert.equal(typeof JSON.parse(line), "object");
    assert.match(stderr, /"level":"info".*forecast\.edi/);
    assert.doesNotMatch(stderr, /A-100|FST/);
  });

  it("finds what is dropped into an inbox that was deleted and made again", async () => {
    const running = await started();
    await running.next("idle");
    rmSync(path.join(home.path, "inbox"), { recursive: true });
    mkdirSync(path.join(home.path, "inbox", "acme"), { recursive: true });
    drop("forecast.edi", "acme", "again.edi");
    await running.next("file.applied", ({ name }) => name === "again.edi");
    drop("blanket-order.json", "erp", "blanket.json");
    await running.next("file.applied", ({ name }) => name === "blanket.json");
  });

  it("makes the folders that are missing", async () => {
    rmSync(path.join(home.path, "inbox"), { recursive: true });
    rmSync(path.join(home.path, "outbox"), { recursive: true });
    await started();
    for (const folder of ["inbox/acme", "inbox/erp", "outbox/acme", "outbox/erp"]) {
      assert.ok(existsSync(path.join(home.path, folder)), folder);
    }
  });

  it("refuses to start on settings that are wrong, with file, line and remedy, and leaves no lock and no database", async () => {
    home.write("config/gateway.yaml", "version: 1\ncompany: { name: Widget Works }\nintake: { quietMiliseconds: 5 }\n");
    const ended = await calloff(["start", "--home", home.path]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /CONFIG_\w+ at config\/gateway\.yaml, line 3/);
    assert.deepEqual(readdirSync(path.join(home.path, "data")), []);
  });
});
