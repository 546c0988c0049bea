/**
 * A power cut, as far as a program can prepare for it: no file has its final name before its bytes are on the disk, and no row
 * says so before its name is; what was not on the disk is told by its hash at the next start. And a disk that fails at a sync.
 */
import assert from "node:assert/strict";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SystemHome } from "./homes.ts";
import { traced } from "./killed-at-calls.ts";
import { assertSound, filesIn, inStore, stateOf } from "./oracle.ts";
import { busyHome, DAY, killAt, runOn } from "./rich.ts";

const DROPPED = 6;

/** One system call of a log: its name, the paths it is about, and its place. */
interface Call {
  readonly name: string;
  readonly paths: readonly string[];
  readonly at: number;
}

/** Calls that succeeded, in order, with the paths that strace gives for descriptors and arguments. */
function callsIn(log: string): Call[] {
  return log.split("\n").flatMap((line, at): Call[] => {
    const found = /^\d+ +(\w+)\((.*)\) += +(\d+)/.exec(line);
    if (found === null) return [];
    const paths = [...(found[2] as string).matchAll(/<([^<>]+)>|"([^"]*)"/g)].map(
      ([, one, other]) => one ?? other ?? "",
    );
    return [{ name: found[1] as string, paths: paths.filter((one) => one.startsWith("/")), at }];
  });
}

const isSync = ({ name }: Call): boolean => name === "fsync" || name === "fdatasync";
const isWrite = ({ name }: Call): boolean =>
  ["write", "pwrite64", "writev", "pwritev", "copy_file_range"].includes(name);

/** What was renamed into a name that others read, from a file that we wrote. */
function faultsOfOrder(calls: readonly Call[], home: string): { faults: string[]; renamed: number } {
  const faults: string[] = [];
  let renamed = 0;
  for (const { name, paths, at } of calls) {
    const [from = "", to = ""] = paths;
    if (!name.startsWith("rename") || !to.startsWith(home) || /\.calloff|\.json\.tmp/.test(to)) continue;
    renamed += 1;
    const folder = path.dirname(to);
    const written = calls.filter((call) => call.at < at && isWrite(call) && call.paths.includes(from)).at(-1);
    const synced = calls.filter((call) => call.at < at && isSync(call) && call.paths.includes(from)).at(-1);
    // What a partner wrote is his; we only move it.
    if (written !== undefined && (synced === undefined || synced.at < written.at))
      faults.push(`${to}: not synced before`);
    const after = calls.find((call) => call.at > at && isSync(call) && call.paths.includes(folder));
    if (after === undefined) faults.push(`${to}: its folder is not synced`);
  }
  return { faults, renamed };
}

describe("A power cut", () => {
  let waiting: SystemHome;
  let undisturbed: Awaited<ReturnType<typeof stateOf>>;
  let home: SystemHome;

  before(async () => {
    waiting = await busyHome("sqlite");
    const left = await waiting.copy();
    await runOn(left);
    undisturbed = await stateOf(left);
    await left.remove();
  });
  beforeEach(async () => {
    home = await waiting.copy();
  });
  afterEach(() => home.remove());
  after(() => waiting.remove());

  const assertWhole = async (): Promise<void> => {
    assert.deepEqual(await stateOf(home), undisturbed);
    await assertSound(home, { dropped: DROPPED });
  };

  it("finds every file synced before it has its name, and every folder after [A6]", async () => {
    const log = path.join(home.path, "..", `${path.basename(home.path)}.log`);
    const calls = "rename,renameat,renameat2,fsync,fdatasync,write,writev,pwrite64,pwritev,copy_file_range";
    const { status, stderr } = await traced(home, ["-y", "-o", log, "-e", `trace=${calls}`, "-e", "signal=none"]);
    assert.equal(status, 0, stderr);
    const { faults, renamed } = faultsOfOrder(callsIn(readFileSync(log, "utf8")), home.path);
    assert.ok(renamed > 10, `${renamed} renames`);
    assert.deepEqual(faults, []);
  });

  it("that loses the bytes of a temporary file is seen by their hash: they are written again [A6]", async () => {
    await killAt(home, "staged");
    const temporary = Object.keys(filesIn(home, "outbox")).filter((name) => /\/\.calloff-/.test(name));
    assert.ok(temporary.length > 0);
    for (const name of temporary) truncateSync(path.join(home.path, "outbox", name), 3);
    await runOn(home);
    await assertWhole();
  });

  it("that loses the bytes of an archived file, though not its length, is seen by its hash: they are kept again [A6]", async () => {
    const before = new Set(Object.keys(filesIn(home, "data/archive")));
    await killAt(home, "archived");
    const [archived, ...more] = Object.keys(filesIn(home, "data/archive")).filter((name) => !before.has(name));
    assert.ok(archived !== undefined && more.length === 0);
    const file = path.join(home.path, "data/archive", archived);
    writeFileSync(file, Buffer.alloc(statSync(file).size));
    await runOn(home);
    await assertWhole();
  });

  it("that leaves a file short under its final name is told, and not taken for written [A6]", async () => {
    await killAt(home, "renamed");
    const before = Object.keys(filesIn(waiting, "outbox"));
    const [name, ...more] = Object.keys(filesIn(home, "outbox")).filter(
      (one) => !before.includes(one) && !/\/\./.test(one),
    );
    assert.ok(name !== undefined && more.length === 0);
    truncateSync(path.join(home.path, "outbox", name), 7);
    const { stdout } = await runOn(home);
    assert.match(stdout, new RegExp(`${path.basename(name)}.*other content`));
    const [folder, file] = name.split("/");
    const [row] = await inStore(home, (store) =>
      store.ask("SELECT state FROM outbox_file WHERE folder = :folder AND name = :file", { folder, file }),
    );
    assert.equal(row?.["state"], "uncertain");
    await assertSound(home, { dropped: DROPPED });
  });

  it("at a disk that fails to sync is no success the second time: that file fails, the others leave [A7]", async () => {
    // Which number the row will have is known from a run that is left alone.
    const model = await waiting.copy();
    await runOn(model);
    const [row] = await inStore(model, (store) =>
      store.ask("SELECT id, folder, name FROM outbox_file WHERE name LIKE '856%'"),
    );
    await model.remove();
    const temporary = path.join(home.path, "outbox", String(row?.["folder"]), `.calloff-${String(row?.["id"])}`);
    const failing = ["-o", "/dev/null", "-P", temporary, "-e", "trace=fsync,fdatasync"];
    const { killed, status } = await traced(home, [...failing, "-e", "inject=fsync,fdatasync:error=EIO"]);
    assert.ok(!killed && (status === 0 || status === 1), `the program goes on to its end: ${status}`);
    const rows = await inStore(home, (store) =>
      store.ask("SELECT name, state, finding FROM outbox_file WHERE state <> 'written'"),
    );
    assert.equal(rows.length, 1, JSON.stringify(rows));
    assert.deepEqual([rows[0]?.["name"], rows[0]?.["state"]], [row?.["name"], "failed"]);
    assert.match(String(rows[0]?.["finding"]), /EIO/);
    // Nobody tries again by itself; a person may.
    await runOn(home);
    assert.equal((await stateOf(home)).outbox[`${String(row?.["folder"])}/${String(row?.["name"])}`], undefined);
    await home.on(DAY, ["outbox", "resend", String(row?.["id"])]);
    await runOn(home);
    await assertSound(home, { dropped: DROPPED });
  });
});
