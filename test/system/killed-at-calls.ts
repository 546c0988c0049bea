/**
 * `kill -9` at the k-th system call that changes what lies on the disk, between any two crash points, in the manner in which
 * SQLite is tested. The program is traced, and killed before the call is done; its file work is done by one thread, because
 * strace counts per thread, and so that the k-th call is the same every time.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { built } from "../support/program.ts";
import type { SystemHome } from "./homes.ts";
import { assertSound, stateOf } from "./oracle.ts";
import { busyHome, DAY, drawing, recover, runOn } from "./rich.ts";

const SEED = 20_270_402;
const FILES = 6;
/** Every k, though it takes an hour: `npm run test:system -- --every`. */
export const EVERY = process.env["CALLOFF_TEST_EVERY"] === "1";

export interface Traced {
  readonly killed: boolean;
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs the program under strace with these options. */
export function traced(
  home: SystemHome,
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
  command: readonly string[] = ["run", "--business-date", DAY],
) {
  const program = [built("cli/main.js"), ...command, "--home", home.path];
  const child = spawn("strace", ["-f", "-qq", ...options, process.execPath, ...program], {
    env: { ...process.env, NODE_OPTIONS: "", UV_THREADPOOL_SIZE: "1", CALLOFF_NOW: `${DAY}T06:00:00Z`, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise<Traced>((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`strace is needed (apt-get install strace): ${error.message}`)));
    child.on("close", (status, signal) => {
      resolve({ killed: signal === "SIGKILL" || status === 137, status, stderr });
    });
  });
}

/** How often the busiest thread of an undisturbed run makes one of `calls`. */
async function timesCalled(home: SystemHome, calls: string): Promise<number> {
  const log = path.join(home.path, "calls.log");
  const quick = "--seccomp-bpf";
  const { status, stderr } = await traced(home, [quick, "-o", log, "-e", `trace=${calls}`, "-e", "signal=none"]);
  assert.equal(status, 0, stderr);
  const perThread = new Map<string, number>();
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const thread = /^(\d+) +\w+\(/.exec(line)?.[1];
    if (thread !== undefined) perThread.set(thread, (perThread.get(thread) ?? 0) + 1);
  }
  rmSync(log);
  return Math.max(0, ...perThread.values());
}

/** Every place up to `all`, then as many places as `drawn`, by a fixed seed. */
export interface Places {
  readonly all: number;
  readonly drawn: number;
}
const WHOLE: Places = { all: Number.POSITIVE_INFINITY, drawn: 0 };

function placesOf(last: number, { all, drawn }: Places): number[] {
  const places = new Set(Array.from({ length: Math.min(last, all) }, (_, n) => n + 1));
  const draw = drawing(SEED);
  while (places.size < Math.min(last, all + drawn)) places.add(1 + Math.floor(draw() * last));
  return [...places].toSorted((a, b) => a - b);
}

/** What is killed at, and at which places of it. */
export interface Sweep {
  readonly calls: string;
  readonly places?: Places;
  /** No such call is made: that is held, and there is nothing to be killed at. */
  readonly none?: true;
  /** Only every n-th of the places, beginning with one of them: the others are another file's. */
  readonly part?: readonly [which: number, of: number];
}

export function killedAtCalls(sweeps: readonly Sweep[]): void {
  describe("A gateway that is killed between system calls", () => {
    let waiting: SystemHome;
    let undisturbed: Awaited<ReturnType<typeof stateOf>>;

    before(async () => {
      waiting = await busyHome("sqlite");
      const left = await waiting.copy();
      await runOn(left);
      undisturbed = await stateOf(left);
      await assertSound(left, { dropped: FILES });
      await left.remove();
    });
    after(() => waiting.remove());

    /** What differs in the end from a run that was left alone, in words; empty when nothing does. */
    async function killedAt(calls: string, k: number, times: number): Promise<string> {
      const home = await waiting.copy();
      try {
        const inject = ["-o", "/dev/null", "-e", `trace=${calls}`, "-e", `inject=${calls}:signal=KILL:when=${k}`];
        const { killed, status, stderr } = await traced(home, inject);
        // The last calls belong to closing down and may come in another number.
        if (!killed && (status !== 0 || k <= times - 3)) return `was not reached: ${status} ${stderr}`;
        await recover(home);
        assert.deepEqual(await stateOf(home), undisturbed);
        await assertSound(home, { dropped: FILES });
        return "";
      } catch (thrown) {
        return (thrown as Error).message;
      } finally {
        await home.remove();
      }
    }

    for (const { calls, places = WHOLE, part: [which, of] = [0, 1], none = false } of sweeps) {
      const some = of === 1 ? "" : `, part ${which + 1} of ${of}`;
      it(`at the k-th ${calls.split(",").join(" or ")}${some}, ends where one does that was left alone [A2]`, async function () {
        this.timeout(EVERY ? 0 : 1_200_000);
        const counted = await waiting.copy();
        const times = await timesCalled(counted, calls);
        await counted.remove();
        assert.equal(times === 0, none, `${times} such calls are made`);
        const ours = placesOf(times, EVERY ? WHOLE : places).filter((_, n) => n % of === which);
        const wrong: string[] = [];
        for (const k of ours) {
          const difference = await killedAt(calls, k, times);
          if (difference !== "") wrong.push(`killed at ${k} of ${times}: ${difference}`);
        }
        assert.deepEqual(wrong, []);
      });
    }
  });
}
