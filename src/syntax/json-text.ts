/** JSON read strictly, with the place of every value: what `JSON.parse` forgets. Characters are bytes held as latin-1 text. */

interface Placed {
  /** Offset of its first character, and of the one behind its last. */
  readonly at: number;
  readonly end: number;
}
export interface JsonObject extends Placed {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, JsonMember>;
}
export interface JsonList extends Placed {
  readonly kind: "list";
  readonly items: readonly JsonNode[];
}
export interface JsonText extends Placed {
  readonly kind: "text";
  readonly text: string;
}
/** A number as it is written, `true`, `false` or `null`. */
export interface JsonWord extends Placed {
  readonly kind: "number" | "word";
  readonly text: string;
}
export type JsonNode = JsonObject | JsonList | JsonText | JsonWord;

export interface JsonMember {
  readonly keyAt: number;
  readonly value: JsonNode;
}

/** What is wrong with a JSON text, and where. */
export interface JsonFault {
  readonly at: number;
  readonly message: string;
  readonly expected: string;
  readonly found: string;
}

/** Documents have six levels; what nests far deeper is made to break readers. */
const DEEPEST = 64;
/** Each value takes far more room than its text; a document of that many would be larger than any that is sent. */
const MOST_VALUES = 4_000_000;
/** Names that objects already have. */
const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const BLANK = /[ \t\r\n]*/y;
// One class over and over takes no room for each character, as alternatives would: a text may be as long as the file.
// oxlint-disable-next-line no-control-regex -- JSON allows no control character in a text
const PLAIN = /[^"\\\0-\x1F]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const WORD = /(?:true|false|null)(?!\w)/y;

class Faulty extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Reads one JSON value that is the whole of the text from `start` on. */
export function readJson(text: string, start = 0): JsonNode | { readonly fault: JsonFault } {
  try {
    return wholeValue(text, start);
  } catch (thrown) {
    if (thrown instanceof Faulty) return { fault: thrown.fault };
    throw thrown;
  }
}

function wholeValue(text: string, start: number): JsonNode {
  let at = start;
  let values = 0;

  const fail = (message: string, expected: string, from = at): never => {
    const found = text.slice(from, from + 20).replaceAll(/[^ -~]/g, "?");
    throw new Faulty({ at: from, message, expected, found: found === "" ? "the end of the text" : found });
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0];
    if (taken !== undefined) at += taken.length;
    return taken;
  };
  const next = (): string => {
    take(BLANK);
    return text.charAt(at);
  };
  const textHere = (what: string): string => {
    const from = at;
    if (text.charAt(at) === '"') {
      at += 1;
      do take(PLAIN);
      while (take(ESCAPE) !== undefined);
    }
    if (at === from || text.charAt(at) !== '"')
      return fail(`Here ${what} should stand`, `${what} in double quotes, closed on the same line`, from);
    at += 1;
    return (
      decoded(text.slice(from, at)) ??
      fail("The text is not UTF-8", "text in UTF-8, without halves of characters", from)
    );
  };

  function value(depth: number): JsonNode {
    if (depth > DEEPEST) fail("The text is nested too deeply", `at most ${DEEPEST} levels`);
    values += 1;
    if (values > MOST_VALUES) fail("The text holds too many values", `at most ${MOST_VALUES} values`);
    const opening = next();
    const from = at;
    if (opening === "{") return { kind: "object", at: from, members: members(depth), end: at };
    if (opening === "[") return { kind: "list", at: from, items: items(depth), end: at };
    if (opening === '"') return { kind: "text", at: from, text: textHere("text"), end: at };
    const number = take(NUMBER);
    if (number !== undefined) return { kind: "number", at: from, text: number, end: at };
    const word =
      take(WORD) ?? fail("Here a value should stand", "an object, a list, text, a number, true, false or null");
    return { kind: "word", at: from, text: word, end: at };
  }

  /** Passes a comma and says whether another member follows. */
  function more(end: string): boolean {
    const found = next();
    if (found !== "," && found !== end) fail("A comma or the end is missing", `, or ${end}`);
    at += 1;
    return found === ",";
  }

  function items(depth: number): JsonNode[] {
    const list: JsonNode[] = [];
    at += 1;
    if (next() === "]") {
      at += 1;
      return list;
    }
    do list.push(value(depth + 1));
    while (more("]"));
    return list;
  }

  function members(depth: number): Map<string, JsonMember> {
    const held = new Map<string, JsonMember>();
    at += 1;
    if (next() === "}") {
      at += 1;
      return held;
    }
    do {
      next();
      const keyAt = at;
      const key = textHere("a key");
      if (held.has(key)) fail(`The key ${JSON.stringify(key)} stands twice in its object`, "every key once", keyAt);
      if (RESERVED.has(key)) fail(`The key ${JSON.stringify(key)} is reserved`, "another key", keyAt);
      if (next() !== ":") fail("A colon is missing behind the key", ":");
      at += 1;
      held.set(key, { keyAt, value: value(depth + 1) });
    } while (more("}"));
    return held;
  }

  const whole = value(0);
  if (next() !== "") fail("Something stands behind the end of the JSON text", "nothing");
  return whole;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a literal whose bytes are held as latin-1; undefined where they are no UTF-8, or half a character. */
function decoded(literal: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- only ASCII needs no decoding
  if (!/[^\0-\x7F]|\\/.test(literal)) return literal.slice(1, -1);
  try {
    const text = JSON.parse(UTF8.decode(Buffer.from(literal, "latin1"))) as string;
    return /\p{Surrogate}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A document and every object of a list in it, in the order of the text: each counts as a segment. */
export function* segmentsIn(
  root: JsonNode,
  tag = "document",
): Generator<{ readonly tag: string; readonly node: JsonNode }> {
  yield { tag, node: root };
  yield* listed(root);
}

function* listed(node: JsonNode): Generator<{ readonly tag: string; readonly node: JsonNode }> {
  if (node.kind !== "object") return;
  for (const [key, { value }] of node.members) {
    if (value.kind === "object") yield* listed(value);
    if (value.kind !== "list") continue;
    for (const item of value.items) if (item.kind === "object") yield* segmentsIn(item, key);
  }
}

/** The line of each offset, in whatever order it is asked; the first line is `first`. */
export function lineCounter(text: string, first = 1): (offset: number) => number {
  const breaks = lineBreaks(text);
  return (offset) => {
    let [from, to] = [0, breaks.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((breaks[middle] as number) < offset) from = middle + 1;
      else to = middle;
    }
    return first + from;
  };
}

/** Offsets of the line breaks. */
function lineBreaks(text: string): Uint32Array {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  const breaks = new Uint32Array(count);
  for (let n = 0, at = -1; n < count; n += 1) {
    at = text.indexOf("\n", at + 1);
    breaks[n] = at;
  }
  return breaks;
}
