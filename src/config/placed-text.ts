/** The tree of a YAML (or JSON) text with the place of every value in it. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { coerceError } from "../values/errors.ts";
import type { Place } from "../values/finding.ts";
import type { ConfigFault } from "./faults.ts";

export type Path = readonly PropertyKey[];

/** Values that aliases may stand for in all: more is an attack, not a configuration. */
const MOST_ALIASED = 5_000;

/** The tree of one text, with the place of every value. */
export interface PlacedText {
  /** The value at the top with `asText` paths read as text; an empty file is an empty group. */
  value(asText: ReadonlySet<string>): unknown;
  /** Place of the value at `path`, or of the nearest group above it. */
  placeOf(path: Path): Place;
  /** Place of the key `key` in the group at `path`. */
  placeOfKey(path: Path, key: string): Place;
  /** What stands at `path`, for a person; `undefined` when nothing does. */
  found(path: Path): string | undefined;
  /** The scalar's text as written, when it is one that YAML took for a number, a truth value or nothing. */
  plainText(path: Path): string | undefined;
  readonly faults: readonly ConfigFault[];
}

/** How `asText` names a path. */
export const keyOf = (path: Path): string => JSON.stringify(path);

/** Parses YAML strictly (unique keys, no merge keys, few aliases) and keeps where everything stands. */
export function placedText(name: string, text: string): PlacedText {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ""), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: "1.2",
    schema: "core",
    strict: true,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line, column: col };
  };
  const faults: ConfigFault[] = [...document.errors, ...document.warnings].map((error) => ({
    code: "CONFIG_SYNTAX",
    message: error.message.split("\n")[0] as string,
    place: placeAt(error.pos[0]),
    remedy: "Check indentation and quotes at this place",
  }));
  const root = document.contents;
  const reach = (path: Path): { node: Node | undefined; above: Node | undefined } => {
    let node: Node | undefined = followed(root ?? undefined, document);
    let above = node;
    for (const step of path) {
      const below = childOf(node, step, document);
      if (below === undefined) return { node: undefined, above };
      node = below;
      above = below;
    }
    return { node, above };
  };
  return {
    faults: faults.length > 0 ? faults : tooMany(root, document, placeAt),
    value: (asText) => (root === null ? {} : valueOf(root, document, [], asText)),
    placeOf: (path) => ({ ...placeAt(offsetOf(reach(path).above) ?? 0), ...fieldOf(path) }),
    placeOfKey: (path, key) => {
      const group = reach(path).node;
      const pair = isMap(group) ? group.items.find((item) => keyText(item) === key) : undefined;
      return { ...placeAt(offsetOf(pair?.key as Node | undefined) ?? 0), ...fieldOf([...path, key]) };
    },
    found: (path) => inWords(reach(path).node),
    plainText: (path) => {
      const { node } = reach(path);
      return isScalar(node) && node.value !== null && typeof node.value !== "string" ? node.source : undefined;
    },
  };
}

const offsetOf = (node: Node | null | undefined): number | undefined => node?.range?.[0];

const fieldOf = (path: Path): { field?: string } => (path.length === 0 ? {} : { field: pathInWords(path) });

/** `lines[0].steps[2].quantity` */
export function pathInWords(path: Path): string {
  return path
    .map((step, n) => (typeof step === "number" ? `[${step}]` : `${n === 0 ? "" : "."}${String(step)}`))
    .join("");
}

function followed(node: Node | undefined, document: Document): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

function childOf(node: Node | undefined, step: PropertyKey, document: Document): Node | undefined {
  const held = followed(node, document);
  if (isSeq(held) && typeof step === "number") return followed(held.items[step] as Node | undefined, document);
  if (!isMap(held)) return undefined;
  const pair = held.items.find((item) => keyText(item) === String(step));
  return followed((pair?.value ?? undefined) as Node | undefined, document);
}

function keyText(pair: Pair): string {
  const key = pair.key;
  if (!isScalar(key)) return String(key);
  return key.source ?? String(key.value);
}

function valueOf(node: Node, document: Document, path: Path, asText: ReadonlySet<string>): unknown {
  const held = followed(node, document);
  if (isSeq(held)) return held.items.map((item, n) => valueOf(item as Node, document, [...path, n], asText));
  if (isMap(held)) {
    const entries = held.items.map((pair) => {
      const key = keyText(pair);
      const value = pair.value as Node | null;
      return [key, value === null ? null : valueOf(value, document, [...path, key], asText)] as const;
    });
    return Object.fromEntries(entries);
  }
  if (!isScalar(held)) return null;
  return asText.has(keyOf(path)) ? (held.source ?? String(held.value)) : held.value;
}

/** Counts what stands behind aliases as if it were written out, so that reading it cannot run away. */
function tooMany(root: Node | null, document: Document, placeAt: (offset: number) => Place): ConfigFault[] {
  let left = MOST_ALIASED;
  const visit = (node: Node | undefined, aliased: boolean): void => {
    const behind = aliased || isAlias(node);
    if (behind) left -= 1;
    if (left < 0) throw new RangeError("its aliases stand for too much");
    const held = followed(node, document);
    if (isSeq(held)) for (const item of held.items) visit(item as Node, behind);
    if (isMap(held)) for (const pair of held.items) visit((pair.value ?? undefined) as Node | undefined, behind);
  };
  try {
    visit(root ?? undefined, false);
    return [];
  } catch (thrown) {
    const { message } = coerceError(thrown);
    return [{ code: "CONFIG_SYNTAX", message: `The file cannot be read: ${message}`, place: placeAt(0) }];
  }
}

function inWords(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (isMap(node)) return "a group of settings";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  const text = node.source ?? JSON.stringify(node.value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
