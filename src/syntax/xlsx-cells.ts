/** Cells of workbooks as text: figures exactly, dates of date-formatted cells as dates. */
import { dateOf } from "../values/dates.ts";

/** What a number format makes of a number. */
export type NumberKind = "number" | "date" | "time";

/** ECMA-376, 18.8.30: formats that every workbook has, those of East Asia included. */
const DATES = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
const TIMES = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47]);

/** What the format with this number is; `code` is its pattern where the workbook defines it. */
export function numberKind(id: number, code: string | undefined): NumberKind {
  if (code === undefined) return DATES.has(id) ? "date" : TIMES.has(id) ? "time" : "number";
  // Text in quotes, escaped characters, fillers, colours and conditions are no pattern; only the first section counts.
  const pattern = code
    .replace(/"[^"]*"|\\.|[_*]./g, "")
    .replace(/\[(?:h+|m+|s+)\]/gi, "h")
    .replace(/\[[^[\]]*\]/g, "")
    .split(";")[0] as string;
  const plain = pattern.toLowerCase();
  if (plain.includes("general")) return "number";
  const hasTime = /[hs]/.test(plain);
  if (/[yd]/.test(plain) || (plain.includes("m") && !hasTime)) return "date";
  return hasTime ? "time" : "number";
}

const MOST_DIGITS = 15;

/**
 * A stored number as decimal text with the mark given: digit by digit as it stands, an exponent written out. Only where more than 15 digits
 * stand, with a fraction, it is rounded to 15, since that is what the spreadsheet shows: 1.1 is stored as 1.1000000000000001.
 * Undefined when it is no number.
 */
export function exactNumber(stored: string, mark: string): string | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(stored.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  const exponent = whole.length + Number(power);
  const isWhole = fraction === "" && Number(power) >= 0;
  const [kept, shift] = isWhole ? [digits, 0] : rounded(digits);
  const places = exponent + shift;
  const integer = places <= 0 ? "0" : kept.slice(0, places).padEnd(places, "0");
  const rest = withoutEndingZeros(places <= 0 ? "0".repeat(-places) + kept : kept.slice(places));
  const plain = integer.replace(/^0+(?=\d)/, "");
  const text = rest === "" ? plain : `${plain}${mark}${rest}`;
  return sign === "-" && /[1-9]/.test(text) ? `-${text}` : text;
}

function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (digits.charAt(end - 1) === "0") end -= 1;
  return digits.slice(0, end);
}

/** At most 15 digits from the first that counts; the shift is 1 where rounding up made one digit more. */
function rounded(digits: string): readonly [digits: string, shift: number] {
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  const most = zeros + MOST_DIGITS;
  if (digits.length <= most) return [digits, 0];
  const up = (digits.charAt(most) >= "5" ? 1n : 0n) + BigInt(`1${digits.slice(0, most)}`);
  const text = up.toString();
  // The leading 1 keeps zeros in front; when it has become 2, all digits were nines.
  return text.startsWith("2") ? [`1${text.slice(1)}`, 1] : [text.slice(1), 0];
}

const DAY = 86_400;
/** 9999-12-31. */
const LAST_DAY = 2_958_465;

/**
 * A serial number as a date in `shape`, with the time of day behind it where it has one; as a time where the format is one of times.
 * `from1904`: the workbook counts days from 1904. Undefined when there is no such day.
 */
export function serialDate(
  stored: string,
  kind: "date" | "time",
  shape: string,
  from1904: boolean,
): string | undefined {
  const serial = Number(stored);
  if (stored.trim() === "" || !Number.isFinite(serial) || serial < 0) return undefined;
  const seconds = Math.round((serial % 1) * DAY);
  const day = Math.floor(serial) + (seconds === DAY ? 1 : 0) + (from1904 ? 1462 : 0);
  if (kind === "time" && day === (from1904 ? 1462 : 0)) return clock(seconds % DAY);
  // Day 60 of the count from 1900 is 29 February 1900, which never was.
  if (day > LAST_DAY || day < 1 || day === 60) return undefined;
  const at = new Date(Date.UTC(1899, 11, day < 60 ? 31 : 30) + day * DAY * 1000);
  const date = dateInShape(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), shape);
  const time = seconds % DAY;
  return date === undefined || time === 0 ? date : `${date} ${clock(time)}`;
}

/** A cell of ISO 8601 text, which some writers store: the date in `shape`, and the time where it is not midnight. */
export function isoDate(stored: string, shape: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?)?$/.exec(stored.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0"] = match;
  const date = dateInShape(Number(year), Number(month), Number(day), shape);
  const time = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return date === undefined || time === 0 ? date : `${date} ${clock(time)}`;
}

function dateInShape(year: number, month: number, day: number, shape: string): string | undefined {
  const date = dateOf(year, month, day);
  if (date === undefined) return undefined;
  const [ccyy = "", mm = "", dd = ""] = date.split("-");
  const parts: Readonly<Record<string, string>> = { CCYY: ccyy, YYYY: ccyy, YY: ccyy.slice(2), MM: mm, DD: dd };
  return shape.replace(/CCYY|YYYY|YY|MM|DD/g, (part) => parts[part] ?? part);
}

const two = (n: number): string => String(n).padStart(2, "0");

function clock(seconds: number): string {
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}:${two(seconds % 60)}`;
}

/** Excel's way to write characters that XML has not: `_x000D_`. */
export const unescaped = (text: string): string =>
  text.includes("_x")
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
