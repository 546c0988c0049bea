/** Archives and office files by their first bytes: they are refused with a word on what they are, never unpacked. */
import type { Finding } from "../values/finding.ts";

const KINDS: readonly (readonly [start: string, name: string])[] = [
  ["PK\u0003\u0004", "a zip archive"],
  ["PK\u0005\u0006", "an empty zip archive"],
  ["PK\u0007\u0008", "a part of a zip archive"],
  ["\u001F\u008B", "a gzip archive"],
  ["\u001F\u009D", "a compressed file (.Z)"],
  ["7z\u00BC\u00AF\u0027\u001C", "a 7z archive"],
  ["Rar!\u001A\u0007", "a rar archive"],
  ["BZh", "a bzip2 archive"],
  ["\u00FD7zXZ\0", "an xz archive"],
  ["\u0028\u00B5\u002F\u00FD", "a zstandard archive"],
  ["\u0004\u0022\u004D\u0018", "an lz4 archive"],
  ["LZIP", "an lzip archive"],
  ["MSCF", "a cabinet archive"],
  ["\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "an old Office file (.xls, .doc) or an encrypted workbook"],
  ["%PDF-", "a PDF"],
];
const TAR = { at: 257, text: "ustar" } as const;

/** What an archive or office file is, by the first bytes of the file (latin-1 text of 300 bytes or more); undefined for others. */
export function archiveOf(start: string): string | undefined {
  if (start.startsWith(TAR.text, TAR.at)) return "a tar archive";
  return KINDS.find(([text]) => start.startsWith(text))?.[1];
}

/** Whether the file begins as a zip does, which an .xlsx workbook is. */
export const isZip = (start: string): boolean => start.startsWith("PK\u0003\u0004");

/** What is found where a workbook has a name that no partner's file declares. */
export const UNDECLARED_WORKBOOK = "a workbook";

export function archiveRefused(kind: string, isWorkbook: boolean): Finding {
  return {
    code: "SYNTAX_ARCHIVE",
    severity: "reject",
    message: isWorkbook
      ? "The file is a workbook (.xlsx), and the partner's file declares no table of that name."
      : "Archives and office files are not unpacked.",
    place: { byte: 0 },
    expected: isWorkbook
      ? "an entry under `tables:` whose pattern fits the file's name"
      : "the file itself, as X12, EDIFACT, fixed records, a table or JSON",
    found: isWorkbook ? UNDECLARED_WORKBOOK : kind,
    remedy: isWorkbook
      ? "Name the file's pattern and its mapping under `tables:`."
      : "Ask the sender for the file as it was before it was packed.",
  };
}
