/** What a mapping loses: every field of the document's schema is written and read back, alone and among others. */
import { z } from "zod";
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import { documentShape, type ObjectShape } from "../../src/mapping/document-shape.ts";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { Finding } from "../../src/values/finding.ts";
import { differenceOf, inOrder, isSame, without } from "./compare.ts";
import { type Held, makeDocument, shuffled, type Wish } from "./documents.ts";
import { assumedFields, heldPaths, type Model, modelOf } from "./model.ts";
import { learn, repair } from "./repair.ts";
import { asSchedule } from "./schedule-rules.ts";
import { roundTrip, type Trip, valuesAt, versionsOf } from "./trip.ts";
import { Dice } from "./values.ts";

/** What became of one field over all documents that held it. */
export interface Evidence {
  readonly path: string;
  survived: number;
  lost: number;
  refused: number;
  /** A document in which it was lost, and what was written. */
  example: string;
}

export interface Losses {
  readonly mapping: CompiledMapping;
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Whole documents without a listed field that came back as others, or could not be read. */
  readonly differences: readonly string[];
  /** Of the documents of many fields, how many were written. */
  readonly written: number;
  readonly tried: number;
}

/** Worked out by the mapping or the envelope, not by the document. */
const OUTSIDE = new Set(["numbers", "layer", "set.number", "set.version", "set"]);
const MOST_REPAIRS = 12;

/** Every field below a shape by its full path. */
export function fieldsOf(shape: ObjectShape, prefix = ""): string[] {
  return [
    ...[...shape.fields.keys()].map((name) => prefix + name),
    ...[...shape.lists].flatMap(([name, inner]) => fieldsOf(inner, `${prefix}${name}.`)),
  ].filter((path) => !OUTSIDE.has(path));
}

/** Whether a field is one that the mapping says it loses. */
export const isListed = (loses: readonly string[], path: string): boolean =>
  loses.some((lost) => path === lost || path.startsWith(`${lost}.`));

interface Trying {
  readonly mapping: CompiledMapping;
  readonly shape: ObjectShape;
  readonly model: Model;
  readonly held: ReadonlySet<string>;
  readonly versions: readonly string[];
  readonly needed: Set<string>;
  readonly dice: Dice;
}

/** Tries a mapping: each field so often alone, and so many documents of many fields. */
export function lossesOf(mapping: CompiledMapping, seed: number, alone = 4, together = 120): Losses {
  const shape = documentShape(mapping.document);
  const model = modelOf(mapping.definition);
  const trying: Trying = {
    mapping,
    shape,
    model,
    held: heldPaths(model),
    versions: versionsOf(mapping),
    needed: new Set(requiredBy(mapping)),
    dice: new Dice(seed),
  };
  const evidence = new Map<string, Evidence>();
  for (const path of fieldsOf(shape)) {
    const held: Evidence = { path, survived: 0, lost: 0, refused: 0, example: "" };
    evidence.set(path, held);
    for (let n = 0; n < alone; n += 1) tryField(trying, held);
  }
  const held = [...evidence.values()].filter(({ survived }) => survived > 0).map(({ path }) => path);
  const { differences, written } = tryTogether(trying, held, together);
  return { mapping, evidence, differences, written, tried: together };
}

/** Fields that the schema asks for in objects of lists, e.g. the quantity of a step. */
function requiredBy({ document }: CompiledMapping): string[] {
  interface Node {
    readonly type?: string;
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Node>>;
    readonly items?: Node;
  }
  const walk = ({ properties = {}, required = [] }: Node, prefix: string): string[] =>
    Object.entries(properties).flatMap(([name, inner]) => [
      ...(required.includes(name) && inner.type === "string" ? [prefix + name] : []),
      ...(inner.type === "object" ? walk(inner, `${prefix}${name}.`) : []),
      ...(inner.items === undefined ? [] : walk(inner.items, `${prefix}${name}.`)),
    ]);
  return walk(z.toJSONSchema(DOCUMENT_SCHEMAS[document], { reused: "inline" }) as Node, "");
}

/** Makes a document with these fields, written if it can be brought about. */
function attempt(trying: Trying, wanted: ReadonlySet<string>): { document: Held; trip: Trip } {
  const { mapping, shape, model, held, needed, dice, versions } = trying;
  const version = dice.of(versions);
  let refused: { document: Held; trip: Trip } | undefined;
  for (let made = 0; made < 4; made += 1) {
    const wish: Wish = { mapping, shape, model, held, wanted, needed, dice };
    const document = completed(mapping, makeDocument(wish), dice);
    for (let repairs = 0; repairs < MOST_REPAIRS; repairs += 1) {
      const trip = roundTrip(mapping, document, version);
      if (trip.outcome !== "refused") return { document, trip };
      refused = { document, trip };
      if (learn(trip.findings, needed) || !repair(document, trip.findings, wish)) break;
    }
  }
  return refused as { document: Held; trip: Trip };
}

function completed(mapping: CompiledMapping, document: Held, dice: Dice): Held {
  const list = "lines" in documentShapeLists(mapping) && !("lines" in document) ? { lines: [] } : {};
  return mapping.document === "delivery-schedule"
    ? asSchedule({ ...document, ...list }, dice)
    : { ...document, ...list };
}

const documentShapeLists = ({ document }: CompiledMapping): Readonly<Record<string, unknown>> =>
  Object.fromEntries(documentShape(document).lists);

function tryField(trying: Trying, evidence: Evidence): void {
  const { path } = evidence;
  const { document, trip } = attempt(trying, new Set([path]));
  const expected = sortedValues(document, path);
  if (expected.length === 0) return;
  if (trip.outcome === "refused") {
    evidence.refused += 1;
    evidence.example ||= `refused: ${inWords(trip.findings)} in ${JSON.stringify(document)}`;
  } else if (trip.outcome === "unread") {
    evidence.lost += 1;
    evidence.example = `unread: ${inWords(trip.findings)} in ${trip.written}`;
  } else {
    const found = sortedValues(trip.document, path);
    if (isSame(found, expected)) evidence.survived += 1;
    else {
      evidence.lost += 1;
      evidence.example = `${JSON.stringify(expected)} became ${JSON.stringify(found)}: ${JSON.stringify(document)}\n${trip.written}`;
    }
  }
}

const sortedValues = (document: unknown, path: string): unknown[] =>
  valuesAt(document, path.split("."))
    .map(String)
    .toSorted((one, other) => (one < other ? -1 : 1));

/** Documents of several fields that survive alone. */
function tryTogether(
  trying: Trying,
  held: readonly string[],
  count: number,
): { differences: string[]; written: number } {
  const { mapping, dice } = trying;
  const differences: string[] = [];
  let written = 0;
  if (held.length === 0) return { differences, written };
  const lost = new Set(mapping.loses);
  const assumed = assumedFields(trying.model);
  for (let n = 0; n < count; n += 1) {
    const wanted = new Set(shuffled(held, dice).slice(0, 2 + dice.below(12)));
    const { document, trip } = attempt(trying, wanted);
    if (trip.outcome === "refused") continue;
    written += 1;
    const difference = differenceIn(mapping, document, trip, lost, assumed);
    if (difference !== undefined) differences.push(shrunk(trying, document, lost, assumed) ?? difference);
  }
  return { differences, written };
}

function differenceIn(
  mapping: CompiledMapping,
  document: Held,
  trip: Exclude<Trip, { outcome: "refused" }>,
  lost: ReadonlySet<string>,
  assumed: ReadonlySet<string>,
): string | undefined {
  if (trip.outcome === "unread") return `cannot be read: ${inWords(trip.findings)}\n${trip.written}`;
  const ours = new Set([...lost, ...OUTSIDE, ...assumed]);
  const [one, other] = [without(document, ours), without(trip.document, ours)];
  if (isSame(one, other)) return undefined;
  const where = differenceOf(inOrder(one), inOrder(other), "") ?? "";
  return `${where}\n${JSON.stringify(document)}\n${trip.written}\n(${mapping.name})`;
}

/** The same difference in a document with as few fields as show it. */
function shrunk(
  { mapping, versions }: Trying,
  document: Held,
  lost: ReadonlySet<string>,
  assumed: ReadonlySet<string>,
): string | undefined {
  const fails = (held: Held): string | undefined => {
    for (const version of versions) {
      const trip = roundTrip(mapping, held, version);
      const difference = trip.outcome === "refused" ? undefined : differenceIn(mapping, held, trip, lost, assumed);
      if (difference !== undefined) return difference;
    }
    return undefined;
  };
  let smallest = document;
  let words: string | undefined;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerOnes(smallest)) {
      const difference = fails(smaller as Held);
      if (difference === undefined) continue;
      smallest = smaller as Held;
      words = difference;
      again = true;
      break;
    }
  }
  return words;
}

/** The document without one of its fields or objects, each in turn. */
function* smallerOnes(held: unknown): Generator {
  if (Array.isArray(held)) {
    if (held.length > 1) for (let at = 0; at < held.length; at += 1) yield held.toSpliced(at, 1);
    for (let at = 0; at < held.length; at += 1) for (const inner of smallerOnes(held[at])) yield held.with(at, inner);
  } else if (typeof held === "object" && held !== null) {
    for (const name of Object.keys(held)) {
      const { [name]: removed, ...rest } = held as Held;
      yield rest;
      for (const inner of smallerOnes(removed)) yield { ...held, [name]: inner };
    }
  }
}

const inWords = (findings: readonly Finding[]): string =>
  findings
    .map(({ code, message, place }) => `${code} ${place.tag ?? ""} ${message}`)
    .slice(0, 3)
    .join("; ") || "unknown segments";

const isLost = ({ survived }: Evidence): boolean => survived === 0;

/** The shortest list of fields, objects and lists that says what is lost. */
export function exactLoses({ mapping, evidence }: Losses): string[] {
  const compress = (shape: ObjectShape, prefix: string): string[] => {
    const inner = fieldsOf(shape, prefix);
    if (prefix !== "" && inner.length > 0 && inner.every((path) => isLost(evidence.get(path) as Evidence)))
      return [prefix.slice(0, -1)];
    const groups = new Map<string, string[]>();
    for (const name of shape.fields.keys()) {
      if (OUTSIDE.has(prefix + name)) continue;
      const top = name.split(".")[0] ?? name;
      groups.set(top, [...(groups.get(top) ?? []), name]);
    }
    const own = [...groups].flatMap(([top, names]) => {
      const lost = names.filter((name) => isLost(evidence.get(prefix + name) as Evidence));
      return lost.length === names.length && names.length > 1 ? [prefix + top] : lost.map((name) => prefix + name);
    });
    return [...own, ...[...shape.lists].flatMap(([name, list]) => compress(list, `${prefix}${name}.`))];
  };
  return compress(documentShape(mapping.document), "");
}
