/** Pass one over a table in CSV: how many rows it has, and what is wrong with them. */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding } from "./codes.ts";
import { csvRowsOf, type RowFault, type ScannedRow, scanRows } from "./csv.ts";
import type { ByteSource, TableLayout } from "./segment.ts";
import { headerFindings, type TableFound } from "./table-entry.ts";
import { hold, MAX_SEGMENT, windowOver } from "./window.ts";

const BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";

/** What a table in CSV holds; undefined when it holds no rows at all. */
export function csvTable(source: ByteSource, layout: TableLayout, chunk?: number): TableFound | undefined {
  const window = windowOver(source, 0, source.size, chunk);
  const held = Math.min(hold(window, 0, 3), 3);
  const start = window.bytes.toString("latin1", 0, held);
  const isUtf8 = start === BYTE_ORDER_MARK;
  const findings: Finding[] = [];
  const wide = start.startsWith("\u00FF\u00FE") || start.startsWith("\u00FE\u00FF");
  let header: ScannedRow | undefined;
  let physical = 0;
  let line = 0;
  let rows = 0;
  let endByte = source.size;
  const from = { byte: isUtf8 ? BYTE_ORDER_MARK.length : 0, line: 1 };
  for (const row of scanRows(window, from, layout)) {
    // Lines of nothing between rows count for where the header stands, as a person counts them.
    physical += Math.max(1, header === undefined ? row.line - line : 1);
    line = row.line;
    if ("fault" in row) {
      addFinding(findings, unreadable(row, rows + 1, wide));
      endByte = row.start;
      break;
    }
    if (header === undefined) {
      if (physical < (layout.headerRow ?? 1) || !row.filled) continue;
      header = row;
    } else if (!row.filled) continue;
    rows += 1;
    if (row.cells !== header.cells) addFinding(findings, otherColumns(row, header, rows));
  }
  if (header === undefined && findings.length === 0 && physical === 0) return undefined;
  const range = { firstByte: header?.start ?? from.byte, endByte, line: header?.line ?? 1 };
  const found = { ...range, rows, charset: isUtf8 ? "utf-8" : layout.charset };
  if (header === undefined) return { ...found, findings: findings.length > 0 ? findings : [noHeader(layout)] };
  const [first] = [...csvRowsOf(source, { ...range, endByte: header.end }, layout, chunk)].flat();
  if (first !== undefined) for (const finding of headerFindings(first)) addFinding(findings, finding);
  return { ...found, findings };
}

const WORDS: Readonly<Record<RowFault["fault"], readonly [message: string, expected: string, found: string]>> = {
  long: ["A row does not end.", `rows of at most ${MAX_SEGMENT} bytes`, "a longer one"],
  "open quote": ["A quote is not closed.", "a closing quote", "the end of the file"],
  quote: [
    "A quote stands inside of a cell that is not quoted.",
    "cells that are quoted from their first character on",
    "a quote",
  ],
  "behind quote": [
    "Text stands behind a closing quote.",
    "a delimiter or line break, or the quote doubled",
    "other text",
  ],
  nul: ["The table is no text.", "text of one byte per character, or UTF-8", "a byte 0x00"],
};

function unreadable(fault: RowFault, segment: number, wide: boolean): Finding {
  const [message, expected, found] = WORDS[fault.fault];
  const open = fault.fault === "long" && segment > 0 ? "a longer one, or a quote that is not closed" : found;
  return {
    code: "SYNTAX_CSV",
    severity: "reject",
    message,
    place: { ...placeOf(fault.start, fault.line, segment), byte: fault.byte },
    expected,
    found: wide ? "text in UTF-16" : open,
    remedy: wide ? "Save it as CSV in UTF-8." : "Correct the row and send the table again.",
  };
}

const placeOf = (byte: number, line: number, segment: number): Place => ({ byte, line, segment, tag: "row" });

function otherColumns(row: ScannedRow, header: ScannedRow, segment: number): Finding {
  return {
    code: "SYNTAX_CSV",
    severity: "reject",
    message: "The row has other columns than the header.",
    place: placeOf(row.start, row.line, segment),
    expected: `${header.cells} cells, as the header has`,
    found: `${row.cells}`,
    remedy: "Correct the row, or declare the delimiter that the table uses.",
  };
}

function noHeader(layout: TableLayout): Finding {
  return {
    code: "SYNTAX_CSV_HEADER",
    severity: "reject",
    message: "The table has no header row.",
    place: { byte: 0, line: 1 },
    expected: `column names in row ${layout.headerRow ?? 1}`,
    found: "fewer rows",
    remedy: "Correct headerRow in the mapping, or ask the sender for the table with its header.",
  };
}
