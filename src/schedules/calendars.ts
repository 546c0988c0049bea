/** Days on which something happens: we ship, the customer receives (features.md D7). */
import type { WorkCalendar } from "../config/schedule-settings.ts";
import { addDays, type PlainDate, weekday } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";

/** Farther than this no working day is looked for: two years of holidays are a mistake in the calendar. */
const FARTHEST = 731;

export interface Calendar {
  /** Whether `date` is a working day. */
  works(date: PlainDate): boolean;
  /** `date` when it is a working day, else the one before. @throws CalloffError CALENDAR_WITHOUT_DAYS */
  onOrBefore(date: PlainDate): PlainDate;
  /** `date` when it is a working day, else the next. @throws CalloffError CALENDAR_WITHOUT_DAYS */
  onOrAfter(date: PlainDate): PlainDate;
  /** The working day that lies `days` working days before `date`; `date` itself for zero days. */
  before(date: PlainDate, days: number): PlainDate;
  /** The working day that lies `days` working days after `date`; `date` itself for zero days. */
  after(date: PlainDate, days: number): PlainDate;
}

const compiled = new WeakMap<WorkCalendar, Calendar>();

/** The calendar a settings file describes; built once per settings object. */
export function calendarOf(settings: WorkCalendar): Calendar {
  const known = compiled.get(settings);
  if (known !== undefined) return known;
  const calendar = build(settings);
  compiled.set(settings, calendar);
  return calendar;
}

function build(settings: WorkCalendar): Calendar {
  const weekdays = new Set(settings.workingDays);
  const holidays = new Set(settings.holidays);
  const works = (date: PlainDate) => weekdays.has(weekday(date)) && !holidays.has(date);
  const nearest = (date: PlainDate, direction: 1 | -1): PlainDate => {
    let day = date;
    for (let tried = 0; tried <= FARTHEST; tried += 1) {
      if (works(day)) return day;
      day = addDays(day, direction);
    }
    throw new CalloffError("CALENDAR_WITHOUT_DAYS", `no working day within two years of ${date}`, {
      expected: "a calendar with at least one working day in two years",
      found: `working days ${settings.workingDays.join(", ")} with ${settings.holidays.length} holidays`,
      remedy: "Correct workingDays or holidays in the partner's or gateway's file.",
    });
  };
  const walk = (date: PlainDate, days: number, direction: 1 | -1): PlainDate => {
    let day = date;
    for (let walked = 0; walked < days; walked += 1) day = nearest(addDays(day, direction), direction);
    return day;
  };
  return {
    works,
    onOrBefore: (date) => nearest(date, -1),
    onOrAfter: (date) => nearest(date, 1),
    before: (date, days) => walk(date, days, -1),
    after: (date, days) => walk(date, days, 1),
  };
}
