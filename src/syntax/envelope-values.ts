/** Values of envelopes: dates, times, characters and texts that outlive the chunk they were read from. */
import { dateOf, type PlainDate } from "../values/dates.ts";

/** A date of six digits, read as 1970 to 2069, or of eight; empty when the calendar has no such day. */
export function envelopeDate(text: string): PlainDate | "" {
  const digits = text.trim();
  if (!/^(\d{6}|\d{8})$/.test(digits)) return "";
  const year = Number(digits.slice(0, -4));
  const century = digits.length === 8 ? 0 : year >= 70 ? 1900 : 2000;
  return dateOf(century + year, Number(digits.slice(-4, -2)), Number(digits.slice(-2))) ?? "";
}

/** `HH:MM` of a time HHMM, HHMMSS or finer; empty when there is no such time. */
export function envelopeTime(text: string): string {
  const match = /^(\d\d)(\d\d)(\d\d\d{0,2})?$/.exec(text.trim());
  if (match === null) return "";
  const [, hour = "", minute = "", rest = "00"] = match;
  return Number(hour) < 24 && Number(minute) < 60 && Number(rest.slice(0, 2)) < 60 ? `${hour}:${minute}` : "";
}

/** Whether two control numbers are the same number (`numeric`: leading zeros do not count) or the same text. */
export function sameControl(stated: string, found: string, numeric: boolean): boolean {
  if (stated === found) return true;
  return numeric && isDigits(stated) && isDigits(found) && stripZeros(stated) === stripZeros(found);
}

export const isDigits = (text: string): boolean => /^\d+$/.test(text);
const stripZeros = (digits: string): string => digits.replace(/^0+(?=.)/, "");

/** A copy of `text` that does not keep the chunk it was cut from in memory, as the engine's slices do. */
export function ownText(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, "latin1").toString("latin1");
}

export function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

export const isLineBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13;

/** Length of the UTF-8 character of several bytes that starts at `at`; 1 when there is none. */
export function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  for (let i = 1; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 1;
  return length;
}

/** A delimiter as a person reads it: printable characters in quotes, others by their code. */
export function inWords(character: string): string {
  const code = character.charCodeAt(0);
  return code > 32 && code < 127 ? `"${character}"` : `byte 0x${code.toString(16).toUpperCase().padStart(2, "0")}`;
}
