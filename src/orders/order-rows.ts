/** Rows and ledger facts of the orders that due lines become. */
import type { PlannedRelease } from "../schedules/release-plan.ts";
import type { NewRow } from "../store/columns.ts";
import type { childLine } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { writeMillionths } from "../values/figures.ts";
import { stableJson } from "../values/json.ts";
import type { AccountInForce, KeptStep } from "./due-accounts.ts";
import { lineReference } from "./order-documents.ts";
import { type OrderPlace, placeKey } from "./order-parts.ts";

/** One line to be, with where it comes from. */
export interface DueLine {
  readonly of: AccountInForce;
  readonly release: PlannedRelease;
  readonly seq: number;
}

/** Lines of one place become one order. */
export const placeOf = ({ of, release }: DueLine): OrderPlace => ({
  agreementId: of.agreement.id,
  shipTo: of.line.ship_to,
  scheduledOn: release.orderOn,
  customerOrderNumber: release.customerOrderNumber,
});

/** @param last the last part that there is of each place */
export function orderRow(
  lines: readonly DueLine[],
  number: string,
  last: ReadonlyMap<string, number>,
  occasion: Occasion,
) {
  const first = lines[0] as DueLine;
  const shipOn = lines.map(({ release }) => release.shipOn).toSorted();
  return {
    number,
    side: "sell",
    type: "standard",
    partner: first.of.partner.code,
    agreement_id: first.of.agreement.id,
    ship_to: first.of.line.ship_to,
    scheduled_on: first.release.orderOn,
    customer_order_no: first.release.customerOrderNumber,
    part: (last.get(placeKey(placeOf(first))) ?? 0) + 1,
    state: "open",
    created_on: occasion.businessDate,
    created_at: occasion.instant,
    required_ship_on: shipOn[0] as string,
    version: 1,
    generated_by: occasion.who,
  };
}

/** The step that a line's release begins with. */
export const firstStep = ({ release }: DueLine): KeptStep | undefined => release.steps[0] as KeptStep | undefined;

export function lineRow({ of, release, seq }: DueLine, orderId: number, lineNumber: number, price: bigint) {
  const step = release.steps[0] as KeptStep;
  return {
    order_id: orderId,
    line_no: lineNumber,
    line_id: of.line.id,
    account_id: of.account.id,
    revision_id: step.split.since_revision_id,
    release_seq: seq,
    quantity: release.quantity as bigint,
    price,
    price_per: of.line.price_per,
    requested_on: release.deliverOn,
    split_segment: step.segment,
    state: "open",
    figures: stableJson({
      required: writeMillionths((release.steps.at(-1) as KeptStep).split.cumulative),
      released: writeMillionths(of.totals.released + of.totals.withheld),
      needed: writeMillionths(release.needed),
      pack: writeMillionths(of.line.pack),
      beyondContract: writeMillionths(release.beyondContract),
    }),
  };
}

export function releasedFact(
  { of, seq }: DueLine,
  orderNumber: string,
  row: NewRow<typeof childLine.columns>,
  lineId: number,
  occasion: Occasion,
) {
  return {
    account_id: of.account.id,
    line_id: of.line.id,
    child_line_id: lineId,
    moves: "both",
    start: of.account.current_start,
    kind: "released",
    quantity: row.quantity ?? 0n,
    happened_on: occasion.businessDate,
    booked_at: occasion.instant,
    cause_kind: "order",
    cause: lineReference(orderNumber, row.line_no ?? 0),
    business_key: `release:${of.account.partner}:${of.account.identity}/${seq}`,
    who: occasion.who,
  };
}
