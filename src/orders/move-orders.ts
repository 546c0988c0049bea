/** Open orders whose lines are all wanted on one other date: they move as a whole and keep their number. */

import type { PeggingChange } from "../schedules/pegging.ts";
import type { Tx } from "../store/store.ts";
import type { ChildOrderRow } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { later, type PlainDate } from "../values/dates.ts";
import type { OpenOrderLine } from "./open-lines.ts";
import { lastParts, type OrderPlace, placeKey } from "./order-parts.ts";

export interface OrderMove {
  readonly scheduled_on: PlainDate;
  readonly required_ship_on: string;
  readonly part: number;
}

interface ChangedLine {
  readonly line: OpenOrderLine;
  readonly change: PeggingChange;
}

/** Whether what the line keeps is wanted on another day than it is scheduled for; what is late is all one day. */
export const isMoved = (line: OpenOrderLine, { keeps }: PeggingChange, { businessDate }: Occasion): boolean =>
  keeps !== undefined && later(keeps.orderOn, businessDate) !== later(line.scheduledOn, businessDate);

/** The moves by row id of the order, each behind what is there for its new date. */
export async function movedOrders(
  tx: Tx,
  orders: readonly ChildOrderRow[],
  byOrder: ReadonlyMap<number, readonly ChangedLine[]>,
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
  const parts = await lastParts(
    tx,
    moves.map(({ order, to }) => placeOn(order, to.orderOn)),
  );
  return new Map(
    moves.map(({ order, to }) => {
      const key = placeKey(placeOn(order, to.orderOn));
      const part = (parts.get(key) ?? 0) + 1;
      parts.set(key, part);
      return [order.id, { scheduled_on: to.orderOn, required_ship_on: to.shipOn, part }];
    }),
  );
}

const placeOn = (order: ChildOrderRow, scheduledOn: PlainDate): OrderPlace => ({
  agreementId: order.agreement_id,
  shipTo: order.ship_to,
  scheduledOn,
  customerOrderNumber: order.customer_order_no,
});

/** How many lines are open on each order, also those of items whose schedule stays as it is. */
async function openLinesOf(tx: Tx, orderIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.ask(
    `SELECT order_id, COUNT(*) AS lines FROM child_line WHERE order_id IN (:orderIds) AND state = 'open' GROUP BY order_id`,
    { orderIds },
  );
  return new Map(rows.map((row) => [Number(row["order_id"]), Number(row["lines"])]));
}
