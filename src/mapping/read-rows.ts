/** Reading the rows of tables: level by level, rows of equal key being one object, and an object per column of a wide one. */
import { cleaned } from "./clean-text.ts";
import type { ColumnsDefinition, FieldDefinition, LineDefinition, SameDefinition } from "./definition.ts";
import { append, getAt, putAt } from "./paths.ts";
import type { ReadPlaces, SumIndex } from "./places.ts";
import { cellPlaces } from "./read-cells.ts";
import { fallbackPlaces } from "./read-fallbacks.ts";
import { compileField } from "./read-fields.ts";
import { isFilled, mustPlaces } from "./read-musts.ts";
import { type Held, isFault, placeIn, type Run, report } from "./run.ts";
import { shapeOfField } from "./shapes.ts";

const NO_SUMS: SumIndex = new Map();

/** What every row of a table says about the whole has to be the same in all of them. */
export function agreedCells(line: LineDefinition, sums: SumIndex): ReadPlaces {
  const places = cellPlaces(line.fields, sums);
  const rows = rowsBefore(line.fields);
  return (row, target, run) => {
    const { elements } = row;
    if (rows.agree(elements, target, run) !== undefined) return;
    const stated: Held = {};
    places(row, stated, run);
    compareRows(run, target, stated);
    rows.keep(elements, target, target, run);
  };
}

/** The row before, with the object that its cells came to. */
interface RowBefore {
  readonly columns: readonly number[];
  elements: readonly string[];
  target: Held;
  held: Held;
}

/** Most rows say the same of their line as the row before: their cells need not be read to know it. */
function rowsBefore(fields: readonly FieldDefinition[]): {
  /** The object of the row before, where all cells of these fields are the same text. */
  agree(elements: readonly string[], target: Held, run: Run): Held | undefined;
  keep(elements: readonly string[], target: Held, held: Held, run: Run): void;
} {
  const byRun = new WeakMap<Run, RowBefore>();
  return {
    agree: (elements, target, run) => {
      const before = byRun.get(run);
      if (before === undefined || before.target !== target) return undefined;
      const { columns, elements: cells } = before;
      for (const column of columns) if (elements[column] !== cells[column]) return undefined;
      return before.held;
    },
    keep: (elements, target, held, run) => {
      const before = byRun.get(run);
      if (before === undefined) byRun.set(run, { columns: columnsOf(fields, run), elements, target, held });
      else Object.assign(before, { elements, target, held });
    },
  };
}

/** The columns of the file that fields stand in. */
const columnsOf = (fields: readonly FieldDefinition[], run: Run): number[] =>
  fields.flatMap(({ address }) => {
    if (address.kind !== "column") return [];
    const column = run.columns.get(address.number) ?? address.number;
    return column === Number.MAX_SAFE_INTEGER ? [] : [column];
  });

/** A table's row, level by level: rows of equal key are one object. */
export function rowPlaces(line: LineDefinition): ReadPlaces {
  const levels = line.same.map(sameLevel);
  const columns = line.columns === undefined ? undefined : columnPlaces(line.columns);
  return (row, target, run) => {
    for (const level of levels) level(row, target, run);
    columns?.(row, target, run);
  };
}

function sameLevel(same: SameDefinition): ReadPlaces {
  const places = cellPlaces(same.fields, NO_SUMS);
  const musts = mustPlaces(same.fields);
  const fallbacks = fallbackPlaces(same.fields);
  const keys = same.key.map(getAt);
  const inner = same.same.map(sameLevel);
  const columns = same.columns === undefined ? undefined : columnPlaces(same.columns);
  const saysSomething = contentOf(same);
  const rows = rowsBefore(same.fields);
  return (row, target, run) => {
    const { elements } = row;
    const known = keys.length === 0 ? undefined : rows.agree(elements, target, run);
    if (known !== undefined) {
      for (const level of inner) level(row, known, run);
      columns?.(row, known, run);
      return;
    }
    // A row may end above this level: a line without steps has its row all the same.
    if (!saysSomething(elements, run)) return;
    const object: Held = { segment: run.segment.inSet };
    places(row, object, run);
    musts?.(row, object, run);
    fallbacks?.(row, object, run);
    const held = keys.length === 0 ? undefined : keyedObject(run, target, same, object, keys);
    if (held === undefined) append(target, same.opens, object);
    else {
      if (held !== object) compareRows(run, held, object);
      rows.keep(elements, target, held, run);
    }
    for (const level of inner) level(row, held ?? object, run);
    columns?.(row, held ?? object, run);
  };
}

/** Whether any cell of a level, or of those below it, is filled. */
function contentOf(same: SameDefinition): (elements: readonly string[], run: Run) => boolean {
  const fields = fieldsBelow(same);
  const isWide = hasColumns(same);
  const byRun = new WeakMap<Run, readonly number[]>();
  return (elements, run) => {
    let columns = byRun.get(run);
    if (columns === undefined) {
      columns = columnsOf(fields, run);
      byRun.set(run, columns);
    }
    return (
      columns.some((column) => isFilled(elements, column)) ||
      (isWide && elements.some((_, at) => at > 0 && !isNamed(run, at) && isFilled(elements, at)))
    );
  };
}

const fieldsBelow = (same: SameDefinition): FieldDefinition[] => [
  ...same.fields,
  ...(same.columns?.fields ?? []),
  ...same.same.flatMap(fieldsBelow),
];
const hasColumns = (same: SameDefinition): boolean => same.columns !== undefined || same.same.some(hasColumns);

function isNamed(run: Run, column: number): boolean {
  for (const named of run.columns.values()) if (named === column) return true;
  return false;
}

function keyedObject(
  run: Run,
  target: Held,
  same: SameDefinition,
  object: Held,
  keys: readonly ((from: Held) => string | undefined)[],
): Held {
  let byKey = run.keyed.get(target);
  if (byKey === undefined) {
    byKey = new Map();
    run.keyed.set(target, byKey);
  }
  const key = JSON.stringify([same.opens, ...keys.map((get) => get(object) ?? "")]);
  const held = byKey.get(key);
  if (held !== undefined) return held;
  byKey.set(key, object);
  append(target, same.opens, object);
  return object;
}

/** Rows of one key have to agree on what they say about it, otherwise a value would be lost. */
function compareRows(run: Run, held: Held, object: Held, path = ""): void {
  for (const name in object) {
    if (name === "segment" || !Object.hasOwn(object, name)) continue;
    const value = object[name];
    const before = held[name];
    if (before === undefined) held[name] = value;
    else if (typeof value === "object" && value !== null)
      compareRows(run, before as Held, value as Held, `${path}${name}.`);
    else if (before !== value) {
      report(run, {
        code: "ROWS_DISAGREE",
        severity: "reject",
        message: `Rows of one key give ${path}${name} different values`,
        place: placeIn(run, undefined, undefined, undefined, `${path}${name}`),
        expected: JSON.stringify(before),
        found: JSON.stringify(value),
        remedy: "Ask the sender which is right, or add the field to the key in a dialect.",
      });
    }
  }
}

/** The columns of the file whose heading fits, with what it says; looked at once per table. */
type Headed = readonly { readonly column: number; readonly values: readonly string[] }[];

/** One object per column whose header fits the shape and whose cell is filled. */
function columnPlaces({ fields, header, opens, value }: ColumnsDefinition): ReadPlaces {
  const putHeader = header.to.map(putAt);
  const headerShape = shapeOfField(header);
  const ofRow = cellPlaces(fields, NO_SUMS);
  const musts = mustPlaces(fields);
  const fallbacks = fallbackPlaces(fields);
  const readers = new Map<number, ReturnType<typeof compileField>>();
  const known = new WeakMap<readonly string[], Headed>();
  const headedBy = (run: Run): Headed => {
    const held = known.get(run.headers);
    if (held !== undefined) return held;
    const headed = run.headers.flatMap((text, column) => {
      if (column === 0 || text === "" || isNamed(run, column)) return [];
      const values = headerShape.read(text, run.shapes, "");
      if (isFault(values)) return [];
      return [{ column, values: typeof values === "string" ? [values] : values }];
    });
    known.set(run.headers, headed);
    return headed;
  };
  return (row, target, run) => {
    for (const { column, values } of headedBy(run)) {
      const cell = cleaned(row.elements[column] ?? "", "", run, column, 0, 0);
      if (cell === "") continue;
      const object: Held = { segment: run.segment.inSet };
      ofRow(row, object, run);
      musts?.(row, object, run);
      fallbacks?.(row, object, run);
      putHeader.forEach((put, at) => {
        const held = values[at] ?? "";
        if (held !== "") put(object, held);
      });
      let read = readers.get(column);
      if (read === undefined) {
        read = compileField(value, undefined, { element: column, component: 0, repetition: 0 });
        readers.set(column, read);
      }
      read(cell, object, run, "");
      append(target, opens, object);
    }
  };
}
