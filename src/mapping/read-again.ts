/** What a segment says of an object around its own: the first says it, and the others have to say the same. */
import type { FieldDefinition } from "./definition.ts";
import { type FieldPlace, nameOfField, type ReadText } from "./field-places.ts";
import { getAt, putAt } from "./paths.ts";
import { type Held, placeIn, type Run, report } from "./run.ts";

/** Compiles a field of the object `of` around. */
export function saidAgain(of: string, field: FieldDefinition, read: ReadText, place: FieldPlace): ReadText {
  const paths = field.to.map((path) => ({ get: getAt(path), put: putAt(path) }));
  const words = field.to.length === 1 && isPlainCode(field) ? field.codes : undefined;
  const getWord = getAt(field.to[0] ?? []);
  return (text, _target, run, beside) => {
    const word = words?.get(text);
    if (word !== undefined && getWord(objectAround(run, of)) === word) return;
    const stated: Held = {};
    read(text, stated, run, beside);
    const object = objectAround(run, of);
    for (const { get, put } of paths) {
      const value = get(stated);
      const before = get(object);
      if (value === undefined || before === value) continue;
      if (before === undefined) put(object, value);
      else {
        report(run, {
          code: "VALUES_DISAGREE",
          severity: "reject",
          message: `The message gives ${nameOfField(field) ?? "the field"} different values`,
          place: placeIn(run, place.element, place.component, place.repetition),
          expected: before,
          found: value,
          remedy: "Ask the sender which is right; what was said first may stand on another segment before this one.",
          ack: { segment: "8", element: "7" },
        });
      }
    }
  };
}

/** Whether a field's value is the word for its code, and nothing else. */
const isPlainCode = ({ empty, is, pieces, use, codes, count, sum, or }: FieldDefinition): boolean =>
  codes !== undefined &&
  empty.length === 0 &&
  is === undefined &&
  sum === undefined &&
  count === undefined &&
  or === undefined &&
  pieces === undefined &&
  use !== "never";

/** The object of that list in which the segment stands. */
export function objectAround(run: Run, of: string): Held {
  let object = run.document;
  if (of === "document") return object;
  for (const name of run.objectPath) {
    const list = object[name] as Held[] | undefined;
    object = list === undefined ? {} : (list[list.length - 1] ?? {});
    if (name === of) break;
  }
  return object;
}
