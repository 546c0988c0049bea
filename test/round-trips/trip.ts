/** One document written by a mapping, through the syntax where it has a writer, and read back. */
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { Delimiters, Segment } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { plainDate } from "../../src/values/dates.ts";
import type { Finding } from "../../src/values/finding.ts";
import { asSegment, withoutOrdinals } from "./compare.ts";
import type { Held } from "./documents.ts";

const DELIMITERS: Readonly<Record<string, Delimiters>> = {
  x12: { element: "*", component: ">", repetition: "^", segment: "~", release: "" },
  edifact: { element: "+", component: ":", repetition: "", segment: "'", release: "?" },
};
const NONE: Delimiters = { element: "", component: "", repetition: "", segment: "", release: "" };

export type Trip =
  | { readonly outcome: "refused"; readonly findings: readonly Finding[] }
  | { readonly outcome: "unread"; readonly findings: readonly Finding[]; readonly written: string }
  | { readonly outcome: "read"; readonly document: Held; readonly written: string };

/** Writes and reads a document. */
export function roundTrip(mapping: CompiledMapping, document: Held, version: string): Trip {
  const { syntax } = mapping;
  const delimiters = DELIMITERS[syntax] ?? NONE;
  const context = { family: syntax, delimiters, version, charset: "latin1" } as const;
  const { set, findings } = mapping.write(document, { ...context, setControl: syntax === "x12" ? "0001" : "1" });
  const refusing = findings.filter(({ severity }) => severity === "reject");
  if (refusing.length > 0) return { outcome: "refused", findings: refusing };
  const segments = throughSyntax(syntax, set.segments);
  const written = set.segments.map((segment) => segment.join(delimiters.element || "|")).join("\n");
  const reading = mapping.read([segments], { ...context, sentOn: plainDate("2027-03-01") } satisfies ReadContext);
  // Made-up words are codes that nobody listed.
  const wrong = reading.findings.filter(
    ({ severity, code }) => severity !== "note" && code !== "ELEMENT_CODE_UNLISTED",
  );
  if (wrong.length > 0 || reading.accounted.unknown > 0) return { outcome: "unread", findings: wrong, written };
  const parsed = DOCUMENT_SCHEMAS[mapping.document].safeParse(reading.document);
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    throw new Error(
      `what ${mapping.name} reads is no ${mapping.document}: ${fault?.path.join(".") ?? ""} ${fault?.message ?? ""}\n${written}`,
    );
  }
  return { outcome: "read", document: withoutOrdinals(reading.document) as Held, written };
}

/** The segments as our own reader cuts them out of bytes, where the family has separators; else as they were written. */
function throughSyntax(syntax: string, segments: readonly (readonly string[])[]): readonly Segment[] {
  if (syntax !== "edifact") return segments.map(asSegment);
  const body = segments.map((segment) => `${segment.join("+")}'`).join("\n");
  const control = segments[0]?.[1] ?? "1";
  const bytes = `UNA:+.? 'UNB+UNOC:3+A+B+270301:1200+1'${body}UNT+${segments.length + 1}+${control}'UNZ+1+1'`;
  const source = memorySource("trip.edi", Buffer.from(bytes, "latin1"));
  const [interchange] = catalogueOf(source).interchanges;
  const set = interchange?.groups[0]?.sets[0];
  if (interchange === undefined || set === undefined) throw new Error(`our reader finds no message in ${bytes}`);
  return [...segmentsOf(source, interchange, set)].flat();
}

/** Versions to write a mapping's message in: the first and the last that it is for, and the usual one. */
export function versionsOf({ definition }: CompiledMapping): string[] {
  const { syntax, message } = definition;
  const usual = syntax === "x12" ? "004010" : syntax === "edifact" ? "D:97A" : "";
  const ends = message.versions.flatMap(({ from, to }) => [from, to]);
  if (ends.length === 0) return [usual];
  const first = ends[0] ?? usual;
  const last = ends.at(-1) ?? usual;
  return [...new Set([first, last])];
}

/** All values at a path (`lines.steps.quantity`), whatever list they stand in, in order. */
export function valuesAt(held: unknown, path: readonly string[]): unknown[] {
  if (held === undefined || held === null) return [];
  if (Array.isArray(held)) return held.flatMap((item) => valuesAt(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return [held];
  return valuesAt((held as Held)[name], rest);
}
