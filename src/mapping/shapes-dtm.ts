/**
 * EDIFACT C507: a value with its format code (2379) beside it. Days, days with a time, weeks, months and periods of two of
 * them. `dtm` writes days (102, 203, 204) and periods (718, 719); `period` writes a week as 616 and a month as 610, for
 * places where nothing else says how long the bucket is.
 */
import { addDays, isoWeek, monthStart, plainDate, readDate, weekday } from "../values/dates.ts";
import type { Shape, ShapeContext, ShapeFault } from "./shapes.ts";
import { centuryOf, dateOfEight, isoOf, NO_CENTURY, noDate, weekOf } from "./shapes-dates.ts";

/** What a value says; empty texts where it says nothing of the kind. */
interface Stated {
  readonly timing: "" | "week" | "month" | "range";
  readonly from: string;
  readonly to: string;
  readonly time: string;
  readonly timeTo: string;
}

type ReadOne = (text: string, context: ShapeContext) => Partial<Stated> | ShapeFault;

const isFault = (value: Partial<Stated> | ShapeFault): value is ShapeFault => "fault" in value;
const NO_FORMAT: ShapeFault = {
  fault: "is no date of the format beside it",
  expected: "a date with a format code beside it, such as 102, 203, 610, 616 or 718",
  ack: "8",
};

/** A day and perhaps its time, by the places of their digits. */
function dayOf(pattern: RegExp): ReadOne {
  return (text, context) => {
    const { year = "", month = "", day = "", time = "" } = pattern.exec(text)?.groups ?? {};
    if (year === "") return NO_FORMAT;
    const full = year.length === 4 ? year : centuryOf(year, context.sentYear);
    if (full === undefined) return NO_CENTURY;
    const from = isoOf(full, month, day);
    if (from === undefined) return noDate("a day of the calendar");
    return time === "" || /^([01]\d|2[0-3])[0-5]\d([0-5]\d)?$/.test(time)
      ? { from, time }
      : { fault: "has no time of day", expected: "HHMM or HHMMSS", ack: "9" };
  };
}

const weekOfYear =
  (digits: number): ReadOne =>
  (text, context) => {
    if (!/^\d+$/.test(text) || text.length !== digits) return NO_FORMAT;
    const year = digits === 6 ? text.slice(0, 4) : centuryOf(text.slice(0, 2), context.sentYear);
    if (year === undefined) return NO_CENTURY;
    const monday = isoWeek(Number(year), Number(text.slice(-2)));
    return monday === undefined ? noDate("a week of that year") : { timing: "week", from: monday };
  };

const monthOfYear =
  (digits: number): ReadOne =>
  (text, context) => {
    if (!/^\d+$/.test(text) || text.length !== digits) return NO_FORMAT;
    const year = digits === 6 ? text.slice(0, 4) : centuryOf(text.slice(0, 2), context.sentYear);
    if (year === undefined) return NO_CENTURY;
    const first = isoOf(year, text.slice(-2), "01");
    return first === undefined ? noDate("a month 01 to 12") : { timing: "month", from: first };
  };

/** Two values of equal length behind each other; the directories print a hyphen between them that is not to be sent. */
const periodOf =
  (half: ReadOne): ReadOne =>
  (text, context) => {
    const digits = text.length % 2 === 1 && text[(text.length - 1) / 2] === "-" ? text.replace("-", "") : text;
    const middle = digits.length / 2;
    const [first, last] = [half(digits.slice(0, middle), context), half(digits.slice(middle), context)];
    if (isFault(first) || digits.length % 2 === 1) return isFault(first) ? first : NO_FORMAT;
    if (isFault(last)) return last;
    const to = last.timing === "week" && last.from !== undefined ? addDays(plainDate(last.from), 6) : last.from;
    const times = { time: first.time ?? "", timeTo: last.time ?? "" };
    // From a time to another of one day is a window of that day.
    if (first.from === to) return { from: first.from ?? "", ...times };
    return { timing: "range", from: first.from ?? "", to: to ?? "", ...times };
  };

const DAY8 = "(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)";
const DAY6 = "(?<year>\\d\\d)(?<month>\\d\\d)(?<day>\\d\\d)";
/** Letters of a zone, or its hours from UTC; senders leave it out, or write its minutes as well. */
const ZONE = "(?:[A-Z]{1,4}|[+-]\\d\\d(?::?\\d\\d)?)?";
const day = (source: string): ReadOne => dayOf(new RegExp(`^${source}$`));
const minutes8 = day(`${DAY8}(?<time>\\d{4})`);
const days8 = day(DAY8);
/** Senders write seconds under 203 and leave the time out under it: the digits leave no doubt. */
const moment8 = day(`${DAY8}(?<time>\\d{4}(?:\\d\\d)?)?`);
const days6 = day(DAY6);

/** What calloff reads, by format code (2379). */
const FORMATS: ReadonlyMap<string, ReadOne> = new Map([
  ["2", day("(?<day>\\d\\d)(?<month>\\d\\d)(?<year>\\d\\d)")],
  ["3", day("(?<month>\\d\\d)(?<day>\\d\\d)(?<year>\\d\\d)")],
  ["4", day("(?<day>\\d\\d)(?<month>\\d\\d)(?<year>\\d{4})")],
  ["5", day("(?<day>\\d\\d)(?<month>\\d\\d)(?<year>\\d{4})(?<time>\\d{4})")],
  ["10", day(`${DAY8}T(?<time>\\d{4})`)],
  ["101", days6],
  ["102", moment8],
  ["201", day(`${DAY6}(?<time>\\d{4})`)],
  ["202", day(`${DAY6}(?<time>\\d{6})`)],
  ["203", moment8],
  ["204", moment8],
  // The zone behind the time is the sender's own, and a schedule speaks of the receiver's day.
  ["205", day(`${DAY8}(?<time>\\d{4})[A-Z+-]?\\d{4}`)],
  ["303", day(`${DAY8}(?<time>\\d{4})${ZONE}`)],
  ["304", day(`${DAY8}(?<time>\\d{6})${ZONE}`)],
  ["609", monthOfYear(4)],
  ["610", monthOfYear(6)],
  ["615", weekOfYear(4)],
  ["616", weekOfYear(6)],
  ["713", periodOf(day(`${DAY6}(?<time>\\d{4})`))],
  ["715", periodOf(weekOfYear(4))],
  ["716", periodOf(weekOfYear(6))],
  ["717", periodOf(days6)],
  ["718", periodOf(days8)],
  ["719", periodOf(minutes8)],
]);

/** Without a format code, by the number of digits: seen from senders who leave out what their guide says is always 102. */
function formatOf(text: string, beside: string): ReadOne | undefined {
  if (beside !== "") return FORMATS.get(beside);
  return FORMATS.get(FORMAT_OF_LENGTH.get(text.length) ?? "");
}

const FORMAT_OF_LENGTH: ReadonlyMap<number, string> = new Map([
  [6, "101"],
  [8, "102"],
  [12, "203"],
  [14, "204"],
  [16, "718"],
  [17, "718"],
]);

function stated(text: string, context: ShapeContext, beside: string): Stated | ShapeFault {
  // Nearly all of a schedule is days of eight digits.
  const quick = beside === "102" ? dateOfEight(text) : undefined;
  if (quick !== undefined) return { timing: "", from: quick, to: "", time: "", timeTo: "" };
  const value = formatOf(text, beside)?.(text, context) ?? NO_FORMAT;
  return isFault(value) ? value : { timing: "", from: "", to: "", time: "", timeTo: "", ...value };
}

/** Names of the fields that a shape of so many values fills, in order. */
const VALUES: ReadonlyMap<number, readonly (keyof Stated)[]> = new Map([
  [1, ["from"]],
  [2, ["from", "time"]],
  [3, ["timing", "from", "to"]],
  [5, ["timing", "from", "to", "time", "timeTo"]],
]);

/** Kinds of values that `to` may list, by how many it names. */
export const DTM_COUNTS: readonly number[] = [...VALUES.keys()];
export const dtmValueOf = (count: number, at: number): "timing" | "date" | "time" =>
  (({ timing: "timing", from: "date", to: "date", time: "time", timeTo: "time" }) as const)[
    VALUES.get(count)?.[at] ?? "from"
  ];

/** Which of so many values is the first day. */
export const dayAt = (count: number): number => VALUES.get(count)?.indexOf("from") ?? 0;

/** The shape `dtm` or `period` of so many values. */
export function dtmShape(name: "dtm" | "period", count: number): Shape {
  const names = VALUES.get(count) ?? ["from"];
  return {
    values: count,
    isNumber: false,
    read: (text, context, beside) => {
      const value = stated(text, context, beside);
      if ("fault" in value) return value;
      if (value.timing === "range" && !names.includes("to")) {
        return { fault: "is a period, and the place takes a day", expected: "a day, such as format 102", ack: "8" };
      }
      return count === 1 ? value.from : names.map((field) => value[field]);
    },
    write: (values) => {
      const held: Record<keyof Stated, string> = { timing: "", from: "", to: "", time: "", timeTo: "" };
      names.forEach((field, at) => {
        held[field] = values[at] ?? "";
      });
      return written(held, name);
    },
  };
}

function written(
  held: Readonly<Record<keyof Stated, string>>,
  name: "dtm" | "period",
): readonly [string, string] | "" | ShapeFault {
  const { from, time, timeTo, timing, to } = held;
  if (from === "" && to === "" && time === "" && timeTo === "") return "";
  if (readDate(from) === undefined || (to !== "" && readDate(to) === undefined))
    return noDate("YYYY-MM-DD in the document");
  const digits = from.replaceAll("-", "");
  if (name === "period" && (timing === "week" || timing === "month")) return bucket(held, timing);
  if (name === "period" && timing === "range" && to === "")
    return { fault: "is a range without an end", expected: "a range with its last day", ack: "8" };
  if (to !== "" || timeTo !== "") {
    const end = to === "" ? digits : to.replaceAll("-", "");
    if (time === "" && timeTo === "") return [`${digits}${end}`, "718"];
    return /^\d{4}$/.test(time) && /^\d{4}$/.test(timeTo)
      ? [`${digits}${time}${end}${timeTo}`, "719"]
      : { fault: "has a period whose times are not HHMM", expected: "HHMM for both times, or none", ack: "9" };
  }
  if (time === "") return [digits, "102"];
  if (/^\d{4}$/.test(time)) return [`${digits}${time}`, "203"];
  return /^\d{6}$/.test(time)
    ? [`${digits}${time}`, "204"]
    : { fault: "has no time that EDIFACT writes", expected: "HHMM or HHMMSS", ack: "9" };
}

/** A week is written by its number and a month by its own: neither has room for another first day, an end or a time. */
function bucket(
  { from, time, timeTo, to }: Readonly<Record<keyof Stated, string>>,
  timing: "week" | "month",
): readonly [string, string] | ShapeFault {
  const first = plainDate(from);
  const isWhole = timing === "week" ? weekday(first) === 1 : monthStart(first) === first;
  if (!isWhole || to !== "" || time !== "" || timeTo !== "") {
    return {
      fault: `is a ${timing} with a first day, an end or a time of its own`,
      expected: timing === "week" ? "a week from Monday on" : "a month from its first day on",
      ack: "8",
    };
  }
  if (timing === "month") return [from.slice(0, 7).replace("-", ""), "610"];
  const { week, year } = weekOf(first);
  return [`${year}${week}`, "616"];
}
