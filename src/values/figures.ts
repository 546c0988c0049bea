/**
 * Exact figures. Every quantity, unit price and amount is a whole number of millionths held as `bigint`
 * (design.md, *Exact figures*); nothing here ever passes through binary floating point.
 */

declare const quantityBrand: unique symbol;
declare const priceBrand: unique symbol;
declare const amountBrand: unique symbol;

/** A quantity in millionths of its unit of measure, signed. */
export type Quantity = bigint & { readonly [quantityBrand]: true };
/** A unit price in millionths of its currency's major unit. */
export type Price = bigint & { readonly [priceBrand]: true };
/** A sum of money in millionths of its currency's major unit, already rounded to the minor unit where it is final. */
export type Amount = bigint & { readonly [amountBrand]: true };

/** A decimal number as text in canonical form: no plus sign, no leading or trailing zeros, at most six decimals. */
export type Decimal = string;

const MILLION = 1_000_000n;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;
/** Longest run of digits read as a figure; BIGINT columns hold 19 digits, six of them decimals. */
const MOST_WHOLE_DIGITS = 12;

export type FigureFault = "not-a-number" | "too-many-decimals" | "too-large";

/**
 * Reads decimal text (`.` as decimal mark) into millionths.
 * @returns the millionths, or the fault: a figure with more than six decimals is a fault, never a rounding.
 */
export function readMillionths(text: string): bigint | FigureFault {
  const plain = plainWhole(text);
  if (plain !== undefined) return BigInt(plain * 1_000_000);
  const match = DECIMAL.exec(text);
  if (match === null) return "not-a-number";
  const [, sign, whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return "not-a-number";
  const decimals = withoutZeros(fraction);
  if (decimals.length > 6) return "too-many-decimals";
  if (whole.replace(/^0+/, "").length > MOST_WHOLE_DIGITS) return "too-large";
  const magnitude = BigInt(whole === "" ? "0" : whole) * MILLION + BigInt(decimals.padEnd(6, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

/** Digits whose millionths are still exact in a number: nearly every figure is one of these. */
const MOST_PLAIN_DIGITS = 9;

function plainWhole(text: string): number | undefined {
  if (text.length === 0 || text.length > MOST_PLAIN_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Writes millionths as canonical decimal text, e.g. `1400`, `-0.5`. */
export function writeMillionths(millionths: bigint): Decimal {
  // Figures are nearly always whole.
  if (millionths % MILLION === 0n) return (millionths / MILLION).toString();
  const negative = millionths < 0n;
  const magnitude = negative ? -millionths : millionths;
  const fraction = withoutZeros((magnitude % MILLION).toString().padStart(6, "0"));
  const whole = (magnitude / MILLION).toString();
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function checked(text: string): bigint {
  const read = readMillionths(text);
  if (typeof read === "string") throw new RangeError(`${JSON.stringify(text)} is not a figure: ${read}`);
  return read;
}

/** The quantity that canonical decimal text states. @throws RangeError when the text is not a figure. */
export const quantity = (text: Decimal): Quantity => checked(text) as Quantity;
/** The unit price that canonical decimal text states. @throws RangeError when the text is not a figure. */
export const price = (text: Decimal): Price => checked(text) as Price;
/** The amount that canonical decimal text states. @throws RangeError when the text is not a figure. */
export const amount = (text: Decimal): Amount => checked(text) as Amount;

export const NOTHING = 0n as Quantity;
export const NO_MONEY = 0n as Amount;

export const plus = <F extends bigint>(a: F, b: F): F => ((a as bigint) + b) as F;
export const minus = <F extends bigint>(a: F, b: F): F => ((a as bigint) - b) as F;
export const negated = <F extends bigint>(a: F): F => -(a as bigint) as F;
export const smaller = <F extends bigint>(a: F, b: F): F => (a < b ? a : b);
export const larger = <F extends bigint>(a: F, b: F): F => (a > b ? a : b);
export const total = <F extends bigint>(figures: Iterable<F>): F => {
  let sum = 0n;
  for (const figure of figures) sum += figure;
  return sum as F;
};

/** Rounds a quotient of integers half away from zero. */
function dividedHalfAwayFromZero(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}

/**
 * Amount of one line: quantity × unit price ÷ price unit, rounded once to the currency's minor unit, half away from zero.
 * @param per the quantity the price is for (price per n units), in millionths; one unit unless told
 * @param minorDigits decimals of the currency's minor unit (2 for EUR and USD, 0 for JPY)
 */
export function lineAmount(of: Quantity, at: Price, minorDigits: number, per: Quantity = MILLION as Quantity): Amount {
  const step = 10n ** BigInt(6 - minorDigits);
  return (dividedHalfAwayFromZero(of * at, per * step) * step) as Amount;
}

/** The smallest number of whole packs that holds `of`; `pack` in millionths, more than zero. */
export function packsFor(of: Quantity, pack: Quantity): bigint {
  return of <= 0n ? 0n : (of + pack - 1n) / pack;
}

/** Digits without the zeros they end with; in one pass, however many there are. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
