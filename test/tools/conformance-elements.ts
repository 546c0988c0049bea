/**
 * Whether every element of a set is mapped or listed: each is taken away and changed in turn, and the set is read again. Where
 * neither the document nor the findings nor what is listed changes, the element's content was dropped without a word.
 */
import { isDeepStrictEqual } from "node:util";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import type { Delimiters, Segment } from "../../src/syntax/segment.ts";

/** So many elements of one set are tried, evenly over the set; a long schedule repeats itself. */
const MOST_TRIED = 300;
const LONGEST_MS = 3_000;

/** Part of the envelope, which is checked before a mapping sees the set. */
const TRAILERS = new Set(["SE", "UNT"]);

/** Elements whose content comes to nothing, as `segment 7 LIN05 "ABC"`. */
export function droppedElements(
  mapping: CompiledMapping,
  segments: readonly Segment[],
  context: ReadContext,
): string[] {
  const read = (list: readonly Segment[]): unknown => {
    const { document, findings, unmapped, unknown } = mapping.read([list], context);
    return { document, findings: findings.map(withoutBytes), unmapped, unknown };
  };
  const before = read(segments);
  const places = placesOf(segments, context);
  const stride = Math.max(1, Math.ceil(places.length / MOST_TRIED));
  const end = performance.now() + LONGEST_MS;
  const dropped: string[] = [];
  for (let at = 0; at < places.length && performance.now() < end; at += stride) {
    const place = places[at] as Place;
    const isHeard = [without, changed, odd].some(
      (change) => !isDeepStrictEqual(before, read(replaced(segments, place, change))),
    );
    if (isHeard) continue;
    const listed = (list: readonly Segment[]): unknown => mapping.read([list], context).unmapped;
    const isListed = context.family === "fixed" ? isListedInRecord : isListedAsPair;
    if (!isListed(segments, place, places, listed)) dropped.push(inWords(segments, place));
  }
  return dropped;
}

/** A qualifier and its value are listed as one: once the other is gone, the list changes with each. */
function isListedAsPair(
  segments: readonly Segment[],
  place: Place,
  places: readonly Place[],
  listed: (list: readonly Segment[]) => unknown,
): boolean {
  const elements = segments[place.segment]?.elements ?? [];
  const whole = [place.element - 1, place.element + 1]
    .filter((element) => element > 0 && element < elements.length)
    .map((element) => ({ ...place, element, from: 0, to: (elements[element] ?? "").length }));
  // In EDIFACT the two are components of one element.
  const beside = places.filter(
    (other) => other.segment === place.segment && other.element === place.element && other.from !== place.from,
  );
  return [...whole, ...beside].some((other) => {
    const shift = other.element === place.element && other.from < place.from ? other.to - other.from : 0;
    const alone = replaced(segments, other, without);
    const rest = { ...place, from: place.from - shift, to: place.to - shift };
    return !isDeepStrictEqual(listed(alone), listed(replaced(alone, rest, without)));
  });
}

/** What several records hold at one place is listed once and counted: the only word left in a record is counted, or dropped. */
function isListedInRecord(
  segments: readonly Segment[],
  place: Place,
  places: readonly Place[],
  listed: (list: readonly Segment[]) => unknown,
): boolean {
  const alone = places
    .filter((other) => other.segment === place.segment && other.from !== place.from)
    .reduce((list, other) => replaced(list, other, without), segments);
  return !isDeepStrictEqual(listed(alone), listed(replaced(alone, place, without)));
}

/** Where an element of another length stands says nothing about what it holds. */
const withoutBytes = ({ place, ...rest }: { readonly place: object }): object => ({
  ...rest,
  place: { ...place, byte: 0 },
});

interface Place {
  readonly segment: number;
  readonly element: number;
  /** From here to there in the element's text. */
  readonly from: number;
  readonly to: number;
}

function placesOf(segments: readonly Segment[], context: ReadContext): Place[] {
  return segments.flatMap(({ tag, elements }, segment) =>
    elements.flatMap((text, element) => {
      // Type and version of a message have chosen its mapping.
      if (element === 0 || TRAILERS.has(tag) || (tag === "UNH" && element === 2)) return [];
      const parts = context.family === "fixed" ? wordsIn(text) : componentsIn(text, context.delimiters);
      return parts.map(([from, to]) => ({ segment, element, from, to }));
    }),
  );
}

/** What stands between blanks in a record, its type and version aside. */
function wordsIn(record: string): [number, number][] {
  return [...record.matchAll(/[^ ]+/g)].flatMap(({ 0: word, index }) => {
    const from = Math.max(index, 5);
    return from >= index + word.length ? [] : [[from, index + word.length] as [number, number]];
  });
}

function componentsIn(text: string, { component, repetition, release }: Delimiters): [number, number][] {
  const parts: [number, number][] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (release !== "" && character === release) at += 1;
    else if (character === undefined || (component !== "" && character === component) || character === repetition) {
      if (text.slice(from, at).trim() !== "") parts.push([from, at]);
      from = at + 1;
    }
  }
  return parts;
}

const without = (text: string): string => text.replace(/[^ ]/g, " ").trim();
/** Another figure for each figure, another letter for each letter; the same length. */
const changed = (text: string): string =>
  text.replace(/[0-9A-Za-z]/g, (one) => (/\d/.test(one) ? String((Number(one) + 1) % 10) : one === "Q" ? "X" : "Q"));
/** What no code list has. */
const odd = (text: string): string => text.replace(/[0-9A-Za-z]/g, "Q");

function replaced(segments: readonly Segment[], place: Place, change: (text: string) => string): Segment[] {
  return segments.map((segment, at) => {
    if (at !== place.segment) return segment;
    const elements = segment.elements.map((text, element) => {
      if (element !== place.element) return text;
      const word = text.slice(place.from, place.to);
      const other = change(word);
      // Positions of a record stay where they are.
      const kept = segment.elements.length === 2 && text.length === 128 ? other.padEnd(word.length, " ") : other;
      return text.slice(0, place.from) + kept + text.slice(place.to);
    });
    return { ...segment, elements };
  });
}

function inWords(segments: readonly Segment[], { segment, element, from, to }: Place): string {
  const { tag, inSet, elements } = segments[segment] as Segment;
  const text = elements[element] ?? "";
  return `segment ${inSet} ${tag}${String(element).padStart(2, "0")} ${JSON.stringify(text.slice(from, to))}`;
}
