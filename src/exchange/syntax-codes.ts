/**
 * What a finding is in CONTRL: its code of ISO 9735, data element 0085, and which level of the message reports it. Findings carry
 * the codes of X12, which say the same of segments and elements; those of the envelopes go by their own names. Pure.
 */
import type { Finding } from "../values/finding.ts";

/** What CONTRL reports at the levels of interchange, group and message: the service segment at fault, its element, the code. */
export interface ServiceError {
  readonly code: string;
  readonly tag?: string;
  /** Position of the element, the tag being 1 (0098). */
  readonly element?: string;
  readonly component?: string;
}

export type Level = "interchange" | "group" | "set";

const MISSING = "13";
export const UNSPECIFIED = "18";

/** AK304 → 0085, where the segment as a whole is at fault. */
const OF_SEGMENT: Readonly<Record<string, string>> = {
  "1": "15", // no segment of this message
  "2": "15", // unexpected here
  "3": MISSING,
  "4": "36", // too many groups
  "5": "35", // too many segments
  "6": "15",
  "7": "15", // out of order
};

/** AK403 → 0085. */
const OF_ELEMENT: Readonly<Record<string, string>> = {
  "1": MISSING,
  "2": MISSING, // one that others ask for
  "3": "16", // too many elements or components
  "4": "40", // too short
  "5": "39", // too long
  "6": "21", // characters
  "7": "12", // no code of the list
  "8": "12", // no date
  "9": "12", // no time
  "10": "15", // excluded or not used
  "12": "35", // too many repetitions
  "13": "16",
};

/** No number: its characters are of another type than the element's, not outside of the character set. */
const TYPE_OF_CHARACTERS = "37";

const COUNT = "29";
const REFERENCES = "28";
const AGAIN = "26";

/** Envelope findings that CONTRL has a place for: header, trailer and their elements by level. */
const OF_ENVELOPE: Readonly<Record<string, readonly [level: Level, error: ServiceError]>> = {
  SYNTAX_SEGMENT_COUNT: ["set", { code: COUNT, tag: "UNT", element: "2" }],
  SYNTAX_SET_CONTROL: ["set", { code: REFERENCES, tag: "UNT", element: "3" }],
  SYNTAX_SET_TRAILER: ["set", { code: MISSING, tag: "UNT" }],
  SYNTAX_SET_HEADER: ["set", { code: "12", tag: "UNH", element: "3" }],
  SYNTAX_SET_CONTROL_REPEATED: ["set", { code: AGAIN, tag: "UNH", element: "2" }],
  EXCHANGE_NO_MAPPING: ["set", { code: "17", tag: "UNH", element: "3" }],
  SYNTAX_SET_COUNT: ["group", { code: COUNT, tag: "UNE", element: "2" }],
  SYNTAX_GROUP_CONTROL: ["group", { code: REFERENCES, tag: "UNE", element: "3" }],
  SYNTAX_GROUP_TRAILER: ["group", { code: MISSING, tag: "UNE" }],
  SYNTAX_GROUP_HEADER: ["group", { code: "12", tag: "UNG" }],
  SYNTAX_GROUP_COUNT: ["interchange", { code: COUNT, tag: "UNZ", element: "2" }],
  SYNTAX_INTERCHANGE_CONTROL: ["interchange", { code: REFERENCES, tag: "UNZ", element: "3" }],
  SYNTAX_TRUNCATED: ["interchange", { code: MISSING, tag: "UNZ" }],
  SYNTAX_NESTING: ["interchange", { code: "33" }],
  SYNTAX_CHARSET: ["interchange", { code: "21" }],
  SYNTAX_HEADER: ["interchange", { code: "12", tag: "UNB" }],
  SYNTAX_DELIMITER: ["interchange", { code: "22", tag: "UNA" }],
  EXCHANGE_CONTROL_REUSED: ["interchange", { code: AGAIN, tag: "UNB", element: "6" }],
};

/** What a finding is at one of the envelopes' levels; nothing where it belongs to a segment of a message. */
export function serviceErrorOf(finding: Finding, level: Level): ServiceError | undefined {
  const [own, error] = OF_ENVELOPE[finding.code] ?? [];
  if (own !== undefined) return own === level && error !== undefined ? inItsElement(error, finding) : undefined;
  const isOfSegment = segmentCodeOf(finding) !== undefined || elementCodeOf(finding) !== undefined;
  return isOfSegment ? undefined : { code: UNSPECIFIED };
}

/** A header may be wrong in any of its elements: then the finding names it. */
function inItsElement(error: ServiceError, { place }: Finding): ServiceError {
  if (error.tag === undefined || error.element !== undefined || place.element === undefined) return error;
  if (place.tag !== error.tag) return error;
  return {
    ...error,
    element: elementPosition(place.element),
    ...(place.component === undefined ? {} : { component: String(place.component) }),
  };
}

/** 0085 for a segment that is at fault as a whole (UCS). */
export function segmentCodeOf({ code, ack }: Finding): string | undefined {
  if (OF_ENVELOPE[code] !== undefined || ack?.segment === undefined || ack.element !== undefined) return undefined;
  return OF_SEGMENT[ack.segment] ?? UNSPECIFIED;
}

/** 0085 for an element at fault (UCD). */
export function elementCodeOf({ code, ack }: Finding): string | undefined {
  if (OF_ENVELOPE[code] !== undefined || ack?.element === undefined) return undefined;
  if (ack.element === "6" && code !== "ELEMENT_BAD_CHARACTER") return TYPE_OF_CHARACTERS;
  return OF_ELEMENT[ack.element] ?? UNSPECIFIED;
}

/**
 * Position of a segment as CONTRL counts it (0096): UNH is 1; one that is missing is reported at the last segment before the
 * place where it was expected.
 */
export const segmentPosition = ({ ack, place }: Finding): number | undefined =>
  place.inSet === undefined ? undefined : Math.max(1, ack?.segment === "3" ? place.inSet - 1 : place.inSet);

/** Position of an element as CONTRL counts it (0098): the tag is 1. */
export const elementPosition = (element: number): string => String(element + 1);
