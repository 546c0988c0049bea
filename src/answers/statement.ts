/** The statement of an account: where customer and supplier stand on its cumulative, on any day (features.md C1, C2). */
import { notePlacesOf, type Partner } from "../config/partner.ts";
import { inSlices } from "../fulfilment/rows-by-id.ts";
import { receiptDifferences } from "../orders/receipt-differences.ts";
import { heightAt } from "../schedules/heights.ts";
import { effectiveCurve } from "../schedules/layers.ts";
import {
  type CountedDifference,
  explainTransit,
  type ShippedNote,
  type TransitExplanation,
} from "../schedules/transit.ts";
import type { Curve } from "../schedules/types.ts";
import { accountTotals, NO_TOTALS, releasedInAll, shippedInAll, type Totals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type AccountRow, account, type StatementRow, statement } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Decimal, minus, type Quantity, writeMillionths } from "../values/figures.ts";
import { accountReference } from "./accounts.ts";
import { acceptedCurves, type CurvesInForce } from "./curves-in-force.ts";

/** All figures since the start of the cumulative, up to and including the day asked for. */
export interface AccountStatement {
  /** `acme/4711-A/DOCK1`. */
  readonly account: string;
  readonly partner: string;
  readonly customerPart: string;
  readonly shipTo: string;
  readonly unit: string;
  readonly asOf: PlainDate;
  /** Start of the cumulative; empty where the customer states none. */
  readonly since: string;
  /** What the schedules accepted by then ask for up to that day; absent while none was accepted. */
  readonly required: Decimal | undefined;
  /** Open orders, shipments and withheld quantities. */
  readonly released: Decimal;
  readonly withheld: Decimal;
  readonly shipped: Decimal;
  /** Shipped − required: ahead of the customer's demand, behind it where negative. */
  readonly ahead: Decimal | undefined;
  /** What the customer last said to have received (or to have seen shipped). */
  readonly received: ReceivedStatement | undefined;
  readonly transit: TransitStatement | undefined;
}

export interface ReceivedStatement {
  readonly cumulative: Decimal;
  /** received or shipped, as the message says. */
  readonly kind: string;
  readonly lastNote: string;
  readonly asOf: string;
}

export interface TransitStatement {
  /** Shipped − received; negative where the customer counts more than we shipped. */
  readonly quantity: Decimal;
  readonly notes: readonly NoteOnTheRoad[];
  readonly explainedBy: readonly { readonly kind: string; readonly note: string; readonly quantity: Decimal }[];
  /** What nothing explains; `0` when both counts agree. */
  readonly mismatch: Decimal;
  /** Whether the note the customer quotes is one of ours: found, none, unknown or ambiguous. */
  readonly lastNote: TransitExplanation["lastNote"];
}

export interface NoteOnTheRoad {
  readonly note: string;
  readonly quantity: Decimal;
  readonly shippedOn: string;
}

/** Notes looked at per account: customers quote one of the latest. */
const LATEST_NOTES = 200;

/** The accounts that the lines of a blanket order are, or were, drawn on by. */
export function accountsOfAgreement(from: Queryable, agreementNumber: string): Promise<AccountRow[]> {
  return select(
    from,
    account,
    `WHERE id IN (SELECT d.account_id FROM draw d JOIN agreement_line l ON l.id = d.line_id
       JOIN agreement g ON g.id = l.agreement_id WHERE g.number = :agreementNumber) ORDER BY identity`,
    { agreementNumber },
  );
}

/** Statements of accounts as of a day, in the order given; five statements to the database however many accounts. */
export async function accountStatements(
  from: Queryable,
  partners: ReadonlyMap<string, Partner>,
  accounts: readonly AccountRow[],
  asOf: PlainDate,
): Promise<AccountStatement[]> {
  const ids = accounts.map(({ id }) => id);
  const totals = await accountTotals(from, ids, asOf);
  const curves = await acceptedCurves(from, ids, asOf);
  const stated = await latestStatements(from, ids, asOf);
  const notes = await latestNotes(from, ids, asOf);
  const differences = await receiptDifferences(from, ids);
  return accounts.map((of) =>
    statementOf(of, asOf, {
      partner: partners.get(of.partner),
      totals: totals.get(of.id) ?? NO_TOTALS,
      curves: curves.get(of.id) ?? {},
      stated: stated.get(of.id),
      notes: notes.get(of.id) ?? [],
      differences: differences.get(of.id) ?? [],
    }),
  );
}

interface Known {
  readonly partner: Partner | undefined;
  readonly totals: Totals;
  readonly curves: CurvesInForce;
  readonly stated: StatementRow | undefined;
  readonly notes: readonly ShippedNote[];
  readonly differences: readonly CountedDifference[];
}

function statementOf(of: AccountRow, asOf: PlainDate, known: Known): AccountStatement {
  const { totals, stated } = known;
  const shipped = shippedInAll(totals);
  const curve = curveInForce(known);
  const required = curve === undefined ? undefined : heightAt(curve, asOf);
  return {
    account: accountReference(of),
    partner: of.partner,
    customerPart: of.customer_part,
    shipTo: of.ship_to,
    unit: of.unit,
    asOf,
    since: of.current_start,
    required: required === undefined ? undefined : writeMillionths(required),
    released: writeMillionths(releasedInAll(totals)),
    withheld: writeMillionths(totals.withheld),
    shipped: writeMillionths(shipped),
    ahead: required === undefined ? undefined : writeMillionths(minus(shipped, required)),
    received:
      stated === undefined
        ? undefined
        : {
            cumulative: writeMillionths(stated.cumulative),
            kind: stated.kind,
            lastNote: stated.last_note,
            asOf: stated.as_of,
          },
    transit: stated === undefined ? undefined : transitOf(stated, shipped, known),
  };
}

function curveInForce({ curves, partner }: Known): Curve | undefined {
  return effectiveCurve({
    ...curves,
    delivery: partner?.orders.receiving,
    transitDays: partner?.orders.transitDays ?? 0,
  });
}

function transitOf(
  stated: StatementRow,
  shipped: Quantity,
  { notes, differences, partner }: Pick<Known, "notes" | "differences" | "partner">,
): TransitStatement {
  const quoted = stated.cumulative as Quantity;
  const noteWidth = partner && notePlacesOf(partner);
  const explanation = explainTransit({
    quoted,
    lastNote: stated.last_note,
    shipped,
    notes,
    receiptDifferences: differences,
    ...(noteWidth === undefined ? {} : { noteWidth }),
  });
  return {
    quantity: writeMillionths(explanation.inTransit),
    notes: explanation.notes.map(({ note, quantity, shippedOn }) => ({
      note,
      quantity: writeMillionths(quantity),
      shippedOn,
    })),
    explainedBy: explanation.explainedBy.map(({ kind, note, quantity }) => ({
      kind,
      note,
      quantity: writeMillionths(quantity),
    })),
    mismatch: writeMillionths(explanation.mismatch),
    lastNote: explanation.lastNote,
  };
}

/** What each customer said last by that day, about the cumulative that is running; also while its schedule was held. */
async function latestStatements(
  from: Queryable,
  accountIds: readonly number[],
  asOf: PlainDate,
): Promise<Map<number, StatementRow>> {
  const rows = await inSlices(accountIds, (ids) =>
    select(
      from,
      statement,
      `WHERE id IN (SELECT MAX(s.id) FROM statement s JOIN account a ON a.id = s.account_id
         LEFT JOIN revision r ON r.id = s.revision_id
         WHERE s.account_id IN (:ids) AND s.kind IN ('received', 'shipped') AND s.since IN ('', a.current_start)
           AND (r.id IS NULL OR r.judged_on <= :asOf) GROUP BY s.account_id)`,
      { ids, asOf },
    ),
  );
  return new Map(rows.map((row) => [row.account_id, row]));
}

/** The latest notes per account in the order of shipping, oldest first. */
async function latestNotes(
  from: Queryable,
  accountIds: readonly number[],
  asOf: PlainDate,
): Promise<Map<number, ShippedNote[]>> {
  const rows = await inSlices(accountIds, (ids) =>
    from.ask(
      `SELECT account, note, shipped_on, CAST(quantity AS TEXT) AS quantity FROM (
         SELECT l.account_id AS account, h.note AS note, h.shipped_on AS shipped_on, l.quantity AS quantity, l.id AS booked,
                ROW_NUMBER() OVER (PARTITION BY l.account_id ORDER BY h.shipped_on DESC, l.id DESC) AS place
         FROM ledger l JOIN account a ON a.id = l.account_id AND a.current_start = l.start
         JOIN shipment_line n ON n.child_line_id = l.child_line_id
         JOIN shipment h ON h.id = n.shipment_id AND l.cause = h.number || '/' || n.line_no
         WHERE l.account_id IN (:ids) AND l.kind = 'shipped' AND l.happened_on <= :asOf) latest
       WHERE place <= :most ORDER BY account, shipped_on, booked`,
      { ids, asOf, most: LATEST_NOTES },
    ),
  );
  const found = new Map<number, ShippedNote[]>();
  for (const row of rows) addNote(found, row);
  return found;
}

/** Several lines of one note count as one. */
function addNote(found: Map<number, ShippedNote[]>, row: Readonly<Record<string, unknown>>): void {
  const of = found.get(Number(row["account"])) ?? [];
  found.set(Number(row["account"]), of);
  const note: ShippedNote = {
    note: row["note"] as string,
    shippedOn: row["shipped_on"] as PlainDate,
    quantity: BigInt(row["quantity"] as string) as Quantity,
  };
  const last = of.at(-1);
  if (last?.note === note.note) of[of.length - 1] = { ...last, quantity: (last.quantity + note.quantity) as Quantity };
  else of.push(note);
}
