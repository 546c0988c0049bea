/** What releasing, cancelling and accepting have to know of accounts, read in bulk. */
import type { Partner } from "../config/partner.ts";
import { calendarOf } from "../schedules/calendars.ts";
import { incrementsOf, stacked } from "../schedules/heights.ts";
import { nextOrderOn, type PlannedRelease, type ReleasePlanInput, releasePlan } from "../schedules/release-plan.ts";
import { type OrderDates, orderDating } from "../schedules/ship-dates.ts";
import type { EffectiveCurve, LayeredStep } from "../schedules/types.ts";
import { accountTotals, lineTotals, NO_TOTALS, processedInAll, releasedInAll, type Totals } from "../store/ledger.ts";
import { select, updateEach } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  account,
  agreement,
  agreementLine,
  type RevisionRow,
  revision,
  type SplitRow,
} from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { addDays, type PlainDate } from "../values/dates.ts";
import { NOTHING, type Quantity, quantity } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { type OrdersConfiguration, partnerNamed } from "./configuration.ts";
import { coverOf, type OpenOrderLine, openLines } from "./open-lines.ts";
import { dateOfSplit, inLine, splitsOf } from "./splits.ts";

/** A split's step, with the row it is kept in. */
export interface KeptStep extends LayeredStep {
  readonly split: KeptSplit;
}
type KeptSplit = Omit<SplitRow, "id">;

/** One account with its plan in force and everything its release depends on. */
export interface AccountInForce {
  readonly account: AccountRow;
  readonly partner: Partner;
  /** Steps in line. */
  readonly steps: readonly KeptStep[];
  readonly line: AgreementLineRow;
  readonly agreement: AgreementRow;
  readonly totals: Totals;
  readonly lineTotals: Totals;
  /** The revision in force that the base of the plan was read from; none before anything was accepted. */
  readonly revision: RevisionRow | undefined;
  /** Order lines with something still to ship. */
  readonly open: readonly OpenOrderLine[];
}

/** The accounts with their plans; those without a plan are left out. */
export async function accountsInForce(
  from: Queryable,
  config: Pick<OrdersConfiguration, "partners">,
  accounts: readonly AccountRow[],
): Promise<AccountInForce[]> {
  const ids = accounts.map(({ id }) => id);
  const splits = grouped(await splitsOf(from, ids), ({ account_id }) => account_id);
  const lineIds = [...new Set([...splits.values()].flat().map(({ line_id }) => line_id))];
  if (lineIds.length === 0) return [];
  const lines = byId(await select(from, agreementLine, "WHERE id IN (:lineIds)", { lineIds }));
  const agreementIds = [...new Set([...lines.values()].map(({ agreement_id }) => agreement_id))];
  const agreements = byId(await select(from, agreement, "WHERE id IN (:agreementIds)", { agreementIds }));
  const revisionIds = accounts.flatMap(({ forecast_revision_id, call_off_revision_id }) =>
    [forecast_revision_id, call_off_revision_id].filter((id) => id !== null),
  );
  const revisions = byId(
    revisionIds.length === 0 ? [] : await select(from, revision, "WHERE id IN (:revisionIds)", { revisionIds }),
  );
  const totals = await accountTotals(from, ids);
  const contracts = await lineTotals(from, lineIds);
  const open = grouped(await openLines(from, ids), ({ accountId }) => accountId);

  return accounts.flatMap((row) => {
    const [first, ...more] = splits.get(row.id) ?? [];
    const line = first && lines.get(first.line_id);
    if (first === undefined || line === undefined) return [];
    return [
      {
        account: row,
        partner: partnerNamed(config, row.partner),
        steps: inLine([first, ...more].map(stepOf)),
        line,
        agreement: agreements.get(line.agreement_id) as AgreementRow,
        totals: totals.get(row.id) ?? NO_TOTALS,
        lineTotals: contracts.get(line.id) ?? NO_TOTALS,
        revision: revisions.get(row.call_off_revision_id ?? row.forecast_revision_id ?? 0),
        open: open.get(row.id) ?? [],
      },
    ];
  });
}

const byId = <R extends { id: number }>(rows: readonly R[]): Map<number, R> =>
  new Map(rows.map((row) => [row.id, row]));

/** The step that a split was made of. */
export function stepOf(split: KeptSplit): KeptStep {
  return {
    split,
    layer: split.layer as LayeredStep["layer"],
    date: dateOfSplit(split),
    kind: split.kind as LayeredStep["kind"],
    timing: split.timing as LayeredStep["timing"],
    from: split.from_date as PlainDate,
    to: split.to_date as PlainDate,
    cumulative: split.cumulative as Quantity,
    commitment: split.commitment,
    customerOrderNumber: split.customer_order_no,
    reference: split.reference,
    referenceKind: "",
    window: split.window,
    route: split.route,
    segment: split.segment,
  };
}

/** The releasable curve of a plan in force: what each split may release was settled when it was accepted. */
export function releasableOf({ steps, revision: of }: AccountInForce): EffectiveCurve {
  const base = (of?.base ?? NOTHING) as Quantity;
  const ships = incrementsOf({ base, steps }).filter(({ step }) => step.split.releasable);
  return {
    base,
    since: (of?.since ?? "") as PlainDate | "",
    dates: of?.dates === "shipment" ? "shipment" : "delivery",
    cumulatives: of?.cumulatives === "shipped" ? "shipped" : "received",
    messageDate: (of?.issued_on ?? "") as PlainDate,
    horizon: { from: (of?.horizon_from ?? "") as PlainDate, to: (of?.horizon_to ?? "") as PlainDate },
    steps: stacked(base, ships),
  };
}

/** The three dates of a step in force: its order date is the one it was accepted with. */
export function datesInForce(
  { partner, revision: of }: Pick<AccountInForce, "partner" | "revision">,
  shippingDays: OrdersConfiguration["gateway"]["shipping"],
  businessDate: PlainDate,
): (step: LayeredStep) => OrderDates {
  const dating = datingOf(partner, of?.dates === "shipment" ? "shipment" : "delivery", shippingDays, businessDate);
  return (step) => {
    if (step.layer === "hand") return datesFromOrderDate(step.date, partner, shippingDays);
    return dating(step);
  };
}

type Dating = ReturnType<typeof orderDating>;
const lastDating = new WeakMap<Partner, { key: string; shippingDays: object; dating: Dating }>();

/** The dates of a partner's steps on one business date, each day of the calendar worked out once for all accounts. */
export function datingOf(
  partner: Partner,
  curveDates: "delivery" | "shipment",
  shippingDays: OrdersConfiguration["gateway"]["shipping"],
  businessDate: PlainDate,
): Dating {
  const key = `${curveDates} ${businessDate}`;
  const last = lastDating.get(partner);
  if (last?.key === key && last.shippingDays === shippingDays) return last.dating;
  const dating = orderDating(curveDates, partner.orders, shippingDays, businessDate);
  lastDating.set(partner, { key, shippingDays, dating });
  return dating;
}

/** What is entered by hand is the scheduled order date itself; it ships the lead days later. */
export function datesFromOrderDate(
  orderOn: PlainDate,
  { orders }: Pick<Partner, "orders">,
  shippingDays: OrdersConfiguration["gateway"]["shipping"],
): OrderDates {
  const shipping = calendarOf(shippingDays);
  const shipOn = shipping.after(shipping.onOrAfter(orderOn), orders.leadDays);
  const deliverOn =
    orders.transitCounts === "working-days"
      ? shipping.after(shipOn, orders.transitDays)
      : addDays(shipOn, orders.transitDays);
  return { orderOn, shipOn, deliverOn };
}

/** Everything that the plan still lacks, due or not. */
export const planOf = (
  of: AccountInForce,
  { gateway }: Pick<OrdersConfiguration, "gateway">,
  businessDate: PlainDate,
): PlannedRelease[] =>
  releasePlan(stillLacking(of, releasableOf(of), datesInForce(of, gateway.shipping, businessDate), businessDate));

/** What a release is planned on: a releasable curve, less what is released on its account. */
export const stillLacking = (
  of: Pick<AccountInForce, "totals" | "open" | "line" | "lineTotals" | "partner">,
  curve: EffectiveCurve,
  dates: (step: LayeredStep) => OrderDates,
  businessDate: PlainDate,
): ReleasePlanInput => ({
  curve,
  dates,
  released: { total: releasedInAll(of.totals), ...coverOf(of.open, businessDate) },
  businessDate,
  pack: of.line.pack as Quantity,
  contract: contractRoom(of),
  grouping: of.partner.orders.grouping,
});

/** The contract's limit with its tolerance, and what of it is used; none for lines without a quantity. */
export function contractRoom({ line, lineTotals: totals }: Pick<AccountInForce, "line" | "lineTotals">) {
  if (line.commitment !== "quantity") return undefined;
  const hundred = quantity("100");
  const limit = ((line.quantity * (hundred + line.tolerance_percent)) / hundred) as Quantity;
  return { limit, processed: processedInAll(totals) };
}

/** Works out again when something is due next on accounts whose plan or released quantity has moved. */
export async function lookAgain(
  tx: Tx,
  config: Pick<OrdersConfiguration, "partners" | "gateway">,
  accounts: readonly AccountRow[],
  { businessDate }: Occasion,
): Promise<void> {
  const plans = await accountsInForce(tx, config, accounts);
  await updateEach(
    tx,
    account,
    plans.map((of) => ({
      id: of.account.id,
      set: { next_order_on: nextOrderOn(planOf(of, config, businessDate)), version: of.account.version + 1 },
    })),
  );
}
