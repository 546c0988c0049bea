import { type PlainDate, plainDate } from "./dates.ts";

declare const instantBrand: unique symbol;
/** A moment in UTC as `YYYY-MM-DDTHH:MM:SS.sssZ`. */
export type Instant = string & { readonly [instantBrand]: true };

/** The only source of time in the program; everything that writes a date or a time is handed one. */
export interface Clock {
  /** Today in the company's time zone, or the date set from outside. */
  businessDate(): PlainDate;
  instant(): Instant;
}

/** When, and by whom, a step is done: captured once when the step begins, written on everything it does, kept by the audit. */
export interface Occasion {
  readonly businessDate: PlainDate;
  readonly instant: Instant;
  /** A user's name, `policy`, `timetable`, `erp` or a partner's code. */
  readonly who: string;
}

/** The occasion of a step that begins now. */
export const occasionOf = (clock: Clock, who: string): Occasion => ({
  businessDate: clock.businessDate(),
  instant: clock.instant(),
  who,
});

/** Reads a UTC instant. @throws RangeError when the text is none. */
export function instantOf(text: string): Instant {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds) || !text.endsWith("Z")) {
    throw new RangeError(`${JSON.stringify(text)} is not a UTC instant such as 2027-03-01T06:00:00Z`);
  }
  return new Date(milliseconds).toISOString() as Instant;
}

/** The calendar date of `at` in the IANA zone `timeZone`. */
export function dateIn(timeZone: string, at: Instant): PlainDate {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return plainDate(parts.format(new Date(at)));
}

/** The time of day of `at` in the IANA zone `timeZone`, as HHMM. */
export function timeIn(timeZone: string, at: Instant): string {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return clock.format(new Date(at)).replace(":", "");
}

/** The machine's clock; a business date or an instant that is given stands still. */
export function systemClock(settings: {
  timeZone: string;
  businessDate?: PlainDate | undefined;
  instant?: Instant | undefined;
}): Clock {
  const instant = () => settings.instant ?? (new Date().toISOString() as Instant);
  return { instant, businessDate: () => settings.businessDate ?? dateIn(settings.timeZone, instant()) };
}

/** A clock that stands at the given business date and instant: for replays and tests. */
export function standingClock(businessDate: PlainDate, instant: Instant): Clock {
  return { businessDate: () => businessDate, instant: () => instant };
}

/** Milliseconds since 1970 by the machine's clock; only to be compared with the times of files. */
export const machineTime = (): number => Date.now();

/** The instant that a file system states in milliseconds since 1970. */
export const instantAt = (milliseconds: number): Instant => new Date(milliseconds).toISOString() as Instant;

/** Milliseconds of a clock that never jumps; for durations only, never written into a document. */
export const monotonic = (): number => performance.now();

const wallClocks = new Map<string, Intl.DateTimeFormat>();

/**
 * What a clock on a wall in the IANA zone `timeZone` shows at `at` (milliseconds since 1970), as the milliseconds at which one in
 * UTC shows the same: for comparing times of day, never for moments.
 */
export function wallTimeIn(timeZone: string, at: number): number {
  let format = wallClocks.get(timeZone);
  if (format === undefined) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...fields, second: "numeric" });
    wallClocks.set(timeZone, format);
  }
  const shown = new Map(format.formatToParts(at).map(({ type, value }) => [type as string, Number(value)]));
  const of = (field: string): number => shown.get(field) ?? 0;
  const seconds = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return seconds + (((at % 1000) + 1000) % 1000);
}
