/** A blanket order with its figures as of any day: sums of the ledger and the schedule then in force (features.md A4, A9, C1). */

import { readSteps } from "../schedules/curve-text.ts";
import { endHeight, heightAt, incrementsOf, stillAskedFor } from "../schedules/heights.ts";
import { effectiveCurve, layered } from "../schedules/layers.ts";
import { afterReleased } from "../schedules/release-plan.ts";
import type { Curve, EffectiveCurve } from "../schedules/types.ts";
import {
  accountTotals,
  lineTotals,
  NO_TOTALS,
  processedInAll,
  releasedInAll,
  shippedInAll,
  type Totals,
} from "../store/ledger.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  account,
  agreement,
  agreementLine,
  draw,
  revision,
  type StatementRow,
  statement,
} from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, minus, NOTHING, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { isExpired } from "./agreement-states.ts";
import { curveTexts } from "./curves.ts";
import { grouped } from "./grouped.ts";
import { BY_HAND } from "./hand-schedule.ts";
import { lineReference } from "./order-documents.ts";
import { pricesOf } from "./prices.ts";
import { curveOfRevision } from "./schedule-history.ts";

/** The cumulative account of a part and ship-to. */
export interface CumulativeView {
  readonly account: string;
  readonly since: string;
  /** By the day, on the schedule in force. */
  readonly required: Decimal;
  readonly released: Decimal;
  readonly shipped: Decimal;
  /** As the customer states it; undefined before they have. */
  readonly received: Decimal | undefined;
  readonly receivedAsOf: string;
  /** Shipped − received, signed. */
  readonly inTransit: Decimal | undefined;
  /** Shipped − required, signed. */
  readonly ahead: Decimal;
}

export interface BlanketLineView {
  readonly line: number;
  readonly item: string;
  readonly customerPart: string;
  readonly description: string;
  readonly shipTo: string;
  readonly unit: string;
  readonly commitment: string;
  readonly price: Decimal;
  readonly pack: Decimal;
  /** The line's quantity; undefined for an open-ended line. */
  readonly contract: Decimal | undefined;
  /** Ordered and, once shipped, what was actually shipped, returns taken off. */
  readonly processed: Decimal;
  /** Contract − processed, signed; undefined for an open-ended line. */
  readonly remaining: Decimal | undefined;
  readonly delivered: Decimal;
  readonly withheld: Decimal;
  /** What the schedule in force still asks for. */
  readonly dated: Decimal;
  /** Contract − processed − withheld − dated; below zero it is what the contract is exceeded by. */
  readonly undated: Decimal | undefined;
  /** The date of what is still to be ordered; `<SPLIT>` where there are several. */
  readonly date: string;
  readonly splits: readonly {
    readonly date: string;
    readonly quantity: Decimal;
    readonly commitment: string;
    readonly customerOrderNumber: string;
  }[];
  readonly cumulatives: readonly CumulativeView[];
  readonly orderLines: readonly string[];
}

export interface BlanketView {
  readonly number: string;
  readonly partner: string;
  readonly customerNumber: string;
  readonly state: string;
  /** What a reader must know first: that it has expired. */
  readonly warnings: readonly string[];
  readonly currency: string;
  readonly paymentTerms: string;
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly expiresOn: string;
  readonly asOf: PlainDate;
  readonly lines: readonly BlanketLineView[];
  readonly orders: readonly {
    readonly number: string;
    readonly scheduledOn: string;
    readonly shipTo: string;
    readonly customerOrderNumber: string;
    readonly released: Decimal;
    readonly shipped: Decimal;
  }[];
}

/** A blanket order as of a day. @throws CalloffError AGREEMENT_UNKNOWN */
export async function blanketView(from: Queryable, number: string, asOf: PlainDate): Promise<BlanketView> {
  const held = await selectOne(from, agreement, "WHERE number = :number", { number });
  if (held === undefined) {
    throw new CalloffError("AGREEMENT_UNKNOWN", `There is no blanket order ${number}`, {
      expected: "our number of a blanket order, such as BA-000001",
      found: number,
      remedy: "`calloff blanket list` shows the blanket orders there are",
      exit: EXIT.notFound,
    });
  }
  const lines = await select(from, agreementLine, "WHERE agreement_id = :id ORDER BY line_no", { id: held.id });
  const ground = await groundOf(from, lines, asOf);
  return {
    number: held.number,
    partner: held.partner,
    customerNumber: held.customer_number,
    state: held.state,
    warnings: isExpired(held, asOf) ? [`Expired on ${held.expires_on}: nothing can be changed but that date`] : [],
    currency: held.currency,
    paymentTerms: held.payment_terms,
    description: held.description,
    from: held.valid_from,
    to: held.valid_to,
    expiresOn: held.expires_on,
    asOf,
    lines: lines.map((line) => lineView(line, ground, asOf)),
    orders: ground.orders,
  };
}

interface AccountGround {
  readonly row: AccountRow;
  readonly totals: Totals;
  readonly curve: EffectiveCurve | undefined;
  readonly statement: StatementRow | undefined;
}

interface Ground {
  readonly totals: ReadonlyMap<number, Totals>;
  readonly accounts: ReadonlyMap<number, readonly AccountGround[]>;
  readonly priceOn: (lineId: number, day: string) => bigint;
  readonly orderLines: ReadonlyMap<number, readonly string[]>;
  readonly orders: BlanketView["orders"];
}

async function groundOf(from: Queryable, lines: readonly AgreementLineRow[], asOf: PlainDate): Promise<Ground> {
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
    const { scheduledOn, shipTo, customerOrderNumber } = held[0] as (typeof held)[number];
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

function lineView(line: AgreementLineRow, ground: Ground, asOf: PlainDate): BlanketLineView {
  const sums = ground.totals.get(line.id) ?? NO_TOTALS;
  const accounts = ground.accounts.get(line.id) ?? [];
  const contract = line.commitment === "quantity" ? (line.quantity as Quantity) : undefined;
  const processed = processedInAll(sums);
  const dated = total(
    accounts.map(({ curve, totals }) => (curve === undefined ? NOTHING : stillAskedFor(curve, releasedInAll(totals)))),
  );
  const left = (taken: Quantity): Decimal | undefined =>
    contract === undefined ? undefined : writeMillionths(minus(contract, taken));
  const splits = accounts.flatMap(({ curve, totals }) =>
    curve === undefined
      ? []
      : afterReleased(incrementsOf(curve), curve.base, { total: releasedInAll(totals) }).map(({ step, quantity }) => ({
          date: step.date,
          quantity: writeMillionths(quantity),
          commitment: step.commitment,
          customerOrderNumber: step.customerOrderNumber,
        })),
  );
  const dates = [...new Set(splits.map(({ date }) => date))];
  return {
    line: line.line_no,
    item: line.item,
    customerPart: line.customer_part,
    description: line.description,
    shipTo: line.ship_to,
    unit: line.unit,
    commitment: line.commitment,
    price: writeMillionths(ground.priceOn(line.id, asOf)),
    pack: writeMillionths(line.pack),
    contract: contract === undefined ? undefined : writeMillionths(contract),
    processed: writeMillionths(processed),
    remaining: left(processed),
    delivered: writeMillionths(minus(sums.shipped, sums.returned)),
    withheld: writeMillionths(sums.withheld),
    dated: writeMillionths(dated),
    undated: left((processed + sums.withheld + dated) as Quantity),
    date: dates.length > 1 ? "<SPLIT>" : (dates[0] ?? ""),
    splits,
    cumulatives: accounts.map((held) => cumulativeView(held, asOf)),
    orderLines: [...(ground.orderLines.get(line.id) ?? [])],
  };
}

function cumulativeView({ row, totals, curve, statement: said }: AccountGround, asOf: PlainDate): CumulativeView {
  const shipped = shippedInAll(totals);
  const required = curve === undefined ? NOTHING : curve.horizon.to < asOf ? endHeight(curve) : heightAt(curve, asOf);
  return {
    account: row.identity,
    since: curve?.since ?? row.current_start,
    required: writeMillionths(required),
    released: writeMillionths(releasedInAll(totals)),
    shipped: writeMillionths(shipped),
    received: said === undefined ? undefined : writeMillionths(said.cumulative),
    receivedAsOf: said?.as_of ?? "",
    inTransit: said === undefined ? undefined : writeMillionths(minus(shipped, said.cumulative as Quantity)),
    ahead: writeMillionths(minus(shipped, required)),
  };
}
