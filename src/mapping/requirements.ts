/** What an object of the document has to say for a line with an `if` to be written for it. */
import type { Requirement } from "./definition.ts";
import { getAt } from "./paths.ts";
import type { Held } from "./run.ts";
import { valueAround, type Writing } from "./write-fields.ts";

export type Admits = (object: Held, writing: Writing) => boolean;

/** Whether an object has the words that the line's `if` asks for. */
export function admits(requirements: readonly Requirement[]): Admits {
  const tests = requirements.map(testOf);
  return (object, writing) => tests.every((test) => test(object, writing));
}

function testOf({ any, of, path, values }: Requirement): Admits {
  if (any !== undefined) {
    const tests = any.map(testOf);
    return (object, writing) => tests.some((test) => test(object, writing));
  }
  const get = of === undefined ? getAt(path) : valueAround(path, of);
  const { isNot, words } = wordsOf(values);
  return (object, writing) => words.has(get(object, writing) ?? "") !== isNot;
}
/** Words of an `if`; written `"!word"` all of them, they are those that do not admit. */
export function wordsOf(values: readonly string[]): { readonly words: ReadonlySet<string>; readonly isNot: boolean } {
  const isNot = values.length > 0 && values.every((value) => value.startsWith("!"));
  return { words: new Set(isNot ? values.map((value) => value.slice(1)) : values), isNot };
}
