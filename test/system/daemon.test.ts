/** The daemon as it lives: stopped in the midst of work, killed again and again, its outbox full. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CrashPoint } from "../../src/values/crash-points.ts";
import { type Daemon, startDaemon } from "../support/program.ts";
import { filesIn, inStore, nextForecast, type SystemHome, stateOf, systemHome } from "./homes.ts";

const DAY = "2027-03-01";
const FILES = 12;
/** Points that a schedule, its answer and its order come to one after the other, in this order. */
const POINTS: readonly CrashPoint[] = [
  ...(["claimed", "archived", "registered", "unclaimed", "mapped", "applied", "answered"] as const),
  ...(["rendered", "temporary-written", "staged", "renamed", "written"] as const),
];

function dropForecasts(home: SystemHome): void {
  for (let n = 1; n <= FILES; n += 1) home.drop("acme", `forecast-${n}.edi`, nextForecast(home, n, String(2000 + n)));
}

describe("The daemon on a home", () => {
  let home: SystemHome;
  let daemon: Daemon | undefined;
  let unmount: (() => void) | undefined;
  beforeEach(async () => {
    home = await systemHome("sqlite");
    home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
    await home.on(DAY, ["run"]);
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    unmount?.();
    unmount = undefined;
    await home.remove();
  });

  const started = (env: Readonly<Record<string, string>> = {}): Daemon => {
    daemon = startDaemon(["--home", home.path, "--business-date", DAY], {
      env: { CALLOFF_NOW: `${DAY}T06:00:00Z`, ...env },
    });
    return daemon;
  };

  it("that is stopped while files wait finishes what it began, and the next one does the rest, each once", async () => {
    const undisturbed = await home.copy();
    dropForecasts(undisturbed);
    await undisturbed.on(DAY, ["run"]);
    dropForecasts(home);
    const first = started();
    await first.next("file.claimed");
    first.kill("SIGTERM");
    const ended = await first.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /"event":"stopped","drained":true/);
    const second = started();
    await second.next("idle");
    second.kill("SIGTERM");
    assert.equal((await second.ended).code, 0);
    await home.on(DAY, ["run"]);
    const { files, inbox, outbox } = await stateOf(home);
    assert.deepEqual(inbox, []);
    assert.deepEqual(files, (await stateOf(undisturbed)).files);
    assert.equal(Object.keys(outbox).filter((name) => name.startsWith("acme/997")).length, FILES);
    await undisturbed.remove();
  });

  it("that is killed again and again, further on the way each time, ends where a run does that was left alone [A1, A3]", async () => {
    home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
    const undisturbed = await home.copy();
    await undisturbed.on(DAY, ["run"]);
    for (const point of POINTS) {
      const { signal, stderr } = await started({ CALLOFF_CRASH_AT: `${point}:1` }).ended;
      assert.equal(signal, "SIGKILL", `${point}: ${stderr}`);
    }
    await home.on(DAY, ["run"]);
    assert.deepEqual(await stateOf(home), await stateOf(undisturbed));
    await undisturbed.remove();
  });

  it("whose outbox has no room left says so, keeps what it has to write, and writes it when there is room", async () => {
    unmount = mountSmall(path.join(home.path, "outbox/acme"));
    const filler = path.join(home.path, "outbox/acme/somebody-elses");
    assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 ** 2)), { code: "ENOSPC" });
    const running = started();
    await running.next("ready");
    home.drop("acme", "forecast.edi", home.sample("forecast.edi"));
    const { name, reason } = await running.next("outbox.waiting");
    assert.deepEqual([name, reason], ["997_000000001.edi", "ENOSPC"]);
    assert.deepEqual(Object.keys(filesIn(home, "outbox/acme")), ["somebody-elses"], "no half of a file is left");
    rmSync(filler);
    await running.next("outbox.written", (event) => event["name"] === name);
    assert.match(filesIn(home, "outbox/acme")["997_000000001.edi"] ?? "", /^ISA.*IEA\*1\*000000001~\n$/s);
    const states = await inStore(home, (store) => store.ask("SELECT DISTINCT state FROM outbox_file"));
    assert.deepEqual(states, [{ state: "written" }]);
  });
});

/** A file system of 64 kB at `folder`. */
function mountSmall(folder: string): () => void {
  const { status, stderr, error } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`a full disk needs the right to mount a tmpfs: ${error?.message ?? stderr}`);
  return () => void spawnSync("umount", ["--lazy", folder]);
}
