/**
 * The common case of a value, without detours: one field of one or two names, whose text needs no cleaning. One function
 * for all kinds of fields, because calling a closure per element costs more than what it would do (docs/performance.md).
 */
import type { FieldDefinition } from "./definition.ts";
import { type Held, isPlain, type Run } from "./run.ts";
import { dateOfEight } from "./shapes-dates.ts";
import { isPlainNumber } from "./shapes-numbers.ts";

/** A field that `readQuickly` may read. */
export interface QuickField {
  readonly kind: "text" | "number" | "date" | "code";
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
  if (name === undefined || deeper !== undefined || more !== undefined) return undefined;
  if (
    field.length !== undefined ||
    field.pieces !== undefined ||
    field.use === "never" ||
    field.also ||
    field.shared ||
    field.is !== undefined
  )
    return undefined;
  if (field.empty.length > 0 || field.or !== undefined || field.of !== undefined) return undefined;
  const { as, codes = NO_CODES } = field;
  const kind = field.codes === undefined ? as : "code";
  if (kind !== "code" && kind !== "text" && kind !== "number" && kind !== "date") return undefined;
  const words = Array.from({ length: 256 }, (_, code) => codes.get(String.fromCharCode(code)));
  return { kind, name, inner, codes, words };
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
  if (field.kind === "text") return isPlain(raw, run.special) ? raw : undefined;
  return dateOfEight(raw);
}
