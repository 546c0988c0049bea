/** Folders that are forbidden, missing, replaced, mounted or not, and what lies in them that is no file. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import type { Daemon } from "../support/program.ts";
import { assertSound, filesIn, inStore } from "./oracle.ts";
import { alarms, endScenes, failing, faultAt, lineOf, must, type Scene, scene } from "./scene.ts";

let here: Scene;
beforeEach(async () => {
  here = await scene();
});
afterEach(() => here.remove());
after(endScenes);

/** Another customer is served as if nothing were. */
async function serves(daemon: Daemon, partner: "acme" | "beta", ...controls: number[]): Promise<void> {
  for (const control of controls) {
    here.drop(partner, `neighbour-${control}.edi`, control);
    await written(daemon, partner, control);
  }
}

const written = (daemon: Daemon, partner: string, control: number) =>
  daemon.next(
    "outbox.written",
    ({ receiver, name }) => receiver === partner && name === `997_${String(control).padStart(9, "0")}.edi`,
  );

describe("What may not be read", () => {
  const NOBODY = 65534;
  const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  beforeEach(() => {
    chmodSync(os.tmpdir(), 0o711);
    must("chown", "-R", `${NOBODY}:${NOBODY}`, here.home.path);
  });

  it("one file: is told once and left, the others are taken, and it is when it may be [B15]", async () => {
    const daemon = await here.start({ through: asNobody });
    here.drop("acme", "closed.edi", 1);
    chmodSync(here.at("inbox/acme/closed.edi"), 0);
    const { reason } = await daemon.next("file.refused", ({ name }) => name === "closed.edi");
    assert.match(String(reason), /cannot be read: .*no right.*EACCES/);
    await serves(daemon, "beta", 1, 2, 3);
    const { code, bad } = await here.doctor();
    assert.equal(code, 1);
    assert.match(lineOf(bad, "fault").message, /inbox\/acme\/closed\.edi cannot be read.*EACCES/);
    assert.match(lineOf(bad, "fault").remedy ?? "", /owner and mode/);
    chmodSync(here.at("inbox/acme/closed.edi"), 0o644);
    await written(daemon, "acme", 1);
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /closed\.edi/).length, 1, "told once");
    await assertSound(here.home, { dropped: 5 });
  });

  for (const [what, mode, kind] of [
    ["that may not be entered", 0o000, /inbox\/acme cannot be read/],
    ["that nothing may be taken out of", 0o555, /inbox\/acme\/.* cannot be claimed/],
  ] as const) {
    it(`a folder ${what}: is told once, the others are served, and it is when it may be [B15]`, async () => {
      const folder = here.at("inbox/acme");
      chownSync(folder, 0, 0);
      here.drop("acme", "closed.edi", 1);
      chmodSync(folder, mode);
      const daemon = await here.start({ through: asNobody });
      const fault = await daemon.next("fault.began", ({ place }) => String(place).startsWith("inbox/acme"));
      assert.equal(fault["code"], "EACCES");
      assert.match(String(fault["what"]), kind);
      await serves(daemon, "beta", 1, 2, 3);
      assert.match(lineOf((await here.doctor()).bad, "fault").message, kind);
      chmodSync(folder, 0o777);
      await written(daemon, "acme", 1);
      const { stderr } = await here.stop();
      assert.equal(alarms(stderr, /inbox\/acme/).length, 1, "told once");
      await assertSound(here.home, { dropped: 5 });
      const claims = await inStore(here.home, (store) => store.ask("SELECT claim FROM file ORDER BY id"));
      assert.deepEqual(
        claims.map(({ claim }) => claim),
        ["1", "2", "3", "4", "5"],
        "no number is used up by trying",
      );
    });
  }

  it("because its disk fails (EIO): is told once and left, and taken when it can be [B15]", async () => {
    const broken = here.at("inbox/acme/broken.edi");
    const daemon = await here.start({ through: failing(broken, "read,pread64:error=EIO") });
    here.drop("acme", "broken.edi", 1);
    const { reason } = await daemon.next("file.refused", ({ name }) => name === "broken.edi");
    assert.match(String(reason), /its disk failed \(EIO\)/);
    await serves(daemon, "beta", 1, 2);
    renameSync(broken, here.at("inbox/acme/mended.edi"));
    await written(daemon, "acme", 1);
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /broken\.edi/).length, 1, "told once");
    await assertSound(here.home, { dropped: 4 });
  });

  it("because a rename is refused: is told once, the others are taken, and it is when it may be [B15]", async () => {
    const kept = here.at("inbox/acme/kept.edi");
    const daemon = await here.start({ through: failing(kept, "rename,renameat,renameat2:error=EACCES") });
    here.drop("acme", "kept.edi", 1);
    const fault = await faultAt(daemon, "inbox/acme/kept.edi");
    assert.equal(fault["code"], "EACCES");
    await serves(daemon, "beta", 1, 2);
    renameSync(kept, here.at("inbox/acme/free.edi"));
    await written(daemon, "acme", 1);
    await here.stop();
    await assertSound(here.home, { dropped: 4 });
  });
});

describe("A customer's folder on another file system", () => {
  for (const [what, mount] of [
    ["a disk of its own", () => here.tmpfs("inbox/acme", "size=1m")],
    [
      "a folder from elsewhere on the same disk",
      () => {
        mkdirSync(here.at("uploads"));
        here.bind("uploads", "inbox/acme");
      },
    ],
  ] as const) {
    it(`${what}: files are claimed inside it, also by the next process after a kill [B17]`, async () => {
      mount();
      here.drop("acme", "one.edi", 1);
      const killed = await here.run("run", { CALLOFF_CRASH_AT: "claimed:1" });
      assert.equal(killed.signal, "SIGKILL");
      assert.deepEqual(readdirSync(here.at("inbox/acme/.claimed")), ["2-one.edi"]);
      const daemon = await here.start();
      await written(daemon, "acme", 1);
      await serves(daemon, "acme", 2);
      await here.stop();
      await assertSound(here.home, { dropped: 3 });
    });
  }
});

describe("A folder that is deleted while the daemon runs", () => {
  it("the whole inbox: is made anew and told, and what is dropped is taken again [B18]", async () => {
    const daemon = await here.start();
    await serves(daemon, "acme", 1);
    rmSync(here.at("inbox"), { recursive: true });
    await daemon.next("folder.replaced", ({ place }) => place === "inbox/acme");
    await serves(daemon, "acme", 2, 3);
    await serves(daemon, "beta", 1);
    await here.stop();
    await assertSound(here.home, { dropped: 5 });
  });

  it("a customer's folder of the inbox, made anew by himself [B18]", async () => {
    const daemon = await here.start();
    for (const control of [1, 2]) {
      rmSync(here.at("inbox/acme"), { recursive: true, force: true });
      if (!existsSync(here.at("inbox/acme"))) mkdirSync(here.at("inbox/acme"));
      await daemon.next("folder.replaced", ({ place }) => place === "inbox/acme");
      await serves(daemon, "acme", control);
    }
    await here.stop();
    await assertSound(here.home, { dropped: 3 });
  });

  it("a folder of the outbox: the next file is written into a new one [B18]", async () => {
    const daemon = await here.start();
    await serves(daemon, "acme", 1);
    rmSync(here.at("outbox/acme"), { recursive: true });
    await serves(daemon, "acme", 2);
    await here.stop();
    await assertSound(here.home, { dropped: 3, taken: ["acme/997_000000001.edi"] });
  });

  it("a folder of the outbox with a staged file, made anew under the same number: that file is uncertain [B18]", async () => {
    const underneath = Object.keys(filesIn(here.home, "outbox"));
    here.ext4("outbox", 2);
    mkdirSync(here.at("outbox/acme"));
    const before = statSync(here.at("outbox/acme")).ino;
    here.drop("acme", "one.edi", 1);
    const killed = await here.run("run", { CALLOFF_CRASH_AT: "staged:1" });
    assert.equal(killed.signal, "SIGKILL");
    rmSync(here.at("outbox/acme"), { recursive: true });
    mkdirSync(here.at("outbox/acme"));
    assert.equal(statSync(here.at("outbox/acme")).ino, before, "ext4 gives the number again");
    const daemon = await here.start();
    const { name, reason } = await daemon.next("outbox.uncertain");
    assert.equal(name, "997_000000001.edi");
    assert.match(String(reason), /another one than it was staged in/);
    const { bad } = await here.doctor();
    assert.match(lineOf(bad, "uncertain").message, /1 uncertain in outbox\/acme/);
    assert.match(lineOf(bad, "uncertain").remedy ?? "", /calloff outbox resend/);
    const [row] = await inStore(here.home, (store) =>
      store.ask("SELECT id FROM outbox_file WHERE state = 'uncertain'"),
    );
    const resent = await here.run("outbox", "resend", String(row?.["id"]));
    assert.equal(resent.code, 0, resent.stderr);
    await written(daemon, "acme", 1);
    await here.stop();
    await assertSound(here.home, { dropped: 2, taken: underneath });
  });
});

describe("A folder whose mount is away", () => {
  const NOT_MOUNTED = "FOLDER_NOT_MOUNTED";

  it("of the inbox, before the start: is not taken for empty, nothing underneath is touched, and it goes on when mounted [B19]", async () => {
    here.tmpfs("inbox/acme", "size=1m");
    assert.equal((await here.run("run")).code, 0);
    here.unmount("inbox/acme");
    here.drop("acme", "underneath.edi", 1);
    const ran = await here.run("run");
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /! inbox\/acme was a mounted file system and is not now.*\n +do: Mount it/);
    const daemon = here.background();
    assert.equal((await faultAt(daemon, "inbox/acme"))["code"], NOT_MOUNTED);
    await serves(daemon, "beta", 1, 2);
    const { code, bad } = await here.doctor();
    assert.equal(code, 1);
    assert.match(lineOf(bad, "mounts").message, /inbox\/acme was a mounted file system/);
    assert.match(lineOf(bad, "mounts").remedy ?? "", /calloff folder confirm inbox\/acme/);
    assert.deepEqual(Object.keys(filesIn(here.home, "inbox/acme")), ["underneath.edi"]);
    here.tmpfs("inbox/acme", "size=1m");
    await daemon.next("fault.ended", ({ place }) => place === "inbox/acme");
    await serves(daemon, "acme", 1);
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /inbox\/acme was a mounted/).length, 1, "told once");
    here.unmount("inbox/acme");
    await assertSound(here.home, { dropped: 5 });
  });

  it("of the inbox, while the daemon runs: the same, and a command takes it for a plain folder [B19]", async () => {
    here.tmpfs("inbox/acme", "size=1m");
    const daemon = await here.start();
    await serves(daemon, "acme", 1);
    here.unmount("inbox/acme");
    await faultAt(daemon, "inbox/acme");
    here.drop("acme", "underneath.edi", 2);
    await serves(daemon, "beta", 1);
    assert.deepEqual(Object.keys(filesIn(here.home, "inbox/acme")), ["underneath.edi"]);
    const listed = await here.run("folder", "list");
    assert.match(listed.stdout, /inbox\/acme .*not mounted/);
    const confirmed = await here.run("folder", "confirm", "inbox/acme");
    assert.equal(confirmed.code, 0, confirmed.stderr);
    await written(daemon, "acme", 2);
    await here.stop();
    await assertSound(here.home, { dropped: 4 });
  });

  it("the whole inbox: no folder is made underneath [B19]", async () => {
    rmSync(here.at("inbox"), { recursive: true });
    here.tmpfs("inbox", "size=1m");
    mkdirSync(here.at("inbox/acme"));
    here.drop("acme", "one.edi", 1);
    assert.equal((await here.run("run")).code, 0);
    here.unmount("inbox");
    const daemon = here.background();
    for (const partner of ["acme", "beta"]) await faultAt(daemon, `inbox/${partner}`);
    assert.deepEqual(readdirSync(here.at("inbox")), []);
    here.tmpfs("inbox", "size=1m");
    await daemon.next("fault.ended", ({ place }) => place === "inbox/beta");
    await serves(daemon, "beta", 1);
    await here.stop();
    await assertSound(here.home, { dropped: 3 });
  });

  it("of the outbox: nothing is written underneath, and all of it when it is mounted [B19]", async () => {
    here.tmpfs("outbox/acme", "size=1m");
    const daemon = await here.start();
    await serves(daemon, "acme", 1);
    here.unmount("outbox/acme");
    here.drop("acme", "two.edi", 2);
    assert.equal((await faultAt(daemon, "outbox/acme"))["code"], NOT_MOUNTED);
    await serves(daemon, "beta", 1);
    assert.deepEqual(readdirSync(here.at("outbox/acme")), []);
    const { bad } = await here.doctor();
    assert.match(lineOf(bad, "mounts").message, /outbox\/acme/);
    assert.match(lineOf(bad, "outbox").message, /1 into outbox\/acme/);
    here.tmpfs("outbox/acme", "size=1m");
    await written(daemon, "acme", 2);
    await here.stop();
    await assertSound(here.home, { dropped: 4, taken: ["acme/997_000000001.edi"] });
  });
});

describe("A customer's folder that is missing at the start", () => {
  it("is made and watched; a folder of the same name beside the inbox is never looked at [B20]", async () => {
    rmSync(here.at("inbox"), { recursive: true });
    mkdirSync(here.at("acme"));
    writeFileSync(here.at("acme/strange.edi"), here.forecast("acme", 9));
    const daemon = await here.start();
    assert.ok(existsSync(here.at("inbox/acme")));
    writeFileSync(here.at("acme/stranger.edi"), here.forecast("acme", 8));
    await serves(daemon, "acme", 1);
    await serves(daemon, "beta", 1);
    await here.stop();
    assert.deepEqual(readdirSync(here.at("acme")), ["strange.edi", "stranger.edi"]);
    await assertSound(here.home, { dropped: 3 });
  });

  it("and cannot be made, because something else stands there: is told, the others are served [B20]", async () => {
    rmSync(here.at("inbox/acme"), { recursive: true });
    writeFileSync(here.at("inbox/acme"), "in the way");
    const daemon = await here.start();
    await serves(daemon, "beta", 1, 2);
    const { bad } = await here.doctor();
    assert.match(lineOf(bad, "fault").message, /inbox\/acme cannot be used: something that is no folder stands there/);
    rmSync(here.at("inbox/acme"));
    await daemon.next("fault.ended", ({ place }) => place === "inbox/acme");
    await serves(daemon, "acme", 1);
    const { stderr } = await here.stop();
    assert.equal(alarms(stderr, /inbox\/acme/).length, 1, "told once");
    await assertSound(here.home, { dropped: 4 });
  });
});

/** In a user namespace of its own, whose own limits are lowered; the machine's stay as they are. */
const lowered = (limit: string): string[] => [
  "unshare",
  "--user",
  "--map-root-user",
  "sh",
  "-c",
  `echo 0 > /proc/sys/user/${limit} && exec "$@"`,
  "sh",
];

describe("What the system has no more of", () => {
  for (const [what, limit, code, sysctl] of [
    ["inotify instances", "max_inotify_instances", "EMFILE", /fs\.inotify\.max_user_instances/],
    ["watches", "max_inotify_watches", "ENOSPC", /fs\.inotify\.max_user_watches/],
  ] as const) {
    it(`${what}: files are found by scans, and the setting is named [B21]`, async () => {
      const daemon = here.background({ through: lowered(limit) });
      const fault = await faultAt(daemon, "inbox");
      assert.equal(fault["code"], code);
      assert.match(String(fault["remedy"]), sysctl);
      await serves(daemon, "acme", 1, 2, 3);
      const { bad } = await here.doctor();
      assert.match(lineOf(bad, "fault").message, /cannot be watched: files are found by the periodic scan only/);
      assert.match(lineOf(bad, "fault").remedy ?? "", sysctl);
      const { stderr } = await here.stop();
      assert.equal(alarms(stderr, /watched/).length, 1, "told once");
      await assertSound(here.home, { dropped: 4 });
    });
  }

  it("descriptors: what cannot be opened is told with the limit, nothing is lost, and it goes on when there are more [B21]", async () => {
    const daemon = await here.start();
    await serves(daemon, "acme", 1);
    const soft = /Max open files +(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/limits`, "utf8"))?.[1];
    const limit = (most: string) => must("prlimit", "--pid", String(daemon.pid), `--nofile=${most}:`);
    limit("3");
    here.drop("acme", "two.edi", 2);
    const fault = await daemon.next("fault.began");
    assert.match(JSON.stringify(fault), /EMFILE|STORE_/);
    limit(String(soft));
    await written(daemon, "acme", 2);
    await serves(daemon, "beta", 1);
    await here.stop();
    await assertSound(here.home, { dropped: 4 });
  });
});

describe("What is no file in an inbox", () => {
  it("links, a pipe, a socket and a device are never opened, told once and left; the others are taken [E51]", async () => {
    const target = here.at("target.edi");
    writeFileSync(target, here.forecast("acme", 7));
    const at = (name: string) => here.at("inbox/acme", name);
    symlinkSync(target, at("symbolic.edi"));
    linkSync(target, at("hard.edi"));
    must("mkfifo", at("pipe.edi"));
    must("mknod", at("device.edi"), "c", "1", "3");
    const server = createServer().listen(at("socket.edi"));
    try {
      const daemon = await here.start();
      const reasons: Record<string, string> = {};
      while (Object.keys(reasons).length < 5) {
        const { name, reason } = await daemon.next("file.refused");
        assert.ok(!(String(name) in reasons), `${String(name)} is told once`);
        reasons[String(name)] = String(reason);
      }
      assert.deepEqual(reasons, {
        "symbolic.edi": "a symbolic link is never read",
        "hard.edi": "a file with several names (hard links) is never read",
        "pipe.edi": "a named pipe is never read",
        "device.edi": "a device is never read",
        "socket.edi": "a socket is never read",
      });
      await serves(daemon, "acme", 1, 2);
      const { code, bad } = await here.doctor();
      assert.equal(code, 0, "nothing has to be mended on the machine");
      assert.match(lineOf(bad, "inbox").message, /left where they lie: .*pipe\.edi \(a named pipe is never read\)/);
      const { stderr } = await here.stop();
      assert.equal(stderr.match(/left where it lies/g)?.length, 5);
      assert.deepEqual(readdirSync(here.at("inbox/acme")), Object.keys(reasons).toSorted());
      // The hard link is a file that lies in the inbox.
      await assertSound(here.home, { dropped: 4 });
      const sent = await inStore(here.home, (store) => store.ask("SELECT COUNT(*) AS files FROM file"));
      assert.deepEqual(sent, [{ files: 3 }]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
