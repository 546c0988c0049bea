/**
 * TA1: what is said of the envelope of one X12 interchange (X12.5, TA1). Pure. Of the sets in it only a 997 or 999 speaks.
 */
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Finding } from "../values/finding.ts";
import { outcomeOf } from "./acknowledge.ts";

/** The interchange as its header names itself. */
export interface AnsweredHeader {
  /** ISA13 */
  readonly control: string;
  /** ISA09, absent where it is no date, and ISA10 as HHMM. */
  readonly date?: PlainDate;
  readonly time: string;
}

/** TA105: no error; and an error that has no code of its own, in the interchange's content. */
const NO_ERROR = "000";
const CONTENT = "024";

/**
 * @param findings what is wrong with the interchange's own envelope
 * @param inside what is wrong with its groups: their headers are the interchange's content
 */
export function ta1Of(
  header: AnsweredHeader,
  findings: readonly Finding[],
  inside: readonly Finding[] = [],
): Acknowledgement {
  const content = inside.filter(({ ack }) => ack?.interchange !== undefined);
  const own = outcomeOf(findings);
  const status = own === "accepted" && content.length > 0 ? "accepted-with-errors" : own;
  return { interchange: { ...header, status, code: codeOf([...findings, ...content], status) } };
}

function codeOf(findings: readonly Finding[], status: string): string {
  if (status === "accepted") return NO_ERROR;
  const wanted = status === "rejected" ? "reject" : undefined;
  const codes = findings
    .filter(({ severity }) => severity !== "note" && (wanted === undefined || severity === wanted))
    .map(({ ack }) => ack?.interchange);
  return codes.find((code) => code !== undefined) ?? CONTENT;
}
