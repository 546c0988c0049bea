/** Where the values of a JSON text stand, and whether it says a key twice: both are lost when it is parsed. */

/** A value of the text and what is below it. */
export interface JsonNode {
  /** Offset of its first character. */
  readonly at: number;
  readonly items: readonly JsonNode[];
  readonly members: ReadonlyMap<string, { readonly keyAt: number; readonly value: JsonNode }>;
}

/** Deepest nesting that is looked into; records of ours have five levels. */
const DEEPEST = 200;

/** Offset of the first key that its object has already; `undefined` when there is none. `text` is valid JSON. */
export function repeatedKeyAt(text: string): number | undefined {
  const scanner = scannerOver(text, false);
  scanner.value(0);
  return scanner.repeated();
}

/** The tree of places of a valid JSON text. */
export const jsonTree = (text: string): JsonNode => scannerOver(text, true).value(0);

/** Offset of the value at `path`, or of the nearest one above it. */
export function offsetIn(root: JsonNode, path: readonly PropertyKey[]): number {
  let node = root;
  for (const step of path) {
    const below = typeof step === "number" ? node.items[step] : node.members.get(String(step))?.value;
    if (below === undefined) break;
    node = below;
  }
  return node.at;
}

/** Offset of a key of the object at `path`. */
export function keyOffsetIn(root: JsonNode, path: readonly PropertyKey[], key: string): number {
  let node: JsonNode | undefined = root;
  for (const step of path) node = typeof step === "number" ? node?.items[step] : node?.members.get(String(step))?.value;
  return node?.members.get(key)?.keyAt ?? offsetIn(root, path);
}

/** Line and column, from 1, of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

const BLANK = /[ \t\r\n]*/y;
const TEXT = /"(?:[^"\\]|\\.)*"/sy;
const OTHER = /[^\s,\]}]*/y;

function scannerOver(text: string, keep: boolean) {
  let at = 0;
  let repeated: number | undefined;

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0] ?? "";
    at += taken.length;
    return taken;
  };
  const next = (): string => {
    take(BLANK);
    return text.charAt(at);
  };
  /** Passes a separator, and says whether another element follows. */
  const more = (end: string): boolean => {
    const found = next();
    at += 1;
    return found !== end && found !== "";
  };

  function value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new RangeError("it is nested too deeply");
    const opening = next();
    const start = at;
    const items: JsonNode[] = [];
    const members = new Map<string, { keyAt: number; value: JsonNode }>();
    if (opening === "[") list(depth, items);
    else if (opening === "{") object(depth, members);
    else if (opening === '"') take(TEXT);
    else take(OTHER);
    return { at: start, items, members };
  }

  function list(depth: number, items: JsonNode[]): void {
    at += 1;
    if (next() === "]") {
      at += 1;
      return;
    }
    do {
      const item = value(depth + 1);
      if (keep) items.push(item);
    } while (more("]"));
  }

  function object(depth: number, members: Map<string, { keyAt: number; value: JsonNode }>): void {
    at += 1;
    if (next() === "}") {
      at += 1;
      return;
    }
    const keys = new Set<string>();
    do {
      next();
      const keyAt = at;
      const key = JSON.parse(take(TEXT)) as string;
      if (keys.has(key)) repeated ??= keyAt;
      keys.add(key);
      next();
      at += 1;
      const held = value(depth + 1);
      if (keep) members.set(key, { keyAt, value: held });
    } while (more("}"));
  }

  return { value, repeated: () => repeated };
}
