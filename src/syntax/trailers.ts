/** What the trailers of sets, groups and interchanges say, held against what was found. */
import type { ErrorCode } from "../values/error-codes.ts";
import type { Finding, Place } from "../values/finding.ts";
import { isDigits, ownText, sameControl } from "./envelope-values.ts";

interface Trailer {
  /** Codes of the two findings: count and control number. */
  readonly codes: readonly [count: ErrorCode, control: ErrorCode];
  /** What is counted, and what has the control number. */
  readonly words: readonly [counted: string, envelope: string];
  readonly ack: readonly [count: NonNullable<Finding["ack"]>, control: NonNullable<Finding["ack"]>];
}

/** X12 codes: AK502 4 and 3, AK905 5 and 4, TA105 021 and 001. */
const SET: Trailer = {
  codes: ["SYNTAX_SEGMENT_COUNT", "SYNTAX_SET_CONTROL"],
  words: ["segments", "set"],
  ack: [{ set: "4" }, { set: "3" }],
};
const GROUP: Trailer = {
  codes: ["SYNTAX_SET_COUNT", "SYNTAX_GROUP_CONTROL"],
  words: ["sets", "group"],
  ack: [{ group: "5" }, { group: "4" }],
};
const INTERCHANGE: Trailer = {
  codes: ["SYNTAX_GROUP_COUNT", "SYNTAX_INTERCHANGE_CONTROL"],
  words: ["groups", "interchange"],
  ack: [{ interchange: "021" }, { interchange: "001" }],
};
export const TRAILERS = { set: SET, group: GROUP, interchange: INTERCHANGE } as const;

/** Compares element 1 with what was counted and element 2 with the header's control number. */
export function trailerFindings(
  trailer: Trailer,
  elements: readonly string[],
  counted: number,
  control: { readonly stated: string; readonly numeric: boolean },
  place: Place,
): Finding[] {
  const count = ownText((elements[1] ?? "").trim());
  const found = ownText((elements[2] ?? "").trim());
  const findings: Finding[] = [];
  if (!isDigits(count) || Number(count) !== counted) {
    findings.push({
      code: trailer.codes[0],
      severity: "reject",
      message: `The trailer counts other ${trailer.words[0]} than there are.`,
      place: { ...place, element: 1 },
      expected: String(counted),
      found: count === "" ? "nothing" : count,
      remedy: `Ask the sender whether ${trailer.words[0]} were lost; --lenient counts or the partner's lenient: [counts] lets the set through.`,
      ack: trailer.ack[0],
    });
  }
  if (!sameControl(control.stated, found, control.numeric)) {
    findings.push({
      code: trailer.codes[1],
      severity: "reject",
      message: `The control number in the trailer of the ${trailer.words[1]} is not that of its header.`,
      place: { ...place, element: 2 },
      expected: control.stated === "" ? "nothing" : control.stated,
      found: found === "" ? "nothing" : found,
      remedy: "Ask the sender whether parts of two files were joined; --lenient counts lets it through.",
      ack: trailer.ack[1],
    });
  }
  return findings;
}
