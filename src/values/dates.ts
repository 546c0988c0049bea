/** Plain calendar dates as ISO text: no time of day, no zone, compared by `<` and `>`. */

declare const plainDateBrand: unique symbol;
/** A calendar date as `YYYY-MM-DD`, years 1000 to 9999. */
export type PlainDate = string & { readonly [plainDateBrand]: true };

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY = 86_400_000;

/** The date of year, month (1–12) and day, or `undefined` when the calendar has no such day. */
export function dateOf(year: number, month: number, day: number): PlainDate | undefined {
  if (!(year >= 1000 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return iso(date);
}

/** Reads `YYYY-MM-DD`; `undefined` when it is not a day of the calendar. */
export function readDate(text: string): PlainDate | undefined {
  const match = ISO_DATE.exec(text);
  return match === null ? undefined : dateOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The date that ISO text states. @throws RangeError when it is not a day of the calendar. */
export function plainDate(text: string): PlainDate {
  const date = readDate(text);
  if (date === undefined) throw new RangeError(`${JSON.stringify(text)} is not a date YYYY-MM-DD`);
  return date;
}

function iso(date: Date): PlainDate {
  return date.toISOString().slice(0, 10) as PlainDate;
}

function dayNumber(date: PlainDate): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY;
}

/** `date` moved by whole calendar days, backwards when negative. */
export const addDays = (date: PlainDate, days: number): PlainDate => iso(new Date((dayNumber(date) + days) * DAY));

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: PlainDate, to: PlainDate): number => dayNumber(to) - dayNumber(from);

/** Day of the week by ISO 8601: 1 is Monday, 7 Sunday. */
export const weekday = (date: PlainDate): number => ((dayNumber(date) + 3) % 7) + 1;

/** The Monday of the ISO week that holds `date`. */
export const mondayOf = (date: PlainDate): PlainDate => addDays(date, 1 - weekday(date));

/** The Monday of ISO week `week` (1–53) of `year`, or `undefined` when that year has no such week. */
export function isoWeek(year: number, week: number): PlainDate | undefined {
  const fourth = dateOf(year, 1, 4);
  if (fourth === undefined || week < 1 || week > 53) return undefined;
  const monday = addDays(mondayOf(fourth), (week - 1) * 7);
  // The week belongs to the year that holds its Thursday.
  return addDays(monday, 3).slice(0, 4) === String(year) ? monday : undefined;
}

/** The last day of the month that holds `date`. */
export function monthEnd(date: PlainDate): PlainDate {
  return iso(new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)));
}

/** The first day of the month that holds `date`. */
export const monthStart = (date: PlainDate): PlainDate => `${date.slice(0, 8)}01` as PlainDate;

export const earlier = (a: PlainDate, b: PlainDate): PlainDate => (a < b ? a : b);
export const later = (a: PlainDate, b: PlainDate): PlainDate => (a > b ? a : b);
