/** What every command has in common: options that all understand, one answer, one exit code, errors in words or as JSON. */
import type { Command } from "commander";
import { type Instant, instantOf } from "../values/clock.ts";
import { type PlainDate, readDate } from "../values/dates.ts";
import { CalloffError, EXIT, type Exit } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { harmless } from "./words.ts";

/** What a command answers: one document for programs, the same in words for people. */
export interface Answer {
  readonly document: unknown;
  readonly words: string;
  readonly exit?: Exit;
}

/** What every command is told, whatever else it is told. */
export interface Invocation {
  readonly home: string;
  readonly businessDate: PlainDate | undefined;
  /** The standing instant of CALLOFF_NOW. */
  readonly instant: Instant | undefined;
  readonly json: boolean;
}

/** Options that every command understands, as commander reads them. */
interface GlobalOptions {
  readonly home?: string;
  readonly businessDate?: string;
  readonly json?: boolean;
}

let exitOfLastCommand: Exit = EXIT.done;

/** The exit code of the command that has answered. */
export const exitOfCommand = (): Exit => exitOfLastCommand;

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
    const invocation = invocationOf(command.optsWithGlobals());
    const answer = await action(invocation, command.opts<never>(), ...operands);
    if (answer === undefined) return;
    await print(process.stdout, invocation.json ? `${stableJson(answer.document, 2)}\n` : harmless(answer.words));
    exitOfLastCommand = answer.exit ?? EXIT.done;
  });
}

function invocationOf(options: GlobalOptions): Invocation {
  return {
    home: options.home ?? process.cwd(),
    businessDate: options.businessDate === undefined ? undefined : dateOption("--business-date", options.businessDate),
    instant: instantOfEnvironment(process.env["CALLOFF_NOW"]),
    json: options.json === true,
  };
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
export function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || (error as NodeJS.ErrnoException).code === "EPIPE") resolve();
      else reject(error);
    });
  });
}
