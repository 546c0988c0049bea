/** The line of the file that a finding is about, and where in it the fault begins. */
import type { ByteSource, Delimiters } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";

/** So much of a line as can be shown, and the columns at fault. */
export interface ShownLine {
  readonly text: string;
  /** The first character at fault, from 0, and how many there are. */
  readonly column: number;
  readonly length: number;
}

/** Characters shown before and behind the fault. */
const BEFORE = 60;
const BEHIND = 60;
const LINE_BREAK = new Set([10, 13]);
const ELLIPSIS = "…";

/** Reads the line around the byte that a finding names; nothing where it names none of the file. */
export function shownLine(
  source: ByteSource,
  finding: Finding,
  delimiters: Delimiters | undefined,
): ShownLine | undefined {
  const { byte } = finding.place;
  if (byte === undefined || byte < 0 || byte > source.size || source.size === 0) return undefined;
  const from = Math.max(0, byte - BEFORE * 4);
  const bytes = new Uint8Array(Math.min(source.size, byte + BEHIND * 4 + 200) - from);
  source.read(bytes, from);
  const at = faultAt(bytes, byte - from, finding, delimiters);
  let start = at;
  while (start > 0 && !LINE_BREAK.has(bytes[start - 1] as number)) start -= 1;
  let end = at;
  while (end < bytes.length && !LINE_BREAK.has(bytes[end] as number)) end += 1;
  const isWhole = start > 0 || from === 0;
  const before = characters(bytes.subarray(start, at));
  const behind = characters(bytes.subarray(at, end));
  const left =
    before.length > BEFORE ? ELLIPSIS + before.slice(-BEFORE).join("") : (isWhole ? "" : ELLIPSIS) + before.join("");
  const isCut = behind.length > BEHIND || (end === bytes.length && from + end < source.size);
  const right = behind.slice(0, BEHIND).join("") + (isCut ? ELLIPSIS : "");
  const length = Math.min(lengthOf(finding, behind, delimiters), Math.max(1, Array.from(right).length));
  return { text: left + right, column: Array.from(left).length, length };
}

/** A line's bytes as characters, one for each place on the screen; what cannot be shown is a dot. */
function characters(bytes: Uint8Array): string[] {
  const text = isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : Buffer.from(bytes).toString("latin1");
  return Array.from(text, (one) => (/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(one) ? "·" : one));
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Findings name the first byte of the element; of its repetitions and components the one at fault is shown. */
function faultAt(
  bytes: Uint8Array,
  element: number,
  { place, found = "" }: Finding,
  delimiters: Delimiters | undefined,
): number {
  if (delimiters === undefined || place.element === undefined) return Math.min(element, bytes.length);
  if (place.tag === "row") return cellWith(bytes, element, place.element, delimiters.element, found);
  const { component, repetition, release } = delimiters;
  const skipped = (from: number, by: string, count: number): number => {
    let at = from;
    for (let left = count; left > 0 && at < bytes.length; at += 1) {
      const character = String.fromCharCode(bytes[at] as number);
      if (release !== "" && character === release) at += 1;
      else if (character === by) left -= 1;
      else if (character === delimiters.element || character === delimiters.segment) return from;
    }
    return at;
  };
  const inRepetition =
    repetition === "" ? element : skipped(element, repetition, Math.max(place.repetition ?? 1, 1) - 1);
  return component === "" ? inRepetition : skipped(inRepetition, component, Math.max(place.component ?? 1, 1) - 1);
}

const QUOTE = 0x22;

/** The cell at fault: the one of that number, or the first of the row that holds what was found. */
function cellWith(bytes: Uint8Array, row: number, cell: number, delimiter: string, found: string): number {
  const numbered = cellAt(bytes, row, cell, delimiter);
  const text = Buffer.from(found, "utf8");
  const isThere = (at: number): boolean => Buffer.from(bytes.buffer, bytes.byteOffset + at, text.length).equals(text);
  if (text.length === 0 || (numbered + text.length <= bytes.length && isThere(numbered))) return numbered;
  for (let other = 1; other <= MOST_CELLS; other += 1) {
    const at = cellAt(bytes, row, other, delimiter);
    if (at + text.length <= bytes.length && isThere(at)) return at;
  }
  return numbered;
}
const MOST_CELLS = 200;

/** The n-th cell of a row that begins at `from`; a quoted one behind its quote. */
function cellAt(bytes: Uint8Array, from: number, cell: number, delimiter: string): number {
  let at = from;
  let isQuoted = false;
  for (let left = cell - 1; left > 0 && at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && bytes[at] === delimiter.charCodeAt(0)) left -= 1;
    else if (!isQuoted && LINE_BREAK.has(bytes[at] as number)) return from;
  }
  return bytes[at] === QUOTE ? at + 1 : at;
}

/** As much as was found wrong; else the tag or the element, up to the next separator. */
function lengthOf(
  { place, found = "" }: Finding,
  behind: readonly string[],
  delimiters: Delimiters | undefined,
): number {
  const text = behind.join("");
  const first = found.trim();
  if (first !== "" && text.startsWith(first)) return Array.from(first).length;
  if (delimiters === undefined) return 1;
  const ends = new Set(
    [delimiters.element, delimiters.segment, place.component === undefined ? "" : delimiters.component].filter(Boolean),
  );
  const length = behind.findIndex((character) => ends.has(character));
  return length <= 0 ? (length === 0 ? 1 : Math.max(1, Math.min(behind.length, place.tag?.length ?? 1))) : length;
}
