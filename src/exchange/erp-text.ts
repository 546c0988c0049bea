/** Reads the JSON that the ERP sends: one record or a list of records, each checked by itself, faults with line and column. */
import type { z } from "zod";
import { jsonSchemaOf, keysAt } from "../config/json-schema.ts";
import { pathInWords } from "../config/placed-text.ts";
import { expectedBy } from "../config/read-yaml.ts";
import { type ErpInbound, erpInbound } from "../documents/erp.ts";
import { coerceError } from "../values/errors.ts";
import type { Finding, Place } from "../values/finding.ts";
import { nearest } from "../values/nearest.ts";
import { type JsonNode, jsonTree, keyOffsetIn, lineAndColumn, offsetIn, repeatedKeyAt } from "./json-places.ts";

/** One record of a file of the ERP. */
export interface ErpRecord {
  /** What to call it in the receipt: its own number, else its place in the file. */
  readonly label: string;
  readonly schema: string;
  /** Absent when the record is not valid. */
  readonly document: ErpInbound | undefined;
  readonly findings: readonly Finding[];
}

export interface ErpText {
  readonly records: readonly ErpRecord[];
  /** Faults of the file as a whole; with any of them there are no records. */
  readonly findings: readonly Finding[];
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Reads the bytes of one file. Never throws on content. */
export function readErpText(name: string, bytes: Uint8Array): ErpText {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refused(unreadable({ file: name }, "The file is no UTF-8", "JSON in UTF-8"));
  }
  const parsed = parse(name, text);
  if ("code" in parsed) return refused(parsed);
  const list = Array.isArray(parsed.value);
  const held = list ? (parsed.value as readonly unknown[]) : [parsed.value];
  if (held.length === 0) {
    return refused(unreadable({ file: name, line: 1, column: 1 }, "The list is empty", "at least one record"));
  }
  const tree = onlyOnce(() => jsonTree(text));
  return { records: held.map((record, n) => readRecord({ name, text, tree }, record, list ? [n] : [])), findings: [] };
}

/** A text that faults are placed in; its tree is made when the first fault is. */
interface Source {
  readonly name: string;
  readonly text: string;
  readonly tree: () => JsonNode;
}

function onlyOnce<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const refused = (finding: Finding): ErpText => ({ records: [], findings: [finding] });

const unreadable = (place: Place, message: string, expected: string): Finding => ({
  code: "EXCHANGE_ERP_JSON",
  severity: "reject",
  message,
  place,
  expected,
  remedy: "Correct the file and drop it again",
});

function parse(name: string, text: string): Finding | { readonly value: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return syntaxFinding(name, text, coerceError(thrown).message);
  }
  try {
    const twice = repeatedKeyAt(text);
    if (twice === undefined) return { value };
    const place = { file: name, ...lineAndColumn(text, twice) };
    return unreadable(place, "A key stands twice in one object", "each key once");
  } catch (thrown) {
    return unreadable({ file: name }, `The file cannot be read: ${coerceError(thrown).message}`, "records");
  }
}

/** JSON.parse names a place in words that differ by version of Node; what it says is turned into line and column. */
function syntaxFinding(name: string, text: string, message: string): Finding {
  const position = /position (\d+)/.exec(message)?.[1];
  const offset = position === undefined ? offsetOfRest(text, message) : Number(position);
  const place = { file: name, ...lineAndColumn(text, offset) };
  const found = text.slice(offset, offset + 20).split("\n")[0] as string;
  return {
    ...unreadable(place, "The file is no JSON", "JSON: one record, or a list of records"),
    found: offset >= text.length ? "the end of the file" : JSON.stringify(found),
  };
}

/** `Unexpected token x, "…rest" is not valid JSON` quotes what stands around it; an unexpected end is the end. */
function offsetOfRest(text: string, message: string): number {
  const end = '" is not valid JSON';
  const begin = message.indexOf('"');
  if (begin < 0 || !message.endsWith(end)) return text.length;
  const quoted = message.slice(begin + 1, -end.length);
  const at = text.indexOf(quoted.replace(/^\.\.\./, "").replace(/\.\.\.$/, ""));
  const token = /^Unexpected token '?(.)'?/s.exec(message)?.[1] ?? "";
  return at < 0 ? text.length : Math.max(at, text.indexOf(token, at));
}

function readRecord(source: Source, record: unknown, path: readonly number[]): ErpRecord {
  const parsed = erpInbound.safeParse(record);
  const label = labelOf(record, path);
  const schema = fieldOf(record, "schema");
  if (parsed.success) return { label, schema, document: parsed.data, findings: [] };
  return { label, schema, document: undefined, findings: findingsOf(source, record, path) };
}

function findingsOf(source: Source, record: unknown, path: readonly number[]): Finding[] {
  const stated = fieldOf(record, "schema");
  const known = erpInbound.options.map((option) => option.shape.schema.value);
  const option = erpInbound.options.find(({ shape }) => shape.schema.value === stated);
  if (option === undefined) {
    const place = placeOf(source, [...path, "schema"]);
    const expected = `"schema" to be one of ${known.join(", ")}`;
    return [
      {
        ...fault("The record does not say what it is", place, expected, JSON.stringify(stated)),
        remedy: "State the schema of each record",
      },
    ];
  }
  const result = option.safeParse(record);
  const issues = result.success ? [] : result.error.issues;
  return issues.flatMap((issue) => faultsOf(source, record, path, option, issue));
}

const fault = (message: string, place: Place, expected: string, found: string): Finding => ({
  code: "EXCHANGE_ERP_RECORD",
  severity: "reject",
  message,
  place,
  expected,
  found,
  remedy: "Correct the record and send it again",
});

function faultsOf(
  source: Source,
  record: unknown,
  path: readonly number[],
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
): Finding[] {
  const at = [...path, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(jsonSchemaOf(schema), issue.path);
    return issue.keys.map((key) => {
      const place = { ...offsetPlace(source, keyOffsetIn(source.tree(), at, key)), field: pathInWords([...at, key]) };
      const meant = nearest(key, known);
      const found = fault(`\`${key}\` is no field of this record`, place, `one of ${known.join(", ")}`, key);
      return meant === undefined ? found : { ...found, remedy: `Did you mean \`${meant}\`?` };
    });
  }
  const held = valueAt(record, issue.path);
  const missing = held === undefined;
  const message = missing ? "A value is missing" : "A value is not allowed here";
  const found = missing ? "nothing" : JSON.stringify(held).slice(0, 60);
  const finding = fault(message, placeOf(source, at), expectedBy(issue), found);
  return [
    typeof held === "number" && issue.code === "invalid_type"
      ? { ...finding, remedy: `Put it in quotes: "${held}"` }
      : finding,
  ];
}

const offsetPlace = ({ name, text }: Source, offset: number): Place => ({ file: name, ...lineAndColumn(text, offset) });

const placeOf = (source: Source, path: readonly PropertyKey[]): Place => ({
  ...offsetPlace(source, offsetIn(source.tree(), path)),
  field: pathInWords(path),
});

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  let held = record;
  for (const step of path) held = (held as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[step];
  return held;
}

function fieldOf(record: unknown, field: string): string {
  const held = record !== null && typeof record === "object" ? (record as Record<string, unknown>)[field] : undefined;
  return typeof held === "string" ? held : "";
}

function labelOf(record: unknown, path: readonly number[]): string {
  const named = fieldOf(record, "confirmation") || fieldOf(record, "number") || fieldOf(record, "customerNumber");
  return named === "" ? `record ${(path[0] ?? 0) + 1}` : named;
}
