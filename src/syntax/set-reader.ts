/** Pass two: the segments of one set, read from its byte range; memory is that of one batch, whatever the set's length. */
import { batchSegments, type UncutRoom, uncutRoom, uncutSegments } from "./batch-segments.ts";
import { readUnb } from "./edifact-header.ts";
import { fixedRecordsOf } from "./fixed-records.ts";
import { MAX_HEADER } from "./header.ts";
import { jsonSegmentsOf } from "./json-catalogue.ts";
import { type Batch, batchOf, nextBatch, scannerOf } from "./scanner.ts";
import type { ByteSource, InterchangeEntry, Segment, SetEntry, SetSegments } from "./segment.ts";
import { tableRowsOf } from "./tables.ts";
import { uncutRecordsOf } from "./uncut-records.ts";
import { CAPACITY, windowOver } from "./window.ts";
import { readIsa } from "./x12-header.ts";

/** Few enough that what was read of one batch is garbage before the collector would have to copy it. */
const BATCH = 256;
/** Room for so many separators per segment; few messages have more on average. */
const CUTS = 8;

/** What the reading of one set needs room for. */
interface Room {
  readonly batch: Batch;
  readonly bytes: Buffer;
  readonly uncut: UncutRoom;
}

/** Room that no reading uses now: most sets are small, and making room for each would cost as much as reading it. */
const unused: Room[] = [];
const MOST_UNUSED = 4;

function newRoom(): Room {
  const batch = batchOf(BATCH, BATCH * CUTS);
  const bytes = Buffer.allocUnsafeSlow(CAPACITY);
  return { batch, bytes, uncut: uncutRoom(batch, bytes) };
}

type Interchange = Pick<InterchangeEntry, "family" | "delimiters" | "table">;
type Range = Pick<SetEntry, "firstByte" | "endByte" | "firstSegment" | "segments" | "line">;

/**
 * The set's segments from ST to SE (UNH to UNT, first to last record), in batches. Ordinals continue the catalogue's:
 * empty segments and stray lines, which it has reported, are left out and not counted.
 */
export function segmentsOf(source: ByteSource, interchange: Interchange, set: Range, chunk?: number): SetSegments {
  const batches = (isUncut: boolean) => batchesOf(source, interchange, set, isUncut, chunk);
  return { [Symbol.iterator]: () => batches(false), uncut: () => batches(true) };
}

function batchesOf(
  source: ByteSource,
  interchange: Interchange,
  set: Range,
  isUncut: boolean,
  chunk: number | undefined,
): Generator<readonly Segment[]> {
  const { family } = interchange;
  if (family === "fixed") return isUncut ? uncutRecordsOf(source, set, chunk) : fixedRecordsOf(source, set, chunk);
  if (family === "json") return jsonSegmentsOf(source, set);
  if (family === "csv") return tableRowsOf(source, interchange, set, chunk);
  return delimitedSegments(source, interchange, set, isUncut, chunk);
}

function* delimitedSegments(
  source: ByteSource,
  { delimiters }: Interchange,
  set: Range,
  isUncut: boolean,
  chunk: number | undefined,
): Generator<readonly Segment[]> {
  const room = unused.pop() ?? newRoom();
  const window = windowOver(source, set.firstByte, set.endByte, chunk, room.bytes);
  const scanner = scannerOf(window, room.batch, { byte: set.firstByte, line: set.line }, delimiters);
  let inSet = 0;
  try {
    while (nextBatch(scanner)) {
      const segments = isUncut
        ? uncutSegments(scanner, room.uncut, set.firstSegment, inSet)
        : batchSegments(scanner, set.firstSegment, inSet);
      inSet += segments.length;
      if (segments.length > 0) yield segments;
    }
  } finally {
    if (unused.length < MOST_UNUSED) unused.push(room);
  }
}

/** All segments of an interchange from ISA to IEA (UNB to UNZ), as tag and elements: what a second reader is held against. */
export function elementsOfInterchange(source: ByteSource, interchange: InterchangeEntry): string[][] {
  const { endByte, firstByte, line } = interchange;
  const bytes = Buffer.alloc(Math.min(MAX_HEADER, endByte - firstByte));
  const got = source.read(bytes, firstByte);
  const read = interchange.family === "edifact" ? readUnb : readIsa;
  const header = read(bytes.subarray(0, got), { byte: firstByte, line, segment: 1 });
  const range = { ...interchange, firstByte: firstByte + header.length, firstSegment: 2 };
  return [
    [...header.elements],
    ...[...segmentsOf(source, interchange, range)].flat().map(({ elements }) => [...elements]),
  ];
}
