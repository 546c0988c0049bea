/** One line of a mapping compiled for reading: everything that a single segment, record or row says. */
import type { Family, Segment } from "../syntax/segment.ts";
import { addressInWords, type FieldDefinition, type LineDefinition, type Rule } from "./definition.ts";
import type { ReadPlaces, SumIndex } from "./places.ts";
import { cellPlaces } from "./read-cells.ts";
import { delimitedPlaces, type Elsewhere } from "./read-elements.ts";
import { fallbackPlaces } from "./read-fallbacks.ts";
import { isFilled, isFilledIn, mustPlaces } from "./read-musts.ts";
import { pairPlaces } from "./read-pairs.ts";
import { fixedPlaces } from "./read-records.ts";
import { repeatPlaces } from "./read-repeat.ts";
import { agreedCells, rowPlaces } from "./read-rows.ts";
import { placeIn, report } from "./run.ts";
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
  const musts = mustPlaces(line.fields);
  if (musts !== undefined) steps.push(musts);
  if (line.rules.length > 0) steps.push(rulePlaces(line.rules));
  const fallbacks = fallbackPlaces(line.fields);
  if (fallbacks !== undefined) steps.push(fallbacks);
  if (line.repeat !== undefined) steps.push(repeatPlaces(line.repeat, syntax));
  if (line.same.length > 0 || line.columns !== undefined) steps.push(rowPlaces(line));
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return only;
  return (segment, target, run) => {
    for (const step of steps) step(segment, target, run);
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
  or: undefined,
  as: "text",
  codes: undefined,
  synonyms: new Map(),
  is: undefined,
  empty: [],
  fallback: undefined,
  also: false,
  shared: false,
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
  const filled = rule.elements.filter((element) => isFilled(elements, element));
  const [first = 0] = rule.elements;
  if (isKept(rule, filled.length, filled[0] === first)) return undefined;
  const absent = rule.elements.find((element) => !isFilled(elements, element)) ?? first;
  return {
    element: rule.kind === "E" ? (filled[1] ?? first) : absent,
    words: `of elements ${rule.elements.join(", ")}: ${RULES[rule.kind]} (${rule.note})`,
  };
}

function isKept({ elements, kind }: Rule, present: number, isFirst: boolean): boolean {
  const all = elements.length;
  if (kind === "P") return present === 0 || present === all;
  if (kind === "R") return present > 0;
  if (kind === "E") return present <= 1;
  if (!isFirst) return true;
  return kind === "C" ? present === all : present > 1;
}

/** Whether a segment keeps a note, as far as its bytes tell. */
function isKeptBy(segment: Segment, rule: Rule): boolean {
  let present = 0;
  for (const element of rule.elements) if (isFilledIn(segment, element)) present += 1;
  return isKept(rule, present, isFilledIn(segment, rule.elements[0] ?? 0));
}

function rulePlaces(rules: readonly Rule[]): ReadPlaces {
  // No note but R is broken by a segment that ends before the first element it is about.
  const concerned = rules.map((rule) => ({ rule, from: rule.kind === "R" ? 0 : Math.min(...rule.elements) }));
  return (segment, _target, run) => {
    const count = segment.uncut?.count ?? segment.elements.length;
    for (const { rule, from } of concerned) {
      if (count <= from || isKeptBy(segment, rule)) continue;
      const { elements } = segment;
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
