/** Fields that fill nothing: what they say is compared with what it should be. */
import { writeMillionths } from "../values/figures.ts";
import { addressInWords, type FieldDefinition } from "./definition.ts";
import type { FieldPlace, ReadText } from "./field-places.ts";
import { placeIn, report, severityOf } from "./run.ts";
import { shapeOf } from "./shapes.ts";

/** A place that always has one of the same texts. */
export function constant(field: FieldDefinition, is: readonly string[], place: FieldPlace): ReadText {
  return (text, _target, run) => {
    if (is.includes(text)) return;
    report(run, {
      code: "ELEMENT_NOT_CONSTANT",
      severity: severityOf(field.use),
      message: "The value is not the one this place always has",
      place: placeIn(run, place.element, place.component, place.repetition),
      expected: is.join(" or "),
      found: text,
      remedy: "Ask the sender, or change `is` in a dialect.",
      ack: { segment: "8", element: "7" },
    });
  };
}

/** A place that is to be empty. */
export function notUsed(field: FieldDefinition, place: FieldPlace): ReadText {
  return (text, _target, run) => {
    report(run, {
      code: "ELEMENT_NOT_USED",
      severity: "tolerated",
      message: "The place is not used in this message and was left aside",
      place: placeIn(run, place.element, place.component, place.repetition),
      expected: "nothing",
      found: text,
      remedy: `Allow element ${addressInWords(field.address)} in a dialect if the partner needs it.`,
      ack: { segment: "8", element: "10" },
    });
  };
}

/** How many segments of a tag there are. */
export function comparedCount(tag: string, place: FieldPlace): ReadText {
  return (text, _target, run) => {
    const counted = run.counters.get(tag) ?? 0;
    if (/^\d{1,15}$/.test(text) && Number(text) === counted) return;
    report(run, {
      code: "COUNT_DIFFERS",
      severity: "tolerated",
      message: `The message says ${text} ${tag}, found are ${counted}`,
      place: placeIn(run, place.element, place.component, place.repetition),
      expected: String(counted),
      found: text,
      remedy: "Nothing is missing from what was read; tell the sender that the count is wrong.",
    });
  };
}

/** The sum of a field, as a hash total. */
export function comparedSum(field: FieldDefinition, index: number, place: FieldPlace): ReadText {
  const of = field.sum === undefined ? "" : `${field.sum.tag}, element ${addressInWords(field.sum.address)}`;
  const shape = shapeOf(field.as === "text" ? "number" : field.as);
  return (text, _target, run) => {
    const sum = run.sums[index];
    const counted = sum === undefined ? "0" : writeMillionths(sum.millionths + BigInt(sum.small) * 1_000_000n);
    const said = shape.read(text, run.shapes, "");
    if (said === counted) return;
    report(run, {
      code: "SUM_DIFFERS",
      severity: "tolerated",
      message: `The hash total says ${text}, the sum of ${of} is ${counted}`,
      place: placeIn(run, place.element, place.component, place.repetition),
      expected: counted,
      found: text,
      remedy: "Hash totals are often wrong and change nothing; tell the sender if it matters.",
    });
  };
}
