/**
 * Canonical documents as JSON: `{ "schema": "calloff/delivery-schedule/1", "sender": …, "control": …, "document": {…} }`, with
 * `documents` several of them under one envelope, or an array of such envelopes. Recognised by its first character.
 */
import { type PlainDate, readDate } from "../values/dates.ts";
import type { Finding, Place } from "../values/finding.ts";
import { addFinding, MOST_FAULTS } from "./codes.ts";
import {
  type JsonFault,
  type JsonMember,
  type JsonNode,
  type JsonObject,
  lineCounter,
  readJson,
  segmentsIn,
} from "./json-text.ts";
import {
  type ByteSource,
  type Catalogue,
  type InterchangeEntry,
  NO_DELIMITERS,
  type Segment,
  type SetEntry,
} from "./segment.ts";
import { ungroupedSets } from "./ungrouped.ts";

/** A text is held whole, with the place of every value: ten times its size. */
const MOST_BYTES = 32 * 1024 * 1024;
const SCHEMA = /^calloff\/([a-z]+(?:-[a-z]+)*)\/(\d{1,3})$/;
const KEYS = ["schema", "sender", "receiver", "control", "sentOn", "sentAt", "test", "document", "documents"];

/** Offset of the JSON text in a file that is one: behind a byte order mark and blanks stands `{` or `[`. */
export function jsonStart(text: string): number | undefined {
  const before = /^(?:\u00EF\u00BB\u00BF)?[ \t\r\n]*/.exec(text)?.[0] ?? "";
  return /^[{[][ \t\r\n]*["{[\]}]/.test(text.slice(before.length)) ? before.length : undefined;
}

function textOf(source: ByteSource, from: number, end: number): string {
  const bytes = Buffer.alloc(end - from);
  let length = 0;
  for (let got = 1; got > 0 && length < bytes.length; length += got) {
    got = source.read(bytes.subarray(length), from + length);
  }
  return bytes.toString("latin1", 0, length);
}

interface Reading {
  readonly lineAt: (offset: number) => number;
  segments: number;
  sets: number;
}

/** The catalogue of a JSON file whose text begins at `start`. */
export function jsonCatalogue(source: ByteSource, start: number): Catalogue {
  const of = { size: source.size, family: "json" as const };
  if (source.size > MOST_BYTES) return { ...of, segments: 0, interchanges: [], findings: [tooLarge(source.size)] };
  const text = textOf(source, 0, source.size);
  const root = readJson(text, start);
  const lineAt = lineCounter(text);
  if ("fault" in root) return { ...of, segments: 0, interchanges: [], findings: [unreadable(root.fault, lineAt)] };
  const reading: Reading = { lineAt, segments: 0, sets: 0 };
  const envelopes = root.kind === "list" ? root.items : [root];
  const findings = envelopes.length === 0 ? [faulty(root, "", "The list is empty", "an envelope", "[]", lineAt)] : [];
  const interchanges: InterchangeEntry[] = [];
  let broken = 0;
  for (const node of envelopes) {
    if (broken === MOST_FAULTS.structural) {
      findings.push(
        faulty(node, "", "From here on nothing is read", `fewer than ${broken} faulty envelopes`, "more", lineAt),
      );
      break;
    }
    const entry = interchangeOf(node, interchanges.length + 1, reading);
    if (entry.findings.some(({ severity }) => severity === "reject")) broken += 1;
    interchanges.push(entry);
  }
  return { ...of, segments: reading.segments, interchanges, findings };
}

/** The document of a set and the objects of its lists, a segment each. */
export function* jsonSegmentsOf(
  source: ByteSource,
  set: Pick<SetEntry, "firstByte" | "endByte" | "firstSegment" | "line">,
): Generator<readonly Segment[]> {
  const text = textOf(source, set.firstByte, set.endByte);
  const root = readJson(text);
  if ("fault" in root) return;
  const lineAt = lineCounter(text, set.line);
  yield Array.from(segmentsIn(root), ({ node, tag }, at) => ({
    tag,
    elements: [tag, text.slice(node.at, node.end)],
    byte: set.firstByte + node.at,
    line: lineAt(node.at),
    ordinal: set.firstSegment + at,
    inSet: at + 1,
  }));
}

function interchangeOf(node: JsonNode, ordinal: number, reading: Reading): InterchangeEntry {
  const findings: Finding[] = [];
  const { lineAt } = reading;
  const envelope: JsonObject["members"] = node.kind === "object" ? node.members : new Map();
  if (node.kind !== "object") findings.push(faulty(node, "", "An envelope is an object", "{ … }", node.kind, lineAt));
  const text = (key: string, pattern?: RegExp, expected = "text"): string => {
    const member = envelope.get(key);
    if (member === undefined || isNull(member)) return "";
    const held = member.value.kind === "text" || member.value.kind === "number" ? member.value.text : undefined;
    if (held !== undefined && (pattern === undefined || pattern.test(held))) return held;
    const found = held ?? member.value.kind;
    findings.push(faulty(member.value, key, `The envelope's ${key} cannot be read`, expected, found, lineAt));
    return "";
  };
  const schema = text("schema", SCHEMA, "calloff/delivery-schedule/1 or another document's schema");
  const [, type = "", version = ""] = SCHEMA.exec(schema) ?? [];
  if (type === "" && findings.length === 0) {
    findings.push(faulty(node, "schema", "The envelope names no schema", "calloff/<document>/1", "nothing", lineAt));
  }
  const sender = text("sender");
  const receiver = text("receiver");
  const control = text("control");
  const stated = text("sentOn", /^\d{4}-\d\d-\d\d$/, "a day YYYY-MM-DD");
  const sentOn: PlainDate | "" = readDate(stated) ?? "";
  const sentAt = text("sentAt", /^([01]\d|2[0-3]):[0-5]\d$/, "a time HH:MM");
  if (stated !== "" && sentOn === "") {
    const at = envelope.get("sentOn")?.value ?? node;
    findings.push(faulty(at, "sentOn", "The day is none of the calendar", "a day YYYY-MM-DD", stated, lineAt));
  }
  for (const finding of furtherKeys(envelope, lineAt)) addFinding(findings, finding);
  const sets = documentsOf(node, envelope, findings, lineAt).map(([document, number]) =>
    setOf(document, { type, version, control: number === 0 ? control : String(number) }, reading),
  );
  const time = sentAt.replace(":", "");
  return {
    ordinal,
    family: "json",
    delimiters: NO_DELIMITERS,
    version,
    sender: { qualifier: "", id: sender },
    receiver: { qualifier: "", id: receiver },
    control,
    sentOn,
    sentAt,
    test: isTest(envelope, findings, lineAt),
    acknowledgementRequested: false,
    firstByte: node.at,
    endByte: node.end,
    line: lineAt(node.at),
    segments: sets.reduce((sum, { segments }) => sum + segments, 0),
    groups: ungroupedSets(sets, { sender, receiver, control, version, date: sentOn, time }),
    findings,
    complete: true,
    charset: "utf-8",
  };
}

const isNull = ({ value }: JsonMember): boolean => value.kind === "word" && value.text === "null";

function isTest(envelope: JsonObject["members"], findings: Finding[], lineAt: Reading["lineAt"]): boolean {
  const member = envelope.get("test");
  if (member === undefined || isNull(member)) return false;
  const { value } = member;
  if (value.kind === "word") return value.text === "true";
  findings.push(faulty(value, "test", "The envelope's test cannot be read", "true or false", value.kind, lineAt));
  return false;
}

/** The documents under an envelope, numbered where there may be several; 0 where there is one. */
function documentsOf(
  node: JsonNode,
  envelope: JsonObject["members"],
  findings: Finding[],
  lineAt: Reading["lineAt"],
): (readonly [JsonNode, number])[] {
  const one = envelope.get("document")?.value;
  const several = envelope.get("documents")?.value;
  if (one !== undefined && several === undefined) {
    if (one.kind === "object") return [[one, 0]];
    findings.push(faulty(one, "document", "A document is an object", "{ … }", one.kind, lineAt));
    return [];
  }
  if (one === undefined && several?.kind === "list" && several.items.length > 0) {
    return several.items.flatMap((item, at): (readonly [JsonNode, number])[] => {
      if (item.kind === "object") return [[item, at + 1]];
      addFinding(findings, faulty(item, `documents[${at}]`, "A document is an object", "{ … }", item.kind, lineAt));
      return [];
    });
  }
  if (node.kind !== "object") return [];
  const found = one === undefined ? (several === undefined ? "neither" : several.kind) : "both";
  const message = "The envelope holds no document";
  findings.push(
    faulty(several ?? node, "document", message, "document, or a list of them as documents", found, lineAt),
  );
  return [];
}

function* furtherKeys(envelope: JsonObject["members"], lineAt: Reading["lineAt"]): Generator<Finding> {
  for (const [key, { keyAt, value }] of envelope) {
    if (KEYS.includes(key)) continue;
    yield {
      ...faulty(value, key, "The envelope has a key that says nothing here", `one of ${KEYS.join(", ")}`, key, lineAt),
      severity: "tolerated",
      place: { byte: keyAt, line: lineAt(keyAt), field: key },
    };
  }
}

function setOf(
  node: JsonNode,
  { control, type, version }: { readonly type: string; readonly version: string; readonly control: string },
  reading: Reading,
): SetEntry {
  const segments = [...segmentsIn(node)].length;
  const firstSegment = reading.segments + 1;
  reading.segments += segments;
  reading.sets += 1;
  return {
    ordinal: reading.sets,
    type,
    control,
    version,
    association: "",
    firstByte: node.at,
    endByte: node.end,
    firstSegment,
    segments,
    line: reading.lineAt(node.at),
    findings: [],
  };
}

function faulty(
  { at }: JsonNode,
  field: string,
  message: string,
  expected: string,
  found: string,
  lineAt: Reading["lineAt"],
): Finding {
  const place: Place = { byte: at, line: lineAt(at), ...(field === "" ? {} : { field }) };
  return {
    code: "SYNTAX_JSON_ENVELOPE",
    severity: "reject",
    message,
    place,
    expected,
    found: found.slice(0, 80),
    remedy: "Correct the envelope and send the file again.",
  };
}

const unreadable = ({ at, expected, found, message }: JsonFault, lineAt: Reading["lineAt"]): Finding => ({
  code: "SYNTAX_JSON",
  severity: "reject",
  message,
  place: { byte: at, line: lineAt(at) },
  expected,
  found,
  remedy: "Correct the JSON text and send the file again.",
});

const tooLarge = (size: number): Finding => ({
  code: "SYNTAX_JSON",
  severity: "reject",
  message: "The JSON text is too large to be read",
  place: { byte: 0, line: 1 },
  expected: `at most ${MOST_BYTES} bytes`,
  found: String(size),
  remedy: "Send the documents in several files.",
});
