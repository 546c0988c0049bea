/** Reading qualifier and value pairs, which may stand at any place of their segment (X12 LIN, EDIFACT PIA). */
import { cleaned, splitAt } from "./clean-text.ts";
import type { FieldDefinition, LineDefinition, PairsDefinition } from "./definition.ts";
import { nameOfField, type ReadText } from "./field-places.ts";
import { type Get, getAt } from "./paths.ts";
import type { ReadPlaces } from "./places.ts";
import { compileField } from "./read-fields.ts";
import { type Held, isPlain, placeIn, type Run, report, reportUnmapped } from "./run.ts";

/** One qualifier: its field, and its reader at each place it was met at. */
interface Qualifier {
  readonly field: FieldDefinition;
  readonly get: Get;
  /** Whether another qualifier fills the same field: then the first of them in a segment counts. */
  readonly isShared: boolean;
  readonly readers: (ReadText | undefined)[];
}

/** Compiles the pairs of a line. */
export function pairPlaces(line: LineDefinition): ReadPlaces {
  const { pairs } = line;
  if (pairs === undefined) return () => {};
  const qualifiers = compiled(pairs);
  const musts = [...qualifiers.values()].filter(({ field }) => field.use === "must");
  const width = pairs.qualifier === 0 ? 2 : 1;
  return ({ elements }, target, run) => {
    const last = Math.min(pairs.from + pairs.count * width, elements.length);
    for (let at = pairs.from; at < last; at += width) readPair(pairs, qualifiers, elements, at, target, run);
    for (const { field, get } of musts) if (get(target) === undefined) reportMissing(field, pairs, run);
  };
}

function compiled(pairs: PairsDefinition): ReadonlyMap<string, Qualifier> {
  const names = [...pairs.fields.values()].map(nameOfField);
  return new Map(
    [...pairs.fields].map(([code, field]) => [
      code,
      {
        field,
        get: getAt(field.to[0] ?? []),
        isShared: names.filter((name) => name === nameOfField(field)).length > 1,
        readers: [],
      },
    ]),
  );
}

function readPair(
  pairs: PairsDefinition,
  qualifiers: ReadonlyMap<string, Qualifier>,
  elements: readonly string[],
  at: number,
  target: Held,
  run: Run,
): void {
  const { component: separator, release } = run.context.delimiters;
  const raw = elements[at] as string;
  const place = pairs.qualifier === 0 ? at + 1 : at;
  const components = pairs.qualifier === 0 ? undefined : splitAt(raw, separator, release);
  const code = (components === undefined ? raw : (components[pairs.qualifier - 1] ?? "")).trim();
  const held = components === undefined ? (elements[place] ?? "") : (components[pairs.value - 1] ?? "");
  if (components !== undefined) listFurther(pairs, components, run, at);
  if (held === "" && code === "") return;
  const text = isPlain(held, run.special) ? held : cleaned(held, release, run, place, 0, 0);
  const qualifier = qualifiers.get(code);
  const before = qualifier?.isShared === true ? qualifier.get(target) : undefined;
  if (qualifier === undefined || (before !== undefined && before !== text && text !== "")) {
    reportUnmapped(run, place, text === "" ? code : `${code} ${text}`);
  } else if (text !== "") readerAt(qualifier, place, pairs)(text, target, run, "");
}

/** What stands in a pair's element beside qualifier and value, such as who gave the number, is listed. */
function listFurther(pairs: PairsDefinition, components: readonly string[], run: Run, element: number): void {
  const { release } = run.context.delimiters;
  components.forEach((raw, c) => {
    if (c + 1 === pairs.qualifier || c + 1 === pairs.value || raw === "") return;
    const text = cleaned(raw, release, run, element, c + 1, 0);
    if (text !== "") reportUnmapped(run, element, text, c + 1);
  });
}

/** A qualifier mostly stands at the same place, so its reader is compiled once per place. */
function readerAt(qualifier: Qualifier, place: number, pairs: PairsDefinition): ReadText {
  const known = qualifier.readers[place];
  if (known !== undefined) return known;
  const component = pairs.qualifier === 0 ? 0 : pairs.value;
  const read = compileField(qualifier.field, undefined, { element: place, component, repetition: 0 });
  qualifier.readers[place] = read;
  return read;
}

function reportMissing(field: FieldDefinition, pairs: PairsDefinition, run: Run): void {
  const codes = [...pairs.fields].filter(([, held]) => nameOfField(held) === nameOfField(field)).map(([code]) => code);
  report(run, {
    code: "ELEMENT_MISSING",
    severity: "reject",
    message: "A qualifier that must be there is missing",
    place: placeIn(run, pairs.from, undefined, undefined, nameOfField(field)),
    expected: `a value with qualifier ${codes.join(" or ")}`,
    found: "none",
    remedy: "Ask the sender to fill it and to send the message again.",
    ack: { segment: "8", element: "1" },
  });
}
