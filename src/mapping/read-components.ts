/** Reading the components of an element from its bytes, where none of them needs cleaning, as nearly all do not. */
import type { UncutSegment } from "../syntax/uncut.ts";
import type { FieldDefinition } from "./definition.ts";
import { placeOfField, type ReadText } from "./field-places.ts";
import type { SumIndex } from "./places.ts";
import { digitsAt, keyAt, keyOf, textAt } from "./read-bytes.ts";
import { compileField } from "./read-fields.ts";
import { putDay, type QuickField, quickField, readQuickly } from "./read-quick.ts";
import { type Held, type Run, reportUnmapped } from "./run.ts";
import { isDatedShape } from "./shapes.ts";

interface Component {
  readonly quick: QuickField | undefined;
  readonly read: ReadText;
  /** Whether the format code of its date stands in the next component. */
  readonly hasBeside: boolean;
}

/** What is read of an element. */
export interface Composed {
  /** By number, from 1; the components of the first repetition. */
  readonly components: readonly (Component | undefined)[];
  /** Whether the element is not composed at all: separators in it are the sender's error. */
  readonly isSimple: boolean;
}

export function composedOf(fields: readonly FieldDefinition[], sums: SumIndex): Composed {
  const components: (Component | undefined)[] = [];
  for (const field of fields) {
    const { component, repetition } = placeOfField(field);
    if (repetition > 1) continue;
    components[Math.max(component, 1)] ??= {
      quick: quickField(field),
      read: compileField(field, sums.get(field)),
      hasBeside: isDatedShape(field.as),
    };
  }
  return { components, isSimple: isSimple(fields) };
}

/** Whether no field is a component of its element. */
export const isSimple = (fields: readonly FieldDefinition[]): boolean =>
  fields.every(({ address }) => address.kind === "element" && address.component === 0);

const BLANK = 32;

/** Where the components of the element looked at last end. */
const ends = new Int32Array(32);

/**
 * The number of components between two offsets, whose ends are noted; 0 where something else than component separators is
 * special, a blank stands at the end of a component, or there are too many of them.
 */
function partEnds(bytes: Uint8Array, from: number, end: number, { separator, special }: Run): number {
  let count = 0;
  let before = separator;
  for (let at = from; at < end; at += 1) {
    const code = bytes[at] as number;
    if (code === separator) {
      if (before === BLANK || count === ends.length - 1) return 0;
      ends[count] = at;
      count += 1;
    } else if (special[code] !== 0 || (code === BLANK && before === separator)) return 0;
    before = code;
  }
  if (before === BLANK) return 0;
  ends[count] = end;
  return count + 1;
}

/** Reads the components between two offsets; false, and nothing is read, where one has to be looked at more closely. */
export function readComponents(
  { components, isSimple: isAlone }: Composed,
  segment: UncutSegment,
  start: number,
  limit: number,
  target: Held,
  run: Run,
  element: number,
): boolean {
  const count = partEnds(segment.held.bytes, start, limit, run);
  if (count === 0 || (isAlone && count > 1)) return false;
  let isBeside = false;
  let from = start;
  for (let c = 1; c <= count; c += 1) {
    const end = ends[c - 1] as number;
    const component = components[c];
    // What is plain, and only to be understood, is not looked at again.
    if (end > from && component?.quick?.kind !== "silent") {
      if (component === undefined) {
        if (!isBeside) reportUnmapped(run, element, segment.held.text(from, end), count > 1 ? c : 0);
      } else if (component.hasBeside) {
        readDated(component, segment, from, end, c < count ? (ends[c] as number) : end, target, run);
      } else if (component.quick === undefined || !readQuickly(component.quick, segment, from, end, target, run)) {
        component.read(textAt(segment, from, end), target, run, "");
      }
    }
    isBeside = end > from && component?.hasBeside === true;
    from = end + 1;
  }
  return true;
}

/** Format code of days of eight digits. */
const CCYYMMDD = keyOf("102");
const EIGHT = 8;

/** Reads the date between two offsets, whose format code stands behind it up to `besideEnd`, where that is not `end`. */
function readDated(
  { quick, read }: Component,
  segment: UncutSegment,
  from: number,
  end: number,
  besideEnd: number,
  target: Held,
  run: Run,
): void {
  const { bytes } = segment.held;
  const isDay = end - from === EIGHT && keyAt(bytes, end + 1, besideEnd) === CCYYMMDD;
  if (isDay && quick !== undefined && putDay(quick, digitsAt(bytes, from, end), target)) return;
  read(textAt(segment, from, end), target, run, besideEnd > end + 1 ? textAt(segment, end + 1, besideEnd) : "");
}
