/** Where a text stands in a mapping file. */
import type { Spot } from "./refusal.ts";
import type { Tree } from "./tree.ts";

/** Where a text stands in the file: within what `near` belongs to, as a value or else as a key. */
export function spotOfText(root: Tree, near: Spot, wanted: string): Spot {
  const holder = within(root).find(({ spot, tree }) => spot === near || tree.spot === near)?.tree;
  if (holder === undefined) return near;
  const places = within(holder);
  const place =
    places.find(({ tree }) => tree.kind === "text" && tree.text === wanted)?.tree ??
    places.find(({ key }) => key === wanted);
  return place?.spot ?? near;
}

interface Place {
  readonly spot: Spot;
  readonly key: string | undefined;
  readonly tree: Tree;
}

/** A tree with all that stands in it, what is further out first. */
function within(root: Tree): Place[] {
  const places: Place[] = [{ spot: root.spot, key: undefined, tree: root }];
  for (const { tree } of places) {
    if (tree.kind === "list")
      places.push(...tree.items.map((item) => ({ spot: item.spot, key: undefined, tree: item })));
    if (tree.kind === "map")
      for (const [key, entry] of tree.entries) places.push({ spot: entry.spot, key, tree: entry.value });
  }
  return places;
}
