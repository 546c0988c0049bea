/** A blanket order with its figures as of any day: sums of the ledger and the schedule then in force (features.md A4, A9, C1). */

import { endHeight, heightAt, incrementsOf, stillAskedFor } from "../schedules/heights.ts";
import { afterReleased } from "../schedules/release-plan.ts";
import { NO_TOTALS, processedInAll, releasedInAll, shippedInAll } from "../store/ledger.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type AgreementLineRow, agreement, agreementLine } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, minus, NO_MONEY, NOTHING, type Quantity, total, writeMillionths } from "../values/figures.ts";
import { spelledKey } from "./accounts.ts";
import { isExpired } from "./agreement-states.ts";
import { type AccountGround, type Ground, groundOf, type OrderInView } from "./blanket-ground.ts";

/** The cumulative account of a part and ship-to. */
export interface CumulativeView {
  readonly account: string;
  /** The account's key with its parts as the blanket order spells them. */
  readonly spelled: string;
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
  readonly orders: readonly OrderInView[];
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
    lines: lines.map((line) => lineView(line, held.customer_number, ground, asOf)),
    orders: ground.orders,
  };
}

function lineView(line: AgreementLineRow, customerNumber: string, ground: Ground, asOf: PlainDate): BlanketLineView {
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
    price: writeMillionths(ground.priceOn(line.id, asOf) ?? NO_MONEY),
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
    cumulatives: accounts.map((held) =>
      cumulativeView(held, asOf, [line.customer_part, line.ship_to, line.dock, line.model_year, customerNumber]),
    ),
    orderLines: [...(ground.orderLines.get(line.id) ?? [])],
  };
}

function cumulativeView(
  { row, totals, curve, statement: said }: AccountGround,
  asOf: PlainDate,
  spellings: readonly string[],
): CumulativeView {
  const shipped = shippedInAll(totals);
  const required = curve === undefined ? NOTHING : curve.horizon.to < asOf ? endHeight(curve) : heightAt(curve, asOf);
  return {
    account: row.identity,
    spelled: spelledKey(row.identity, spellings),
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
