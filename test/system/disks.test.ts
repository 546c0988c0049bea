/** Disks that are full, forbidden or failing: every fault is made for real, on file systems of the test's own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { assertSound, filesIn, inStore } from "./oracle.ts";
import { alarms, DAY, endScenes, failing, faultAt, lineOf, type Scene, scene } from "./scene.ts";

/** Fills a file system to its last byte. */
function fill(folder: string): string {
  const filler = path.join(folder, "somebody-elses");
  assert.throws(() => writeFileSync(filler, Buffer.alloc(64 * 1024 ** 2)), { code: "ENOSPC" });
  return filler;
}

/** Takes every inode that is left. */
function useUpInodes(folder: string): void {
  assert.throws(
    () => {
      for (let n = 0; n < 10_000; n += 1) writeFileSync(path.join(folder, `somebody-elses-${n}`), "");
    },
    { code: "ENOSPC" },
  );
}

const changeFlag = (change: string, folder: string) => spawnSync("chattr", [change, folder], { encoding: "utf8" });

describe("The disk of the outbox", () => {
  let here: Scene;
  beforeEach(async () => {
    here = await scene();
  });
  afterEach(() => here.remove());

  /** The fault stands, is told once, keeps nobody else waiting and ends by itself. */
  async function holds(
    code: string,
    end: () => void,
    others: readonly string[] = [],
    left: readonly string[] = others,
  ): Promise<void> {
    const daemon = await here.start();
    here.drop("acme", "one.edi", 1);
    const fault = await faultAt(daemon, "outbox/acme");
    assert.equal(fault["code"], code);
    assert.ok(String(fault["remedy"]).length > 10);
    // Another customer is served, again and again, while the first one's files wait.
    for (const n of [1, 2, 3]) {
      here.drop("beta", `neighbour-${n}.edi`, n);
      await daemon.next("outbox.written", (event) => event["receiver"] === "beta");
    }
    here.drop("acme", "two.edi", 2);
    await daemon.next("file.applied", (event) => event["name"] === "two.edi");
    await daemon.next("outbox.waiting", (event) => event["name"] === "997_000000002.edi");
    assert.deepEqual(
      Object.keys(filesIn(here.home, "outbox/acme")).filter((name) => !others.includes(name)),
      [],
      "neither a file nor a half of one",
    );
    const { code: exit, bad } = await here.doctor();
    assert.equal(exit, 1);
    assert.match(lineOf(bad, "write outbox").message, new RegExp(`outbox/acme: .*${code}`));
    assert.match(lineOf(bad, "fault").message, new RegExp(`outbox/acme cannot be written: .*${code}`));
    assert.match(lineOf(bad, "outbox").message, /waiting to be written: 2 into outbox\/acme/);
    end();
    for (const name of ["997_000000001.edi", "997_000000002.edi"]) {
      await daemon.next("outbox.written", (event) => event["name"] === name && event["receiver"] === "acme");
    }
    await daemon.next("fault.ended", (event) => event["place"] === "outbox/acme");
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /outbox\/acme/).length, 1, "told once");
    assert.deepEqual(
      (await here.doctor()).bad.filter(({ subject }) => !subject.startsWith("disk ")),
      [],
    );
    await assertSound(here.home, { dropped: 6, others: left.map((name) => `acme/${name}`) });
  }

  it("full: files wait, none is there in part, others go out, and they follow when there is room [B10]", async () => {
    here.tmpfs("outbox/acme", "size=1m");
    const filler = fill(here.at("outbox/acme"));
    await holds("ENOSPC", () => rmSync(filler), ["somebody-elses"], []);
  });

  it("without an inode left: the same [B14]", async () => {
    here.tmpfs("outbox/acme", "size=1m,nr_inodes=20");
    useUpInodes(here.at("outbox/acme"));
    const names = Object.keys(filesIn(here.home, "outbox/acme"));
    const kept = names.slice(0, 1);
    await holds("ENOSPC", () => names.slice(1).forEach((name) => rmSync(here.at("outbox/acme", name))), names, kept);
  });

  it("mounted read-only: the same [B16]", async () => {
    mkdirSync(here.at("mounted"));
    here.bind("mounted", "outbox/acme", "ro");
    await holds("EROFS", () => {
      const { status, stderr } = spawnSync("mount", ["-o", "remount,bind,rw", here.at("outbox/acme")]);
      assert.equal(status, 0, String(stderr));
    });
  });

  it("immutable: the same [B16]", async () => {
    const folder = here.at("outbox/acme");
    const { status, stderr } = changeFlag("+i", folder);
    assert.equal(status, 0, stderr);
    try {
      await holds("EPERM", () => changeFlag("-i", folder));
    } finally {
      changeFlag("-i", folder);
    }
  });
});

describe("A limit on the size of files", () => {
  let here: Scene;
  afterEach(() => here.remove());

  it("keeps a file waiting that is larger, lets the others pass, and is told with the remedy [B13]", async () => {
    // The database is a server's here: its own files are not under the limit.
    here = await scene("postgres");
    here.drop("acme", "one.edi", 1);
    here.home.drop("erp", "again.json", here.home.sample("blanket-order.json").replace("{", "{ "));
    const killed = await here.run("run", { CALLOFF_CRASH_AT: "temporary-written:1" });
    assert.equal(killed.signal, "SIGKILL");
    const sizes = await inStore(here.home, (store) =>
      store.ask("SELECT name, LENGTH(bytes) AS size FROM outbox_file WHERE state = 'rendered' ORDER BY LENGTH(bytes)"),
    );
    const [least, largest] = [sizes[0], sizes.at(-1)];
    assert.ok(Number(least?.["size"]) < Number(largest?.["size"]), JSON.stringify(sizes));
    const daemon = await here.start({ through: ["prlimit", `--fsize=${Number(largest?.["size"]) - 1}:unlimited`] });
    const fault = await daemon.next(
      "fault.began",
      (event) => event["code"] === "EFBIG" && place(event).endsWith(String(largest?.["name"])),
    );
    assert.match(String(fault["remedy"]), /ulimit -f/);
    await daemon.next("outbox.written", (event) => event["name"] === least?.["name"]);
    assert.match(lineOf((await here.doctor()).bad, "outbox").message, /waiting to be written: 1 into outbox\/erp/);
    assert.equal(spawnSync("prlimit", ["--pid", String(daemon.pid), "--fsize=unlimited"]).status, 0);
    await daemon.next("outbox.written", (event) => event["name"] === largest?.["name"]);
    await here.stop();
    await assertSound(here.home, { dropped: 3 });
  });

  it("that the database meets stops intake and loses nothing [B13, B11]", async () => {
    here = await scene();
    const daemon = await here.start();
    assert.equal(spawnSync("prlimit", ["--pid", String(daemon.pid), "--fsize=4096:unlimited"]).status, 0);
    here.drop("acme", "one.edi", 1);
    const fault = await daemon.next("fault.began");
    assert.match(String(fault["code"]), /^(DATA_UNWRITABLE|STORE_\w+)$/);
    assert.equal(spawnSync("prlimit", ["--pid", String(daemon.pid), "--fsize=unlimited"]).status, 0);
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000001.edi");
    await here.stop();
    await assertSound(here.home, { dropped: 2 });
  });
});

const place = (event: Readonly<Record<string, unknown>>): string => String(event["place"]);

describe("The disk of the database and the archive", () => {
  let here: Scene;
  beforeEach(async () => {
    here = await scene();
  });
  afterEach(() => here.remove());

  /** Puts a folder of the home on a file system of its own, with what is in it. */
  function moveTo(folder: string, options: string): void {
    cpSync(here.at(folder), here.at("kept"), { recursive: true });
    here.tmpfs(folder, options);
    cpSync(here.at("kept"), here.at(folder), { recursive: true });
    rmSync(here.at("kept"), { recursive: true });
  }

  it("full: nothing is claimed, a command has no part of its effect, and all goes on when there is room [B11]", async () => {
    moveTo("data", "size=24m,mode=700");
    const daemon = await here.start();
    const filler = fill(here.at("data"));
    here.drop("acme", "one.edi", 1);
    const fault = await faultAt(daemon, "data");
    assert.equal(fault["code"], "DATA_UNWRITABLE");
    here.drop("beta", "two.edi", 1);
    assert.deepEqual(Object.keys(filesIn(here.home, "inbox")), ["acme/one.edi", "beta/two.edi"]);
    const order = JSON.parse(here.home.sample("blanket-order.json")) as { lines: object[] };
    const lines = Array.from({ length: 3000 }, (_, n) => ({
      ...order.lines[0],
      line: n + 1,
      item: `ITEM-${n}`,
      customerPart: `PART-${n}`,
    }));
    writeFileSync(
      here.at("large.json"),
      JSON.stringify({ ...order, number: "LARGE", customerNumber: "PO-LARGE", lines }),
    );
    const refused = await here.run("import", here.at("large.json"));
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /STORE_FULL.*no room left/);
    assert.match(refused.stderr, /do: +Free space/);
    const { code, bad } = await here.doctor();
    assert.equal(code, 1);
    assert.match(lineOf(bad, "disk data").message, /^0 bytes free/);
    assert.match(lineOf(bad, "write data").message, /ENOSPC/);
    rmSync(filler);
    for (const receiver of ["acme", "beta"])
      await daemon.next("outbox.written", (event) => event["receiver"] === receiver);
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /room/).length, 1, "told once");
    const blankets = await here.home.ask(DAY, "blanket", "list");
    assert.doesNotMatch(JSON.stringify(blankets), /LARGE/);
    await assertSound(here.home, { dropped: 3 });
  });

  it("full before the start: the program says so, and starts when there is room [B11]", async () => {
    moveTo("data", "size=24m,mode=700");
    const filler = fill(here.at("data"));
    here.drop("acme", "one.edi", 1);
    const refused = await here.run("run");
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /room|ENOSPC|disk/i);
    assert.match(refused.stderr, /do: /);
    assert.deepEqual(Object.keys(filesIn(here.home, "inbox")), ["acme/one.edi"]);
    rmSync(filler);
    assert.equal((await here.run("run")).code, 0);
    await assertSound(here.home, { dropped: 2 });
  });

  it("of the archive alone, on a file system of its own: copes, and stops intake while it is full [B11, B17]", async () => {
    moveTo("data/archive", "size=10m");
    const daemon = await here.start();
    here.drop("acme", "one.edi", 1);
    await daemon.next("file.applied", (event) => event["name"] === "one.edi");
    const filler = fill(here.at("data/archive"));
    here.drop("acme", "two.edi", 2);
    assert.equal((await faultAt(daemon, "data"))["code"], "DATA_UNWRITABLE");
    rmSync(filler);
    await daemon.next("file.applied", (event) => event["name"] === "two.edi");
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000002.edi");
    await here.stop();
    await assertSound(here.home, { dropped: 3 });
  });

  it("fails where an archived file lies: it is read again by itself, and never taken for a bad one [B11]", async () => {
    const hash = createHash("sha256").update(here.forecast("acme", 1), "latin1").digest("hex");
    const archived = here.at("data/archive", hash.slice(0, 2), hash);
    const daemon = await here.start({ through: failing(archived, "read,pread64:error=EIO:when=1..3") });
    here.drop("acme", "one.edi", 1);
    const fault = await faultAt(daemon, "inbox/acme/one.edi");
    assert.equal(fault["code"], "DATA_UNREADABLE");
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000001.edi");
    await here.stop();
    const files = await inStore(here.home, (store) => store.ask("SELECT name, state FROM file ORDER BY id"));
    assert.deepEqual(files.at(-1), { name: "one.edi", state: "applied" });
    await assertSound(here.home, { dropped: 2 });
  });

  it("refuses to make an archived file durable: the claimed file is kept and taken up again [B11]", async () => {
    const incoming = here.at("data/archive/.incoming-2");
    const daemon = await here.start({ through: failing(incoming, "fsync:error=ENOSPC:when=1..2") });
    here.drop("acme", "one.edi", 1);
    assert.equal((await faultAt(daemon, "data"))["code"], "DATA_UNWRITABLE");
    await daemon.next("file.applied", (event) => event["name"] === "one.edi");
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000001.edi");
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /archive/).length, 1, "told once");
    await assertSound(here.home, { dropped: 2 });
  });
});

describe("The disk of the log", () => {
  let here: Scene;
  beforeEach(async () => {
    here = await scene();
  });
  afterEach(() => here.remove());

  it("full: the work goes on, the doctor says so, and the log says what it lost when there is room [B12]", async () => {
    here.tmpfs("log", "size=64k");
    const log = here.at("log/calloff.log");
    writeFileSync(log, "");
    const filler = fill(here.at("log"));
    const daemon = await here.start({ through: ["sh", "-c", `exec "$@" 2>>'${log}'`, "sh"] });
    here.drop("acme", "one.edi", 1);
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000001.edi");
    assert.match(lineOf((await here.doctor()).bad, "fault").message, /the log cannot be written.*ENOSPC/);
    rmSync(filler);
    here.drop("acme", "two.edi", 2);
    await daemon.next("fault.ended", (event) => event["place"] === "log");
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000002.edi");
    await here.stop();
    const lines = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("{"));
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(
      said.some(({ lost }) => Number(lost) > 0),
      lines.join("\n"),
    );
    assert.ok(said.some(({ name }) => name === "997_000000002.edi"));
    await assertSound(here.home, { dropped: 3 });
  });

  it("closed at its other end: the work goes on [B12]", async () => {
    const daemon = await here.start({ through: ["bash", "-c", 'exec "$@" 2> >(exec true)', "bash"] });
    here.drop("acme", "one.edi", 1);
    await daemon.next("outbox.written", (event) => event["name"] === "997_000000001.edi");
    assert.match(lineOf((await here.doctor()).bad, "fault").message, /no reader any more/);
    assert.equal((await here.stop()).code, 0);
    await assertSound(here.home, { dropped: 2 });
  });

  it("full where the events go: the work goes on [B12]", async () => {
    here.tmpfs("log", "size=64k");
    const filled = path.join(here.at("log"), "events");
    writeFileSync(filled, "");
    fill(here.at("log"));
    const running = here.background({ through: ["sh", "-c", `exec "$@" >>'${filled}'`, "sh"] });
    here.drop("acme", "one.edi", 1);
    await appears(here.at("outbox/acme/997_000000001.edi"));
    running.kill("SIGTERM");
    assert.equal((await running.ended).code, 0);
    await assertSound(here.home, { dropped: 2 });
  });
});

/** Waits until a file is there. */
async function appears(file: string): Promise<void> {
  for (const since = performance.now(); !existsSync(file); ) {
    assert.ok(performance.now() - since < 60_000, `${file} does not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

after(endScenes);
