/**
 * The closed list of shapes: how the text at a place becomes the value of a field, and back. Figures become canonical
 * decimal text, dates ISO text; what does not fit a shape is a fault with the AK403 code of its kind, never a guess.
 */
import type { Family } from "../syntax/segment.ts";
import type { FieldDefinition } from "./definition.ts";
import { dateShape, fixedDate } from "./shapes-dates.ts";
import { DTM_COUNTS, dtmShape } from "./shapes-dtm.ts";
import { decimalCommaShape, impliedDecimals, kilograms, numberShape } from "./shapes-numbers.ts";
import { bucketOfPattern, firstFitting, patternShape, withKeys } from "./shapes-patterns.ts";
import { vdaShape } from "./shapes-vda.ts";

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
  readonly values: number;
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
  "HHMM",
  "kg",
  "dtm",
  "period",
  "vda",
] as const;

const text: Shape = { values: 1, isNumber: false, read: (held) => held, write: ([held = ""]) => held };

const time: Shape = {
  values: 1,
  isNumber: false,
  read: (held) => (isTime(held) ? held : NO_TIME),
  write: ([held = ""]) => (isTime(held) ? held : NO_TIME),
};
/** Hours and minutes; seconds are left out when written. */
const minutes: Shape = {
  values: 1,
  isNumber: false,
  read: (held) => (isTime(held) && held.length === 4 ? held : { ...NO_TIME, expected: "HHMM" }),
  write: ([held = ""]) => (isTime(held) ? held.slice(0, 4) : NO_TIME),
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
  HHMM: minutes,
  kg: kilograms,
  vda: vdaShape,
};

const implied = (name: string): number | undefined => {
  const match = /^number\/([0-6])$/.exec(name);
  return match === null ? undefined : Number(match[1]);
};

/** Several shapes of dates as one name: the first of them that fits, with the bucket that it is. */
const SEPARATOR = "| ";
export const oneOfShapes = (names: readonly string[]): string => names.map((name) => `${SEPARATOR}${name}`).join(" ");
const listed = (name: string): string[] | undefined =>
  name.startsWith(SEPARATOR) ? name.slice(SEPARATOR.length).split(` ${SEPARATOR}`) : undefined;

/** Whether a name is one of days written out, so that several of them can be told apart. */
export const isDayShape = (name: string): boolean =>
  name === "CCYYMMDD" || name === "YYMMDD" || name === "DD.MM.YYYY" || bucketOfPattern(name) === "day";

/** EDIFACT's dates with a format code beside them, and how many values they yield: `dtm`, `period`; inside also `dtm/3`. */
const DATED = /^(dtm|period)(?:\/(\d))?$/;
/** Whether the first value of a dated shape is how long the bucket is. */
export const readsTiming = (name: string): boolean => isDatedShape(name) && valuesOf(name) >= 3;
export const isDatedShape = (name: string): boolean => DATED.test(name);
export const datedShape = (name: string, values: number): string => (values > 1 ? `${name}/${values}` : name);
function dated(name: string): { readonly name: "dtm" | "period"; readonly values: number } | undefined {
  const [, base, values = "1"] = DATED.exec(name) ?? [];
  return base === undefined ? undefined : { name: base as "dtm" | "period", values: Number(values) };
}

export function isShape(name: string): boolean {
  const names = listed(name);
  if (names !== undefined) return names.every((one) => isDayShape(one) || bucketOfPattern(one) !== undefined);
  if (isDatedShape(name)) return DTM_COUNTS.includes(dated(name)?.values ?? 1);
  return Object.hasOwn(NAMED, name) || implied(name) !== undefined || bucketOfPattern(name) !== undefined;
}

/** How many fields a shape fills. */
export function valuesOf(name: string): number {
  if (name === "vda" || name === "kg" || listed(name) !== undefined) return 2;
  if (isDatedShape(name)) return dated(name)?.values ?? 1;
  const bucket = Object.hasOwn(NAMED, name) ? "day" : bucketOfPattern(name);
  return bucket === "week" || bucket === "month" ? 2 : 1;
}

/** The shape of that name. @throws RangeError for a name that `isShape` denies */
export function shapeOf(name: string): Shape {
  const names = listed(name);
  if (names !== undefined) return firstFitting(names.map(shapeOf), names);
  const edifact = dated(name);
  if (edifact !== undefined) return dtmShape(edifact.name, edifact.values);
  const decimals = implied(name);
  const found = decimals === undefined ? (NAMED[name] ?? patternShape(name)) : impliedDecimals(decimals);
  if (found === undefined) throw new RangeError(`${name} is no shape`);
  return found;
}

/** The shape of a field, with the texts that its codes take beside a shape of two values. @throws RangeError */
export function shapeOfField({ as, codes, to }: Pick<FieldDefinition, "as" | "codes" | "to">): Shape {
  const shape = shapeOf(as);
  return codes === undefined || to.length < 2 ? shape : withKeys(shape, codes);
}
