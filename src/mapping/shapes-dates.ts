/** Shapes of dates by fixed pattern, and what all shapes of dates are made of. */
import { addDays, isoWeek, type PlainDate, readDate, weekday } from "../values/dates.ts";
import type { Shape, ShapeContext, ShapeFault } from "./shapes.ts";
import { plainNumber } from "./shapes-numbers.ts";

export type FixedDate = "CCYYMMDD" | "YYMMDD" | "DD.MM.YYYY";

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const noDate = (expected: string): ShapeFault => ({ fault: "is no day of the calendar", expected, ack: "8" });
export const NO_CENTURY: ShapeFault = {
  fault: "has a year of two digits, and the envelope has no date to read it by",
  expected: "an envelope with a date",
  ack: "8",
};

/** ISO text of year, month and day in digits, or undefined when the calendar has no such day. */
export function isoOf(year: string, month: string, day: string): string | undefined {
  const m = Number(month);
  const d = Number(day);
  const y = Number(year);
  if (!(m >= 1 && m <= 12 && d >= 1 && y >= 1000)) return undefined;
  const leap = m === 2 && y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0) ? 1 : 0;
  return d <= (DAYS[m - 1] ?? 0) + leap ? `${year}-${month}-${day}` : undefined;
}

/** So many years before the envelope's the window of years of two digits begins. */
const WINDOW = 80;

/** The year of two digits in the window from 80 years before to 19 years after the envelope's year. */
export function centuryOf(twoDigits: string, sentYear: number): string | undefined {
  if (sentYear === 0) return undefined;
  const first = sentYear - WINDOW;
  const year = first + ((((Number(twoDigits) - first) % 100) + 100) % 100);
  return String(year);
}

/** The year of two digits as its message means it: a table has no envelope, its years are 1970 to 2069. */
export function fullYear(twoDigits: string, { family, sentYear }: ShapeContext): string | undefined {
  return centuryOf(twoDigits, family === "csv" && sentYear === 0 ? 2050 : sentYear);
}

const DIGITS: Readonly<Record<FixedDate, RegExp>> = {
  CCYYMMDD: /^(\d{4})(\d\d)(\d\d)$/,
  YYMMDD: /^(\d\d)(\d\d)(\d\d)$/,
  "DD.MM.YYYY": /^(\d\d)\.(\d\d)\.(\d{4})$/,
};

function readFixed(text: string, pattern: FixedDate, context: ShapeContext): string | ShapeFault {
  const match = DIGITS[pattern].exec(text);
  if (match === null) return noDate(pattern);
  const [, one = "", two = "", three = ""] = match;
  if (pattern === "DD.MM.YYYY") return isoOf(three, two, one) ?? noDate(pattern);
  if (pattern === "CCYYMMDD") return isoOf(one, two, three) ?? noDate(pattern);
  const year = fullYear(one, context);
  return year === undefined ? NO_CENTURY : (isoOf(year, two, three) ?? noDate(pattern));
}

function writeFixed(value: string, pattern: FixedDate): string | ShapeFault {
  if (readDate(value) === undefined) return noDate("YYYY-MM-DD in the document");
  const [year = "", month = "", day = ""] = value.split("-");
  if (pattern === "DD.MM.YYYY") return `${day}.${month}.${year}`;
  return pattern === "CCYYMMDD" ? `${year}${month}${day}` : `${year.slice(2)}${month}${day}`;
}

const FIRST_YEAR = 1980;
/** ISO texts of days met so far, 32 to a month and 13 months to a year: schedules repeat few days many times. */
const KNOWN_DAYS: (string | undefined)[] = Array.from({ length: 120 * 13 * 32 });

/** ISO text of eight digits CCYYMMDD between 1980 and 2099; undefined where a closer look is needed. */
export const dateOfEight = (text: string): string | undefined =>
  text.length === 8 ? dayOfNumber(plainNumber(text)) : undefined;

/** The same of the number that the digits say. */
export function dayOfNumber(number: number): string | undefined {
  const year = Math.floor(number / 10_000);
  const month = Math.floor(number / 100) % 100;
  const day = number % 100;
  if (year < FIRST_YEAR || year > 2099 || month > 12 || day > 31) return undefined;
  const at = ((year - FIRST_YEAR) * 13 + month) * 32 + day;
  KNOWN_DAYS[at] ??= isoOf(String(year), twoDigits(month), twoDigits(day));
  return KNOWN_DAYS[at];
}

/** The same of the number that six digits YYMMDD say in a message of that year. */
export function dayOfSix(number: number, sentYear: number): string | undefined {
  const first = sentYear - WINDOW;
  const year = first + ((((Math.floor(number / 10_000) - first) % 100) + 100) % 100);
  return sentYear === 0 ? undefined : dayOfNumber(year * 10_000 + (number % 10_000));
}

const twoDigits = (number: number): string => String(number).padStart(2, "0");

/** Reads through the message's own store of dates; a fault is stored as well. */
function remembered(
  text: string,
  context: ShapeContext,
  read: (text: string) => string | ShapeFault,
): string | ShapeFault {
  const known = context.dates.get(text);
  if (known !== undefined) return known;
  const value = read(text);
  if (context.dates.size < 20_000) context.dates.set(text, value);
  return value;
}

export const fixedDate = (pattern: FixedDate): Shape => ({
  values: 1,
  isNumber: false,
  read: (text, context) =>
    text.length !== pattern.length
      ? noDate(pattern)
      : remembered(text, context, () => readFixed(text, pattern, context)),
  write: ([value = ""]) => writeFixed(value, pattern),
});

/** Six digits before X12 004010, eight from there on; read by the number of digits, written by the version. */
export const dateShape: Shape = {
  values: 1,
  isNumber: false,
  read: (text, context) =>
    remembered(text, context, () => {
      if (text.length === 8) return readFixed(text, "CCYYMMDD", context);
      return text.length === 6 ? readFixed(text, "YYMMDD", context) : noDate("CCYYMMDD or YYMMDD");
    }),
  write: ([value = ""], context) =>
    writeFixed(value, context.family === "x12" && context.version < "004010" ? "YYMMDD" : "CCYYMMDD"),
};

/** Year and number of the ISO week that holds the date; its year is the year of the week's Thursday. */
export function weekOf(date: PlainDate): { readonly year: string; readonly week: string } {
  const thursday = addDays(date, 4 - weekday(date));
  const year = Number(thursday.slice(0, 4));
  const first = isoWeek(year, 1) ?? date;
  const week = Math.floor((Date.parse(thursday) - Date.parse(first)) / 604_800_000) + 1;
  return { year: String(year), week: String(week).padStart(2, "0") };
}
