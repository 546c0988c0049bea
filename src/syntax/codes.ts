/** Codes of what can be wrong with the envelopes of a file, and the lists they are collected in. */
import type { Finding } from "../values/finding.ts";

const COUNTS: ReadonlySet<string> = new Set([
  "SYNTAX_SEGMENT_COUNT",
  "SYNTAX_SET_CONTROL",
  "SYNTAX_SET_COUNT",
  "SYNTAX_GROUP_CONTROL",
  "SYNTAX_GROUP_COUNT",
  "SYNTAX_INTERCHANGE_CONTROL",
]);

/** Whether the code says that a count or control number of a trailer is wrong: what `lenient: [counts]` tolerates. */
export const isCount = (code: string): boolean => COUNTS.has(code);

/**
 * How much may be wrong with the envelopes of one file before the rest of it is not looked at: findings in all, and
 * those among them that reject and are no counts, and headers that cannot be read. Without a limit, a file of nothing but faults would fill the memory.
 */
export const MOST_FAULTS = { all: 100_000, structural: 1000, headers: 20 } as const;

/** Most findings that one envelope collects, so that a file of nothing but faults cannot fill the memory. */
const MOST = 50;

/** Adds `finding` unless the list is full; then one note says that there are more. */
export function addFinding(findings: Finding[], finding: Finding): void {
  if (findings.length < MOST) findings.push(finding);
  else if (findings.length === MOST) {
    findings.push({
      code: "SYNTAX_MORE_FINDINGS",
      severity: "note",
      message: `There are more findings than the first ${MOST}, which are listed.`,
      place: finding.place,
      remedy: "Correct what is listed and check the file again.",
    });
  }
}
