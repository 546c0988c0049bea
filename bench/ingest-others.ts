/** Other customers of the same size, stored by copying all rows of those that are there: accounts, plans, history, shipments. */
import type { Table } from "../src/store/columns.ts";
import { openStore, type Tx } from "../src/store/store.ts";
import { TABLES } from "../src/store/tables.ts";

/** Not of any customer. */
const SHARED = new Set(["number_series", "job_run", "audit"]);

/** Farther apart than there are rows of one kind. */
const STRIDE = 1_000_000;

/** Copies every row `times` times under other ids, partners and numbers. */
export async function storeOthers(url: string, home: string, times: number): Promise<void> {
  const store = openStore(url, home);
  try {
    for (let copy = 1; copy <= times; copy += 1) {
      await store.write(async (tx) => {
        for (const table of TABLES) if (!SHARED.has(table.name)) await copyRows(tx, table, copy);
      });
    }
    await store.write(async (tx) => {
      // Releasing is another bench: nothing of theirs is due.
      await tx.run("UPDATE account SET next_order_on = ''");
      if (store.dialect === "postgres") for (const table of TABLES) await continueIds(tx, table);
    });
    if (store.dialect === "postgres") await store.sequelize.query("VACUUM ANALYZE");
    else await store.ask("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    await store.close();
  }
}

async function copyRows(tx: Tx, table: Table, copy: number): Promise<void> {
  const columns = Object.keys(table.columns);
  const own = new Set(table.unique.flatMap((key) => renamedOf(table, key)));
  const values = columns.map((column) => {
    const kind = table.columns[column];
    if (kind === "id" || kind === "reference" || kind === "optional reference") {
      return `"${column}" + ${copy * STRIDE}`;
    }
    return column === "partner" || own.has(column) ? `"${column}" || '-${copy}'` : `"${column}"`;
  });
  const names = columns.map((column) => `"${column}"`).join(", ");
  const given = tx.dialect === "postgres" ? "OVERRIDING SYSTEM VALUE" : "";
  await tx.run(
    `INSERT INTO ${table.name} (${names}) ${given} SELECT ${values.join(", ")} FROM ${table.name} WHERE id < ${STRIDE} ORDER BY id`,
  );
}

/** A key that names neither a partner nor another row keeps copies apart by its first text. */
function renamedOf(table: Table, key: readonly string[]): string[] {
  if (key.includes("partner") || key.some((column) => table.columns[column]?.endsWith("reference") === true)) return [];
  return key.filter((column) => table.columns[column] === "text").slice(0, 1);
}

const continueIds = (tx: Tx, { name }: Table) =>
  tx.run(`SELECT setval(pg_get_serial_sequence('${name}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM ${name}))`);
