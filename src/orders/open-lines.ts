/** Child order lines with something still to ship. */
import type { Released } from "../schedules/release-plan.ts";
import type { Queryable } from "../store/store.ts";
import type { PlainDate } from "../values/dates.ts";
import { minus, type Quantity } from "../values/figures.ts";

export interface OpenOrderLine {
  readonly id: number;
  readonly accountId: number;
  readonly lineId: number;
  readonly lineNumber: number;
  readonly orderId: number;
  readonly order: string;
  readonly scheduledOn: PlainDate;
  readonly customerOrderNumber: string;
  /** Delivery date; empty where the order has none. */
  readonly requestedOn: string;
  /** Layer of the schedule it was made from; empty for one made by hand. */
  readonly layer: string;
  readonly released: Quantity;
  readonly shipped: Quantity;
  /** Released − shipped, above zero. */
  readonly open: Quantity;
}

/** Lines of these accounts that are neither shipped in full nor closed nor cancelled, oldest first. */
export async function openLines(from: Queryable, accountIds: readonly number[]): Promise<OpenOrderLine[]> {
  if (accountIds.length === 0) return [];
  const rows = await from.ask(
    `SELECT c.id AS id, c.account_id AS account, c.line_id AS line, c.line_no AS line_no, o.id AS order_id,
            o.number AS number, o.scheduled_on AS scheduled_on, o.customer_order_no AS customer_order_no,
            c.requested_on AS requested_on, COALESCE(r.layer, '') AS layer,
            CAST(SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE 0 END) AS TEXT) AS released,
            CAST(SUM(CASE WHEN l.kind = 'shipped' THEN l.quantity ELSE 0 END) AS TEXT) AS shipped
     FROM child_line c JOIN child_order o ON o.id = c.order_id
     JOIN ledger l ON l.child_line_id = c.id AND l.kind IN ('released', 'shipped')
     LEFT JOIN revision r ON r.id = c.revision_id
     WHERE c.account_id IN (:accountIds) AND c.state = 'open'
     GROUP BY c.id, c.account_id, c.line_id, c.line_no, o.id, o.number, o.scheduled_on, o.customer_order_no,
       c.requested_on, r.layer
     HAVING SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE -l.quantity END) > 0
     ORDER BY c.id`,
    { accountIds },
  );
  return rows.map((row) => {
    const released = BigInt(row["released"] as string) as Quantity;
    const shipped = BigInt(row["shipped"] as string) as Quantity;
    return {
      id: Number(row["id"]),
      accountId: Number(row["account"]),
      lineId: Number(row["line"]),
      lineNumber: Number(row["line_no"]),
      orderId: Number(row["order_id"]),
      order: row["number"] as string,
      scheduledOn: row["scheduled_on"] as PlainDate,
      customerOrderNumber: row["customer_order_no"] as string,
      requestedOn: row["requested_on"] as string,
      layer: row["layer"] as string,
      released,
      shipped,
      open: minus(released, shipped),
    };
  });
}

/** What open quantities cover first: steps of their customer order number; else, scheduled for later, those of their own date. */
export function coverOf(
  lines: readonly OpenOrderLine[],
  businessDate: PlainDate,
): Required<Pick<Released, "named" | "later">> {
  const named = lines.filter(({ customerOrderNumber }) => customerOrderNumber !== "");
  const later = lines.filter(
    ({ customerOrderNumber, scheduledOn }) => customerOrderNumber === "" && scheduledOn > businessDate,
  );
  return {
    named: named.map(({ customerOrderNumber: name, open: quantity }) => ({ name, quantity })),
    later: later.map(({ scheduledOn: orderOn, open: quantity }) => ({ orderOn, quantity })),
  };
}
