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

const whole = (held: unknown): string => {
  if (Number.isSafeInteger(held)) return String(held);
  throw new TypeError(`${String(held)} is not a whole number`);
};

/** Neither database keeps a NUL inside text. */
function quotedText(held: unknown): string {
  if (held === undefined || held === "") return "''";
  if (typeof held !== "string") throw new TypeError(`a ${typeof held} is not a text`);
  const kept = held.includes("\u0000") ? held.replaceAll("\u0000", "\uFFFD") : held;
  return kept.includes("'") ? `'${kept.replaceAll("'", "''")}'` : `'${kept}'`;
}

/**
 * Values as they stand in a statement's own text: the same as replacements, without looking through the whole text for
 * their names. The only place that does so; each kind takes nothing but values of its own type.
 */
const LITERALS: Record<Exclude<ColumnKind, "bytes">, (held: unknown) => string> = {
  id: whole,
  reference: whole,
  "optional reference": (held) => (held === undefined || held === null ? "NULL" : whole(held)),
  integer: (held) => (held === undefined ? "0" : whole(held)),
  figure: (held) => {
    if (typeof held === "bigint") return held.toString();
    if (held === undefined) return "0";
    throw new TypeError(`a ${typeof held} is not a figure`);
  },
  text: quotedText,
  flag: (held) => (held === true ? "1" : "0"),
};

const hexadecimal = (held: unknown): string => {
  if (held instanceof Uint8Array) return Buffer.from(held).toString("hex");
  throw new TypeError("what is no bytes cannot be kept as bytes");
};

const LITERALS_OF: Record<Queryable["dialect"], Record<ColumnKind, (held: unknown) => string>> = {
  sqlite: { ...LITERALS, bytes: (held) => `X'${hexadecimal(held)}'` },
  postgres: { ...LITERALS, bytes: (held) => `'\\x${hexadecimal(held)}'` },
};

const literals = ({ dialect }: Queryable) => LITERALS_OF[dialect];

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
  return rowsOf(from, of, columnsOf(of), conversionsOf(of, from.dialect), rest, replacements);
}

/** Rows of one table with the columns that are named only: what is not read costs nothing. */
export async function selectSome<C extends Columns, Name extends keyof C & string>(
  from: Queryable,
  of: Table<C>,
  columns: readonly Name[],
  rest: string,
  replacements: Readonly<Record<string, unknown>> = {},
): Promise<Pick<Row<C>, Name>[]> {
  const some = {
    ...of,
    columns: Object.fromEntries(columns.map((column) => [column, of.columns[column] as ColumnKind])),
  };
  return rowsOf(from, of, columnsOf(some), conversionsIn(some, from.dialect), rest, replacements);
}

async function rowsOf<C extends Columns>(
  from: Queryable,
  of: Table<C>,
  columns: string,
  converted: Conversions,
  rest: string,
  replacements: Readonly<Record<string, unknown>>,
): Promise<Row<C>[]> {
  const rows = await from.ask(`SELECT ${columns} FROM ${of.name} ${rest}`, replacements);
  for (const row of rows) for (const [column, convert] of converted) row[column] = convert(row[column]);
  return rows as Row<C>[];
}

/** What SQLite's driver gives as it is held: whole numbers, texts, bytes. PostgreSQL's gives BIGINT as text. */
const AS_HELD: ReadonlySet<ColumnKind> = new Set(["id", "reference", "optional reference", "integer", "text", "bytes"]);

type Conversions = readonly (readonly [column: string, read: (held: unknown) => unknown])[];
const conversions = { sqlite: new Map<Table, Conversions>(), postgres: new Map<Table, Conversions>() };

/** The columns of a table that do not come as they are held. */
function conversionsOf(of: Table, dialect: Queryable["dialect"]): Conversions {
  const known = conversions[dialect].get(of);
  if (known !== undefined) return known;
  const found = conversionsIn(of, dialect);
  conversions[dialect].set(of, found);
  return found;
}

const conversionsIn = (of: Table, dialect: Queryable["dialect"]): Conversions =>
  Object.entries(of.columns)
    .filter(([, kind]) => (dialect === "sqlite" ? !AS_HELD.has(kind) : kind !== "text" && kind !== "bytes"))
    .map(([column, kind]) => [column, read[kind]] as const);

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

/**
 * Inserts rows in as few statements as there are and gives their ids in the same order.
 * @throws SequelizeUniqueConstraintError where a unique key is taken; see `isTaken`.
 */
export async function insert<C extends Columns>(tx: Tx, into: Table<C>, rows: readonly NewRow<C>[]): Promise<number[]> {
  return (await insertWith(tx, into, rows, " RETURNING id")).map((row) => Number(row["id"]));
}

/** Inserts rows whose ids nobody asks for. @throws SequelizeUniqueConstraintError where a unique key is taken */
export async function append<C extends Columns>(tx: Tx, into: Table<C>, rows: readonly NewRow<C>[]): Promise<void> {
  await insertWith(tx, into, rows, "");
}

/** Inserts the rows whose key (the columns of one unique key) is not there yet, and gives how many were new. */
export async function insertMissing<C extends Columns>(
  tx: Tx,
  into: Table<C>,
  rows: readonly NewRow<C>[],
  key: readonly (keyof C & string)[],
): Promise<number> {
  return (await insertAbsent(tx, into, rows, key)).length;
}

/** `insertMissing` that gives id and key of each row that was new. */
export async function insertAbsent<C extends Columns>(
  tx: Tx,
  into: Table<C>,
  rows: readonly NewRow<C>[],
  key: readonly (keyof C & string)[],
): Promise<Record<string, unknown>[]> {
  const columns = key.map(quoted).join(", ");
  return insertWith(tx, into, rows, ` ON CONFLICT (${columns}) DO NOTHING RETURNING id, ${columns}`);
}

async function insertWith<C extends Columns>(
  tx: Tx,
  into: Table<C>,
  rows: readonly NewRow<C>[],
  ending: string,
): Promise<Record<string, unknown>[]> {
  const columns = Object.keys(into.columns).filter((column) => into.columns[column] !== "id");
  const write = columns.map((column) => literals(tx)[into.columns[column] as ColumnKind]);
  const head = `INSERT INTO ${into.name} (${columns.map(quoted).join(", ")}) VALUES `;
  const returned: Record<string, unknown>[] = [];
  let running: Promise<Record<string, unknown>[]> | undefined;
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const slice = rows.slice(start, start + ROWS_PER_STATEMENT) as readonly Record<string, unknown>[];
    const text = head + valuesOf(slice, columns, write) + ending;
    // While the database works on one statement, the text of the next is made.
    if (running !== undefined) returned.push(...(await running));
    running = tx.run(text);
    // Where it fails, it is heard when it is waited for.
    running.catch(() => {});
    if (start + ROWS_PER_STATEMENT < rows.length) await started();
  }
  if (running !== undefined) returned.push(...(await running));
  return returned;
}

/** Lets what was begun reach the database. */
const started = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `(…), (…)`: the values of rows as they stand in a statement; joined row by row, which is the quickest way there is. */
function valuesOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
  write: readonly ((held: unknown) => string)[],
): string {
  const texts = rows.map((row) => {
    const values: string[] = [];
    for (let n = 0; n < columns.length; n += 1) {
      values.push((write[n] as (held: unknown) => string)(row[columns[n] as string]));
    }
    return `(${values.join(",")})`;
  });
  return texts.join(",");
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
    columns.map((column) => [`set_${column}`, given(of.columns[column] as ColumnKind, set[column])]),
  );
  return tx.change(`UPDATE ${of.name} SET ${assignments} WHERE ${where}`, { ...replacements, ...values });
}

/** A value as a replacement. */
function given(kind: ColumnKind, held: unknown): unknown {
  if (kind === "flag") return held === true ? 1 : 0;
  if (kind === "text") return ((held as string | undefined) ?? "").replaceAll("\u0000", "\uFFFD");
  return kind === "figure" ? (held ?? 0n) : kind === "integer" ? (held ?? 0) : (held ?? null);
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
  const cast = (column: string, n: number) => `CAST(v.column${n} AS ${CAST_AS[of.columns[column] as ColumnKind]})`;
  const assignments = set.map((column, n) => `${quoted(column)} = ${cast(column, n + 2)}`).join(", ");
  const conditions = was.map((column, n) => ` AND ${of.name}.${quoted(column)} = ${cast(column, n + 2 + set.length)}`);
  const kinds = ["id" as const, ...[...set, ...was].map((column) => of.columns[column] as ColumnKind)];
  const write = kinds.map((kind) => literals(tx)[kind]);
  const places = kinds.map((_, n) => String(n));
  const ids: number[] = [];
  for (let start = 0; start < changes.length; start += ROWS_PER_STATEMENT) {
    const slice = changes
      .slice(start, start + ROWS_PER_STATEMENT)
      .map((change) => [
        change.id,
        ...set.map((column) => change.set[column]),
        ...was.map((column) => change.was?.[column]),
      ]);
    const changed = await tx.run(
      `UPDATE ${of.name} SET ${assignments} FROM (VALUES ${valuesOf(slice as unknown as Record<string, unknown>[], places, write)}) AS v
       WHERE ${of.name}.id = v.column1${conditions.join("")} RETURNING ${of.name}.id AS id`,
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
