/** The log: JSON lines on stderr, so that stdout stays the answer. No content of documents at any level that is on by default. */
import { type Logger, pino } from "pino";
import { CalloffError, coerceError } from "../values/errors.ts";

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

/** Opens the log of this process. Lines are written at once: what a killed process said last is what is asked for. */
export function openLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorForLog },
      redact: { paths: REDACTED, censor: "[not logged]" },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** A fault that was foreseen needs no stack, and what was found in a document stays out of the log. */
function errorForLog(thrown: unknown): object {
  const error = coerceError(thrown);
  if (!(error instanceof CalloffError)) return pino.stdSerializers.err(error);
  const { code, message, place, retryable } = error;
  return { code, message, place, retryable };
}
