/** Whether rows point at rows that are there, sums are what their rows add up to, and states can be. */
import { referencesOf } from "../store/fingerprint.ts";
import type { Queryable } from "../store/store.ts";
import { TABLES } from "../store/tables.ts";
import type { DoctorLine } from "./doctor-line.ts";

const REPORT = "Report it with calloff why for one of them; calloff db restore goes back to a backup that holds";

/** Questions whose answer is no row at all; `subject` groups them to one line. */
const MUST_BE_EMPTY: readonly { readonly subject: string; readonly wrong: string; readonly sql: string }[] = [
  {
    subject: "ledger",
    wrong: "order lines of which more was shipped than ever ordered",
    sql: `SELECT o.number || '/' || CAST(c.line_no AS TEXT) AS name FROM child_line c JOIN child_order o ON o.id = c.order_id
      JOIN ledger l ON l.child_line_id = c.id AND l.kind IN ('released', 'shipped')
      GROUP BY o.number, c.line_no
      HAVING SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE -l.quantity END) < 0`,
  },
  {
    subject: "ledger",
    wrong: "cancelled order lines with something left open",
    sql: `SELECT o.number || '/' || CAST(c.line_no AS TEXT) AS name FROM child_line c JOIN child_order o ON o.id = c.order_id
      JOIN ledger l ON l.child_line_id = c.id AND l.kind IN ('released', 'shipped')
      WHERE c.state = 'cancelled' GROUP BY o.number, c.line_no
      HAVING SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE -l.quantity END) <> 0`,
  },
  {
    subject: "ledger",
    wrong: "order lines whose shipments add up to something else than the ledger",
    sql: `SELECT o.number || '/' || CAST(c.line_no AS TEXT) AS name FROM child_line c JOIN child_order o ON o.id = c.order_id
      LEFT JOIN (SELECT child_line_id, SUM(quantity) AS sent FROM shipment_line GROUP BY child_line_id) s ON s.child_line_id = c.id
      LEFT JOIN (SELECT child_line_id, SUM(quantity) AS booked FROM ledger WHERE kind = 'shipped' GROUP BY child_line_id) l
        ON l.child_line_id = c.id
      WHERE COALESCE(s.sent, 0) <> COALESCE(l.booked, 0)`,
  },
  {
    subject: "ledger",
    wrong: "order lines without the fact of their release",
    sql: `SELECT o.number || '/' || CAST(c.line_no AS TEXT) AS name FROM child_line c JOIN child_order o ON o.id = c.order_id
      WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.child_line_id = c.id AND l.kind = 'released')`,
  },
  {
    subject: "ledger",
    wrong: "accounts that have given a release number which they do not know",
    sql: `SELECT a.partner || '/' || a.identity AS name FROM account a
      JOIN (SELECT account_id, MAX(release_seq) AS latest FROM child_line GROUP BY account_id) c ON c.account_id = a.id
      WHERE c.latest > a.release_seq`,
  },
  {
    subject: "ledger",
    wrong: "invoices whose lines add up to another total",
    sql: `SELECT i.number AS name FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id
      GROUP BY i.number, i.total HAVING SUM(l.amount) <> i.total`,
  },
  {
    subject: "ledger",
    wrong: "shipments of which something else is booked as received than their receipts say",
    sql: `SELECT name FROM (
        SELECT cause AS name, quantity FROM ledger WHERE kind = 'received'
        UNION ALL SELECT s.number, -r.booked FROM receipt r JOIN shipment s ON s.id = r.shipment_id WHERE r.state = 'booked'
      ) AS received GROUP BY name HAVING SUM(quantity) <> 0`,
  },
  {
    subject: "states",
    wrong: "receipts that wait though they are placed, or are booked on nothing",
    sql: `SELECT 'note ' || note AS name FROM receipt
      WHERE (state = 'held') = (account_id IS NOT NULL AND shipment_id IS NOT NULL) AND state IN ('held', 'booked', 'repeated')`,
  },
  {
    subject: "states",
    wrong: "files that are finished while a set of theirs is not",
    sql: `SELECT DISTINCT 'file:' || f.claim AS name FROM file f JOIN interchange i ON i.file_id = f.id
      JOIN message m ON m.interchange_id = i.id
      WHERE f.state IN ('applied', 'in part') AND m.state = 'catalogued' AND i.state <> 'held'`,
  },
  {
    subject: "states",
    wrong: "held schedules that somebody has decided on",
    sql: `SELECT 'schedule ' || CAST(r.id AS TEXT) AS name FROM revision r JOIN decision d ON d.revision_id = r.id WHERE r.state = 'held'`,
  },
  {
    subject: "states",
    wrong: "accounts whose schedule in force was not accepted",
    sql: `SELECT a.partner || '/' || a.identity AS name FROM account a
      JOIN revision r ON r.id IN (a.forecast_revision_id, a.call_off_revision_id)
      WHERE r.account_id <> a.id OR r.state NOT IN ('accepted', 'superseded')`,
  },
  {
    subject: "states",
    wrong: "documents that went into a file and still wait for one",
    sql: `SELECT d.kind || ' ' || d.number AS name FROM outbound_document d JOIN outbox_part p ON p.outbound_document_id = d.id
      WHERE d.state = 'waiting'`,
  },
  {
    subject: "states",
    wrong: "documents said to be in a file that is not there",
    sql: `SELECT d.kind || ' ' || d.number AS name FROM outbound_document d
      WHERE d.state = 'rendered' AND NOT EXISTS (SELECT 1 FROM outbox_part p WHERE p.outbound_document_id = d.id)`,
  },
  ...states(
    "file",
    ["registered", "applied", "in part", "duplicate", "quarantined", "held", "failed"],
    "'file:' || claim",
  ),
  ...states("interchange", ["open", "closed", "held", "duplicate", "refused"], "control"),
  ...states("message", ["catalogued", "applied", "rejected", "unmapped", "held", "failed"], "control"),
  ...states("receipt", ["booked", "repeated", "held", "filed", "dismissed"], "'note ' || note"),
  ...states("outbox_file", ["rendered", "staged", "written", "uncertain", "failed"], "name"),
  ...states("outbound_document", ["waiting", "rendered", "held"], "cause_key"),
  {
    subject: "numbers",
    wrong: "series that would give a number a second time",
    sql: ["BA agreement", "SO child_order", "SH shipment", "IN invoice"]
      .map((named) => {
        const [scope, table] = named.split(" ");
        return `SELECT s.scope AS name FROM number_series s JOIN ${table} t ON t.number LIKE '${scope}-%'
          WHERE s.scope = '${scope}' GROUP BY s.scope, s.next HAVING MAX(CAST(SUBSTR(t.number, 4) AS BIGINT)) >= s.next`;
      })
      .join(" UNION ALL "),
  },
  {
    subject: "numbers",
    wrong: "control numbers that would be given a second time",
    // Transmissions of VDA go round behind 99999, so their numbers are never beyond the count.
    sql: `SELECT s.scope AS name FROM number_series s JOIN outbox_part p ON p.group_control <> ''
        AND s.scope = CASE WHEN p.functional_id = '' THEN 'ung:' ELSE 'gs:' END || p.receiver
      GROUP BY s.scope, s.next HAVING MAX(CAST(p.group_control AS BIGINT)) >= s.next
      UNION ALL SELECT s.scope FROM number_series s JOIN outbox_file f ON f.series = s.scope AND f.interchange_control <> ''
      GROUP BY s.scope, s.next HAVING MAX(CAST(f.interchange_control AS BIGINT)) >= s.next`,
  },
  {
    subject: "numbers",
    wrong: "control numbers that were given twice",
    sql: `SELECT series || ' ' || interchange_control AS name FROM outbox_file
      WHERE interchange_control <> '' AND series NOT LIKE 'vda:%'
      GROUP BY series, interchange_control HAVING COUNT(*) > 1`,
  },
];

function states(table: string, known: readonly string[], name: string) {
  return [
    {
      subject: "states",
      wrong: `rows of ${table} in a state that there is not`,
      sql: `SELECT ${name} AS name FROM ${table} WHERE state NOT IN (${known.map((state) => `'${state}'`).join(", ")})`,
    },
  ];
}

const NAMED = 5;
const GOOD: Readonly<Record<string, string>> = {
  ledger: "orders, shipments and invoices add up to what is booked",
  states: "every document is in a state that it can be in",
  numbers: "no number was given twice, and none will be",
};

/** One line per subject. */
export async function factLines(from: Queryable): Promise<DoctorLine[]> {
  const wrong = new Map<string, string[]>(Object.keys(GOOD).map((subject) => [subject, []]));
  for (const { subject, wrong: what, sql } of MUST_BE_EMPTY) {
    const rows = await from.ask(`${sql} LIMIT 1000`);
    if (rows.length === 0) continue;
    const names = rows.slice(0, NAMED).map(({ name }) => String(name));
    wrong.get(subject)?.push(`${rows.length} ${what}: ${names.join(", ")}${rows.length > NAMED ? " …" : ""}`);
  }
  return [
    await referenceLine(from),
    ...[...wrong].map(([subject, faults]): DoctorLine => {
      if (faults.length === 0) return { subject, health: "ok", message: GOOD[subject] ?? "" };
      return { subject, health: "fail", message: faults.join("\n"), remedy: REPORT };
    }),
  ];
}

/** No row points at one that is not there. */
async function referenceLine(from: Queryable): Promise<DoctorLine> {
  const subject = "references";
  const lost: string[] = [];
  let asked = 0;
  for (const { table, column, target } of TABLES.flatMap((of) => referencesOf(of))) {
    const [row] = await from.ask(
      `SELECT COUNT(*) AS lost FROM ${table} t WHERE t.${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${target} o WHERE o.id = t.${column})`,
    );
    asked += 1;
    if (Number(row?.["lost"]) > 0) lost.push(`${Number(row?.["lost"])} of ${table}.${column}`);
  }
  if (lost.length === 0) return { subject, health: "ok", message: `none of ${asked} kinds of reference leads nowhere` };
  return { subject, health: "fail", message: `Rows that point at nothing: ${lost.join(", ")}`, remedy: REPORT };
}
