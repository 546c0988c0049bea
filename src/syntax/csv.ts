/**
 * CSV: a loop over bytes finds where rows begin and end and how many cells they have, so that memory is that of one row; rows
 * in which nothing is quoted are cut at their delimiters, the others by csv-parse.
 */
import { parse } from "csv-parse/sync";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { ByteSource, Segment, TableLayout } from "./segment.ts";
import { meant } from "./table-writer.ts";
import { hold, MAX_SEGMENT, type ReadWindow, readOn, windowOver } from "./window.ts";

const LF = 10;
const CR = 13;
const TAB = 9;
const BLANK = 32;
const BATCH = 256;

/** A row that was found; offsets are into the file, `end` excludes the line break. */
export interface ScannedRow {
  readonly start: number;
  readonly end: number;
  /** Line of the file it starts in. */
  readonly line: number;
  readonly cells: number;
  /** Whether a cell of it is quoted. */
  readonly quoted: boolean;
  /** Whether any cell of it holds more than blanks. */
  readonly filled: boolean;
}

/** What no row goes on behind. */
export interface RowFault {
  readonly fault: "long" | "open quote" | "quote" | "behind quote" | "nul";
  readonly byte: number;
  /** Line of the file in which the row starts. */
  readonly line: number;
  readonly start: number;
}

const KIND = { data: 0, blank: 1, delimiter: 2, quote: 3, lineBreak: 4, nul: 5 } as const;

function kindsOf(layout: TableLayout): Uint8Array {
  const kinds = new Uint8Array(256);
  kinds[0] = KIND.nul;
  kinds[BLANK] = KIND.blank;
  kinds[TAB] = KIND.blank;
  const quote = layout.quote ?? '"';
  if (quote !== "") kinds[quote.charCodeAt(0) & 0xff] = KIND.quote;
  kinds[delimiterOf(layout).charCodeAt(0) & 0xff] = KIND.delimiter;
  kinds[LF] = KIND.lineBreak;
  kinds[CR] = KIND.lineBreak;
  return kinds;
}

const delimiterOf = (layout: TableLayout): string => layout.delimiter ?? ";";

/** Where a cell stands while its row is scanned. */
const AT = { start: 0, plain: 1, quoted: 2, closed: 3 } as const;

/**
 * The rows from offset `from` on, lines of nothing left out; lines end in CR LF, LF or CR, mixed. What is wrong comes last.
 * While a row is the last one given, `window` holds its bytes.
 */
export function* scanRows(
  window: ReadWindow,
  from: { readonly byte: number; readonly line: number },
  layout: TableLayout,
): Generator<ScannedRow | RowFault> {
  const kinds = kindsOf(layout);
  let { byte: start, line } = from;
  for (;;) {
    const startLine = line;
    let at: number = AT.start;
    let cells = 1;
    let quoted = false;
    let filled = false;
    let next = start;
    let end = -1;
    for (; end < 0; next += 1) {
      if (next - window.base >= window.length && !readOn(window, start)) {
        if (next < window.limit) {
          yield { fault: "long", byte: next, line: startLine, start };
          return;
        }
        if (at === AT.quoted) {
          yield { fault: "open quote", byte: next, line: startLine, start };
          return;
        }
        end = next;
        break;
      }
      const { base, bytes } = window;
      const byte = bytes[next - base] as number;
      const kind = kinds[byte];
      if (kind === KIND.nul) {
        yield { fault: "nul", byte: next, line: startLine, start };
        return;
      }
      if (at === AT.quoted) {
        if (kind === KIND.quote) at = AT.closed;
        else if (byte === LF || (byte === CR && isLoneCr(window, next, start))) line += 1;
        else if (kind === KIND.data) filled = true;
      } else if (kind === KIND.delimiter) {
        cells += 1;
        at = AT.start;
      } else if (kind === KIND.lineBreak) {
        end = next;
        line += 1;
      } else if (kind === KIND.quote) {
        if (at === AT.plain) {
          yield { fault: "quote", byte: next, line: startLine, start };
          return;
        }
        if (at === AT.closed) filled = true;
        at = AT.quoted;
        quoted = true;
      } else {
        if (at === AT.closed) {
          yield { fault: "behind quote", byte: next, line: startLine, start };
          return;
        }
        at = AT.plain;
        if (kind === KIND.data) filled = true;
      }
      if (next - start > MAX_SEGMENT) {
        yield { fault: "long", byte: next, line: startLine, start };
        return;
      }
    }
    if (end > start) yield { start, end, line: startLine, cells, quoted, filled };
    if (end >= window.limit) return;
    // The loop has stepped over the first byte of the line break.
    if (
      window.bytes[end - window.base] === CR &&
      hold(window, end, 2) >= 2 &&
      window.bytes[end + 1 - window.base] === LF
    ) {
      next += 1;
    }
    start = next;
  }
}

/** Whether the CR at `at` is a line break of its own, not the first half of CR LF. */
function isLoneCr(window: ReadWindow, at: number, start: number): boolean {
  if (at + 1 - window.base >= window.length && !readOn(window, start)) return true;
  return window.bytes[at + 1 - window.base] !== LF;
}

/**
 * The rows of the range as segments, in batches: tag `row`, then the cells, bytes as latin-1 text; rows without content are
 * left out. Ends before what is at fault, which the catalogue has reported.
 */
export function* csvRowsOf(
  source: ByteSource,
  range: { readonly firstByte: number; readonly endByte: number; readonly line: number },
  layout: TableLayout,
  chunk?: number,
): Generator<readonly Segment[]> {
  const window = windowOver(source, range.firstByte, range.endByte, chunk);
  const delimiter = delimiterOf(layout);
  let inSet = 0;
  let rows: { row: ScannedRow; text: string }[] = [];
  const batch = () => {
    const segments = cut(rows, delimiter, layout.quote ?? '"', inSet);
    inSet += rows.length;
    rows = [];
    return segments;
  };
  for (const row of scanRows(window, { byte: range.firstByte, line: range.line }, layout)) {
    if ("fault" in row) break;
    if (!row.filled) continue;
    rows.push({ row, text: window.bytes.toString("latin1", row.start - window.base, row.end - window.base) });
    if (rows.length === BATCH) yield batch();
  }
  if (rows.length > 0) yield batch();
}

function cut(
  rows: readonly { readonly row: ScannedRow; readonly text: string }[],
  delimiter: string,
  quote: string,
  before: number,
): Segment[] {
  const quoted = rows.filter(({ row }) => row.quoted).map(({ text }) => text);
  const records = quoted.length === 0 ? [] : parsed(quoted, delimiter, quote);
  let taken = 0;
  return rows.map(({ row, text }, at) => {
    const cells = row.quoted ? ["row", ...(records[taken++] ?? [])] : `row${delimiter}${text}`.split(delimiter);
    // What a spreadsheet would run is written behind an apostrophe.
    if (text.includes("'")) for (let n = 1; n < cells.length; n += 1) cells[n] = meant(cells[n] as string);
    const inSet = before + at + 1;
    return { tag: "row", elements: cells, byte: row.start, line: row.line, ordinal: inSet, inSet };
  });
}

/** The cells of rows in which quotes stand; line breaks in them stand inside of quotes only. */
function parsed(rows: readonly string[], delimiter: string, quote: string): string[][] {
  try {
    const records: string[][] = parse(rows.join("\n"), {
      delimiter,
      quote,
      escape: quote,
      record_delimiter: ["\n"],
      relax_column_count: true,
    });
    if (records.length === rows.length) return records;
    throw new Error(`${records.length} rows instead of ${rows.length}`);
  } catch (thrown) {
    throw new CalloffError(
      "SYNTAX_CSV",
      `csv-parse does not read the rows as they were found: ${coerceError(thrown).message}`,
      {
        remedy: "Report this: it is a fault of calloff.",
        cause: thrown,
      },
    );
  }
}
