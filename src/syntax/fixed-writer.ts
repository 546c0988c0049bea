/** Writes transmissions of fixed records. */
import { CalloffError } from "../values/errors.ts";
import { inWords } from "./envelope-values.ts";

const LENGTH = 128;

export interface FixedOptions {
  /** Whether a line break (CR LF) follows every record, the last included; else records stand one behind the other. */
  readonly newline: boolean;
}

/**
 * The bytes of one transmission from its records as a mapping writes them: the type, then the whole record, bytes as latin-1
 * text. Records are filled up with blanks to 128 characters.
 * @throws CalloffError `SYNTAX_RECORD_LENGTH` for a longer record; `SYNTAX_FORBIDDEN_CHARACTER` for one that holds a line
 * break or another control character; `SYNTAX_ENVELOPE_VALUE` when the first record is no header or the last not its trailer.
 */
export function writeFixedTransmission(records: readonly (readonly string[])[], options: FixedOptions): Buffer {
  const texts = records.map((record, at) => checkedRecord(record, at + 1));
  const [first = ""] = texts;
  const last = texts.at(-1) ?? "";
  const trailer = `${first.slice(0, 2)}9`;
  if (!/^\d\d1/.test(first) || !last.startsWith(trailer) || texts.length < 2) {
    throw new CalloffError("SYNTAX_ENVELOPE_VALUE", "The records are no whole transmission", {
      expected: "a header record, e.g. 511, first and its trailer, e.g. 519, last",
      found: texts.length === 0 ? "no record" : `${first.slice(0, 3)} to ${last.slice(0, 3)}`,
      remedy: "Correct the mapping: it has to write header and trailer.",
    });
  }
  return Buffer.from(texts.map((text) => (options.newline ? `${text}\r\n` : text)).join(""), "latin1");
}

function checkedRecord(record: readonly string[], segment: number): string {
  const text = record[1] ?? "";
  const place = { segment, inSet: segment, tag: record[0] ?? "" };
  if (text.length > LENGTH) {
    throw new CalloffError("SYNTAX_RECORD_LENGTH", "The record is longer than a record can be", {
      place,
      expected: `at most ${LENGTH} characters`,
      found: String(text.length),
      remedy: "Correct the mapping's positions.",
    });
  }
  const bad = text.split("").findIndex(isForbidden);
  if (bad >= 0) {
    throw new CalloffError("SYNTAX_FORBIDDEN_CHARACTER", "The record holds a character that would end or garble it", {
      place: { ...place, element: bad + 1 },
      expected: "printable characters",
      found: inWords(text.charAt(bad)),
      remedy: "Change the text in the master data or the document.",
    });
  }
  return text.padEnd(LENGTH);
}

const isForbidden = (character: string): boolean => character < " " || character === "\u007F" || character > "\u00FF";
