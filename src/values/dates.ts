/** Plain calendar dates as ISO text: no time of day, no zone, compared by `<` and `>`. */

declare const plainDateBrand: unique symbol;
/** A calendar date as `YYYY-MM-DD`, years 1000 to 9999. */
export type PlainDate = string & { readonly [plainDateBrand]: true };

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const monthLength = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);

const isDay = (year: number, month: number, day: number): boolean =>
  year >= 1000 && year <= 9999 && day >= 1 && day <= monthLength(year, month);

/** The date of year, month (1–12) and day, or `undefined` when the calendar has no such day. */
export const dateOf = (year: number, month: number, day: number): PlainDate | undefined =>
  isDay(year, month, day) ? iso(year, month, day) : undefined;

/** Reads `YYYY-MM-DD`; `undefined` when it is not a day of the calendar. */
export const readDate = (text: string): PlainDate | undefined =>
  isIso(text) && isDay(yearOf(text), monthOf(text), dayOf(text)) ? (text as PlainDate) : undefined;

/** The date that ISO text states. @throws RangeError when it is not a day of the calendar. */
export function plainDate(text: string): PlainDate {
  const date = readDate(text);
  if (date === undefined) throw new RangeError(`${JSON.stringify(text)} is not a date YYYY-MM-DD`);
  return date;
}

const ZERO = 48;
const DASH = 45;
const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9] as const;

/** `\d{4}-\d{2}-\d{2}` and nothing else; thousands of dates are read of every schedule. */
function isIso(text: string): boolean {
  if (text.length !== 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false;
  for (const at of DIGITS) {
    const code = text.charCodeAt(at);
    if (code < ZERO || code > ZERO + 9) return false;
  }
  return true;
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - ZERO;
const yearOf = (date: string): number =>
  digit(date, 0) * 1000 + digit(date, 1) * 100 + digit(date, 2) * 10 + digit(date, 3);
const monthOf = (date: string): number => digit(date, 5) * 10 + digit(date, 6);
const dayOf = (date: string): number => digit(date, 8) * 10 + digit(date, 9);

const twoDigits = (n: number): string => (n < 10 ? `0${n}` : String(n));
const iso = (year: number, month: number, day: number): PlainDate =>
  `${year}-${twoDigits(month)}-${twoDigits(day)}` as PlainDate;

// Days are counted in years that begin in March, so that a leap day is a year's last. Schedules of thousands of steps do
// nothing but this: objects of type Date would cost most of their time.
const DAYS_BEFORE_1970 = 719_468;
const DAYS_IN_400_YEARS = 146_097;

/** Days since 1970-01-01. */
function dayNumber(date: PlainDate): number {
  const month = monthOf(date);
  const year = month <= 2 ? yearOf(date) - 1 : yearOf(date);
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + dayOf(date) - 1;
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return year * 365 + leapDays + ofYear - DAYS_BEFORE_1970;
}

function dateOfNumber(dayNumbered: number): PlainDate {
  const days = dayNumbered + DAYS_BEFORE_1970;
  const era = Math.floor(days / DAYS_IN_400_YEARS);
  const ofEra = days - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * ofYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return iso(year, month, ofYear - Math.floor((153 * shifted + 2) / 5) + 1);
}

/** `date` moved by whole calendar days, backwards when negative. */
export const addDays = (date: PlainDate, days: number): PlainDate => dateOfNumber(dayNumber(date) + days);

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: PlainDate, to: PlainDate): number => dayNumber(to) - dayNumber(from);

/** Day of the week by ISO 8601: 1 is Monday, 7 Sunday. */
export const weekday = (date: PlainDate): number => ((dayNumber(date) + DAYS_BEFORE_1970 + 2) % 7) + 1;

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
export const monthEnd = (date: PlainDate): PlainDate =>
  iso(yearOf(date), monthOf(date), monthLength(yearOf(date), monthOf(date)));

/** The first day of the month that holds `date`. */
export const monthStart = (date: PlainDate): PlainDate => `${date.slice(0, 8)}01` as PlainDate;

export const earlier = (a: PlainDate, b: PlainDate): PlainDate => (a < b ? a : b);
export const later = (a: PlainDate, b: PlainDate): PlainDate => (a > b ? a : b);
