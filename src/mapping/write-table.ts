/** Writing tables: a header row, then one row per object of the deepest level, filled from the objects it stands in. */
import type { Finding } from "../values/finding.ts";
import type {
  ColumnsDefinition,
  FieldDefinition,
  LineDefinition,
  MappingDefinition,
  SameDefinition,
} from "./definition.ts";
import { type Get, getAt, listIn } from "./paths.ts";
import type { Held } from "./run.ts";
import { compileFieldWriter, type WriteField, type Writing, writeFinding } from "./write-fields.ts";

type Cells = ReadonlyMap<number, string>;

interface Row {
  readonly cells: Cells;
  /** Cells below headings of their own, by the heading. */
  readonly wide: ReadonlyMap<string, string>;
}

/** A heading, with what it is sorted by: columns without a date first, then by date. */
type Headings = Map<string, string>;

interface Table {
  readonly writing: Writing;
  readonly headings: Headings;
}

type RowsOf = (object: Held, table: Table, above: Cells) => Row[];

const NO_CELLS: Cells = new Map();
const NOTHING_WIDE: ReadonlyMap<string, string> = new Map();

/** Compiles the writing of a table's only line. */
export function compileTableWriter(definition: MappingDefinition): (document: Held, writing: Writing) => boolean {
  const [line] = definition.lines;
  if (line === undefined) return () => false;
  const { headings: fixed } = definition.message;
  const rowsOf = lineWriter(line);
  const width = Math.max(fixed.length, ...allFields(line).map(columnOf));
  return (document, writing) => {
    const headings: Headings = new Map();
    const rows = rowsOf(document, { writing, headings }, NO_CELLS);
    const wide = [...headings]
      .toSorted(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0))
      .map(([heading]) => heading);
    if (fixed.length > 0) writing.out.push([line.tag, ...fixed, ...wide]);
    for (const row of rows) {
      const cells = Array.from({ length: width }, (_, at) => row.cells.get(at + 1) ?? "");
      writing.out.push([line.tag, ...cells, ...wide.map((heading) => row.wide.get(heading) ?? "")]);
    }
    return rows.length > 0;
  };
}

const columnOf = (field: FieldDefinition): number => (field.address.kind === "column" ? field.address.number : 0);
const allFields = (line: LineDefinition): FieldDefinition[] => [
  ...line.fields,
  ...(line.columns?.fields ?? []),
  ...line.same.flatMap(fieldsOf),
];
const fieldsOf = (same: SameDefinition): FieldDefinition[] => [
  ...same.fields,
  ...(same.columns?.fields ?? []),
  ...same.same.flatMap(fieldsOf),
];

function lineWriter(line: LineDefinition): RowsOf {
  const rows = levelWriter(line);
  const { opens } = line;
  return opens === undefined ? rows : listWriter(opens, rows);
}

/** One row or more per object of a list. Two objects of one key would be read as one, and are refused. */
function listWriter(name: string, rows: RowsOf, key: readonly Get[] = []): RowsOf {
  return (above, table, cells) => {
    const seen = new Set<string>();
    return listIn(above, name).flatMap((object, at) => {
      table.writing.path.push(`${name}[${at}]`);
      const said = JSON.stringify(key.map((get) => get(object) ?? ""));
      if (key.length > 0 && seen.has(said)) table.writing.findings.push(twice(table.writing, said));
      seen.add(said);
      const written = rows(object, table, cells);
      table.writing.path.pop();
      return written;
    });
  };
}

const twice = (writing: Writing, said: string): Finding =>
  writeFinding(
    writing,
    "row",
    undefined,
    "LIST_NOT_WRITABLE",
    "Another object before it has the same key; in the table both would be one",
    "objects that differ in one of the fields of key",
    said,
  );

/** The rows of one object: those of the levels below it; without any, a row of its own. */
function levelWriter({ columns, fields: defined, same }: Pick<LineDefinition, "columns" | "fields" | "same">): RowsOf {
  const fields = defined.map(compileFieldWriter);
  const deeper = same.map((level) => listWriter(level.opens, levelWriter(level), level.key.map(getAt)));
  const wide = columns === undefined ? undefined : columnsWriter(columns);
  return (object, table, above) => {
    const cells = new Map([...above, ...cellsOf(fields, object, table.writing)]);
    const rows = [...deeper.flatMap((level) => level(object, table, cells)), ...(wide?.(object, table, cells) ?? [])];
    const hasContent = cells.size > 0 || (same.length === 0 && columns === undefined);
    return rows.length === 0 && hasContent ? [{ cells, wide: NOTHING_WIDE }] : rows;
  };
}

function cellsOf(fields: readonly WriteField[], object: Held, writing: Writing): Cells {
  const cells = new Map<number, string>();
  for (const write of fields) {
    const place = write(object, writing, "row", writing.findings);
    if (place !== undefined && place.address.kind === "column") cells.set(place.address.number, place.text);
  }
  return cells;
}

/**
 * A row for all objects of a list that agree on the row's own cells, each below its heading; a second one for a heading
 * goes into a row behind it.
 */
function columnsWriter({ fields: defined, header, opens, value }: ColumnsDefinition): RowsOf {
  const fields = defined.map(compileFieldWriter);
  const [writeHeading, writeValue] = [compileFieldWriter(header), compileFieldWriter(value)];
  const date: Get = getAt(header.to.at(-1) ?? []);
  return (object, { headings, writing }, above) => {
    const rows: { readonly key: string; readonly cells: Cells; readonly wide: Map<string, string> }[] = [];
    listIn(object, opens).forEach((item, at) => {
      writing.path.push(`${opens}[${at}]`);
      const own = cellsOf(fields, item, writing);
      const heading = writeHeading(item, writing, "row", writing.findings)?.text;
      const text = writeValue(item, writing, "row", writing.findings)?.text ?? "";
      writing.path.pop();
      if (heading === undefined) return;
      headings.set(heading, `${date(item) ?? ""} ${heading}`);
      const key = JSON.stringify([...own]);
      let row = rows.find((one) => one.key === key && !one.wide.has(heading));
      if (row === undefined) {
        row = { key, cells: new Map([...above, ...own]), wide: new Map() };
        rows.push(row);
      }
      row.wide.set(heading, text);
    });
    return rows;
  };
}
