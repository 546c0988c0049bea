/** Reading the texts of an element that has to be looked at closely: its repetitions, its components, what no field names. */
import { cleaned, released, splitAt } from "./clean-text.ts";
import type { FieldDefinition } from "./definition.ts";
import { placeOfField, type ReadText } from "./field-places.ts";
import type { SumIndex } from "./places.ts";
import { isSimple } from "./read-components.ts";
import { compileField } from "./read-fields.ts";
import { type Held, isPlain, placeIn, type Run, report, reportUnmapped } from "./run.ts";
import { isDatedShape } from "./shapes.ts";

export type ReadElement = (raw: string, target: Held, run: Run, element: number) => void;

/** Lists an element that nothing reads, each of its components at its own place. */
export function listParts(raw: string, run: Run, element: number): void {
  const { component, repetition, release } = run.context.delimiters;
  if (isPlain(raw, run.special)) {
    reportUnmapped(run, element, raw);
    return;
  }
  const repetitions = splitAt(raw, repetition, release);
  repetitions.forEach((held, r) => {
    const components = splitAt(held, component, release);
    components.forEach((part, c) => {
      const text = released(part, release).trim();
      if (text === "") return;
      reportUnmapped(run, element, text, components.length > 1 ? c + 1 : 0, repetitions.length > 1 ? r + 1 : 0);
    });
  });
}

interface Part {
  readonly read: ReadText;
  readonly repetition: number;
  readonly component: number;
  /** Whether the format code of its date stands in the next component. */
  readonly hasBeside: boolean;
}

/** Compiles the fields of one element. */
export function elementReader(fields: readonly FieldDefinition[], sums: SumIndex): ReadElement {
  const parts: Part[] = fields.map((field) => {
    const { component, repetition } = placeOfField(field);
    return {
      read: compileField(field, sums.get(field)),
      repetition: Math.max(repetition, 1),
      component: Math.max(component, 1),
      hasBeside: isDatedShape(field.as),
    };
  });
  const first = partAt(parts, 1, 1)?.read;
  const isAlone = isSimple(fields);
  return (raw, target, run, element) => {
    if (!isPlain(raw, run.special)) readParts(parts, isAlone, raw, target, run, element);
    else if (first !== undefined) first(raw, target, run, "");
    else reportUnmapped(run, element, raw);
  };
}

function readParts(
  parts: readonly Part[],
  isAlone: boolean,
  raw: string,
  target: Held,
  run: Run,
  element: number,
): void {
  const { component: byComponent, repetition: byRepetition, release } = run.context.delimiters;
  const repetitions = splitAt(raw, byRepetition, release);
  const most = repetitions.length;
  let surplus = "";
  for (let r = 1; r <= most; r += 1) {
    const components = splitAt(repetitions[r - 1] as string, byComponent, release);
    const count = components.length;
    let before = "";
    let text = cleaned(components[0] as string, release, run, element, 1, r);
    for (let c = 1; c <= count; c += 1) {
      const next = c < count ? cleaned(components[c] as string, release, run, element, c + 1, r) : "";
      if (text !== "") {
        const part = partAt(parts, r, c);
        if (part !== undefined) part.read(text, target, run, next);
        else if (before === "" || partAt(parts, r, c - 1)?.hasBeside !== true) {
          reportUnmapped(run, element, text, count > 1 ? c : 0, most > 1 ? r : 0);
          if (isAlone) surplus = text;
        }
      }
      before = text;
      text = next;
    }
  }
  if (surplus !== "") reportSurplus(run, element, surplus);
}

/** The part that is read from there; a date says by `hasBeside` that its format code stands in the next component. */
function partAt(parts: readonly Part[], repetition: number, component: number): Part | undefined {
  for (const part of parts) if (part.component === component && part.repetition === repetition) return part;
  return undefined;
}

function reportSurplus(run: Run, element: number, found: string): void {
  report(run, {
    code: "ELEMENT_TOO_MANY",
    severity: "tolerated",
    message: "The element is not composed, but holds separators; what stands behind them was left aside",
    place: placeIn(run, element),
    expected: "one value",
    found,
    remedy: "Ask the sender to keep separators out of data.",
    ack: { segment: "8", element: "3" },
  });
}
