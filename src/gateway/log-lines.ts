/**
 * Where the lines of the log go: straight to a descriptor. A log that cannot be written (a full disk, a reader that went away)
 * never stops the work: its lines are lost, and how many is said in the first one that can be written again.
 */
import { writeSync } from "node:fs";
import { coerceError } from "../values/errors.ts";

export interface LogLines {
  write(line: string): void;
  /** Called when lines begin to be lost, with the system's code, and with none when they can be written again. */
  told: (code: string | undefined) => void;
}

/** How a line is written: the bytes it took. */
type Write = (descriptor: number, bytes: Uint8Array) => number;

/** How often, and how many milliseconds apart, a reader is waited for who is slow to empty his pipe. */
const TRIES = 100;
const BETWEEN_TRIES = 10;

export function logLines(descriptor: number, write: Write = writeSync): LogLines {
  let lost = 0;
  /** Whether the last line stands there in part. */
  let torn = false;

  function put(text: string): string | undefined {
    let bytes: Uint8Array = Buffer.from(torn ? `\n${text}` : text);
    for (let tries = 0; bytes.length > 0; ) {
      try {
        bytes = bytes.subarray(write(descriptor, bytes));
        torn = bytes.length > 0;
      } catch (thrown) {
        const { code = "EIO" } = coerceError(thrown) as NodeJS.ErrnoException;
        tries += 1;
        if (code !== "EAGAIN" || tries > TRIES) return code;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BETWEEN_TRIES);
      }
    }
    return undefined;
  }

  const lines: LogLines = {
    told: () => {},
    write: (line) => {
      const said = lost === 0 ? line : `${lossInWords(lost)}${line}`;
      const code = put(said);
      const [before, now] = [lost, code === undefined ? 0 : lost + 1];
      lost = now;
      if (before === 0 && now > 0) lines.told(code);
      if (before > 0 && now === 0) lines.told(undefined);
    },
  };
  return lines;
}

const lossInWords = (lost: number): string =>
  `${JSON.stringify({ level: "error", lost, message: "lines of the log were lost: it could not be written" })}\n`;
