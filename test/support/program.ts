/** Runs the program as a user does: a process of its own, from its sources. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";

const main = path.resolve(import.meta.dirname, "../../src/cli/main.ts");
/** As a URL, so that it is found whatever the working directory. */
const tsx = new URL("dist/loader.mjs", pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"))).href;

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

interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function spawned(args: readonly string[], { cwd, env }: Surroundings): ChildProcess {
  return spawn(process.execPath, ["--import", tsx, main, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    // The test runner hands its own options down, by names that mean nothing elsewhere.
    env: { ...process.env, NODE_OPTIONS: "", CALLOFF_USER: "tester", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `calloff` with these words and waits until it has ended. */
export function calloff(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return endOf(spawned(args, surroundings));
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
  // Imported here, because the test runner requires its files: a program half required, half imported has everything twice.
  const { runProgram } = await import("../../src/cli/program.ts");
  const terminal = { stdout: into("stdout"), stderr: into("stderr"), cwd, env: { CALLOFF_USER: "tester", ...env } };
  const code = await runProgram(args, terminal);
  return { code, signal: null, ...written };
}

/** The one document that a command with `--json` answers. */
export async function calloffJson(
  args: readonly string[],
  surroundings: Surroundings = {},
  run: typeof calloff = calloffHere,
): Promise<Ended & { readonly document: unknown }> {
  const ended = await run([...args, "--json"], surroundings);
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
  /** The next event of that name that `fits`; those before it are passed over. Fails when the program ends first. */
  next(name: string, fits?: (event: Event) => boolean): Promise<Event>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

const nothing = (): void => {};

/** Starts the daemon and hands out its events in order. */
export function startDaemon(args: readonly string[], surroundings: Surroundings = {}): Daemon {
  const child = spawned(["start", "--events", ...args], surroundings);
  const ended = endOf(child);
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
    ended,
    kill: (signal) => void child.kill(signal),
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
