/** Tells from a file's first and last bytes whether the end that its syntax promises has arrived. */

/** Bytes of a file's beginning and end that are looked at. */
export const GLANCE = 512;

/** SUB, which old systems put behind the last byte. */
const SUB = String.fromCharCode(26);
const PADDING = new RegExp(`[\\s\\0${SUB}]+$`);
const LINE_ENDS = new RegExp(`[\\r\\n\\0${SUB}]+$`);

/**
 * Whether the content ends as it should: IEA after ISA, UNZ after UNB, 519/719 after 511/711, the closing bracket of the
 * opening one. Content of no such kind has no end to wait for; only the reader can say whether it is any good.
 * @param head the first bytes, `tail` the last, both at most `GLANCE`
 */
export function endHasCome(head: Uint8Array, tail: Uint8Array): boolean {
  const first = textOf(head).replace(/^(\u00EF\u00BB\u00BF)?[\s\0]*/, "");
  const last = textOf(tail).replace(PADDING, "");
  if (first === "") return false;
  if (/^ISA/i.test(first)) return /IEA[^A-Za-z0-9]\d{1,5}[^A-Za-z0-9]\d{1,9}[^A-Za-z0-9]?$/i.test(last);
  if (/^UN[AB]/.test(first)) return /UNZ[^A-Z0-9][0-9]{1,6}[^A-Z0-9][^\r\n]{1,40}$/.test(last);
  if (/^[57]11/.test(first)) return recordsEnd(first.slice(0, 1), textOf(tail));
  if (first.startsWith("[")) return last.endsWith("]");
  if (first.startsWith("{")) return last.endsWith("}");
  return true;
}

/** 519 (delivery schedules) or 719 (ship notices) as the last record of 128 characters, with or without line breaks. */
function recordsEnd(series: string, tail: string): boolean {
  const text = tail.replace(LINE_ENDS, "");
  const lines = text.split(/\r?\n/);
  const last = lines.length > 1 ? (lines.at(-1) as string) : text.slice(-128);
  return last.startsWith(`${series}19`) || text.trimEnd().slice(-128).includes(`${series}19`);
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
