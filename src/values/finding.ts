/** What is wrong with a document, and where: collected, never thrown; it goes into the acknowledgement and the report. */

import type { ErrorCode } from "./error-codes.ts";

/** A place in a file. Bytes and ordinals count from the file's start; the first byte is 0, the first line and segment are 1. */
export interface Place {
  readonly file?: string;
  /** Offset of the first byte of the segment, record or element meant. */
  readonly byte?: number;
  readonly line?: number;
  readonly column?: number;
  /** Ordinal of the segment in its file. */
  readonly segment?: number;
  /** Ordinal of the segment in its set; ST and UNH are 1. */
  readonly inSet?: number;
  /** Segment identifier or record type. */
  readonly tag?: string;
  /** Ordinal of the element in its segment; for fixed records the first position. */
  readonly element?: number;
  readonly component?: number;
  readonly repetition?: number;
  /** Path of the document's field, e.g. `lines[0].steps[2].quantity`. */
  readonly field?: string;
}

/**
 * `reject`: nothing of the set takes effect. `tolerated`: the set counts as received with errors noted.
 * `note`: for the reader of the report only.
 */
export type Severity = "reject" | "tolerated" | "note";

export interface Finding {
  /** Permanent code; docs/errors.md explains each. */
  readonly code: ErrorCode;
  readonly severity: Severity;
  /** One sentence in the field's words, without the place. */
  readonly message: string;
  readonly place: Place;
  readonly expected?: string;
  readonly found?: string;
  /** What the reader of the report can do. */
  readonly remedy?: string;
  /** Codes of a functional acknowledgement: AK304, AK403, AK502, AK905 or TA105, where the standard has one. */
  readonly ack?: {
    readonly segment?: string;
    readonly element?: string;
    readonly set?: string;
    readonly group?: string;
    readonly interchange?: string;
  };
}

/** What was expected, what was found and what to do, as far as that is said; for what says it again. */
export const detailsOf = ({
  expected,
  found,
  remedy,
}: {
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly remedy?: string | undefined;
}): Pick<Finding, "expected" | "found" | "remedy"> => ({
  ...(expected === undefined ? {} : { expected }),
  ...(found === undefined ? {} : { found }),
  ...(remedy === undefined ? {} : { remedy }),
});

/** The place in one line: `forecast.edi, line 7, segment 7 (5 in its set) FST, element 4`. */
export function placeInWords(place: Place): string {
  const words: string[] = [];
  if (place.file !== undefined) words.push(place.file);
  if (place.line !== undefined)
    words.push(`line ${place.line}${place.column === undefined ? "" : `, column ${place.column}`}`);
  if (place.byte !== undefined) words.push(`byte ${place.byte}`);
  if (place.segment !== undefined) {
    const inSet = place.inSet === undefined ? "" : ` (${place.inSet} in its set)`;
    words.push(`segment ${place.segment}${inSet}${place.tag === undefined ? "" : ` ${place.tag}`}`);
  } else if (place.tag !== undefined) words.push(place.tag);
  if (place.element !== undefined) {
    const component = place.component === undefined ? "" : `, component ${place.component}`;
    const repetition = place.repetition === undefined ? "" : `, repetition ${place.repetition}`;
    words.push(`element ${place.element}${repetition}${component}`);
  }
  if (place.field !== undefined) words.push(place.field);
  return words.join(", ");
}

/** The finding in one paragraph: place, message, expected, found and what to do. */
export function findingInWords(finding: Finding): string {
  const place = placeInWords(finding.place);
  const expected = finding.expected === undefined ? "" : ` Expected ${finding.expected}`;
  const found = finding.found === undefined ? "" : `${expected === "" ? " Found" : ", found"} ${finding.found}`;
  const compared = expected === "" && found === "" ? "" : `${expected}${found}.`;
  const remedy = finding.remedy === undefined ? "" : ` ${finding.remedy}`;
  return `${finding.code}${place === "" ? "" : ` at ${place}`}: ${finding.message}${compared}${remedy}`;
}
