/** Whether a field of the document takes what a shape or a word of a mapping gives it. */
import { COMMITMENTS } from "../documents/schedule-step.ts";
import { editDistance, nearest } from "../values/nearest.ts";
import type { FieldKind } from "./document-shape.ts";
import type { Spot } from "./refusal.ts";
import { isDatedShape, isDayShape, SHAPES, valuesOf } from "./shapes.ts";
import { dtmValueOf } from "./shapes-dtm.ts";

/** What the value of a shape is. */
type Yield = "text" | "figure" | "date" | "time" | "timing";

/** Words that the shape `vda` gives for a date key. */
const VDA_TIMINGS = ["day", "week", "month", "no-demand", "backlog", "immediate", "forecast-start", "remainder"];
const NUMBER_SHAPES = SHAPES.filter((name) => name.startsWith("number"));
const DATE_SHAPES = ["date", "CCYYMMDD", "YYMMDD", "DD.MM.YYYY", "dtm", "period"];

/** Refuses at the place within `near` that holds the text `found`. */
export type Against = (near: Spot, found: string, message: string, expected: string, remedy: string) => never;

export function yieldOf(as: string, at = 0): Yield {
  if (as.startsWith("number")) return "figure";
  if (isDatedShape(as)) return dtmValueOf(valuesOf(as), at);
  if (as === "kg") return at === 0 ? "figure" : "text";
  if (valuesOf(as) === 2) return at === 0 ? "timing" : "date";
  if (DATE_SHAPES.includes(as) || isDayShape(as)) return "date";
  return as === "time" ? "time" : "text";
}

export const didYouMean = (meant: string | undefined, otherwise: string): string =>
  meant === undefined ? otherwise : `Did you mean \`${meant}\`?`;

interface Shaped {
  readonly name: string;
  readonly as: string;
  readonly yields: Yield;
}

export function checkShape(field: FieldKind, { name, as, yields }: Shaped, spot: Spot, against: Against): void {
  if (field.kind === "text" || field.kind === yields) return;
  if (field.kind === "words") {
    if (yields === "text" || (yields === "timing" && VDA_TIMINGS.every((word) => field.words.includes(word)))) return;
    const expected = `codes that give one of ${field.words.join(", ")}`;
    against(spot, as, `${name} takes words, which the shape ${as} does not give`, expected, "Translate it by codes.");
  } else {
    const what = field.kind === "figure" ? "an exact figure" : "a date";
    const shapes = field.kind === "figure" ? NUMBER_SHAPES : DATE_SHAPES;
    against(
      spot,
      as,
      `${name} is ${what}, which the shape ${as} does not give`,
      `as: one of ${shapes.join(", ")}`,
      `Write { to: ${name}, as: ${field.kind === "figure" ? "number" : "date"} }, or the shape that the message has.`,
    );
  }
}

/** A word of ours: by codes, as default, or in a condition. */
export function checkWord(word: string, field: FieldKind, path: readonly string[], spot: Spot, against: Against): void {
  const name = path.join(".");
  if (field.kind === "words" && !field.words.includes(word)) {
    const words = field.words.join(", ");
    const remedy = didYouMean(nearest(word, field.words), "Use one of the words that the field takes.");
    against(spot, word, `${name} does not take the word ${word}`, `one of ${words}`, remedy);
  }
  if (field.kind === "text" && path.at(-1) === "commitment") checkCommitment(word, name, spot, against);
  if ((field.kind === "figure" || field.kind === "date") && !field.pattern.test(word)) {
    const expected = field.kind === "figure" ? "a figure such as 12.5" : "a date such as 2027-03-08";
    against(
      spot,
      word,
      `${name} does not take the value ${word}`,
      expected,
      "Correct the value, or read it by a shape.",
    );
  }
}

/** A partner's own words for a commitment are kept, so only what is one of ours misspelt is refused. */
function checkCommitment(word: string, name: string, spot: Spot, against: Against): void {
  const words: readonly string[] = COMMITMENTS;
  if (words.includes(word)) return;
  const meant = words.find((known) => known === word.toLowerCase() || editDistance(known, word) <= 2);
  if (meant === undefined) return;
  const expected = `one of ${words.join(", ")}, or a word of the partner's own`;
  against(spot, word, `${word} is nearly a word of ${name}, and none`, expected, didYouMean(meant, ""));
}
