/** The log: JSON lines on stderr, so that stdout stays the answer. No content of documents at any level that is on by default. */
import { type Logger, pino } from "pino";
import { CalloffError, coerceError } from "../values/errors.ts";
import { harmlessJson } from "../values/printable.ts";
import { type LogLines, logLines } from "./log-lines.ts";

export type { Logger } from "pino";

/** Fields that never reach a log, wherever they stand. */
const REDACTED = [
  "password",
  "secret",
  "token",
  "bytes",
  "document",
  "*.password",
  "*.secret",
  "*.token",
  "*.bytes",
  "*.document",
];

const destinations = new WeakMap<Logger, LogLines>();

/** Opens the log of this process. Lines are written at once: what a killed process said last is what is asked for. */
export function openLog(level: string): Logger {
  const lines = logLines(2);
  const log = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorForLog },
      redact: { paths: REDACTED, censor: "[not logged]" },
    },
    // A log is read on terminals, too.
    { write: (line: string) => lines.write(harmlessJson(line)) },
  );
  destinations.set(log, lines);
  return log;
}

/** Has it told when the log can no longer be written, with the system's code, and when it can again, with none. */
export function onLostLog(log: Logger, told: (code: string | undefined) => void): void {
  const lines = destinations.get(log);
  if (lines !== undefined) lines.told = told;
}

/**
 * A fault that was foreseen needs no stack, and what was found in a document stays out of the log; so does whatever else an
 * error carries along: a driver's has the statement in it, with all its values.
 */
function errorForLog(thrown: unknown): object {
  const error = coerceError(thrown);
  if (!(error instanceof CalloffError)) {
    const { name, message, stack } = error;
    return { name, message, stack };
  }
  const { code, message, place, retryable } = error;
  return { code, message, place, retryable };
}
