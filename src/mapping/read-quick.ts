/**
 * The common case of a value, without detours: one field of one name, whose text needs no cleaning. Measured: reading an
 * 830 of weekly buckets with these is about twice as fast as with the general readers alone.
 */
import type { FieldDefinition } from "./definition.ts";
import { type Held, isPlain, type Run } from "./run.ts";
import { isPlainNumber } from "./shapes-numbers.ts";

/** Reads the raw text of an element; false when the general reader has to look at it. */
export type QuickRead = (raw: string, target: Held, run: Run) => boolean;

/** The quick reader of a field, or undefined where there is none. */
export function quickReader(field: FieldDefinition): QuickRead | undefined {
  const [path, more] = field.to;
  const [name, deeper] = path ?? [];
  if (name === undefined || deeper !== undefined || more !== undefined) return undefined;
  if (field.length !== undefined || field.use === "never") return undefined;
  if (field.codes !== undefined) return quickCode(name, field.codes);
  if (field.as === "text") return quickText(name);
  if (field.as === "number") return quickNumber(name);
  return field.as === "date" ? quickDate(name) : undefined;
}

const quickText =
  (name: string): QuickRead =>
  (raw, target, run) => {
    if (!isPlain(raw, run.special)) return false;
    target[name] = raw;
    return true;
  };

const quickCode =
  (name: string, codes: ReadonlyMap<string, string>): QuickRead =>
  (raw, target) => {
    const word = codes.get(raw);
    if (word === undefined) return false;
    target[name] = word;
    return true;
  };

const quickNumber =
  (name: string): QuickRead =>
  (raw, target) => {
    if (!isPlainNumber(raw)) return false;
    target[name] = raw;
    return true;
  };

const quickDate =
  (name: string): QuickRead =>
  (raw, target, run) => {
    const known = run.shapes.dates.get(raw);
    if (typeof known !== "string") return false;
    target[name] = known;
    return true;
  };
