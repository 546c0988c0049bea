/** Writes tables as CSV. */
import { stringify } from "csv-stringify/sync";
import type { TableLayout } from "./segment.ts";

/** What a spreadsheet takes for the beginning of a formula or command, and a quote in front of it that is data. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/**
 * The bytes of a table from rows as a mapping writes them: the tag first, then the cells, bytes as latin-1 text, the header
 * row first. Text that a spreadsheet would run (`=…`, `+…`, `-…`, `@…`, a tab or line break in front) begins with an apostrophe, which
 * `calloff` takes off again; numbers stay numbers. Rows end in CR LF.
 */
export function writeTable(rows: readonly (readonly string[])[], layout: TableLayout): Buffer {
  const cells = rows.map((row) => row.slice(1).map(neutralised));
  const text = stringify(cells, {
    delimiter: layout.delimiter ?? ";",
    quote: layout.quote ?? '"',
    record_delimiter: "\r\n",
    quoted_match: /^'|^\s|\s$|[\r\n\t]/,
  });
  return Buffer.from(text, "latin1");
}

const neutralised = (cell: string): string => (FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell);

/** The cell as it was meant: without the apostrophe that keeps spreadsheets from running it. */
export const meant = (cell: string): string =>
  cell.charCodeAt(0) === APOSTROPHE && FORMULA.test(cell) ? cell.slice(1) : cell;

const APOSTROPHE = 39;
