/** What the bytes between two offsets say, without a text being made of them. */
import type { UncutSegment } from "../syntax/uncut.ts";

const BLANK = 32;
const ZERO = 48;
const DELETE = 127;
const MOST_DIGITS = 12;

/** The whole number that up to twelve digits say, noughts in front of them included; -1 for anything else. */
export function digitsAt(bytes: Uint8Array, from: number, end: number): number {
  if (end <= from || end - from > MOST_DIGITS) return -1;
  let number = 0;
  for (let at = from; at < end; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** The whole number that stands there in canonical form; -1 for anything else. */
export const wholeAt = (bytes: Uint8Array, from: number, end: number): number =>
  bytes[from] === ZERO && end - from > 1 ? -1 : digitsAt(bytes, from, end);

export const LONGEST_KEY = 3;

/** Up to three printable ASCII characters as a number that stands for just this text; -1 for anything else. */
export function keyAt(bytes: Uint8Array, from: number, end: number): number {
  if (end - from > LONGEST_KEY) return -1;
  let key = 0;
  for (let at = from; at < end; at += 1) {
    const code = bytes[at] as number;
    if (code <= BLANK || code >= DELETE) return -1;
    key = (key << 8) | code;
  }
  return key;
}

/** The number that `keyAt` gives for a text. */
export function keyOf(text: string): number {
  if (text.length > LONGEST_KEY) return -1;
  let key = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= BLANK || code >= DELETE) return -1;
    key = (key << 8) | code;
  }
  return key;
}

/** Texts of up to three characters by their keys: the same text every time has its hash already. */
const SHORT = new Map<number, string>();
const MOST_SHORT = 4_000;

/** The text between two offsets, all of it ASCII. */
export function textAt({ held }: UncutSegment, from: number, end: number): string {
  const key = keyAt(held.bytes, from, end);
  if (key < 0) return held.text(from, end);
  let text = SHORT.get(key);
  if (text === undefined) {
    text = held.text(from, end);
    if (SHORT.size < MOST_SHORT) SHORT.set(key, text);
  }
  return text;
}

/** Texts of small whole numbers: schedules repeat quantities, and a text that is there need not be made. */
const FIGURES: (string | undefined)[] = Array.from({ length: 65_536 });

/** The canonical text of a whole number of up to twelve digits. */
export function figureOf(number: number): string {
  if (number >= FIGURES.length) return String(number);
  FIGURES[number] ??= String(number);
  return FIGURES[number];
}
