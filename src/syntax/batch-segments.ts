/** From the numbers of a batch to segments with their elements. */
import { type Batch, MARK, type Scanner, segmentElements } from "./scanner.ts";
import type { Segment } from "./segment.ts";
import { UncutBytes, UncutSegment } from "./uncut.ts";

/** Texts of tags of two and three bytes, by their bytes. */
const TAGS = new Map<number, string>();
const MOST_TAGS = 2000;

/** The text of a tag, the same string every time, which makes it quick to compare; undefined for unusual tags. */
export function tagOf(bytes: Buffer, start: number, length: number): string | undefined {
  if (length !== 2 && length !== 3) return undefined;
  // A third byte of NUL is not the same as none.
  const third = length === 3 ? ((bytes[start + 2] as number) << 16) | (1 << 24) : 0;
  const key = (bytes[start] as number) | ((bytes[start + 1] as number) << 8) | third;
  const known = TAGS.get(key);
  if (known !== undefined || TAGS.size >= MOST_TAGS) return known;
  const tag = bytes.toString("latin1", start, start + length);
  TAGS.set(key, tag);
  return tag;
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
      tag = tagOf(window.bytes, start, tagEnd - from) ?? text.slice(from, tagEnd);
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

/** Segments that are filled again for each batch. */
export interface UncutRoom {
  readonly held: UncutBytes;
  readonly segments: UncutSegment[];
}

/** Room for as many uncut segments as the scanner's batch has room for. */
export function uncutRoom({ cuts, starts }: Batch, bytes: Buffer): UncutRoom {
  const held = new UncutBytes(bytes);
  return { held, segments: Array.from({ length: starts.length }, () => new UncutSegment(held, cuts)) };
}

/** As `batchSegments`, without cutting what need not be looked at closely. */
export function uncutSegments(scanner: Scanner, room: UncutRoom, first: number, inSet: number): Segment[] {
  const { batch, window } = scanner;
  const { cutEnds, cuts, ends, lines, marks, starts } = batch;
  const { bytes } = window;
  room.held.hold(bytes, starts[0] as number, ends[batch.count - 1] as number);
  const segments: Segment[] = room.segments.slice(0, batch.count);
  let filled = 0;
  let next = 0;
  for (let at = 0; at < batch.count; at += 1) {
    const mark = marks[at] as number;
    if (mark !== 0 && (mark & MARK.broken) === 0) continue;
    const start = starts[at] as number;
    const cutEnd = cutEnds[at] as number;
    const ordinal = inSet + filled + 1;
    const [byte, line] = [window.base + start, lines[at] as number];
    if (mark === 0) {
      const end = ends[at] as number;
      const tagEnd = next < cutEnd ? (cuts[next] as number) : end;
      const segment = room.segments[at] as UncutSegment;
      segment.renew(tagOf(bytes, start, tagEnd - start) ?? room.held.text(start, tagEnd), tagEnd, end);
      segment.stand(byte, line, first + ordinal - 1, ordinal);
      segment.first = next;
      segment.behind = cutEnd;
      segments[filled] = segment;
    } else {
      const elements = segmentElements(scanner, at);
      segments[filled] = {
        tag: elements[0] as string,
        elements,
        byte,
        line,
        ordinal: first + ordinal - 1,
        inSet: ordinal,
      };
    }
    filled += 1;
    next = cutEnd;
  }
  if (filled < segments.length) segments.length = filled;
  return segments;
}
