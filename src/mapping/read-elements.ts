/** Reading the elements of a delimited segment (X12, EDIFACT). */
import type { Segment } from "../syntax/segment.ts";
import type { UncutSegment } from "../syntax/uncut.ts";
import type { FieldDefinition } from "./definition.ts";
import { placeOfField } from "./field-places.ts";
import type { ReadPlaces, SumIndex } from "./places.ts";
import { type Composed, composedOf, readComponents } from "./read-components.ts";
import { elementReader, listParts, type ReadElement } from "./read-parts.ts";
import { type QuickField, quickField, readQuickly } from "./read-quick.ts";
import { type Held, placeIn, type Run, report } from "./run.ts";

/** Elements from `first` to before `end` that something else reads. */
export interface Elsewhere {
  readonly first: number;
  readonly end: number;
}

/** How one element is read: as it mostly is, from its bytes, or with a closer look. */
interface ElementPlan {
  /** The field that is all of the element, unless it is composed. */
  readonly quick: QuickField | undefined;
  readonly composed: Composed;
  readonly read: ReadElement;
}

type Plans = readonly (ElementPlan | undefined)[];

/** Compiles the fields of a delimited line; `most` is how many elements its segment has in the standard. */
export function delimitedPlaces(
  fields: readonly FieldDefinition[],
  sums: SumIndex,
  elsewhere: Elsewhere,
  most: number,
): ReadPlaces {
  const plans: (ElementPlan | undefined)[] = [];
  for (const [element, held] of byElement(fields)) plans[element] = planOf(held, sums);
  return (segment, target, run) => {
    const { uncut } = segment;
    const count = uncut === undefined ? readCut(segment, plans, elsewhere, target, run) : uncut.count;
    if (uncut !== undefined) readUncut(uncut, plans, elsewhere, target, run);
    if (count - 1 > most) reportTooMany(segment.elements, run, most);
  };
}

function byElement(fields: readonly FieldDefinition[]): ReadonlyMap<number, readonly FieldDefinition[]> {
  const held = new Map<number, FieldDefinition[]>();
  for (const field of fields) {
    if (field.address.kind !== "element") continue;
    const { element } = field.address;
    held.set(element, [...(held.get(element) ?? []), field]);
  }
  return held;
}

function planOf(fields: readonly FieldDefinition[], sums: SumIndex): ElementPlan {
  const isWhole = fields.every((field) => placeOfField(field).component <= 1);
  const first = fields.find(isFirst);
  return {
    quick: isWhole && first !== undefined ? quickField(first) : undefined,
    composed: composedOf(fields, sums),
    read: elementReader(fields, sums),
  };
}

/** Whether a field is the first component of an element's first repetition, which is all of most elements. */
function isFirst(field: FieldDefinition): boolean {
  const { component, repetition } = placeOfField(field);
  return component <= 1 && repetition <= 1;
}

/** Reads from the bytes what is plain there, element by element; a text is made of any other. */
function readUncut(segment: UncutSegment, plans: Plans, elsewhere: Elsewhere, target: Held, run: Run): void {
  const { behind, cuts, first } = segment;
  let from = segment.start + 1;
  for (let at = first; at < behind; at += 1) {
    const end = at + 1 < behind ? (cuts[at + 1] as number) : segment.end;
    if (end > from) {
      const element = at - first + 1;
      const plan = plans[element];
      if (plan === undefined) listElsewhere(segment.elements[element] as string, elsewhere, run, element);
      else if (
        (plan.quick === undefined || !readQuickly(plan.quick, segment, from, end, target, run)) &&
        !readComponents(plan.composed, segment, from, end, target, run, element)
      ) {
        plan.read(segment.elements[element] as string, target, run, element);
      }
    }
    from = end + 1;
  }
}

/** Reads the texts of a segment that is cut; returns how many there are with the tag. */
function readCut({ elements }: Segment, plans: Plans, elsewhere: Elsewhere, target: Held, run: Run): number {
  for (let element = 1; element < elements.length; element += 1) {
    const raw = elements[element] as string;
    if (raw === "") continue;
    const plan = plans[element];
    if (plan === undefined) listElsewhere(raw, elsewhere, run, element);
    else plan.read(raw, target, run, element);
  }
  return elements.length;
}

function listElsewhere(raw: string, { end, first }: Elsewhere, run: Run, element: number): void {
  if (element < first || element >= end) listParts(raw, run, element);
}

/** Trailing empty elements do no harm; what has content beyond the segment's last element is an error of the sender. */
function reportTooMany(elements: readonly string[], run: Run, most: number): void {
  const at = elements.findIndex((raw, index) => index > most && raw.trim() !== "");
  if (at < 0) return;
  report(run, {
    code: "ELEMENT_TOO_MANY",
    severity: "tolerated",
    message: "The segment has more elements than the standard gives it",
    place: placeIn(run, at),
    expected: `at most ${most} elements`,
    found: `${elements.length - 1}: ${elements[at] ?? ""}`,
    remedy: "A segment terminator is missing or another one is used here: ask the sender.",
    ack: { segment: "8", element: "3" },
  });
}
