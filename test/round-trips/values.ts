/** Values for fields: of the kind that the schema asks for, within what a place of the message can take. */

import type { FieldDefinition } from "../../src/mapping/definition.ts";
import { documentShape, type FieldKind } from "../../src/mapping/document-shape.ts";

export type { FieldKind };
export { documentShape };

/** Numbers that are the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  /** A whole number from 0 to below `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True once in `of` times. */
  once(of: number): boolean {
    return this.below(of) === 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const digits = (dice: Dice, count: number): string =>
  Array.from({ length: count }, (_, at) => String(at === 0 ? 1 + dice.below(9) : dice.below(10))).join("");

/** The second value of a date with its time. */
const isTime = (name: string, as: string): boolean =>
  as !== "text" && /^(?:at|time|timeTo|[a-z]+At|[a-z]+Time)$/.test(name);

/** How long a value of a place may be. */
function lengthOf({ length, address }: FieldDefinition): { least: number; most: number } {
  const width = address.kind === "range" ? address.last - address.first + 1 : 60;
  return { least: length?.least ?? 1, most: Math.min(length?.most ?? 60, width) };
}

/** A value of the schema's kind, for a field that no place of the message holds. */
export function anyValue(kind: FieldKind, dice: Dice): string {
  if (kind.kind === "words") return dice.of(kind.words);
  if (kind.kind === "date") return anyDate(dice);
  if (kind.kind === "figure") return digits(dice, 1 + dice.below(4));
  return `X${digits(dice, 3)}`;
}

/** A day from 2026 to 2028. */
export function anyDate(dice: Dice): string {
  const at = new Date(Date.UTC(2026, 0, 1 + dice.below(3 * 365)));
  return at.toISOString().slice(0, 10);
}

/** A value that stands at a place; `at` chooses among the values of a shape of two. */
export function valueFor(field: FieldDefinition, at: number, kind: FieldKind, syntax: string, dice: Dice): string {
  const { as, codes } = field;
  if (codes !== undefined && field.to.length === 1) {
    const words = [...new Set(codes.values())].filter((word) => kind.kind !== "words" || kind.words.includes(word));
    if (words.length > 0) return dice.of(words);
  }
  if (kind.kind === "words") return dice.of(kind.words);
  if (kind.kind === "date") return anyDate(dice);
  const { least, most } = lengthOf(field);
  if (kind.kind === "figure" || as.startsWith("number") || field.count !== undefined) {
    return figure(as, Math.min(most, 9), kind.kind === "figure" && syntax !== "fixed", dice);
  }
  if (as === "time" || isTime(field.to[at]?.at(-1) ?? "", as)) return time(most, dice);
  if (as === "kg" && at > 0) return "KG";
  if (at > 0) return anyValue(kind, dice);
  return text(least, most, syntax, dice);
}

function figure(as: string, most: number, mayBreak: boolean, dice: Dice): string {
  const decimals = Number(/^number\/(\d)$/.exec(as)?.[1] ?? -1);
  const whole = digits(dice, 1 + dice.below(Math.max(1, Math.min(most - Math.max(decimals, 0), 6))));
  if (decimals > 0 && dice.once(2))
    return `${whole}.${digits(dice, decimals).replace(/0+$/, "1")}`.replace(/\.(\d*?)0+$/, ".$1");
  if (dice.once(12)) return "0";
  return decimals < 0 && mayBreak && dice.once(4) ? `${whole}.${1 + dice.below(9)}` : whole;
}

function time(most: number, dice: Dice): string {
  const two = (below: number) => String(dice.below(below)).padStart(2, "0");
  const short = two(24) + two(60);
  return most >= 6 && dice.once(3) ? short + two(60) : short;
}

function text(least: number, most: number, syntax: string, dice: Dice): string {
  const length = Math.max(least, Math.min(most, 2 + dice.below(8)));
  let held = Array.from({ length }, () => LETTERS[dice.below(LETTERS.length)]).join("");
  const middle = 1 + dice.below(Math.max(1, length - 2));
  // Separators of EDIFACT and of tables are escaped where they stand in data, so they may stand anywhere but at the ends.
  const strange = syntax === "edifact" ? " -+:'?" : syntax === "csv" ? ' -;,"' : " -.";
  if (length > 3 && dice.once(3)) held = held.slice(0, middle) + dice.of(strange.split("")) + held.slice(middle + 1);
  return held;
}
