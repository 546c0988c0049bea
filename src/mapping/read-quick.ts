/**
 * The common case of a value, without detours: one field of one or two names, read from the bytes that it stands in. One
 * function for all kinds of fields, because calling a closure per element costs more than what it would do
 * (docs/performance.md). Whatever is not plain is left to the general reader, which finds words for what is wrong.
 */
import type { UncutSegment } from "../syntax/uncut.ts";
import type { FieldDefinition } from "./definition.ts";
import { type Get, getAt, toldBy } from "./paths.ts";
import { objectAround } from "./read-again.ts";
import { digitsAt, figureOf, keyAt, keyOf, textAt, wholeAt } from "./read-bytes.ts";
import { type Held, isPlainAt, type Run } from "./run.ts";
import { isDatedShape } from "./shapes.ts";
import { dayOfNumber, dayOfSix } from "./shapes-dates.ts";
import { dayAt } from "./shapes-dtm.ts";

/**
 * `figure` is a whole number behind noughts, perhaps with decimals at its end, `six` a day of six digits, `day` a date with its format code beside it, `again` a code that is said of an
 * object around, `constant` one of few texts, `silent` a place that is understood and that is all.
 */
type Kind = "text" | "number" | "figure" | "date" | "six" | "code" | "day" | "again" | "constant" | "silent";

/** What there is to know of a field beside its kind. */
interface Particulars {
  readonly path?: readonly string[];
  readonly words?: readonly (readonly [code: string, word: string])[];
  readonly of?: string;
  readonly isShared?: boolean;
  readonly unit?: number;
  readonly empty?: readonly string[];
}

/** A field that `readQuickly` may read. It is a class, so that all of them have one shape for the engine. */
export class QuickField {
  readonly kind: Kind;
  readonly name: string;
  /** The second name of the field's path, if it has one. */
  readonly inner: string | undefined;
  /** Words of codes of one character, by its code; and of those of two and three, by their keys. */
  readonly letters: (string | undefined)[];
  readonly words: ReadonlyMap<number, string>;
  /** The object around that the field is of. */
  readonly of: string;
  readonly get: Get;
  /** Whether another place may have given the value before: then the first one counts. */
  readonly isShared: boolean;
  /** What one is in a figure's last digit: 1000 where three of them are decimals. */
  readonly unit: number;
  /** Digits that stand for an empty place. */
  readonly empty: ReadonlySet<number>;

  constructor(
    kind: Kind,
    { empty = [], isShared = false, of = "", path = [], unit = 1, words = [] }: Particulars = {},
  ) {
    const [name = "", inner] = path;
    const keyed = words.map(([code, word]) => [keyOf(code), word] as const).filter(([key]) => key > 0);
    this.kind = kind;
    this.name = name;
    this.inner = inner;
    this.words = new Map(keyed);
    this.letters = Array.from({ length: LETTERS }, (_, key) => this.words.get(key));
    this.of = of;
    this.get = getAt(path);
    this.isShared = isShared;
    this.unit = unit;
    this.empty = new Set(empty.map(Number));
  }

  /** The word of the code between two offsets. */
  wordAt(bytes: Uint8Array, from: number, end: number): string | undefined {
    return end - from === 1 ? this.letters[bytes[from] as number] : this.words.get(keyAt(bytes, from, end));
  }
}

const LETTERS = 256;

/** The field as `readQuickly` reads it, or undefined where it cannot. */
export function quickField(field: FieldDefinition): QuickField | undefined {
  const { codes, is, of, sum, to } = field;
  const [path = [], more] = to;
  if (isSilent(field)) return new QuickField("silent");
  if (isDatedShape(field.as)) return quickDay(field);
  if (field.as === "YYMMDD") return quickSix(field);
  // What is said again of another object is compared with what stands there, however many places say it.
  if (!isBare(of === undefined ? field : { ...field, also: false, shared: false })) return undefined;
  if (is !== undefined) return new QuickField("constant", { words: is.map((text) => [text, text]) });
  if (path.length === 0 || more !== undefined || sum !== undefined) return undefined;
  const words = [...(codes ?? [])];
  if (of !== undefined) return codes === undefined ? undefined : new QuickField("again", { path, words, of });
  if (!isShort(path)) return undefined;
  const kind = codes === undefined ? QUICK_SHAPES.get(field.as) : "code";
  const unit = kind === "figure" ? 10 ** Number(field.as.slice("number/".length)) : 1;
  return kind === undefined ? undefined : new QuickField(kind, { path, words, unit });
}

/** Whether a path is one or two plain names. */
const isShort = (path: readonly string[]): boolean => path.length <= 2 && toldBy(path[0] ?? "") === undefined;

const QUICK_SHAPES: ReadonlyMap<string, Kind> = new Map([
  ["text", "text"],
  ["number", "number"],
  ...[0, 1, 2, 3, 4, 5, 6].map((decimals) => [`number/${decimals}`, "figure"] as const),
  ["date", "date"],
]);

/** Whether nothing but a field's shape and codes stands between its text and what is put at its path. */
const isBare = ({ also, empty, length, or, pieces, shared, use }: FieldDefinition): boolean =>
  length === undefined &&
  pieces === undefined &&
  use !== "never" &&
  empty.length === 0 &&
  or === undefined &&
  !also &&
  !shared;

/** Whether nothing is done with what a field's place holds: it is understood, and that is all. */
const isSilent = ({ count, is, length, of, sum, to, use }: FieldDefinition): boolean =>
  to.length === 0 &&
  use !== "never" &&
  is === undefined &&
  sum === undefined &&
  count === undefined &&
  length === undefined &&
  of === undefined;

/** Of a day of eight digits a dated shape says when it is, and nothing else. */
function quickDay(field: FieldDefinition): QuickField | undefined {
  const { also, codes, is, of, shared, to } = field;
  const path = to[dayAt(to.length)] ?? [];
  if (path.length === 0 || !isShort(path) || !isBare({ ...field, also: false, shared: false })) return undefined;
  const isOther = is !== undefined || of !== undefined || codes !== undefined;
  return isOther ? undefined : new QuickField("day", { path, isShared: also || shared });
}

/** Of six digits that are no day, some may stand for an empty place. */
function quickSix(field: FieldDefinition): QuickField | undefined {
  const { codes, empty, is, of, sum, to } = field;
  const [path = [], more] = to;
  const isOther = [codes, is, of, sum, more].some((one) => one !== undefined) || !isBare({ ...field, empty: [] });
  if (isOther || path.length === 0 || !isShort(path) || !empty.every((text) => /^\d{6}$/.test(text))) return undefined;
  return new QuickField("six", { path, empty });
}

/** Reads what stands between two offsets; false, and nothing is read, when the general reader has to look at it. */
export function readQuickly(
  field: QuickField,
  segment: UncutSegment,
  from: number,
  end: number,
  target: Held,
  run: Run,
): boolean {
  const { bytes } = segment.held;
  switch (field.kind) {
    case "number": {
      const number = wholeAt(bytes, from, end);
      return number >= 0 && put(field, target, figureOf(number));
    }
    case "code":
      return put(field, target, field.wordAt(bytes, from, end));
    case "date":
      return end - from === EIGHT && put(field, target, dayOfNumber(digitsAt(bytes, from, end)));
    case "silent":
      return isPlainAt(bytes, from, end, run);
    case "again":
      return isSaidAlready(field, field.wordAt(bytes, from, end), run);
    case "text":
      return isPlainAt(bytes, from, end, run) && put(field, target, textAt(segment, from, end));
    case "figure": {
      const number = digitsAt(bytes, from, end);
      return number >= 0 && number % field.unit === 0 && put(field, target, figureOf(number / field.unit));
    }
    case "six": {
      const number = end - from === SIX ? digitsAt(bytes, from, end) : -1;
      if (field.empty.has(number)) return true;
      return run.context.family !== "csv" && put(field, target, dayOfSix(number, run.shapes.sentYear));
    }
    case "constant":
      return field.wordAt(bytes, from, end) !== undefined;
    case "day":
      // It is read with the format code behind it (`putDay`).
      break;
  }
  return false;
}

const SIX = 6;
const EIGHT = 8;

function put({ inner, name }: QuickField, target: Held, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (inner === undefined) target[name] = value;
  else ((target[name] ??= {}) as Held)[inner] = value;
  return true;
}

/** Whether the object around has been given the same word before. */
const isSaidAlready = ({ get, of }: QuickField, word: string | undefined, run: Run): boolean =>
  word !== undefined && get(objectAround(run, of)) === word;

/** Puts a day given as the number of its eight digits; false where it is none, or the place has another one already. */
export function putDay(field: QuickField, number: number, target: Held): boolean {
  const day = dayOfNumber(number);
  if (day === undefined) return false;
  if (field.isShared) {
    const before = field.get(target);
    if (before !== undefined && before !== day) return false;
  }
  return put(field, target, day);
}
