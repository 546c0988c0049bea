/**
 * The plan in force: the only schedule that is rows (splits). Accepting a schedule replaces an account's plan as a whole,
 * by set difference: a split that says the same as before stays as it is and keeps the revision it was first stated by.
 */
import type { LayeredStep } from "../schedules/types.ts";
import type { NewRow } from "../store/columns.ts";
import { insert, select, updateEach } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type AccountRow, account, type SplitRow, split } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";

/** One step of an account's plan with what releasing needs to know of it. */
export interface PlannedStep {
  readonly step: LayeredStep;
  /** Scheduled order date; of backlog and immediate demand the business date of the acceptance, of a remainder none. */
  readonly orderOn: PlainDate | "";
  readonly releasable: boolean;
  readonly lineId: number;
  readonly allocate?: boolean;
  readonly purchaseOrderCreatedOn?: string;
}

export interface NewPlan {
  readonly account: AccountRow;
  readonly layer: "forecast" | "call-off";
  readonly revisionId: number;
  /** The rows of its steps by key, as `wantedSplits` gives them. */
  readonly rows: ReadonlyMap<string, WantedSplit>;
  /** Scheduled order date of what is to be released next; empty when nothing is left. */
  readonly nextOrderOn: string;
  /** Start of the cumulative from now on. */
  readonly start?: string;
}

const KIND_ORDER: Readonly<Record<string, number>> = { backlog: 0, immediate: 1, dated: 2, remainder: 3 };

/** First in line first: backlog, immediate demand, then by date, lower heights first. */
export function inLine<S extends { kind: string; date: string; cumulative: bigint }>(steps: readonly S[]): S[] {
  return steps.toSorted(
    (a, b) =>
      (KIND_ORDER[a.kind] ?? 2) - (KIND_ORDER[b.kind] ?? 2) ||
      (a.date < b.date ? -1 : a.date > b.date ? 1 : 0) ||
      (a.cumulative < b.cumulative ? -1 : a.cumulative > b.cumulative ? 1 : 0),
  );
}

/** Where a split stands on its curve. */
export const dateOfSplit = (row: Pick<SplitRow, "date_key">): PlainDate => row.date_key.slice(0, 10) as PlainDate;

/** Replaces the plans of these accounts and lets each know what it was accepted by and when something is due next. */
export async function putInForce(tx: Tx, plans: readonly NewPlan[]): Promise<void> {
  if (plans.length === 0) return;
  const old = new Map<string, SplitRow>();
  for (const row of await splitsOf(
    tx,
    plans.map((plan) => plan.account.id),
  ))
    old.set(keyOfSplit(row), row);
  const added: NewRow<typeof split.columns>[] = [];
  for (const plan of plans) {
    for (const [key, row] of plan.rows) {
      const before = old.get(key);
      if (before !== undefined && saysTheSame(before, row)) old.delete(key);
      else added.push(row);
    }
  }
  const gone = [...old.values()].map(({ id }) => id);
  if (gone.length > 0) await tx.change("DELETE FROM split WHERE id IN (:gone)", { gone });
  await insert(tx, split, added);
  const changed = await updateEach(tx, account, plans.map(accountChange));
  if (changed.length < plans.length) throw accountMoved();
}

/** The splits of these accounts. */
export async function splitsOf(from: Queryable, accountIds: readonly number[]): Promise<SplitRow[]> {
  return accountIds.length === 0 ? [] : select(from, split, "WHERE account_id IN (:ids)", { ids: accountIds });
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

export type WantedSplit = Required<Omit<SplitRow, "id">>;

/** The rows a plan is kept in, by what tells them apart. */
export function wantedSplits(
  plan: Pick<NewPlan, "account" | "revisionId">,
  steps: readonly PlannedStep[],
): Map<string, WantedSplit> {
  const rows = new Map<string, WantedSplit>();
  for (const { step, orderOn, releasable, lineId, allocate, purchaseOrderCreatedOn } of steps) {
    const row = {
      account_id: plan.account.id,
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
      date_key: `${step.date} ${step.kind} ${step.timing} ${step.from} ${step.to}`,
      since_revision_id: plan.revisionId,
      segment: step.segment,
    };
    const key = keyOfSplit(row);
    const same = rows.get(key);
    // Two statements of the same thing for the same day are one split, as high as both.
    rows.set(key, same === undefined || same.cumulative < row.cumulative ? row : same);
  }
  return rows;
}

const keyOfSplit = (row: Omit<SplitRow, "id">): string =>
  [
    row.account_id,
    row.line_id,
    row.layer,
    row.date_key,
    row.commitment,
    row.customer_order_no,
    row.reference,
    row.window,
    row.route,
  ].join("\u0000");

const saysTheSame = (old: SplitRow, row: WantedSplit): boolean =>
  old.order_on === row.order_on &&
  old.cumulative === row.cumulative &&
  old.releasable === row.releasable &&
  old.po_created_on === row.po_created_on &&
  old.allocate === row.allocate;
