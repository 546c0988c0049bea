/**
 * The interchange header of X12 (ISA). Its delimiters are read by position only when it has the 106 characters of the
 * standard; senders strip the padding or wrap the line, and then the header is what 16 separators enclose.
 */
import type { Finding, Place, Severity } from "../values/finding.ts";
import {
  characterLength,
  envelopeDate,
  envelopeTime,
  inWords,
  isAlphanumeric,
  isDigits,
  isLineBreak,
  ownText,
} from "./envelope-values.ts";
import { type Header, type HeaderStart, MAX_HEADER, truncatedHeader, unreadable } from "./header.ts";
import { isTag } from "./scanner.ts";
import type { Delimiters } from "./segment.ts";

const LF = 10;
const CR = 13;
const BLANK = 32;
const ELEMENTS = 16;
/** Unit separator: stands for the component separator where ISA16 is missing, since no text holds it. */
const NO_COMPONENT = "\u001F";
/** First version of the interchange controls in which ISA11 is the repetition separator. */
const REPETITION_SINCE = "00402";

/** Most characters of ISA01 to ISA15, padding aside, of which senders give too many or too few. */
const WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1];

const UNKNOWN: Delimiters = { element: "*", component: NO_COMPONENT, repetition: "", segment: "~", release: "" };

/** Reads the header that starts at `bytes[0]`; `bytes` holds `MAX_HEADER` bytes, or fewer where the file ends. */
export function readIsa(bytes: Buffer, start: HeaderStart): Header {
  if (bytes.length < 4) return truncatedHeader(start, "ISA", bytes.length, UNKNOWN);
  const fault = separatorFault(bytes, 3, "element separator", "026", start);
  if (fault !== undefined) return unreadable(fault, UNKNOWN);
  const separator = bytes[3] as number;
  const separators = positionsOf(bytes, separator);
  const last = separators[ELEMENTS - 1];
  if (last === undefined) {
    if (bytes.length < MAX_HEADER) return truncatedHeader(start, "ISA", bytes.length, UNKNOWN);
    return unreadable(
      headerFault(start, 16, 0, `${ELEMENTS} elements in ${MAX_HEADER} bytes`, "fewer", "022"),
      UNKNOWN,
    );
  }
  if (last + 2 >= bytes.length) return truncatedHeader(start, "ISA", bytes.length, UNKNOWN);
  const end = readEnd(bytes, last + 1, separator);
  const elements = cut(bytes, separators, last);
  const delimiters: Delimiters = {
    element: String.fromCharCode(separator),
    component: end.component === undefined ? NO_COMPONENT : String.fromCharCode(end.component),
    repetition: repetitionOf(elements),
    segment: String.fromCharCode(end.terminator),
    release: "",
  };
  const values = valuesOf(elements);
  const version = elements[12] as string;
  if (!/^\d{5}$/.test(version)) {
    const at = separators[11] as number;
    return unreadable(headerFault(start, 12, at + 1, "a version of five digits, e.g. 00401", version, "017"), UNKNOWN);
  }
  const unsound =
    (end.component === undefined ? undefined : separatorFault(bytes, last + 1, "component separator", "027", start)) ??
    separatorFault(bytes, end.at, "segment terminator", "004", start) ??
    notDistinct(delimiters, start, end.at);
  if (unsound !== undefined) return unreadable(unsound, delimiters, values);
  const early = terminatedEarly(bytes, end, separators, start);
  if (early !== undefined) return unreadable(early, delimiters, values);
  const findings = elementFindings(elements, separators, start);
  if (end.component === undefined) findings.push(noComponent(start, last + 1));
  const lineEnd = end.terminator === CR ? CR : LF;
  let lines = 0;
  for (let i = 0; i < end.length; i += 1) if (bytes[i] === lineEnd) lines += 1;
  return {
    delimiters,
    values,
    elements: [...elements, delimiters.component],
    length: end.length,
    lines,
    findings,
    readable: true,
  };
}

function positionsOf(bytes: Buffer, separator: number): number[] {
  const positions: number[] = [];
  for (let i = 3; i < bytes.length && positions.length < ELEMENTS; i += 1) {
    if (bytes[i] === separator) positions.push(i);
  }
  return positions;
}

function cut(bytes: Buffer, separators: readonly number[], last: number): string[] {
  const text = bytes.toString("latin1", 0, last);
  const elements = ["ISA"];
  for (let i = 0; i + 1 < separators.length; i += 1) {
    elements.push(text.slice((separators[i] as number) + 1, separators[i + 1]).replace(/[\r\n]/g, ""));
  }
  return elements;
}

interface End {
  /** Absent where ISA16 is missing. */
  readonly component: number | undefined;
  readonly terminator: number;
  /** Where the terminator stands, and the header's length with it. */
  readonly at: number;
  readonly length: number;
}

/** ISA16 and the terminator, which follow the last separator; senders without components leave ISA16 out. */
function readEnd(bytes: Buffer, at: number, separator: number): End {
  const first = bytes[at] as number;
  if (isLineBreak(first)) return { component: undefined, ...newlineAt(bytes, at) };
  const second = bytes[at + 1] as number;
  if (startsSegment(bytes, at + 1, separator)) {
    return { component: undefined, terminator: first, at, length: at + 1 };
  }
  if (!isLineBreak(second)) return { component: first, terminator: second, at: at + 1, length: at + 2 };
  const newline = newlineAt(bytes, at + 1);
  return nextLineEndsWith(bytes, newline.length, first, separator)
    ? { component: undefined, terminator: first, at, length: at + 1 }
    : { component: first, ...newline };
}

/** A line break as terminator: LF, whether CR stands before it or not; CR only where it stands alone. */
function newlineAt(bytes: Buffer, at: number): Omit<End, "component"> {
  if (bytes[at] === CR && bytes[at + 1] === LF) return { terminator: LF, at, length: at + 2 };
  return { terminator: bytes[at] as number, at, length: at + 1 };
}

const AFTER_ISA = ["GS", "TA1", "ISB", "IEA"];

function startsSegment(bytes: Buffer, at: number, separator: number): boolean {
  return AFTER_ISA.some((tag) => isTag(bytes, at, at + tag.length + 1, tag, separator, false));
}

/** Whether the line after the header is a segment that ends with `byte`: then that, not the newline, terminates segments. */
function nextLineEndsWith(bytes: Buffer, from: number, byte: number, separator: number): boolean {
  if (isAlphanumeric(byte) || !startsSegment(bytes, from, separator)) return false;
  let end = from;
  while (end < bytes.length && !isLineBreak(bytes[end])) end += 1;
  return end < bytes.length && bytes[end - 1] === byte;
}

function repetitionOf(elements: readonly string[]): string {
  const candidate = elements[11] as string;
  const code = candidate.charCodeAt(0);
  const given = candidate.length === 1 && code !== BLANK && !isAlphanumeric(code);
  return given && (elements[12] as string) >= REPETITION_SINCE ? candidate : "";
}

function valuesOf(elements: readonly string[]): Header["values"] {
  const element = (n: number) => ownText((elements[n] as string).trim());
  return {
    version: element(12),
    sender: { qualifier: element(5), id: element(6) },
    receiver: { qualifier: element(7), id: element(8) },
    control: element(13),
    sentOn: envelopeDate(element(9)),
    sentAt: envelopeTime(element(10)),
    test: element(15) === "T",
    acknowledgementRequested: element(14) === "1",
    stamp: { date: element(9), time: element(10) },
  };
}

function place(start: HeaderStart, element: number, offset: number): Place {
  return { byte: start.byte + offset, line: start.line, segment: start.segment, tag: "ISA", element };
}

function headerFault(
  start: HeaderStart,
  element: number,
  offset: number,
  expected: string,
  found: string,
  interchange: string,
  severity: Severity = "reject",
): Finding {
  return {
    code: "SYNTAX_HEADER",
    severity,
    message: `ISA${String(element).padStart(2, "0")} of the interchange header is not what the standard asks for.`,
    place: place(start, element, offset),
    expected,
    found,
    remedy: "Ask the sender to correct the interchange header.",
    ack: { interchange },
  };
}

/** The rules of elements that calloff relies on; a wrong date or time hinders nothing and is only noted. */
const RULES: readonly {
  readonly element: number;
  readonly holds: (text: string) => boolean;
  readonly expected: string;
  readonly ack: string;
  readonly severity: Severity;
}[] = [
  { element: 9, holds: (t) => envelopeDate(t) !== "", expected: "a date YYMMDD", ack: "014", severity: "tolerated" },
  { element: 10, holds: (t) => envelopeTime(t) !== "", expected: "a time HHMM", ack: "015", severity: "tolerated" },
  { element: 13, holds: (t) => isDigits(t) && t.length <= 9, expected: "nine digits", ack: "018", severity: "reject" },
  { element: 14, holds: (t) => t === "0" || t === "1", expected: "0 or 1", ack: "019", severity: "tolerated" },
  { element: 15, holds: (t) => /^[PTI]$/.test(t), expected: "P or T", ack: "020", severity: "reject" },
];

function elementFindings(elements: readonly string[], separators: readonly number[], start: HeaderStart): Finding[] {
  const offset = (element: number) => (separators[element - 1] as number) + 1;
  const wrong = RULES.filter((rule) => !rule.holds((elements[rule.element] as string).trim())).map((rule) => {
    const found = ownText(elements[rule.element] as string) || "nothing";
    return headerFault(start, rule.element, offset(rule.element), rule.expected, found, rule.ack, rule.severity);
  });
  const long = WIDTHS.flatMap((width, n) => {
    const held = elements[n + 1] as string;
    if (held.trimEnd().length <= width) return [];
    return headerFault(start, n + 1, offset(n + 1), `at most ${width} characters`, ownText(held), "022");
  });
  return [...wrong, ...long];
}

/** The segment terminator within an element: where the header ends would be anybody's guess. */
function terminatedEarly(
  bytes: Buffer,
  end: End,
  separators: readonly number[],
  start: HeaderStart,
): Finding | undefined {
  if (isLineBreak(end.terminator)) return undefined;
  const at = bytes.indexOf(end.terminator);
  if (at < 0 || at >= end.at) return undefined;
  const element = separators.filter((separator) => separator < at).length;
  const found = `${inWords(String.fromCharCode(end.terminator))} at byte ${at}`;
  return headerFault(start, element, at, "the segment terminator behind ISA16 only", found, "022");
}

function noComponent(start: HeaderStart, offset: number): Finding {
  return headerFault(start, 16, offset, "the component separator", "nothing", "027", "tolerated");
}

function separatorFault(
  bytes: Buffer,
  at: number,
  what: string,
  interchange: string,
  start: HeaderStart,
): Finding | undefined {
  const byte = bytes[at] as number;
  const length = characterLength(bytes, at);
  const newline = isLineBreak(byte) && what === "segment terminator";
  if (length === 1 && !isAlphanumeric(byte) && byte !== BLANK && (newline || !isLineBreak(byte))) return undefined;
  const character = Buffer.from(bytes.subarray(at, at + length)).toString(length === 1 ? "latin1" : "utf8");
  const found = length === 1 ? inWords(character) : `"${character}", ${length} bytes in UTF-8`;
  return delimiterFault(`The ${what} cannot be one.`, found, interchange, start, at);
}

function notDistinct(delimiters: Delimiters, start: HeaderStart, at: number): Finding | undefined {
  const given = [delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment].filter(Boolean);
  if (new Set(given).size === given.length) return undefined;
  return delimiterFault("Two delimiters are the same.", given.map(inWords).join(" "), "022", start, at);
}

function delimiterFault(message: string, found: string, interchange: string, start: HeaderStart, at: number): Finding {
  return {
    code: "SYNTAX_DELIMITER",
    severity: "reject",
    message,
    place: { byte: start.byte + at, line: start.line, segment: start.segment, tag: "ISA" },
    expected: "delimiters of one byte each, all different, none a letter, digit or blank",
    found,
    remedy: "Ask the sender to use other delimiters, e.g. * : ^ and ~.",
    ack: { interchange },
  };
}
