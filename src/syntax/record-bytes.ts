/** Where fixed records begin and end in the bytes that are held. */

/** Characters of a record. */
export const LENGTH = 128;

const LF = 10;
const CR = 13;
const BLANK = 32;
const DELETE = 127;

/** Nothing but blanks, NUL and the end-of-file mark of old systems. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
export const PADDING = /^[\s\0\u001A]*$/;

/** How many characters the record has that begins at `offset`, where bytes are held up to `held`. */
export function lengthAt(bytes: Buffer, offset: number, held: number): number {
  const limit = Math.min(held, offset + LENGTH);
  let at = offset;
  while (at < limit && bytes[at] !== LF && bytes[at] !== CR) at += 1;
  return at - offset;
}

/** Behind the line break at `offset`, where there is one among the bytes up to `held`. */
export function behind(bytes: Buffer, offset: number, held: number): number {
  const next = offset < held && bytes[offset] === CR ? offset + 1 : offset;
  return next < held && bytes[next] === LF ? next + 1 : next;
}

/** Whether a record is none; nearly all begin with a digit. */
export function isPadding(bytes: Buffer, from: number, end: number): boolean {
  const first = bytes[from] as number;
  return !(end > from && first > BLANK && first < DELETE) && PADDING.test(bytes.toString("latin1", from, end));
}
