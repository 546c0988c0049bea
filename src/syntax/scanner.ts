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
  /** Where element separators stand, all segments' one after another; no room at all when only segments are looked for. */
  readonly cuts: Int32Array;
  /** How many cuts there are up to and with each segment. */
  readonly cutEnds: Int32Array;
}

/** Room for `size` segments, to be used by one scanner after another; `cuts` is the room for element separators. */
export function batchOf(size = 4096, cuts = 0): Batch {
  return {
    count: 0,
    starts: new Int32Array(size),
    ends: new Int32Array(size),
    lines: new Int32Array(size),
    marks: new Uint8Array(size),
    cuts: new Int32Array(cuts),
    cutEnds: new Int32Array(cuts === 0 ? 0 : size),
  };
}

interface Codes {
  readonly terminator: number;
  readonly element: number;
  readonly release: number;
  /** The byte that ends a line: CR where CR alone is the terminator. */
  readonly line: number;
  /** What every byte means within a segment: one of `KIND`. */
  readonly kinds: Uint8Array;
  /** The tag after which the scanner pauses; empty when only the range ends it. */
  readonly last: string;
}

const KIND = { data: 0, element: 1, terminator: 2, lineBreak: 3, release: 4 } as const;

/** Tables made so far, by their delimiters: a file of many small interchanges would else make one for each. */
const KINDS = new Map<number, Uint8Array>();
const MOST_KINDS = 100;

function kindsOf(terminator: number, element: number, release: number): Uint8Array {
  const key = (terminator * 512 + element + 1) * 512 + release + 1;
  const known = KINDS.get(key);
  if (known !== undefined) return known;
  const kinds = new Uint8Array(256);
  if (KINDS.size < MOST_KINDS) KINDS.set(key, kinds);
  kinds[LF] = KIND.lineBreak;
  kinds[CR] = KIND.lineBreak;
  if (element !== NONE) kinds[element] = KIND.element;
  if (release !== NONE) kinds[release] = KIND.release;
  kinds[terminator] = KIND.terminator;
  return kinds;
}

export interface Scanner {
  readonly window: ReadWindow;
  readonly batch: Batch;
  readonly codes: Codes;
  /** Offset in the file, and line, of what is scanned next. */
  byte: number;
  line: number;
  /** What was met on the way to the end of the segment looked at last. */
  readonly met: Met;
}

interface Met {
  /** Element separators, with those of the segments before it in the batch. */
  cuts: number;
  /** Ends of lines. */
  lines: number;
  broken: boolean;
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
  const element = delimiters.element.charCodeAt(0);
  const release = delimiters.release === "" ? NONE : delimiters.release.charCodeAt(0);
  // Where only segments are looked for, element separators are data: to stop at each of them costs a tenth.
  const kinds = kindsOf(terminator, batch.cuts.length === 0 ? NONE : element, release);
  const codes = { terminator, element, release, line: terminator === CR ? CR : LF, kinds, last };
  const met = { cuts: 0, lines: 0, broken: false };
  return { window, batch, codes, byte: from.byte, line: from.line, met };
}

/** Finds the next batch; false when the range has ended. A range marked `open` or `long` is always a batch of its own. */
export function nextBatch(scanner: Scanner): boolean {
  const { window, batch } = scanner;
  batch.count = 0;
  for (;;) {
    const offset = scanner.byte - window.base;
    if (offset >= 0 && offset < window.length) scanHeld(scanner, offset);
    if (batch.count > 0) return true;
    if (scanner.byte >= window.limit) return false;
    const held = window.base + window.length - scanner.byte;
    if (held > MAX_SEGMENT) return giveUp(scanner, MAX_SEGMENT + 1, MARK.long);
    if (!readOn(window, scanner.byte)) return window.length === 0 ? false : giveUp(scanner, window.length, MARK.open);
  }
}

/** What is held next is the beginning of one segment, `length` bytes without its terminator. */
function giveUp(scanner: Scanner, length: number, mark: number): boolean {
  const { batch, codes, window } = scanner;
  const start = scanner.byte - window.base;
  let end = start + length;
  const { line } = scanner;
  scanner.byte += length;
  scanner.line += count(window.bytes, codes.line, start, end);
  while (end > start && isBlank(window.bytes[end - 1] as number)) end -= 1;
  put(batch, start, end, line, mark | MARK.broken);
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
  const { batch, codes, met, window } = scanner;
  const { element, last, line: lineEnd, terminator } = codes;
  const { bytes, length: held } = window;
  const lastFirst = last === "" ? NONE : last.charCodeAt(0);
  // A tab between segments is a blank, unless it is a delimiter.
  const tab = terminator === TAB || element === TAB ? LF : TAB;
  const room = batch.starts.length;
  let cuts = 0;
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
      i = find(bytes, lineEnd, i, held);
      if (i >= held && window.base + held < window.limit) return;
      put(batch, start, i, line, MARK.stray);
      continue;
    }
    met.cuts = cuts;
    const end = endOf(scanner, start);
    if (end >= held || end - start > MAX_SEGMENT) return;
    let mark = met.broken ? MARK.broken : 0;
    if (batch.cuts.length > 0) {
      // Where there is no room for its cuts, a segment is cut by itself, as those with line breaks are.
      if (met.cuts > batch.cuts.length) mark = MARK.broken;
      else cuts = met.cuts;
      batch.cutEnds[batch.count] = cuts;
    }
    const isCrLf = terminator === LF && mark === 0 && end > start && bytes[end - 1] === CR;
    put(batch, start, isCrLf ? end - 1 : end, line, mark);
    line += met.lines + (terminator === lineEnd ? 1 : 0);
    i = end + 1;
    if (bytes[start] === lastFirst && isTag(bytes, start, end, last, element, mark !== 0)) break;
  }
  scanner.byte = window.base + i;
  scanner.line = line;
}

/**
 * Where the segment that begins at `start` ends, or the end of what is held when it is not whole; notes in `met` what is
 * on the way, and in the batch, as far as there is room, where element separators stand. One loop with a table: segments
 * are so short that asking the engine to search for each delimiter costs several times as much.
 */
function endOf(scanner: Scanner, start: number): number {
  const { batch, codes, met, window } = scanner;
  const { kinds, line: lineEnd, terminator } = codes;
  const { bytes, length: held } = window;
  const positions = batch.cuts;
  const room = positions.length;
  let { cuts } = met;
  met.lines = 0;
  met.broken = false;
  let i = start;
  for (; i < held; i += 1) {
    const kind = kinds[bytes[i] as number] as number;
    if (kind === KIND.data) continue;
    if (kind === KIND.terminator) break;
    if (kind === KIND.element) {
      if (cuts < room) positions[cuts] = i;
      cuts += 1;
      continue;
    }
    if (kind === KIND.release) {
      i += 1;
      // Where lines are wrapped, what is released may stand on the next one.
      while (i < held && (bytes[i] === LF || bytes[i] === CR)) {
        if (bytes[i] === lineEnd) met.lines += 1;
        met.broken = true;
        i += 1;
      }
      continue;
    }
    const byte = bytes[i];
    if (byte !== LF && byte !== CR) continue;
    if (byte === lineEnd) met.lines += 1;
    // CR before LF belongs to the terminator where that is LF.
    if (byte === LF || terminator !== LF || bytes[i + 1] !== LF) met.broken = true;
  }
  met.cuts = cuts;
  return i;
}

/** Where `byte` stands next, from `from` on; `held` when nowhere. */
function find(bytes: Buffer, byte: number, from: number, held: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 || at > held ? held : at;
}

function count(bytes: Buffer, wanted: number, from: number, end: number): number {
  let found = 0;
  for (let i = from; i < end; i += 1) if (bytes[i] === wanted) found += 1;
  return found;
}

/** Whether the range begins with `tag` and an element separator, or is just the tag; `broken` when line breaks stand in it. */
export function isTag(
  bytes: Buffer,
  start: number,
  end: number,
  tag: string,
  element: number,
  broken: boolean,
): boolean {
  if (broken) return isBrokenTag(bytes, start, end, tag, element);
  const length = tag.length;
  if (end - start < length) return false;
  for (let i = 0; i < length; i += 1) if (bytes[start + i] !== tag.charCodeAt(i)) return false;
  return end - start === length || bytes[start + length] === element;
}

/** A line may be wrapped in the middle of a tag. */
function isBrokenTag(bytes: Buffer, start: number, end: number, tag: string, element: number): boolean {
  const text = bytes.toString("latin1", start, Math.min(end, start + 4 * tag.length)).replace(LINE_BREAKS, "");
  return text === tag || text.startsWith(tag + String.fromCharCode(element));
}

const LINE_BREAKS = /[\r\n]/g;

/** The elements of segment `at` of the batch, decoded for itself. */
export function segmentElements(scanner: Scanner, at: number): string[] {
  const { batch, codes, window } = scanner;
  const text = window.bytes.toString("latin1", batch.starts[at], batch.ends[at]);
  const { element, release } = codes;
  const broken = ((batch.marks[at] as number) & MARK.broken) !== 0;
  return cutText(broken ? text.replace(LINE_BREAKS, "") : text, element, release);
}

/** Cuts `text` at the element separator; released separators do not cut. */
function cutText(text: string, element: number, release: number): string[] {
  const elements: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === element) {
      elements.push(text.slice(from, i));
      from = i + 1;
    } else if (code === release) i += 1;
  }
  elements.push(text.slice(from));
  return elements;
}
