/** One line of a mapping compiled for reading: everything that a single segment, record or row says. */
import type { Family } from "../syntax/segment.ts";
import {
  addressInWords,
  type FieldDefinition,
  type LineDefinition,
  type RepeatDefinition,
  type Rule,
  type SameDefinition,
} from "./definition.ts";
import { getAt, putAt } from "./paths.ts";
import { compileField, nameOfField, placeOfField } from "./read-fields.ts";
import { pairPlaces } from "./read-pairs.ts";
import {
  cellPlaces,
  cleaned,
  delimitedPlaces,
  type Elsewhere,
  fixedPlaces,
  isFilled,
  mustPlaces,
  type ReadPlaces,
  type SumIndex,
} from "./read-places.ts";
import { type Held, isFault, placeIn, type Run, report } from "./run.ts";
import { shapeOf } from "./shapes.ts";
import { mostElements } from "./x12-segments.ts";

/** Compiles the reading of one line's own places; lines below it are the frame's business. */
export function compilePlaces(defined: LineDefinition, syntax: Family, sums: SumIndex): ReadPlaces {
  const line = { ...defined, fields: [...defined.fields, ...qualifierPlaces(defined)] };
  const steps: ReadPlaces[] = [];
  if (syntax === "fixed") {
    const { repeat } = line;
    const taken = repeat === undefined ? [] : [[repeat.from, repeat.from + repeat.width * repeat.count - 1] as const];
    const tagWidth = [[1, line.tag.length]] as const;
    steps.push(fixedPlaces(line.fields, sums, [...tagWidth, ...taken]));
  } else if (syntax === "csv")
    steps.push(line.opens === undefined ? agreedCells(line, sums) : cellPlaces(line.fields, sums));
  else {
    const most = syntax === "x12" ? mostElements(line.tag) : Number.MAX_SAFE_INTEGER;
    steps.push(delimitedPlaces(line.fields, sums, elsewhereOf(line, syntax), most));
  }
  if (line.pairs !== undefined) steps.push(pairPlaces(line));
  const musts = mustPlaces(line);
  if (musts !== undefined) steps.push(musts);
  if (line.rules.length > 0) steps.push(rulePlaces(line.rules));
  const fallbacks = fallbackPlaces(line.fields);
  if (fallbacks !== undefined) steps.push(fallbacks);
  if (line.repeat !== undefined) steps.push(repeatPlaces(line.repeat, syntax));
  if (line.same.length > 0 || line.columns !== undefined) steps.push(rowPlaces(line));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return only;
  return (elements, target, run) => {
    for (const step of steps) step(elements, target, run);
  };
}

/** What chose the line is understood, also where no field holds it. */
function qualifierPlaces(line: LineDefinition): FieldDefinition[] {
  const named = new Set(line.fields.map((field) => addressInWords(field.address)));
  return line.when
    .filter(({ address }) => !named.has(addressInWords(address)))
    .map(({ address, spot }) => ({ ...SILENT, address, spot }));
}

const SILENT = {
  to: [],
  as: "text",
  codes: undefined,
  is: undefined,
  fallback: undefined,
  count: undefined,
  sum: undefined,
  use: "may",
  length: undefined,
} as const;

function elsewhereOf(line: LineDefinition, syntax: Family): Elsewhere {
  // Type and version of a message are the envelope's.
  if (syntax === "edifact" && line.tag === "UNH") return { first: 2, end: 3 };
  if (line.pairs !== undefined) {
    const { from, count, qualifier } = line.pairs;
    return { first: from, end: from + count * (qualifier === 0 ? 2 : 1) };
  }
  if (line.repeat !== undefined) {
    const { from, count, width } = line.repeat;
    return { first: from, end: from + count * width };
  }
  return { first: 0, end: 0 };
}

function fallbackPlaces(fields: readonly FieldDefinition[]): ReadPlaces | undefined {
  const fallbacks = fields.filter((field) => field.fallback !== undefined);
  if (fallbacks.length === 0) return undefined;
  const compiled = fallbacks.map((field) => {
    const path = field.to[0] ?? [];
    return { field, value: field.fallback ?? "", get: getAt(path), put: putAt(path), place: placeOfField(field) };
  });
  return (_elements, target, run) => {
    for (const { field, value, get, put, place } of compiled) {
      if (get(target) !== undefined) continue;
      put(target, value);
      report(run, {
        code: "DEFAULT_ASSUMED",
        severity: "note",
        message: `The place is empty, ${value} is assumed`,
        place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
        expected: value,
        found: "nothing",
        remedy: "Nothing to do, unless the assumption is wrong: then change `default` in a dialect.",
      });
    }
  };
}

const RULES: Readonly<Record<Rule["kind"], string>> = {
  P: "all of them or none",
  R: "at least one of them",
  C: "if the first is there, all the others",
  E: "at most one of them",
  L: "if the first is there, at least one of the others",
};

/** The first element that breaks a dependency note, and the note as words; undefined when it is kept. */
export function ruleBroken(
  rule: Rule,
  elements: readonly string[],
): { readonly element: number; readonly words: string } | undefined {
  let present = 0;
  for (const element of rule.elements) if (isFilled(elements, element)) present += 1;
  if (isKept(rule, present, elements)) return undefined;
  const [first = 0] = rule.elements;
  const filled = rule.elements.filter((element) => isFilled(elements, element));
  const absent = rule.elements.find((element) => !isFilled(elements, element)) ?? first;
  return {
    element: rule.kind === "E" ? (filled[1] ?? first) : absent,
    words: `of elements ${rule.elements.join(", ")}: ${RULES[rule.kind]} (${rule.note})`,
  };
}

function isKept(rule: Rule, present: number, elements: readonly string[]): boolean {
  const all = rule.elements.length;
  if (rule.kind === "P") return present === 0 || present === all;
  if (rule.kind === "R") return present > 0;
  if (rule.kind === "E") return present <= 1;
  if (!isFilled(elements, rule.elements[0] ?? 0)) return true;
  return rule.kind === "C" ? present === all : present > 1;
}

function rulePlaces(rules: readonly Rule[]): ReadPlaces {
  // No note but R is broken by a segment that ends before the first element it is about.
  const concerned = rules.map((rule) => ({ rule, from: rule.kind === "R" ? 0 : Math.min(...rule.elements) }));
  return (elements, _target, run) => {
    for (const { rule, from } of concerned) {
      if (elements.length <= from) continue;
      const broken = ruleBroken(rule, elements);
      if (broken === undefined) continue;
      report(run, {
        code: "ELEMENT_RULE",
        severity: "tolerated",
        message: "Elements that depend on each other do not agree",
        place: placeIn(run, broken.element),
        expected: broken.words,
        found: rule.elements.filter((element) => isFilled(elements, element)).join(", ") || "none of them",
        remedy: "Ask the sender to keep the segment's syntax notes.",
        ack: { segment: "8", element: rule.kind === "E" ? "10" : "2" },
      });
    }
  };
}

function repeatPlaces(repeat: RepeatDefinition, syntax: Family): ReadPlaces {
  const { from, width, count, opens } = repeat;
  const end = new Set(repeat.end.map((value) => value.trim()));
  const first = Math.min(...repeat.fields.map((field) => startOf(field)));
  const readers = repeat.fields.map((field) => {
    const { address } = field;
    const length = address.kind === "range" ? address.last - address.first + 1 : 1;
    return Array.from({ length: count }, (_, block) => {
      const at = from + block * width + startOf(field) - 1;
      return { at, length, read: compileField(field, undefined, { element: at, component: 0, repetition: 0 }) };
    });
  });
  return (elements, target, run) => {
    const record = elements[1] ?? "";
    for (let block = 0; block < count; block += 1) {
      const texts = readers.map((places) => {
        const place = places[block];
        if (place === undefined) return "";
        const raw =
          syntax === "fixed" ? record.slice(place.at - 1, place.at - 1 + place.length) : (elements[place.at] ?? "");
        return cleaned(raw, run.context.delimiters.release, run, place.at, 0, 0);
      });
      const key = texts[readers.findIndex((places) => places[0]?.at === from + first - 1)] ?? "";
      if (key === "" || end.has(key)) {
        // What stands behind an unused block is looked at all the same: senders leave gaps.
        if (key === "" && texts.every((text) => text === "")) continue;
        if (end.has(key)) continue;
      }
      const object: Held = { segment: run.segment.inSet };
      append(target, opens, object);
      readers.forEach((places, at) => {
        const text = texts[at] ?? "";
        if (text !== "") places[block]?.read(text, object, run, "");
      });
    }
  };
}

const startOf = (field: FieldDefinition): number =>
  field.address.kind === "range" ? field.address.first : placeOfField(field).element;

/** A list of objects to be copied. */
const NO_OBJECTS: readonly Held[] = [{}].slice(1);

/**
 * Adds an object to a list of another one; the list is made when it is not there. It is no literal, since the engine may
 * come to make those in the old generation, where lists that are done with keep their objects from being collected: seen
 * in every second run, and reading took twice as long.
 */
export function append(target: Held, name: string, object: Held): void {
  let list = target[name] as Held[] | undefined;
  if (list === undefined) {
    list = NO_OBJECTS.slice();
    target[name] = list;
  }
  list.push(object);
}

/** What every row of a table says about the whole has to be the same in all of them. */
function agreedCells(line: LineDefinition, sums: SumIndex): ReadPlaces {
  const places = cellPlaces(line.fields, sums);
  return (elements, target, run) => {
    const stated: Held = {};
    places(elements, stated, run);
    compareRows(run, target, stated);
  };
}

/** A table's row, level by level: rows of equal key are one object. */
function rowPlaces(line: LineDefinition): ReadPlaces {
  const levels = line.same.map(sameLevel);
  const columns = line.columns === undefined ? undefined : columnPlaces(line);
  return (elements, target, run) => {
    for (const level of levels) level(elements, target, run);
    columns?.(elements, target, run);
  };
}

function sameLevel(same: SameDefinition): ReadPlaces {
  const places = cellPlaces(same.fields, new Map());
  const keys = same.key.map(getAt);
  const inner = same.same.map(sameLevel);
  return (elements, target, run) => {
    const object: Held = { segment: run.segment.inSet };
    places(elements, object, run);
    const held = keys.length === 0 ? undefined : keyedObject(run, target, same, object, keys);
    if (held === undefined) append(target, same.opens, object);
    else if (held !== object) compareRows(run, held, object);
    for (const level of inner) level(elements, held ?? object, run);
  };
}

function keyedObject(
  run: Run,
  target: Held,
  same: SameDefinition,
  object: Held,
  keys: readonly ((from: Held) => string | undefined)[],
): Held {
  let byKey = run.keyed.get(target);
  if (byKey === undefined) {
    byKey = new Map();
    run.keyed.set(target, byKey);
  }
  const key = JSON.stringify([same.opens, ...keys.map((get) => get(object) ?? "")]);
  const held = byKey.get(key);
  if (held !== undefined) return held;
  byKey.set(key, object);
  append(target, same.opens, object);
  return object;
}

/** Rows of one key have to agree on what they say about it, otherwise a value would be lost. */
function compareRows(run: Run, held: Held, object: Held, path = ""): void {
  for (const [name, value] of Object.entries(object)) {
    if (name === "segment") continue;
    const before = held[name];
    if (before === undefined) held[name] = value;
    else if (typeof value === "object" && value !== null)
      compareRows(run, before as Held, value as Held, `${path}${name}.`);
    else if (before !== value) {
      report(run, {
        code: "ROWS_DISAGREE",
        severity: "reject",
        message: `Rows of one key give ${path}${name} different values`,
        place: placeIn(run, undefined, undefined, undefined, `${path}${name}`),
        expected: JSON.stringify(before),
        found: JSON.stringify(value),
        remedy: "Ask the sender which is right, or add the field to the key in a dialect.",
      });
    }
  }
}

/** One object per column whose header fits the shape and whose cell is filled. */
function columnPlaces(line: LineDefinition): ReadPlaces {
  const { columns } = line;
  if (columns === undefined) return () => {};
  const { header, value, opens } = columns;
  const [putHeader, putValue] = [putAt(header.to), putAt(value.to)];
  const [headerShape, valueShape] = [shapeOf(header.as), shapeOf(value.as)];
  return (elements, target, run) => {
    for (const [column, text] of run.headers.entries()) {
      const held = headerShape.read(text, run.shapes, "");
      const cell = cleaned(elements[column] ?? "", "", run, column, 0, 0);
      if (typeof held !== "string" || cell === "" || column === 0) continue;
      const quantity = valueShape.read(cell, run.shapes, "");
      if (typeof quantity === "string") {
        const object: Held = { segment: run.segment.inSet };
        putHeader(object, held);
        putValue(object, quantity);
        append(target, opens, object);
      } else if (isFault(quantity)) {
        report(run, {
          code: "ELEMENT_NOT_READABLE",
          severity: "reject",
          message: `The value ${quantity.fault}`,
          place: placeIn(run, column, undefined, undefined, value.to.join(".")),
          expected: quantity.expected,
          found: cell,
          remedy: "Ask the sender to correct the value.",
          ack: { segment: "8", element: quantity.ack },
        });
      }
    }
  };
}
