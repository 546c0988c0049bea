/** The header row of a table: which column of the file each column of the mapping is. */
import type { Segment } from "../syntax/segment.ts";
import type { ColumnsDefinition, LineDefinition, MessageDefinition, SameDefinition } from "./definition.ts";
import { isFault, placeIn, type Run, report } from "./run.ts";
import { shapeOfField } from "./shapes.ts";

/** Finds the mapping's columns by their headers, in any order and however they are spelled in upper and lower case. */
export function tableHeader(run: Run, message: MessageDefinition, lines: readonly LineDefinition[]): void {
  const { segment } = run;
  const fold = (text: string): string => (run.decode(text) ?? text).trim().toUpperCase();
  const cells = segment.elements.map((cell, at) => (at === 0 ? "" : fold(cell)));
  run.headers = segment.elements.map((cell, at) => (at === 0 ? "" : (run.decode(cell) ?? cell).trim()));
  run.columns = foundColumns(run, message, cells, fold);
  const named = new Set(run.columns.values());
  const wide = lines.flatMap((line) => [line.columns ?? [], line.same.flatMap(columnsWithin)].flat());
  cells.forEach((cell, column) => {
    const header = run.headers[column] ?? "";
    if (column === 0 || named.has(column) || (wide.length > 0 && heads(run, header, column, wide))) return;
    listHeader(run, segment, column, cell);
  });
}

function foundColumns(
  run: Run,
  { headers, headings, optional }: MessageDefinition,
  cells: readonly string[],
  fold: (text: string) => string,
): ReadonlyMap<number, number> {
  const columns = new Map<number, number>();
  headings.forEach((heading, at) => {
    const column = cells.indexOf(fold(heading), 1);
    columns.set(at + 1, column > 0 ? column : Number.MAX_SAFE_INTEGER);
    if (column > 0 || optional.includes(headers[at] ?? "")) return;
    report(run, {
      code: "COLUMN_MISSING",
      severity: "reject",
      message: `The table has no column ${heading}`,
      place: placeIn(run),
      expected: headings.join(", "),
      found: cells.slice(1).join(", "),
      remedy: "Ask the sender for the column, or change headers in a dialect.",
    });
  });
  return columns;
}

const columnsWithin = (same: SameDefinition): ColumnsDefinition[] => [
  ...(same.columns === undefined ? [] : [same.columns]),
  ...same.same.flatMap(columnsWithin),
];

/** What is mostly digits was meant for a date; of such a column nothing may be left out without a word. */
const MEANT_FOR_A_DATE = /^[A-Za-z]{0,3}[ -]?\d[\d./\- W]{2,}$/i;

/** Whether a header heads one of the columns that hold values. */
function heads(run: Run, header: string, column: number, wide: readonly ColumnsDefinition[]): boolean {
  const faults = wide.flatMap((columns) => {
    const read = shapeOfField(columns.header).read(header, run.shapes, "");
    return isFault(read) ? [read] : [];
  });
  if (faults.length < wide.length) return true;
  const [fault] = faults;
  if (fault === undefined || !MEANT_FOR_A_DATE.test(header)) return false;
  report(run, {
    code: "ELEMENT_NOT_READABLE",
    severity: "reject",
    message: `The column heading ${fault.fault}`,
    place: placeIn(run, column),
    expected: fault.expected,
    found: header,
    remedy: "Ask the sender to correct the heading, or list its shape in the header of columns.",
    ack: { segment: "8", element: fault.ack },
  });
  return true;
}

function listHeader(run: Run, segment: Segment, column: number, found: string): void {
  run.unmapped.set(`header ${column}`, {
    line: "row",
    tag: segment.tag,
    element: column,
    count: 1,
    first: placeIn(run, column),
    found,
  });
}
