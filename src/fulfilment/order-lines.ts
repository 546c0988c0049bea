/** Child order lines with everything that shipping and billing need to know of them, read in bulk. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import { partnerNamed } from "../orders/configuration.ts";
import { type Directions, directionsFor, inForceOn } from "../orders/directions.ts";
import { lineReference } from "../orders/order-documents.ts";
import { lockRows, select } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  account,
  agreement,
  agreementAlias,
  agreementLine,
  type ChildLineRow,
  type ChildOrderRow,
  childLine,
  childOrder,
  revision,
} from "../store/tables.ts";
import { grouped } from "../values/grouped.ts";
import { normalForm } from "../values/identifiers.ts";
import { byId, inSlices, rowsById, there } from "./rows-by-id.ts";

/** What this room needs of a home's configuration. */
export interface FulfilmentSettings {
  readonly gateway: Gateway;
  readonly partners: ReadonlyMap<string, Partner>;
}

/** The partner whose orders these are. @throws CalloffError PARTNER_UNKNOWN when its file has gone. */
export const partnerOf = (settings: FulfilmentSettings, code: string): Partner => partnerNamed(settings, code);

export interface OrderLine {
  /** `SO-000123/10`. */
  readonly reference: string;
  readonly line: ChildLineRow;
  readonly order: ChildOrderRow;
  readonly blanketLine: AgreementLineRow;
  readonly agreement: AgreementRow;
  readonly account: AccountRow;
  /** Release number of the schedule the line was made from; empty for one entered by hand. */
  readonly releaseNumber: string;
  /** The customer's number of the order: as that schedule spells it where it names the blanket order, else the blanket order's. */
  readonly customerNumber: string;
  /** Where the customer wants the goods by now, and the signs he looks for again. */
  readonly directions: Directions;
}

/** Splits `SO-000123/10`; `undefined` where the text names no line. */
export function splitReference(reference: string): { document: string; line: number } | undefined {
  const match = /^(.+)\/(\d{1,9})$/.exec(reference.trim());
  return match === null ? undefined : { document: match[1] as string, line: Number(match[2]) };
}

/**
 * The order lines that the references name, by reference, as they stand once their accounts are locked; a reference that
 * names none is not in the answer.
 */
export async function lockedOrderLines(tx: Tx, references: readonly string[]): Promise<Map<string, OrderLine>> {
  let { lines, orders } = await rowsNamed(tx, references);
  if (tx.dialect === "postgres") {
    await lockRows(tx, account, [...new Set(lines.map(({ account_id }) => account_id))]);
    // What was read before the lock may have been changed by whoever held it.
    ({ lines, orders } = await rowsNamed(tx, references));
  }
  const complete = await withContext(tx, lines, orders);
  return new Map(complete.map((held) => [held.reference, held]));
}

async function rowsNamed(
  from: Queryable,
  references: readonly string[],
): Promise<{ lines: ChildLineRow[]; orders: ChildOrderRow[] }> {
  const named = references.map(splitReference).filter((held) => held !== undefined);
  const orders = await inSlices([...new Set(named.map(({ document }) => document))], (numbers) =>
    select(from, childOrder, "WHERE number IN (:numbers)", { numbers }),
  );
  const lineNumbers = [...new Set(named.map(({ line }) => line))];
  const lines = await inSlices(
    orders.map(({ id }) => id),
    (ids) =>
      inSlices(lineNumbers, (slice) =>
        select(from, childLine, "WHERE order_id IN (:ids) AND line_no IN (:slice)", { ids, slice }),
      ),
  );
  return { lines, orders };
}

/** All lines of one order in their order, as they stand once their accounts are locked; `undefined` when there is no such order. */
export async function lockedOrder(tx: Tx, number: string): Promise<OrderLine[] | undefined> {
  const [order] = await select(tx, childOrder, "WHERE number = :number", { number });
  if (order === undefined) return undefined;
  const lines = await select(tx, childLine, "WHERE order_id = :order ORDER BY line_no", { order: order.id });
  const locked = await lockedOrderLines(
    tx,
    lines.map(({ line_no }) => lineReference(number, line_no)),
  );
  return lines.map(({ line_no }) => there(locked.get(lineReference(number, line_no))));
}

/** The order lines with these row ids, by row id. */
export async function orderLinesById(from: Queryable, ids: readonly number[]): Promise<Map<number, OrderLine>> {
  const lines = await inSlices([...new Set(ids)], (slice) =>
    select(from, childLine, "WHERE id IN (:slice)", { slice }),
  );
  const orders = await rowsById(
    from,
    childOrder,
    lines.map(({ order_id }) => order_id),
  );
  const complete = await withContext(from, lines, orders);
  return new Map(complete.map((held) => [held.line.id, held]));
}

async function withContext(
  from: Queryable,
  lines: readonly ChildLineRow[],
  orders: readonly ChildOrderRow[],
): Promise<OrderLine[]> {
  const blanketLines = byId(
    await rowsById(
      from,
      agreementLine,
      lines.map(({ line_id }) => line_id),
    ),
  );
  const agreements = byId(
    await rowsById(
      from,
      agreement,
      [...blanketLines.values()].map(({ agreement_id }) => agreement_id),
    ),
  );
  const accounts = byId(
    await rowsById(
      from,
      account,
      lines.map(({ account_id }) => account_id),
    ),
  );
  const aliases = await aliasesOf(from, [...agreements.values()]);
  const revisions = byId(
    await rowsById(from, revision, [
      ...lines.flatMap(({ revision_id }) => revision_id ?? []),
      ...[...accounts.values()].flatMap(inForceOn),
    ]),
  );
  const ordersById = byId(orders);
  return lines.map((line) => {
    const order = there(ordersById.get(line.order_id));
    const blanketLine = there(blanketLines.get(line.line_id));
    const of = there(agreements.get(blanketLine.agreement_id));
    const drawnOn = there(accounts.get(line.account_id));
    const orderedBy = line.revision_id === null ? undefined : there(revisions.get(line.revision_id));
    const inForce = inForceOn(drawnOn).map((id) => there(revisions.get(id)));
    return {
      reference: lineReference(order.number, line.line_no),
      line,
      order,
      blanketLine,
      agreement: of,
      account: drawnOn,
      releaseNumber: orderedBy?.release_no ?? "",
      customerNumber: customerNumberOf(of, aliases.get(of.id) ?? [], orderedBy?.order_number ?? ""),
      directions: directionsFor(orderedBy, inForce),
    };
  });
}

/** Other numbers that customers call the blanket orders by, by the blanket order's row id. */
async function aliasesOf(from: Queryable, agreements: readonly AgreementRow[]): Promise<Map<number, string[]>> {
  const rows = await inSlices(
    agreements.map(({ id }) => id),
    (slice) => select(from, agreementAlias, "WHERE agreement_id IN (:slice)", { slice }),
  );
  return new Map(
    [...grouped(rows, ({ agreement_id }) => agreement_id)].map(([id, held]) => [id, held.map(({ normal }) => normal)]),
  );
}

/** What a schedule quotes may be another order's number: the goods were matched by part and ship-to then. */
function customerNumberOf(of: AgreementRow, aliases: readonly string[], quoted: string): string {
  const names = [of.customer_number_normal, ...aliases];
  const isNamed = [normalForm(quoted), normalForm(quoted, { dashes: "drop" })].some((normal) => names.includes(normal));
  return of.customer_number === "" || (quoted !== "" && isNamed) ? quoted : of.customer_number;
}
