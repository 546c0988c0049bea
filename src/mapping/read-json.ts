/**
 * Reading a canonical document as JSON: it is the document, so nothing is translated. What it cannot hold is listed, what is
 * wrong is found with its line and path. Figures may be JSON numbers and are taken as they are written; null says nothing.
 */
import { DOCUMENT_SCHEMAS } from "../documents/schemas.ts";
import { type JsonNode, type JsonObject, lineCounter, readJson } from "../syntax/json-text.ts";
import type { Segment } from "../syntax/segment.ts";
import { readMillionths, writeMillionths } from "../values/figures.ts";
import type { Finding, Place } from "../values/finding.ts";
import { nearest } from "../values/nearest.ts";
import type { MappingDefinition } from "./definition.ts";
import { documentShape, type FieldKind, type ObjectShape } from "./document-shape.ts";
import { completed, type Reader, type Reading } from "./read.ts";
import type { Held, ReadContext, Unmapped } from "./run.ts";

/** One reading of a document. */
interface JsonRun {
  readonly context: ReadContext;
  readonly first: Segment;
  readonly lineAt: (offset: number) => number;
  /** Objects that are segments of their own, in the order of the text; and by their offset. */
  readonly segments: readonly Segment[];
  readonly ordinals: ReadonlyMap<number, Segment>;
  readonly findings: Finding[];
  readonly unmapped: Unmapped[];
  /** Where the values of the document stand, by their path. */
  readonly places: Map<string, number>;
}

const MOST_FINDINGS = 2000;

/** Compiles the identity mapping of a document for reading. */
export function compileJsonReader(definition: MappingDefinition): Reader {
  const shape = documentShape(definition.document);
  return (batches, context) => {
    const segments = [...batches].flat();
    const [first] = segments;
    const root = first === undefined ? undefined : readJson(first.elements[1] ?? "");
    if (first === undefined || root === undefined || "fault" in root || root.kind !== "object")
      return nothing(segments);
    const run: JsonRun = {
      context,
      first,
      lineAt: lineCounter(first.elements[1] ?? "", first.line),
      segments,
      ordinals: new Map(segments.map((segment) => [segment.byte - first.byte, segment])),
      findings: [],
      unmapped: [],
      places: new Map(),
    };
    const document = objectOf(root, shape, "", "", run);
    const whole = completed(document, definition);
    checkAgainstSchema(whole, definition, run);
    const { findings, unmapped } = run;
    const accounted = { segments: segments.length, mapped: segments.length, unknown: 0 };
    return { document: whole, findings, unmapped, unknown: [], accounted };
  };
}

/** Pass one has found what is wrong with the text. */
const nothing = (segments: readonly Segment[]): Reading => ({
  document: {},
  findings: [],
  unmapped: [],
  unknown: [],
  accounted: { segments: segments.length, mapped: segments.length, unknown: 0 },
});

/** The object at a node; `inner` names the object within an object of the shape, `path` where it stands in the document. */
function objectOf(node: JsonObject, shape: ObjectShape, inner: string, path: string, run: JsonRun): Held {
  const object: Held = {};
  const segment = inner === "" && path !== "" ? run.ordinals.get(node.at) : undefined;
  if (segment !== undefined) object["segment"] = segment.inSet;
  run.places.set(path, node.at);
  for (const [key, { value, keyAt }] of node.members) {
    if (value.kind === "word" && value.text === "null") continue;
    const name = inner === "" ? key : `${inner}.${key}`;
    const at = path === "" ? key : `${path}.${key}`;
    run.places.set(at, value.at);
    const list = shape.lists.get(name);
    const field = shape.fields.get(name);
    if (list !== undefined) object[key] = listOf(value, list, at, run);
    else if (field !== undefined) object[key] = valueOf(value, field, at, run);
    else if (isInner(shape, name)) object[key] = innerOf(value, shape, name, at, run);
    else if (key !== "segment") listUnknown(value, keyAt, at, [...namesIn(shape, inner)], run);
  }
  return object;
}

const isInner = (shape: ObjectShape, name: string): boolean =>
  [...shape.fields.keys(), ...shape.lists.keys()].some((field) => field.startsWith(`${name}.`));

const namesIn = (shape: ObjectShape, inner: string): Set<string> =>
  new Set(
    [...shape.fields.keys(), ...shape.lists.keys()]
      .filter((name) => inner === "" || name.startsWith(`${inner}.`))
      .map((name) => (inner === "" ? name : name.slice(inner.length + 1)).split(".")[0] ?? ""),
  );

function listOf(node: JsonNode, shape: ObjectShape, path: string, run: JsonRun): unknown {
  if (node.kind !== "list") return misplaced(node, "a list [ … ]", path, run);
  return node.items.map((item, at) =>
    item.kind === "object"
      ? objectOf(item, shape, "", `${path}[${at}]`, run)
      : (misplaced(item, "an object { … }", `${path}[${at}]`, run) ?? {}),
  );
}

function innerOf(node: JsonNode, shape: ObjectShape, name: string, path: string, run: JsonRun): unknown {
  return node.kind === "object"
    ? objectOf(node, shape, name, path, run)
    : misplaced(node, "an object { … }", path, run);
}

function valueOf(node: JsonNode, field: FieldKind, path: string, run: JsonRun): unknown {
  if (node.kind !== "text" && node.kind !== "number") return misplaced(node, "text in double quotes", path, run);
  if (field.kind !== "figure") return node.text;
  const millionths = readMillionths(node.text);
  return typeof millionths === "bigint" ? writeMillionths(millionths) : node.text;
}

/** What is of another kind is left out, with a finding. */
function misplaced(node: JsonNode, expected: string, path: string, run: JsonRun): undefined {
  const found = node.kind === "number" || node.kind === "word" ? node.text : node.kind;
  add(run, {
    code: "ELEMENT_NOT_READABLE",
    severity: "reject",
    message: "The value is of another kind than the document has there",
    place: placeOf(run, node.at, path),
    expected,
    found,
    remedy: "Correct the document by its schema and send it again.",
  });
  return undefined;
}

function listUnknown(node: JsonNode, keyAt: number, path: string, names: readonly string[], run: JsonRun): void {
  const raw = (run.first.elements[1] ?? "").slice(node.at, node.end);
  const place = placeOf(run, keyAt, path);
  const found = Buffer.from(raw, "latin1").toString("utf8").slice(0, 80);
  run.unmapped.push({
    line: path.replaceAll(/\[\d+\]/g, ""),
    tag: place.tag ?? "",
    element: 0,
    count: 1,
    first: place,
    found,
  });
  const meant = nearest(path.split(".").at(-1) ?? "", names);
  add(run, {
    code: "ELEMENT_NOT_USED",
    severity: "tolerated",
    message: "The key is no field of the document and was left aside",
    place,
    expected: `one of ${names.join(", ")}`,
    found: path.split(".").at(-1) ?? path,
    remedy: meant === undefined ? "Leave it out, or ask for the field." : `Did you mean \`${meant}\`?`,
  });
}

function checkAgainstSchema(document: Held, definition: MappingDefinition, run: JsonRun): void {
  const checked = DOCUMENT_SCHEMAS[definition.document].safeParse(document);
  if (checked.success) return;
  const seen = new Set<string>();
  for (const issue of checked.error.issues) {
    const path = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
    const words = path.replace(/^\./, "");
    const found = valueAt(document, issue.path);
    // What is of another kind was left out with a finding; of several complaints about a value the first is enough.
    if ((found === undefined && run.places.has(words)) || seen.has(words)) continue;
    seen.add(words);
    add(run, {
      code: found === undefined ? "ELEMENT_MISSING" : "ELEMENT_NOT_READABLE",
      severity: "reject",
      message: found === undefined ? "A field that must be there is missing" : "The value cannot be read",
      place: placeOf(run, nearestPlace(run, words), words),
      expected: found === undefined ? "a value" : issue.message.replace(/^Invalid (?:input|string|option): /, ""),
      found: found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80),
      remedy: "Correct the document by its schema and send it again.",
    });
  }
}

const valueAt = (document: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((held, step) => (held as Record<PropertyKey, unknown> | undefined)?.[step], document);

/** The offset of a value, or of what it should stand in. */
function nearestPlace({ places }: JsonRun, path: string): number {
  for (let held = path; held !== ""; held = held.replace(/(?:^|\.|(?=\[))[^.[]*(?:\[\d+\])?$/, "")) {
    const at = places.get(held);
    if (at !== undefined) return at;
  }
  return 0;
}

function placeOf(run: JsonRun, at: number, field: string): Place {
  const { context, first, segments } = run;
  const within = segments[lastBefore(segments, first.byte + at)] ?? first;
  return {
    ...(context.file === undefined ? {} : { file: context.file }),
    byte: first.byte + at,
    line: run.lineAt(at),
    segment: within.ordinal,
    inSet: within.inSet,
    tag: within.tag,
    field,
  };
}

/** The last segment that does not begin behind `byte`. */
function lastBefore(segments: readonly Segment[], byte: number): number {
  let [from, to] = [0, segments.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((segments[middle] as Segment).byte <= byte) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

function add({ findings }: JsonRun, finding: Finding): void {
  if (findings.length < MOST_FINDINGS) findings.push(finding);
}
