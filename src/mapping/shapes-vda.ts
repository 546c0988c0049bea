/** Date keys of VDA 4905: a day, a month, a week, or a word such as backlog. */
import { isoWeek, plainDate, readDate } from "../values/dates.ts";
import type { Shape, ShapeContext, ShapeFault } from "./shapes.ts";
import { centuryOf, isoOf, NO_CENTURY, noDate, weekOf } from "./shapes-dates.ts";

/** Keys of VDA 4905 that stand for no day: their timing. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ["222222", "no-demand"],
  ["333333", "backlog"],
  ["444444", "immediate"],
  ["555555", "forecast-start"],
  ["999999", "remainder"],
]);

type Said = readonly [timing: string, date: string] | ShapeFault;

/** What keys of six digits mean, by their number; for each year of an envelope. */
export type KnownKeys = Map<number, Said>;
const BY_YEAR = new Map<number, KnownKeys>();
const MOST_YEARS = 20;
const MOST_KEYS = 20_000;

/** The keys met so far in messages of a year: schedules repeat few of them many times. */
export function knownKeys(sentYear: number): KnownKeys {
  let known = BY_YEAR.get(sentYear);
  if (known === undefined) {
    if (BY_YEAR.size > MOST_YEARS) BY_YEAR.clear();
    known = new Map();
    BY_YEAR.set(sentYear, known);
  }
  return known;
}

/** What the key says whose six digits are this number. */
export function saidByKey(number: number, known: KnownKeys, context: ShapeContext): Said {
  let said = known.get(number);
  if (said === undefined) {
    said = readKey(String(number).padStart(6, "0"), context);
    if (known.size < MOST_KEYS) known.set(number, said);
  }
  return said;
}

function readKey(text: string, context: ShapeContext): Said {
  const key = KEYS.get(text);
  if (key !== undefined) return [key, ""];
  const year = centuryOf(text.slice(0, 2), context.sentYear);
  if (year === undefined) return NO_CENTURY;
  const middle = text.slice(2, 4);
  const end = text.slice(4);
  if (middle === "00") {
    const monday = isoWeek(Number(year), Number(end));
    return monday === undefined ? noDate("a week of that year") : ["week", monday];
  }
  if (end === "00") {
    const first = isoOf(year, middle, "01");
    return first === undefined ? noDate("a month 01 to 12") : ["month", first];
  }
  const day = isoOf(year, middle, end);
  return day === undefined ? noDate("YYMMDD") : ["day", day];
}

/** Date keys of VDA 4905: timing and date. YYMM00 is a month, YY00WW an ISO week, anything else a day or a key. */
export const vdaShape: Shape = {
  values: 2,
  isNumber: false,
  read: (text, context) =>
    /^\d{6}$/.test(text)
      ? saidByKey(Number(text), knownKeys(context.sentYear), context)
      : noDate("YYMMDD, YYMM00, YY00WW or a key such as 333333"),
  write: ([timing = "", date = ""]) => {
    for (const [key, word] of KEYS) if (word === timing) return key;
    if (readDate(date) === undefined) return noDate("YYYY-MM-DD in the document");
    if (timing === "month") return `${date.slice(2, 4)}${date.slice(5, 7)}00`;
    if (timing === "week") return weekKey(date);
    return timing === "day" || timing === ""
      ? `${date.slice(2, 4)}${date.slice(5, 7)}${date.slice(8)}`
      : { fault: "has no key in VDA 4905", expected: "day, week, month or one of the keys", ack: "8" };
  },
};

/** YY00WW of the ISO week that holds the date. */
function weekKey(text: string): string {
  const { year, week } = weekOf(plainDate(text));
  return `${year.slice(2)}00${week}`;
}
