/** What a restore owes those who work, or have worked, beside it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type Configuration, loadConfiguration } from "../../src/config/configuration.ts";
import { exchangePaths } from "../../src/exchange/context.ts";
import { endOfTrail, refuseBehindTrail, trailFolder } from "../../src/exchange/trail-reading.ts";
import { backUp } from "../../src/gateway/backup.ts";
import { giveCommand } from "../../src/gateway/commands.ts";
import { checkDatabase } from "../../src/gateway/db-check.ts";
import { shareInstanceLock, takeInstanceLock } from "../../src/gateway/instance-lock.ts";
import { type Keeper, openKeeper } from "../../src/gateway/keeper.ts";
import { proveHome } from "../../src/gateway/prove.ts";
import { restore } from "../../src/gateway/restore.ts";
import type { Restored } from "../../src/gateway/restored.ts";
import { readAudit } from "../../src/store/audit.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { instantOf, occasionOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { coerceError } from "../../src/values/errors.ts";
import { createPostgres, databases, dropPostgres } from "../support/databases.ts";
import { freshHome, type TestHome } from "../support/homes.ts";
import { calloffHere } from "../support/program.ts";

const MONDAY = plainDate("2027-03-01");
const clock = standingClock(MONDAY, instantOf("2027-03-01T06:00:00Z"));
const occasion = occasionOf(clock, "anna");

async function working(home: TestHome, work: (keeper: Keeper) => Promise<unknown> = async () => {}): Promise<void> {
  const keeper = await openKeeper(home.path, { command: "test", clock });
  try {
    await work(keeper);
    await keeper.settle();
  } finally {
    await keeper.stop();
  }
}

async function inStore<T>(
  { path: home }: TestHome,
  work: (store: Store, config: Configuration) => Promise<T>,
): Promise<T> {
  const config = loadConfiguration(home);
  const store = openStore(config.gateway.database, home);
  try {
    return await work(store, config);
  } finally {
    await store.close();
  }
}

const dropped = (home: TestHome, folder: string, sample: string, name = sample): string =>
  home.write(`inbox/${folder}/${name}`, readFileSync(path.join(home.path, "samples", sample)));

/** The first order's line, some of it. */
const shipped = (home: TestHome, quantity = "1"): Promise<unknown> =>
  inStore(home, (store, config) =>
    giveCommand({ store, config, clock }, "anna", "order ship", "SO-000001", {
      order: "SO-000001",
      quantities: { "10": quantity },
    }),
  );

/** A later forecast of the same partner: answered by a 997, so that another control number is given. */
function nextForecast(home: TestHome, control: number): void {
  const text = readFileSync(path.join(home.path, "samples/forecast.edi"), "utf8")
    .replaceAll("000000001", String(control).padStart(9, "0"))
    .replace("*05**1*DL", `*05**${control}*DL`);
  home.write(`inbox/acme/forecast-${control}.edi`, text);
}

const backedUp = async (home: TestHome): Promise<string> =>
  (await backUp(loadConfiguration(home.path), { target: undefined, withArchive: false, version: "test" }, occasion))
    .file;

const restored = (home: TestHome, backup: string, asItWas = false): Promise<Restored> =>
  restore(loadConfiguration(home.path), { backup, asItWas }, occasion);

const database = (home: TestHome): string => path.join(home.path, "data/calloff.sqlite");

function copiedIn(home: TestHome, backup: string): void {
  for (const ending of ["-wal", "-shm"]) rmSync(database(home) + ending, { force: true });
  copyFileSync(backup, database(home));
}

async function monday(): Promise<TestHome> {
  const home = freshHome("2027-03-01");
  home.write(
    "config/policies/standard.yaml",
    "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
  );
  dropped(home, "erp", "blanket-order.json");
  dropped(home, "acme", "forecast.edi");
  await working(home);
  return home;
}

describe("a database copied in by hand", function () {
  this.timeout(60_000);

  it("is refused, also by commands and also after it has got ahead by number", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    nextForecast(home, 2);
    await working(home);
    copiedIn(home, backup);
    const refused = await calloffHere([
      "order",
      "ship",
      "SO-000001/10",
      "--home",
      home.path,
      "--business-date",
      MONDAY,
    ]);
    assert.match(refused.stderr, /STORE_BEHIND/);
    // As an earlier version of calloff let it: on with other entries under the same numbers.
    for (let n = 0; n < 8; n += 1) await shipped(home);
    const end = await endOfTrail(trailFolder(exchangePaths(home.path)));
    const ahead = await inStore(home, async (store) => (await readAudit(store)).length);
    assert.ok(ahead > (end?.seq ?? 0));
    await assert.rejects(working(home), { code: "STORE_BEHIND" });
    await inStore(home, async (store, config) => {
      const lines = await checkDatabase(config, store, { businessDate: MONDAY, quick: true });
      assert.equal(lines.find(({ subject }) => subject === "trail")?.health, "fail");
    });
    await restored(home, backup);
    await working(home);
    home.remove();
  });
});

describe("a restore", function () {
  this.timeout(120_000);

  it("loses no command that is given while it works", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    let at = 0;
    const ending = new AbortController();
    const given: number[] = [];
    const giving = (async () => {
      while (!ending.signal.aborted) {
        at += 1;
        await shipped(home).then(
          () => given.push(at),
          () => {},
        );
      }
    })();
    let refusals = 0;
    try {
      for (let tries = 0; tries < 2; tries += 1) {
        await restored(home, backup).catch((thrown: unknown) => {
          assert.equal((thrown as { code?: string }).code, "RESTORE_IN_USE", coerceError(thrown).stack);
          refusals += 1;
        });
      }
    } finally {
      ending.abort();
      await giving;
    }
    assert.ok(refusals > 0);
    const kept = async () =>
      inStore(
        home,
        async (store) => (await readAudit(store)).filter(({ verb }) => verb === "command:order ship").length,
      );
    assert.equal(await kept(), given.length);
    await restored(home, backup);
    assert.equal(await kept(), given.length);
    home.remove();
  });

  it("removes what one that was killed has left, and does its last step", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    nextForecast(home, 2);
    await working(home);
    const trail = trailFolder(exchangePaths(home.path));
    mkdirSync(path.join(home.path, "data/.restore-killed/data"), { recursive: true });
    // Killed between the two renames: the old trail is aside, the new one has not got its name.
    renameSync(trail, `${trail}.new`);
    assert.deepEqual((await restored(home, backup)).after.missing, []);
    assert.equal(existsSync(path.join(home.path, "data/.restore-killed")), false);
    assert.deepEqual(
      readdirSync(path.dirname(trail)).filter((name) => name.startsWith("trail")),
      ["trail"],
    );
    renameSync(trail, `${trail}.new`);
    await inStore(home, (store, config) => refuseBehindTrail(store, exchangePaths(config.home)));
    assert.ok(existsSync(trail));
    await working(home);
    home.remove();
  });

  it("that was killed after the database had its name says what to do, and done again holds", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    nextForecast(home, 2);
    await working(home);
    const trail = trailFolder(exchangePaths(home.path));
    const { keptAside } = await restored(home, backup, true);
    // As it would be had the trail not been told anew.
    rmSync(trail, { recursive: true });
    renameSync(path.join(keptAside, "trail"), trail);
    await assert.rejects(working(home), { code: "STORE_BEHIND" });
    await restored(home, backup, true);
    await working(home);
    home.remove();
  });

  it("over a history that was restored gives the numbers of that history, and so does the proof", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    nextForecast(home, 2);
    await working(home);
    const { series } = await restored(home, backup, true);
    assert.ok(series.some((moved) => moved.series === "isa:acme"));
    nextForecast(home, 3);
    await working(home);
    const proof = await proveHome(home.path);
    assert.deepEqual([proof.proven, proof.files.missing, proof.files.extra], [true, [], []]);
    const names = () =>
      inStore(home, (store) => store.ask("SELECT folder, name, sha256, state FROM outbox_file ORDER BY folder, name"));
    const before = await names();
    const again = await restored(home, backup);
    assert.deepEqual(again.after.missing, []);
    await working(home);
    assert.deepEqual(await names(), before);
    assert.equal((await proveHome(home.path)).proven, true);
    home.remove();
  });

  it("prints commands of which the shell obeys nothing that came from outside", async () => {
    const home = await monday();
    const backup = await backedUp(home);
    const name = "a$(touch pwned)`touch pwned`'\"; touch pwned.edi";
    const text = readFileSync(path.join(home.path, "samples/forecast.edi"), "utf8").replaceAll(
      "000000001",
      "000000002",
    );
    writeFileSync(path.join(home.path, "inbox/acme", name), text);
    await working(home);
    const { archive } = await restored(home, backup, true);
    assert.equal(archive.forgotten.length, 1);
    for (const { command } of archive.forgotten) execFileSync("sh", ["-c", command], { cwd: home.path });
    assert.deepEqual(readFileSync(path.join(home.path, "inbox/acme", name), "utf8"), text);
    assert.equal(existsSync(path.join(home.path, "pwned")), false);
    home.remove();
  });
});

if (databases.includes("postgres")) {
  describe("a restore on PostgreSQL", function () {
    this.timeout(120_000);

    it("is refused while a keeper of the home lives, and leaves the database empty when it fails", async () => {
      const home = freshHome("2027-03-01");
      const [old, fresh] = [await createPostgres(), await createPostgres()];
      const settings = path.join(home.path, "config/gateway.yaml");
      const gateway = readFileSync(settings, "utf8");
      writeFileSync(settings, `${gateway}database: ${old.url}\n`);
      dropped(home, "erp", "blanket-order.json");
      await working(home);
      const backup = await backedUp(home);
      const keepers = [
        await openKeeper(home.path, { command: "test", clock }),
        await openKeeper(home.path, { command: "test", clock }),
      ];
      writeFileSync(settings, `${gateway}database: ${fresh.url}\n`);
      await assert.rejects(restored(home, backup), { code: "LOCKED" });
      for (const keeper of keepers) await keeper.stop();
      const manifest = readFileSync(`${backup}.json`, "utf8");
      writeFileSync(`${backup}.json`, manifest.replace(/"fingerprint": "[0-9a-f]{4}/, '"fingerprint": "0000'));
      await assert.rejects(restored(home, backup), { code: "BACKUP_DAMAGED" });
      writeFileSync(`${backup}.json`, manifest);
      await restored(home, backup);
      await working(home);
      home.remove();
      await dropPostgres(old.name);
      await dropPostgres(fresh.name);
    });
  });
}

describe("the lock that the keepers of a home on PostgreSQL share", () => {
  it("is had by several at once, and by none beside who has it alone", async () => {
    const home = freshHome();
    const data = path.join(home.path, "data");
    const locks = [await shareInstanceLock(data, "start"), await shareInstanceLock(data, "start")];
    await assert.rejects(takeInstanceLock(data, "db restore"), { code: "LOCKED" });
    await locks[0]?.release();
    await assert.rejects(takeInstanceLock(data, "db restore"), { code: "LOCKED" });
    await locks[1]?.release();
    const alone = await takeInstanceLock(data, "db restore");
    await assert.rejects(shareInstanceLock(data, "start"), { code: "LOCKED" });
    await alone.release();
    home.remove();
  });
});
