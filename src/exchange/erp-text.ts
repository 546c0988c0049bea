/** Reads the JSON that the ERP sends: one record or a list of records, each checked by itself, faults with line and column. */
import { placedText } from "../config/placed-text.ts";
import { type ErpInbound, erpInbound } from "../documents/erp.ts";
import { coerceError } from "../values/errors.ts";
import type { Finding, Place } from "../values/finding.ts";

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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return refused(syntaxFinding(name, text, coerceError(thrown).message));
  }
  const twice = placedText(name, text).faults[0];
  if (twice !== undefined) return refused(unreadable(twice.place, twice.message, "JSON with each key once"));
  const list = Array.isArray(value);
  const records = (list ? (value as unknown[]) : [value]).map((record, n) =>
    readRecord(name, text, record, list ? [n] : []),
  );
  if (records.length === 0)
    return refused(unreadable({ file: name, line: 1, column: 1 }, "The list is empty", "at least one record"));
  return { records, findings: [] };
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

/** JSON.parse names a place in words that differ by version of Node; what it says is turned into line and column. */
function syntaxFinding(name: string, text: string, message: string): Finding {
  const position = /position (\d+)/.exec(message)?.[1];
  const offset = position === undefined ? offsetOfRest(text, message) : Number(position);
  const before = text.slice(0, offset).split("\n");
  const place = { file: name, line: before.length, column: (before.at(-1) as string).length + 1 };
  const found = text.slice(offset, offset + 20).split("\n")[0] as string;
  return {
    ...unreadable(place, "The file is no JSON", "JSON: one record, or a list of records"),
    found: offset >= text.length ? "the end of the file" : JSON.stringify(found),
  };
}

/** `Unexpected token x, "…rest" is not valid JSON` quotes what follows; an unexpected end is the end. */
function offsetOfRest(text: string, message: string): number {
  const quoted = /"(.*)" is not valid JSON$/s.exec(message)?.[1];
  if (quoted === undefined) return text.length;
  const at = text.indexOf(quoted.replace(/^\.\.\./, "").replace(/\.\.\.$/, ""));
  const token = /^Unexpected token '?(.)'?/s.exec(message)?.[1] ?? "";
  return at < 0 ? text.length : Math.max(at, text.indexOf(token, at));
}

function readRecord(name: string, text: string, record: unknown, path: readonly number[]): ErpRecord {
  const parsed = erpInbound.safeParse(record);
  const label = labelOf(record, path);
  const schema = schemaOf(record);
  if (parsed.success) return { label, schema, document: parsed.data, findings: [] };
  return { label, schema, document: undefined, findings: findingsOf(name, text, record, path) };
}

const KNOWN_SCHEMAS = erpInbound.options.map((option) => option.shape.schema.value);

function findingsOf(name: string, text: string, record: unknown, path: readonly number[]): Finding[] {
  const places = placedText(name, text);
  const option = erpInbound.options.find(({ shape }) => shape.schema.value === schemaOf(record));
  if (option === undefined) {
    const found = schemaOf(record);
    return [
      {
        code: "EXCHANGE_ERP_RECORD",
        severity: "reject",
        message: "The record does not say what it is",
        place: places.placeOf([...path, "schema"]),
        expected: `"schema" to be one of ${KNOWN_SCHEMAS.join(", ")}`,
        ...(found === "" ? {} : { found }),
        remedy: "State the schema of each record",
      },
    ];
  }
  return faultsIn(name, text, path, option, record);
}

function faultsIn(
  name: string,
  text: string,
  path: readonly number[],
  option: (typeof erpInbound.options)[number],
  record: unknown,
): Finding[] {
  const places = placedText(name, text);
  const result = option.safeParse(record);
  const issues = result.success ? [] : result.error.issues;
  return issues.map((issue) => {
    const at = [...path, ...issue.path];
    const key = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const found = key ?? places.found(at);
    return {
      code: "EXCHANGE_ERP_RECORD",
      severity: "reject" as const,
      message: key === undefined ? "A value is missing or not allowed" : `\`${key}\` is no field of this record`,
      place: key === undefined ? places.placeOf(at) : places.placeOfKey(at, key),
      expected: issue.message.replace(/^Invalid (input|string): (expected )?/, ""),
      ...(found === undefined ? {} : { found }),
      remedy: "Correct the record and send it again",
    };
  });
}

const fieldOf = (record: unknown, field: string): string => {
  const held = record !== null && typeof record === "object" ? (record as Record<string, unknown>)[field] : undefined;
  return typeof held === "string" ? held : "";
};

const schemaOf = (record: unknown): string => fieldOf(record, "schema");

function labelOf(record: unknown, path: readonly number[]): string {
  const named = fieldOf(record, "confirmation") || fieldOf(record, "number") || fieldOf(record, "customerNumber");
  return named === "" ? `record ${(path[0] ?? 0) + 1}` : named;
}
