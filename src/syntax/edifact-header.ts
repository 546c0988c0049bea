/**
 * The interchange header of EDIFACT (ISO 9735): the service string UNA where there is one, and UNB. Without UNA the
 * standard's characters hold, or the control characters of level B where UNB itself uses them.
 */
import type { Finding, Place } from "../values/finding.ts";
import { charsetOfLevel } from "./charsets.ts";
import { envelopeDate, envelopeTime, inWords, isAlphanumeric, isLineBreak, ownText } from "./envelope-values.ts";
import { type Header, type HeaderStart, MAX_HEADER, truncatedHeader, unreadable } from "./header.ts";
import type { Delimiters } from "./segment.ts";

const UNA_LENGTH = 9;
const LEVEL_A: Delimiters = { element: "+", component: ":", repetition: "", segment: "'", release: "?" };
/** ISO 9735, level B: IS3, IS1 and IS4; nothing is released. */
const LEVEL_B: Delimiters = { element: "\u001D", component: "\u001F", repetition: "", segment: "\u001C", release: "" };

/** Reads UNA and UNB that start at `bytes[0]`; `bytes` holds `MAX_HEADER` bytes, or fewer where the file ends. */
export function readUnb(bytes: Uint8Array, start: HeaderStart): Header {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const una = text.startsWith("UNA");
  if (una && text.length < UNA_LENGTH) return truncatedHeader(start, "UNA", text.length, LEVEL_A);
  const service = una ? serviceString(text) : { delimiters: LEVEL_A, reserved: "", length: 0 };
  const fault = una ? unsound(service.delimiters, start) : undefined;
  if (fault !== undefined) return unreadable(fault, LEVEL_A);
  let from = service.length;
  while (from < text.length && (isLineBreak(bytes[from]) || text[from] === " " || text[from] === "\t")) from += 1;
  const unb = text.slice(from, from + 4);
  if (unb.length < 4 && "UNB".startsWith(unb.slice(0, 3))) {
    return truncatedHeader(start, "UNB", text.length, service.delimiters);
  }
  const delimiters = !una && unb === `UNB${LEVEL_B.element}` ? LEVEL_B : service.delimiters;
  const skip = { length: from + 3, lines: text.slice(0, from).split("\n").length - 1 };
  const broken = (finding: Finding) => unreadable(finding, delimiters, undefined, skip);
  if (unb !== `UNB${delimiters.element}`) {
    return broken(headerFault(start, from, 0, "UNB and an element separator", unb));
  }
  const end = terminatorOf(text, from, delimiters);
  if (end < 0) {
    if (text.length < MAX_HEADER) return truncatedHeader(start, "UNB", text.length, delimiters);
    return broken(headerFault(start, from, 0, `a terminator within ${MAX_HEADER} bytes`, "none"));
  }
  const elements = cut(text.slice(from, end).replace(/[\r\n]/g, ""), delimiters.element, delimiters.release);
  const parts = (n: number) =>
    cut(elements[n] ?? "", delimiters.component, delimiters.release).map((part) => released(part, delimiters.release));
  const [level = "", syntax = ""] = parts(1);
  if (!/^[A-Z]{3}[A-Z0-9]$/.test(level) || !/^\d$/.test(syntax)) {
    return broken(headerFault(start, from, 1, "a syntax, e.g. UNOC:3", elements[1] ?? ""));
  }
  const lineEnd = delimiters.segment === "\r" ? "\r" : "\n";
  return {
    delimiters: { ...delimiters, repetition: syntax >= "4" ? service.reserved || "*" : "" },
    values: valuesOf(`${level}:${syntax}`, parts),
    elements,
    length: end + 1,
    lines: text.slice(0, end + 1).split(lineEnd).length - 1,
    findings: elementFindings(elements, parts, {
      byte: start.byte + from,
      line: start.line + skip.lines,
      segment: start.segment,
    }),
    readable: true,
  };
}

function serviceString(text: string): { delimiters: Delimiters; reserved: string; length: number } {
  const [component = "", element = "", , release = "", reserved = "", terminator = ""] = text.slice(3, UNA_LENGTH);
  const newline = terminator === "\r" && text[UNA_LENGTH] === "\n";
  const segment = newline ? "\n" : terminator;
  return {
    delimiters: { element, component, repetition: "", segment, release: release.trim() },
    reserved: reserved.trim(),
    length: newline ? UNA_LENGTH + 1 : UNA_LENGTH,
  };
}

function unsound(delimiters: Delimiters, start: HeaderStart): Finding | undefined {
  const given = [delimiters.component, delimiters.element, delimiters.release, delimiters.segment].filter(Boolean);
  const bad = given.some((character) => isAlphanumeric(character.charCodeAt(0)) || character === " ");
  const high = given.some((character) => character.charCodeAt(0) > 127);
  if (!bad && !high && new Set(given).size === given.length) return undefined;
  return {
    code: "SYNTAX_DELIMITER",
    severity: "reject",
    message: "UNA gives characters that cannot be delimiters.",
    place: { byte: start.byte + 3, line: start.line, segment: start.segment, tag: "UNA" },
    expected: "delimiters of one byte each, all different, none a letter, digit or blank",
    found: given.map(inWords).join(" "),
    remedy: "Ask the sender for a service string such as UNA:+.? '",
  };
}

function terminatorOf(text: string, from: number, delimiters: Delimiters): number {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === delimiters.segment) return i;
    if (text[i] === delimiters.release) {
      i += 1;
      while (text[i] === "\n" || text[i] === "\r") i += 1;
    }
  }
  return -1;
}

/** Cuts `text` at `separator`, except where the release character stands before it. */
export function cut(text: string, separator: string, release: string): string[] {
  if (release === "" || !text.includes(release)) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    } else if (text[i] === release) i += 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/** `text` without its release characters. */
export function released(text: string, release: string): string {
  if (release === "" || !text.includes(release)) return text;
  let plain = "";
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === release) i += 1;
    plain += text[i] ?? "";
  }
  return plain;
}

const own = (text = ""): string => ownText(text.trim());

function valuesOf(version: string, parts: (n: number) => string[]): Header["values"] {
  const [sender, senderQualifier] = parts(2);
  const [receiver, receiverQualifier] = parts(3);
  const [date = "", time = ""] = parts(4);
  const charset = charsetOfLevel(version);
  return {
    version,
    sender: { qualifier: own(senderQualifier), id: own(sender) },
    receiver: { qualifier: own(receiverQualifier), id: own(receiver) },
    control: own(parts(5)[0]),
    sentOn: envelopeDate(date),
    sentAt: envelopeTime(time),
    // 0035: 1 test, 2 test of the syntax only, 3 and 4 an echo asked for and given.
    test: /^[1-4]$/.test(parts(11)[0] ?? ""),
    acknowledgementRequested: parts(9)[0] === "1",
    ...(charset === undefined ? {} : { charset }),
  };
}

/** The rules of elements that calloff relies on. Whether a sender that is not named may send is decided by the routing. */
const RULES: readonly {
  readonly element: number;
  readonly component: number;
  readonly holds: (text: string) => boolean;
  readonly expected: string;
  /** As TA1 would say it. */
  readonly ack: string;
}[] = [
  {
    element: 2,
    component: 1,
    holds: isBetween(1, 35),
    expected: "the sender, 1 to 35 characters",
    ack: "006",
  },
  {
    element: 3,
    component: 1,
    holds: isBetween(1, 35),
    expected: "the receiver, 1 to 35 characters",
    ack: "008",
  },
  {
    element: 4,
    component: 1,
    holds: (t) => envelopeDate(t) !== "",
    expected: "a date YYMMDD",
    ack: "014",
  },
  {
    element: 4,
    component: 2,
    holds: (t) => envelopeTime(t) !== "",
    expected: "a time HHMM",
    ack: "015",
  },
  {
    element: 5,
    component: 1,
    holds: isBetween(1, 14),
    expected: "a control reference, 1 to 14 characters",
    ack: "018",
  },
];

function isBetween(least: number, most: number): (text: string) => boolean {
  return (text) => text.length >= least && text.length <= most;
}

function elementFindings(elements: readonly string[], parts: (n: number) => string[], start: HeaderStart): Finding[] {
  return RULES.flatMap(({ ack, component, element, expected, holds }) => {
    const found = (parts(element)[component - 1] ?? "").trim();
    if (holds(found)) return [];
    const offset = elements.slice(0, element).join("+").length + 1;
    const place: Place = {
      byte: start.byte + offset,
      line: start.line,
      segment: start.segment,
      tag: "UNB",
      element,
      component,
    };
    return [
      {
        code: "SYNTAX_HEADER" as const,
        severity: "tolerated" as const,
        message: `UNB element ${element} is not what the standard asks for.`,
        place,
        expected,
        found: found === "" ? "nothing" : ownText(found),
        remedy: "Ask the sender to correct the interchange header.",
        ack: { interchange: ack },
      },
    ];
  });
}

function headerFault(start: HeaderStart, offset: number, element: number, expected: string, found: string): Finding {
  const at: Place = { byte: start.byte + offset, line: start.line, segment: start.segment, tag: "UNB" };
  return {
    code: "SYNTAX_HEADER",
    severity: "reject",
    message: "UNB of the interchange cannot be read.",
    place: element === 0 ? at : { ...at, element },
    expected,
    found: found === "" ? "nothing" : ownText(found),
    remedy: "Ask the sender to correct the interchange header.",
  };
}
