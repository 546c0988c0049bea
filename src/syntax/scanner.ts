/**
 * The tokenizer of X12 and EDIFACT: a loop over bytes that finds where segments begin and end, and one over characters
 * that cuts a segment into elements. Segments come in batches per chunk, as plain arrays of numbers, because an object
 * per segment would cost more than the reading itself.
 */
import type { Delimiters } from "./segment.ts";
import { MAX_SEGMENT, type ReadWindow, readOn } from "./window.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const BLANK = 32;
const SLASH = 47;
const NONE = -1;

/** What a scanned range is, as bits; 0 is a segment as it should be. */
export const MARK = {
  /** A line break stands inside the segment; it is no part of the data. */
  broken: 1,
  /** Two terminators with nothing between them. */
  empty: 2,
  /** A line of text that is no segment (a comment). */
  stray: 4,
  /** The range ended before the segment's terminator. */
  open: 8,
  /** No terminator within the longest segment that is read. */
  long: 16,
} as const;

/** What one step of the scanner found, valid until the next; offsets are into `window.bytes`, `end` excludes the terminator. */
export interface Batch {
  count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly lines: Int32Array;
  readonly marks: Uint8Array;
}

/** Room for `size` segments, to be used by one scanner after another. */
export function batchOf(size = 4096): Batch {
  return {
    count: 0,
    starts: new Int32Array(size),
    ends: new Int32Array(size),
    lines: new Int32Array(size),
    marks: new Uint8Array(size),
  };
}

interface Codes {
  readonly terminator: number;
  readonly element: number;
  readonly release: number;
  /** The byte that ends a line: CR where CR alone is the terminator. */
  readonly line: number;
  /** The tag after which the scanner pauses; empty when only the range ends it. */
  readonly last: string;
}

export interface Scanner {
  readonly window: ReadWindow;
  readonly batch: Batch;
  readonly codes: Codes;
  /** Offset in the file, and line, of what is scanned next. */
  byte: number;
  line: number;
}

/** A scanner over the window from `from` on; after a segment tagged `last` a batch ends, so that delimiters can change. */
export function scannerOf(
  window: ReadWindow,
  batch: Batch,
  from: { readonly byte: number; readonly line: number },
  delimiters: Delimiters,
  last: "" | "IEA" | "UNZ" = "",
): Scanner {
  const terminator = delimiters.segment.charCodeAt(0);
  const codes = {
    terminator,
    element: delimiters.element.charCodeAt(0),
    release: delimiters.release === "" ? NONE : delimiters.release.charCodeAt(0),
    line: terminator === CR ? CR : LF,
    last,
  };
  return { window, batch, codes, byte: from.byte, line: from.line };
}

/** Finds the next batch; false when the range has ended. A range marked `open` or `long` is always the last of its batch. */
export function nextBatch(scanner: Scanner): boolean {
  const { window, batch } = scanner;
  batch.count = 0;
  for (;;) {
    const offset = scanner.byte - window.base;
    if (offset >= 0 && offset < window.length) scanHeld(scanner, offset);
    if (batch.count > 0) return true;
    if (scanner.byte >= window.limit) return false;
    if (window.base === scanner.byte && window.length > MAX_SEGMENT) return giveUp(scanner, MARK.long);
    if (!readOn(window, scanner.byte)) return window.length === 0 ? false : giveUp(scanner, MARK.open);
  }
}

/** All that is held is the beginning of one segment without its terminator. */
function giveUp(scanner: Scanner, mark: number): boolean {
  const { window, batch } = scanner;
  let end = window.length;
  scanner.byte = window.base + end;
  while (end > 0 && isBlank(window.bytes[end - 1] as number)) end -= 1;
  put(batch, 0, end, scanner.line, mark | MARK.broken);
  return true;
}

const isBlank = (byte: number): boolean => byte === BLANK || byte === LF || byte === CR || byte === TAB;

function put(batch: Batch, start: number, end: number, line: number, mark: number): void {
  const at = batch.count;
  batch.starts[at] = start;
  batch.ends[at] = end;
  batch.lines[at] = line;
  batch.marks[at] = mark;
  batch.count = at + 1;
}

/** Puts the segments that are held whole into the batch, as many as fit, and moves the scanner behind the last of them. */
function scanHeld(scanner: Scanner, offset: number): void {
  const { batch, codes, window } = scanner;
  const { terminator, release, element, last } = codes;
  const bytes = window.bytes;
  const held = window.length;
  const lineEnd = codes.line;
  const lastFirst = last === "" ? NONE : last.charCodeAt(0);
  // A tab between segments is a blank, unless it is a delimiter.
  const tab = terminator === TAB || element === TAB ? LF : TAB;
  const room = batch.starts.length;
  let line = scanner.line;
  let i = offset;
  while (batch.count < room) {
    for (; i < held; i += 1) {
      const byte = bytes[i] as number;
      if (byte === lineEnd) line += 1;
      else if (byte !== BLANK && byte !== CR && byte !== LF && byte !== tab) break;
    }
    scanner.byte = window.base + i;
    scanner.line = line;
    if (i >= held) return;
    const start = i;
    if (bytes[i] === terminator) {
      put(batch, start, start, line, MARK.empty);
      i += 1;
      continue;
    }
    // A slash that is the last byte held falls through: as a segment it is not whole, so more is read first.
    if (bytes[i] === SLASH && element !== SLASH && i + 1 < held && bytes[i + 1] === SLASH) {
      while (i < held && bytes[i] !== lineEnd) i += 1;
      if (i >= held && window.base + held < window.limit) return;
      put(batch, start, i, line, MARK.stray);
      continue;
    }
    let mark = 0;
    let breaks = 0;
    for (; i < held; i += 1) {
      const byte = bytes[i] as number;
      if (byte === terminator) break;
      if (byte < BLANK) {
        if (byte === lineEnd) breaks += 1;
        if (byte === LF || (byte === CR && (terminator !== LF || bytes[i + 1] !== LF))) mark = MARK.broken;
      }
      if (byte === release) i += 1;
    }
    if (i >= held) return;
    if (i - start > MAX_SEGMENT) mark = MARK.long;
    put(batch, start, terminator === LF && i > start && bytes[i - 1] === CR ? i - 1 : i, line, mark);
    line += terminator === lineEnd ? breaks + 1 : breaks;
    i += 1;
    if (mark === MARK.long || (bytes[start] === lastFirst && isTag(bytes, start, i - 1, last, element))) break;
  }
  scanner.byte = window.base + i;
  scanner.line = line;
}

/** Whether the range begins with `tag` and an element separator, or is just the tag. */
export function isTag(bytes: Uint8Array, start: number, end: number, tag: string, element: number): boolean {
  const length = tag.length;
  if (end - start < length) return false;
  for (let i = 0; i < length; i += 1) if (bytes[start + i] !== tag.charCodeAt(i)) return false;
  return end - start === length || bytes[start + length] === element;
}

/** Cuts the characters `start` to `end` of `text` at the element separator; released separators do not cut. */
export function elementsOf(text: string, start: number, end: number, codes: Scanner["codes"]): string[] {
  const { element, release } = codes;
  const elements: string[] = [];
  let from = start;
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === element) {
      elements.push(text.slice(from, i));
      from = i + 1;
    } else if (code === release) i += 1;
  }
  elements.push(text.slice(from, end));
  return elements;
}

const LINE_BREAKS = /[\r\n]/g;

/** The elements of segment `at` of the batch; `text` is what the window holds from offset `textBase` on. */
export function elementsAt(scanner: Scanner, at: number, text: string, textBase: number): string[] {
  const { batch, codes } = scanner;
  const start = (batch.starts[at] as number) - textBase;
  const end = (batch.ends[at] as number) - textBase;
  if (((batch.marks[at] as number) & MARK.broken) === 0) return elementsOf(text, start, end, codes);
  const unbroken = text.slice(start, end).replace(LINE_BREAKS, "");
  return elementsOf(unbroken, 0, unbroken.length, codes);
}

/** The elements of one segment of the batch, decoded for itself. */
export function segmentElements(scanner: Scanner, at: number): string[] {
  const start = scanner.batch.starts[at] as number;
  return elementsAt(scanner, at, scanner.window.bytes.toString("latin1", start, scanner.batch.ends[at]), start);
}
