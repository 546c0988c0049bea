/** Fields of a line compiled to closures that read the text at a place into the object that is filled. */

import type { FieldDefinition } from "./definition.ts";
import { type FieldPlace, nameOfField, placeInFile, type ReadText } from "./field-places.ts";
import { getAt, type Put, putAt } from "./paths.ts";
import { saidAgain } from "./read-again.ts";
import { comparedCount, comparedSum, constant, notUsed } from "./read-compared.ts";
import { type Held, isFault, placeIn, type Run, report, reportUnmapped, severityOf } from "./run.ts";
import { readsTiming, shapeOfField } from "./shapes.ts";

/** Compiles the reading of one field. `sum` is the field's index among the sums of the message. */
export function compileField(field: FieldDefinition, sum: number | undefined, place = placeInFile(field)): ReadText {
  const stated = unlessEmpty(field, compileValue(field, sum, place));
  const value =
    field.of !== undefined
      ? saidAgain(field.of, field, stated, place)
      : field.also || field.shared
        ? firstCounts(field, stated, place)
        : stated;
  const { length } = field;
  if (length === undefined) return value;
  return (text, target, run, beside) => {
    if (text.length > length.most || text.length < length.least) {
      const long = text.length > length.most;
      report(run, {
        code: long ? "ELEMENT_TOO_LONG" : "ELEMENT_TOO_SHORT",
        severity: severityOf(field.use),
        message: `The value is too ${long ? "long" : "short"}`,
        place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
        expected:
          length.least === length.most ? `${length.most} characters` : `${length.least} to ${length.most} characters`,
        found: `${text.length}: ${text}`,
        remedy: "Ask the sender to correct the value, or widen length in a dialect.",
        ack: { segment: "8", element: long ? "5" : "4" },
      });
    }
    value(text, target, run, beside);
  };
}

/** A text that stands for an empty place says nothing. */
function unlessEmpty({ empty }: FieldDefinition, read: ReadText): ReadText {
  if (empty.length === 0) return read;
  const nothing = new Set(empty);
  return (text, target, run, beside) => {
    if (!nothing.has(text)) read(text, target, run, beside);
  };
}

/** Puts a value of the segment that is read into the object that it fills. */
type PutValue = (target: Held, value: string, run: Run) => void;

/** Puts a field's value at its path; one that the field standing for it has, or may have, is put there. */
function putOf({ or, to, pieces }: FieldDefinition): PutValue {
  const own = putAt(to[0] ?? []);
  if (pieces !== undefined) {
    const before = getAt(to[0] ?? []);
    return (target, value) => own(target, [before(target), value].filter((piece) => piece !== undefined).join(" "));
  }
  if (or === undefined) return own;
  const [getOther, putOther] = [getAt(or.path), putAt(or.path)];
  return (target, value, run) => {
    const object = or.isAround ? run.around : target;
    const other = getOther(object);
    if (other === undefined) putOther(object, value);
    else if (other !== value) own(target, value);
  };
}

/** A field that may stand at several places: the first one counts, another value is listed as unmapped. */
function firstCounts(field: FieldDefinition, read: ReadText, place: FieldPlace): ReadText {
  // How long a bucket is refines what was carried.
  const refining = readsTiming(field.as) ? 0 : -1;
  const paths = field.to.map((path, at) => ({ get: getAt(path), put: putAt(path), refines: at === refining }));
  return (text, target, run, beside) => {
    const stated: Held = {};
    read(text, stated, run, beside);
    for (const { get, put, refines } of paths) {
      const value = get(stated);
      const before = get(target);
      if (value === undefined) continue;
      if (before === undefined || (refines && (value !== "range" || before === "day"))) put(target, value);
      else if (refines) continue;
      else if (before !== value) reportUnmapped(run, place.element, text, place.component, place.repetition);
    }
  };
}

function compileValue(field: FieldDefinition, sum: number | undefined, place: FieldPlace): ReadText {
  if (field.use === "never") return notUsed(field, place);
  if (field.is !== undefined) return constant(field, field.is, place);
  if (field.sum !== undefined && sum !== undefined) return comparedSum(field, sum, place);
  if (field.count !== undefined && field.to.length === 0) return comparedCount(field.count, place);
  if (field.codes !== undefined && field.to.length === 1) return translated(field, field.codes, place);
  if (field.to.length === 0) return () => {};
  return shaped(field, place);
}

function shaped(field: FieldDefinition, place: FieldPlace): ReadText {
  const first = putOf(field);
  const further = field.to.slice(1).map(putAt);
  if (field.as === "text") return (text, target, run) => first(target, text, run);
  const shape = shapeOfField(field);
  return (text, target, run, beside) => {
    const value = shape.read(text, run.shapes, beside);
    if (typeof value === "string") {
      first(target, value, run);
      if (text.length === 6 && field.as === "date") withoutCentury(text, field, place, run);
    } else if (isFault(value)) {
      report(run, {
        code: "ELEMENT_NOT_READABLE",
        severity: field.isLoose === true ? "tolerated" : "reject",
        message: `The value ${value.fault}`,
        place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
        expected: value.expected,
        found: text,
        remedy: "Ask the sender to correct the value and to send the message again.",
        ack: { segment: "8", element: value.ack },
      });
    } else {
      if (value[0] !== "") first(target, value[0] ?? "", run);
      for (let at = 0; at < further.length; at += 1) {
        const next = value[at + 1];
        if (next !== undefined && next !== "") (further[at] as Put)(target, next);
      }
    }
  };
}

/** From 004010 on a date has eight digits; six are understood all the same. */
function withoutCentury(text: string, field: FieldDefinition, place: FieldPlace, run: Run): void {
  if (run.shapes.family !== "x12" || run.shapes.version < "004010") return;
  report(run, {
    code: "ELEMENT_TOO_SHORT",
    severity: "tolerated",
    message: "The date has no century, which this version states",
    place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
    expected: "CCYYMMDD",
    found: text,
    remedy: "Tell the sender that dates have eight digits from version 004010 on.",
    ack: { segment: "8", element: "4" },
  });
}

function translated(field: FieldDefinition, codes: ReadonlyMap<string, string>, place: FieldPlace): ReadText {
  const put = putOf(field);
  const listed = [...codes.keys()];
  const expected = listed.length > 12 ? `one of ${listed.length} listed codes` : `one of ${listed.join(", ")}`;
  return (text, target, run) => {
    const word = codes.get(text);
    if (word !== undefined) {
      put(target, word, run);
      return;
    }
    put(target, text, run);
    if (field.isOpen === true) return;
    report(run, {
      code: "ELEMENT_CODE_UNLISTED",
      severity: severityOf(field.use),
      message: "The code is not listed; it was kept as it stands",
      place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
      expected,
      found: text,
      remedy: "List the code with our word for it in a dialect, or ask the sender.",
      ack: { segment: "8", element: "7" },
    });
  };
}
