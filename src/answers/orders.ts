/** Child sales orders as they stand: figures and state are derived whenever they are asked for. */
import { type OrderState, orderState, type ShippingState, shippingState } from "../fulfilment/order-states.ts";
import { childLineTotals, NO_TOTALS, type Totals } from "../store/ledger.ts";
import { columnsOf, select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  agreement,
  agreementLine,
  type ChildLineRow,
  type ChildOrderRow,
  childLine,
  childOrder,
} from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Decimal, NOTHING, type Quantity, writeMillionths } from "../values/figures.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface OrderSummary {
  readonly number: string;
  readonly partner: string;
  readonly blanketOrder: string;
  readonly customerOrderNumber: string;
  readonly shipTo: string;
  readonly scheduledOn: string;
  readonly requiredShipOn: string;
  readonly state: OrderState;
  readonly shipping: ShippingState;
  readonly ordered: Decimal;
  readonly shipped: Decimal;
  readonly open: Decimal;
}

export interface OrderLineView {
  readonly line: number;
  readonly reference: string;
  readonly item: string;
  readonly customerPart: string;
  readonly unit: string;
  readonly requestedOn: string;
  readonly price: Decimal;
  readonly ordered: Decimal;
  readonly shipped: Decimal;
  readonly open: Decimal;
  readonly invoiced: Decimal;
  readonly state: string;
}

export interface OrderView extends OrderSummary {
  readonly createdOn: string;
  readonly lines: readonly OrderLineView[];
}

/** Orders, latest first; `state` is a derived one. */
export async function listOrders(from: Queryable, on: PlainDate, filter: ListFilter): Promise<Page<OrderSummary>> {
  const where = whereOf([filter.partner !== undefined && "partner = :partner"]);
  const found: OrderView[] = [];
  // States are derived, so a filter by state reads on, page by page, until its own page is full.
  for (let before = Number.MAX_SAFE_INTEGER; found.length <= filter.limit; ) {
    const narrowed = where === "" ? "WHERE id < :before" : `${where} AND id < :before`;
    const rows = await select(from, childOrder, `${narrowed} ORDER BY id DESC LIMIT ${filter.limit + 1}`, {
      before,
      ...(filter.partner === undefined ? {} : { partner: filter.partner }),
    });
    const views = await viewsOf(from, rows, on);
    found.push(...views.filter(({ state }) => filter.state === undefined || state === filter.state));
    if (rows.length <= filter.limit) break;
    before = (rows.at(-1) as ChildOrderRow).id;
  }
  return pageOf(
    found.map(({ lines: _lines, createdOn: _createdOn, ...summary }) => summary),
    filter.limit,
  );
}

/** One order with its lines, or `undefined`. */
export async function orderView(from: Queryable, number: string, on: PlainDate): Promise<OrderView | undefined> {
  const row = await selectOne(from, childOrder, "WHERE number = :number", { number });
  return row === undefined ? undefined : (await viewsOf(from, [row], on))[0];
}

type LineWithItem = ChildLineRow & { item: string; customer_part: string; unit: string };

async function viewsOf(from: Queryable, orders: readonly ChildOrderRow[], on: PlainDate): Promise<OrderView[]> {
  if (orders.length === 0) return [];
  const lines = await linesOf(
    from,
    orders.map(({ id }) => id),
  );
  const totals = await childLineTotals(
    from,
    lines.map(({ id }) => id),
  );
  const blankets = await select(from, agreement, "WHERE id IN (:ids)", {
    ids: orders.map((order) => order.agreement_id),
  });
  const blanketNumbers = new Map(blankets.map(({ id, number }) => [id, number]));
  return orders.map((order) =>
    viewOf(
      order,
      blanketNumbers.get(order.agreement_id) ?? "",
      lines.filter((line) => line.order_id === order.id),
      totals,
      on,
    ),
  );
}

async function linesOf(from: Queryable, orderIds: readonly number[]): Promise<LineWithItem[]> {
  const lines = await select(from, childLine, "WHERE order_id IN (:orderIds) ORDER BY order_id, line_no", { orderIds });
  const rows = await from.ask(`SELECT ${columnsOf(agreementLine)} FROM agreement_line WHERE id IN (:ids)`, {
    ids: [0, ...lines.map(({ line_id }) => line_id)],
  });
  const items = new Map(rows.map((row) => [Number(row["id"]), row]));
  return lines.map((line) => {
    const held = items.get(line.line_id);
    const { item, customer_part, unit } = held as { item: string; customer_part: string; unit: string };
    return { ...line, item, customer_part, unit };
  });
}

function viewOf(
  order: ChildOrderRow,
  blanketOrder: string,
  lines: readonly LineWithItem[],
  totals: ReadonlyMap<number, Totals>,
  on: PlainDate,
): OrderView {
  const totalsOf = (line: ChildLineRow) => totals.get(line.id) ?? NO_TOTALS;
  const sum = (kind: keyof Totals) => lines.reduce((held, line) => held + totalsOf(line)[kind], 0n) as Quantity;
  const figures = {
    ordered: sum("released"),
    shipped: sum("shipped"),
    invoiced: sum("invoiced"),
    requiredShipOn: order.required_ship_on as PlainDate | "",
  };
  return {
    number: order.number,
    partner: order.partner,
    blanketOrder,
    customerOrderNumber: order.customer_order_no,
    shipTo: order.ship_to,
    scheduledOn: order.scheduled_on,
    requiredShipOn: order.required_ship_on,
    state: orderState(figures, on),
    shipping: shippingState(figures),
    ordered: writeMillionths(figures.ordered),
    shipped: writeMillionths(figures.shipped),
    open: writeMillionths(openOf(figures.ordered, figures.shipped)),
    createdOn: order.created_on,
    lines: lines.map((line) => lineView(order.number, line, totalsOf(line))),
  };
}

const openOf = (ordered: Quantity, shipped: Quantity): bigint => (ordered > shipped ? ordered - shipped : NOTHING);

const lineView = (order: string, line: LineWithItem, totals: Totals): OrderLineView => ({
  line: line.line_no,
  reference: `${order}/${line.line_no}`,
  item: line.item,
  customerPart: line.customer_part,
  unit: line.unit,
  requestedOn: line.requested_on,
  price: writeMillionths(line.price),
  ordered: writeMillionths(totals.released),
  shipped: writeMillionths(totals.shipped),
  open: writeMillionths(openOf(totals.released, totals.shipped)),
  invoiced: writeMillionths(totals.invoiced),
  state: line.state,
});
