/** The records of a transmission for a mapping, which reads most of them from their bytes. */
import { tagOf } from "./batch-segments.ts";
import { behind, isPadding, LENGTH, lengthAt } from "./record-bytes.ts";
import type { ByteSource, Segment, SetEntry } from "./segment.ts";
import { UncutBytes, UncutSegment } from "./uncut.ts";
import { hold, windowOver } from "./window.ts";

/** Characters of a record's type. */
const TAG = 3;
/** So few that what their texts are slices of is no burden to who keeps one. */
const BATCH = 64;
const NO_CUTS = new Int32Array(0);

/** As `fixedRecordsOf`, without making a text of each record. */
export function* uncutRecordsOf(
  source: ByteSource,
  set: Pick<SetEntry, "firstByte" | "endByte" | "firstSegment" | "line">,
  chunk?: number,
): Generator<readonly Segment[]> {
  const window = windowOver(source, set.firstByte, set.endByte, chunk);
  const held = new UncutBytes(window.bytes);
  const room: UncutSegment[] = [];
  let byte = set.firstByte;
  let { line } = set;
  let inSet = 0;
  for (;;) {
    if (hold(window, byte, LENGTH + 2) === 0) return;
    const { base, bytes, length: last } = window;
    const first = byte - base;
    const batch: UncutSegment[] = [];
    // What is held stays where it is until the batch is done with.
    for (let at = first; batch.length < BATCH && (at === first || last - at >= LENGTH + 2); at = byte - base) {
      const end = at + lengthAt(bytes, at, last);
      const next = behind(bytes, end, last);
      if (!isPadding(bytes, at, end)) {
        const record = (room[batch.length] ??= new UncutSegment(held, NO_CUTS, LENGTH));
        inSet += 1;
        record.renew(tagAt(bytes, at, end), at, end);
        record.stand(byte, line, set.firstSegment + inSet - 1, inSet);
        batch.push(record);
      }
      byte = base + next;
      if (next > end) line += 1;
    }
    held.hold(bytes, first, byte - base);
    if (batch.length > 0) yield batch;
  }
}

/** The type of the record between two offsets, filled up with blanks as the record is. */
const tagAt = (bytes: Buffer, from: number, end: number): string =>
  (end - from < TAG ? undefined : tagOf(bytes, from, TAG)) ??
  bytes.toString("latin1", from, end).padEnd(TAG).slice(0, TAG);
