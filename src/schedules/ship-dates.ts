/** Three dates of every step (domain.md, *Three dates*): delivery → ship → scheduled order date. */
import type { OrderSettings, WorkCalendar } from "../config/schedule-settings.ts";
import { addDays, later, type PlainDate } from "../values/dates.ts";
import { calendarOf } from "./calendars.ts";
import type { Curve, Step } from "./types.ts";

export interface OrderDates {
  /** When the customer receives it: as they say, or the receiving day before. */
  readonly deliverOn: PlainDate;
  readonly shipOn: PlainDate;
  /** The scheduled order date. */
  readonly orderOn: PlainDate;
}

export type DateSettings = Pick<OrderSettings, "transitDays" | "transitCounts" | "leadDays" | "receiving">;

/**
 * The three dates of one step. Backlog and immediate demand are ordered on the run's business date and ship no earlier.
 * @param curveDates what the curve's dates are; for ship-based schedules the step's date is the ship date
 * @param shippingDays our shipping days, also counted for lead days and for transit in working days
 */
export function orderDates(
  step: Pick<Step, "kind" | "date">,
  curveDates: Curve["dates"],
  settings: DateSettings,
  shippingDays: WorkCalendar,
  businessDate: PlainDate,
): OrderDates {
  const dated =
    curveDates === "delivery"
      ? fromDelivery(step.date, settings, shippingDays)
      : fromShipment(step.date, settings, shippingDays);
  if (step.kind !== "backlog" && step.kind !== "immediate") return dated;
  return { deliverOn: dated.deliverOn, shipOn: later(dated.shipOn, businessDate), orderOn: businessDate };
}

/** `orderDates` with everything but the step settled, each date computed once: for schedules of thousands of steps. */
export function orderDating(
  curveDates: Curve["dates"],
  settings: DateSettings,
  shippingDays: WorkCalendar,
  businessDate: PlainDate,
): (step: Pick<Step, "kind" | "date">) => OrderDates {
  const known = new Map<string, OrderDates>();
  return (step) => {
    const key = step.kind === "dated" ? step.date : `${step.kind} ${step.date}`;
    const held = known.get(key) ?? orderDates(step, curveDates, settings, shippingDays, businessDate);
    known.set(key, held);
    return held;
  };
}

function fromDelivery(date: PlainDate, settings: DateSettings, shippingDays: WorkCalendar): OrderDates {
  const shipping = calendarOf(shippingDays);
  const deliverOn = calendarOf(settings.receiving).onOrBefore(date);
  const left =
    settings.transitCounts === "working-days"
      ? shipping.before(deliverOn, settings.transitDays)
      : addDays(deliverOn, -settings.transitDays);
  const shipOn = shipping.onOrBefore(left);
  return { deliverOn, shipOn, orderOn: shipping.before(shipOn, settings.leadDays) };
}

function fromShipment(date: PlainDate, settings: DateSettings, shippingDays: WorkCalendar): OrderDates {
  const shipping = calendarOf(shippingDays);
  const shipOn = shipping.onOrBefore(date);
  const arrives =
    settings.transitCounts === "working-days"
      ? shipping.after(shipOn, settings.transitDays)
      : addDays(shipOn, settings.transitDays);
  return { deliverOn: arrives, shipOn, orderOn: shipping.before(shipOn, settings.leadDays) };
}
