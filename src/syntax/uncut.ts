/**
 * Segments that are cut only where somebody asks for it: a mapping reads most values of a schedule from the bytes, and the
 * text of an element is made where it is needed. They are used again, batch by batch.
 */
import type { Segment } from "./segment.ts";

/** The bytes that a batch of segments stands in. */
export class UncutBytes {
  bytes: Uint8Array;
  private buffer: Buffer;
  private base = 0;
  private limit = 0;
  private decoded: string | undefined;

  constructor(buffer: Buffer) {
    this.bytes = buffer;
    this.buffer = buffer;
  }

  /** Holds the bytes of another batch: those of `buffer` from `base` up to, not including, `limit`. */
  hold(buffer: Buffer, base: number, limit: number): void {
    this.bytes = buffer;
    this.buffer = buffer;
    this.base = base;
    this.limit = limit;
    this.decoded = undefined;
  }

  /** The text between two offsets, read as latin-1. The batch is decoded once. */
  text(from: number, end: number): string {
    this.decoded ??= this.buffer.toString("latin1", this.base, this.limit);
    return this.decoded.slice(from - this.base, end - this.base);
  }
}

/** A segment, or a record, that is not cut. It says the same as a cut one, as long as its batch is the last one handed on. */
export class UncutSegment implements Segment {
  tag = "";
  byte = 0;
  line = 1;
  ordinal = 0;
  inSet = 0;
  readonly held: UncutBytes;
  /** Offsets in `held.bytes`: behind the tag (delimited segments) or at the record's first byte, and behind the last byte. */
  start = 0;
  end = 0;
  /** Where its element separators stand in `held.bytes`: `cuts[first]` to `cuts[behind - 1]`. None in a record. */
  readonly cuts: Int32Array;
  first = 0;
  behind = 0;
  private made: readonly string[] | undefined;
  private readonly length: number;

  /** `length` is that of a record in characters, 0 for a segment with separators. */
  constructor(held: UncutBytes, cuts: Int32Array, length = 0) {
    this.held = held;
    this.cuts = cuts;
    this.length = length;
  }

  /** Says another segment: its tag, and between which offsets of `held.bytes` it stands. */
  renew(tag: string, start: number, end: number): void {
    this.tag = tag;
    this.start = start;
    this.end = end;
    this.made = undefined;
  }

  /** Where it stands in its file and its set. */
  stand(byte: number, line: number, ordinal: number, inSet: number): void {
    this.byte = byte;
    this.line = line;
    this.ordinal = ordinal;
    this.inSet = inSet;
  }

  get uncut(): this {
    return this;
  }

  get elements(): readonly string[] {
    this.made ??= this.length > 0 ? this.recordElements() : this.cutElements();
    return this.made;
  }

  /** How many elements there are with the tag. */
  get count(): number {
    return this.length > 0 ? 2 : this.behind - this.first + 1;
  }

  /** Whether there is such an element behind the tag. */
  has(element: number): boolean {
    return element <= this.behind - this.first;
  }

  /** Offset in `held.bytes` of an element that is there. */
  startOf(element: number): number {
    return (this.cuts[this.first + element - 1] as number) + 1;
  }

  /** Offset in `held.bytes` behind an element that is there. */
  endOf(element: number): number {
    const next = this.first + element;
    return next < this.behind ? (this.cuts[next] as number) : this.end;
  }

  /** A segment of the same content that stays as it is when the next batch is read. */
  cut(): Segment {
    const { byte, elements, inSet, line, ordinal, tag } = this;
    return { tag, elements, byte, line, ordinal, inSet };
  }

  private recordElements(): string[] {
    return [this.tag, this.held.text(this.start, this.end).padEnd(this.length)];
  }

  private cutElements(): string[] {
    const elements = [this.tag];
    for (let n = 1; this.has(n); n += 1) elements.push(this.held.text(this.startOf(n), this.endOf(n)));
    return elements;
  }
}
