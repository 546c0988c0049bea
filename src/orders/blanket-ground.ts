/** What a blanket order's view is worked out from: sums, orders, and the schedules in force on the day. */
import { readSteps } from "../schedules/curve-text.ts";
import { effectiveCurve, layered } from "../schedules/layers.ts";
import type { Curve, EffectiveCurve } from "../schedules/types.ts";
import { accountTotals, lineTotals, NO_TOTALS, type Totals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  account,
  draw,
  revision,
  type StatementRow,
  statement,
} from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Decimal, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { curveTexts } from "./curves.ts";
import { BY_HAND } from "./hand-schedule.ts";
import { lineReference } from "./order-documents.ts";
import { type PriceList, pricesOf } from "./prices.ts";
import { curveOfRevision } from "./schedule-history.ts";

/** A child order of the blanket order. */
export interface OrderInView {
  readonly number: string;
  readonly scheduledOn: string;
  readonly shipTo: string;
  readonly customerOrderNumber: string;
  readonly released: Decimal;
  readonly shipped: Decimal;
}

export interface AccountGround {
  readonly row: AccountRow;
  readonly totals: Totals;
  readonly curve: EffectiveCurve | undefined;
  readonly statement: StatementRow | undefined;
}

export interface Ground {
  readonly totals: ReadonlyMap<number, Totals>;
  readonly accounts: ReadonlyMap<number, readonly AccountGround[]>;
  readonly priceOn: PriceList;
  readonly orderLines: ReadonlyMap<number, readonly string[]>;
  readonly orders: readonly OrderInView[];
}

/** Everything that the view of these lines is worked out from, read in bulk. */
export async function groundOf(from: Queryable, lines: readonly AgreementLineRow[], asOf: PlainDate): Promise<Ground> {
  const lineIds = lines.map(({ id }) => id);
  const draws = await select(
    from,
    draw,
    "WHERE line_id IN (:lineIds) AND valid_from <= :asOf AND (valid_until = '' OR valid_until >= :asOf)",
    { lineIds, asOf },
  );
  const ids = draws.map(({ account_id }) => account_id);
  const rows = ids.length === 0 ? [] : await select(from, account, "WHERE id IN (:ids) ORDER BY id", { ids });
  const totals = await accountTotals(from, ids, asOf);
  const curves = await curvesInForce(from, ids, asOf);
  const statements = await latestStatements(from, ids, asOf);
  const accounts = new Map(
    [...grouped(draws, ({ line_id }) => line_id)].map(([lineId, drawn]) => [
      lineId,
      drawn.flatMap(({ account_id }): AccountGround[] => {
        const row = rows.find(({ id }) => id === account_id);
        if (row === undefined) return [];
        const { id } = row;
        return [{ row, totals: totals.get(id) ?? NO_TOTALS, curve: curves.get(id), statement: statements.get(id) }];
      }),
    ]),
  );
  return {
    totals: await lineTotals(from, lineIds, asOf),
    accounts,
    priceOn: await pricesOf(from, lineIds),
    ...(await ordersOf(from, lineIds, asOf)),
  };
}

/** The curve in force on a day: what was accepted last by then, forecast and call-off laid over each other. */
async function curvesInForce(
  from: Queryable,
  accountIds: readonly number[],
  asOf: PlainDate,
): Promise<Map<number, EffectiveCurve>> {
  if (accountIds.length === 0) return new Map();
  const rows = await select(
    from,
    revision,
    `WHERE id IN (SELECT MAX(d.revision_id) FROM decision d JOIN revision r ON r.id = d.revision_id
                  WHERE r.account_id IN (:accountIds) AND d.verb = 'accept' AND d.business_date <= :asOf
                  GROUP BY r.account_id, r.layer)`,
    { accountIds, asOf },
  );
  const texts = await curveTexts(
    from,
    rows.map(({ curve_id }) => curve_id),
  );
  const found = new Map<number, EffectiveCurve>();
  for (const [id, revisions] of grouped(rows, ({ account_id }) => account_id as number)) {
    const of = (layer: string): Curve | undefined => {
      const row = revisions.find((one) => one.layer === layer);
      return row && curveOfRevision({ row, steps: readSteps(texts.get(row.curve_id) ?? "") });
    };
    const forecast = of("forecast");
    const byHand = revisions.every(({ cause }) => cause === BY_HAND);
    const effective =
      byHand && forecast !== undefined
        ? layered(forecast, "hand")
        : effectiveCurve({ forecast, callOff: of("call-off") });
    if (effective !== undefined) found.set(id, effective);
  }
  return found;
}

async function latestStatements(
  from: Queryable,
  accountIds: readonly number[],
  asOf: PlainDate,
): Promise<Map<number, StatementRow>> {
  if (accountIds.length === 0) return new Map();
  const rows = await select(
    from,
    statement,
    `WHERE id IN (SELECT MAX(id) FROM statement
                  WHERE account_id IN (:accountIds) AND kind IN ('received', 'shipped') AND as_of <= :asOf
                  GROUP BY account_id)`,
    { accountIds, asOf },
  );
  return new Map(rows.map((row) => [row.account_id, row]));
}

async function ordersOf(
  from: Queryable,
  lineIds: readonly number[],
  asOf: PlainDate,
): Promise<Pick<Ground, "orders" | "orderLines">> {
  const rows = await from.ask(
    `SELECT o.number AS number, o.scheduled_on AS scheduled_on, o.ship_to AS ship_to,
            o.customer_order_no AS customer_order_no, c.line_no AS line_no, c.line_id AS line_id,
            CAST(SUM(CASE WHEN l.kind = 'released' THEN l.quantity ELSE 0 END) AS TEXT) AS released,
            CAST(SUM(CASE WHEN l.kind = 'shipped' THEN l.quantity ELSE 0 END) AS TEXT) AS shipped
     FROM child_line c JOIN child_order o ON o.id = c.order_id JOIN ledger l ON l.child_line_id = c.id
     WHERE c.line_id IN (:lineIds) AND l.happened_on <= :asOf
     GROUP BY o.number, o.scheduled_on, o.ship_to, o.customer_order_no, c.id, c.line_no, c.line_id
     ORDER BY o.number, c.line_no`,
    { lineIds, asOf },
  );
  const lines = rows.map((row) => ({
    number: row["number"] as string,
    scheduledOn: row["scheduled_on"] as string,
    shipTo: row["ship_to"] as string,
    customerOrderNumber: row["customer_order_no"] as string,
    lineId: Number(row["line_id"]),
    reference: lineReference(row["number"] as string, Number(row["line_no"])),
    released: BigInt(row["released"] as string) as Quantity,
    shipped: BigInt(row["shipped"] as string) as Quantity,
  }));
  const references = [...grouped(lines, ({ lineId }) => lineId)].map(
    ([lineId, held]) => [lineId, held.map(({ reference }) => reference)] as const,
  );
  const orders = [...grouped(lines, ({ number }) => number)].map(([number, held]) => {
    const { scheduledOn, shipTo, customerOrderNumber } = held[0];
    return {
      number,
      scheduledOn,
      shipTo,
      customerOrderNumber,
      released: writeMillionths(total(held.map(({ released }) => released))),
      shipped: writeMillionths(total(held.map(({ shipped }) => shipped))),
    };
  });
  return { orders, orderLines: new Map(references) };
}
