/** Refusing a mapping file: always with file, line, column, what was expected, what was found and what to do. */
import { CalloffError } from "../values/errors.ts";

/** A place in a mapping file; lines and columns count from 1. */
export interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type RefusalCode =
  | "MAPPING_NOT_YAML"
  | "MAPPING_WORD"
  | "MAPPING_VALUE"
  | "MAPPING_ONE_WAY"
  | "MAPPING_DIALECT"
  | "MAPPING_FILE";

export interface RefusalDetails {
  readonly expected?: string;
  readonly found?: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** The error to throw for a mapping file that cannot be used. */
export function refuse(code: RefusalCode, spot: Spot, message: string, details: RefusalDetails): CalloffError {
  return new CalloffError(code, message, {
    place: { file: spot.file, line: spot.line, column: spot.column },
    ...details,
  });
}
