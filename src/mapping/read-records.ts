/** Reading the positions of a fixed record: from its bytes where it is not cut. */
import type { Segment } from "../syntax/segment.ts";
import type { UncutSegment } from "../syntax/uncut.ts";
import { cleaned } from "./clean-text.ts";
import type { FieldDefinition } from "./definition.ts";
import { type ReadText } from "./field-places.ts";
import type { ReadPlaces, SumIndex } from "./places.ts";
import { compileField } from "./read-fields.ts";
import { type QuickField, quickField, readQuickly } from "./read-quick.ts";
import { type Held, type Run, reportUnmapped } from "./run.ts";

interface Position {
  readonly first: number;
  readonly last: number;
  readonly quick: QuickField | undefined;
  readonly read: ReadText;
}

/** Compiles the fields of a fixed record: the record is the only element behind the tag. */
export function fixedPlaces(
  fields: readonly FieldDefinition[],
  sums: SumIndex,
  taken: readonly (readonly [number, number])[],
): ReadPlaces {
  const parts = fields.map((field): Position => {
    const { address } = field;
    const range = address.kind === "range" ? address : { first: 1, last: 1 };
    return {
      first: range.first,
      last: range.last,
      quick: quickField(field),
      read: compileField(field, sums.get(field)),
    };
  });
  const gaps = gapsBetween([...taken, ...parts.map((part): readonly [number, number] => [part.first, part.last])]);
  return (segment, target, run) => {
    const { uncut } = segment;
    for (const part of parts) {
      if (uncut === undefined || !readBytes(part, uncut, target, run)) readPosition(part, segment, target, run);
    }
    for (const [first, last] of gaps) {
      if (uncut !== undefined && isBlankAt(uncut, first, last)) continue;
      const text = inRange(segment.elements[1] ?? "", first, last).trim();
      if (text !== "") reportUnmapped(run, first, text);
    }
  };
}

function readPosition({ first, last, read }: Position, segment: Segment, target: Held, run: Run): void {
  const held = inRange(segment.elements[1] ?? "", first, last);
  if (held === "") return;
  const text = cleaned(held, "", run, first, 0, 0);
  if (text !== "") read(text, target, run, "");
}

/** Reads a place from the record's bytes, the blanks around it left out; false where it has to be looked at more closely. */
function readBytes({ first, last, quick }: Position, record: UncutSegment, target: Held, run: Run): boolean {
  const { bytes } = record.held;
  let from = record.start + first - 1;
  let end = Math.min(record.start + last, record.end);
  while (from < end && bytes[from] === BLANK) from += 1;
  if (from >= end) return true;
  while (bytes[end - 1] === BLANK) end -= 1;
  return quick !== undefined && readQuickly(quick, record, from, end, target, run);
}

function isBlankAt({ end: limit, held, start }: UncutSegment, first: number, last: number): boolean {
  const end = Math.min(start + last, limit);
  for (let at = start + first - 1; at < end; at += 1) if (held.bytes[at] !== BLANK) return false;
  return true;
}

const BLANK = 32;

/** The text at the positions `first` to `last`, without the blanks around it. */
export function inRange(record: string, first: number, last: number): string {
  let from = first - 1;
  let end = Math.min(last, record.length);
  while (from < end && record.charCodeAt(from) === BLANK) from += 1;
  while (end > from && record.charCodeAt(end - 1) === BLANK) end -= 1;
  return from < end ? record.slice(from, end) : "";
}

function gapsBetween(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const gaps: [number, number][] = [];
  let next = 1;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > next) gaps.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  gaps.push([next, Number.MAX_SAFE_INTEGER]);
  return gaps;
}
