/** Due lines become child orders by scheduled date, ship-to and customer order number (features.md D2, D6). */
import type { PlannedRelease } from "../schedules/release-plan.ts";
import type { NewRow } from "../store/columns.ts";
import { book } from "../store/ledger.ts";
import { queueDocuments } from "../store/outbound.ts";
import { insert, select } from "../store/rows.ts";
import { documentNumber, takeRun } from "../store/series.ts";
import type { Queryable, Store, Tx } from "../store/store.ts";
import { childLine, childOrder, type RevisionRow, revision } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Decimal, NO_MONEY, writeMillionths } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { stableJson } from "../values/json.ts";
import { directionsFor, inForceOn } from "./directions.ts";
import type { AccountInForce, KeptStep } from "./due-accounts.ts";
import { lineReference, orderDocument } from "./order-documents.ts";
import { pricesOf } from "./prices.ts";

export interface ReleasedOrder {
  readonly number: string;
  /** Our number of the blanket order. */
  readonly agreement: string;
  readonly partner: string;
  readonly shipTo: string;
  readonly scheduledOn: PlainDate;
  readonly customerOrderNumber: string;
  readonly lines: readonly { readonly reference: string; readonly item: string; readonly quantity: Decimal }[];
}

/** One line to be, with where it comes from. */
export interface DueLine {
  readonly of: AccountInForce;
  readonly release: PlannedRelease;
  readonly seq: number;
}

/** Child lines are numbered 10, 20, 30 … */
const LINE_STEP = 10;

/** Lines of one order: same blanket order, scheduled date, ship-to and customer order number (D2). */
const orderKey = ({ of, release }: DueLine): string =>
  JSON.stringify([of.agreement.id, of.line.ship_to, release.orderOn, release.customerOrderNumber]);

/**
 * Makes the orders of these lines: rows, ledger facts and the documents for the ERP.
 * @throws SequelizeUniqueConstraintError where another transaction has made a part of the same order meanwhile; see `isTaken`
 */
export async function makeOrders(
  store: Pick<Store, "write">,
  tx: Tx,
  occasion: Occasion,
  due: readonly DueLine[],
): Promise<ReleasedOrder[]> {
  const groups = [...grouped(due, orderKey)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, lines]) => inOrder(lines));
  const parts = await nextParts(tx, due);
  const priceOn = await pricesOf(
    tx,
    due.map(({ of }) => of.line.id),
  );
  const revisions = await revisionsOf(tx, due);
  const numbers = await takeRun(store, tx, "SO", groups.length);
  const orders = groups.map((lines, n) => orderRow(lines, documentNumber("SO", numbers[n] as number), parts, occasion));
  const orderIds = await insert(tx, childOrder, orders);

  const lines = groups.flatMap((group, n) =>
    group.map((line, at) => ({
      line,
      order: orders[n] as (typeof orders)[number],
      row: lineRow(
        line,
        orderIds[n] as number,
        (at + 1) * LINE_STEP,
        priceOn(line.of.line.id, line.release.shipOn) ?? NO_MONEY,
      ),
    })),
  );
  const lineIds = await insert(
    tx,
    childLine,
    lines.map(({ row }) => row),
  );
  await book(
    tx,
    lines.map(({ line, order, row }, n) => releasedFact(line, order.number, row, lineIds[n] as number, occasion)),
  );

  const byOrder = grouped(lines, ({ order }) => order.number);
  await queueDocuments(
    tx,
    occasion,
    orders.map((order) => {
      const held = byOrder.get(order.number) ?? [];
      const { agreement, partner } = (held[0] as (typeof held)[number]).line.of;
      return orderDocument({
        number: order.number,
        agreement,
        partner,
        shipTo: order.ship_to,
        issuedOn: occasion.businessDate,
        scheduledOn: order.scheduled_on,
        requiredShipOn: order.required_ship_on,
        customerOrderNumber: order.customer_order_no,
        lines: held.map(({ line, row }) => ({
          lineNumber: row.line_no,
          blanketLine: line.of.line,
          quantity: row.quantity,
          price: row.price,
          requestedOn: row.requested_on,
          allocate: firstSplit(line)?.split.allocate ?? false,
          releaseNumber: revisions.get(row.revision_id)?.release_no ?? "",
          directions: directionsFor(
            revisions.get(row.revision_id),
            inForceOn(line.of.account).flatMap((id) => revisions.get(id) ?? []),
          ),
        })),
      });
    }),
  );
  return orders.map((order) => ({
    number: order.number,
    agreement: byOrder.get(order.number)?.[0]?.line.of.agreement.number ?? "",
    partner: order.partner,
    shipTo: order.ship_to,
    scheduledOn: order.scheduled_on,
    customerOrderNumber: order.customer_order_no,
    lines: (byOrder.get(order.number) ?? []).map(({ line, row }) => ({
      reference: lineReference(order.number, row.line_no),
      item: line.of.line.item,
      quantity: writeMillionths(row.quantity),
    })),
  }));
}

/** By agreement line, then in line on the plan: the same whatever order accounts were read in. */
const inOrder = (lines: readonly DueLine[]): DueLine[] =>
  lines.toSorted((a, b) => a.of.line.line_no - b.of.line.line_no || a.of.account.id - b.of.account.id || a.seq - b.seq);

/** An order for a date that has one already is a further part: nothing that the ERP may be picking is touched. */
async function nextParts(tx: Tx, due: readonly DueLine[]): Promise<Map<string, number>> {
  const rows = await tx.ask(
    `SELECT agreement_id, ship_to, scheduled_on, customer_order_no, MAX(part) AS part FROM child_order
     WHERE agreement_id IN (:agreements) AND ship_to IN (:shipTos) AND scheduled_on IN (:dates)
     GROUP BY agreement_id, ship_to, scheduled_on, customer_order_no`,
    {
      agreements: [...new Set(due.map(({ of }) => of.agreement.id))],
      shipTos: [...new Set(due.map(({ of }) => of.line.ship_to))],
      dates: [...new Set(due.map(({ release }) => release.orderOn))],
    },
  );
  return new Map(
    rows.map((row) => [
      JSON.stringify([Number(row["agreement_id"]), row["ship_to"], row["scheduled_on"], row["customer_order_no"]]),
      Number(row["part"]) + 1,
    ]),
  );
}

function orderRow(lines: readonly DueLine[], number: string, parts: ReadonlyMap<string, number>, occasion: Occasion) {
  const first = lines[0] as DueLine;
  const shipOn = lines.map(({ release }) => release.shipOn).toSorted();
  return {
    number,
    side: "sell",
    type: "standard",
    partner: first.of.partner.code,
    agreement_id: first.of.agreement.id,
    ship_to: first.of.line.ship_to,
    scheduled_on: first.release.orderOn,
    customer_order_no: first.release.customerOrderNumber,
    part: parts.get(orderKey(first)) ?? 1,
    state: "open",
    created_on: occasion.businessDate,
    created_at: occasion.instant,
    required_ship_on: shipOn[0] as string,
    version: 1,
    generated_by: occasion.who,
  };
}

const firstSplit = ({ release }: DueLine): KeptStep | undefined => release.steps[0] as KeptStep | undefined;

function lineRow({ of, release, seq }: DueLine, orderId: number, lineNumber: number, price: bigint) {
  const step = release.steps[0] as KeptStep;
  return {
    order_id: orderId,
    line_no: lineNumber,
    line_id: of.line.id,
    account_id: of.account.id,
    revision_id: step.split.since_revision_id,
    release_seq: seq,
    quantity: release.quantity as bigint,
    price,
    price_per: of.line.price_per,
    requested_on: release.deliverOn,
    split_segment: step.segment,
    state: "open",
    figures: stableJson({
      required: writeMillionths((release.steps.at(-1) as KeptStep).split.cumulative),
      released: writeMillionths(of.totals.released + of.totals.withheld),
      needed: writeMillionths(release.needed),
      pack: writeMillionths(of.line.pack),
      beyondContract: writeMillionths(release.beyondContract),
    }),
  };
}

function releasedFact(
  { of, seq }: DueLine,
  orderNumber: string,
  row: NewRow<typeof childLine.columns>,
  lineId: number,
  occasion: Occasion,
) {
  return {
    account_id: of.account.id,
    line_id: of.line.id,
    child_line_id: lineId,
    moves: "both",
    start: of.account.current_start,
    kind: "released",
    quantity: row.quantity ?? 0n,
    happened_on: occasion.businessDate,
    booked_at: occasion.instant,
    cause_kind: "order",
    cause: lineReference(orderNumber, row.line_no ?? 0),
    business_key: `release:${of.account.partner}:${of.account.identity}/${seq}`,
    who: occasion.who,
  };
}

/** The revisions that the lines' first steps were stated by, and those in force, which say where the goods go. */
async function revisionsOf(from: Queryable, due: readonly DueLine[]): Promise<Map<number, RevisionRow>> {
  const ids = due.flatMap((line) => [
    ...(firstSplit(line) === undefined ? [] : [(firstSplit(line) as KeptStep).split.since_revision_id]),
    ...inForceOn(line.of.account),
  ]);
  const rows = await select(from, revision, "WHERE id IN (:ids)", { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, row]));
}
