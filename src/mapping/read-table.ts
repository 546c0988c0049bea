/** The header row of a table: which column of the file each column of the mapping is. */
import type { Segment } from "../syntax/segment.ts";
import type { Finding, Place } from "../values/finding.ts";
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
    if (wide.length > 0) run.strangers.set(column, placeIn(run, column));
    else if (header !== "") report(run, unknownColumn(header, placeIn(run, column)));
  });
}

/** What a person or a program writes for a quantity, whatever the marks of its decimals and thousands. */
const FIGURE = /^[+-]?\d[\d.,' \u00A0]*$/;

/** A column of a wide table that nothing names and that holds figures is perhaps demand: the table is rejected, never read without it. */
export function watchStrangers(run: Run): void {
  for (const [column, place] of run.strangers) {
    const cell = (run.segment.elements[column] ?? "").trim();
    if (!FIGURE.test(cell)) continue;
    run.strangers.delete(column);
    const header = run.headers[column] ?? "";
    report(run, {
      code: "COLUMN_UNKNOWN",
      severity: "reject",
      message: `The column ${inQuotes(header)} holds figures (${cell} in line ${run.segment.line}), and its heading is no date and no column of the mapping`,
      place,
      expected: "a date as message.dates shapes it, a code of the header of columns, or a column of message.headers",
      found: header,
      remedy: looksMisread(header)
        ? NAME_CHARSET
        : "List the heading in a dialect: its shape under message.dates, its code under the header of columns; or, where it is no demand, under message.headers.",
    });
  }
}

/** At the table's end: columns that nothing names and that hold no figures are told, and nothing is lost of the demand. */
export function tellStrangers(run: Run): void {
  for (const [column, place] of run.strangers) {
    const header = run.headers[column] ?? "";
    if (header !== "") report(run, unknownColumn(header, place));
  }
}

const unknownColumn = (header: string, place: Place): Finding => ({
  code: "COLUMN_UNKNOWN",
  severity: "tolerated",
  message: `The column ${inQuotes(header)} is none that the mapping knows; what it says is not read`,
  place,
  found: header,
  remedy: looksMisread(header) ? NAME_CHARSET : "Name it under message.headers in a dialect, and it is known.",
});

const inQuotes = (header: string): string => (header === "" ? "without a heading" : JSON.stringify(header));

const NAME_CHARSET =
  "The heading was perhaps written in another character set than it is read in: name the right one as `charset` in the partner's file, such as utf-8, windows-1252 or cp850.";

/**
 * Whether a heading looks as text does that is read in another character set than it was written in: what no set has, UTF-8
 * read as Latin-1 (two characters for one, the first of them Ã or Â), sets of Windows read as those of DOS (lines and blocks).
 */
const looksMisread = (header: string): boolean =>
  /[\uFFFD\u0080-\u009F]|[\u00C2\u00C3][^\sA-Za-z]|\u00E2\u20AC|[\u2500-\u259F]|\p{L}[\u00B3\u207F\u00F7]\p{L}/u.test(
    header,
  );

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
    const isMisread = run.headers.some(looksMisread);
    report(run, {
      code: "COLUMN_MISSING",
      severity: "reject",
      message: `The table has no column ${heading}`,
      place: placeIn(run),
      expected: headings.join(", "),
      found: cells.slice(1).join(", "),
      remedy: isMisread ? NAME_CHARSET : "Ask the sender for the column, or change headers in a dialect.",
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
    remedy: looksMisread(header)
      ? NAME_CHARSET
      : "Ask the sender to correct the heading, or list its shape in the header of columns.",
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
