/**
 * Character sets by their names: values are bytes held as latin-1 text until they are decoded, and become such text again when
 * they are written. Tables of sets of one byte per character are iconv-lite's.
 */
import iconv from "iconv-lite";
import type { InterchangeEntry } from "./segment.ts";

/** The names a partner's file, a table's layout or a test may give; `unoa` and `unob` are the repertoires of ISO 9735. */
export const CHARSETS = [
  "ascii",
  "unoa",
  "unob",
  "latin1",
  "iso-8859-1",
  "iso-8859-2",
  "iso-8859-3",
  "iso-8859-4",
  "iso-8859-5",
  "iso-8859-6",
  "iso-8859-7",
  "iso-8859-8",
  "iso-8859-9",
  "iso-8859-15",
  "windows-1250",
  "windows-1252",
  "cp1252",
  "cp437",
  "cp850",
  "utf-8",
] as const;
export type Charset = (typeof CHARSETS)[number];

/** ISO 9735, data element 0001: the levels and what they stand for; those of several bytes are read as UTF-8. */
const LEVELS: Readonly<Record<string, Charset>> = {
  UNOA: "unoa",
  UNOB: "unob",
  UNOC: "iso-8859-1",
  UNOD: "iso-8859-2",
  UNOE: "iso-8859-5",
  UNOF: "iso-8859-7",
  UNOG: "iso-8859-3",
  UNOH: "iso-8859-4",
  UNOI: "iso-8859-6",
  UNOJ: "iso-8859-8",
  UNOK: "iso-8859-9",
  UNOW: "utf-8",
  UNOY: "utf-8",
};

/** The character set of a syntax identifier such as `UNOC` or `UNOC:3`; undefined for one that ISO 9735 does not fix. */
export const charsetOfLevel = (level: string): Charset | undefined => LEVELS[level.slice(0, 4)];

/**
 * The character set in which an interchange is read: what the partner's file names, else what the interchange declares
 * itself (UNB's level, a table's layout), else latin-1. Cells of an .xlsx file are always UTF-8.
 */
export function charsetOf(
  interchange: Pick<InterchangeEntry, "family" | "version" | "charset">,
  named?: string,
): string {
  if (interchange.family === "csv" && interchange.version === "xlsx") return "utf-8";
  return named ?? interchange.charset ?? "latin1";
}

/** ISO 9735, level B; level A lacks the small letters. Separators of the standard's own choice are part of it. */
const LEVEL_A = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-()/=!\"%&*;<>'+:?";
const LEVEL_B = `${LEVEL_A}abcdefghijklmnopqrstuvwxyz`;
const REPERTOIRES: Readonly<Record<string, ReadonlySet<string>>> = { unoa: new Set(LEVEL_A), unob: new Set(LEVEL_B) };

/** Bytes from 0x80 on as characters (empty where the set has none), and characters as bytes. */
interface Table {
  readonly characters: readonly string[];
  readonly bytes: ReadonlyMap<string, number>;
}

const tables = new Map<string, Table>();

function tableOf(charset: string): Table {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const name = charset === "latin1" ? "iso-8859-1" : charset;
  const characters = Array.from({ length: 128 }, (_, at) => {
    const character = iconv.decode(Buffer.of(0x80 + at), name);
    // A control character of the upper half is nothing that a text of business says: another set was meant.
    return character === "\uFFFD" || /[\u0080-\u009F]/.test(character) ? "" : character;
  });
  const bytes = new Map(
    characters.flatMap((character, at): [string, number][] => (character === "" ? [] : [[character, 0x80 + at]])),
  );
  const table = { characters, bytes };
  tables.set(charset, table);
  return table;
}

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

const isSevenBit = (charset: string): boolean => charset === "ascii" || charset in REPERTOIRES;

/**
 * Bytes (as latin-1 text) to characters; undefined where the bytes are none of the character set. Small letters that a
 * sender writes under level A are read as they are.
 */
export function decoderOf(charset: string): (raw: string) => string | undefined {
  if (charset === "utf-8") {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return (raw) => {
      if (isAscii(raw)) return raw;
      try {
        return decoder.decode(Buffer.from(raw, "latin1"));
      } catch {
        return undefined;
      }
    };
  }
  if (isSevenBit(charset)) return (raw) => (isAscii(raw) ? raw : undefined);
  let table: Table | undefined;
  return (raw) => {
    if (isAscii(raw)) return raw;
    table ??= tableOf(charset);
    return throughTable(raw, table);
  };
}

function throughTable(raw: string, { characters }: Table): string | undefined {
  let text = "";
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw.charCodeAt(at);
    const character = byte < 0x80 ? raw.charAt(at) : characters[byte - 0x80];
    if (character === undefined || character === "") return undefined;
    text += character;
  }
  return text;
}

/** Characters to bytes (as latin-1 text); undefined where the character set has no such character. */
export function encoderOf(charset: string): (text: string) => string | undefined {
  if (charset === "utf-8") {
    return (text) => {
      if (isAscii(text)) return text;
      // A lone half of a pair is no character.
      return /\p{Surrogate}/u.test(text) ? undefined : Buffer.from(text, "utf8").toString("latin1");
    };
  }
  const repertoire = REPERTOIRES[charset];
  if (repertoire !== undefined) {
    return (text) => (Array.from(text).every((character) => repertoire.has(character)) ? text : undefined);
  }
  if (isSevenBit(charset)) return (text) => (isAscii(text) ? text : undefined);
  let table: Table | undefined;
  return (text) => {
    if (isAscii(text)) return text;
    table ??= tableOf(charset);
    let raw = "";
    for (const character of text) {
      const byte = character < "\u0080" ? character.charCodeAt(0) : table.bytes.get(character);
      if (byte === undefined) return undefined;
      raw += String.fromCharCode(byte);
    }
    return raw;
  };
}

/** For every byte whether the set has it; only sets of one byte per character. Control characters count as held. */
export function bytesOf(charset: string): Uint8Array | undefined {
  if (charset === "utf-8") return undefined;
  const held = new Uint8Array(256).fill(1, 0, 0x80);
  const repertoire = REPERTOIRES[charset];
  if (repertoire !== undefined) {
    for (let code = 0x20; code < 0x80; code += 1) held[code] = repertoire.has(String.fromCharCode(code)) ? 1 : 0;
  }
  if (isSevenBit(charset)) return held;
  tableOf(charset).characters.forEach((character, at) => {
    if (character !== "") held[0x80 + at] = 1;
  });
  return held;
}

/** Where in `raw` (bytes as latin-1 text) the first byte stands that the set does not have; undefined when it has all. */
export function undecodableAt(charset: string, raw: string): number | undefined {
  const held = bytesOf(isSevenBit(charset) ? "ascii" : charset);
  if (held === undefined) return brokenUtf8(Buffer.from(raw, "latin1"));
  for (let at = 0; at < raw.length; at += 1) if (held[raw.charCodeAt(at) & 0xff] === 0) return at;
  return undefined;
}

/** Offset of the first byte that begins no whole, shortest character of UTF-8; undefined when all is well. */
export function brokenUtf8(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = wholeCharacter(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return undefined;
}

/** Length of the character of UTF-8 that begins at `at`; 0 when none does. */
export function wholeCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  for (let i = 1; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
