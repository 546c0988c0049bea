/** What is known of accounts when a schedule for them arrives, read in bulk: revisions, shipments, sums. */
import { readSteps, writeSteps } from "../schedules/curve-text.ts";
import type { ShippedNote } from "../schedules/transit.ts";
import type { Curve, Step } from "../schedules/types.ts";
import { selectSome } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type AccountRow, type RevisionRow, revision } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Quantity } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { curveTexts } from "./curves.ts";

/** A revision with its curve. */
export interface KnownRevision {
  readonly row: KnownRow;
  /** Read from their text each time they are asked for: kept for all items of a schedule, they would live too long. */
  readonly steps: readonly Step[];
}

/** What is asked of an earlier revision; the rest of its columns is not even read. */
const KNOWN_COLUMNS = [
  "id",
  "account_id",
  "identity",
  "layer",
  "message_id",
  "release_no",
  "previous_no",
  "issued_on",
  "issued_at",
  "dates",
  "cumulatives",
  "since",
  "base",
  "horizon_from",
  "horizon_to",
  "curve_id",
  "state",
  "cause",
  "quantities",
] as const;
type KnownRow = Pick<RevisionRow, (typeof KNOWN_COLUMNS)[number]>;

/** The curve as the revision was read with. */
export const curveOfRevision = ({ row, steps }: KnownRevision): Curve => ({
  base: row.base as Quantity,
  since: row.since as PlainDate | "",
  dates: row.dates === "shipment" ? "shipment" : "delivery",
  cumulatives: row.cumulatives === "shipped" ? "shipped" : "received",
  ...(row.quantities === "cumulative" ? { quantities: "cumulative" } : {}),
  messageDate: row.issued_on as PlainDate,
  horizon: { from: row.horizon_from as PlainDate, to: row.horizon_to as PlainDate },
  steps,
});

/** What a curve says, whatever segments say it: by this a repeated release is known. */
export const contentOf = (curve: Curve): string =>
  [curve.base, curve.since, curve.dates, writeSteps(curve.steps.map((step) => ({ ...step, segment: 0 })))].join("\n");

/**
 * Revisions that matter for a new release of these accounts: those in force, those held, and those of the same release
 * numbers. How many others were ever received does not matter.
 */
export async function knownRevisions(
  from: Queryable,
  accounts: readonly AccountRow[],
  releaseNumbers: readonly string[],
): Promise<Map<number, KnownRevision[]>> {
  if (accounts.length === 0) return new Map();
  const inForce = accounts.flatMap(({ forecast_revision_id, call_off_revision_id }) =>
    [forecast_revision_id, call_off_revision_id].filter((id) => id !== null),
  );
  const numbers = releaseNumbers.filter((number) => number !== "");
  const rows = await selectSome(
    from,
    revision,
    KNOWN_COLUMNS,
    `WHERE id IN (
       SELECT id FROM revision WHERE id IN (:inForce)
       UNION SELECT id FROM revision WHERE state = 'held' AND account_id IN (:accountIds)
       UNION SELECT id FROM revision WHERE account_id IN (:accountIds) AND layer IN ('forecast', 'call-off')
         AND release_no IN (:numbers)
     ) ORDER BY id`,
    {
      inForce: inForce.length === 0 ? [0] : inForce,
      accountIds: accounts.map(({ id }) => id),
      numbers: numbers.length === 0 ? ["\u0001"] : numbers,
    },
  );
  return grouped(await withCurves(from, rows), ({ row }) => row.account_id as number);
}

/** Revisions that wait without an account, by the key their lines have: the next schedule supersedes them all the same. */
export async function unplacedRevisions(
  from: Queryable,
  partner: string,
  keys: readonly string[],
): Promise<Map<string, KnownRevision[]>> {
  if (keys.length === 0) return new Map();
  const rows = await selectSome(
    from,
    revision,
    KNOWN_COLUMNS,
    "WHERE state = 'held' AND account_id IS NULL AND partner = :partner AND identity IN (:keys) ORDER BY id",
    { partner, keys },
  );
  return grouped(await withCurves(from, rows), ({ row }) => row.identity);
}

async function withCurves(from: Queryable, rows: readonly KnownRow[]): Promise<KnownRevision[]> {
  const texts = await curveTexts(
    from,
    rows.map(({ curve_id }) => curve_id),
  );
  return rows.map((row) => {
    const text = texts.get(row.curve_id) ?? "";
    return {
      row,
      get steps() {
        return readSteps(text);
      },
    };
  });
}

/** So many of our latest notes of an account can explain a customer's cumulative. */
export const LATEST_NOTES = 40;

/**
 * The latest notes of each account in the order of shipping, several lines of a note being one; read by index, however many
 * there ever were.
 */
export async function latestNotes(from: Queryable, accountIds: readonly number[]): Promise<Map<number, ShippedNote[]>> {
  if (accountIds.length === 0) return new Map();
  const rows = await from.ask(
    `SELECT l.account_id AS account, s.note AS note, s.shipped_on AS shipped_on,
            CAST(SUM(l.quantity) AS TEXT) AS quantity
     FROM account a
     JOIN shipment_line l ON l.account_id = a.id AND l.id >= COALESCE(
       (SELECT x.id FROM shipment_line x WHERE x.account_id = a.id ORDER BY x.id DESC LIMIT 1 OFFSET ${LATEST_NOTES - 1}), 0)
     JOIN shipment s ON s.id = l.shipment_id
     WHERE a.id IN (:accountIds) GROUP BY l.account_id, s.id, s.note, s.shipped_on
     ORDER BY l.account_id, s.shipped_on, MIN(l.id)`,
    { accountIds },
  );
  const notes = rows.map((row) => ({
    accountId: Number(row["account"]),
    note: row["note"] as string,
    shippedOn: row["shipped_on"] as PlainDate,
    quantity: BigInt(row["quantity"] as string) as Quantity,
  }));
  return grouped(notes, ({ accountId }) => accountId);
}
