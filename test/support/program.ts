/** Runs the program as it was built, as users have it: as a process of its own, or in this one. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";

const root = path.resolve(import.meta.dirname, "../..");

/** The built program's files; they are built here when any source is newer, so that nobody tests yesterday's. */
export function built(file: string): string {
  if (isStale()) {
    const { status, stdout } = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`the program cannot be built:\n${stdout}`);
  }
  return path.join(root, "dist", file);
}

let known: boolean | undefined;

/** Asked once per process: what is edited during a run is not what the run is about. */
function isStale(): boolean {
  const stale = known ?? sourcesAreNewer();
  known = false;
  return stale;
}

function sourcesAreNewer(): boolean {
  return readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .some((name) => {
      const output = path.join(root, "dist", name.replace(/\.ts$/, ".js"));
      return !existsSync(output) || statSync(output).mtimeMs < statSync(path.join(root, "src", name)).mtimeMs;
    });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What stands at a place in a document; `undefined` where there is no such place. */
export function at(document: unknown, ...place: readonly (string | number)[]): unknown {
  return place.reduce<unknown>(
    (held, step) => (held as Record<string | number, unknown> | undefined)?.[step],
    document,
  );
}

/** The list that stands at a place in a document; empty where there is none. */
export const listAt = (document: unknown, ...place: readonly (string | number)[]): readonly unknown[] =>
  (at(document, ...place) ?? []) as readonly unknown[];

type BuiltProgram = typeof import("../../src/cli/program.ts");

interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes our end of its stdout at once. */
  readonly reader?: "gone";
  /** A program that runs it under other limits, as somebody else, with its output elsewhere: words that stand before it. */
  readonly through?: readonly string[];
}

function spawned(args: readonly string[], { cwd, env, through = [] }: Surroundings): ChildProcess {
  const [program = process.execPath, ...words] = [...through, process.execPath, built("cli/main.js"), ...args];
  return spawn(program, words, {
    ...(cwd === undefined ? {} : { cwd }),
    // The test runner hands its own options down, by names that mean nothing elsewhere.
    env: { ...process.env, NODE_OPTIONS: "", CALLOFF_USER: "tester", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `calloff` with these words and waits until it has ended. */
export function calloff(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const child = spawned(args, surroundings);
  if (surroundings.reader === "gone") child.stdout?.destroy();
  return endOf(child);
}

function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Runs `calloff` with these words in this process: the same program, without the time a process takes to start. */
export async function calloffHere(
  args: readonly string[],
  { cwd = process.cwd(), env }: Surroundings = {},
): Promise<Ended> {
  const written = { stdout: "", stderr: "" };
  const into = (stream: keyof typeof written): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written[stream] += chunk.toString("utf8");
        done();
      },
    });
  const { runProgram } = (await import(pathToFileURL(built("cli/program.js")).href)) as BuiltProgram;
  const terminal = { stdout: into("stdout"), stderr: into("stderr"), cwd, env: { CALLOFF_USER: "tester", ...env } };
  const code = await runProgram(args, terminal);
  return { code, signal: null, ...written };
}

/** The one document that a command with `--json` answers. */
export async function calloffJson(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ended & { readonly document: unknown }> {
  const ended = await calloffHere([...args, "--json"], surroundings);
  try {
    return { ...ended, document: JSON.parse(ended.stdout) as unknown };
  } catch (error) {
    throw new Error(`no JSON from calloff ${args.join(" ")}\n${ended.stdout}\n${ended.stderr}`, { cause: error });
  }
}

export interface Event {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A running `calloff start --events`. */
export interface Daemon {
  readonly pid: number | undefined;
  /** The next event of that name that `fits`; those before it are passed over. Fails when the program ends first. */
  next(name: string, fits?: (event: Event) => boolean): Promise<Event>;
  kill(signal: NodeJS.Signals): void;
  /** What it has logged so far. */
  log(): string;
  readonly ended: Promise<Ended>;
}

const nothing = (): void => {};

/** Starts the daemon and hands out its events in order. */
export function startDaemon(args: readonly string[], surroundings: Surroundings = {}): Daemon {
  const child = spawned(["start", "--events", ...args], surroundings);
  const ended = endOf(child);
  let logged = "";
  child.stderr?.on("data", (text: string) => (logged += text));
  const events: Event[] = [];
  let wake: () => void = nothing;
  let over = false;
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on("line", (line) => {
    events.push(JSON.parse(line) as Event);
    wake();
  });
  void ended.finally(() => {
    over = true;
    wake();
  });
  return {
    pid: child.pid,
    ended,
    kill: (signal) => void child.kill(signal),
    log: () => logged,
    next: async (name, fits = () => true) => {
      for (;;) {
        const event = events.shift();
        if (event !== undefined && event.event === name && fits(event)) return event;
        if (event !== undefined) continue;
        if (over) throw new Error(`calloff start ended before ${name}: ${(await ended).stderr}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
