/** Days of the model's calendar. */

const DAY = 86_400_000;

export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

/** The day itself where it is worked on, else the one before. */
export function onOrBefore(date: string, daily: boolean): string {
  if (daily) return date;
  let day = date;
  while (isWeekend(day)) day = dayAfter(day, -1);
  return day;
}

export function onOrAfter(date: string, daily: boolean): string {
  if (daily) return date;
  let day = date;
  while (isWeekend(day)) day = dayAfter(day, 1);
  return day;
}

/** So many working days before a working day. */
export function workingDaysBefore(date: string, days: number, daily: boolean): string {
  let day = date;
  for (let n = 0; n < days; n += 1) day = onOrBefore(dayAfter(day, -1), daily);
  return day;
}

export const laterOf = (a: string, b: string): string => (a > b ? a : b);
