import type { ColumnKind, Table } from "../columns.ts";
import type { Dialect, Store } from "../store.ts";
import { TABLES } from "../tables.ts";

const TYPES: Record<ColumnKind, Record<Dialect, string>> = {
  id: { sqlite: "INTEGER PRIMARY KEY AUTOINCREMENT", postgres: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" },
  reference: { sqlite: "BIGINT NOT NULL", postgres: "BIGINT NOT NULL" },
  "optional reference": { sqlite: "BIGINT", postgres: "BIGINT" },
  integer: { sqlite: "BIGINT NOT NULL", postgres: "BIGINT NOT NULL" },
  figure: { sqlite: "BIGINT NOT NULL", postgres: "BIGINT NOT NULL" },
  text: { sqlite: "TEXT NOT NULL", postgres: "TEXT NOT NULL" },
  flag: { sqlite: "SMALLINT NOT NULL", postgres: "SMALLINT NOT NULL" },
  bytes: { sqlite: "BLOB NOT NULL", postgres: "BYTEA NOT NULL" },
};

/** The tables, their unique keys and indexes. */
export async function ground(store: Store): Promise<void> {
  for (const table of TABLES) {
    for (const sql of definition(table, store.dialect)) await store.sequelize.query(sql);
  }
}

function definition(of: Table, dialect: Dialect): string[] {
  const columns = Object.entries(of.columns).map(([name, kind]) => `"${name}" ${TYPES[kind][dialect]}`);
  const unique = of.unique.map((key) => `UNIQUE (${key.map((name) => `"${name}"`).join(", ")})`);
  const statements = [`CREATE TABLE ${of.name} (${[...columns, ...unique].join(", ")})`];
  of.indexes.forEach((index, n) => {
    const on = "on" in index ? index.on : index;
    const where = "on" in index ? ` WHERE ${index.where}` : "";
    statements.push(
      `CREATE INDEX ${of.name}_${n + 1} ON ${of.name} (${on.map((name) => `"${name}"`).join(", ")})${where}`,
    );
  });
  return statements;
}
