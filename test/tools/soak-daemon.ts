/** The daemon of a soak: started again and again, measured while it lives, its events only counted. */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { descriptors, megabytesNow, watches } from "../support/processes.ts";
import { built, type Event } from "../support/program.ts";

export interface Measure {
  readonly megabytes: number;
  readonly descriptors: number;
  readonly watches: number;
}

export interface SoakDaemon {
  start(businessDate: string): Promise<void>;
  /** Ends it by this signal; gives its exit code, `null` where it was killed. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
  measure(): Measure;
  /** How often each event was told, over all lives. */
  readonly told: Map<string, number>;
}

const nothing = (): void => {};

export function soakDaemon(home: string): SoakDaemon {
  const told = new Map<string, number>();
  const log = openSync(path.join(home, "soak.log"), "a");
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);
  let wake = nothing;

  const hear = (line: string): void => {
    const { event } = JSON.parse(line) as Event;
    told.set(event, (told.get(event) ?? 0) + 1);
    wake();
  };

  return {
    told,
    start: async (businessDate) => {
      const started = spawn(
        process.execPath,
        [built("cli/main.js"), "start", "--events", "--home", home, "--business-date", businessDate],
        { env: { ...process.env, NODE_OPTIONS: "" }, stdio: ["ignore", "pipe", log] },
      );
      child = started;
      ended = new Promise((resolve) => {
        started.once("close", (code) => resolve(code));
      });
      createInterface({ input: started.stdout as NodeJS.ReadableStream }).on("line", hear);
      const ready = told.get("ready") ?? 0;
      while ((told.get("ready") ?? 0) === ready) {
        await Promise.race([
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          ended.then((code) => {
            throw new Error(`the daemon ended with ${code} before it was ready; see ${home}/soak.log`);
          }),
        ]);
      }
    },
    end: async (signal) => {
      child?.kill(signal);
      return ended;
    },
    measure: () => {
      const pid = Number(child?.pid);
      return { megabytes: megabytesNow(pid), descriptors: descriptors(pid), watches: watches(pid) };
    },
  };
}
