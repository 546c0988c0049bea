import { writeMillionths } from "./figures.ts";

/** Anything JSON can hold. Canonical documents are JSON values; figures in them are decimal text. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with keys in code-unit order, so that equal values are equal bytes; figures are written as decimal text. */
export function stableJson(value: unknown, indent?: number): string {
  return indent === undefined ? textOf(value) : JSON.stringify(sorted(value), undefined, indent);
}

/** What `JSON.stringify` writes of the value with its keys in order, without making that value. */
function textOf(value: unknown): string {
  if (typeof value === "bigint") return `"${writeMillionths(value)}"`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.map(textOf).join(",")}]`;
  let text = "";
  for (const key of inOrder(Object.keys(value))) {
    const held = (value as Record<string, unknown>)[key];
    if (held !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${textOf(held)}`;
  }
  return `{${text}}`;
}

/** Whoever writes much lists its fields in order: looking is cheaper than sorting. */
function inOrder(keys: string[]): readonly string[] {
  for (let n = 1; n < keys.length; n += 1) {
    if ((keys[n] as string) < (keys[n - 1] as string)) return keys.toSorted();
  }
  return keys;
}

function sorted(value: unknown): unknown {
  if (typeof value === "bigint") return writeMillionths(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, held]) => [key, sorted(held)]));
}
