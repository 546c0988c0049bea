/**
 * The plan in force: the only schedule that is rows (splits). Accepting a schedule replaces an account's plan as a whole,
 * by set difference: a split that says the same as before stays as it is and keeps the revision it was first stated by.
 */
import type { NewRow } from "../store/columns.ts";
import { append, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, account, split } from "../store/tables.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { dateKey, type PlannedStep } from "./planned-steps.ts";
import { type PlansBefore, plansBefore, stillSaid } from "./plans-before.ts";
import { teller } from "./split-words.ts";

export interface NewPlan {
  readonly account: AccountRow;
  readonly layer: "forecast" | "call-off";
  readonly revisionId: number;
  /** One for each row, as `apart` gives them. */
  readonly steps: readonly PlannedStep[];
  /** Scheduled order date of what is to be released next; empty when nothing is left. */
  readonly nextOrderOn: string;
  /** Start of the cumulative from now on. */
  readonly start?: string;
}

/**
 * Replaces the plans of these accounts and lets each know what it was accepted by and when something is due next.
 * @param before the plans as they stand, where they have been asked for already
 */
export async function putInForce(
  tx: Tx,
  plans: readonly NewPlan[],
  before: Promise<PlansBefore> = plansBefore(
    tx,
    plans.map(({ account: of }) => of),
  ),
): Promise<void> {
  if (plans.length === 0) return;
  const old = await before;
  const gone: number[] = [];
  const added: NewRow<typeof split.columns>[] = [];
  const said = teller();
  for (const plan of plans) {
    const rows = old.get(plan.account.id);
    const left = rows === undefined ? undefined : stillSaid(rows);
    for (const step of plan.steps) {
      if (left?.take(said(step)) !== true) added.push(splitRow(plan, step));
    }
    if (left !== undefined) gone.push(...left.ids());
  }
  await deleteSplits(tx, gone);
  await append(tx, split, added);
  const changed = await updateEach(tx, account, plans.map(accountChange));
  if (changed.length < plans.length) throw accountMoved();
}

const MOST_DELETED = 5000;

async function deleteSplits(tx: Tx, ids: readonly number[]): Promise<void> {
  for (let start = 0; start < ids.length; start += MOST_DELETED) {
    await tx.run("DELETE FROM split WHERE id IN (:ids)", { ids: ids.slice(start, start + MOST_DELETED) });
  }
}

function accountChange(plan: NewPlan) {
  const { account: of, layer, revisionId, start } = plan;
  return {
    id: of.id,
    set: {
      forecast_revision_id: layer === "forecast" ? revisionId : of.forecast_revision_id,
      call_off_revision_id: layer === "call-off" ? revisionId : of.call_off_revision_id,
      next_order_on: plan.nextOrderOn,
      current_start: start ?? of.current_start,
      version: of.version + 1,
    },
    was: { version: of.version },
  };
}

/** Somebody has released or accepted on one of the accounts since it was read: the step is repeated and judged again. */
export const accountMoved = (): CalloffError =>
  new CalloffError("ACCOUNT_MOVED", "Another step has moved the same account in the meantime", {
    remedy: "The step is repeated by itself; if this is seen, repeat the command",
    retryable: true,
    exit: EXIT.conflict,
  });

function splitRow({ account: of, revisionId }: NewPlan, planned: PlannedStep): NewRow<typeof split.columns> {
  const { step, orderOn, releasable, lineId, allocate, purchaseOrderCreatedOn } = planned;
  return {
    account_id: of.id,
    line_id: lineId,
    layer: step.layer,
    order_on: orderOn,
    from_date: step.from,
    to_date: step.to,
    timing: step.timing,
    kind: step.kind,
    cumulative: step.cumulative,
    commitment: step.commitment,
    releasable,
    customer_order_no: step.customerOrderNumber,
    po_created_on: purchaseOrderCreatedOn ?? "",
    allocate: allocate ?? false,
    reference: step.reference,
    window: step.window,
    route: step.route,
    date_key: dateKey(step),
    since_revision_id: revisionId,
    segment: step.segment,
  };
}
