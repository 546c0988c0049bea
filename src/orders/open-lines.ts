/** Child order lines with something still to ship. */
import type { Released } from "../schedules/release-plan.ts";
import type { Queryable } from "../store/store.ts";
import type { PlainDate } from "../values/dates.ts";
import { minus, plus, type Quantity } from "../values/figures.ts";

export interface OpenOrderLine {
  readonly id: number;
  readonly accountId: number;
  readonly lineId: number;
  readonly lineNumber: number;
  readonly orderId: number;
  readonly order: string;
  readonly scheduledOn: PlainDate;
  readonly customerOrderNumber: string;
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
            CAST(SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE 0 END) AS TEXT) AS released,
            CAST(SUM(CASE WHEN l.kind = 'shipped' THEN l.quantity ELSE 0 END) AS TEXT) AS shipped
     FROM child_line c JOIN child_order o ON o.id = c.order_id
     JOIN ledger l ON l.child_line_id = c.id AND l.kind IN ('released', 'shipped')
     WHERE c.account_id IN (:accountIds) AND c.state = 'open'
     GROUP BY c.id, c.account_id, c.line_id, c.line_no, o.id, o.number, o.scheduled_on, o.customer_order_no
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
      released,
      shipped,
      open: minus(released, shipped),
    };
  });
}

/** Open quantities by the customer order number they are for: they cover its steps first. */
export function namedOf(lines: readonly OpenOrderLine[]): NonNullable<Released["named"]> {
  const named = new Map<string, Quantity>();
  for (const { customerOrderNumber: name, open } of lines) {
    if (name === "") continue;
    const before = named.get(name);
    named.set(name, before === undefined ? open : plus(before, open));
  }
  return [...named].map(([name, quantity]) => ({ name, quantity }));
}
