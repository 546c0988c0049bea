/**
 * The common case of a value, without detours: one field of one or two names, whose text needs no cleaning. One function
 * for all kinds of fields, because calling a closure per element costs more than what it would do (docs/performance.md).
 */
import type { FieldDefinition } from "./definition.ts";
import { toldBy } from "./paths.ts";
import { type Held, isPlain, type Run } from "./run.ts";
import { isDatedShape } from "./shapes.ts";
import { dateOfEight } from "./shapes-dates.ts";
import { dayAt } from "./shapes-dtm.ts";
import { isPlainNumber } from "./shapes-numbers.ts";

/** A field that `readQuickly` may read. */
export interface QuickField {
  readonly kind: "text" | "number" | "date" | "code" | "day";
  readonly name: string;
  /** The second name of the field's path, if it has one. */
  readonly inner: string | undefined;
  readonly codes: ReadonlyMap<string, string>;
  /** The words of codes of one character, by its character code. */
  readonly words: readonly (string | undefined)[];
}

/** The field as `readQuickly` reads it, or undefined where it cannot. */
export function quickField(field: FieldDefinition): QuickField | undefined {
  const [path, more] = field.to;
  const [name, inner, deeper] = path ?? [];
  if (isDatedShape(field.as)) return quickDay(field);
  if (name === undefined || deeper !== undefined || more !== undefined) return undefined;
  if (!isPut(field) || field.also || field.shared) return undefined;
  const { as, codes = NO_CODES } = field;
  const kind = field.codes === undefined ? as : "code";
  if (kind !== "code" && kind !== "text" && kind !== "number" && kind !== "date") return undefined;
  const words = Array.from({ length: 256 }, (_, code) => codes.get(String.fromCharCode(code)));
  return { kind, name, inner, codes, words };
}

/** Whether nothing but a field's shape and codes stands between its text and what is put at its path. */
const isPut = ({ empty, is, length, of, or, pieces, use }: FieldDefinition): boolean =>
  length === undefined &&
  pieces === undefined &&
  use !== "never" &&
  is === undefined &&
  empty.length === 0 &&
  or === undefined &&
  of === undefined;

/** Of a day of eight digits a dated shape says when it is, and nothing else. */
function quickDay(field: FieldDefinition): QuickField | undefined {
  const [name, inner, deeper] = field.to[dayAt(field.to.length)] ?? [];
  if (name === undefined || deeper !== undefined || toldBy(name) !== undefined) return undefined;
  if (!isPut(field) || field.codes !== undefined) return undefined;
  return { kind: "day", name, inner, codes: NO_CODES, words: [] };
}

/** Reads a day of eight digits; false where the place has another one already. */
export function readDay({ inner, name }: QuickField, text: string, target: Held): boolean {
  const day = dateOfEight(text);
  if (day === undefined) return false;
  if (inner === undefined) {
    const before = target[name];
    if (before !== undefined && before !== day) return false;
    target[name] = day;
  } else {
    const object = (target[name] ??= {}) as Held;
    const before = object[inner];
    if (before !== undefined && before !== day) return false;
    object[inner] = day;
  }
  return true;
}

const NO_CODES: ReadonlyMap<string, string> = new Map();

/** Reads the raw text of an element; false when the general reader has to look at it. */
export function readQuickly(field: QuickField, raw: string, target: Held, run: Run): boolean {
  const value = quickValue(field, raw, run);
  if (value === undefined) return false;
  const { inner, name } = field;
  if (inner === undefined) target[name] = value;
  else ((target[name] ??= {}) as Held)[inner] = value;
  return true;
}

function quickValue(field: QuickField, raw: string, run: Run): string | undefined {
  if (field.kind === "code") return raw.length === 1 ? field.words[raw.charCodeAt(0)] : field.codes.get(raw);
  if (field.kind === "number") return isPlainNumber(raw) ? raw : undefined;
  if (field.kind === "day") return undefined;
  if (field.kind === "text") return isPlain(raw, run.special) ? raw : undefined;
  return dateOfEight(raw);
}
