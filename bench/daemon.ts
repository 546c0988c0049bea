/** The program as it is built, run as a daemon of its own process: its events with the moment they came, its processor time. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

const PACKAGE = path.resolve(import.meta.dirname, "..");

/** Compiles the program into a folder of its own, where nobody's next build reaches it; returns the script to run. */
export function builtProgram(folder: string): string {
  const installed = path.join(folder, "program");
  const built = path.join(installed, "dist");
  const config = {
    extends: path.join(PACKAGE, "tsconfig.build.json"),
    compilerOptions: {
      noCheck: true,
      declaration: false,
      types: [],
      rootDir: path.join(PACKAGE, "src"),
      outDir: built,
    },
    include: [path.join(PACKAGE, "src")],
  };
  const file = path.join(folder, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  execFileSync(process.execPath, [path.join(PACKAGE, "node_modules/typescript/bin/tsc"), "-p", file]);
  for (const name of ["package.json", "node_modules", "mappings"]) {
    symlinkSync(path.join(PACKAGE, name), path.join(installed, name));
  }
  return path.join(built, "cli", "main.js");
}

export interface TimedEvent {
  readonly event: string;
  readonly [field: string]: unknown;
  /** Monotonic, in seconds. */
  readonly at: number;
  /** Processor time that the daemon had used by then, all threads, user and system, in seconds. */
  readonly processor: number;
}

export interface BenchDaemon {
  readonly pid: number;
  /** The next event that fits; those before it are passed over. */
  next(fits: (event: TimedEvent) => boolean): Promise<TimedEvent>;
  /** Hands every event from now on to the listener as well; gives what ends that. */
  listen(listener: (event: TimedEvent) => void): () => void;
  /** Processor time used until now, in seconds. */
  processor(): number;
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
}

const TICKS_PER_SECOND = 100;

/** User and system time of a process with all its threads, as Linux counts it, in seconds. */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What all PostgreSQL processes of this machine have used, ended ones included, in seconds. */
export function postgresTime(): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      if (!/^\d+ \(postgres\)/.test(stat)) continue;
      const fields = stat.replace(/^.*\) /, "").split(" ");
      ticks += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** Starts `calloff start --events` in a home on a day; `node` are options of the engine. */
export function startDaemon(
  script: string,
  home: string,
  date: string,
  node: readonly string[] = (process.env["CALLOFF_BENCH_NODE"] ?? "").split(" ").filter(Boolean),
): BenchDaemon {
  const words = ["start", "--events", "--home", home, "--business-date", date];
  const child = spawn(process.execPath, [...node, script, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  return listening(child);
}

const nothing = (): void => {};

function listening(child: ChildProcess): BenchDaemon {
  const pid = child.pid as number;
  const events: TimedEvent[] = [];
  const listeners = new Set<(event: TimedEvent) => void>();
  let wake: () => void = nothing;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      over = true;
      wake();
      resolve();
    });
  });
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const at = Number(process.hrtime.bigint()) / 1e9;
    const event = { ...(JSON.parse(line) as { event: string }), at, processor: over ? 0 : usedBy(pid) };
    events.push(event);
    for (const listener of listeners) listener(event);
    wake();
  });
  return {
    pid,
    next: async (fits) => {
      for (;;) {
        const event = events.shift();
        if (event !== undefined && fits(event)) return event;
        if (event !== undefined) continue;
        if (over) throw new Error("the daemon ended before it was told what is waited for");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    processor: () => usedBy(pid),
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

function usedBy(pid: number): number {
  try {
    return processorTime(pid);
  } catch {
    return 0;
  }
}
