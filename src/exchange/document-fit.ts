/** Whether a document that a mapping read fits its kind: what does not is told by field, expected and found, in words. */
import type { z } from "zod";
import { pathInWords } from "../config/placed-text.ts";
import { TIMINGS } from "../documents/schedule-step.ts";
import { DOCUMENT_SCHEMAS } from "../documents/schemas.ts";
import { readDate } from "../values/dates.ts";
import type { Finding } from "../values/finding.ts";
import { hierarchyFindings } from "./hierarchy.ts";

type Issue = z.core.$ZodIssue;

/** Where the set stands that the document was read from. */
export interface SetPlace {
  /** Name of the file in findings. */
  readonly file: string;
  readonly set: { readonly firstSegment: number };
}

/** Longest value told as it was found. */
const MOST_FOUND = 80;

/** Values that the mapping let pass and the document cannot hold, at the segment that states them; they reject. Levels that do not hang together are told. */
export function misfitsOf(kind: string, document: unknown, place: SetPlace): Finding[] {
  const misfits = fieldsThatDoNotFit(kind, document, place);
  return kind === "ship-notice" && misfits.length === 0
    ? hierarchyFindings(document, place.file, place.set.firstSegment)
    : misfits;
}

function fieldsThatDoNotFit(kind: string, document: unknown, { file, set }: SetPlace): Finding[] {
  const schema = (DOCUMENT_SCHEMAS as Readonly<Record<string, z.ZodType>>)[kind];
  if (
    schema === undefined ||
    (kind === "delivery-schedule" && schema.safeParse(withoutWhatIsPlain(document)).success)
  ) {
    return [];
  }
  const result = schema.safeParse(document);
  if (result.success) return [];
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

/** A schedule without those of its lines and steps that plainly fit: they are nearly all of it, and a schema takes its time with each. */
function withoutWhatIsPlain(document: unknown): unknown {
  const { lines } = (document ?? {}) as { lines?: unknown };
  if (!Array.isArray(lines)) return document;
  return { ...(document as object), lines: lines.map(withoutPlainSteps).filter((line) => !isPlain(line, PLAIN_LINE)) };
}

function withoutPlainSteps(line: unknown): unknown {
  const { steps } = (line ?? {}) as { steps?: unknown };
  if (!Array.isArray(steps)) return line;
  return { ...(line as object), steps: steps.filter((step) => !isPlainStep(step)) };
}

const KNOWN_TIMINGS: ReadonlySet<unknown> = new Set(TIMINGS);
const WHOLE_FIGURE = /^\d{1,12}$/;
const isDate = (held: unknown): boolean => typeof held === "string" && readDate(held) !== undefined;

const isText = (held: unknown): boolean => typeof held === "string";
const isFigure = (held: unknown): boolean => typeof held === "string" && WHOLE_FIGURE.test(held);
const isOrdinal = (held: unknown): boolean => Number.isSafeInteger(held) && (held as number) > 0;

type Tests = Readonly<Record<string, (held: unknown) => boolean>>;

/** Fields that nearly every step has, and nothing else: what is left to the schema may fit or not. */
const PLAIN_STEP: Tests = {
  segment: isOrdinal,
  timing: (held) => KNOWN_TIMINGS.has(held),
  from: isDate,
  to: isDate,
  quantity: isFigure,
  commitment: isText,
};

const PLAIN_RECEIPT: Tests = { quantity: isFigure, kind: isText, date: isDate, note: isText, noteDate: isDate };
const PLAIN_ACCOUNT: Tests = { cumulative: isFigure, kind: isText, date: isDate, from: isDate, note: isText };
const PLAIN_PARTY: Tests = { segment: isOrdinal, role: isText, name: isText, scheme: isText, code: isText };

/** Fields that nearly every line has. */
const PLAIN_LINE: Tests = {
  segment: isOrdinal,
  customerPart: isText,
  ourPart: isText,
  description: isText,
  orderNumber: isText,
  orderLine: isText,
  releaseNumber: isText,
  unit: isText,
  parties: (held) => Array.isArray(held) && held.every((party) => isPlain(party, PLAIN_PARTY)),
  last: (held) => isPlain(held, PLAIN_RECEIPT),
  account: (held) => isPlain(held, PLAIN_ACCOUNT),
  steps: (held) => Array.isArray(held) && held.length === 0,
};

const isPlainStep = (step: unknown): boolean => isPlain(step, PLAIN_STEP) && Object.hasOwn(step as object, "quantity");

/** Whether it is an object of these fields only, each as its test says. */
function isPlain(held: unknown, tests: Tests): boolean {
  if (typeof held !== "object" || held === null || Array.isArray(held)) return false;
  for (const key of Object.keys(held)) {
    if (!Object.hasOwn(tests, key) || tests[key]?.((held as Record<string, unknown>)[key]) !== true) return false;
  }
  return true;
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
