/**
 * Entries of a zip by its central directory, which is all that an .xlsx file needs; nothing is ever written anywhere. How much
 * comes out is limited whatever the zip says of itself.
 */
import { crc32, inflateRawSync } from "node:zlib";
import type { ByteSource } from "./segment.ts";

/** What is taken from a zip at most; a workbook of a schedule needs a small part of it. */
export const ZIP_CAPS = {
  entries: 2000,
  /** Bytes of the file itself. */
  size: 50_000_000,
  /** Bytes of one entry and of all that are taken, inflated. */
  entry: 100_000_000,
  total: 200_000_000,
  /** How many times longer an entry beyond the first ten million bytes may be than what it was made from. */
  ratio: 100,
} as const;
const FREE = 10_000_000;

/** Why a zip is not read on, in words for a finding. */
export class ZipFault extends Error {
  override readonly name = "ZipFault";
  readonly expected: string;
  readonly found: string;
  readonly byte: number;

  constructor(expected: string, found: string, byte = 0) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
    this.byte = byte;
  }
}

interface Entry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly compressed: number;
  readonly header: number;
}

export interface Zip {
  readonly names: readonly string[];
  /** The bytes of the entry; undefined when there is none of that name. @throws ZipFault */
  read(name: string): Buffer | undefined;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const DIRECTORY_LENGTH = 46;
const LOCAL_LENGTH = 30;
const MOST_COMMENT = 65_535;

/**
 * Opens the zip by its directory.
 * @throws ZipFault when it is none, is broken, split or encrypted, or holds more than `ZIP_CAPS` allow.
 */
export function openZip(source: ByteSource): Zip {
  if (source.size > ZIP_CAPS.size) throw new ZipFault(`at most ${ZIP_CAPS.size} bytes`, `${source.size}`);
  const { count, offset, size } = endOf(source);
  if (count > ZIP_CAPS.entries) throw new ZipFault(`at most ${ZIP_CAPS.entries} entries`, `${count}`);
  const entries = entriesOf(bytesAt(source, offset, size), offset, count);
  let total = 0;
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      const bytes = inflated(source, name, entry, ZIP_CAPS.total - total);
      total += bytes.length;
      return bytes;
    },
  };
}

function bytesAt(source: ByteSource, position: number, length: number): Buffer {
  if (position < 0 || length < 0 || position + length > source.size) {
    throw new ZipFault("a whole zip", "one that was cut", source.size);
  }
  const bytes = Buffer.alloc(length);
  for (let held = 0; held < length; ) {
    const got = source.read(bytes.subarray(held), position + held);
    if (got === 0) throw new ZipFault("a whole zip", "one that was cut", position + held);
    held += got;
  }
  return bytes;
}

function endOf(source: ByteSource): { count: number; offset: number; size: number } {
  const length = Math.min(source.size, END_LENGTH + MOST_COMMENT);
  const tail = bytesAt(source, source.size - length, length);
  for (let at = length - END_LENGTH; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END || at + END_LENGTH + tail.readUInt16LE(at + 20) !== length) continue;
    const [disk, first] = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
    const count = tail.readUInt16LE(at + 10);
    const [size, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (disk !== 0 || first !== 0) throw new ZipFault("a zip in one part", "one of several");
    if (count === 0xffff || offset === 0xffffffff)
      throw new ZipFault("an ordinary zip", "one of the huge kind (zip64)");
    return { count, offset, size };
  }
  throw new ZipFault("the directory at the end of a zip", "none: the file may have been cut", source.size);
}

function entriesOf(directory: Buffer, base: number, count: number): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let n = 0; n < count; n += 1) {
    if (at + DIRECTORY_LENGTH > directory.length || directory.readUInt32LE(at) !== DIRECTORY) {
      throw new ZipFault(`${count} entries in the zip's directory`, `${n}`, base + at);
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const rest = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    const name = directory.toString("utf8", at + DIRECTORY_LENGTH, at + DIRECTORY_LENGTH + nameLength);
    if (entries.has(name))
      throw new ZipFault("entries of different names", `two of ${JSON.stringify(name)}`, base + at);
    entries.set(name, {
      method: directory.readUInt16LE(at + 10),
      isEncrypted: (directory.readUInt16LE(at + 8) & 1) !== 0,
      crc: directory.readUInt32LE(at + 16),
      compressed: directory.readUInt32LE(at + 20),
      header: directory.readUInt32LE(at + 42),
    });
    at += DIRECTORY_LENGTH + nameLength + rest;
  }
  return entries;
}

function inflated(source: ByteSource, name: string, entry: Entry, room: number): Buffer {
  if (entry.isEncrypted) throw new ZipFault("entries that are not encrypted", name, entry.header);
  const local = bytesAt(source, entry.header, LOCAL_LENGTH);
  if (local.readUInt32LE(0) !== LOCAL)
    throw new ZipFault(`the entry ${name} where the directory says`, "none", entry.header);
  const start = entry.header + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28);
  const most = Math.min(ZIP_CAPS.entry, room, Math.max(FREE, entry.compressed * ZIP_CAPS.ratio));
  const raw = bytesAt(source, start, entry.compressed);
  const bytes = entry.method === 0 ? raw : unpacked(raw, entry, name, most);
  if (bytes.length > most) throw tooLong(name, most, entry);
  if (crc32(bytes) !== entry.crc) throw new ZipFault(`the entry ${name} as it was packed`, "other bytes", entry.header);
  return bytes;
}

function unpacked(raw: Buffer, entry: Entry, name: string, most: number): Buffer {
  if (entry.method !== 8)
    throw new ZipFault("entries that are stored or deflated", `method ${entry.method}`, entry.header);
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, most) });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw tooLong(name, most, entry);
    throw new ZipFault(`the entry ${name} as it was packed`, "bytes that cannot be unpacked", entry.header);
  }
}

const tooLong = (name: string, most: number, entry: Entry): ZipFault =>
  new ZipFault(`at most ${most} bytes in ${name}, which ${entry.compressed} bytes were made of`, "more", entry.header);
