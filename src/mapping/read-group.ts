/** Lines and groups of a mapping compiled for the reading loop. */
import type { Family, Segment } from "../syntax/segment.ts";
import {
  type Condition,
  type FieldDefinition,
  type LineDefinition,
  type MappingDefinition,
  UNLIMITED,
} from "./definition.ts";
import { putAt } from "./paths.ts";
import { compilePlaces } from "./read-line.ts";
import { maker } from "./read-objects.ts";
import { type ReadPlaces, splitAt } from "./read-places.ts";
import { wordsOf } from "./requirements.ts";
import { type Held, isPlain, type Run } from "./run.ts";

export interface CompiledLine {
  readonly definition: LineDefinition;
  readonly places: ReadPlaces;
  readonly matches: ((elements: readonly string[], run: Run) => boolean) | undefined;
  /** Whether the segment that follows is the one the line asks for. */
  readonly follows: ((next: Segment | undefined, run: Run) => boolean) | undefined;
  readonly index: number;
  readonly group: Group | undefined;
  readonly objectPath: readonly string[];
  /** Whether another segment of the tag right behind one of this line can only be one more of it, in the same list. */
  repeats: boolean;
  readonly isCounted: boolean;
  /** Makes an object of the list this line opens. */
  readonly make: (segment: number) => Held;
  readonly summands: readonly { readonly sum: number; readonly field: NonNullable<FieldDefinition["sum"]> }[];
  /** Whether what a segment says goes into its own object only, and follows from its elements alone. */
  readonly isSelfContained: boolean;
  /** Whether the line takes every segment of its tag. */
  readonly isAny: boolean;
}

/** The lines of one tag in a group, sorted by the qualifier that most of them ask for. */
export interface Choice {
  readonly lines: readonly CompiledLine[];
  /** Element whose first component is the qualifier; 0 where none is asked for. */
  readonly element: number;
  /** Lines that a qualifier leaves over, by the bytes of its text. */
  readonly byKey: ReadonlyMap<number, readonly CompiledLine[]>;
  /** Lines for any other qualifier. */
  readonly others: readonly CompiledLine[];
  /** Lines that the qualifier alone does not decide on; absent where it decides on all. */
  readonly undecided: ReadonlySet<CompiledLine> | undefined;
  /** Whether lines below carrying ones that may be left out have the tag. */
  readonly isWrapped: boolean;
}

export interface Group {
  /** Its number among the groups of the mapping. */
  readonly id: number;
  readonly lines: readonly CompiledLine[];
  readonly byTag: ReadonlyMap<string, readonly CompiledLine[]>;
  /** By tag, of the group's own lines and of those below `wrappers`. */
  readonly choices: ReadonlyMap<string, Choice>;
  readonly musts: readonly CompiledLine[];
  /** Lines that carry and may be left out: what belongs below them is then read there as well. */
  readonly wrappers: readonly CompiledLine[];
  /** A nought per line, to be copied for counting: an array that is filled here and there costs many times as much. */
  readonly noughts: readonly number[];
}

/** All lines of a list with those below them. */
export function allLines(lines: readonly LineDefinition[]): LineDefinition[] {
  return lines.flatMap((line) => [line, ...allLines(line.below)]);
}

/** Every field of the message that compares a sum. */
export function sumsOf(lines: readonly LineDefinition[]): FieldDefinition[] {
  return allLines(lines).flatMap((line) => line.fields.filter((field) => field.sum !== undefined));
}

interface Compilation {
  readonly syntax: Family;
  readonly sums: readonly FieldDefinition[];
  readonly sumIndex: ReadonlyMap<FieldDefinition, number>;
  /** Tags that some field counts. */
  readonly counted: ReadonlySet<string>;
  groups: number;
}

/** Compiles all lines of a mapping; `sums` are its fields that compare one. */
export function compileLines(definition: MappingDefinition, sums: readonly FieldDefinition[]): Group {
  const counted = allLines(definition.lines).flatMap((line) => line.fields.map((field) => field.count ?? []).flat());
  return compileGroup(definition.lines, [], {
    syntax: definition.syntax,
    sums,
    sumIndex: new Map(sums.map((field, at) => [field, at])),
    counted: new Set(counted),
    groups: 0,
  });
}

/** Compiles the lines of a group, with everything below them. */
function compileGroup(
  lines: readonly LineDefinition[],
  objectPath: readonly string[],
  compilation: Compilation,
): Group {
  const id = compilation.groups;
  compilation.groups += 1;
  const compiled = lines.map((line, index) => compileLine(line, index, objectPath, compilation));
  const byTag = new Map<string, CompiledLine[]>();
  for (const line of compiled) {
    const held = byTag.get(line.definition.tag);
    if (held === undefined) byTag.set(line.definition.tag, [line]);
    else held.push(line);
  }
  const musts = compiled.filter((line) => line.definition.least > 0);
  const wrappers = compiled.filter(({ definition }) => definition.carries && definition.most > 0);
  const wrapped = new Set(wrappers.flatMap(({ group }) => [...(group?.choices.keys() ?? [])]));
  const choices = new Map(
    [...byTag.keys(), ...wrapped].map((tag) => [tag, choiceOf(byTag.get(tag) ?? [], wrapped.has(tag))]),
  );
  const noughts = compiled.map(() => 0);
  const group = { id, lines: compiled, byTag, choices, musts, wrappers, noughts };
  for (const line of compiled) line.repeats = isRepeating(line, group);
  return group;
}

/** Sorts the lines of one tag; the order among them stays. */
function choiceOf(lines: readonly CompiledLine[], isWrapped: boolean): Choice {
  const asked = lines.map(({ definition }) => (definition.when.length === 1 ? qualifierAsked(definition.when) : 0));
  const element = asked.find((one) => one > 0) ?? 0;
  const tests = lines.map(({ definition }, at) =>
    asked[at] === element && element > 0 ? wordsOf(definition.when[0]?.values ?? []) : undefined,
  );
  const listed = new Set(tests.flatMap((test) => (test === undefined ? [] : [...test.words])));
  const linesFor = (word: string | undefined): CompiledLine[] =>
    lines.filter((_line, at) => {
      const test = tests[at];
      return test === undefined || (word !== undefined && test.words.has(word)) !== test.isNot;
    });
  const byKey = new Map<number, readonly CompiledLine[]>();
  for (const word of listed) {
    const key = keyOfWord(word);
    if (key >= 0) byKey.set(key, linesFor(word));
  }
  const undecided = lines.filter(({ definition }, at) => definition.when.length > 0 && tests[at] === undefined);
  return {
    lines,
    element,
    byKey,
    others: linesFor(undefined),
    undecided: undecided.length === 0 ? undefined : new Set(undecided),
    isWrapped,
  };
}

/** The element whose whole, or whose first component, a line's only condition asks for; 0 where it asks for another place. */
function qualifierAsked([condition]: readonly Condition[]): number {
  const address = condition?.address;
  return address?.kind === "element" && address.component <= 1 ? address.element : 0;
}

/** A text of up to three ASCII characters as a number; -1 for any other. */
function keyOfWord(word: string): number {
  if (word.length > 3) return -1;
  let key = 0;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (code >= 0x80) return -1;
    key = (key << 8) | code;
  }
  return key;
}

const SPACE = 32;

/** The lines that the segment's qualifier leaves over; all of them where it has to be looked at more closely. */
export function linesLeft(choice: Choice, elements: readonly string[], run: Run): readonly CompiledLine[] {
  const { element, lines } = choice;
  if (element === 0) return lines;
  const raw = elements[element];
  if (raw === undefined) return lines;
  const { special } = run;
  const separator = run.separator;
  let key = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    if (code === separator) break;
    if (at === 3 || code === SPACE || special[code] !== 0) return lines;
    key = (key << 8) | code;
  }
  return choice.byKey.get(key) ?? choice.others;
}

function isRepeating({ definition, group }: CompiledLine, { byTag }: Group): boolean {
  const { most, next, opens, tag, when } = definition;
  const isOnly = byTag.get(tag)?.length === 1 && when.length === 0 && next === undefined;
  const hasInner = group !== undefined && (group.musts.length > 0 || group.byTag.has(tag));
  return opens !== undefined && most === UNLIMITED && isOnly && !hasInner;
}

function compileLine(
  line: LineDefinition,
  index: number,
  above: readonly string[],
  compilation: Compilation,
): CompiledLine {
  const { counted, sumIndex, sums, syntax } = compilation;
  const objectPath = line.opens === undefined ? above : [...above, line.opens];
  const summands = sums.flatMap((field, sum) =>
    field.sum !== undefined && field.sum.tag === line.tag ? [{ sum, field: field.sum }] : [],
  );
  return {
    definition: line,
    places: compilePlaces(line, syntax, sumIndex),
    matches: line.when.length === 0 ? undefined : matcher(line.when),
    follows: line.next === undefined ? undefined : follower(line.next),
    index,
    group: line.below.length === 0 ? undefined : compileGroup(line.below, objectPath, compilation),
    objectPath,
    repeats: false,
    make: line.sets.length === 0 ? maker() : makerWith(line.sets),
    isCounted: counted.has(line.tag),
    summands,
    isSelfContained: isSelfContained(line),
    isAny: line.when.length === 0 && line.next === undefined,
  };
}

/** Whether a field's value follows from the segment alone and is the segment's own. */
const isOwn = ({ count, of, or, sum }: FieldDefinition): boolean =>
  of === undefined && or === undefined && sum === undefined && count === undefined;

function isSelfContained({ columns, fields, pairs, repeat, same }: LineDefinition): boolean {
  const isWhole = pairs === undefined && repeat === undefined && columns === undefined && same.length === 0;
  return isWhole && fields.every(isOwn);
}

function follower(segments: NonNullable<LineDefinition["next"]>): NonNullable<CompiledLine["follows"]> {
  const tests = segments.map(({ isNot, tag, when }) => ({ isNot, tag, matches: matcher(when) }));
  const wanted = tests.filter(({ isNot }) => !isNot);
  const unwanted = tests.filter(({ isNot }) => isNot);
  return (next, run) => {
    const is = ({ matches, tag }: (typeof tests)[number]): boolean => next?.tag === tag && matches(next.elements, run);
    return (wanted.length === 0 || wanted.some(is)) && !unwanted.some(is);
  };
}

/** Makes objects with the words of `sets` in them. */
function makerWith(sets: LineDefinition["sets"]): (segment: number) => Held {
  const make = maker();
  const puts = sets.map(({ path, word }) => ({ put: putAt(path), word }));
  return (segment) => {
    const object = make(segment);
    for (const { put, word } of puts) put(object, word);
    return object;
  };
}

/** The qualifier read last: the lines of one tag ask for the same one after another. */
const last = { elements: [""] as readonly string[], element: -1, component: -1, value: "" };

/** The component that chooses a line; where an element is not composed, all of it. */
function qualifierAt(elements: readonly string[], element: number, component: number, run: Run): string {
  if (last.elements === elements && last.element === element && last.component === component) return last.value;
  last.elements = elements;
  last.element = element;
  last.component = component;
  last.value = readQualifier(elements[element] ?? "", component, run);
  return last.value;
}

function readQualifier(raw: string, component: number, run: Run): string {
  if (component <= 1 && isPlain(raw, run.special)) return raw;
  const { component: separator, release } = run.context.delimiters;
  if (component === 0 && !raw.includes(separator)) return raw.trim();
  if (component <= 1 && (release === "" || !raw.includes(release))) {
    const end = separator === "" ? -1 : raw.indexOf(separator);
    return (end < 0 ? raw : raw.slice(0, end)).trim();
  }
  return (splitAt(raw, separator, release)[Math.max(component, 1) - 1] ?? "").trim();
}

function matcher(conditions: readonly Condition[]): (elements: readonly string[], run: Run) => boolean {
  const tests = conditions.map(({ address, values }) => {
    const { isNot, words } = wordsOf(values);
    const isChosen = (value: string): boolean => words.has(value) !== isNot;
    return (elements: readonly string[], run: Run): boolean => {
      if (address.kind === "range") return isChosen((elements[1] ?? "").slice(address.first - 1, address.last).trim());
      if (address.kind === "column") {
        return isChosen((elements[run.columns.get(address.number) ?? address.number] ?? "").trim());
      }
      return isChosen(qualifierAt(elements, address.element, address.component, run));
    };
  });
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (elements, run) => tests.every((test) => test(elements, run));
}
