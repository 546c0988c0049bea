/**
 * x12-parser as the second reader of X12: an interchange is read by code that shares nothing with ours, and the two
 * readings are compared. What x12-parser is known to get wrong is kept from it (byte order mark, unpadded ISA, writes that
 * end inside a segment, several interchanges) or listed as known (blanks that it trims, a CR that it keeps).
 */
import { X12parser } from "x12-parser";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { Delimiters } from "./segment.ts";

/** Every write ends on a terminator and takes about so many characters. */
const WRITE = 65_536;
const PADDED = [3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];
const MOST_DIFFERENCES = 50;

/**
 * Reads one interchange, ISA to IEA, as tag and elements per segment; components are joined again by the separator, blanks
 * at the ends of components are gone. `delimiters` tells a header without ISA16 from one whose ISA16 looks like a
 * terminator; otherwise the header's own characters count.
 * @throws CalloffError `SYNTAX_SECOND_READER` when it fails or there is no header of 16 elements to feed it with.
 */
export async function readByX12Parser(
  interchange: Uint8Array,
  delimiters?: Pick<Delimiters, "component" | "segment">,
): Promise<string[][]> {
  const text = normalised(Buffer.from(interchange).toString("latin1"), delimiters);
  if (text === undefined) throw failed("The interchange has no header of 16 elements");
  const terminator = text.charAt(105);
  const component = text.charAt(104);
  const segments: string[][] = [];
  const parser = new X12parser("latin1");
  const failure = new Promise<never>((_, reject) => {
    parser.once("error", (error: unknown) => reject(failed(coerceError(error).message, error)));
  });
  parser.on("data", (formatted: Readonly<Record<string, string>>) => {
    const segment = elementsOf(formatted, component);
    if (segment.length > 1 || segment[0] !== "") segments.push(segment);
  });
  // A failure that comes after the end changes nothing any more.
  failure.catch(() => undefined);
  const done = new Promise<void>((resolve) => {
    parser.once("end", resolve);
  });
  try {
    for (const piece of pieces(text, terminator)) {
      if (!parser.write(piece, "latin1")) await drained(parser, failure);
    }
    parser.end();
  } catch (thrown) {
    throw failed(coerceError(thrown).message, thrown);
  }
  await Promise.race([done, failure]);
  return segments;
}

function drained(parser: X12parser, failure: Promise<never>): Promise<void> {
  const drain = new Promise<void>((resolve) => {
    parser.once("drain", resolve);
  });
  return Promise.race([drain, failure]);
}

function failed(message: string, cause?: unknown): CalloffError {
  return new CalloffError("SYNTAX_SECOND_READER", `x12-parser could not read the interchange: ${message}`, {
    remedy: "Compare the interchange by hand; the first reader's reading stands.",
    cause,
  });
}

/** The interchange with a header of 106 characters, without byte order mark and with one character for CR LF. */
function normalised(raw: string, delimiters?: Pick<Delimiters, "component" | "segment">): string | undefined {
  const from = raw.slice(raw.indexOf("ISA"));
  // Where CR alone terminates, LF is what follows it; else CR LF is one line break.
  const text = delimiters?.segment === "\r" ? from.replace(/\r\n+/g, "\r") : from.replaceAll("\r\n", "\n");
  const separator = text.charAt(3);
  let at = -1;
  const elements: string[] = [];
  for (let i = 0; i < 16; i += 1) {
    const next = text.indexOf(separator, at + 1);
    if (separator === "" || next < 0 || next > 1024) return undefined;
    elements.push(text.slice(at + 1, next).replace(/[\r\n]/g, ""));
    at = next;
  }
  const padded = elements.map((element, i) => fitted(element, PADDED[i] as number));
  const rest = text.slice(at + 1);
  const noComponent = delimiters !== undefined && rest.charAt(0) === delimiters.segment;
  return [...padded, noComponent ? delimiters.component + rest : rest].join(separator);
}

/** `element` in `length` characters, since x12-parser finds the delimiters by position. */
const fitted = (element: string, length: number): string =>
  (element.length > length ? element.trim() : element).slice(0, length).padEnd(length);

function* pieces(text: string, terminator: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf(terminator, from + WRITE);
    const next = end < 0 ? text.length : end + 1;
    yield text.slice(from, next);
    from = next;
  }
}

/** x12-parser gives `{ name, "1": …, "2": …, "2-1": the second component of element 2 }`. */
function elementsOf(formatted: Readonly<Record<string, string>>, component: string): string[] {
  const elements = [formatted["name"] ?? ""];
  for (let n = 1; formatted[n] !== undefined; n += 1) {
    let element = formatted[n] as string;
    for (let m = 1; formatted[`${n}-${m}`] !== undefined; m += 1) element += component + formatted[`${n}-${m}`];
    elements.push(element);
  }
  return elements;
}

/** A place where the two readings are not the same. */
export interface Difference {
  /** Ordinal of the segment, from 1. */
  readonly segment: number;
  /** Ordinal of the element; 0 is the tag, absent where one reading has no such segment. */
  readonly element?: number;
  readonly ours: string;
  readonly theirs: string;
  /** Whether it is one of x12-parser's known defects, which is counted but hinders nothing. */
  readonly known: boolean;
}

/**
 * Where two readings of one interchange differ, at most the first 50 places. `component` is its separator.
 * Elements that are empty at a segment's end are no difference.
 */
export function compareReaders(
  ours: readonly (readonly string[])[],
  theirs: readonly (readonly string[])[],
  component = ":",
): Difference[] {
  const differences: Difference[] = [];
  for (let at = 0; at < Math.max(ours.length, theirs.length); at += 1) {
    if (differences.length >= MOST_DIFFERENCES) break;
    const mine = ours[at];
    const other = theirs[at];
    if (mine === undefined || other === undefined) {
      differences.push({
        segment: at + 1,
        ours: (mine ?? []).join(" "),
        theirs: (other ?? []).join(" "),
        known: false,
      });
      break;
    }
    for (let n = 0; n < Math.max(mine.length, other.length); n += 1) {
      const [a, b] = [mine[n] ?? "", other[n] ?? ""];
      // The padding of the header's elements says nothing.
      if (a === b || (mine[0] === "ISA" && a.trim() === b)) continue;
      differences.push({
        segment: at + 1,
        element: n,
        ours: a,
        theirs: b,
        known: trims(a, component) === trims(b, component),
      });
    }
  }
  return differences.slice(0, MOST_DIFFERENCES);
}

/** What x12-parser makes of an element: blanks at the ends of every component are gone; a CR without LF stays in it. */
const trims = (element: string, component: string): string =>
  element
    .replaceAll("\r", "")
    .split(component)
    .map((part) => part.trim())
    .join(component);
