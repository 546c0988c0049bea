/**
 * What the trailer of a delivery schedule of fixed records (VDA 4905, 519) counts, held against the records there are: a wrong
 * one means that demand was lost, as in the trailers of X12 and EDIFACT. Counters of other records are their mappings' to
 * compare, which reject nothing.
 */
import type { Finding, Place } from "../values/finding.ts";
import { isDigits, ownText } from "./envelope-values.ts";

/** Record types in the order of their counters: seven digits each, from position 6 on. */
const COUNTED: Readonly<Record<string, readonly string[]>> = {
  "519": ["511", "512", "513", "514", "517", "518", "519", "515"],
};
const FIRST = 6;
const WIDTH = 7;

/** @param counts records of each type, the trailer among them; a counter that is blank says nothing */
export function counterFindings(trailer: string, counts: ReadonlyMap<string, number>, place: Place): Finding[] {
  return (COUNTED[trailer.slice(0, 3)] ?? []).flatMap((type, n): Finding[] => {
    const first = FIRST + n * WIDTH;
    const text = trailer.slice(first - 1, first - 1 + WIDTH).trim();
    const counted = counts.get(type) ?? 0;
    if (text === "" || (isDigits(text) && Number(text) === counted)) return [];
    return [
      {
        code: "SYNTAX_SEGMENT_COUNT",
        severity: "reject",
        message: `The trailer counts other records ${type} than there are.`,
        place: { ...place, byte: (place.byte ?? 0) + first - 1, element: first },
        expected: String(counted),
        found: ownText(text),
        remedy:
          "Ask the sender whether records were lost; --lenient counts or the partner's lenient: [counts] lets the transmission through.",
      },
    ];
  });
}
