/** The ledger rows that a confirmation books. */
import { lineReference } from "../orders/order-documents.ts";
import type { NewLedgerRow } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { negated, type Quantity } from "../values/figures.ts";
import type { BookedLine, BookedShipment } from "./shipment-documents.ts";
import type { PlannedShipment } from "./shipment-plan.ts";

/** Lines of shipments and invoices are numbered 10, 20, 30 … */
export const LINE_STEP = 10;

/**
 * The ledger rows of a confirmation. What was shipped beyond the open quantity is released first, what is closed short is
 * given back, so that the released rows of an order line always add up to what is open on it plus what was shipped.
 */
export function shipmentFacts(
  planned: readonly PlannedShipment[],
  booked: readonly BookedShipment[],
  confirmation: string,
  occasion: Occasion,
): NewLedgerRow[] {
  return planned.flatMap((plan, part) => {
    const { number, shippedOn, partner, lines } = booked[part] as BookedShipment;
    return plan.lines.flatMap((line, n) => {
      const fact = (word: string, kind: string, quantity: Quantity, reason = ""): NewLedgerRow => ({
        account_id: line.of.account.id,
        line_id: line.of.blanketLine.id,
        child_line_id: line.of.line.id,
        moves: "both",
        start: line.of.account.current_start,
        kind,
        quantity,
        happened_on: shippedOn,
        booked_at: occasion.instant,
        cause_kind: "shipment",
        cause: lineReference(number, (lines[n] as BookedLine).lineNumber),
        business_key: `${word}:${confirmation}/${(line.ordinal + 1) * LINE_STEP}`,
        who: occasion.who,
        reason,
      });
      const rows: NewLedgerRow[] = [];
      if (line.excess > 0n) rows.push(fact("over", "released", line.excess, "shipped more than was open"));
      rows.push(fact("ship", "shipped", line.quantity));
      if (line.closes) rows.push(fact("close", "released", negated(line.givenBack), "closed short"));
      if (line.closes && partner.orders.shortIs === "withheld") {
        rows.push(fact("short", "withheld", line.givenBack, "closed short"));
      }
      return rows;
    });
  });
}
