/**
 * Where a segment of a tag may belong while a group is open: the lines of that group and of those around it, in the order in
 * which they are asked. Lines of one tag are told apart by their qualifier, so they are sorted by it when they are first looked for.
 */
import type { Segment } from "../syntax/segment.ts";
import type { Condition } from "./definition.ts";
import { keyOf, LONGEST_KEY } from "./read-bytes.ts";
import type { CompiledLine, Group } from "./read-group.ts";
import { wordsOf } from "./requirements.ts";
import type { Run } from "./run.ts";

/** A place that a segment may have. */
export interface Candidate {
  /** How many groups are open around the line's own. */
  readonly depth: number;
  /** Undefined: a line below carrying ones that were left out. */
  readonly line: CompiledLine | undefined;
  /** Whether the qualifier has decided that the segment is such a line. */
  readonly isDecided: boolean;
  /** Whether a line below carrying ones that asks for just this segment comes first. */
  readonly comesAfterWithin: boolean;
}

/** The candidates for segments of a tag. */
export interface Candidates {
  readonly tag: string;
  /** Whether some of them are lines of the innermost group itself. */
  readonly isOwn: boolean;
  /** Element whose first component is the qualifier; 0 where none is asked for. */
  readonly element: number;
  /** Those that a qualifier leaves over, by its key. */
  readonly byKey: ReadonlyMap<number, readonly Candidate[]>;
  /** Those for any other qualifier. */
  readonly others: readonly Candidate[];
  /** All of them, where the qualifier has to be looked at more closely. */
  readonly all: readonly Candidate[];
  /** The key that was looked for last, and those that it left over. */
  lastKey: number;
  left: readonly Candidate[];
}

/** Where segments of a tag may belong while `group` is the innermost one that is open. */
export function candidatesOf(tag: string, group: Group): Candidates {
  const { last } = group;
  // What follows in a group is mostly what followed last time.
  if (last !== undefined && last.tag === tag) return last;
  let candidates = group.candidates.get(tag);
  if (candidates === undefined) {
    candidates = sortedCandidates(tag, group);
    // Others than the mapping's own tags come without end in a damaged file.
    if (candidates.all.length > 0) group.candidates.set(tag, candidates);
  }
  group.last = candidates;
  return candidates;
}

/** The places that the segment may have, by its qualifier. */
export function candidatesFor(candidates: Candidates, segment: Segment, run: Run): readonly Candidate[] {
  const { all, element } = candidates;
  if (element === 0) return all;
  const key = qualifierKey(segment, element, run);
  if (key < 0) return all;
  // Most segments of a tag have the qualifier of the one before.
  if (key !== candidates.lastKey) {
    candidates.lastKey = key;
    candidates.left = candidates.byKey.get(key) ?? candidates.others;
  }
  return candidates.left;
}

function sortedCandidates(tag: string, innermost: Group): Candidates {
  const groups: Group[] = [];
  for (let group: Group | undefined = innermost; group !== undefined; group = group.parent) groups.push(group);
  const asked = groups.flatMap((group) => linesOf(group, tag).map(elementAsked));
  const element = asked.find((one) => one > 0) ?? 0;
  const listed = new Set(
    groups.flatMap((group) => linesOf(group, tag).flatMap((line) => [...(testOf(line, element)?.words ?? [])])),
  );
  const left = (word: string | undefined, isKeyed: boolean): Candidate[] =>
    groups.flatMap((group) => leftIn(group, tag, element, isKeyed ? { word } : undefined));
  const byKey = [...listed].map((word) => [keyOf(word), left(word, true)] as const).filter(([key]) => key >= 0);
  const [others, all] = [left(undefined, true), left(undefined, false)];
  return { tag, isOwn: innermost.byTag.has(tag), element, byKey: new Map(byKey), others, all, lastKey: -1, left: all };
}

const linesOf = (group: Group, tag: string): readonly CompiledLine[] =>
  (group.byTag.get(tag) ?? []).filter(({ definition }) => definition.most > 0);

/** The candidates of one group; `asked` is the qualifier, where it was read: undefined in it is one that no line lists. */
function leftIn(
  group: Group,
  tag: string,
  element: number,
  asked: { readonly word: string | undefined } | undefined,
): Candidate[] {
  const { depth } = group;
  const isWrapped = group.wrapped.has(tag);
  const candidates = linesOf(group, tag).flatMap((line): Candidate[] => {
    const test = testOf(line, element);
    const isLeft = test === undefined || asked === undefined || isChosenBy(test, asked.word);
    const isDecided = asked !== undefined && (test !== undefined || line.matches === undefined);
    return isLeft ? [{ depth, line, isDecided, comesAfterWithin: line.isAny && isWrapped }] : [];
  });
  // What belongs below the outermost group's carrying lines is looked for last of all.
  return isWrapped && depth > 0
    ? [...candidates, { depth, line: undefined, isDecided: true, comesAfterWithin: false }]
    : candidates;
}

type Test = ReturnType<typeof wordsOf>;

const isChosenBy = ({ isNot, words }: Test, word: string | undefined): boolean =>
  (word !== undefined && words.has(word)) !== isNot;

/** The words that the line asks of an element's first component, where it asks for nothing else. */
function testOf(line: CompiledLine, element: number): Test | undefined {
  return element > 0 && elementAsked(line) === element ? wordsOf(line.definition.when[0]?.values ?? []) : undefined;
}

/** The element whose whole, or whose first component, a line's only condition asks for; 0 where it asks for another place. */
function elementAsked({ definition }: CompiledLine): number {
  const [condition, more]: readonly (Condition | undefined)[] = definition.when;
  const address = condition?.address;
  return more === undefined && address?.kind === "element" && address.component <= 1 ? address.element : 0;
}

/** The key of an element's first component; -1 where it has to be looked at more closely. */
function qualifierKey(segment: Segment, element: number, run: Run): number {
  const { uncut } = segment;
  if (uncut === undefined) return keyOfText(segment.elements[element], run);
  if (!uncut.has(element)) return -1;
  const { bytes } = uncut.held;
  const from = uncut.startOf(element);
  const end = uncut.endOf(element);
  let key = 0;
  for (let at = from; at < end; at += 1) {
    const code = bytes[at] as number;
    if (code === run.separator) break;
    if (at - from === LONGEST_KEY || code === BLANK || run.special[code] !== 0) return -1;
    key = (key << 8) | code;
  }
  return key;
}

const BLANK = 32;

/** The same of an element that is cut out. */
function keyOfText(raw: string | undefined, { separator, special }: Run): number {
  if (raw === undefined) return -1;
  let end = 0;
  while (end < raw.length && raw.charCodeAt(end) !== separator) {
    if (special[raw.charCodeAt(end)] !== 0) return -1;
    end += 1;
  }
  return keyOf(raw.slice(0, end));
}
