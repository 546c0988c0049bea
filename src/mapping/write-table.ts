/** Writing tables: a header row, then one row per object of the deepest level, filled from the objects it stands in. */
import type { FieldDefinition, LineDefinition, MappingDefinition, SameDefinition } from "./definition.ts";
import { type Get, getAt, listIn } from "./paths.ts";
import type { Held } from "./run.ts";
import { shapeOf } from "./shapes.ts";
import { compileFieldWriter, type WriteField, type Writing, writeFinding } from "./write-fields.ts";

type Cells = ReadonlyMap<number, string>;

/** Compiles the writing of a table's only line. */
export function compileTableWriter(definition: MappingDefinition): (document: Held, writing: Writing) => boolean {
  const [line] = definition.lines;
  if (line === undefined) return () => false;
  const { headers } = definition.message;
  const writeRows = rowWriter(line);
  return (document, writing) => {
    const columns = columnsOf(line, document, writing);
    const width = Math.max(headers.length, ...allFields(line).map(columnOf));
    writing.out.push([line.tag, ...headers, ...columns.map(({ text }) => text)]);
    if (headers.length === 0) writing.out.pop();
    const rows = writeRows(document, writing);
    for (const { cells, object } of rows) {
      const row = Array.from({ length: width }, (_, at) => cells.get(at + 1) ?? "");
      writing.out.push([line.tag, ...row, ...columns.map((column) => column.cell(object))]);
    }
    return rows.length > 0;
  };
}

const columnOf = (field: FieldDefinition): number => (field.address.kind === "column" ? field.address.number : 0);
const allFields = (line: LineDefinition): FieldDefinition[] => [...line.fields, ...line.same.flatMap(fieldsOf)];
const fieldsOf = (same: SameDefinition): FieldDefinition[] => [...same.fields, ...same.same.flatMap(fieldsOf)];

interface Row {
  readonly cells: Cells;
  readonly object: Held;
}

function rowWriter(line: LineDefinition): (document: Held, writing: Writing) => Row[] {
  const fields = line.fields.map(compileFieldWriter);
  const levels = line.same.map(levelWriter);
  const { opens } = line;
  const rowsOf = (object: Held, writing: Writing): Row[] => {
    const cells = cellsOf(fields, object, writing);
    if (levels.length === 0) return [{ cells, object }];
    return levels.flatMap((level) => level(object, writing, cells));
  };
  if (opens === undefined) return rowsOf;
  return (document, writing) =>
    listIn(document, opens).flatMap((object, at) => within(writing, `${opens}[${at}]`, () => rowsOf(object, writing)));
}

function levelWriter(same: SameDefinition): (above: Held, writing: Writing, cells: Cells) => Row[] {
  const fields = same.fields.map(compileFieldWriter);
  const deeper = same.same.map(levelWriter);
  return (above, writing, cells) =>
    listIn(above, same.opens).flatMap((object, at) =>
      within(writing, `${same.opens}[${at}]`, () => {
        const row = new Map([...cells, ...cellsOf(fields, object, writing)]);
        const rows = deeper.flatMap((level) => level(object, writing, row));
        return rows.length > 0 ? rows : [{ cells: row, object }];
      }),
    );
}

function within<T>(writing: Writing, name: string, step: () => T): T {
  writing.path.push(name);
  const result = step();
  writing.path.pop();
  return result;
}

function cellsOf(fields: readonly WriteField[], object: Held, writing: Writing): Cells {
  const cells = new Map<number, string>();
  for (const write of fields) {
    const place = write(object, writing, "row", writing.findings);
    if (place !== undefined && place.address.kind === "column") cells.set(place.address.number, place.text);
  }
  return cells;
}

interface Column {
  readonly text: string;
  cell(object: Held): string;
}

/** The columns of a wide schedule: every header value that any row has, in order. */
function columnsOf(line: LineDefinition, document: Held, writing: Writing): Column[] {
  const { columns, opens } = line;
  if (columns === undefined || opens === undefined) return [];
  const [header, value]: [Get, Get] = [getAt(columns.header.to), getAt(columns.value.to)];
  const [headerShape, valueShape] = [shapeOf(columns.header.as), shapeOf(columns.value.as)];
  const values = new Set<string>();
  for (const object of listIn(document, opens)) {
    for (const item of listIn(object, columns.opens)) {
      const held = header(item);
      if (held !== undefined) values.add(held);
    }
  }
  return [...values].toSorted().flatMap((held) => {
    const text = headerShape.write([held], writing.shapes);
    if (typeof text !== "string") {
      writing.findings.push(
        writeFinding(
          writing,
          line.tag,
          undefined,
          "FIELD_NOT_WRITABLE",
          "The value cannot head a column",
          columns.header.as,
          held,
        ),
      );
      return [];
    }
    return [{ text, cell: (object: Held) => cellIn(object, held) }];
  });

  function cellIn(object: Held, held: string): string {
    const item = columns === undefined ? undefined : listIn(object, columns.opens).find((one) => header(one) === held);
    if (item === undefined) return "";
    const text = valueShape.write([value(item) ?? ""], writing.shapes);
    return typeof text === "string" ? text : "";
  }
}
