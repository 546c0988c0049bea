/** The part of a source that is in memory: a buffer that moves over the file, so memory does not grow with the file. */
import type { ByteSource } from "./segment.ts";

/** Longest segment that is read, in bytes; a longer one is a finding (a lost terminator would swallow the file). */
export const MAX_SEGMENT = 65_536;

const CHUNK = 131_072;
/** The most bytes a window of ordinary chunks holds. */
export const CAPACITY = MAX_SEGMENT + 1 + CHUNK;

export interface ReadWindow {
  readonly source: ByteSource;
  /** Nothing is read from this offset of the file on. */
  readonly limit: number;
  /** Most bytes that are asked for at a time. */
  readonly chunk: number;
  readonly bytes: Buffer;
  /** Offset in the file of the first byte held. */
  base: number;
  /** Number of bytes held. */
  length: number;
}

/**
 * A window over the bytes `from` to `limit` of `source`, in `room` where there is some; a `chunk` other than the default is
 * for tests of chunk edges.
 */
export function windowOver(source: ByteSource, from: number, limit: number, chunk = CHUNK, room?: Buffer): ReadWindow {
  const capacity = Math.max(1, Math.min(MAX_SEGMENT + 1 + chunk, limit - from));
  const bytes = room === undefined ? Buffer.allocUnsafe(capacity) : room.subarray(0, capacity);
  return { source, limit, chunk, bytes, base: from, length: 0 };
}

/**
 * Forgets what lies before `position` and reads on, as far as there is room. False when nothing could be added: the
 * range has ended, or more than the longest segment is held from `position` on.
 */
export function readOn(window: ReadWindow, position: number): boolean {
  const skip = position - window.base;
  if (skip < 0 || skip > window.length) {
    window.length = 0;
  } else if (skip > 0) {
    window.bytes.copyWithin(0, skip, window.length);
    window.length -= skip;
  }
  window.base = position;
  const next = position + window.length;
  const room = Math.min(window.chunk, window.bytes.length - window.length, window.limit - next);
  if (room <= 0) return false;
  const got = window.source.read(window.bytes.subarray(window.length, window.length + room), next);
  window.length += got;
  return got > 0;
}

/** Holds at least `wanted` bytes from `position` on, or all there are; returns how many. */
export function hold(window: ReadWindow, position: number, wanted: number): number {
  const held = () => window.base + window.length - position;
  let more = position >= window.base && held() >= 0 ? true : readOn(window, position);
  // Short reads are lawful; this ends when the range does.
  while (more && held() < wanted) more = readOn(window, position);
  return Math.max(held(), 0);
}
