/** What stands behind a blanket order's lines, and what was called off on them (features.md A8). */
import { byId, inSlices, rowsById, there } from "../fulfilment/rows-by-id.ts";
import { lineReference } from "../orders/order-documents.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { agreement, agreementLine, audit, childLine, childOrder, linePrice } from "../store/tables.ts";
import { writeMillionths } from "../values/figures.ts";
import type { BlanketLink, EntryLink } from "./why-links.ts";

/** One line of a blanket order with its links. */
export interface BlanketTraced {
  readonly id: string;
  readonly lineNumber: number;
  readonly links: readonly (BlanketLink | EntryLink)[];
}

/** The lines of a blanket order, each with who entered and changed it; `undefined` when there is no such order. */
export async function blanketTraced(from: Queryable, number: string): Promise<BlanketTraced[] | undefined> {
  const held = await selectOne(from, agreement, "WHERE number = :number", { number });
  if (held === undefined) return undefined;
  const lines = await select(from, agreementLine, "WHERE agreement_id = :id ORDER BY line_no", { id: held.id });
  const ids = lines.map(({ id }) => id);
  const prices = await inSlices(ids, (slice) =>
    select(from, linePrice, "WHERE line_id IN (:slice) ORDER BY valid_from", { slice }),
  );
  const called = await calledOff(from, ids);
  const entries = await entriesOf(from, number);
  return lines.map((line) => {
    const id = lineReference(number, line.line_no);
    const link: BlanketLink = {
      kind: "blanket line",
      id,
      customerBlanketOrder: held.customer_number,
      item: line.item,
      customerPart: line.customer_part,
      shipTo: line.ship_to,
      quantity: writeMillionths(line.quantity),
      commitment: line.commitment,
      prices: prices
        .filter(({ line_id }) => line_id === line.id)
        .map(({ valid_from, price, reason }) => ({ from: valid_from, price: writeMillionths(price), reason })),
      orderLines: called.get(line.id) ?? [],
    };
    return { id, lineNumber: line.line_no, links: [link, ...entries] };
  });
}

async function calledOff(from: Queryable, lineIds: readonly number[]): Promise<Map<number, string[]>> {
  const lines = await inSlices(lineIds, (slice) =>
    select(from, childLine, "WHERE line_id IN (:slice) ORDER BY id", { slice }),
  );
  const orders = byId(
    await rowsById(
      from,
      childOrder,
      lines.map(({ order_id }) => order_id),
    ),
  );
  const found = new Map<number, string[]>();
  for (const line of lines) {
    const references = found.get(line.line_id) ?? [];
    found.set(line.line_id, references);
    references.push(lineReference(there(orders.get(line.order_id)).number, line.line_no));
  }
  return found;
}

async function entriesOf(from: Queryable, number: string): Promise<EntryLink[]> {
  const rows = await select(
    from,
    audit,
    "WHERE verb IN ('agreement.created', 'agreement.changed', 'agreement.state') AND object = :number ORDER BY seq",
    { number },
  );
  return rows.map(({ verb, who, business_date }) => ({ kind: "entry", verb, who, on: business_date }));
}
