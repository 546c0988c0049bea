import type { ErrorCode } from "./error-codes.ts";
import { type Place, placeInWords } from "./finding.ts";

/** How a command ends (design.md, *What a person sees from outside*). */
export const EXIT = { done: 0, refused: 1, usage: 2, notFound: 3, badFile: 4, conflict: 5 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export interface ErrorDetails {
  readonly place?: Place;
  readonly expected?: string;
  readonly found?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** Whether the same step may succeed when it is tried again unchanged. */
  readonly retryable?: boolean;
  readonly exit?: Exit;
}

/** What cannot go on. The code is permanent and has a heading in `docs/errors.md`. */
export class CalloffError extends Error {
  override readonly name = "CalloffError";
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly remedy: string | undefined;
  readonly retryable: boolean;
  readonly exit: Exit;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.place = details.place;
    this.expected = details.expected;
    this.found = details.found;
    this.remedy = details.remedy;
    this.retryable = details.retryable ?? false;
    this.exit = details.exit ?? EXIT.refused;
  }

  /** Place, message, expected, found and remedy, for a person. */
  inWords(): string {
    const place = this.place === undefined ? "" : ` at ${placeInWords(this.place)}`;
    const lines = [`${this.code}${place}: ${this.message}`];
    if (this.expected !== undefined) lines.push(`  expected: ${this.expected}`);
    if (this.found !== undefined) lines.push(`  found:    ${this.found}`);
    if (this.remedy !== undefined) lines.push(`  do:       ${this.remedy}`);
    return lines.join("\n");
  }
}

/** Whatever was thrown, as an Error. */
export function coerceError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
