/** Due lines become child orders by scheduled date, ship-to and customer order number (features.md D2, D6). */
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
import { directionsFor, inForceOn } from "./directions.ts";
import { lineReference, orderDocument } from "./order-documents.ts";
import { lastParts, placeKey } from "./order-parts.ts";
import { type DueLine, firstStep, lineRow, orderRow, placeOf, releasedFact } from "./order-rows.ts";
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

/** Child lines are numbered 10, 20, 30 … */
const LINE_STEP = 10;

/** A line with its row, and the row of its order. */
interface MadeLine {
  readonly line: DueLine;
  readonly order: ReturnType<typeof orderRow>;
  readonly row: ReturnType<typeof lineRow>;
}

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
  const groups = [...grouped(due, (line) => placeKey(placeOf(line)))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, lines]) => inOrder(lines));
  const last = await lastParts(tx, due.map(placeOf));
  const priceOn = await pricesOf(
    tx,
    due.map(({ of }) => of.line.id),
  );
  const revisions = await revisionsOf(tx, due);
  const numbers = await takeRun(store, tx, "SO", groups.length);
  const orders = groups.map((lines, n) => orderRow(lines, documentNumber("SO", numbers[n] as number), last, occasion));
  const orderIds = await insert(tx, childOrder, orders);
  const lines = groups.flatMap((group, n) =>
    group.map((line, at): MadeLine => {
      const price = priceOn(line.of.line.id, line.release.shipOn) ?? NO_MONEY;
      return {
        line,
        order: orders[n] as MadeLine["order"],
        row: lineRow(line, orderIds[n] as number, (at + 1) * LINE_STEP, price),
      };
    }),
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
  const made = [...grouped(lines, ({ order }) => order.number).values()];
  await queueDocuments(
    tx,
    occasion,
    made.map((held) => documentOf(held, revisions, occasion)),
  );
  return made.map(released);
}

/** What the ERP is told of an order. */
function documentOf(
  held: readonly [MadeLine, ...MadeLine[]],
  revisions: ReadonlyMap<number, RevisionRow>,
  occasion: Occasion,
) {
  const [{ line: first, order }] = held;
  return orderDocument({
    number: order.number,
    agreement: first.of.agreement,
    partner: first.of.partner,
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
      allocate: firstStep(line)?.split.allocate ?? false,
      releaseNumber: revisions.get(row.revision_id)?.release_no ?? "",
      directions: directionsFor(
        revisions.get(row.revision_id),
        inForceOn(line.of.account).flatMap((id) => revisions.get(id) ?? []),
      ),
    })),
  });
}

function released(held: readonly [MadeLine, ...MadeLine[]]): ReleasedOrder {
  const [{ line: first, order }] = held;
  return {
    number: order.number,
    agreement: first.of.agreement.number,
    partner: order.partner,
    shipTo: order.ship_to,
    scheduledOn: order.scheduled_on,
    customerOrderNumber: order.customer_order_no,
    lines: held.map(({ line, row }) => ({
      reference: lineReference(order.number, row.line_no),
      item: line.of.line.item,
      quantity: writeMillionths(row.quantity),
    })),
  };
}

/** By agreement line, then in line on the plan: the same whatever order accounts were read in. */
const inOrder = (lines: readonly DueLine[]): DueLine[] =>
  lines.toSorted((a, b) => a.of.line.line_no - b.of.line.line_no || a.of.account.id - b.of.account.id || a.seq - b.seq);

/** The revisions that the lines' first steps were stated by, and those in force, which say where the goods go. */
async function revisionsOf(from: Queryable, due: readonly DueLine[]): Promise<Map<number, RevisionRow>> {
  const ids = due.flatMap((line) =>
    [firstStep(line)?.split.since_revision_id ?? [], ...inForceOn(line.of.account)].flat(),
  );
  const rows = await select(from, revision, "WHERE id IN (:ids)", { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, row]));
}
