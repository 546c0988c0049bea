/** A sheet of a workbook as a table: what pass one finds, and its rows as segments. */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding } from "./codes.ts";
import type { ByteSource, Segment, TableLayout } from "./segment.ts";
import { headerFindings, type TableFound } from "./table-entry.ts";
import { cellCounter, openWorkbook, type SheetRow } from "./xlsx.ts";
import { ZipFault } from "./zip.ts";

/** The version that the one interchange of a workbook has. */
const WORKBOOK = "xlsx";

/** What the sheet holds; a workbook that cannot be read has no rows, and one finding. */
export function xlsxTable(source: ByteSource, layout: TableLayout): TableFound {
  const findings: Finding[] = [];
  const found = { firstByte: 0, endByte: source.size, line: 1, charset: "utf-8", version: WORKBOOK, findings };
  let rows = 0;
  try {
    for (const segment of sheetRows(source, layout)) {
      rows += 1;
      if (rows === 1) for (const finding of headerFindings(segment)) addFinding(findings, finding);
      for (const finding of segment.findings) addFinding(findings, finding);
    }
  } catch (thrown) {
    if (!(thrown instanceof ZipFault)) throw thrown;
    return { ...found, rows: 0, findings: [unreadable(thrown, source.size)] };
  }
  if (rows === 0) addFinding(findings, noHeader(layout));
  return { ...found, rows };
}

const BATCH = 256;

/** The rows of the sheet as segments, the header row first; cells are UTF-8 as latin-1 text, `line` is the sheet's row. */
export function* xlsxRowsOf(source: ByteSource, layout: TableLayout): Generator<readonly Segment[]> {
  let batch: Segment[] = [];
  try {
    for (const { findings: _, ...segment } of sheetRows(source, layout)) {
      batch.push(segment);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  } catch (thrown) {
    // The catalogue has reported it.
    if (!(thrown instanceof ZipFault)) throw thrown;
  }
  if (batch.length > 0) yield batch;
}

interface FoundRow extends Segment {
  readonly findings: readonly Finding[];
}

/** Rows from the header on, each as wide as the header. @throws ZipFault */
function* sheetRows(source: ByteSource, layout: TableLayout): Generator<FoundRow> {
  let width = 0;
  let ordinal = 0;
  const count = cellCounter();
  for (const rows of openWorkbook(source, layout).rows()) {
    for (const row of rows) {
      if (ordinal === 0 && row.row < (layout.headerRow ?? 1)) continue;
      ordinal += 1;
      if (ordinal === 1) width = widthOf(row);
      count(width);
      const place = { byte: 0, line: row.row, segment: ordinal, tag: "row" };
      const cells = Array.from({ length: width }, (_, at) => utf8(row.cells[at] ?? ""));
      const findings = [
        ...row.faults.map(({ column, found }) => noValue(place, column, found)),
        ...(widthOf(row) > width ? [beyondHeader(place, widthOf(row), row.cells[widthOf(row) - 1] ?? "")] : []),
      ];
      yield { ...place, elements: ["row", ...cells], ordinal, inSet: ordinal, findings };
    }
  }
}

/** Cells up to the last one that holds something. */
function widthOf({ cells }: SheetRow): number {
  let { length } = cells;
  while (length > 0 && (cells[length - 1] as string).trim() === "") length -= 1;
  return length;
}

const utf8 = (text: string): string => (/[^\0-\x7F]/.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text);

const noValue = (place: Place, column: number, found: string): Finding => ({
  code: "SYNTAX_WORKBOOK",
  severity: "reject",
  message: "The cell holds no value.",
  place: { ...place, element: column },
  expected: "text, a number, or a date of the calendar",
  found: JSON.stringify(found),
  remedy: "Correct the cell and send the workbook again.",
});

const beyondHeader = (place: Place, column: number, found: string): Finding => ({
  code: "SYNTAX_WORKBOOK",
  severity: "reject",
  message: "A cell stands in a column without a name.",
  place: { ...place, element: column },
  expected: "cells below the names of the header row",
  found: JSON.stringify(found.slice(0, 80)),
  remedy: "Give the column a name or clear it; correct headerRow in the mapping where the header stands further down.",
});

function noHeader(layout: TableLayout): Finding {
  return {
    code: "SYNTAX_CSV_HEADER",
    severity: "reject",
    message: "The sheet has no header row.",
    place: { byte: 0, line: layout.headerRow ?? 1 },
    expected: `column names from row ${layout.headerRow ?? 1} on`,
    found: "no cell that holds anything",
    remedy: "Correct sheet or headerRow in the mapping, or ask the sender for the table with its header.",
  };
}

const unreadable = (fault: ZipFault, size: number): Finding => ({
  code: "SYNTAX_WORKBOOK",
  severity: "reject",
  message: "The workbook cannot be read.",
  // A damaged directory may name any place.
  place: { byte: Math.min(fault.byte, size) },
  expected: fault.expected,
  found: fault.found,
  remedy: "Open it in a spreadsheet, save it as a plain .xlsx workbook and send it again.",
});
