/** Reading the cells of a table's row. */
import { cleaned } from "./clean-text.ts";
import type { FieldDefinition } from "./definition.ts";
import { placeOfField, type ReadText } from "./field-places.ts";
import type { ReadPlaces, SumIndex } from "./places.ts";
import { compileField } from "./read-fields.ts";
import type { Run } from "./run.ts";

/** Compiles fields of a table's row; the columns of the file were found by its header. */
export function cellPlaces(fields: readonly FieldDefinition[], sums: SumIndex): ReadPlaces {
  const parts = fields.map((field) => ({
    number: placeOfField(field).element,
    read: compileField(field, sums.get(field)),
  }));
  // Which columns a table has is the same for all its rows, and most tables have few of those that may be.
  let header: Run["columns"] | undefined;
  let present: { readonly column: number; readonly read: ReadText }[] = [];
  return ({ elements }, target, run) => {
    if (header !== run.columns) {
      header = run.columns;
      present = parts
        .map(({ number, read }) => ({ column: run.columns.get(number) ?? number, read }))
        .filter(({ column }) => column <= run.headers.length || run.headers.length === 0);
    }
    for (const { column, read } of present) {
      const raw = elements[column];
      if (raw === undefined || raw === "") continue;
      const text = cleaned(raw, "", run, column, 0, 0);
      if (text !== "") read(text, target, run, "");
    }
  };
}
