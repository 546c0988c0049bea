/** What every command has in common: options that all understand, one answer, one exit code, errors in words or as JSON. */
import os from "node:os";
import path from "node:path";
import type { Writable } from "node:stream";
import type { Command } from "commander";
import { type Instant, instantOf } from "../values/clock.ts";
import { type PlainDate, readDate } from "../values/dates.ts";
import { CalloffError, EXIT, type Exit } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { harmlessJson } from "../values/printable.ts";
import { harmless } from "./words.ts";

/** What a command answers: one document for programs, the same in words for people. */
export interface Answer {
  readonly document: unknown;
  readonly words: string;
  readonly exit?: Exit;
}

/** Where a command line is given: what it may write to, and what surrounds it. */
export interface Terminal {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What every command is told, whatever else it is told. */
export interface Invocation {
  /** As it was given; the working directory unless it was. */
  readonly home: string;
  readonly businessDate: PlainDate | undefined;
  /** The standing instant of CALLOFF_NOW. */
  readonly instant: Instant | undefined;
  readonly json: boolean;
  /** The user who gives the command, as the audit trail and decisions name him. */
  readonly user: string;
  /** The path that a name on the command line means. */
  readonly pathOf: (name: string) => string;
  /** Writes to stdout while the command is still at work. */
  readonly print: (text: string) => Promise<void>;
  /** Tells whoever waits how far the command has come: one line on stderr, so that the answer stays what it is. */
  readonly tell: (line: string) => Promise<void>;
}

/** Options that every command understands, as commander reads them. */
interface GlobalOptions {
  readonly home?: string;
  readonly businessDate?: string;
  readonly json?: boolean;
}

interface Attached {
  readonly terminal: Terminal;
  exit: Exit;
}
/** By the program that the commands belong to. */
const terminals = new WeakMap<Command, Attached>();

/** Lets the program's commands write to `terminal`; gives the exit code of the one that has answered. */
export function attach(program: Command, terminal: Terminal): () => Exit {
  const attached: Attached = { terminal, exit: EXIT.done };
  terminals.set(program, attached);
  return () => attached.exit;
}

function attachedTo(command: Command): Attached {
  const found = terminals.get(command) ?? (command.parent === null ? undefined : attachedTo(command.parent));
  if (found === undefined) throw new Error("the program has no terminal");
  return found;
}

/**
 * Gives a command its action.
 * @param action is handed the invocation, the command's own options and its arguments in order
 */
export function answers(
  command: Command,
  // Each action names the options that its own command declares; commander does not know their types.
  action: (invocation: Invocation, options: never, ...operands: string[]) => Promise<Answer | undefined>,
): void {
  command.action(async (...given: unknown[]) => {
    const operands = given.slice(0, -2) as string[];
    const attached = attachedTo(command);
    const { stdout } = attached.terminal;
    const invocation = invocationOf(command.optsWithGlobals(), attached.terminal);
    const answer = await action(invocation, command.opts<never>(), ...operands);
    if (answer === undefined) return;
    await print(stdout, invocation.json ? `${harmlessJson(stableJson(answer.document, 2))}\n` : harmless(answer.words));
    attached.exit = answer.exit ?? EXIT.done;
  });
}

function invocationOf(options: GlobalOptions, { stdout, stderr, cwd, env }: Terminal): Invocation {
  return {
    home: path.resolve(cwd, options.home ?? "."),
    businessDate: options.businessDate === undefined ? undefined : dateOption("--business-date", options.businessDate),
    instant: instantOfEnvironment(env["CALLOFF_NOW"]),
    json: options.json === true,
    user: userName(env["CALLOFF_USER"]),
    pathOf: (name) => path.resolve(cwd, name),
    print: (text) => print(stdout, text),
    tell: (line) => print(stderr, harmless(`${line}\n`)),
  };
}

function userName(given: string | undefined): string {
  if (given !== undefined && given !== "") return given;
  try {
    return os.userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** @throws CalloffError USAGE when the text is no day of the calendar */
export function dateOption(option: string, text: string): PlainDate {
  const date = readDate(text);
  if (date !== undefined) return date;
  throw usage(`${option} is not a date`, {
    place: { field: option },
    expected: "a day of the calendar as YYYY-MM-DD, e.g. 2027-03-01",
    found: text,
    remedy: `Give ${option} a date`,
  });
}

function instantOfEnvironment(text: string | undefined): Instant | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return instantOf(text);
  } catch {
    throw usage("CALLOFF_NOW is not an instant", {
      place: { field: "CALLOFF_NOW" },
      expected: "a UTC instant such as 2027-03-01T06:00:00Z",
      found: text,
      remedy: "Correct the environment variable CALLOFF_NOW, or unset it",
    });
  }
}

/** A whole number out of an option. @throws CalloffError USAGE */
export function numberOption(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(`${option} is not a whole number`, {
    place: { field: option },
    expected: "a whole number",
    found: text,
    remedy: `Give ${option} digits only`,
  });
}

export const usage = (
  message: string,
  details: Omit<ConstructorParameters<typeof CalloffError>[2] & object, "exit"> = {},
): CalloffError => new CalloffError("USAGE", message, { ...details, exit: EXIT.usage });

/** What cannot be found by the name or number it was asked for. */
export const notFound = (what: string, name: string, remedy: string): CalloffError =>
  new CalloffError("NOT_FOUND", `There is no ${what} ${name}`, { found: name, remedy, exit: EXIT.notFound });

/** Writes and waits until it is out; a reader that has gone away (`calloff … | head`) is no error. */
export function print(stream: Writable, text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || (error as NodeJS.ErrnoException).code === "EPIPE") resolve();
      else reject(error);
    });
  });
}
