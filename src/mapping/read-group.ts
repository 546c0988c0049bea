/** Lines and groups of a mapping compiled for the reading loop. */
import type { Family } from "../syntax/segment.ts";
import { type FieldDefinition, type LineDefinition, type MappingDefinition, UNLIMITED } from "./definition.ts";
import { putAt } from "./paths.ts";
import type { ReadPlaces } from "./places.ts";
import type { Candidates } from "./read-candidates.ts";
import { type Follows, follower, type Matches, matcher } from "./read-conditions.ts";
import { compilePlaces } from "./read-line.ts";
import { maker } from "./read-objects.ts";
import type { Held } from "./run.ts";

export interface CompiledLine {
  readonly definition: LineDefinition;
  readonly places: ReadPlaces;
  readonly matches: Matches | undefined;
  /** Whether the segment that follows is the one the line asks for. */
  readonly follows: Follows | undefined;
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

export interface Group {
  /** Its number among the groups of the mapping. */
  readonly id: number;
  readonly lines: readonly CompiledLine[];
  readonly byTag: ReadonlyMap<string, readonly CompiledLine[]>;
  /** The group that its opening line stands in; undefined for the message. */
  parent: Group | undefined;
  /** How many groups are around it. */
  readonly depth: number;
  /** Where segments belong while it is the innermost group that is open, by tag, as far as one was looked for. */
  readonly candidates: Map<string, Candidates>;
  /** Those that were looked for last. */
  last: Candidates | undefined;
  readonly musts: readonly CompiledLine[];
  /** Lines that carry and may be left out: what belongs below them is then read there as well. */
  readonly wrappers: readonly CompiledLine[];
  /** Tags of the lines below `wrappers`, and below such lines there. */
  readonly wrapped: ReadonlySet<string>;
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
  return compileGroup(definition.lines, [], 0, {
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
  depth: number,
  compilation: Compilation,
): Group {
  const id = compilation.groups;
  compilation.groups += 1;
  const compiled = lines.map((line, index) => compileLine(line, index, objectPath, depth, compilation));
  const byTag = new Map<string, CompiledLine[]>();
  for (const line of compiled) {
    const held = byTag.get(line.definition.tag);
    if (held === undefined) byTag.set(line.definition.tag, [line]);
    else held.push(line);
  }
  const musts = compiled.filter((line) => line.definition.least > 0);
  const wrappers = compiled.filter(({ definition }) => definition.carries && definition.most > 0);
  const wrapped = new Set(wrappers.flatMap(({ group }) => [...(group?.byTag.keys() ?? []), ...(group?.wrapped ?? [])]));
  const noughts = compiled.map(() => 0);
  const group: Group = {
    id,
    lines: compiled,
    byTag,
    parent: undefined,
    depth,
    candidates: new Map(),
    last: undefined,
    musts,
    wrappers,
    wrapped,
    noughts,
  };
  for (const line of compiled) if (line.group !== undefined) line.group.parent = group;
  for (const line of compiled) line.repeats = isRepeating(line, group);
  return group;
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
  depth: number,
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
    group: line.below.length === 0 ? undefined : compileGroup(line.below, objectPath, depth + 1, compilation),
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
