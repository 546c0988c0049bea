/**
 * Dialects: `extends` a standard mapping and `changes` it by path. A path names a line by its tags (`LIN/SHP[02]`) and
 * what is meant below it (`fields.8.use`); it has to exist, so a change of the standard file that breaks a dialect is an
 * error at start. Maps merge key by key, lists and single values are replaced.
 */
import { changedList } from "./dialect-lines.ts";
import { type Change, partsOfPath, stepOf } from "./dialect-paths.ts";
import { replaced, withKeys } from "./dialect-words.ts";
import { refuse, type Spot } from "./refusal.ts";
import type { MapTree } from "./tree.ts";
import { DIALECT_WORDS, HEAD_WORDS, listAt, mapAt, textAt, wordsOf } from "./words.ts";

/** The name a dialect extends, or undefined for a mapping that stands for itself. */
export function extendsOf(tree: MapTree): { name: string; spot: Spot } | undefined {
  const entry = tree.entries.get("extends");
  return entry === undefined ? undefined : { name: textAt(entry.value, "extends").text, spot: entry.spot };
}

/** The standard file with the dialect's changes made. @throws CalloffError MAPPING_DIALECT, MAPPING_WORD */
export function mergedTree(standard: MapTree, dialect: MapTree): MapTree {
  const words = wordsOf(dialect, DIALECT_WORDS, "a dialect");
  const changes = words.changes === undefined ? undefined : mapAt(words.changes.value, "changes");
  let merged = standard;
  for (const [path, entry] of changes?.entries ?? []) merged = changed(merged, { path, entry });
  return merged;
}

function changed(tree: MapTree, change: Change): MapTree {
  const { first, below } = partsOfPath(change);
  if (first !== "lines" && (HEAD_WORDS as readonly string[]).includes(first)) {
    refuseFixed(first, change);
    return withKeys(tree, [first, ...(below ?? [])], change);
  }
  const lines = tree.entries.get("lines");
  if (lines === undefined) return tree;
  const steps = first.split("/").map(stepOf);
  const list = changedList(listAt(lines.value, "lines"), steps, { ...change, below });
  return replaced(tree, "lines", { spot: lines.spot, value: list });
}

/** A mapping of another syntax or document is no dialect. */
function refuseFixed(word: string, { path, entry }: Change): void {
  if (word !== "syntax" && word !== "document") return;
  throw refuse("MAPPING_DIALECT", entry.spot, `A dialect cannot change ${word}`, {
    expected: "the syntax and document of the standard file",
    found: path,
    remedy: "Write a mapping of its own instead of a dialect.",
  });
}
