/**
 * One hash over everything that was decided and done, by which two runs are compared. Row ids are replaced by what the rows
 * are called, rows are taken in no order, and moments of the wall clock and numbers that a crash may skip are left out.
 */
import { createHash } from "node:crypto";
import { stableJson } from "../values/json.ts";
import type { Table } from "./columns.ts";
import { select } from "./rows.ts";
import type { Queryable } from "./store.ts";
import { TABLES } from "./tables.ts";

/** Tables that follow from the others, or only say when or where something ran. */
const NOT_COMPARED = new Set(["ledger_mark", "job_run", "audit", "mailbox", "gateway"]);

/** Moments, attempts, and texts that name rows by their ids. */
const LEFT_OUT = new Set([
  "id",
  "claim",
  "received_at",
  "finished_at",
  "attempts",
  "decided_at",
  "created_at",
  "booked_at",
  "released_at",
  "written_at",
  "folder_device",
  "folder_inode",
  "home",
  "worker",
  "staged_by",
  "request_key",
  "cause_key",
]);

/** The columns by which a row is called where others point at it. */
const CALLED_BY: Readonly<Record<string, readonly string[]>> = {
  file: ["partner", "name", "sha256"],
  interchange: ["file_id", "ordinal"],
  message: ["interchange_id", "ordinal", "type", "control"],
  agreement: ["number"],
  agreement_line: ["agreement_id", "line_no"],
  account: ["partner", "identity"],
  curve: ["hash"],
  revision: ["message_id", "document_line", "layer"],
  child_order: ["number"],
  child_line: ["order_id", "line_no"],
  shipment: ["number"],
  shipment_line: ["shipment_id", "line_no"],
  receipt: ["message_id", "document_line"],
  invoice: ["number"],
  payment: ["number"],
  application: ["payment_id", "position"],
  ledger: ["business_key"],
  outbox_file: ["folder", "name"],
  outbound_document: ["kind", "receiver", "number"],
};

/** The table a reference points at, where its name does not say so. */
const POINTS_AT: Readonly<Record<string, string>> = {
  line_id: "agreement_line",
  order_id: "child_order",
  compared_with: "revision",
  forecast_revision_id: "revision",
  call_off_revision_id: "revision",
  since_revision_id: "revision",
  answered_by: "message",
  advised_by: "message",
};

const targetOf = (table: Table, column: string): string =>
  column === "reverses_id" ? table.name : (POINTS_AT[column] ?? column.replace(/_id$/, ""));

/** The columns of a table that point at rows of another, and which that is. */
export const referencesOf = (table: Table): { table: string; column: string; target: string }[] =>
  Object.entries(table.columns)
    .filter(([, kind]) => kind === "reference" || kind === "optional reference")
    .map(([column]) => ({ table: table.name, column, target: targetOf(table, column) }));

type Names = Map<string, Map<number, string>>;
type Rows = Record<string, unknown>[];

/** The fingerprint of the database as it stands: equal for two runs that did the same. */
export async function fingerprint(from: Queryable): Promise<string> {
  const names: Names = new Map();
  const texts: string[] = [];
  const tables: { table: Table; rows: Rows }[] = [];
  for (const table of TABLES as readonly Table[]) {
    if (NOT_COMPARED.has(table.name)) continue;
    const rows = (await select(from, table, "ORDER BY id")) as Rows;
    // Names first: an account points at revisions, whose table comes later.
    nameRows(table, rows, names);
    tables.push({ table, rows });
  }
  for (const { table, rows } of tables) {
    for (const row of rows) {
      if (table.name === "number_series" && row["scope"] === "claim") continue;
      texts.push(`${table.name} ${textOf(table, row, names)}`);
    }
  }
  return createHash("sha256").update(texts.toSorted().join("\n")).digest("hex");
}

function nameRows(table: Table, rows: Rows, names: Names): void {
  const columns = CALLED_BY[table.name];
  if (table.name === "file") nameClaims(rows, names);
  if (columns === undefined) return;
  const named = new Map<number, string>();
  for (const row of rows) {
    named.set(row["id"] as number, stableJson(columns.map((column) => valueOf(table, column, row, names))));
  }
  names.set(table.name, named);
}

/** Texts name a file by its claim, `file:12`, which is another number where a claim was given up before it was made. */
const CLAIM = /\bfile:(\d+)\b/g;
const CLAIMS = "file by claim";

function nameClaims(rows: Rows, names: Names): void {
  names.set(
    CLAIMS,
    new Map(rows.map(({ claim, partner, name, sha256 }) => [Number(claim), stableJson([partner, name, sha256])])),
  );
}

const withoutClaims = (text: string, names: Names): string =>
  text.replace(CLAIM, (whole, claim: string) => names.get(CLAIMS)?.get(Number(claim)) ?? whole);

function textOf(table: Table, row: Record<string, unknown>, names: Names): string {
  const columns = Object.keys(table.columns).filter((column) => !LEFT_OUT.has(column));
  return stableJson(Object.fromEntries(columns.map((column) => [column, valueOf(table, column, row, names)])));
}

function valueOf(table: Table, column: string, row: Record<string, unknown>, names: Names): unknown {
  const held = row[column];
  const kind = table.columns[column];
  if (kind === "reference" || kind === "optional reference") {
    if (held === null) return null;
    return names.get(targetOf(table, column))?.get(held as number) ?? "nothing";
  }
  if (typeof held === "bigint") return String(held);
  if (typeof held === "string") return withoutClaims(held, names);
  return Buffer.isBuffer(held) ? createHash("sha256").update(held).digest("hex") : held;
}
