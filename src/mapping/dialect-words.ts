/** What a dialect changes below a line: maps merge key by key, lists and single values are replaced. */
import { longForm } from "./check-fields.ts";
import { type Change, missing } from "./dialect-paths.ts";
import type { MapEntry, MapTree, Tree } from "./tree.ts";

/** The map with another entry for a key. */
export const replaced = (map: MapTree, key: string, entry: MapEntry): MapTree => ({
  ...map,
  entries: new Map([...map.entries, [key, entry]]),
});

/** Sets what a path of keys names; all keys but the last have to exist, a short form is written out on the way. */
export function withKeys(map: MapTree, keys: readonly string[], change: Change): MapTree {
  const { entry } = change;
  const [key, rest] = nextKey(map, keys);
  const held = map.entries.get(key);
  if (rest.length === 0) {
    const value = held === undefined ? entry.value : mergedValue(held.value, entry.value, key);
    return replaced(map, key, { spot: entry.spot, value });
  }
  if (held === undefined) throw missing(change, key, [...map.entries.keys()]);
  const inner = held.value.kind === "map" ? held.value : longForm(held.value);
  return replaced(map, key, { spot: held.spot, value: withKeys(inner, rest, change) });
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

function mergedValue(standard: Tree, change: Tree, key: string): Tree {
  if (change.kind !== "map") return change;
  if (standard.kind === "map") return mergedMaps(standard, change, key);
  return standard.kind === "text" && standard.text !== "" && !change.entries.has("to") && isFieldChange(change)
    ? mergedMaps(longForm(standard), change, key)
    : change;
}

const isFieldChange = (change: MapTree): boolean =>
  [...change.entries.keys()].every((key) => ["or", "as", "codes", "empty", "use", "length", "default"].includes(key));

/** Merges key by key. Codes of the dialect come first, because the first code listed for a word is the one written. */
export function mergedMaps(standard: MapTree, change: MapTree, name = ""): MapTree {
  const merged = new Map<string, MapEntry>();
  const first = name === "codes" ? change : standard;
  const second = name === "codes" ? standard : change;
  for (const key of [...first.entries.keys(), ...second.entries.keys()]) {
    if (merged.has(key)) continue;
    const held = standard.entries.get(key);
    const next = change.entries.get(key);
    if (held !== undefined && next !== undefined) {
      merged.set(key, { spot: next.spot, value: mergedValue(held.value, next.value, key) });
    } else merged.set(key, (next ?? held) as MapEntry);
  }
  return { kind: "map", spot: standard.spot, entries: merged };
}
