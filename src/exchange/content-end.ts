/** Tells from a file's first and last bytes whether the end that its syntax promises has arrived. */

/** Bytes of a file's beginning and end that are looked at. */
export const GLANCE = 512;

/** SUB, which old systems put behind the last byte. */
const SUB = String.fromCharCode(26);
const PADDING = new RegExp(`[\\s\\0${SUB}]+$`);
const LINE_ENDS = new RegExp(`[\\r\\n\\0${SUB}]+$`);
/** A record of a delivery instruction or ship notice has 128 characters. */
const RECORD = 128;

/**
 * Whether the content ends as it should: IEA after ISA, UNZ after UNB, 519 after 511 and so on, the directory's end of a zip
 * (.xlsx), the closing bracket of the opening one. Content of no such kind has no end to wait for; only the reader can say whether it is any good.
 * @param head the first bytes, `tail` the last, both at most `GLANCE`
 */
export function endHasCome(head: Uint8Array, tail: Uint8Array): boolean {
  const first = textOf(head).replace(/^(\u00EF\u00BB\u00BF)?[\s\0]*/, "");
  const last = textOf(tail);
  const trimmed = last.replace(PADDING, "");
  if (first === "") return false;
  if (/^ISA/i.test(first)) return interchangeEnds(first, last);
  if (/^UN[AB]/.test(first)) return trimmed.endsWith(edifactTerminator(first).trim()) && EDIFACT_END.test(trimmed);
  if (FIXED.test(first)) return recordsEnd(first.slice(0, 2), last);
  if (first.startsWith(ZIP)) return last.includes(ZIP_END);
  const bracket = bracketOf(head);
  return bracket === undefined || trimmed.endsWith(bracket);
}

/** The bracket that closes what the content opens with, where it is JSON. */
export function bracketOf(head: Uint8Array): "]" | "}" | undefined {
  const first = textOf(head).replace(/^(\u00EF\u00BB\u00BF)?[\s\0]*/, "");
  if (first.startsWith("[")) return "]";
  return first.startsWith("{") ? "}" : undefined;
}

/** Whether nothing but padding was looked at, so that the end may stand further ahead. */
export const isPadding = (tail: Uint8Array): boolean => textOf(tail).replace(PADDING, "") === "";

const X12_END = new RegExp(`IEA([^A-Za-z0-9])\\d{1,5}\\1(\\d{1,9})([^A-Za-z0-9]?[\\s\\0${SUB}]*)$`, "i");
const EDIFACT_END = /UNZ[^A-Z0-9][0-9]{1,6}[^A-Z0-9][^\r\n]{1,40}$/;

/**
 * The IEA with its number whole: something stands behind it, or it has its nine digits, or it is the number that the header
 * states. A number that is cut off looks like a shorter one.
 */
function interchangeEnds(head: string, tail: string): boolean {
  const end = X12_END.exec(tail);
  if (end === null) return false;
  const [, , number = "", behind = ""] = end;
  if (behind !== "" || number.length === 9) return true;
  return head.split(head.charAt(3))[13]?.trim() === number;
}

/** The apostrophe, unless UNA names another character. */
const edifactTerminator = (head: string): string => (head.startsWith("UNA") ? head.charAt(8) || "'" : "'");

/** The header records of VDA's messages: 4905, 4915, 4913, 4906, 4908. */
const FIXED = /^(?:51|55|71|81|82)1/;
const ZIP = "PK\u0003\u0004";
const ZIP_END = "PK\u0005\u0006";

/** The trailer (519 after 511) as the last record, whole, with or without line breaks. */
function recordsEnd(series: string, tail: string): boolean {
  const text = tail.replace(LINE_ENDS, "");
  const lines = text.split(/\r?\n/);
  const last = lines.length > 1 ? (lines.at(-1) as string) : text.slice(-RECORD);
  // Trailing blanks may have been cut off on the way; a line break then says that the record is whole.
  return last.startsWith(`${series}9`) && (last.length === RECORD || text.length < tail.length);
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** Counts the brackets of a JSON text. */
export interface OpenBrackets {
  read(chunk: Uint8Array): void;
  /** Whether every bracket that was opened is closed. */
  closed(): boolean;
}

/** Counts brackets outside of strings, chunk after chunk: half a text never closes its outermost one. */
export function openBrackets(): OpenBrackets {
  let depth = 0;
  let inString = false;
  let escaped = false;
  const readInString = (byte: number): void => {
    if (escaped) escaped = false;
    else if (byte === 0x5c) escaped = true;
    else if (byte === 0x22) inString = false;
  };
  const readByte = (byte: number): void => {
    if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  };
  return {
    read: (chunk) => {
      for (const byte of chunk) (inString ? readInString : readByte)(byte);
    },
    closed: () => depth <= 0 && !inString,
  };
}
