/** Typed reading and writing of rows in bulk; the only place that writes SQL for columns by name. */
import type { ColumnKind, Columns, NewRow, Row, Table } from "./columns.ts";
import type { Queryable, Tx } from "./store.ts";

/** Rows per INSERT: multi-row VALUES with replacements are the fastest way Sequelize has (docs/decisions.md). */
const ROWS_PER_STATEMENT = 500;

const read: Record<ColumnKind, (held: unknown) => unknown> = {
  id: Number,
  reference: Number,
  "optional reference": (held) => (held === null ? null : Number(held)),
  integer: Number,
  figure: (held) => BigInt(held as string),
  text: String,
  flag: (held) => Number(held) === 1,
  bytes: (held) => held,
};

const write: Record<ColumnKind, (held: unknown) => unknown> = {
  id: (held) => held,
  reference: (held) => held,
  "optional reference": (held) => held ?? null,
  integer: (held) => held ?? 0,
  figure: (held) => held ?? 0n,
  // Neither database keeps a NUL inside text.
  text: (held) => ((held as string | undefined) ?? "").replaceAll("\u0000", "\uFFFD"),
  flag: (held) => (held === true ? 1 : 0),
  bytes: (held) => held,
};

/** The column list of a SELECT, figures cast to text so that no driver makes them floating point. */
export function columnsOf(from: Table, alias = from.name): string {
  return Object.entries(from.columns)
    .map(([column, kind]) =>
      kind === "figure" ? `CAST(${alias}.${column} AS TEXT) AS ${quoted(column)}` : `${alias}.${quoted(column)}`,
    )
    .join(", ");
}

const quoted = (column: string): string => `"${column}"`;

/**
 * Rows of one table.
 * @param rest what follows FROM: joins, WHERE, ORDER BY, LIMIT, with named replacements
 */
export async function select<C extends Columns>(
  from: Queryable,
  of: Table<C>,
  rest: string,
  replacements: Readonly<Record<string, unknown>> = {},
): Promise<Row<C>[]> {
  const rows = await from.ask(`SELECT ${columnsOf(of)} FROM ${of.name} ${rest}`, replacements);
  return rows.map((row) => typed(of, row));
}

/** The only row that `rest` finds, or `undefined`. */
export async function selectOne<C extends Columns>(
  from: Queryable,
  of: Table<C>,
  rest: string,
  replacements: Readonly<Record<string, unknown>> = {},
): Promise<Row<C> | undefined> {
  const [row] = await select(from, of, `${rest} LIMIT 1`, replacements);
  return row;
}

function typed<C extends Columns>(of: Table<C>, row: Record<string, unknown>): Row<C> {
  for (const column in of.columns) row[column] = read[of.columns[column] as ColumnKind](row[column]);
  return row as Row<C>;
}

/**
 * Inserts rows in as few statements as there are and gives their ids in the same order.
 * @throws SequelizeUniqueConstraintError where a unique key is taken; see `isTaken`.
 */
export async function insert<C extends Columns>(tx: Tx, into: Table<C>, rows: readonly NewRow<C>[]): Promise<number[]> {
  return insertReturning(tx, into, rows, "");
}

/** Inserts the rows whose key (the columns of one unique key) is not there yet, and gives how many were new. */
export async function insertMissing<C extends Columns>(
  tx: Tx,
  into: Table<C>,
  rows: readonly NewRow<C>[],
  key: readonly (keyof C & string)[],
): Promise<number> {
  return (await insertReturning(tx, into, rows, `ON CONFLICT (${key.map(quoted).join(", ")}) DO NOTHING`)).length;
}

async function insertReturning<C extends Columns>(
  tx: Tx,
  into: Table<C>,
  rows: readonly NewRow<C>[],
  onConflict: string,
): Promise<number[]> {
  const ids: number[] = [];
  const columns = Object.keys(into.columns).filter((column) => into.columns[column] !== "id");
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const slice = rows.slice(start, start + ROWS_PER_STATEMENT) as readonly Record<string, unknown>[];
    const values = slice.map((row) => columns.map((column) => write[into.columns[column] as ColumnKind](row[column])));
    const inserted = await tx.run(
      `INSERT INTO ${into.name} (${columns.map(quoted).join(", ")}) VALUES ${values.map((_, n) => `(:v${n})`).join(", ")} ${onConflict} RETURNING id`,
      Object.fromEntries(values.map((row, n) => [`v${n}`, row])),
    );
    for (const row of inserted) ids.push(Number(row["id"]));
  }
  return ids;
}

/** Inserts one row and gives its id. */
export async function insertOne<C extends Columns>(tx: Tx, into: Table<C>, row: NewRow<C>): Promise<number> {
  const [id] = await insert(tx, into, [row]);
  return id as number;
}

/**
 * Sets columns of the rows that `where` finds and gives how many there were.
 * @param where what follows WHERE, with named replacements that must not be called like a column set
 */
export async function update<C extends Columns>(
  tx: Tx,
  of: Table<C>,
  set: Partial<Row<C>>,
  where: string,
  replacements: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const columns = Object.keys(set);
  const assignments = columns.map((column) => `${quoted(column)} = :set_${column}`).join(", ");
  const values = Object.fromEntries(
    columns.map((column) => [`set_${column}`, write[of.columns[column] as ColumnKind](set[column])]),
  );
  return tx.change(`UPDATE ${of.name} SET ${assignments} WHERE ${where}`, { ...replacements, ...values });
}

const CAST_AS: Record<ColumnKind, string> = {
  id: "BIGINT",
  reference: "BIGINT",
  "optional reference": "BIGINT",
  integer: "BIGINT",
  figure: "BIGINT",
  text: "TEXT",
  flag: "SMALLINT",
  bytes: "BYTEA",
};

/** New values of one row, and what some of its columns must still hold for them to be written. */
export interface RowChange<C extends Columns> {
  readonly id: number;
  readonly set: Partial<Row<C>>;
  readonly was?: Partial<Row<C>>;
}

/**
 * Changes rows by id in as few statements as there are and gives the ids of those that were found as they had to be.
 * All changes name the same columns.
 */
export async function updateEach<C extends Columns>(
  tx: Tx,
  of: Table<C>,
  changes: readonly RowChange<C>[],
): Promise<number[]> {
  const [first] = changes;
  if (first === undefined) return [];
  const set = Object.keys(first.set);
  const was = Object.keys(first.was ?? {});
  // Both databases call the columns of a VALUES list column1, column2 …
  const given = (column: string, n: number) => `CAST(v.column${n} AS ${CAST_AS[of.columns[column] as ColumnKind]})`;
  const assignments = set.map((column, n) => `${quoted(column)} = ${given(column, n + 2)}`).join(", ");
  const conditions = was.map((column, n) => ` AND ${of.name}.${quoted(column)} = ${given(column, n + 2 + set.length)}`);
  const ids: number[] = [];
  for (let start = 0; start < changes.length; start += ROWS_PER_STATEMENT) {
    const slice = changes.slice(start, start + ROWS_PER_STATEMENT);
    const values = slice.map((change) => [
      change.id,
      ...set.map((column) => write[of.columns[column] as ColumnKind](change.set[column])),
      ...was.map((column) => write[of.columns[column] as ColumnKind](change.was?.[column])),
    ]);
    const changed = await tx.run(
      `UPDATE ${of.name} SET ${assignments} FROM (VALUES ${values.map((_, n) => `(:v${n})`).join(", ")}) AS v
       WHERE ${of.name}.id = v.column1${conditions.join("")} RETURNING ${of.name}.id AS id`,
      Object.fromEntries(values.map((row, n) => [`v${n}`, row])),
    );
    for (const row of changed) ids.push(Number(row["id"]));
  }
  return ids;
}

/** Locks rows until the transaction ends, in id order so that two never wait for each other. SQLite's writer queue needs none. */
export async function lockRows(tx: Tx, of: Table, ids: readonly number[]): Promise<void> {
  if (tx.dialect === "sqlite" || ids.length === 0) return;
  await tx.run(`SELECT id FROM ${of.name} WHERE id IN (:ids) ORDER BY id FOR UPDATE`, { ids });
}
