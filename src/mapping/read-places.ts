/** Reading the places of one segment: elements of delimited syntaxes, positions of fixed records, cells of tables. */
import { undecodableAt } from "../syntax/charsets.ts";
import type { FieldDefinition } from "./definition.ts";
import { compileField, nameOfField, placeInFile, placeOfField, type ReadText } from "./read-fields.ts";
import { type QuickField, quickField, readDay, readQuickly } from "./read-quick.ts";
import { type Held, isPlain, placeIn, type Run, report, reportUnmapped, severityOf } from "./run.ts";
import { isDatedShape } from "./shapes.ts";

/** Reads what the current segment holds into an object. */
export type ReadPlaces = (elements: readonly string[], target: Held, run: Run) => void;
type ReadElement = (raw: string, target: Held, run: Run, element: number) => void;

/** Index of each summed field among the sums of the message. */
export type SumIndex = ReadonlyMap<FieldDefinition, number>;

/** Elements from `first` to before `end` that something else reads. */
export interface Elsewhere {
  readonly first: number;
  readonly end: number;
}

/** Compiles the fields of a delimited line (X12, EDIFACT). */
export function delimitedPlaces(
  fields: readonly FieldDefinition[],
  sums: SumIndex,
  elsewhere: Elsewhere,
  most: number,
): ReadPlaces {
  const byElement = new Map<number, FieldDefinition[]>();
  for (const field of fields) {
    if (field.address.kind !== "element") continue;
    const held = byElement.get(field.address.element);
    if (held === undefined) byElement.set(field.address.element, [field]);
    else held.push(field);
  }
  const readers: (ReadElement | undefined)[] = [];
  const quick: (QuickField | undefined)[] = [];
  for (const [element, held] of byElement) {
    readers[element] = elementReader(held, sums);
    const field = held.find(isFirst);
    quick[element] = field === undefined ? undefined : quickField(field);
  }
  const { length } = readers;
  return (elements, target, run) => {
    for (let at = 1; at < elements.length; at += 1) {
      const raw = elements[at] as string;
      if (raw === "") continue;
      const field = at < length ? quick[at] : undefined;
      if (field !== undefined && readQuickly(field, raw, target, run)) continue;
      const read = at < length ? readers[at] : undefined;
      if (read !== undefined) read(raw, target, run, at);
      else if (at < elsewhere.first || at >= elsewhere.end) listParts(raw, run, at);
    }
    if (elements.length - 1 > most) reportTooMany(elements, run, most);
  };
}

/** Lists an element that nothing reads, each of its components at its own place. */
function listParts(raw: string, run: Run, element: number): void {
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

/** Whether a field is the first component of an element's first repetition, which is all of most elements. */
function isFirst(field: FieldDefinition): boolean {
  const { component, repetition } = placeOfField(field);
  return component <= 1 && repetition <= 1;
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

interface Part {
  readonly read: ReadText;
  readonly repetition: number;
  readonly component: number;
  readonly hasBeside: boolean;
  readonly quick: QuickField | undefined;
  /** Whether nothing is done with what stands there. */
  readonly isSilent: boolean;
}

function elementReader(fields: readonly FieldDefinition[], sums: SumIndex): ReadElement {
  const parts: Part[] = fields.map((field) => {
    const { component, repetition } = placeOfField(field);
    return {
      read: compileField(field, sums.get(field)),
      repetition: Math.max(repetition, 1),
      component: Math.max(component, 1),
      hasBeside: isDatedShape(field.as),
      quick: quickField(field),
      isSilent: isSilent(field),
    };
  });
  const byComponent: (Part | undefined)[] = [];
  for (const part of parts) if (part.repetition === 1) byComponent[part.component] ??= part;
  const first = parts.find((part) => part.repetition === 1 && part.component === 1)?.read;
  const isSimple = fields.every((field) => field.address.kind === "element" && field.address.component === 0);
  return (raw, target, run, element) => {
    if (!isPlain(raw, run.special)) {
      if (isSimple || !readPlainParts(byComponent, raw, target, run, element)) {
        readParts(parts, isSimple, raw, target, run, element);
      }
    } else if (first !== undefined) first(raw, target, run, "");
    else reportUnmapped(run, element, raw);
  };
}

function readParts(
  parts: readonly Part[],
  isSimple: boolean,
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
          if (isSimple) surplus = text;
        }
      }
      before = text;
      text = next;
    }
  }
  if (surplus !== "") reportSurplus(run, element, surplus);
}

const SPACE = 32;

/** Where the components of the element looked at last end. */
const ends = new Int32Array(32);

/**
 * The number of components in `raw`, whose ends are noted; 0 where something else than component separators is special, a
 * blank stands at the end of a component, or there are too many of them.
 */
function plainParts(raw: string, separator: number, special: Uint8Array): number {
  let count = 0;
  let before = separator;
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    if (code === separator) {
      if (before === SPACE || count === ends.length - 1) return 0;
      ends[count] = at;
      count += 1;
    } else if (special[code] !== 0 || (code === SPACE && before === separator)) return 0;
    before = code;
  }
  if (before === SPACE) return 0;
  ends[count] = raw.length;
  return count + 1;
}

/** Texts of two and three characters, by their codes: the same text every time has its hash already. */
const SHORT = new Map<number, string>();
const MOST_SHORT = 4_000;

/** The text from `from` to `end`, all of it ASCII. */
function pieceOf(raw: string, from: number, end: number): string {
  const length = end - from;
  if (length !== 2 && length !== 3) return raw.slice(from, end);
  const third = length === 3 ? raw.charCodeAt(from + 2) << 16 : 0;
  const key = raw.charCodeAt(from) | (raw.charCodeAt(from + 1) << 8) | third;
  let text = SHORT.get(key);
  if (text === undefined) {
    text = raw.slice(from, end);
    if (SHORT.size < MOST_SHORT) SHORT.set(key, text);
  }
  return text;
}

/** Reads components that need no cleaning, as nearly all do; false, and nothing is read, where one does. */
function readPlainParts(
  parts: readonly (Part | undefined)[],
  raw: string,
  target: Held,
  run: Run,
  element: number,
): boolean {
  const count = plainParts(raw, run.separator, run.special);
  if (count === 0) return false;
  let isBeside = false;
  let from = 0;
  for (let c = 1; c <= count; c += 1) {
    const end = ends[c - 1] as number;
    const part = parts[c];
    if (end > from && part?.isSilent !== true) {
      if (part === undefined) {
        if (!isBeside) reportUnmapped(run, element, raw.slice(from, end), c);
      } else if (part.hasBeside) readDated(part, raw, c, target, run);
      else {
        const text = pieceOf(raw, from, end);
        if (part.quick === undefined || !readQuickly(part.quick, text, target, run)) part.read(text, target, run, "");
      }
    }
    isBeside = end > from && part?.hasBeside === true;
    from = end + 1;
  }
  return true;
}

/** Reads component `c`, whose format code stands in the next one, where there is one. */
function readDated({ quick, read }: Part, raw: string, c: number, target: Held, run: Run): void {
  const from = c === 1 ? 0 : (ends[c - 2] as number) + 1;
  const end = ends[c - 1] as number;
  const text = raw.slice(from, end);
  const beside = end < raw.length ? pieceOf(raw, end + 1, ends[c] as number) : "";
  if (quick === undefined || beside !== "102" || !readDay(quick, text, target)) read(text, target, run, beside);
}

/** Whether nothing is done with what a field's place holds: it is understood, and that is all. */
const isSilent = ({ count, is, length, of, sum, to, use }: FieldDefinition): boolean =>
  to.length === 0 &&
  use !== "never" &&
  is === undefined &&
  sum === undefined &&
  count === undefined &&
  length === undefined &&
  of === undefined;

/** The component that begins at `from`, empty where there is none. */
function componentAt(raw: string, separator: string, from: number): string {
  if (from >= raw.length) return "";
  const end = raw.indexOf(separator, from);
  return end < 0 ? raw.slice(from) : raw.slice(from, end);
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

/** Splits at a separator that no release character stands in front of. */
export function splitAt(raw: string, separator: string, release: string): readonly string[] {
  if (separator === "" || !raw.includes(separator)) return [raw];
  if (release === "" || !raw.includes(release)) return raw.split(separator);
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === release) {
      part += character + raw.charAt(at + 1);
      at += 1;
    } else if (character === separator) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return parts;
}

function released(raw: string, release: string): string {
  if (release === "" || !raw.includes(release)) return raw;
  let text = "";
  for (let at = 0; at < raw.length; at += 1) {
    if (raw.charAt(at) === release) at += 1;
    text += raw.charAt(at);
  }
  return text;
}

/** The text of one value: release characters taken out, decoded, trimmed; control characters are a finding. */
export function cleaned(
  raw: string,
  release: string,
  run: Run,
  element: number,
  component: number,
  repetition: number,
): string {
  if (raw === "" || isPlain(raw, run.special)) return raw;
  const bytes = released(raw, release);
  const decoded = run.decode(bytes);
  const text = decoded ?? bytes;
  if (decoded === undefined || hasControl(text)) {
    report(run, {
      code: "ELEMENT_BAD_CHARACTER",
      severity: "tolerated",
      message:
        decoded === undefined
          ? `The value is not ${run.context.charset} text; it was kept byte by byte`
          : "The value holds control characters",
      place: placeIn(run, element, component > 1 ? component : 0, repetition > 1 ? repetition : 0),
      expected: decoded === undefined ? `${run.context.charset} characters` : "printable characters",
      found: `${decoded === undefined ? strangerIn(bytes, run) : ""}${JSON.stringify(text.slice(0, 80))}`,
      remedy:
        decoded === undefined
          ? "Set the partner's charset to the one it sends."
          : "A segment terminator is missing or another one is used here: ask the sender.",
      ack: { segment: "8", element: "6" },
    });
  }
  return text.trim();
}

/** The first byte that the character set does not have, and where in the value it stands. */
function strangerIn(bytes: string, run: Run): string {
  const at = undecodableAt(run.context.charset, bytes);
  if (at === undefined) return "";
  const value = bytes.charCodeAt(at).toString(16).toUpperCase().padStart(2, "0");
  return `byte 0x${value} at position ${at + 1} of `;
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Compiles the fields of a fixed record: the record is the only element behind the tag. */
export function fixedPlaces(
  fields: readonly FieldDefinition[],
  sums: SumIndex,
  taken: readonly (readonly [number, number])[],
): ReadPlaces {
  const parts = fields.map((field) => {
    const { address } = field;
    const range = address.kind === "range" ? address : { first: 1, last: 1 };
    return { first: range.first, last: range.last, read: compileField(field, sums.get(field)) };
  });
  const ranges = [...taken, ...parts.map((part): readonly [number, number] => [part.first, part.last])];
  const gaps = gapsBetween(ranges);
  return (elements, target, run) => {
    const record = elements[1] ?? "";
    for (const { first, last, read } of parts) {
      const held = inRange(record, first, last);
      if (held === "") continue;
      const text = cleaned(held, "", run, first, 0, 0);
      if (text !== "") read(text, target, run, "");
    }
    for (const [first, last] of gaps) {
      const text = inRange(record, first, last).trim();
      if (text !== "") reportUnmapped(run, first, text);
    }
  };
}

const BLANK = 32;

/** The text at the positions `first` to `last`, without the blanks around it. */
export function inRange(record: string, first: number, last: number): string {
  let from = first - 1;
  let end = Math.min(last, record.length);
  while (from < end && record.charCodeAt(from) === BLANK) from += 1;
  while (end > from && record.charCodeAt(end - 1) === BLANK) end -= 1;
  return from < end ? record.slice(from, end) : "";
}

function gapsBetween(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const gaps: [number, number][] = [];
  let next = 1;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > next) gaps.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  gaps.push([next, Number.MAX_SAFE_INTEGER]);
  return gaps;
}

/** Compiles fields of a table's row; the columns of the file were found by its header. */
export function cellPlaces(fields: readonly FieldDefinition[], sums: SumIndex): ReadPlaces {
  const parts = fields.map((field) => ({
    number: placeOfField(field).element,
    read: compileField(field, sums.get(field)),
  }));
  // Which columns a table has is the same for all its rows, and most tables have few of those that may be.
  let header: Run["columns"] | undefined;
  let present: { readonly column: number; readonly read: ReadText }[] = [];
  return (elements, target, run) => {
    if (header !== run.columns) {
      header = run.columns;
      present = parts
        .map(({ number, read }) => ({ column: run.columns.get(number) ?? number, read }))
        .filter(({ column }) => column <= run.headers.length || run.headers.length === 0);
    }
    for (const { column, read } of present) {
      const raw = elements[column];
      if (raw === undefined || raw === "") continue;
      const text = cleaned(raw, "", run, column, 0, 0);
      if (text !== "") read(text, target, run, "");
    }
  };
}

/** Reports elements that must be there and are not. */
export function mustPlaces(fields: readonly FieldDefinition[]): ReadPlaces | undefined {
  const musts = fields.filter((field) => field.use === "must" && field.fallback === undefined);
  if (musts.length === 0) return undefined;
  const checks = musts.map((field) => ({ field, place: placeInFile(field) }));
  return (elements, _target, run) => {
    for (const { field, place } of checks) {
      if (isThere(elements, field, run)) continue;
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

/** Whether an element holds more than blanks. */
export function isFilled(elements: readonly string[], element: number): boolean {
  const raw = elements[element];
  return raw !== undefined && raw !== "" && (raw.charCodeAt(0) > 0x20 || raw.trim() !== "");
}

/** Whether a component begins with a character that is no blank and none of those that need a closer look. */
function beginsPlain(raw: string, component: number, { separator, special }: Run): boolean {
  let left = component;
  let isStart = true;
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    if (code === separator) {
      if (left === 1) return false;
      left -= 1;
      isStart = true;
    } else {
      if (special[code] !== 0) return false;
      if (isStart && left === 1) return code !== SPACE;
      isStart = false;
    }
  }
  return false;
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
  if (address.repetition <= 1 && beginsPlain(raw, at, run)) return true;
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
