/** What an accepted schedule does to child orders that are open already (features.md D5). A move keeps its order number. */
import type { Policy } from "../config/policy.ts";
import { type PeggingChange, peg } from "../schedules/pegging.ts";
import type { OrderDates } from "../schedules/ship-dates.ts";
import type { EffectiveCurve, LayeredStep } from "../schedules/types.ts";
import { book } from "../store/ledger.ts";
import { queueDocuments } from "../store/outbound.ts";
import { select, update, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, type ChildOrderRow, childLine, childOrder, type NewLedgerRow } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { later, type PlainDate } from "../values/dates.ts";
import { NOTHING, negated, plus, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import type { Json } from "../values/json.ts";
import type { OpenOrderLine } from "./open-lines.ts";
import { lineReference, orderChangeDocument } from "./order-documents.ts";

export interface AccountToPeg {
  readonly account: AccountRow;
  readonly changes: Policy["changes"];
  readonly curve: EffectiveCurve;
  readonly dates: (step: LayeredStep) => OrderDates;
  /** Our shipped cumulative. */
  readonly shipped: Quantity;
  readonly lines: readonly OpenOrderLine[];
  /** Pack quantity; nothing where there is none. What rounding up took too much is no reason for a change. */
  readonly pack: Quantity;
  /** What made the change, in words: `release 42`. */
  readonly reason: string;
}

export interface PeggedAccounts {
  /** Taken off open order lines, per row id. */
  readonly cut: ReadonlyMap<number, Quantity>;
  /** New scheduled date of orders that moved as a whole, per row id. */
  readonly moved: ReadonlyMap<number, PlainDate>;
  /** Changes that were done, or only proposed, for the audit trail. */
  readonly done: Json[];
  readonly proposed: Json[];
}

interface LineChange {
  readonly of: AccountToPeg;
  readonly line: OpenOrderLine;
  readonly change: PeggingChange;
  /** Taken off the line: what nothing asks for any more, and what is ordered anew for other dates when those are due. */
  readonly off: Quantity;
}

/** Changes open child orders to what the accepted schedules ask for, as far as the policy lets it. */
export async function pegOrders(
  tx: Tx,
  occasion: Occasion,
  accounts: readonly AccountToPeg[],
): Promise<PeggedAccounts> {
  const changes = accounts.flatMap((of): LineChange[] => {
    if (of.changes === "carry" || of.lines.length === 0) return [];
    return changesOf(of, occasion).flatMap((change) => {
      const line = of.lines.find(({ id }) => id === change.line);
      if (line === undefined || change.change === "stays") return [];
      const off = takenOff(of, line, change);
      return off === 0n && !isMoved(line, change, occasion) ? [] : [{ of, line, change, off }];
    });
  });
  const toDo = changes.filter(({ of }) => of.changes === "do");
  const moves = await changeOrders(tx, occasion, toDo);
  return {
    moved: new Map([...moves].map(([id, { scheduled_on }]) => [id, scheduled_on])),
    cut: new Map(toDo.map(({ line, off }) => [line.id, off])),
    done: toDo.map(inWords),
    proposed: changes.filter(({ of }) => of.changes === "propose").map(inWords),
  };
}

/** In full packs, so that what is left of the line is still made of them. */
function takenOff({ pack }: AccountToPeg, line: OpenOrderLine, { change, cut, apart }: PeggingChange): Quantity {
  if (change === "cancel") return line.open;
  const off = plus(cut, total(apart.map(({ quantity }) => quantity)));
  return pack > NOTHING ? ((off - (off % pack)) as Quantity) : off;
}

/** Whether what the line keeps is wanted on another day than it is scheduled for; what is late is all one day. */
const isMoved = (line: OpenOrderLine, { keeps }: PeggingChange, { businessDate }: Occasion): boolean =>
  keeps !== undefined && later(keeps.orderOn, businessDate) !== later(line.scheduledOn, businessDate);

const changesOf = (of: AccountToPeg, { businessDate }: Occasion): PeggingChange[] =>
  peg({
    curve: of.curve,
    dates: of.dates,
    businessDate,
    shipped: of.shipped,
    lines: of.lines.map(({ id, open, scheduledOn, customerOrderNumber }) => ({
      id,
      open,
      orderOn: scheduledOn,
      name: customerOrderNumber,
    })),
  });

const inWords = ({ line, change, off }: LineChange): Json => ({
  orderLine: lineReference(line.order, line.lineNumber),
  change: change.change,
  off: writeMillionths(off),
  ...(change.keeps === undefined ? {} : { scheduledOn: change.keeps.orderOn }),
});

async function changeOrders(
  tx: Tx,
  occasion: Occasion,
  changes: readonly LineChange[],
): Promise<ReadonlyMap<number, OrderMove>> {
  if (changes.length === 0) return new Map();
  const byOrder = grouped(changes, ({ line }) => line.orderId);
  const orders = await select(tx, childOrder, "WHERE id IN (:ids) ORDER BY id", { ids: [...byOrder.keys()] });
  const moved = await movedOrders(tx, orders, byOrder, occasion);
  await book(
    tx,
    changes.flatMap((change) => (change.off > 0n ? [cutFact(change, orders, occasion)] : [])),
  );
  const emptied = changes.filter(({ line, off }) => off >= line.open);
  for (const [state, lines] of grouped(emptied, ({ line }) => (line.shipped > 0n ? "closed short" : "cancelled"))) {
    await update(tx, childLine, { state }, "id IN (:ids)", { ids: lines.map(({ line }) => line.id) });
  }
  await updateEach(
    tx,
    childLine,
    changes.flatMap(({ line, change }) =>
      change.keeps === undefined ? [] : [{ id: line.id, set: { requested_on: change.keeps.deliverOn } }],
    ),
  );
  const empty = await emptyOrders(tx, orders);
  await updateEach(
    tx,
    childOrder,
    orders.map((order) => ({
      id: order.id,
      set: {
        version: order.version + 1,
        state: empty.has(order.id) ? "cancelled" : order.state,
        ...(moved.get(order.id) ?? {
          scheduled_on: order.scheduled_on,
          required_ship_on: order.required_ship_on,
          part: order.part,
        }),
      },
    })),
  );
  await queueDocuments(
    tx,
    occasion,
    orders.map((order) => {
      const lines = byOrder.get(order.id) ?? [];
      const move = moved.get(order.id);
      return orderChangeDocument({
        number: order.number,
        partner: order.partner,
        reason: lines[0]?.of.reason ?? "",
        cause: `version ${order.version + 1}`,
        cancelled: empty.has(order.id),
        ...(move === undefined ? {} : { scheduledOn: move.scheduled_on }),
        lines: lines.map(({ line, change, off }) => ({
          lineNumber: line.lineNumber,
          quantity: line.released - off,
          previousQuantity: line.released,
          ...(change.keeps === undefined ? {} : { requestedOn: change.keeps.deliverOn }),
        })),
      });
    }),
  );
  return moved;
}

interface OrderMove {
  readonly scheduled_on: PlainDate;
  readonly required_ship_on: string;
  readonly part: number;
}

/** Orders all of whose open lines are wanted on one other date: they move as a whole, behind what is there for that date. */
async function movedOrders(
  tx: Tx,
  orders: readonly ChildOrderRow[],
  byOrder: ReadonlyMap<number, readonly LineChange[]>,
  occasion: Occasion,
): Promise<Map<number, OrderMove>> {
  const wanted = orders.flatMap((order) => {
    const lines = byOrder.get(order.id) ?? [];
    const kept = lines.flatMap(({ change }) => (change.keeps === undefined ? [] : [change.keeps]));
    const [first] = kept;
    const one = new Set(kept.map(({ orderOn }) => orderOn)).size === 1;
    if (first === undefined || !one) return [];
    if (!lines.some(({ line, change }) => isMoved(line, change, occasion))) return [];
    return [{ order, to: first, lines: lines.length }];
  });
  if (wanted.length === 0) return new Map();
  const open = await openLinesOf(
    tx,
    wanted.map(({ order }) => order.id),
  );
  const moves = wanted.filter(({ order, lines }) => open.get(order.id) === lines);
  if (moves.length === 0) return new Map();
  const rows = await tx.ask(
    `SELECT agreement_id, ship_to, scheduled_on, customer_order_no, MAX(part) AS part FROM child_order
     WHERE agreement_id IN (:agreements) AND ship_to IN (:shipTos) AND scheduled_on IN (:dates)
     GROUP BY agreement_id, ship_to, scheduled_on, customer_order_no`,
    {
      agreements: [...new Set(moves.map(({ order }) => order.agreement_id))],
      shipTos: [...new Set(moves.map(({ order }) => order.ship_to))],
      dates: [...new Set(moves.map(({ to }) => to.orderOn))],
    },
  );
  const parts = new Map(
    rows.map((row) => [
      JSON.stringify([Number(row["agreement_id"]), row["ship_to"], row["scheduled_on"], row["customer_order_no"]]),
      Number(row["part"]),
    ]),
  );
  return new Map(
    moves.map(({ order, to }) => {
      const key = JSON.stringify([order.agreement_id, order.ship_to, to.orderOn, order.customer_order_no]);
      const part = (parts.get(key) ?? 0) + 1;
      parts.set(key, part);
      return [order.id, { scheduled_on: to.orderOn, required_ship_on: to.shipOn, part }];
    }),
  );
}

/** How many lines are open on each order, also those of items whose schedule stays as it is. */
async function openLinesOf(tx: Tx, orderIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.ask(
    `SELECT order_id, COUNT(*) AS lines FROM child_line WHERE order_id IN (:orderIds) AND state = 'open' GROUP BY order_id`,
    { orderIds },
  );
  return new Map(rows.map((row) => [Number(row["order_id"]), Number(row["lines"])]));
}

/** Orders on which nothing is left that was not cancelled. */
async function emptyOrders(tx: Tx, orders: readonly ChildOrderRow[]): Promise<Set<number>> {
  const rows = await tx.ask(
    `SELECT DISTINCT order_id FROM child_line WHERE order_id IN (:ids) AND state <> 'cancelled'`,
    { ids: orders.map(({ id }) => id) },
  );
  const alive = new Set(rows.map((row) => Number(row["order_id"])));
  return new Set(orders.map(({ id }) => id).filter((id) => !alive.has(id)));
}

function cutFact({ of, line, off }: LineChange, orders: readonly ChildOrderRow[], occasion: Occasion): NewLedgerRow {
  const reference = lineReference(line.order, line.lineNumber);
  const version = (orders.find(({ id }) => id === line.orderId)?.version ?? 0) + 1;
  return {
    account_id: line.accountId,
    line_id: line.lineId,
    child_line_id: line.id,
    moves: "both",
    start: of.account.current_start,
    kind: "released",
    quantity: negated(off),
    happened_on: occasion.businessDate,
    booked_at: occasion.instant,
    cause_kind: "revision",
    cause: of.reason,
    business_key: `cut:${reference}/version ${version}`,
    who: occasion.who,
    reason: of.reason,
  };
}
