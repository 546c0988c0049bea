/** The log: JSON lines on stderr, so that stdout stays the answer. No content of documents at any level that is on by default. */
import { type Logger, pino } from "pino";

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
      redact: { paths: REDACTED, censor: "[not logged]" },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
