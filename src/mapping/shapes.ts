/**
 * The closed list of shapes: how the text at a place becomes the value of a field, and back. Figures become canonical
 * decimal text, dates ISO text; what does not fit a shape is a fault with the AK403 code of its kind, never a guess.
 */
import type { Family } from "../syntax/segment.ts";
import { dateShape, dtmShape, fixedDate, vdaShape } from "./shapes-dates.ts";
import { decimalCommaShape, impliedDecimals, numberShape } from "./shapes-numbers.ts";

/** What a shape needs to know of the message around the value. */
export interface ShapeContext {
  readonly family: Family;
  /** X12 version by its first six digits; decides between six and eight digits of a date. */
  readonly version: string;
  /** Year of the envelope's date; two-digit years are read from 80 years before it to 19 after. 0: unknown. */
  readonly sentYear: number;
  /** Dates already read with this year of the envelope: schedules repeat few dates many times. */
  readonly dates: Map<string, string | ShapeFault>;
}

export interface ShapeFault {
  readonly fault: string;
  readonly expected: string;
  /** AK403 code: 6 invalid character, 8 invalid date, 9 invalid time. */
  readonly ack: "6" | "8" | "9";
}

export interface Shape {
  /** How many fields the shape fills. */
  readonly values: 1 | 2;
  readonly isNumber: boolean;
  /** `beside` is the component after the value (the format code of a `dtm`). */
  read(text: string, context: ShapeContext, beside: string): string | readonly string[] | ShapeFault;
  /** Returns the text, with a `dtm` also the format code beside it. */
  write(values: readonly string[], context: ShapeContext): string | readonly [string, string] | ShapeFault;
}

export const SHAPES = [
  "text",
  "number",
  "number,",
  "number/n",
  "date",
  "CCYYMMDD",
  "YYMMDD",
  "DD.MM.YYYY",
  "time",
  "dtm",
  "vda",
] as const;

const text: Shape = { values: 1, isNumber: false, read: (held) => held, write: ([held = ""]) => held };

const time: Shape = {
  values: 1,
  isNumber: false,
  read: (held) => (isTime(held) ? held : NO_TIME),
  write: ([held = ""]) => (isTime(held) ? held : NO_TIME),
};
const NO_TIME: ShapeFault = { fault: "is no time of day", expected: "HHMM, HHMMSS or HHMMSSD", ack: "9" };
const isTime = (held: string): boolean => /^([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?$/.test(held);

const NAMED: Readonly<Record<string, Shape>> = {
  text,
  number: numberShape,
  "number,": decimalCommaShape,
  date: dateShape,
  CCYYMMDD: fixedDate("CCYYMMDD"),
  YYMMDD: fixedDate("YYMMDD"),
  "DD.MM.YYYY": fixedDate("DD.MM.YYYY"),
  time,
  dtm: dtmShape,
  vda: vdaShape,
};

const implied = (name: string): number | undefined => {
  const match = /^number\/([1-6])$/.exec(name);
  return match === null ? undefined : Number(match[1]);
};

export const isShape = (name: string): boolean => Object.hasOwn(NAMED, name) || implied(name) !== undefined;
export const valuesOf = (name: string): number => (name === "vda" ? 2 : 1);

/** The shape of that name. @throws RangeError for a name that `isShape` denies */
export function shapeOf(name: string): Shape {
  const decimals = implied(name);
  const found = decimals === undefined ? NAMED[name] : impliedDecimals(decimals);
  if (found === undefined) throw new RangeError(`${name} is no shape`);
  return found;
}
