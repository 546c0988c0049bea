/** Findings as the database keeps them. */

import type { Finding } from "../values/finding.ts";
import { stableJson } from "../values/json.ts";

/** Findings kept of one set: a file of nothing but faults is told by its first ones. */
const MOST_KEPT = 500;

/** JSON of findings, empty text for none. What rejects is kept before what only notes. */
export function writeFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return "";
  if (findings.length <= MOST_KEPT) return stableJson(findings);
  const weight = { reject: 0, tolerated: 1, note: 2 };
  return stableJson(findings.toSorted((a, b) => weight[a.severity] - weight[b.severity]).slice(0, MOST_KEPT));
}

/** Findings as `writeFindings` kept them. */
export const readFindings = (kept: string): Finding[] => (kept === "" ? [] : (JSON.parse(kept) as Finding[]));
