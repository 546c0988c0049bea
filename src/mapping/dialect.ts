/**
 * Dialects: `extends` a standard mapping and `changes` it by path. A path names a line by its tags (`LIN/SHP[02]`) and
 * what is meant below it (`fields.8.use`); it has to exist, so a change of the standard file that breaks a dialect is an
 * error at start. Maps merge key by key, lists and single values are replaced.
 */

import { longForm } from "./check-fields.ts";
import { rowBody } from "./check-lines.ts";
import { refuse, type Spot } from "./refusal.ts";
import { type ListTree, type MapEntry, type MapTree, type Tree, UNSAFE_NAMES } from "./tree.ts";
import { DIALECT_WORDS, HEAD_WORDS, listAt, mapAt, textAt, wordsOf } from "./words.ts";

/** The name a dialect extends, or undefined for a mapping that stands for itself. */
export function extendsOf(tree: MapTree): { name: string; spot: Spot } | undefined {
  const entry = tree.entries.get("extends");
  return entry === undefined ? undefined : { name: textAt(entry.value, "extends").text, spot: entry.spot };
}

/** The standard file with the dialect's changes made. @throws CalloffError MAPPING_DIALECT, MAPPING_WORD */
export function mergedTree(standard: MapTree, dialect: MapTree): MapTree {
  const words = wordsOf(dialect, DIALECT_WORDS, "a dialect");
  let merged: MapTree = standard;
  const changes = words.changes === undefined ? undefined : mapAt(words.changes.value, "changes");
  for (const [path, entry] of changes?.entries ?? []) {
    if (path.split(/[./]/).some((part) => UNSAFE_NAMES.has(part))) {
      throw refuse("MAPPING_DIALECT", entry.spot, `${path} is no path into a mapping`, {
        expected: "LIN/SDP/FST.fields.8.use and the like",
        found: path,
        remedy: "Name a line by its tags and a word below it.",
      });
    }
    merged = changed(merged, path, entry);
  }
  return merged;
}

interface Step {
  readonly tag: string;
  readonly qualifier: string | undefined;
}

const LINE_PATH = /^((?:[A-Za-z0-9_]+(?:\[[^\]]*\])?)(?:\/[A-Za-z0-9_]+(?:\[[^\]]*\])?)*)(?:\.(.+))?$/;

function changed(tree: MapTree, path: string, entry: MapEntry): MapTree {
  const match = LINE_PATH.exec(path);
  const [, line = "", below] = match ?? [];
  if (match === null) {
    throw refuse("MAPPING_DIALECT", entry.spot, `${JSON.stringify(path)} is no path`, {
      expected: "tags with / between, then words with . between: LIN/SHP[02].times",
      found: path,
      remedy: "Correct the path.",
    });
  }
  if ((HEAD_WORDS as readonly string[]).includes(line) && line !== "lines") {
    if (line === "syntax" || line === "document") {
      throw refuse("MAPPING_DIALECT", entry.spot, `A dialect cannot change ${line}`, {
        expected: "the syntax and document of the standard file",
        found: path,
        remedy: "Write a mapping of its own instead of a dialect.",
      });
    }
    return withKeys(tree, below === undefined ? [line] : [line, ...below.split(".")], path, entry);
  }
  const steps = line.split("/").map((part): Step => {
    const [, tag = "", qualifier] = /^([^[]+)(?:\[([^\]]*)\])?$/.exec(part) ?? [];
    return { tag, qualifier };
  });
  const lines = tree.entries.get("lines");
  if (lines === undefined) return tree;
  const list = changedList(listAt(lines.value, "lines"), steps, below, path, entry);
  return replaced(tree, "lines", { spot: lines.spot, value: list });
}

const replaced = (map: MapTree, key: string, entry: MapEntry): MapTree => ({
  ...map,
  entries: new Map([...map.entries, [key, entry]]),
});

function changedList(
  list: ListTree,
  steps: readonly Step[],
  below: string | undefined,
  path: string,
  entry: MapEntry,
): ListTree {
  const [step, ...further] = steps;
  if (step === undefined) return list;
  const found = findLine(list, step, path, entry);
  if (found === undefined) {
    if (further.length === 0 && below === undefined) return added(list, step, path, entry);
    throw missing(path, entry, `${step.tag}${step.qualifier === undefined ? "" : `[${step.qualifier}]`}`, tagsOf(list));
  }
  const { at, tag, body, row } = found;
  const line = row === undefined ? body : rowBody(body.entries.get(row)?.value ?? body);
  const next =
    further.length > 0
      ? deeper(line, further, below, path, entry)
      : below === undefined
        ? mergedMaps(line, mapOfChange(entry, path), path)
        : withKeys(line, below.split("."), path, entry);
  const newBody = row === undefined ? next : replaced(body, row, { spot: next.spot, value: next });
  const item: MapTree = {
    kind: "map",
    spot: body.spot,
    entries: new Map([[tag, { spot: body.spot, value: newBody }]]),
  };
  return { ...list, items: list.items.map((held, index) => (index === at ? item : held)) };
}

function mapOfChange(entry: MapEntry, path: string): MapTree {
  const map = mapAt(entry.value, path);
  if (!map.entries.has("after")) return map;
  throw refuse("MAPPING_DIALECT", entry.spot, `${path} is already there`, {
    expected: "after only for lines the standard file lacks",
    found: "after",
    remedy: "Leave out after; the words below it change the line that is there.",
  });
}

function deeper(
  line: MapTree,
  steps: readonly Step[],
  below: string | undefined,
  path: string,
  entry: MapEntry,
): MapTree {
  const then = line.entries.get("then");
  const same = line.entries.get("same");
  if (same !== undefined) {
    return replaced(line, "same", { spot: same.spot, value: changedLevel(same.value, steps, below, path, entry) });
  }
  if (then === undefined) {
    const [step] = steps;
    if (steps.length === 1 && below === undefined && step !== undefined) {
      const empty: ListTree = { kind: "list", spot: entry.spot, items: [] };
      return replaced(line, "then", { spot: entry.spot, value: added(empty, step, path, entry) });
    }
    throw missing(path, entry, steps[0]?.tag ?? "", []);
  }
  return replaced(line, "then", {
    spot: then.spot,
    value: changedList(listAt(then.value, "then"), steps, below, path, entry),
  });
}

/** A deeper level of a row goes by the list that it opens: `row/lines/steps.fields.Qty`. */
function changedLevel(
  tree: Tree,
  [step, ...further]: readonly Step[],
  below: string | undefined,
  path: string,
  entry: MapEntry,
): ListTree {
  const levels = listAt(tree, "same");
  const at = levels.items.findIndex((level) => listOpened(level) === step?.tag);
  const level = levels.items[at];
  if (level === undefined) throw missing(path, entry, step?.tag ?? "", levels.items.map(listOpened));
  const body = mapAt(level, "same");
  const next =
    further.length > 0
      ? deeper(body, further, below, path, entry)
      : below === undefined
        ? mergedMaps(body, mapOfChange(entry, path), path)
        : withKeys(body, below.split("."), path, entry);
  return { ...levels, items: levels.items.map((held, index) => (index === at ? next : held)) };
}

function listOpened(level: Tree): string {
  const name = mapAt(level, "same").entries.get("opens")?.value;
  return name?.kind === "text" ? name.text : "";
}

interface FoundLine {
  readonly at: number;
  readonly tag: string;
  readonly body: MapTree;
  /** Key of the row, when the line is one of a pick. */
  readonly row: string | undefined;
}

function findLine(list: ListTree, step: Step, path: string, entry: MapEntry): FoundLine | undefined {
  const found: FoundLine[] = [];
  list.items.forEach((item, at) => {
    const [first] = [...mapAt(item, "a line").entries];
    if (first === undefined || first[0] !== step.tag) return;
    const [tag, held] = first;
    const body = held.value.kind === "map" ? held.value : emptyMap(held.value.spot);
    if (body.entries.has("pick")) {
      for (const row of body.entries.keys()) {
        if (row !== "pick" && row === step.qualifier) found.push({ at, tag, body, row });
      }
    } else if (step.qualifier === undefined || qualifiersOf(body).includes(step.qualifier)) {
      found.push({ at, tag, body, row: undefined });
    }
  });
  const plain = found.filter((one) => step.qualifier !== undefined || qualifiersOf(one.body).length === 0);
  const candidates = found.length > 1 && plain.length > 0 ? plain : found;
  if (candidates.length <= 1) return candidates[0];
  throw refuse("MAPPING_DIALECT", entry.spot, `${path} names ${candidates.length} lines of the standard file`, {
    expected: "a path that names one line",
    found: path,
    remedy: `Add the qualifier in brackets, e.g. ${step.tag}[${qualifiersOf(candidates[0]?.body ?? emptyMap(entry.spot))[0] ?? "…"}].`,
  });
}

const emptyMap = (spot: Spot): MapTree => ({ kind: "map", spot, entries: new Map() });

function qualifiersOf(body: MapTree): string[] {
  const when = body.entries.get("when")?.value;
  if (when?.kind !== "map") return [];
  const [first] = [...when.entries.values()];
  if (first === undefined) return [];
  if (first.value.kind === "text") return [first.value.text];
  return first.value.kind === "list"
    ? first.value.items.flatMap((item) => (item.kind === "text" ? [item.text] : []))
    : [];
}

const tagsOf = (list: ListTree): string[] =>
  list.items.flatMap((item) => (item.kind === "map" ? [...item.entries.keys()].slice(0, 1) : []));

function missing(path: string, entry: MapEntry, part: string, there: readonly string[]): Error {
  return refuse("MAPPING_DIALECT", entry.spot, `${path} names nothing in the standard file: there is no ${part}`, {
    expected: there.length === 0 ? "a path that exists" : `one of ${[...new Set(there)].join(", ")}`,
    found: part,
    remedy: "Correct the path; a line the standard file lacks is given with after: TAG.",
  });
}

/** Puts a line that the standard file lacks behind the one that `after` names. */
function added(list: ListTree, step: Step, path: string, entry: MapEntry): ListTree {
  const body = entry.value.kind === "map" ? entry.value : undefined;
  const after = body?.entries.get("after");
  if (body === undefined || after === undefined) throw missing(path, entry, step.tag, tagsOf(list));
  const name = textAt(after.value, "after");
  const [, tag = "", qualifier] = /^([^[]+)(?:\[([^\]]*)\])?$/.exec(name.text) ?? [];
  const found = findLine(list, { tag, qualifier }, name.text, { spot: name.spot, value: after.value });
  const last = found?.at ?? -1;
  if (found === undefined && list.items.length > 0)
    throw missing(name.text, { ...entry, spot: name.spot }, name.text, tagsOf(list));
  const entries = new Map([...body.entries].filter(([key]) => key !== "after"));
  if (step.qualifier !== undefined && !entries.has("when")) {
    throw refuse("MAPPING_DIALECT", entry.spot, `${path} adds a line, whose qualifier has to stand in when`, {
      expected: `when: { 1: ${step.qualifier} }`,
      found: path,
      remedy: "Add when to the new line.",
    });
  }
  const item: MapTree = {
    kind: "map",
    spot: entry.spot,
    entries: new Map([[step.tag, { spot: entry.spot, value: { ...body, entries } }]]),
  };
  return { ...list, items: [...list.items.slice(0, last + 1), item, ...list.items.slice(last + 1)] };
}

/** Sets what a path of keys names; all keys but the last have to exist, a short form is written out on the way. */
function withKeys(map: MapTree, keys: readonly string[], path: string, entry: MapEntry): MapTree {
  const [key, rest] = nextKey(map, keys);
  const held = map.entries.get(key);
  if (rest.length === 0) {
    const value = held === undefined ? entry.value : mergedValue(held.value, entry.value, path, key);
    return replaced(map, key, { spot: entry.spot, value });
  }
  if (held === undefined) throw missing(path, entry, key, [...map.entries.keys()]);
  const inner = held.value.kind === "map" ? held.value : longForm(held.value);
  return replaced(map, key, { spot: held.spot, value: withKeys(inner, rest, path, entry) });
}

/** An address may hold dots itself, so the longest run of parts that is a key counts as one key. */
function nextKey(map: MapTree, keys: readonly string[]): [string, readonly string[]] {
  for (let length = Math.min(keys.length, 3); length > 1; length -= 1) {
    const joined = keys.slice(0, length).join(".");
    const isNewAddress = length === keys.length && keys.every((key) => /^\d+(\/\d+)?$/.test(key));
    if (map.entries.has(joined) || isNewAddress) return [joined, keys.slice(length)];
  }
  return [keys[0] ?? "", keys.slice(1)];
}

function mergedValue(standard: Tree, change: Tree, path: string, key: string): Tree {
  if (change.kind !== "map") return change;
  if (standard.kind === "map") return mergedMaps(standard, change, path, key);
  return standard.kind === "text" && standard.text !== "" && !change.entries.has("to") && isFieldChange(change)
    ? mergedMaps(longForm(standard), change, path, key)
    : change;
}

const isFieldChange = (change: MapTree): boolean =>
  [...change.entries.keys()].every((key) => ["or", "as", "codes", "empty", "use", "length", "default"].includes(key));

/** Merges key by key. Codes of the dialect come first, because the first code listed for a word is the one written. */
function mergedMaps(standard: MapTree, change: MapTree, path: string, name = ""): MapTree {
  const merged = new Map<string, MapEntry>();
  const first = name === "codes" ? change : standard;
  const second = name === "codes" ? standard : change;
  for (const key of [...first.entries.keys(), ...second.entries.keys()]) {
    if (merged.has(key)) continue;
    const held = standard.entries.get(key);
    const next = change.entries.get(key);
    if (held !== undefined && next !== undefined) {
      merged.set(key, { spot: next.spot, value: mergedValue(held.value, next.value, path, key) });
    } else merged.set(key, (next ?? held) as MapEntry);
  }
  return { kind: "map", spot: standard.spot, entries: merged };
}
