/** Reading the same places several times in one record, as `repeat` says. */
import type { Family, Segment } from "../syntax/segment.ts";
import { cleaned, splitAt } from "./clean-text.ts";
import type { FieldDefinition, RepeatDefinition } from "./definition.ts";
import { nameOfField, placeOfField, type ReadText } from "./field-places.ts";
import { append, getAt, putAt } from "./paths.ts";
import type { ReadPlaces } from "./places.ts";
import { quickBlocks } from "./read-blocks.ts";
import { compileField } from "./read-fields.ts";
import { maker } from "./read-objects.ts";
import { inRange } from "./read-records.ts";
import { type Held, placeIn, type Run, report, reportUnmapped } from "./run.ts";

/** One field in one block. */
interface BlockPlace {
  readonly field: FieldDefinition;
  /** First position, or element. */
  readonly at: number;
  readonly length: number;
  /** 0 where the field is the whole element. */
  readonly component: number;
  readonly read: ReadText;
}

/** Compiles a `repeat`: every block that is used becomes an object of its list. */
export function repeatPlaces(repeat: RepeatDefinition, syntax: Family): ReadPlaces {
  const { by, count, opens } = repeat;
  const blocks = Array.from({ length: count }, (_, block) => placesOf(repeat, block));
  const fallbacks = repeat.fields.filter((field) => field.fallback !== undefined).map(fallbackOf);
  const putWord = by === undefined ? undefined : putAt(by.path);
  const isUnused = by === undefined ? unusedByKey(repeat) : unusedThroughout;
  const make = maker();
  const quick = syntax === "fixed" ? quickBlocks(repeat) : undefined;
  // Every block reads its texts into the same list, which nothing keeps.
  const texts: string[] = repeat.fields.map(() => "");
  const readBlock = (block: number, segment: Segment, target: Held, run: Run): void => {
    const places = blocks[block] as readonly BlockPlace[];
    readTexts(places, syntax, segment.elements, run, texts);
    if (syntax !== "fixed") listFurther(places, segment.elements, run);
    // What stands behind an unused block is looked at all the same: senders leave gaps.
    if (isUnused(places, texts, run)) return;
    const object = make(segment.inSet);
    append(target, opens, object);
    putWord?.(object, by?.words[block] ?? "");
    for (let at = 0; at < places.length; at += 1) {
      const text = texts[at] as string;
      if (text !== "") (places[at] as BlockPlace).read(text, object, run, "");
    }
    for (const fallback of fallbacks) fallback(object, places, texts, run);
  };
  return (segment, target, run) => {
    if (quick !== undefined && segment.uncut !== undefined) {
      quick(segment.uncut, target, run, make, (block) => readBlock(block, segment, target, run));
    } else for (let block = 0; block < blocks.length; block += 1) readBlock(block, segment, target, run);
  };
}

/** Reads the texts of a block, one for each of its places. */
function readTexts(
  places: readonly BlockPlace[],
  syntax: Family,
  elements: readonly string[],
  run: Run,
  texts: string[],
): void {
  const { component: separator, release } = run.context.delimiters;
  places.forEach(({ at, component, length }, index) => {
    const raw = syntax === "fixed" ? inRange(elements[1] ?? "", at, at - 1 + length) : (elements[at] ?? "");
    const part = component === 0 ? raw : (splitAt(raw, separator, release)[component - 1] ?? "");
    texts[index] = cleaned(part, release, run, at, component, 0);
  });
}

function placesOf({ fields, from, width }: RepeatDefinition, block: number): BlockPlace[] {
  return fields.map((field) => {
    const { address } = field;
    const length = address.kind === "range" ? address.last - address.first + 1 : 1;
    const at = from + block * width + startOf(field) - 1;
    const { component } = address.kind === "element" ? address : { component: 0 };
    const read = compileField(field, undefined, { element: at, component, repetition: 0 });
    return { field, at, length, component, read };
  });
}

/** Components of a block's elements that no field names are listed. */
function listFurther(places: readonly BlockPlace[], elements: readonly string[], run: Run): void {
  const { component: separator, release } = run.context.delimiters;
  for (const at of new Set(places.filter(({ component }) => component > 0).map((place) => place.at))) {
    const named = places.filter((place) => place.at === at).map(({ component }) => component);
    splitAt(elements[at] ?? "", separator, release).forEach((raw, c) => {
      const text = named.includes(c + 1) ? "" : cleaned(raw, release, run, at, c + 1, 0);
      if (text !== "") reportUnmapped(run, at, text, c + 1);
    });
  }
}

const startOf = (field: FieldDefinition): number =>
  field.address.kind === "range" ? field.address.first : placeOfField(field).element;

type IsUnused = (places: readonly BlockPlace[], texts: readonly string[], run: Run) => boolean;

const isNothing = (text: string): boolean => /^0*$/.test(text);

/** Blocks that differ by a word: unused is one that says nothing at all. */
const unusedThroughout: IsUnused = (places, texts) =>
  places.every(({ field }, at) => isNothing(texts[at] ?? "") || field.empty.includes(texts[at] ?? ""));

/** The block's first place says whether it is used; other content beside an unused one has lost what it is for. */
function unusedByKey(repeat: RepeatDefinition): IsUnused {
  const first = Math.min(...repeat.fields.map(startOf));
  const key = repeat.fields.findIndex((field) => startOf(field) === first);
  const length = placesOf(repeat, 0)[key]?.length ?? 0;
  const end = new Set(repeat.end.flatMap((value) => [value.trim(), value.slice(0, length).trim()]));
  return (places, texts, run) => {
    const text = texts[key] ?? "";
    if (text !== "" && !end.has(text)) return false;
    const left = texts.findIndex((held, at) => at !== key && !isNothing(held));
    const place = places[left];
    if (place === undefined) return true;
    if (text === "" && !end.has("")) return false;
    report(run, {
      code: "ELEMENT_MISSING",
      severity: "reject",
      message: "A value has nothing beside it that says what it is for",
      place: placeIn(run, places[key]?.at, undefined, undefined, nameOfField((places[key] as BlockPlace).field)),
      expected: `a value beside ${texts[left] ?? ""}`,
      found: text === "" ? "nothing" : text,
      remedy: "Ask the sender to fill it and to send the message again.",
      ack: { segment: "8", element: "1" },
    });
    return true;
  };
}

function fallbackOf(
  field: FieldDefinition,
): (object: Held, places: readonly BlockPlace[], texts: readonly string[], run: Run) => void {
  const path = field.to[0] ?? [];
  const [get, put] = [getAt(path), putAt(path)];
  const value = field.fallback ?? "";
  return (object, places, texts, run) => {
    const index = places.findIndex((place) => place.field === field);
    if (get(object) !== undefined || texts[index] !== "") return;
    put(object, value);
    const at = places[index]?.at;
    report(run, {
      code: "DEFAULT_ASSUMED",
      severity: "note",
      message: `The place is empty, ${value} is assumed`,
      place: placeIn(run, at, undefined, undefined, nameOfField(field)),
      expected: value,
      found: "nothing",
      remedy: "Nothing to do, unless the assumption is wrong: then change `default` in a dialect.",
    });
  };
}
