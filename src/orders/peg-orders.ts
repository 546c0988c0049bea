/** What an accepted schedule does to child orders that are open already (features.md D5). A move keeps its order number. */
import type { Policy } from "../config/policy.ts";
import { type PeggingChange, peg } from "../schedules/pegging.ts";
import type { OrderDates } from "../schedules/ship-dates.ts";
import type { EffectiveCurve, LayeredStep } from "../schedules/types.ts";
import { book } from "../store/ledger.ts";
import { type NewOutboundDocument, queueDocuments } from "../store/outbound.ts";
import { select, update, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, type ChildOrderRow, childLine, childOrder, type NewLedgerRow } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { NOTHING, negated, plus, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import type { Json } from "../values/json.ts";
import { isMoved, movedOrders, type OrderMove } from "./move-orders.ts";
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
  await changeLines(tx, changes);
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
    orders.map((order) => toldOf(order, byOrder.get(order.id) ?? [], moved.get(order.id), empty.has(order.id))),
  );
  return moved;
}

/** Lines of which nothing is left are closed; what is kept is wanted on its new date. */
async function changeLines(tx: Tx, changes: readonly LineChange[]): Promise<void> {
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
}

/** What the ERP is told of a changed order. */
const toldOf = (
  order: ChildOrderRow,
  lines: readonly LineChange[],
  move: OrderMove | undefined,
  isEmpty: boolean,
): NewOutboundDocument =>
  orderChangeDocument({
    number: order.number,
    partner: order.partner,
    reason: lines[0]?.of.reason ?? "",
    cause: `version ${order.version + 1}`,
    cancelled: isEmpty,
    ...(move === undefined ? {} : { scheduledOn: move.scheduled_on }),
    lines: lines.map(({ line, change, off }) => ({
      lineNumber: line.lineNumber,
      quantity: line.released - off,
      previousQuantity: line.released,
      ...(change.keeps === undefined ? {} : { requestedOn: change.keeps.deliverOn }),
    })),
  });

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
