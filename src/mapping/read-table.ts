/** The header row of a table: which column of the file each column of the mapping is. */
import type { Segment } from "../syntax/segment.ts";
import { placeIn, type Run, report } from "./run.ts";

/** Finds the mapping's columns by their headers, in any order and however they are spelled in upper and lower case. */
export function tableHeader(
  run: Run,
  headers: readonly string[],
  segment: Segment,
  isColumn: (header: string) => boolean,
): void {
  const fold = (text: string): string => (run.decode(text) ?? text).trim().toUpperCase();
  const cells = segment.elements.map((cell, at) => (at === 0 ? "" : fold(cell)));
  const columns = new Map<number, number>();
  run.headers = segment.elements.map((cell, at) => (at === 0 ? "" : (run.decode(cell) ?? cell).trim()));
  headers.forEach((header, at) => {
    const column = cells.indexOf(fold(header), 1);
    if (column > 0) columns.set(at + 1, column);
    else {
      columns.set(at + 1, Number.MAX_SAFE_INTEGER);
      report(run, {
        code: "COLUMN_MISSING",
        severity: "reject",
        message: `The table has no column ${header}`,
        place: placeIn(run),
        expected: headers.join(", "),
        found: cells.slice(1).join(", "),
        remedy: "Ask the sender for the column, or change headers in a dialect.",
      });
    }
  });
  run.columns = columns;
  const named = new Set(columns.values());
  cells.forEach((cell, column) => {
    if (column === 0 || named.has(column) || isColumn(run.headers[column] ?? "")) return;
    run.unmapped.set(`header ${column}`, {
      line: "row",
      tag: segment.tag,
      element: column,
      count: 1,
      first: placeIn(run, column),
      found: cell,
    });
  });
}
