/**
 * Column kinds that mean the same on SQLite and PostgreSQL, and the row types they give.
 *
 * Figures are BIGINT millionths, read as text and held as `bigint`; business dates are ISO text, instants UTC text, and
 * what is not known is `''`, never NULL, so that unique keys bite. Only references may be NULL.
 */
export type ColumnKind = "id" | "reference" | "optional reference" | "integer" | "figure" | "text" | "flag" | "bytes";

export interface Columns {
  readonly [column: string]: ColumnKind;
}

type Held<Kind extends ColumnKind> = Kind extends "figure"
  ? bigint
  : Kind extends "text"
    ? string
    : Kind extends "bytes"
      ? Buffer
      : Kind extends "optional reference"
        ? number | null
        : Kind extends "flag"
          ? boolean
          : number;

/** A row of a table as it is read. */
export type Row<C extends Columns> = { -readonly [Name in keyof C]: Held<C[Name]> };

type GivenLater<C extends Columns> = {
  [Name in keyof C]: C[Name] extends "id" | "optional reference" ? Name : never;
}[keyof C];
type Defaulted<C extends Columns> = {
  [Name in keyof C]: C[Name] extends "text" | "figure" | "integer" | "flag" ? Name : never;
}[keyof C];

/** A row as it is inserted: references are given, ids are not, text is `''` and figures are 0 unless given. */
export type NewRow<C extends Columns> = { [Name in Exclude<keyof C, GivenLater<C> | Defaulted<C>>]: Held<C[Name]> } & {
  [Name in GivenLater<C> | Defaulted<C>]?: Held<C[Name]>;
};

export interface Table<C extends Columns = Columns> {
  readonly name: string;
  readonly columns: C;
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly (readonly string[] | { readonly on: readonly string[]; readonly where: string })[];
}

/** A table whose row types follow from its columns. */
export const table = <const C extends Columns>(
  name: string,
  columns: C,
  keys: { unique?: Table["unique"]; indexes?: Table["indexes"] } = {},
): Table<C> => ({ name, columns, unique: keys.unique ?? [], indexes: keys.indexes ?? [] });
