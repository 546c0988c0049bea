/** Documents compared: without what no file states, in an order of their own, with the first difference in words. */
import { isDeepStrictEqual } from "node:util";
import type { Segment } from "../../src/syntax/segment.ts";

/** A written segment as the reader gets it. */
export const asSegment = (elements: readonly string[], at: number): Segment => ({
  tag: elements[0] ?? "",
  elements,
  byte: at * 100,
  line: at + 1,
  ordinal: at + 1,
  inSet: at + 1,
});

/** A document without the ordinals of its segments. */
export function withoutOrdinals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrdinals);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "segment")
      .map(([name, held]) => [name, withoutOrdinals(held)]),
  );
}

/** The first place at which two documents differ, with both values. */
export function differenceOf(one: unknown, other: unknown, at: string): string | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  if (isObject(one) && isObject(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const within = Array.isArray(one) ? `${at}[${name}]` : at === "" ? name : `${at}.${name}`;
      const found = differenceOf(one[name], other[name], within);
      if (found !== undefined) return found;
    }
  }
  return `${at === "" ? "the document" : at} was ${inShort(one)}, is ${inShort(other)}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const inShort = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value).slice(0, 80));

/** A document without the fields below these paths, and without the objects and lists that have become empty. */
export function without(document: unknown, paths: ReadonlySet<string>, prefix = ""): unknown {
  if (Array.isArray(document)) {
    const items = document.map((item) => without(item, paths, prefix)).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof document !== "object" || document === null) return document;
  const entries = Object.entries(document).flatMap(([name, held]): [string, unknown][] => {
    if (paths.has(prefix + name)) return [];
    const kept = without(held, paths, `${prefix}${name}.`);
    return kept === undefined ? [] : [[name, kept]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A document with its lists in an order of their own: which of two objects of a list comes first is not promised. */
export function inOrder(held: unknown): unknown {
  if (Array.isArray(held))
    return held.map(inOrder).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  if (typeof held !== "object" || held === null) return held;
  return Object.fromEntries(
    Object.entries(held)
      .map(([name, inner]): [string, unknown] => [name, inOrder(inner)])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

export const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(inOrder(one), inOrder(other));
