/** Acceptance: an account's whole schedule is swapped in one transaction, by policy or by a planner (features.md B2, D5). */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { Policy } from "../config/policy.ts";
import { effectiveCurve } from "../schedules/layers.ts";
import { releasableCurve, shipping } from "../schedules/releasable.ts";
import { firstOrderOn } from "../schedules/release-plan.ts";
import type { Curve, EffectiveCurve } from "../schedules/types.ts";
import { recordAudits } from "../store/audit.ts";
import { shippedInAll, type Totals } from "../store/ledger.ts";
import { update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, draw, type RevisionRow } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { addDays } from "../values/dates.ts";
import { minus, NOTHING, type Quantity, total } from "../values/figures.ts";
import type { Json } from "../values/json.ts";
import { drawFrom } from "./accounts.ts";
import { datingOf, stillLacking } from "./due-accounts.ts";
import type { DrawnLine } from "./match-lines.ts";
import type { OpenOrderLine } from "./open-lines.ts";
import { type AccountToPeg, type PeggedAccounts, pegOrders } from "./peg-orders.ts";
import { type NewPeriod, openPeriods } from "./periods.ts";
import { type NewPlan, putInForce } from "./plan-in-force.ts";
import { apart, type PlannedStep } from "./planned-steps.ts";
import type { PlansBefore } from "./plans-before.ts";
import { settleAccepted } from "./receipt-differences.ts";
import { countReceived } from "./received-beyond.ts";
import { liftAll } from "./withheld.ts";

/** A schedule that is to be in force, with everything its account has to be known by. */
export interface Acceptance {
  readonly account: AccountRow;
  readonly partner: Partner;
  readonly policy: Policy;
  readonly revision: RevisionRow;
  readonly curve: Curve;
  /** The accepted curve of the other layer. */
  readonly other: Curve | undefined;
  /** Both laid over each other, where that has been done already. */
  readonly effective?: EffectiveCurve;
  /** What of it may be released, where that is known already. */
  readonly releasable?: EffectiveCurve;
  /** Whether it was judged to start the cumulative again. */
  readonly opensPeriod: boolean;
  readonly drawn: DrawnLine;
  /** Whether the account draws on another line from now on. */
  readonly moves: boolean;
  readonly totals: Totals;
  readonly lineTotals: Totals;
  readonly open: readonly OpenOrderLine[];
}

/** The effective curve with this schedule in force. */
export function effectiveWith(
  { curve, other, partner }: Pick<Acceptance, "curve" | "other" | "partner">,
  layer: string,
): EffectiveCurve {
  const { receiving: delivery, transitDays } = partner.orders;
  const laid =
    layer === "call-off"
      ? effectiveCurve({ forecast: other, callOff: curve, delivery, transitDays })
      : effectiveCurve({ forecast: curve, callOff: other, delivery, transitDays });
  if (laid === undefined) throw new Error("a schedule was given, so there is an effective curve");
  return laid;
}

/** Whether the customer sends call-offs for an item: then a forecast authorises nothing. */
export const customerHabits = (account: AccountRow | undefined, layer: string) => ({
  sendsCallOffs: layer === "call-off" || (account !== undefined && account.call_off_revision_id !== null),
});

/**
 * Puts schedules in force: withheld quantities are lifted, open orders changed, plans replaced. The accounts are locked and
 * as they were read; each revision has its decision already.
 * @param before the plans in force of at least these accounts, where they have been asked for already
 */
export async function acceptAll(
  tx: Tx,
  gateway: Gateway,
  occasion: Occasion,
  acceptances: readonly Acceptance[],
  before?: Promise<PlansBefore>,
): Promise<void> {
  if (acceptances.length === 0) return;
  const begun = await begunOn(tx, occasion, acceptances);
  await moveDraws(tx, acceptances, occasion);
  const counted = await withReceived(tx, occasion, begun);
  const planned = counted.map((one) => ({ ...one, ...plannedSteps(one.acceptance, gateway, occasion) }));
  const pegged = await pegOrders(tx, occasion, planned.map(toPeg));
  const plans = planned.map((one) => newPlan(one, pegged, occasion));
  await putInForce(tx, plans, before);
  await recordChanges(tx, occasion, pegged.done, pegged.proposed);
}

/** A schedule to be in force, with what its account's cumulative stands at now. */
interface Begun {
  readonly acceptance: Acceptance;
  readonly account: AccountRow;
  readonly revisionId: number;
  readonly base: Quantity;
  readonly totals: Totals;
  readonly start: string;
  readonly opensPeriod: boolean;
}

/** New periods are opened, and what was withheld before is lifted. */
async function begunOn(tx: Tx, occasion: Occasion, acceptances: readonly Acceptance[]): Promise<Begun[]> {
  const opened = await openPeriods(tx, occasion, acceptances.flatMap(newPeriodOf));
  const lifted = await liftAll(
    tx,
    acceptances.filter(({ totals }) => totals.withheld > 0n).map(({ account }) => account),
    occasion,
    "the next schedule is accepted",
  );
  return acceptances.map((acceptance) => {
    const { account, totals, revision, curve } = acceptance;
    const period = opened.get(account.id);
    const back = lifted.get(account.id);
    const withheld = back === undefined ? totals : { ...totals, withheld: minus(totals.withheld, back) };
    return {
      acceptance,
      account,
      revisionId: revision.id,
      base: curve.base,
      totals: period?.totals ?? withheld,
      start: period?.start ?? account.current_start,
      opensPeriod: period !== undefined,
    };
  });
}

/** What the customers' cumulatives show by now of what they took in less, or more, than we know. */
async function withReceived(tx: Tx, occasion: Occasion, begun: readonly Begun[]): Promise<Begun[]> {
  const shown = await settleAccepted(
    tx,
    occasion,
    begun.filter(({ opensPeriod }) => !opensPeriod),
  );
  const settled = begun.map((one) => ({ ...one, totals: shown.get(one.account.id) ?? one.totals }));
  const counted = await countReceived(tx, occasion, settled);
  return settled.map((one) => ({ ...one, totals: counted.get(one.account.id) ?? one.totals }));
}

type Planned = Begun & ReturnType<typeof plannedSteps>;

const toPeg = ({ acceptance, account, totals, releasable, dates, start }: Planned): AccountToPeg => ({
  account: start === account.current_start ? account : { ...account, current_start: start },
  changes: acceptance.policy.changes,
  curve: releasable,
  dates,
  shipped: shippedInAll(totals),
  lines: acceptance.open,
  pack: acceptance.drawn.line.pack as Quantity,
  reason: `release ${acceptance.revision.release_no || "without a number"} of ${acceptance.revision.issued_on}`,
});

/** The plan that is in force from now on, and when there is something to order next. */
function newPlan(
  { acceptance, totals, steps, releasable, dates, start }: Planned,
  pegged: PeggedAccounts,
  { businessDate }: Occasion,
): NewPlan {
  const { account, revision, drawn, lineTotals, partner } = acceptance;
  const open = acceptance.open.map((line) => ({
    ...line,
    scheduledOn: pegged.moved.get(line.orderId) ?? line.scheduledOn,
    open: minus(line.open, pegged.cut.get(line.id) ?? NOTHING),
  }));
  const cut = total(acceptance.open.map(({ id }) => pegged.cut.get(id) ?? NOTHING));
  const left = {
    line: drawn.line,
    totals: lessReleased(totals, cut),
    lineTotals: lessReleased(lineTotals, cut),
    partner,
    open,
  };
  return {
    account,
    layer: revision.layer as NewPlan["layer"],
    revisionId: revision.id,
    steps,
    nextOrderOn: firstOrderOn(stillLacking(left, releasable, dates, businessDate)),
    start,
  };
}

const lessReleased = (totals: Totals, cut: Quantity): Totals =>
  cut === NOTHING ? totals : { ...totals, released: minus(totals.released, cut) };

function newPeriodOf({ account, partner, curve, opensPeriod, totals, revision }: Acceptance): NewPeriod[] {
  if (!opensPeriod || curve.since === "" || curve.since === account.current_start) return [];
  return [{ account, partner, revisionId: revision.id, start: curve.since, totals }];
}

/** Every step of the effective curve, with its order date and whether it may be released. */
function plannedSteps(acceptance: Acceptance, gateway: Gateway, { businessDate }: Occasion) {
  const { partner, policy, account, revision, drawn } = acceptance;
  const effective = acceptance.effective ?? effectiveWith(acceptance, revision.layer);
  const habits = customerHabits(account, revision.layer);
  const ships = shipping(policy.mayRelease, habits);
  const dates = datingOf(partner, effective.dates, gateway.shipping, businessDate);
  const steps = apart(
    effective.steps.map(
      (step): PlannedStep => ({
        step,
        orderOn: step.kind === "remainder" ? "" : dates(step).orderOn,
        releasable: ships(step),
        lineId: drawn.line.id,
      }),
    ),
  );
  const releasable = acceptance.releasable ?? releasableCurve(effective, policy.mayRelease, habits);
  return { steps, releasable, dates };
}

/** From today the accounts draw on the line of the order number that was quoted. */
async function moveDraws(tx: Tx, acceptances: readonly Acceptance[], { businessDate }: Occasion): Promise<void> {
  const moving = acceptances.filter(({ moves }) => moves);
  if (moving.length === 0) return;
  const ids = moving.map(({ account }) => account.id);
  await tx.change("DELETE FROM draw WHERE account_id IN (:ids) AND valid_from >= :businessDate", { ids, businessDate });
  await update(
    tx,
    draw,
    { valid_until: addDays(businessDate, -1) },
    "account_id IN (:ids) AND (valid_until = '' OR valid_until >= :businessDate)",
    { ids, businessDate },
  );
  await drawFrom(
    tx,
    moving.map(({ account, drawn, revision }) => ({
      accountId: account.id,
      lineId: drawn.line.id,
      from: businessDate,
      rememberedBy: `order number ${revision.order_number}`,
    })),
  );
}

async function recordChanges(
  tx: Tx,
  occasion: Occasion,
  done: readonly Json[],
  proposed: readonly Json[],
): Promise<void> {
  await recordAudits(tx, occasion, [
    ...changesFact("orders.changed", done),
    ...changesFact("orders.change-proposed", proposed),
  ]);
}

const changesFact = (verb: string, changes: readonly Json[]) =>
  changes.length === 0 ? [] : [{ verb, object: "orders", details: { changes } }];
