/**
 * The tokenizer of X12 and EDIFACT: a loop over bytes that finds where segments begin and end, and one over characters
 * that cuts a segment into elements. Segments come in batches per chunk, as plain arrays of numbers, because an object
 * per segment would cost more than the reading itself.
 */
import type { Delimiters, Segment } from "./segment.ts";
import { MAX_SEGMENT, nextBreak, type ReadWindow, readOn } from "./window.ts";

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
  const element = delimiters.element.charCodeAt(0);
  const release = delimiters.release === "" ? NONE : delimiters.release.charCodeAt(0);
  const codes = { terminator, element, release, line: terminator === CR ? CR : LF, last };
  return { window, batch, codes, byte: from.byte, line: from.line };
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

/**
 * Puts the segments that are held whole into the batch, as many as fit, and moves the scanner behind the last of them.
 * The search for single bytes is the engine's, eight times as fast as a loop here; so the loops below only look at
 * segments that hold a release character or a line break.
 */
function scanHeld(scanner: Scanner, offset: number): void {
  const { batch, codes, window } = scanner;
  const { element, last, release, terminator } = codes;
  const bytes = window.bytes;
  const held = window.length;
  const lineEnd = codes.line;
  const lastFirst = last === "" ? NONE : last.charCodeAt(0);
  // A tab between segments is a blank, unless it is a delimiter.
  const tab = terminator === TAB || element === TAB ? LF : TAB;
  const room = batch.starts.length;
  const wantsCuts = batch.cuts.length > 0;
  let cuts = 0;
  let line = scanner.line;
  let i = offset;
  let nextLf = nextBreak(window, window.lf, i);
  let nextCr = nextBreak(window, window.cr, i);
  let nextRelease = release === NONE ? held : find(bytes, release, i, held);
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
    if (nextLf < i) nextLf = nextBreak(window, window.lf, i);
    if (nextCr < i) nextCr = nextBreak(window, window.cr, i);
    // A slash that is the last byte held falls through: as a segment it is not whole, so more is read first.
    if (bytes[i] === SLASH && element !== SLASH && i + 1 < held && bytes[i + 1] === SLASH) {
      i = lineEnd === LF ? nextLf : nextCr;
      if (i >= held && window.base + held < window.limit) return;
      put(batch, start, i, line, MARK.stray);
      continue;
    }
    if (nextRelease < i) nextRelease = find(bytes, release, i, held);
    let end = find(bytes, terminator, i, held);
    if (nextRelease < end) end = unreleased(bytes, i, held, codes);
    if (end >= held) return;
    if (end - start > MAX_SEGMENT) return;
    let mark = 0;
    let next = line;
    if (nextLf < end || nextCr < end) {
      if (nextLf < end || nextCr < end - 1 || terminator !== LF) mark = MARK.broken;
      next += count(bytes, lineEnd, i, end);
    }
    if (terminator === lineEnd) next += 1;
    if (wantsCuts) {
      const cutEnd = cut(batch, cuts, bytes, start, end, codes, nextRelease < end);
      // Where there is no room for its cuts, a segment is cut by itself, as those with line breaks are.
      if (cutEnd > batch.cuts.length) mark = mark === 0 ? MARK.broken : mark;
      else cuts = cutEnd;
      batch.cutEnds[batch.count] = cuts;
    }
    put(batch, start, terminator === LF && nextCr === end - 1 && end > start ? end - 1 : end, line, mark);
    line = next;
    i = end + 1;
    if (mark === MARK.long || (bytes[start] === lastFirst && isTag(bytes, start, end, last, element, mark !== 0)))
      break;
  }
  scanner.byte = window.base + i;
  scanner.line = line;
}

/** Where `byte` stands next, from `from` on; `held` when nowhere. */
function find(bytes: Buffer, byte: number, from: number, held: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 || at > held ? held : at;
}

/** Where the segment ends that begins at `from` and holds a release character; `held` when it is not whole. */
function unreleased(bytes: Buffer, from: number, held: number, codes: Scanner["codes"]): number {
  for (let i = from; i < held; i += 1) {
    const byte = bytes[i];
    if (byte === codes.release) i += 1;
    else if (byte === codes.terminator) return i;
  }
  return held;
}

function count(bytes: Buffer, wanted: number, from: number, end: number): number {
  let found = 0;
  for (let i = from; i < end; i += 1) if (bytes[i] === wanted) found += 1;
  return found;
}

/** Notes where the element separators stand, as far as there is room; returns how many cuts there are then. */
function cut(
  batch: Batch,
  already: number,
  bytes: Buffer,
  start: number,
  end: number,
  codes: Scanner["codes"],
  releases: boolean,
): number {
  const { element, release } = codes;
  const cuts = batch.cuts;
  let found = already;
  for (let i = start; i < end; i += 1) {
    const byte = bytes[i];
    if (byte === element) {
      cuts[found] = i;
      found += 1;
    } else if (releases && byte === release) i += 1;
  }
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

/**
 * Hands on the segments of a batch with cuts, empty ones and stray lines left out; `first` is the ordinal in the file of
 * the set's first, `inSet` that of the last one before. The batch is decoded once, and arrays are made in their length:
 * growing them is what would cost most.
 */
export function batchSegments(scanner: Scanner, first: number, inSet: number): Segment[] {
  const { batch, window } = scanner;
  const { cutEnds, cuts, ends, lines, marks, starts } = batch;
  const base = starts[0] as number;
  const text = window.bytes.toString("latin1", base, ends[batch.count - 1]);
  const segments: Segment[] = [];
  let ordinal = inSet;
  let next = 0;
  let tag = "";
  for (let at = 0; at < batch.count; at += 1) {
    const mark = marks[at] as number;
    if (mark !== 0 && (mark & MARK.broken) === 0) continue;
    const start = starts[at] as number;
    const cutEnd = cutEnds[at] as number;
    let elements: string[];
    if (mark === 0) {
      // oxlint-disable-next-line unicorn/no-new-array -- arrays that grow cost a third of the reading
      elements = new Array<string>(cutEnd - next + 1);
      let from = start - base;
      const tagEnd = next < cutEnd ? (cuts[next] as number) - base : (ends[at] as number) - base;
      // Most segments have the tag of the one before, so its text is used again.
      if (tagEnd - from !== tag.length || !text.startsWith(tag, from)) tag = text.slice(from, tagEnd);
      elements[0] = tag;
      for (let n = 1; next < cutEnd; n += 1) {
        from = (cuts[next] as number) - base + 1;
        next += 1;
        elements[n] = text.slice(from, (next < cutEnd ? (cuts[next] as number) : (ends[at] as number)) - base);
      }
    } else {
      elements = segmentElements(scanner, at);
      tag = elements[0] as string;
      next = cutEnd;
    }
    ordinal += 1;
    segments.push({
      tag,
      elements,
      byte: window.base + start,
      line: lines[at] as number,
      ordinal: first + ordinal - 1,
      inSet: ordinal,
    });
  }
  return segments;
}
