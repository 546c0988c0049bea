/** Backups of a home in use, and what a user finds after putting yesterday's back: nothing lost, nothing sent twice, no number twice. */
import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { at, calloff, type Ended, listAt, startDaemon } from "../support/program.ts";
import { confirmation, filesIn, inStore, KINDS, nextForecast, type SystemHome, stateOf, systemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const MONDAY = "2027-03-01";
const TUESDAY = "2027-03-02";

/** Runs a command that may fail. */
const tried = (home: SystemHome, date: string, ...args: string[]): Promise<Ended> =>
  calloff([...args, "--home", home.path, "--business-date", date], { env: { CALLOFF_NOW: `${date}T06:00:00Z` } });

const database = (home: SystemHome): string => path.join(home.path, "data/calloff.sqlite");

/** Overwrites pages of the database with garbage, as `dd` would; the test's own copy, never a system file. */
function corrupt(file: string, ...pages: number[]): void {
  const handle = openSync(file, "r+");
  try {
    for (const page of pages) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
  } finally {
    closeSync(handle);
  }
}

/** A reader takes every file of a partner's outbox. */
function read(home: SystemHome, folder: string): string[] {
  const taken = path.join(home.path, "outbox", folder);
  const names = readdirSync(taken);
  for (const name of names) rmSync(path.join(taken, name));
  return names.map((name) => `${folder}/${name}`);
}

const urlIn = (settings: string): string => /^database: (.*)$/m.exec(readFileSync(settings, "utf8"))?.[1] ?? "";

async function monday(home: SystemHome): Promise<void> {
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on(MONDAY, ["run"]);
  home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
  await home.on(MONDAY, ["run"]);
}

/** A day of work after the backup: a new schedule, a shipment, one by hand; the reader takes some of what is written. */
async function tuesday(home: SystemHome): Promise<string[]> {
  home.drop("acme", "forecast-2.edi", nextForecast(home, 2, "2500"));
  home.drop("erp", "shipped.json", confirmation("ERP-1", "SO-000001", "1500"));
  await home.on(TUESDAY, ["run"]);
  const taken = read(home, "acme");
  await home.on(TUESDAY, ["order", "ship", "SO-000001/10"]);
  await home.on(TUESDAY, ["run"]);
  return taken;
}

const backedUp = async (home: SystemHome, ...more: string[]): Promise<string> =>
  at(await home.ask(MONDAY, "db", "backup", path.join(home.path, "kept"), ...more), "file") as string;

const controls = (home: SystemHome): Promise<string[]> =>
  inStore(home, async (store) =>
    (await store.ask("SELECT interchange_control AS c FROM outbox_file WHERE receiver = 'acme' ORDER BY id")).map(
      ({ c }) => String(c),
    ),
  );

describe("a backup", function () {
  this.timeout(120_000);

  it("is made beside a running daemon, is whole, private, and holds what was there", async () => {
    const home = await systemHome("sqlite");
    const daemon = startDaemon(["--home", home.path, "--business-date", MONDAY]);
    try {
      await daemon.next("ready");
      home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
      await daemon.next("outbox.written");
      const made = await home.ask(MONDAY, "db", "backup", path.join(home.path, "kept"), "--with-archive");
      const file = at(made, "file") as string;
      home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
      await daemon.next("file.applied", (event) => event["name"] === "forecast.edi");
      for (const name of [file, `${file}.json`]) assert.equal(statSync(name).mode & 0o777, 0o600);
      assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
      assert.deepEqual(
        Object.keys(filesIn(home, "kept")).filter((name) => !name.startsWith("archive/")),
        [path.basename(file), `${path.basename(file)}.json`],
      );
      assert.equal(at(made, "manifest", "rows", "agreement"), 1);
      assert.equal(at(made, "manifest", "rows", "child_order"), 0);
      assert.equal(Object.keys(filesIn(home, "kept/archive")).length, 1);
      const again = await tried(home, MONDAY, "db", "backup", file);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /BACKUP_EXISTS/);
      // Nobody keeps a home while it is restored.
      const refused = await tried(home, MONDAY, "db", "restore", file);
      assert.equal(refused.code, 5);
      assert.match(refused.stderr, /LOCKED/);
    } finally {
      daemon.kill("SIGTERM");
      await daemon.ended;
    }
    await assertSound(home);
    await home.remove();
  });

  it("of yesterday comes back as today: a damaged database is refused, all since is done again, nothing leaves twice [B24, B25]", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const backup = await backedUp(home);
    const taken = await tuesday(home);
    const before = await stateOf(home);
    const numbers = await controls(home);

    corrupt(database(home), 2, 3, 4, 5);
    const [outbox, archive] = [filesIn(home, "outbox"), filesIn(home, "data/archive")];
    for (const command of [["run"], ["start"]]) {
      const refused = await tried(home, TUESDAY, ...command);
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(refused.stderr, /STORE_DAMAGED.*\n[^]*calloff db restore/);
    }
    const doctor = await tried(home, TUESDAY, "doctor", "--json");
    assert.equal(doctor.code, 1);
    const check = await tried(home, TUESDAY, "db", "check", "--json");
    assert.equal(check.code, 1);
    assert.deepEqual([filesIn(home, "outbox"), filesIn(home, "data/archive")], [outbox, archive]);

    const restored = await home.ask(TUESDAY, "db", "restore", backup);
    assert.equal(at(restored, "after", "known"), "trail");
    assert.deepEqual(listAt(restored, "after", "missing"), []);
    assert.deepEqual(listAt(restored, "series"), []);
    assert.ok(existsSync(path.join(at(restored, "keptAside") as string, "calloff.sqlite")));
    await home.on(TUESDAY, ["run"]);
    assert.deepEqual(await stateOf(home), before);
    assert.deepEqual(await controls(home), numbers);
    await assertSound(home, { taken });

    // Files that come again are known, and numbers go on where they were.
    home.drop("acme", "forecast-again.edi", nextForecast(home, 2, "2500"));
    home.drop("acme", "forecast-3.edi", nextForecast(home, 3, "2600"));
    const run = await home.ask(TUESDAY, "run");
    assert.deepEqual(
      listAt(run, "files").map((file) => [at(file, "name"), at(file, "state")]),
      [
        ["forecast-again.edi", "duplicate"],
        ["forecast-3.edi", "applied"],
      ],
    );
    const now = await controls(home);
    assert.equal(new Set(now).size, now.length);
    assert.equal(now.length, numbers.length + 1);
    assert.equal((await tried(home, TUESDAY, "db", "check")).code, 0);
    const proof = await tried(home, TUESDAY, "prove");
    assert.equal(proof.code, 0, proof.stdout);
    await assertSound(home, { taken });
    await home.remove();
  });

  it("put back as it was moves the numbers past all that is known, names what is missing, and takes files again [B25]", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const backup = await backedUp(home);
    const taken = await tuesday(home);
    const before = await controls(home);
    // Nothing is left to tell of Tuesday but the files.
    rmSync(database(home));
    const restored = await home.ask(TUESDAY, "db", "restore", backup, "--as-it-was");
    assert.equal(at(restored, "after", "steps"), 0);
    assert.ok(listAt(restored, "after", "missing").includes("command:order ship SO-000001"), JSON.stringify(restored));
    assert.ok(listAt(restored, "outbox", "forgotten").length > 0);
    assert.deepEqual(
      listAt(restored, "series").map((moved) => at(moved, "series")),
      ["IN", "SH", "gs:acme", "isa:acme"],
    );
    const forgotten = listAt(restored, "archive", "forgotten");
    assert.deepEqual(forgotten.map((file) => (at(file, "command") as string).replace(/^.* /, "")).toSorted(), [
      "inbox/acme/forecast-2.edi",
      "inbox/erp/shipped.json",
    ]);
    // What the report says does it: handed in again from the archive.
    for (const file of forgotten) {
      const [, from = "", to = ""] = /^cp (\S+) (\S+)$/.exec(at(file, "command") as string) ?? [];
      writeFileSync(path.join(home.path, to), readFileSync(path.join(home.path, from)));
    }
    const run = await home.ask(TUESDAY, "run");
    assert.deepEqual(
      listAt(run, "files").map((file) => at(file, "state")),
      ["applied", "applied"],
    );
    const now = await controls(home);
    const fresh = now.filter((control) => !before.slice(0, 1).includes(control));
    assert.ok(
      fresh.every((control) => !before.includes(control)),
      `${before.join()} then ${fresh.join()}`,
    );
    const others = listAt(restored, "outbox", "forgotten").map(String);
    await assertSound(home, { taken, others });
    await home.remove();
  });

  it("copied in by hand is not gone on with, and put back properly all the same [B25]", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const backup = await backedUp(home);
    const taken = await tuesday(home);
    const before = await stateOf(home);
    rmSync(database(home));
    writeFileSync(database(home), readFileSync(backup));
    const refused = await tried(home, TUESDAY, "run");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /STORE_BEHIND/);
    await home.on(TUESDAY, ["db", "restore", backup]);
    await home.on(TUESDAY, ["run"]);
    assert.deepEqual(await stateOf(home), before);
    await assertSound(home, { taken });
    await home.remove();
  });

  it("knows a file that was about to leave from one that left, and sends neither twice [B25]", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const backup = await backedUp(home);
    home.drop("erp", "shipped.json", confirmation("ERP-1", "SO-000001", "1500"));
    const killed = await home.on(TUESDAY, ["run"], { CALLOFF_CRASH_AT: "trail-noted:1" });
    assert.equal(killed.signal, "SIGKILL");
    corrupt(database(home), 2, 3, 4, 5);
    const restored = await home.ask(TUESDAY, "db", "restore", backup);
    // The trail tells that they were about to leave, the folder does not tell that they did.
    const uncertain = listAt(restored, "outbox", "uncertain").map((file) => String(at(file, "file")));
    assert.deepEqual(uncertain.filter((name) => !name.includes("receipt")).toSorted(), [
      "acme/810_IN-000001_000000003.edi",
      "acme/856_SH-000001_000000002.edi",
      "erp/receivable_IN-000001.json",
      "erp/shipment_SH-000001.json",
    ]);
    await home.on(TUESDAY, ["run"]);
    assert.equal((await controls(home)).length, new Set(await controls(home)).size);
    await home.remove();
  });

  it("that is not whole, or not this home's kind, is refused and changes nothing", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const backup = await backedUp(home);
    const before = await stateOf(home);
    const missing = await tried(home, TUESDAY, "db", "restore", path.join(home.path, "kept/nothing.sqlite"));
    assert.equal(missing.code, 3);
    const manifest = `${backup}.json`;
    renameSync(manifest, `${manifest}.away`);
    assert.equal((await tried(home, TUESDAY, "db", "restore", backup)).code, 3);
    renameSync(`${manifest}.away`, manifest);
    corrupt(backup, 7);
    const damaged = await tried(home, TUESDAY, "db", "restore", backup);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /BACKUP_DAMAGED/);
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace('"sqlite"', '"postgres"'));
    assert.match((await tried(home, TUESDAY, "db", "restore", backup)).stderr, /BACKUP_DAMAGED|RESTORE_OTHER_DATABASE/);
    assert.deepEqual(await stateOf(home), before);
    assert.deepEqual(
      readdirSync(path.join(home.path, "data")).filter(
        (name) => name.startsWith(".restore") || name.startsWith("before"),
      ),
      [],
    );
    await home.remove();
  });

  it("cannot be made where there is no room or no right, and leaves nothing half written", async () => {
    const home = await systemHome("sqlite");
    await monday(home);
    const blocked = path.join(home.path, "blocked");
    writeFileSync(blocked, "a file where a folder should be");
    const refused = await tried(home, MONDAY, "db", "backup", path.join(blocked, "in-it"));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /BACKUP_FAILED/);
    mkdirSync(path.join(home.path, "kept"));
    await home.on(MONDAY, ["db", "backup", path.join(home.path, "kept/one.sqlite")]);
    assert.deepEqual(Object.keys(filesIn(home, "kept")), ["one.sqlite", "one.sqlite.json"]);
    await home.remove();
  });
});

describe("a backup on PostgreSQL", function () {
  this.timeout(120_000);

  it("is made by pg_dump at one moment and put into an empty database, where all since is done again [B25]", async () => {
    const [home, empty] = [await systemHome("postgres"), await systemHome("postgres")];
    assert.ok(KINDS.includes(home.kind));
    await monday(home);
    const backup = await backedUp(home);
    const taken = await tuesday(home);
    const before = await stateOf(home);
    const full = await tried(home, TUESDAY, "db", "restore", backup);
    assert.equal(full.code, 5);
    assert.match(full.stderr, /RESTORE_NOT_EMPTY/);
    const settings = path.join(home.path, "config/gateway.yaml");
    const [old, fresh] = [urlIn(settings), urlIn(path.join(empty.path, "config/gateway.yaml"))];
    writeFileSync(settings, readFileSync(settings, "utf8").replace(old, fresh));
    const restored = await home.ask(TUESDAY, "db", "restore", backup);
    assert.equal(at(restored, "after", "known"), "trail");
    assert.deepEqual(listAt(restored, "after", "missing"), []);
    await home.on(TUESDAY, ["run"]);
    assert.deepEqual(await stateOf(home), before);
    await assertSound(home, { taken });
    await Promise.all([home.remove(), empty.remove()]);
  });
});
