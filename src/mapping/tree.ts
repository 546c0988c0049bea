/**
 * A mapping file as a tree in which every key, list and text knows its line and column. YAML is read with the failsafe
 * schema, so `010` stays `010` and keys keep their order; aliases are copied, so a dialect changes one place only.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import { CalloffError } from "../values/errors.ts";
import { refuse, type Spot } from "./refusal.ts";

export interface TextTree {
  readonly kind: "text";
  readonly spot: Spot;
  readonly text: string;
}
export interface ListTree {
  readonly kind: "list";
  readonly spot: Spot;
  readonly items: readonly Tree[];
}
export interface MapEntry {
  readonly spot: Spot;
  readonly value: Tree;
}
export interface MapTree {
  readonly kind: "map";
  readonly spot: Spot;
  readonly entries: ReadonlyMap<string, MapEntry>;
}
export type Tree = TextTree | ListTree | MapTree;

/** A mapping is a few hundred lines; what is larger than this, nested deeper or grows beyond it by aliases is none. */
const MOST_CHARACTERS = 1_000_000;
const MOST_NODES = 50_000;
const DEEPEST = 60;
/** Keys that would reach the machinery of objects instead of naming a field. */
export const UNSAFE_NAMES: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "valueOf",
  "toJSON",
]);

/** Reads YAML text into a tree. @throws CalloffError MAPPING_NOT_YAML with file, line and column. */
export function readTree(file: string, text: string): MapTree {
  if (text.length > MOST_CHARACTERS) {
    throw refuse("MAPPING_NOT_YAML", { file, line: 1, column: 1 }, "The file is too large for a mapping", {
      expected: `at most ${MOST_CHARACTERS} characters`,
      found: String(text.length),
      remedy: "Check that this is a mapping file and not a message.",
    });
  }
  const lines = new LineCounter();
  const document = parsed(file, text, lines);
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const at = lines.linePos(fault.pos[0]);
    const sentence = (fault.message.split("\n")[0] ?? fault.message).replace(/ at line \d+, column \d+:?$/, "");
    throw refuse(
      "MAPPING_NOT_YAML",
      { file, line: at.line, column: at.col },
      `This is not YAML as mappings use it: ${sentence}`,
      {
        expected: "one YAML document without tags, every key once",
        remedy: "Correct the line; an editor with YAML support marks it.",
      },
    );
  }
  const top = converted(document.contents, { file, lines, anchors: new Map(), left: MOST_NODES }, 0);
  if (top.kind !== "map") {
    throw refuse("MAPPING_NOT_YAML", top.spot, "A mapping file is a map of words at its top", {
      expected: "syntax: …, message: …, document: …, lines: …",
      found: top.kind,
      remedy: "Begin with the words of docs/mappings.md, *Head of the file*.",
    });
  }
  return top;
}

function parsed(file: string, text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, {
      schema: "failsafe",
      uniqueKeys: true,
      lineCounter,
      strict: true,
      prettyErrors: false,
    });
  } catch (cause) {
    throw refuse("MAPPING_NOT_YAML", { file, line: 1, column: 1 }, "The YAML cannot be read", {
      expected: "YAML of ordinary depth",
      remedy: "Check that this is a mapping file.",
      cause,
    });
  }
}

interface Conversion {
  readonly file: string;
  readonly lines: LineCounter;
  /** What stands behind each anchor met so far; the library's own search for one goes through the whole document. */
  readonly anchors: Map<string, Node>;
  left: number;
}

function converted(node: unknown, conversion: Conversion, depth: number): Tree {
  const spot = spotOf(node as Node, conversion);
  conversion.left -= 1;
  if (conversion.left < 0 || depth > DEEPEST) {
    throw refuse("MAPPING_NOT_YAML", spot, "The file grows too large or too deep, with its aliases written out", {
      expected: `at most ${MOST_NODES} entries, ${DEEPEST} levels`,
      remedy: "Use fewer aliases.",
    });
  }
  if (isAlias(node)) return converted(anchored(node, spot, conversion), conversion, depth + 1);
  if ((isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined) {
    conversion.anchors.set(node.anchor, node);
  }
  if (isScalar(node)) return { kind: "text", spot, text: typeof node.value === "string" ? node.value : "" };
  if (isSeq(node)) {
    return { kind: "list", spot, items: node.items.map((item) => converted(item, conversion, depth + 1)) };
  }
  if (isMap(node)) {
    const entries = new Map<string, MapEntry>();
    for (const pair of node.items) {
      const keySpot = spotOf(pair.key as Node, conversion);
      if (!isScalar(pair.key) || typeof pair.key.value !== "string") {
        throw refuse("MAPPING_NOT_YAML", keySpot, "A key has to be plain text", { remedy: "Quote the key." });
      }
      entries.set(pair.key.value, { spot: keySpot, value: converted(pair.value, conversion, depth + 1) });
    }
    return { kind: "map", spot, entries };
  }
  return { kind: "text", spot, text: "" };
}

function anchored(alias: Alias, spot: Spot, { anchors }: Conversion): Node {
  const node = anchors.get(alias.source);
  if (node === undefined) {
    throw refuse("MAPPING_NOT_YAML", spot, `The alias *${alias.source} names no anchor before it`, {
      remedy: `Write &${alias.source} at the place that is meant, above this one.`,
    });
  }
  return node;
}

function spotOf(node: Node | null, conversion: Conversion): Spot {
  const start = node?.range?.[0];
  if (start === undefined) return { file: conversion.file, line: 1, column: 1 };
  const at = conversion.lines.linePos(start);
  return { file: conversion.file, line: Math.max(at.line, 1), column: Math.max(at.col, 1) };
}

/** The tree as plain lists: for hashing, and for printing a merged dialect. */
export function plainOf(tree: Tree): unknown {
  if (tree.kind === "text") return tree.text;
  if (tree.kind === "list") return tree.items.map(plainOf);
  return [...tree.entries].map(([key, entry]) => [key, plainOf(entry.value)]);
}

/** Whether something thrown is a refusal of a mapping. */
export const isRefusal = (thrown: unknown): thrown is CalloffError =>
  thrown instanceof CalloffError && thrown.code.startsWith("MAPPING_");
