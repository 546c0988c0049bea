/**
 * The chain of VDA transmissions: each names the number of the one before it and its own, from 1 to 99999 and then 1 again.
 * Numbers need not be gapless; the old number has to be the new number of the last one that was received. Pure.
 */
import type { Missing } from "./number-chains.ts";

const LAST = 99_999;
/** Farther away than this nothing was lost on the way: the sender counts anew. */
const FAR = 400;

/** The numbers that a transmission states. */
export interface Transmission {
  readonly previous: string;
  readonly control: string;
}

const numberOf = (text: string): number | undefined => (/^\s*\d{1,5}\s*$/.test(text) ? Number(text) : undefined);

/** The number after `number`. */
export const afterTransmission = (number: number): number => (number % LAST) + 1;
/** The number before `number`. */
export const beforeTransmission = (number: number): number => (number <= 1 ? LAST : number - 1);

/** How many numbers `number` is ahead of `last`, going round behind 99999. */
const ahead = (last: number, number: number): number => (number - last + LAST) % LAST;

/**
 * What is missing before a transmission.
 * @param expected the number after the last one received; undefined where there was none
 */
export function missingBeforeTransmission(
  expected: number | undefined,
  { previous, control }: Transmission,
): Missing | undefined {
  const number = numberOf(control);
  if (expected === undefined || number === undefined) return undefined;
  const before = numberOf(previous) ?? beforeTransmission(number);
  // The very first transmission names 00000.
  if (before === 0) return undefined;
  const distance = ahead(beforeTransmission(expected), before);
  return distance === 0 || distance > FAR ? undefined : { from: expected, to: before };
}

/** What is expected after a transmission of that number: one that comes late changes nothing. */
export function expectedAfterTransmission(expected: number | undefined, control: string): number | undefined {
  const number = numberOf(control);
  if (number === undefined || number === 0) return expected;
  if (expected === undefined) return afterTransmission(number);
  const late = ahead(number, beforeTransmission(expected)) <= FAR;
  return late ? expected : afterTransmission(number);
}

/** Whether a number that came before comes again lawfully, since the numbers have gone round. */
export function hasGoneRound(expected: number | undefined, control: string): boolean {
  const number = numberOf(control);
  if (expected === undefined || number === undefined) return false;
  const last = beforeTransmission(expected);
  return number < last && ahead(last, number) <= FAR;
}

const wrapped = (count: number): number => ((count - 1) % LAST) + 1;
const padded = (number: number): string => String(number).padStart(5, "0");

/** The count, not before `last`, at which the numbers that go round have come to `number`; `last` itself where they have not. */
export function countAt(last: number, number: number): number {
  const distance = ahead(wrapped(Math.max(last, 1)), number);
  return distance > LAST / 2 ? last : last + distance;
}

/** Old and new number of the n-th transmission that we write, n counting from 1. */
export function numbersOfTransmission(n: number): { old: string; new: string } {
  return { old: padded(n <= 1 ? 0 : wrapped(n - 1)), new: padded(wrapped(n)) };
}
