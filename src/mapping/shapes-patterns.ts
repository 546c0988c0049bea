/**
 * Dates by a pattern that the mapping declares: `YYYY-MM-DD`, `D.M.YY`, and for buckets `YYYY-Www` (a week) or `MM.YYYY` (a
 * month), which yield the bucket and its first day. Several patterns may be listed: the first that fits reads.
 */
import { isoWeek, plainDate, readDate } from "../values/dates.ts";
import type { Shape, ShapeContext, ShapeFault } from "./shapes.ts";
import { fullYear, isoOf, NO_CENTURY, noDate, weekOf } from "./shapes-dates.ts";

type Unit = "year" | "month" | "day" | "week";
/** What the parts of a date are in a pattern: how many digits, and which unit. */
const PARTS: Readonly<Record<string, { readonly unit: Unit; readonly digits: string }>> = {
  YYYY: { unit: "year", digits: "\\d{4}" },
  CCYY: { unit: "year", digits: "\\d{4}" },
  YY: { unit: "year", digits: "\\d{2}" },
  MM: { unit: "month", digits: "\\d{2}" },
  M: { unit: "month", digits: "\\d{1,2}" },
  DD: { unit: "day", digits: "\\d{2}" },
  D: { unit: "day", digits: "\\d{1,2}" },
  ww: { unit: "week", digits: "\\d{2}" },
  w: { unit: "week", digits: "\\d{1,2}" },
};
const TOKEN = /YYYY|CCYY|YY|MM|M|DD|D|ww|w|[^YMDCw]/g;
const BUCKETS: readonly { readonly units: ReadonlySet<Unit>; readonly bucket: "day" | "week" | "month" }[] = [
  { units: new Set(["year", "month", "day"]), bucket: "day" },
  { units: new Set(["year", "month"]), bucket: "month" },
  { units: new Set(["year", "week"]), bucket: "week" },
];

interface Pattern {
  readonly tokens: readonly string[];
  readonly bucket: "day" | "week" | "month";
  readonly expression: RegExp;
}

const known = new Map<string, Pattern | undefined>();

/** The pattern that a name is; undefined where it is none. */
function patternOf(name: string): Pattern | undefined {
  if (!known.has(name)) known.set(name, readPattern(name));
  return known.get(name);
}

function readPattern(name: string): Pattern | undefined {
  const tokens = name.match(TOKEN) ?? [];
  if (name.length > 30 || tokens.join("") !== name) return undefined;
  const parts = tokens.filter((token) => Object.hasOwn(PARTS, token));
  const units = new Set(parts.map((token) => PARTS[token]?.unit));
  const bucket = BUCKETS.find(
    (one) =>
      units.size === parts.length && one.units.size === parts.length && [...one.units].every((unit) => units.has(unit)),
  )?.bucket;
  // Where a part may be shorter than another, nothing but a separator tells where it ends.
  const runsOn = tokens.some((token, at) => {
    const next = tokens[at + 1] ?? "";
    return Object.hasOwn(PARTS, token) && Object.hasOwn(PARTS, next) && (token.length === 1 || next.length === 1);
  });
  if (bucket === undefined || runsOn) return undefined;
  const source = tokens.map((token) =>
    Object.hasOwn(PARTS, token)
      ? `(?<${PARTS[token]?.unit}>${PARTS[token]?.digits})`
      : token.replace(/[.*+?^${}()|[\]\\/-]/, String.raw`\$&`),
  );
  return { tokens, bucket, expression: new RegExp(`^${source.join("")}$`, "i") };
}

/** Whether a name is a pattern of days, weeks or months. */
export const bucketOfPattern = (name: string): "day" | "week" | "month" | undefined => patternOf(name)?.bucket;

function readBy(pattern: Pattern, text: string, context: ShapeContext): string | ShapeFault {
  const groups = pattern.expression.exec(text)?.groups;
  if (groups === undefined) return noDate(pattern.tokens.join(""));
  const { year = "", month = "", day = "1", week = "" } = groups;
  const full = year.length === 4 ? year : fullYear(year, context);
  if (full === undefined) return NO_CENTURY;
  if (pattern.bucket === "week") return isoWeek(Number(full), Number(week)) ?? noDate("a week of that year");
  return isoOf(full, month.padStart(2, "0"), day.padStart(2, "0")) ?? noDate(pattern.tokens.join(""));
}

function writeBy(pattern: Pattern, value: string): string | ShapeFault {
  if (readDate(value) === undefined) return noDate("YYYY-MM-DD in the document");
  const [year = "", month = "", day = ""] = value.split("-");
  const week = pattern.bucket === "week" ? weekOf(plainDate(value)) : { year, week: "" };
  const texts: Readonly<Record<Unit, string>> = { year: week.year, month, day, week: week.week };
  return pattern.tokens
    .map((token) => {
      const part = PARTS[token];
      if (part === undefined) return token;
      const text = texts[part.unit];
      if (token === "YY") return text.slice(2);
      return token.length === 1 ? String(Number(text)) : text;
    })
    .join("");
}

/** A pattern of days yields the date; one of weeks or months the bucket and its first day. */
export function patternShape(name: string): Shape | undefined {
  const pattern = patternOf(name);
  if (pattern === undefined) return undefined;
  const { bucket } = pattern;
  if (bucket === "day") {
    return {
      values: 1,
      isNumber: false,
      read: (text, context) => readBy(pattern, text, context),
      write: ([value = ""]) => writeBy(pattern, value),
    };
  }
  return {
    values: 2,
    isNumber: false,
    read: (text, context) => {
      const first = readBy(pattern, text, context);
      return typeof first === "string" ? [bucket, first] : first;
    },
    write: ([timing = "", date = ""]) => (timing === bucket ? writeBy(pattern, date) : notOf(timing, name)),
  };
}

const notOf = (timing: string, shape: string): ShapeFault => ({
  fault: timing === "" ? "has no timing" : `is a ${timing}, for which the shape is not`,
  expected: shape,
  ack: "8",
});

/** The first of several shapes that fits; all of them yield a bucket and its date. */
export function firstFitting(shapes: readonly Shape[], names: readonly string[]): Shape {
  const expected = names.join(" or ");
  return {
    values: 2,
    isNumber: false,
    read: (text, context, beside) => {
      let fault: ShapeFault | undefined;
      for (const shape of shapes) {
        const value = shape.read(text, context, beside);
        if (typeof value === "string") return ["day", value];
        if (!("fault" in value)) return value;
        fault ??= value;
      }
      return { ...(fault ?? noDate(expected)), expected };
    },
    write: ([timing = "", date = ""], context) => {
      const bucket = timing === "" ? "day" : timing;
      let fault: ShapeFault | undefined;
      for (const shape of shapes) {
        if (shape.values === 1 && bucket !== "day") continue;
        const text = shape.write(shape.values === 1 ? [date] : [bucket, date], context);
        if (typeof text === "string" || !("fault" in text)) return text;
        fault ??= text;
      }
      return { ...(fault ?? notOf(bucket, expected)), expected };
    },
  };
}

/** A shape of two values that takes further texts for words without a date: `BACKLOG` is backlog. */
export function withKeys(shape: Shape, codes: ReadonlyMap<string, string>): Shape {
  const byWord = new Map<string, string>();
  for (const [code, word] of codes) if (!byWord.has(word)) byWord.set(word, code);
  return {
    ...shape,
    read: (text, context, beside) => {
      const word = codes.get(text);
      return word === undefined ? shape.read(text, context, beside) : [word, ""];
    },
    write: (values, context) => {
      const code = byWord.get(values[0] ?? "");
      return code === undefined || (values[1] ?? "") !== "" ? shape.write(values, context) : code;
    },
  };
}
