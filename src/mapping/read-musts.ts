/** Places that must hold something. */
import type { Segment } from "../syntax/segment.ts";
import type { UncutSegment } from "../syntax/uncut.ts";
import { splitAt } from "./clean-text.ts";
import type { FieldDefinition } from "./definition.ts";
import { nameOfField, placeInFile } from "./field-places.ts";
import type { ReadPlaces } from "./places.ts";
import { placeIn, type Run, report, severityOf } from "./run.ts";

/** Reports elements that must be there and are not. */
export function mustPlaces(fields: readonly FieldDefinition[]): ReadPlaces | undefined {
  const musts = fields.filter((field) => field.use === "must" && field.fallback === undefined);
  if (musts.length === 0) return undefined;
  const checks = musts.map((field) => ({ field, place: placeInFile(field), ...spotOf(field) }));
  return (segment, _target, run) => {
    for (const { component, element, field, place } of checks) {
      if (isPlainlyThere(segment.uncut, element, component, run) || isThere(segment.elements, field, run)) continue;
      report(run, {
        code: "ELEMENT_MISSING",
        severity: severityOf(field.use),
        message: "A value that must be there is missing",
        place: placeIn(run, place.element, place.component, place.repetition, nameOfField(field)),
        expected: field.is?.join(" or ") ?? "a value",
        found: "nothing",
        remedy: "Ask the sender to fill it and to send the message again.",
        ack: { segment: "8", element: "1" },
      });
    }
  };
}

const BLANK = 32;

/** Whether an element holds more than blanks. */
export function isFilled(elements: readonly string[], element: number): boolean {
  const raw = elements[element];
  return raw !== undefined && raw !== "" && (raw.charCodeAt(0) > BLANK || raw.trim() !== "");
}

/** The same of a segment, which is cut only where its bytes do not tell. */
export function isFilledIn(segment: Segment, element: number): boolean {
  const { uncut } = segment;
  if (uncut === undefined) return isFilled(segment.elements, element);
  if (!uncut.has(element)) return false;
  const from = uncut.startOf(element);
  if (from >= uncut.endOf(element)) return false;
  return (uncut.held.bytes[from] as number) > BLANK || isFilled(segment.elements, element);
}

/** Element and component of a field's place; element 0 where it is none of a delimited segment's first repetition. */
function spotOf({ address }: FieldDefinition): { readonly element: number; readonly component: number } {
  if (address.kind !== "element" || address.repetition > 1) return { element: 0, component: 0 };
  return { element: address.element, component: Math.max(address.component, 1) };
}

/** Whether the bytes tell that a component begins with a character that needs no closer look. */
function isPlainlyThere(uncut: UncutSegment | undefined, element: number, component: number, run: Run): boolean {
  if (uncut === undefined || element === 0 || !uncut.has(element)) return false;
  const { bytes } = uncut.held;
  const { separator, special } = run;
  const end = uncut.endOf(element);
  let at = uncut.startOf(element);
  for (let left = component; left > 1; left -= 1) {
    while (at < end && bytes[at] !== separator) {
      if (special[bytes[at] as number] !== 0) return false;
      at += 1;
    }
    at += 1;
  }
  const code = bytes[at] as number;
  return at < end && code !== BLANK && special[code] === 0;
}

function isThere(elements: readonly string[], field: FieldDefinition, run: Run): boolean {
  const { address } = field;
  if (address.kind === "element" && address.component === 0 && address.repetition === 0) {
    return isFilled(elements, address.element);
  }
  if (address.kind === "range") return (elements[1] ?? "").slice(address.first - 1, address.last).trim() !== "";
  if (address.kind === "column")
    return (elements[run.columns.get(address.number) ?? address.number] ?? "").trim() !== "";
  const raw = elements[address.element] ?? "";
  if (raw === "") return false;
  const { component, repetition, release } = run.context.delimiters;
  const at = Math.max(address.component, 1);
  const isPlainly = address.repetition <= 1 && (release === "" || !raw.includes(release));
  if (isPlainly && component !== "" && (repetition === "" || !raw.includes(repetition))) {
    let from = 0;
    for (let n = 1; n < at; n += 1) {
      const found = raw.indexOf(component, from);
      if (found < 0) return false;
      from = found + 1;
    }
    return componentAt(raw, component, from).trim() !== "";
  }
  const held = splitAt(raw, repetition, release)[Math.max(address.repetition, 1) - 1] ?? "";
  return (splitAt(held, component, release)[at - 1] ?? "").trim() !== "";
}

/** The component that begins at `from`, empty where there is none. */
function componentAt(raw: string, separator: string, from: number): string {
  if (from >= raw.length) return "";
  const end = raw.indexOf(separator, from);
  return end < 0 ? raw.slice(from) : raw.slice(from, end);
}
