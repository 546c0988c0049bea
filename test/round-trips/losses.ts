/** What a mapping loses: every field of the document's schema is written and read back, alone and among others. */
import { z } from "zod";
import { DOCUMENT_SCHEMAS } from "../../src/documents/schemas.ts";
import { documentShape, type ObjectShape } from "../../src/mapping/document-shape.ts";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { Finding } from "../../src/values/finding.ts";
import { differenceOf, inOrder, isSame, without } from "./compare.ts";
import { getAt, type Held, makeDocument, setAt, shuffled, type Wish } from "./documents.ts";
import { asInvoice } from "./invoice-rules.ts";
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
  /** Fields and lists that have a place in the message: a field of them that never comes back is a fault, and no loss. */
  readonly held: ReadonlySet<string>;
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
  return { mapping, evidence, held: trying.held, differences, written, tried: together };
}

interface SchemaNode {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

const schemaOf = (kind: CompiledMapping["document"]): SchemaNode =>
  z.toJSONSchema(DOCUMENT_SCHEMAS[kind], { reused: "inline" }) as SchemaNode;

/** Fields that the schema asks for in objects of lists, e.g. the quantity of a step. */
function requiredBy({ document }: CompiledMapping): string[] {
  const walk = ({ properties = {}, required = [] }: SchemaNode, prefix: string): string[] =>
    Object.entries(properties).flatMap(([name, inner]) => [
      ...(required.includes(name) && inner.type === "string" ? [prefix + name] : []),
      ...(inner.type === "object" ? walk(inner, `${prefix}${name}.`) : []),
      ...(inner.items === undefined ? [] : walk(inner.items, `${prefix}${name}.`)),
    ]);
  return walk(schemaOf(document), "");
}

/** Makes a document with these fields, written if it can be brought about. */
function attempt(trying: Trying, wanted: ReadonlySet<string>): { document: Held; trip: Trip } {
  const { mapping, shape, model, held, needed, dice, versions } = trying;
  const version = dice.of(versions);
  let refused: { document: Held; trip: Trip } | undefined;
  for (let made = 0; made < 4; made += 1) {
    // Some fields are only taken beside others of their object.
    const more = made === 0 ? [] : siblingsOf(wanted, held, dice);
    const wish: Wish = { mapping, shape, model, held, wanted: new Set([...wanted, ...more]), needed, dice };
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

const around = (path: string): string => path.slice(0, path.lastIndexOf(".") + 1);

/** A few fields that stand in the same objects. */
function siblingsOf(wanted: ReadonlySet<string>, held: ReadonlySet<string>, dice: Dice): string[] {
  const objects = new Set([...wanted].map(around));
  return shuffled(
    [...held].filter((path) => objects.has(around(path)) && !wanted.has(path)),
    dice,
  ).slice(0, 1 + dice.below(3));
}

/** The document with the lists that its schema asks for, and steps that mean something. */
function completed({ document: kind, definition }: CompiledMapping, document: Held, dice: Dice): Held {
  const { required = [], properties = {} } = schemaOf(kind);
  const lists = required.filter((name) => properties[name]?.items !== undefined && !(name in document));
  const whole = { ...document, ...Object.fromEntries(lists.map((name) => [name, []])) };
  if (kind === "invoice") return asInvoice(whole);
  return kind === "delivery-schedule" ? asSchedule(whole, definition.syntax, dice) : whole;
}

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
  const model = modelOf(mapping.definition);
  const [one, other] = [document, trip.document].map((held) => without(withDefaults(held, model), ours));
  if (isSame(one, other)) return undefined;
  const where = differenceOf(inOrder(one), inOrder(other), "") ?? "";
  return `${where}\n${JSON.stringify(document)}\n${trip.written}\n(${mapping.name})`;
}

/** The document with what an absent field means: a cumulative is the one the message knows, a step is of a day, a weight in kilograms where the message knows no other. */
function withDefaults(held: Held, model: Model): Held {
  const filled = structuredClone(held);
  for (const { field } of [...model.places.values()].flat()) {
    const [value, beside] = field.to.map((path) => path.join("."));
    if (beside === undefined || value === undefined) continue;
    if (field.as === "kg" && getAt(filled, value) !== undefined && getAt(filled, beside) === undefined)
      setAt(filled, beside, "KG");
    if (value === "timing" && getAt(filled, value) === undefined) setAt(filled, value, "day");
  }
  const kinds = model.places.get("account.kind") ?? [];
  if (getAt(filled, "account") !== undefined && getAt(filled, "account.kind") === undefined) {
    const words = new Set(kinds.flatMap(({ field }) => [...(field.codes?.values() ?? [])]));
    // The qualifier of the figure says it.
    if (words.size === 1) setAt(filled, "account.kind", [...words][0]);
  }
  for (const [name, openers] of model.openers) {
    const list = getAt(filled, name);
    if (!Array.isArray(list)) continue;
    const items = list.map((item: Held) =>
      openers.reduce((before, opener) => withDefaults(before, opener.model), item),
    );
    setAt(filled, name, items);
  }
  return filled;
}

/** The same difference in a document with as few fields as show it. */
function shrunk(
  { mapping, versions, dice }: Trying,
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
    for (const one of smallerOnes(smallest)) {
      const smaller = completed(mapping, one as Held, dice);
      if (JSON.stringify(smaller).length >= JSON.stringify(smallest).length) continue;
      const difference = fails(smaller);
      if (difference === undefined) continue;
      smallest = smaller;
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

/** Whether a field never came back, and has no place at which it could. */
export const isLost = ({ evidence, held }: Pick<Losses, "evidence" | "held">, path: string): boolean =>
  evidence.get(path)?.survived === 0 && !held.has(path);

/** The shortest list of fields, objects and lists that says what is lost. */
export function exactLoses(losses: Losses): string[] {
  const { mapping } = losses;
  const compress = (shape: ObjectShape, prefix: string): string[] => {
    const inner = fieldsOf(shape, prefix);
    if (prefix !== "" && inner.length > 0 && inner.every((path) => isLost(losses, path))) return [prefix.slice(0, -1)];
    const groups = new Map<string, string[]>();
    for (const name of shape.fields.keys()) {
      if (OUTSIDE.has(prefix + name)) continue;
      const top = name.split(".")[0] ?? name;
      groups.set(top, [...(groups.get(top) ?? []), name]);
    }
    const own = [...groups].flatMap(([top, names]) => {
      const lost = names.filter((name) => isLost(losses, prefix + name));
      return lost.length === names.length && names.length > 1 ? [prefix + top] : lost.map((name) => prefix + name);
    });
    return [...own, ...[...shape.lists].flatMap(([name, list]) => compress(list, `${prefix}${name}.`))];
  };
  return compress(documentShape(mapping.document), "");
}
