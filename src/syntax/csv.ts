/** Tables as CSV: rows as segments, with the position of each; csv-parse reads, what it refuses becomes a finding. */
import { CsvError, parse } from "csv-parse/sync";
import type { Finding } from "../values/finding.ts";
import type { Segment } from "./segment.ts";
import { MAX_SEGMENT } from "./window.ts";

export interface CsvReading {
  /** The header row first; every row has the tag `row` and its cells as elements from 1 on. */
  readonly segments: readonly Segment[];
  readonly findings: readonly Finding[];
}

interface CsvRow {
  readonly record: string[];
  readonly info: { readonly bytes: number };
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Names that objects already have; a column of such a name could not be told from them. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Reads a whole table. Lines may end in CRLF, LF or CR, mixed; quoted cells may hold line breaks; blank lines are left
 * out. A table with a fault (a row with other columns than the header, a quote that does not end) has no rows at all.
 */
export function readCsv(bytes: Uint8Array, delimiter: string): CsvReading {
  const start = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
  const table = Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  let rows: CsvRow[];
  try {
    rows = parse(table, {
      delimiter,
      encoding: "latin1",
      info: true,
      max_record_size: MAX_SEGMENT,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: false,
      skip_empty_lines: true,
    }) as unknown as CsvRow[];
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    return { segments: [], findings: [unreadable(thrown)] };
  }
  const segments = placed(table, rows, start);
  const header = segments[0];
  const findings = header === undefined ? [] : headerFindings(header);
  return findings.length > 0 ? { segments: [], findings } : { segments, findings };
}

function placed(table: Buffer, rows: readonly CsvRow[], start: number): Segment[] {
  let byte = 0;
  let line = 1;
  return rows.map(({ record, info }, index) => {
    const blank = /^[\r\n]*/.exec(table.toString("latin1", byte, info.bytes))?.[0] ?? "";
    const first = byte + blank.length;
    const startLine = line + breaks(blank);
    line += breaks(table.toString("latin1", byte, info.bytes));
    byte = info.bytes;
    return {
      tag: "row",
      elements: ["row", ...record],
      byte: start + first,
      line: startLine,
      ordinal: index + 1,
      inSet: index + 1,
    };
  });
}

const breaks = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

function unreadable(error: CsvError): Finding {
  return {
    code: "SYNTAX_CSV",
    severity: "reject",
    message: `The table cannot be read: ${error.message}.`,
    place: typeof error["lines"] === "number" ? { line: error["lines"] } : {},
    expected: "rows of as many cells as the header has, with quotes closed",
    found: error.code,
    remedy: "Correct the row and send the table again.",
  };
}

function headerFindings(header: Segment): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  header.elements.forEach((cell, column) => {
    if (column === 0) return;
    const name = cell.trim();
    const problem = RESERVED.has(name) ? "is reserved" : seen.has(name) && name !== "" ? "stands twice" : "";
    seen.add(name);
    if (problem === "") return;
    findings.push({
      code: "SYNTAX_CSV_HEADER",
      severity: "reject",
      message: `The column name ${JSON.stringify(name)} ${problem}.`,
      place: { byte: header.byte, line: header.line, segment: 1, tag: "row", element: column },
      expected: "column names that are all different",
      found: name,
      remedy: "Rename the column.",
    });
  });
  return findings;
}
