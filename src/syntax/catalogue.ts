/** Pass one over a file: which interchanges, groups and sets it holds, where, and what is wrong with their envelopes. */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding, MOST_FAULTS } from "./codes.ts";
import { readUnb } from "./edifact-header.ts";
import { strayText, tooManyFaults } from "./envelope-faults.ts";
import { type Counters, isHopeless, type Position } from "./envelope-state.ts";
import { isAlphanumeric } from "./envelope-values.ts";
import { readInterchange } from "./envelopes.ts";
import { fixedCatalogue, startsFixed } from "./fixed-records.ts";
import { EDIFACT, X12 } from "./grammar.ts";
import { type HeaderStart, MAX_HEADER } from "./header.ts";
import { jsonCatalogue, jsonStart } from "./json-catalogue.ts";
import { batchOf } from "./scanner.ts";
import type { ByteSource, Catalogue, CatalogueOptions, InterchangeEntry } from "./segment.ts";
import { archiveCatalogue, tableCatalogue } from "./tables.ts";
import { hold, type ReadWindow, readOn, windowOver } from "./window.ts";
import { readIsa } from "./x12-header.ts";

const LF = 10;

/**
 * The catalogue of a whole file; what is wrong is in its findings, nothing is thrown for it. `segments` counts segments
 * of interchanges (UNA is none). Memory is one row per set and a buffer that does not grow with the file.
 */
export function catalogueOf(source: ByteSource, options: CatalogueOptions = {}): Catalogue {
  const { chunk, table } = options;
  const window = windowOver(source, 0, source.size, chunk);
  if (table !== undefined) {
    return tableCatalogue(source, table, chunk) ?? nothing(source, window, true);
  }
  const archive = archiveCatalogue(source);
  if (archive !== undefined) return archive;
  const findings: Finding[] = [];
  const json = jsonStart(beginning(window));
  if (json !== undefined) return jsonCatalogue(source, json);
  const fixed = fixedStart(window);
  if (fixed !== undefined) return fixedCatalogue(source, fixed, chunk);
  const interchanges: InterchangeEntry[] = [];
  const counters: Counters = { interchanges: 0, segments: 0, sets: 0, faults: 0, structural: 0 };
  const batch = batchOf();
  let unreadable = 0;
  let position: Position = { byte: 0, line: 1 };
  /** Behind an interchange that broke off, what does not belong to the next is part of it. */
  let broken = false;
  while (unreadable < MOST_FAULTS.headers && !isHopeless(counters)) {
    const found = nextHeader(window, position, broken);
    if (found.stray !== undefined && !broken) addFinding(findings, strayText(found.stray));
    if (broken) extendLast(interchanges, found.start?.byte ?? source.size);
    if (found.start === undefined) break;
    const start: HeaderStart = { ...found.start, segment: counters.segments + 1 };
    const length = Math.min(hold(window, start.byte, MAX_HEADER), MAX_HEADER);
    const offset = start.byte - window.base;
    const bytes = window.bytes.subarray(offset, offset + length);
    const isX12 = bytes[0] === "I".charCodeAt(0);
    const header = isX12 ? readIsa(bytes, start) : readUnb(bytes, start);
    const reading = readInterchange(window, batch, isX12 ? X12 : EDIFACT, header, start, counters);
    interchanges.push(reading.entry);
    broken = !reading.entry.complete;
    if (broken) counters.structural += 1;
    if (!header.readable) unreadable += 1;
    position = reading.next;
  }
  if (unreadable >= MOST_FAULTS.headers || isHopeless(counters)) addFinding(findings, tooManyFaults(position));
  const family = interchanges[0]?.family;
  if (family === undefined) return nothing(source, window, findings.length === 0);
  return { size: source.size, family, segments: counters.segments, interchanges, findings };
}

/** A file that nothing can be read of; `blank`: nothing in it is anything but padding. */
const nothing = (source: ByteSource, window: ReadWindow, blank: boolean): Catalogue => ({
  size: source.size,
  family: undefined,
  segments: 0,
  interchanges: [],
  findings: [unknown(window, blank)],
});

/** The last interchange ends where the next begins: what lies between cannot be told from it. */
function extendLast(interchanges: InterchangeEntry[], endByte: number): void {
  const last = interchanges.pop();
  if (last !== undefined) interchanges.push({ ...last, endByte });
}

/** The first bytes of the file as latin-1 text. */
const beginning = (window: ReadWindow): string =>
  window.bytes.toString("latin1", 0, Math.min(hold(window, 0, MAX_HEADER), MAX_HEADER));

/** Where fixed records begin, if the file is of such: behind a byte order mark and blank lines. */
function fixedStart(window: ReadWindow): Position | undefined {
  const text = beginning(window);
  const before = /^(?:\u00EF\u00BB\u00BF)?[\r\n]*/.exec(text)?.[0] ?? "";
  if (!startsFixed(text.slice(before.length))) return undefined;
  return { byte: before.length, line: before.split("\n").length };
}

/** Blanks, line breaks, NUL, form feed, the end-of-file mark of old systems and the byte order mark. */
const IGNORED = new Set([0, 9, 10, 12, 13, 26, 32, 0xef, 0xbb, 0xbf]);

interface FoundHeader {
  readonly start: Position | undefined;
  /** The first text on the way that belongs to no interchange. */
  readonly stray: Place | undefined;
}

/**
 * Looks for the next ISA, UNA or UNB that stands at the beginning of something. A beginning of such a tag at the file's
 * end counts only where a header is due, which it is not behind an interchange that is `broken` off or other text.
 */
function nextHeader(window: ReadWindow, from: Position, broken: boolean): FoundHeader {
  let { byte, line } = from;
  let stray: Place | undefined;
  let previous = LF;
  for (;;) {
    const offset = byte - window.base;
    const held = offset < 0 ? -1 : window.length - offset;
    if (held < 4 && readOn(window, byte)) continue;
    if (window.base + window.length <= byte) return { start: undefined, stray };
    const at = byte - window.base;
    const current = window.bytes[at] as number;
    const least = broken || stray !== undefined ? 4 : 1;
    if (!isAlphanumeric(previous) && window.length - at >= least && startsHeader(window.bytes, at, window.length)) {
      return { start: { byte, line }, stray };
    }
    if (!IGNORED.has(current)) stray ??= { byte, line };
    if (current === LF) line += 1;
    previous = current;
    byte += 1;
  }
}

const HEADERS = ["ISA", "UNA", "UNB"];

/** Whether a header begins at `at`, or could if the file, whose held part ends at `end`, went on. */
function startsHeader(bytes: Uint8Array, at: number, end: number): boolean {
  const fourth = bytes[at + 3];
  if (at + 3 < end && fourth !== undefined && isAlphanumeric(fourth)) return false;
  const length = Math.min(3, end - at);
  return HEADERS.some((tag) => {
    for (let i = 0; i < length; i += 1) if (bytes[at + i] !== tag.charCodeAt(i)) return false;
    return true;
  });
}

/** @param blank nothing in the file is anything but padding */
function unknown(window: ReadWindow, blank: boolean): Finding {
  const length = Math.min(hold(window, 0, 40), 40);
  const bytes = window.bytes.subarray(0, length);
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const text = bytes.toString("latin1", 0, length).replace(/[^\x20-\x7E]/g, ".");
  if (blank) {
    return {
      code: "SYNTAX_EMPTY_FILE",
      severity: "reject",
      message: "The file is empty.",
      place: { byte: 0 },
      remedy: "Ask the sender to send it again.",
    };
  }
  return {
    code: "SYNTAX_UNKNOWN_FAMILY",
    severity: "reject",
    message: "The file is neither X12 nor EDIFACT nor a VDA message of fixed records.",
    place: { byte: 0, line: 1 },
    expected: "ISA, UNA, UNB or a header record such as 511 at its beginning",
    found: wide ? "text in UTF-16" : JSON.stringify(text),
    remedy: wide ? "Save it with one byte per character." : "Check that the right file was sent.",
  };
}
