/** Shapes of figures. */
import { readMillionths, writeMillionths } from "../values/figures.ts";
import type { Shape, ShapeContext, ShapeFault } from "./shapes.ts";

const NOT_A_NUMBER: ShapeFault = { fault: "is no number", expected: "digits, at most one decimal point", ack: "6" };
const FAULTS = {
  "not-a-number": NOT_A_NUMBER,
  "too-many-decimals": { fault: "has more than six decimals", expected: "at most six decimals", ack: "6" },
  "too-large": { fault: "is too large", expected: "at most twelve digits before the decimal point", ack: "6" },
} as const;

function canonical(text: string): string | ShapeFault {
  const millionths = readMillionths(text);
  return typeof millionths === "string" ? FAULTS[millionths] : writeMillionths(millionths);
}

/**
 * Most quantities are a few digits without a leading zero: they are canonical as they stand. Returns the whole number such
 * text says, up to 12 digits, or -1.
 */
export function plainNumber(text: string): number {
  const { length } = text;
  if (length === 0 || length > 12) return -1;
  let number = text.charCodeAt(0) - ZERO;
  if (number < 0 || number > 9 || (number === 0 && length > 1)) return -1;
  for (let at = 1; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
const ZERO = 48;

/** Whether the text is a whole number in canonical form. */
export const isPlainNumber = (text: string): boolean => plainNumber(text) >= 0;

export const numberShape: Shape = {
  values: 1,
  isNumber: true,
  read: (text, { family }) => {
    if (isPlainNumber(text)) return text;
    // ISO 9735 takes comma and point alike for the decimal mark, and has no mark between thousands.
    return canonical(family === "edifact" && !text.includes(".") ? text.replace(",", ".") : text);
  },
  write: ([value = ""]) => canonical(value),
};

const COMMA = /^[+-]?(\d*|\d{1,3}(\.\d{3})+)(,\d*)?$/;

/** Decimal comma, with or without dots between the thousands; written without them. */
export const decimalCommaShape: Shape = {
  values: 1,
  isNumber: true,
  read: (text) => (COMMA.test(text) ? canonical(text.replaceAll(".", "").replace(",", ".")) : NOT_A_NUMBER),
  write: ([value = ""]) => {
    const written = canonical(value);
    return typeof written === "string" ? written.replace(".", ",") : written;
  },
};

const UNSCALED = /^([+-]?)(\d{1,18})$/;

/** Up to twelve digits with so many of them behind the point, as canonical text; undefined where a closer look is needed. */
function scaled(text: string, decimals: number): string | undefined {
  const { length } = text;
  if (length === 0 || length > 12 || decimals > 6) return undefined;
  let zeros = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    if (digit === 0 && zeros === at) zeros += 1;
  }
  if (zeros === length) return "0";
  const whole = length - decimals;
  if (whole <= 0) return undefined;
  const head = zeros >= whole ? "0" : text.slice(zeros, whole);
  let end = length;
  while (end > whole && text.charCodeAt(end - 1) === ZERO) end -= 1;
  return end === whole ? head : `${head}.${text.slice(whole, end)}`;
}

/** The last `decimals` digits stand behind the decimal point, which is not written. */
export function impliedDecimals(decimals: number): Shape {
  return {
    values: 1,
    isNumber: true,
    read: (text) => {
      const quick = scaled(text, decimals);
      if (quick !== undefined) return quick;
      const match = UNSCALED.exec(text);
      if (match === null) return { fault: "is no whole number", expected: "digits only", ack: "6" };
      const digits = (match[2] ?? "").padStart(decimals + 1, "0");
      if (decimals === 0) return canonical(`${match[1]}${digits}`);
      return canonical(`${match[1]}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`);
    },
    write: ([value = ""]) => {
      const millionths = readMillionths(value);
      if (typeof millionths === "string") return FAULTS[millionths];
      const step = 10n ** BigInt(6 - decimals);
      if (millionths % step !== 0n) {
        const most = decimals === 0 ? "no decimals" : `at most ${decimals} decimals`;
        return { fault: `has more than ${decimals} decimals`, expected: most, ack: "6" };
      }
      return String(millionths / step);
    },
  };
}

const KILOGRAMS: ReadonlySet<string> = new Set(["", "KG", "KGM"]);

/** A weight in whole kilograms: the figure and its unit. A fraction is rounded when written, another unit is refused. */
export const kilograms: Shape = {
  values: 2,
  isNumber: true,
  read: (text) => {
    const value = impliedDecimals(0).read(text, NO_CONTEXT, "");
    return typeof value === "string" ? [value, "KG"] : value;
  },
  write: ([value = "", unit = ""]) => {
    if (!KILOGRAMS.has(unit)) return { fault: `is in ${unit}`, expected: "a weight in KG", ack: "6" };
    const millionths = readMillionths(value);
    if (typeof millionths === "string") return FAULTS[millionths];
    const half = millionths < 0n ? -500_000n : 500_000n;
    return String((millionths + half) / 1_000_000n);
  },
};

const NO_CONTEXT: ShapeContext = { family: "fixed", version: "", sentYear: 0, dates: new Map() };
