/** The life of a child order (features.md D9): derived from its figures and dates whenever it is asked for, never stored. */
import type { PlainDate } from "../values/dates.ts";
import type { Quantity } from "../values/figures.ts";

export const ORDER_STATES = ["draft", "open", "due", "overdue", "partially invoiced", "invoiced", "cancelled"] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export type ShippingState = "none" | "partial" | "shipped";

/** Sums over the lines of one order. */
export interface OrderFigures {
  /** Whether the order has not been sent yet. */
  readonly draft?: boolean;
  /** What is still open plus what was shipped: a cut or a short close has already been taken off. */
  readonly ordered: Quantity;
  readonly shipped: Quantity;
  readonly invoiced: Quantity;
  /** Empty where the order has none. */
  readonly requiredShipOn: PlainDate | "";
}

/**
 * The state of an order on the given day; of several that hold, the first in *cancelled, invoiced, partially invoiced,
 * overdue, due, open* (D9). An order of which nothing is left is cancelled; one shipped in full and not invoiced, whose
 * date has passed, is open: it is late for nothing.
 */
export function orderState(of: OrderFigures, on: PlainDate): OrderState {
  if (of.draft === true) return "draft";
  if (of.ordered <= 0n && of.shipped <= 0n) return "cancelled";
  if (of.invoiced >= of.ordered) return "invoiced";
  if (of.invoiced > 0n) return "partially invoiced";
  if (of.requiredShipOn === "") return "open";
  if (on <= of.requiredShipOn) return "due";
  return of.shipped < of.ordered ? "overdue" : "open";
}

/** How much of an order has left: nothing, a part, or all that is ordered. */
export function shippingState(of: Pick<OrderFigures, "ordered" | "shipped">): ShippingState {
  if (of.shipped <= 0n) return "none";
  return of.shipped < of.ordered ? "partial" : "shipped";
}
