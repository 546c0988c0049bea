/** Reading the places of one segment: elements of delimited syntaxes, positions of fixed records, cells of tables. */
import type { FieldDefinition } from "./definition.ts";
import { compileField, nameOfField, placeInFile, placeOfField, type ReadText } from "./read-fields.ts";
import { type QuickField, quickField, readQuickly } from "./read-quick.ts";
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
}

function elementReader(fields: readonly FieldDefinition[], sums: SumIndex): ReadElement {
  const parts: Part[] = fields.map((field) => {
    const { component, repetition } = placeOfField(field);
    return {
      read: compileField(field, sums.get(field)),
      repetition: Math.max(repetition, 1),
      component: Math.max(component, 1),
      hasBeside: isDatedShape(field.as),
    };
  });
  const first = parts.find((part) => part.repetition === 1 && part.component === 1)?.read;
  const isSimple = fields.every((field) => field.address.kind === "element" && field.address.component === 0);
  return (raw, target, run, element) => {
    if (!isPlain(raw, run.special)) readParts(parts, isSimple, raw, target, run, element);
    else if (first !== undefined) first(raw, target, run, "");
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
  let surplus = "";
  repetitions.forEach((held, r) => {
    const components = splitAt(held, byComponent, release).map((one, c) =>
      cleaned(one, release, run, element, c + 1, r + 1),
    );
    components.forEach((text, c) => {
      if (text === "") return;
      const part = parts.find((one) => one.repetition === r + 1 && one.component === c + 1);
      if (part !== undefined) part.read(text, target, run, components[c + 1] ?? "");
      else if (!parts.some((one) => isBeside(one, r + 1, c) && components[c - 1] !== "")) {
        reportUnmapped(run, element, text, components.length > 1 ? c + 1 : 0, repetitions.length > 1 ? r + 1 : 0);
        if (isSimple) surplus = text;
      }
    });
  });
  if (surplus !== "") reportSurplus(run, element, surplus);
}

/** Whether a part is the date that a format code in the next component belongs to. */
const isBeside = (part: Part, repetition: number, component: number): boolean =>
  part.hasBeside && part.repetition === repetition && part.component === component;

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
      found: JSON.stringify(text.slice(0, 80)),
      remedy:
        decoded === undefined
          ? "Set the partner's charset to the one it sends."
          : "A segment terminator is missing or another one is used here: ask the sender.",
      ack: { segment: "8", element: "6" },
    });
  }
  return text.trim();
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
      const text = cleaned(record.slice(first - 1, last), "", run, first, 0, 0);
      if (text !== "") read(text, target, run, "");
    }
    for (const [first, last] of gaps) {
      const text = record.slice(first - 1, last).trim();
      if (text !== "") reportUnmapped(run, first, text);
    }
  };
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
  return (elements, target, run) => {
    for (const { number, read } of parts) {
      const column = run.columns.get(number) ?? number;
      const raw = elements[column];
      if (raw === undefined) continue;
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

function isThere(elements: readonly string[], field: FieldDefinition, run: Run): boolean {
  const { address } = field;
  if (address.kind === "element" && address.component === 0 && address.repetition === 0) {
    return isFilled(elements, address.element);
  }
  if (address.kind === "range") return (elements[1] ?? "").slice(address.first - 1, address.last).trim() !== "";
  if (address.kind === "column")
    return (elements[run.columns.get(address.number) ?? address.number] ?? "").trim() !== "";
  const raw = elements[address.element] ?? "";
  const { component, repetition, release } = run.context.delimiters;
  const held = splitAt(raw, repetition, release)[Math.max(address.repetition, 1) - 1] ?? "";
  return (splitAt(held, component, release)[Math.max(address.component, 1) - 1] ?? "").trim() !== "";
}
