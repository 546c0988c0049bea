/** Whether a document that a mapping read fits its kind: what does not is told by field, expected and found, in words. */
import type { z } from "zod";
import { pathInWords } from "../config/placed-text.ts";
import { acknowledgement } from "../documents/acknowledgement.ts";
import { deliverySchedule } from "../documents/delivery-schedule.ts";
import { invoice } from "../documents/invoice.ts";
import { shipNotice } from "../documents/ship-notice.ts";
import type { Finding } from "../values/finding.ts";

type Issue = z.core.$ZodIssue;

/** Where the set stands that the document was read from. */
export interface SetPlace {
  /** Name of the file in findings. */
  readonly file: string;
  readonly set: { readonly firstSegment: number };
}

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "delivery-schedule": deliverySchedule,
  acknowledgement,
  "ship-notice": shipNotice,
  invoice,
};

/** Longest value told as it was found. */
const MOST_FOUND = 80;

/** Values that the mapping let pass and the document cannot hold, at the segment that states them; they reject. */
export function misfitsOf(kind: string, document: unknown, { file, set }: SetPlace): Finding[] {
  const result = SCHEMAS[kind]?.safeParse(document);
  if (result === undefined || result.success) return [];
  return result.error.issues.map((issue) => {
    const inSet = segmentAt(document, issue.path);
    const field = pathInWords(issue.path);
    return {
      code: "EXCHANGE_DOCUMENT_FIELD",
      severity: "reject" as const,
      message: field === "" ? `What was read is no ${kind}` : `${field} does not fit the ${kind}`,
      place: { file, segment: set.firstSegment + inSet - 1, inSet, field },
      expected: expectedBy(issue),
      found: foundBy(issue, document),
      remedy: "Correct the message, or the mapping that lets this value pass",
      ack: { set: "5" },
    };
  });
}

/** What the document takes at that place. */
function expectedBy(issue: Issue): string {
  if (issue.code === "unrecognized_keys") return "fields of the document only";
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_type") return TYPES[issue.expected] ?? issue.expected;
  return issue.message;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a value",
  array: "a list",
  object: "an object with fields",
  number: "a number",
};

/** What stands there instead. */
function foundBy(issue: Issue, document: unknown): string {
  if (issue.code === "unrecognized_keys")
    return shortened(issue.keys.map((key) => (key === "" ? "an empty name" : key)).join(", "));
  const held = valuesOn(document, issue.path).at(-1);
  if (held === undefined || held === null || held === "") return "nothing";
  if (Array.isArray(held)) return "a list";
  if (typeof held === "object") return "an object with fields";
  return shortened(typeof held === "string" ? held : JSON.stringify(held));
}

const shortened = (text: string): string => (text.length > MOST_FOUND ? `${text.slice(0, MOST_FOUND)}…` : text);

/** Ordinal in its set of the segment that opened the innermost object on the way. */
function segmentAt(document: unknown, path: readonly PropertyKey[]): number {
  const ordinals = valuesOn(document, path).map((held) => (held as { segment?: unknown } | null | undefined)?.segment);
  return ordinals.findLast((ordinal) => typeof ordinal === "number") ?? 1;
}

/** The document, and every value on the way into it. */
function valuesOn(document: unknown, path: readonly PropertyKey[]): unknown[] {
  const values = [document];
  for (const step of path) {
    values.push((values.at(-1) as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[step]);
  }
  return values;
}
