/** `kill -9` at the k-th system call that changes what lies on the disk, between any two crash points. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { built } from "../support/program.ts";
import { nextForecast, type SystemHome, stateOf, systemHome } from "./homes.ts";

const DAY = "2027-04-01";

/** Calls, and at how many places of the way each is killed at most; the places are spread evenly. */
const KILLED: Readonly<Record<string, number>> = {
  "rename,renameat,renameat2": 12,
  "unlink,unlinkat": 8,
  "fsync,fdatasync": 14,
};

/** Runs the program under strace, which kills it before the call is done; file work is done by one thread, so that the k-th call is the same every time. */
function traced(home: SystemHome, options: readonly string[]) {
  const program = [built("cli/main.js"), "run", "--home", home.path, "--business-date", DAY];
  const strace = ["-f", "-qq", ...options, process.execPath, ...program];
  const env = { ...process.env, NODE_OPTIONS: "", UV_THREADPOOL_SIZE: "1", CALLOFF_NOW: `${DAY}T06:00:00Z` };
  const { error, status, signal, stderr } = spawnSync("strace", strace, { env, encoding: "utf8" });
  if (error !== undefined) throw new Error(`strace is needed (apt-get install strace): ${error.message}`);
  return { killed: signal === "SIGKILL" || status === 137, status, stderr };
}

/** How often the busiest thread of an undisturbed run makes one of `calls`. */
function timesCalled(home: SystemHome, calls: string): number {
  const log = path.join(home.path, "data", "calls.log");
  const { status, stderr } = traced(home, ["-o", log, "-e", `trace=${calls}`, "-e", "signal=none"]);
  assert.equal(status, 0, stderr);
  const perThread = new Map<string, number>();
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const thread = /^(\d+) +\w+\(/.exec(line)?.[1];
    if (thread !== undefined) perThread.set(thread, (perThread.get(thread) ?? 0) + 1);
  }
  rmSync(log);
  return Math.max(0, ...perThread.values());
}

/** At most `most` of the numbers from 1 to `last`, first and last among them. */
function spread(last: number, most: number): number[] {
  if (last <= most) return Array.from({ length: last }, (_, n) => n + 1);
  return Array.from({ length: most }, (_, n) => 1 + Math.round((n * (last - 1)) / (most - 1)));
}

describe("A gateway that is killed between system calls", () => {
  let waiting: SystemHome;
  let undisturbed: Awaited<ReturnType<typeof stateOf>>;

  before(async () => {
    waiting = await systemHome("sqlite");
    waiting.drop("erp", "blanket.json", waiting.sample("blanket-order.json"));
    await waiting.on("2027-03-01", ["run"]);
    waiting.drop("acme", "first.edi", waiting.sample("forecast.edi"));
    await waiting.on("2027-03-01", ["run"]);
    await waiting.on(DAY, ["order", "ship", "SO-000001"]);
    waiting.drop("acme", "next.edi", nextForecast(waiting, 2, "2400"));
    const left = await waiting.copy();
    await left.on(DAY, ["run"]);
    undisturbed = await stateOf(left);
    await left.remove();
  });
  after(() => waiting.remove());

  for (const [calls, most] of Object.entries(KILLED)) {
    it(`at the k-th of ${calls}, ends where one does that was left alone [A2]`, async () => {
      const counted = await waiting.copy();
      const times = timesCalled(counted, calls);
      await counted.remove();
      assert.ok(times > 0, "such calls are made");
      for (const k of spread(times, most)) {
        const home = await waiting.copy();
        const { killed, status, stderr } = traced(home, [
          "-o",
          "/dev/null",
          "-e",
          `trace=${calls}`,
          "-e",
          `inject=${calls}:signal=KILL:when=${k}`,
        ]);
        // The last calls belong to closing down and may come in another number.
        assert.ok(killed || (status === 0 && k > times - 3), `${k} of ${times} was not reached: ${stderr}`);
        await home.on(DAY, ["run"]);
        assert.deepEqual(await stateOf(home), undisturbed, `killed at ${k} of ${times}`);
        await home.remove();
      }
    });
  }
});
