/** The closed list of words of the mapping language, by the place they may stand at, and reading of single values. */
import { refuse, type Spot } from "./refusal.ts";
import { type ListTree, type MapEntry, type MapTree, type TextTree, type Tree, UNSAFE_NAMES } from "./tree.ts";

export const HEAD_WORDS = ["syntax", "message", "document", "numbers", "layer", "loses", "lines"] as const;
export const DIALECT_WORDS = ["extends", "changes"] as const;
export const MESSAGE_WORDS = {
  json: ["schema"],
  x12: ["set", "group", "versions"],
  edifact: ["type", "versions"],
  fixed: ["first", "last", "length"],
  csv: ["delimiter", "decimal", "quote", "headers", "optional", "headerRow", "sheet", "dates", "charset"],
} as const;
export const LINE_WORDS = [
  "times",
  "fields",
  "opens",
  "then",
  "carries",
  "never",
  "each",
  "when",
  "next",
  "if",
  "sets",
  "pairs",
  "repeat",
  "same",
  "columns",
  "rules",
  "anywhere",
] as const;
export const FIELD_WORDS = [
  "to",
  "or",
  "as",
  "codes",
  "is",
  "empty",
  "default",
  "also",
  "count",
  "sum",
  "use",
  "length",
  "open",
  "loose",
  "pieces",
] as const;
export const PAIRS_WORDS = ["from", "count", "codes", "qualifier", "value"] as const;
export const REPEAT_WORDS = ["opens", "from", "width", "count", "end", "by", "fields"] as const;
export const SAME_WORDS = ["opens", "key", "fields", "same", "columns"] as const;
export const COLUMNS_WORDS = ["opens", "header", "value", "fields"] as const;

/** The map expected at a place. @throws MAPPING_VALUE */
export function mapAt(tree: Tree, what: string): MapTree {
  if (tree.kind === "map") return tree;
  throw refuse("MAPPING_VALUE", tree.spot, `${what} has to be a map`, {
    expected: "word: value, one per row or between { }",
    found: tree.kind === "text" ? JSON.stringify(tree.text) : "a list",
    remedy: "Write it as in docs/mappings.md.",
  });
}

/** The list expected at a place. @throws MAPPING_VALUE */
export function listAt(tree: Tree, what: string): ListTree {
  if (tree.kind === "list") return tree;
  throw refuse("MAPPING_VALUE", tree.spot, `${what} has to be a list`, {
    expected: "rows that begin with -, or [ … ]",
    found: tree.kind === "text" ? JSON.stringify(tree.text) : "a map",
    remedy: "Write it as in docs/mappings.md.",
  });
}

/** The text expected at a place. @throws MAPPING_VALUE */
export function textAt(tree: Tree, what: string): TextTree {
  if (tree.kind === "text") return tree;
  throw refuse("MAPPING_VALUE", tree.spot, `${what} has to be one value`, {
    expected: "one word, number or quoted text",
    found: tree.kind === "map" ? "a map" : "a list",
    remedy: "Write it as in docs/mappings.md.",
  });
}

/** One text or a list of texts. */
export function textsAt(tree: Tree, what: string): TextTree[] {
  return tree.kind === "list" ? tree.items.map((item) => textAt(item, what)) : [textAt(tree, what)];
}

/** The entries of a map after every key was found among `allowed`. @throws MAPPING_WORD */
export function wordsOf<W extends string>(
  map: MapTree,
  allowed: readonly W[],
  where: string,
): Partial<Record<W, MapEntry>> {
  const found: Partial<Record<W, MapEntry>> = {};
  for (const [key, entry] of map.entries) {
    if (!(allowed as readonly string[]).includes(key)) throw unknownWord(entry.spot, key, allowed, where);
    found[key as W] = entry;
  }
  return found;
}

export function unknownWord(spot: Spot, key: string, allowed: readonly string[], where: string): Error {
  const near = allowed.find((word) => word.startsWith(key.slice(0, 3)) || key.startsWith(word));
  return refuse("MAPPING_WORD", spot, `${JSON.stringify(key)} is no word of ${where}`, {
    expected: `one of ${allowed.join(", ")}`,
    found: key,
    remedy:
      near === undefined
        ? "The list of words is closed: see docs/mappings.md."
        : `Write ${near}, or see docs/mappings.md.`,
  });
}

/** A value out of a closed list. @throws MAPPING_VALUE */
export function oneOf<W extends string>(tree: Tree, allowed: readonly W[], what: string): W {
  const { text, spot } = textAt(tree, what);
  if ((allowed as readonly string[]).includes(text)) return text as W;
  throw refuse("MAPPING_VALUE", spot, `${JSON.stringify(text)} is no ${what}`, {
    expected: `one of ${allowed.join(", ")}`,
    found: text,
    remedy: "Use one of the values expected.",
  });
}

/** A whole number from `least` to `most`. @throws MAPPING_VALUE */
export function wholeAt(tree: Tree, what: string, least: number, most: number): number {
  const { text, spot } = textAt(tree, what);
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw refuse("MAPPING_VALUE", spot, `${JSON.stringify(text)} is no ${what}`, {
    expected: `a whole number from ${least} to ${most}`,
    found: text,
    remedy: "Correct the number.",
  });
}

/** The first name may be one object of a list, told by a word of it: `parties[role=ship-to].code`. */
const FIELD_NAME = /^[a-z][A-Za-z0-9]*(?:\[[a-z][A-Za-z0-9]*=[A-Za-z0-9-]+\])?(?:\.[a-z][A-Za-z0-9]*)*$/;

/** The path of a field, `pattern.days` as two names. @throws MAPPING_VALUE */
export function fieldPath(text: TextTree, what = "field"): readonly string[] {
  const path = text.text.split(".");
  if (
    FIELD_NAME.test(text.text) &&
    path.length <= 3 &&
    !path.some((name) => name.split(/[[=]/).some((part) => UNSAFE_NAMES.has(part))) &&
    (what !== "list" || !text.text.includes("[")) &&
    path.at(-1) !== "segment"
  ) {
    return path;
  }
  throw refuse("MAPPING_VALUE", text.spot, `${JSON.stringify(text.text)} cannot name a ${what}`, {
    expected:
      "letters and digits, beginning with a small letter; at most two dots between names; one object of a list as parties[role=ship-to].code",
    found: text.text,
    remedy: "Use the names of the canonical document, e.g. customerPart or pattern.days; segment is the reader's own.",
  });
}

/** `lines/unit`: the field unit of the object around, one of the list lines; `document/basis` of the document itself. */
export function outerPath(text: TextTree): { readonly of?: string; readonly path: readonly string[] } {
  const [, of, rest = ""] = /^([a-z][A-Za-z0-9]*)\/(.*)$/.exec(text.text) ?? [];
  return of === undefined ? { path: fieldPath(text) } : { of, path: fieldPath({ ...text, text: rest }) };
}

/** `yes`/`no` flags: only `true` is written. @throws MAPPING_VALUE */
export const flagAt = (tree: Tree, what: string): boolean => oneOf(tree, ["true", "false"], what) === "true";
