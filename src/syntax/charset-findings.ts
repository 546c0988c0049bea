/** Whether the bytes of an interchange are of the character set that it declares. */
import { isAscii } from "node:buffer";
import type { Finding } from "../values/finding.ts";
import { bytesOf, wholeCharacter } from "./charsets.ts";
import type { ByteSource, Delimiters } from "./segment.ts";

const PIECE = 65_536;
/** A character of UTF-8 may begin before the end of a piece and end behind it. */
const LONGEST = 4;

/** A byte that the set does not have. */
interface Stranger {
  readonly byte: number;
  readonly value: number;
}

/**
 * The finding on the first byte of the range that the character set does not have, a byte from 0x80 on before all others; none
 * where all is well. Plain characters that only levels A and B lack are read as they are, so they are but noted.
 */
export function charsetFindings(
  source: ByteSource,
  range: { readonly firstByte: number; readonly endByte: number; readonly line: number },
  level: string,
  charset: string,
  delimiters: Delimiters,
): Finding[] {
  const found = strangerIn(source, range.firstByte, range.endByte, charset, delimiters);
  if (found === undefined) return [];
  const isHigh = found.value >= 0x80;
  const line = range.line + linesBefore(source, range.firstByte, found.byte);
  return [
    {
      code: "SYNTAX_CHARSET",
      severity: isHigh ? "tolerated" : "note",
      message: `The interchange declares ${level}, and holds a byte that this character set does not have.`,
      place: { byte: found.byte, line },
      expected: `characters of ${charset}`,
      found: isHigh ? hex(found.value) : `${JSON.stringify(String.fromCharCode(found.value))} (${hex(found.value)})`,
      remedy: isHigh
        ? "Set the partner's charset to the one it sends, or ask the sender for the right level."
        : "Ask the sender for level UNOC or higher; the text is read all the same.",
    },
  ];
}

const hex = (value: number): string => `byte 0x${value.toString(16).toUpperCase().padStart(2, "0")}`;

function strangerIn(
  source: ByteSource,
  from: number,
  end: number,
  charset: string,
  delimiters: Delimiters,
): Stranger | undefined {
  const held = bytesOf(charset);
  const all = held?.slice();
  for (const delimiter of Object.values(delimiters) as string[])
    if (delimiter !== "") all?.fill(1, delimiter.charCodeAt(0), delimiter.charCodeAt(0) + 1);
  const isWhole = all === undefined || !all.subarray(0, 0x80).includes(0);
  let plain: Stranger | undefined;
  const bytes = Buffer.allocUnsafe(Math.max(LONGEST, Math.min(PIECE, end - from)));
  for (let at = from; at < end; ) {
    const piece = filled(source, bytes, at, end);
    const got = piece.length;
    if (got === 0) break;
    const isLast = at + got >= end;
    if (isWhole && isAscii(piece)) at += got;
    else if (all === undefined) {
      const { broken, read } = brokenIn(piece, isLast);
      if (broken !== undefined) return { byte: at + broken, value: piece[broken] as number };
      at += read;
    } else {
      for (let n = 0; n < got; n += 1) {
        const value = piece[n] as number;
        if (all[value] !== 0) continue;
        if (value >= 0x80) return { byte: at + n, value };
        plain ??= { byte: at + n, value };
      }
      at += got;
    }
  }
  return plain;
}

/** As many bytes from `at` on as there are and fit: short reads are lawful. */
function filled(source: ByteSource, into: Buffer, at: number, end: number): Buffer {
  const wanted = Math.min(into.length, end - at);
  let held = 0;
  for (let got = 1; held < wanted && got > 0; held += got) got = source.read(into.subarray(held, wanted), at + held);
  return into.subarray(0, held);
}

/** The first byte of the piece that begins no character of UTF-8; a character that the piece may have cut is left to the next. */
function brokenIn(piece: Uint8Array, isLast: boolean): { broken: number | undefined; read: number } {
  const most = isLast ? piece.length : piece.length - LONGEST + 1;
  let at = 0;
  while (at < most) {
    const length = wholeCharacter(piece, at);
    if (length === 0) return { broken: at, read: at };
    at += length;
  }
  return { broken: undefined, read: Math.max(at, 1) };
}

function linesBefore(source: ByteSource, from: number, end: number): number {
  const bytes = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE, end - from)));
  let lines = 0;
  for (let at = from; at < end; ) {
    const got = filled(source, bytes, at, end).length;
    if (got === 0) break;
    for (let n = 0; n < got; n += 1) if (bytes[n] === 10) lines += 1;
    at += got;
  }
  return lines;
}
