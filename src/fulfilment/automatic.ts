/** Shipping without a confirmation from outside: partners with `fulfilment: automatic`, and orders shipped by command (features.md E1). */
import type { ShipmentConfirmation } from "../documents/erp.ts";
import { lineReference } from "../orders/order-documents.ts";
import { childLineTotals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { shipment } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { type PlainDate, readDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, readMillionths, writeMillionths } from "../values/figures.ts";
import { type FulfilmentSettings, lockedOrder, type OrderLine } from "./order-lines.ts";
import { bookShipment, type ShipmentOutcome } from "./ship.ts";
import { openOn } from "./shipment-plan.ts";

type ConfirmedLine = ShipmentConfirmation["lines"][number];

/**
 * Ships, notices and invoices what is open on those of the orders whose partner has `fulfilment: automatic`, in the
 * transaction that released them. Each order is shipped so once: called again it finds nothing to do.
 */
export async function fulfilOrders(
  tx: Tx,
  settings: FulfilmentSettings,
  orders: readonly string[],
  occasion: Occasion,
): Promise<ShipmentOutcome[]> {
  const shipped: ShipmentOutcome[] = [];
  for (const number of await automaticOrders(tx, settings, orders)) {
    const lines = (await lockedOrder(tx, number)) ?? [];
    const confirmation = `auto:${number}`;
    const open = await openLines(tx, lines);
    if (open.length === 0 || (await bookedAs(tx, confirmation)) !== undefined) continue;
    shipped.push(await bookShipment(tx, settings, confirmationOf(confirmation, open), occasion, "automatic"));
  }
  return shipped;
}

/** Those of the orders whose partner has its orders shipped without a confirmation, in the order they are given. */
async function automaticOrders(tx: Tx, settings: FulfilmentSettings, orders: readonly string[]): Promise<string[]> {
  const partners = [...settings.partners.values()].filter((partner) => partner.orders.fulfilment === "automatic");
  if (orders.length === 0 || partners.length === 0) return [];
  const rows = await tx.ask("SELECT number FROM child_order WHERE number IN (:orders) AND partner IN (:partners)", {
    orders,
    partners: partners.map(({ code }) => code),
  });
  const found = new Set(rows.map((row) => String(row["number"])));
  return orders.filter((number) => found.has(number));
}

/** What a command says beyond the order's number. */
export interface ShipCommand {
  /** Line number → quantity; everything that is open unless given. */
  readonly quantities?: ReadonlyMap<number, Decimal> | undefined;
  /** Nothing more will be shipped on these lines. */
  readonly closeShort?: boolean | undefined;
  /** Makes the command safe to repeat; one is made up unless given. */
  readonly confirmation?: string | undefined;
  readonly note?: string | undefined;
  /** The business date unless given. */
  readonly shippedOn?: string | undefined;
}

/**
 * Books a shipment of one order by command (`calloff order ship SO-000123 --line 10=400`).
 * @throws CalloffError SHIP_ORDER_UNKNOWN, SHIP_NOTHING_OPEN, SHIP_QUANTITY_UNREADABLE, SHIP_DATE_UNREADABLE and what `bookShipment` throws
 */
export function shipOrder(
  store: Store,
  settings: FulfilmentSettings,
  orderNumber: string,
  command: ShipCommand,
  occasion: Occasion,
): Promise<ShipmentOutcome> {
  return store.write(async (tx) => {
    const lines = await lockedOrder(tx, orderNumber);
    if (lines === undefined) throw unknownOrder(orderNumber);
    if (command.quantities === undefined && command.confirmation !== undefined) {
      const before = await bookedAs(tx, command.confirmation);
      if (before !== undefined) return before;
    }
    const wanted =
      command.quantities === undefined ? await openLines(tx, lines) : linesWanted(orderNumber, command.quantities);
    if (wanted.length === 0) throw nothingOpen(orderNumber);
    const { closeShort, confirmation, note, shippedOn } = command;
    const confirmed = wanted.map((line) => (closeShort === true ? { ...line, closeShort } : line));
    return bookShipment(
      tx,
      settings,
      {
        ...confirmationOf(confirmation ?? (await confirmationFor(tx, orderNumber, lines)), confirmed),
        ...(note === undefined ? {} : { note }),
        ...(shippedOn === undefined ? {} : { shippedOn: dateNamed(shippedOn) }),
      },
      occasion,
      "command",
    );
  });
}

/** What was booked under a confirmation number, whatever it said: *everything open* reads differently the second time. */
async function bookedAs(tx: Tx, confirmation: string): Promise<ShipmentOutcome | undefined> {
  const rows = await select(tx, shipment, "WHERE confirmation = :confirmation ORDER BY part", { confirmation });
  const numbers = rows.map(({ number }) => number);
  const [number] = numbers;
  return number === undefined ? undefined : { outcome: "duplicate", number, numbers, invoices: [], unpriced: [] };
}

const confirmationOf = (confirmation: string, lines: readonly ConfirmedLine[]): ShipmentConfirmation => ({
  schema: "calloff/shipment-confirmation/1",
  confirmation,
  lines: [...lines],
});

async function openLines(tx: Tx, lines: readonly OrderLine[]): Promise<ConfirmedLine[]> {
  const totals = await childLineTotals(
    tx,
    lines.map(({ line }) => line.id),
  );
  return lines.flatMap(({ reference, line, order }) => {
    const open = line.state === "cancelled" || order.state === "cancelled" ? 0n : openOn(totals.get(line.id));
    return open > 0n ? [{ orderLine: reference, quantity: writeMillionths(open) }] : [];
  });
}

function linesWanted(order: string, quantities: ReadonlyMap<number, Decimal>): ConfirmedLine[] {
  return [...quantities].map(([line, text]) => {
    const figure = readMillionths(text);
    if (typeof figure === "bigint") {
      return { orderLine: lineReference(order, line), quantity: writeMillionths(figure) };
    }
    throw new CalloffError("SHIP_QUANTITY_UNREADABLE", "A quantity to ship is not an exact figure", {
      place: { field: `line ${line}` },
      expected: "a decimal number with at most six decimals, such as 400 or 12.5",
      found: text,
      remedy: "Correct the quantity; nothing has been booked",
      exit: EXIT.usage,
    });
  });
}

function dateNamed(text: string): PlainDate {
  const date = readDate(text);
  if (date !== undefined) return date;
  throw new CalloffError("SHIP_DATE_UNREADABLE", "The ship date is not a day of the calendar", {
    place: { field: "shippedOn" },
    expected: "a date YYYY-MM-DD",
    found: text,
    remedy: "Correct the date; nothing has been booked",
    exit: EXIT.usage,
  });
}

/** Counted within the order, whose accounts are locked, so no two commands make up the same. */
async function confirmationFor(tx: Tx, order: string, lines: readonly OrderLine[]): Promise<string> {
  const [row] = await tx.ask(
    "SELECT COUNT(DISTINCT shipment_id) AS shipped FROM shipment_line WHERE child_line_id IN (:ids)",
    { ids: lines.map(({ line }) => line.id) },
  );
  return `command:${order}/${Number(row?.["shipped"]) + 1}`;
}

const unknownOrder = (order: string): CalloffError =>
  new CalloffError("SHIP_ORDER_UNKNOWN", `There is no order ${order}`, {
    expected: "a child order such as SO-000123",
    found: order,
    remedy: "Correct the number; `calloff order list` shows the orders there are",
    exit: EXIT.notFound,
  });

const nothingOpen = (order: string): CalloffError =>
  new CalloffError("SHIP_NOTHING_OPEN", `Nothing is open on order ${order}`, {
    expected: "an order with something left to ship",
    found: "an order that is shipped, closed or cancelled",
    remedy: "Name lines and quantities (--line 10=400) to book what left beyond it",
  });
