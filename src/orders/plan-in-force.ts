/**
 * The plan in force: the only schedule that is rows (splits). Accepting a schedule replaces an account's plan as a whole,
 * by set difference: a split that says the same as before stays as it is and keeps the revision it was first stated by.
 */
import type { LayeredStep } from "../schedules/types.ts";
import type { NewRow } from "../store/columns.ts";
import { append, select, updateEach } from "../store/rows.ts";
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
  /** One for each row, as `apart` gives them. */
  readonly steps: readonly PlannedStep[];
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

/** Nothing was ever accepted on an account without a revision in force. */
const hasPlan = (of: AccountRow): boolean => of.forecast_revision_id !== null || of.call_off_revision_id !== null;

const MOST_DELETED = 5000;

async function deleteSplits(tx: Tx, ids: readonly number[]): Promise<void> {
  for (let start = 0; start < ids.length; start += MOST_DELETED) {
    await tx.run("DELETE FROM split WHERE id IN (:ids)", { ids: ids.slice(start, start + MOST_DELETED) });
  }
}

/** The rows of each account's plan, every one as its id and what it says. */
export type PlansBefore = ReadonlyMap<number, readonly string[]>;

const [FIELD_END, ROW_END] = ["\u001f", "\u001e"];

/** Texts that senders choose: each is told with its length, so that no two rows can be taken for each other. */
const inSql = (column: string): string => `length(${column}) || ':' || ${column}`;
const together = (texts: readonly string[]): string => texts.join(` || '${FIELD_END}' || `);

/** Those that hardly any step has: where all are empty, they are one empty text. */
const SELDOM = ["customer_order_no", "reference", '"window"', "route", "po_created_on"] as const;

/** Everything about a split that releasing depends on, as one text: the database puts it together, thousands of rows would cost more. */
const SAID_IN_SQL = together([
  "date_key",
  "order_on",
  "cumulative",
  "line_id",
  "layer",
  "releasable",
  "allocate",
  inSql("commitment"),
  `CASE WHEN ${SELDOM.map((column) => `${column} = ''`).join(" AND ")} THEN '' ELSE ${together(SELDOM.map(inSql))} END`,
]);

/** Texts that the database keeps otherwise, or counts otherwise than by units of 16 bits. */
const UNUSUAL = /[\ud800-\udfff]/;

function told(text: string): string {
  if (!UNUSUAL.test(text) && !text.includes("\u0000")) return `${text.length}:${text}`;
  const kept = text.replaceAll("\u0000", "\uFFFD");
  return `${Array.from(kept).length}:${kept}`;
}

/** Says what planned steps' rows will say, in the words of `SAID_IN_SQL`; what one has in common with the one before is not put together again. */
function teller(): (planned: PlannedStep) => string {
  let last: PlannedStep | undefined;
  let rest = "";
  return (planned) => {
    if (last === undefined || !differOnlyInTime(last, planned)) rest = restOf(planned);
    last = planned;
    return `${dateKey(planned.step)}${FIELD_END}${planned.orderOn}${FIELD_END}${planned.step.cumulative}${rest}`;
  };
}

const differOnlyInTime = (a: PlannedStep, b: PlannedStep): boolean =>
  a.lineId === b.lineId &&
  a.step.layer === b.step.layer &&
  a.releasable === b.releasable &&
  a.allocate === b.allocate &&
  a.step.commitment === b.step.commitment &&
  a.step.customerOrderNumber === b.step.customerOrderNumber &&
  a.step.reference === b.step.reference &&
  a.step.window === b.step.window &&
  a.step.route === b.step.route &&
  a.purchaseOrderCreatedOn === b.purchaseOrderCreatedOn;

function restOf({ step, releasable, lineId, allocate, purchaseOrderCreatedOn = "" }: PlannedStep): string {
  const { layer, commitment, customerOrderNumber, reference, window, route } = step;
  const seldom = [customerOrderNumber, reference, window, route, purchaseOrderCreatedOn];
  return [
    "",
    [lineId, layer, releasable ? 1 : 0, allocate === true ? 1 : 0].join(FIELD_END),
    told(commitment),
    seldom.every((text) => text === "") ? "" : seldom.map(told).join(FIELD_END),
  ].join(FIELD_END);
}

/**
 * Asks for the plans of these accounts: the database puts them together while the caller judges, so that it may be asked
 * long before they are replaced. The accounts are locked. A failure is told to whoever waits for the answer.
 */
export function plansBefore(from: Queryable, accounts: readonly AccountRow[]): Promise<PlansBefore> {
  const asked = rowsSaid(
    from,
    accounts.filter(hasPlan).map(({ id }) => id),
  );
  asked.catch(() => {});
  return asked;
}

async function rowsSaid(from: Queryable, accountIds: readonly number[]): Promise<PlansBefore> {
  const found = new Map<number, readonly string[]>();
  if (accountIds.length === 0) return found;
  const aggregate = from.dialect === "sqlite" ? "group_concat" : "string_agg";
  const rows = await from.ask(
    `SELECT account_id AS account, COUNT(*) AS splits, ${aggregate}(id || '${FIELD_END}' || ${SAID_IN_SQL}, '${ROW_END}') AS said
     FROM split WHERE account_id IN (:accountIds) GROUP BY account_id`,
    { accountIds },
  );
  const unclear: number[] = [];
  for (const row of rows) {
    const texts = (row["said"] as string).split(ROW_END);
    // A text of the sender's that holds the very sign between rows.
    if (texts.length !== Number(row["splits"])) unclear.push(Number(row["account"]));
    else found.set(Number(row["account"]), texts);
  }
  for (const [id, texts] of await saidOneByOne(from, unclear)) found.set(id, texts);
  return found;
}

async function saidOneByOne(from: Queryable, accountIds: readonly number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>(accountIds.map((id) => [id, []]));
  if (accountIds.length === 0) return found;
  const rows = await from.ask(
    `SELECT account_id AS account, id || '${FIELD_END}' || ${SAID_IN_SQL} AS said FROM split WHERE account_id IN (:accountIds)`,
    { accountIds },
  );
  for (const row of rows) found.get(Number(row["account"]))?.push(row["said"] as string);
  return found;
}

const idOf = (row: string): number => Number(row.slice(0, row.indexOf(FIELD_END)));
const saidBy = (row: string): string => row.slice(row.indexOf(FIELD_END) + 1);

/** So many rows are passed over before the rest is looked up: a week later the first one is gone, and all others follow. */
const PASSED_OVER = 3;

/** Takes rows off by what they say. They nearly always stand in the order in which they are asked for. */
function stillSaid(rows: readonly string[]): { take: (said: string) => boolean; ids: () => number[] } {
  const passed: string[] = [];
  let at = 0;
  let rest: Map<string, number> | undefined;
  const left = () => [...passed, ...rows.slice(at)];
  return {
    take: (said) => {
      if (rest !== undefined) return rest.delete(said);
      const most = Math.min(at + PASSED_OVER, rows.length - 1);
      for (let n = at; n <= most; n += 1) {
        if (saidBy(rows[n] as string) !== said) continue;
        for (; at < n; at += 1) passed.push(rows[at] as string);
        at = n + 1;
        return true;
      }
      // Behind the last row there is nothing left but what was passed over.
      if (at >= rows.length && passed.length === 0) return false;
      rest = new Map(left().map((row) => [saidBy(row), idOf(row)]));
      return rest.delete(said);
    },
    ids: () => (rest === undefined ? left().map(idOf) : [...rest.values()]),
  };
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

/** One step for each row: two statements of the same thing for the same day are one split, as high as both. */
export function apart(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  if (steps.every(({ step }, n) => n === 0 || (steps[n - 1] as PlannedStep).step.date < step.date)) return steps;
  const byKey = new Map<string, PlannedStep>();
  for (const one of steps) {
    const key = keyOf(one);
    const same = byKey.get(key);
    byKey.set(key, same === undefined || same.step.cumulative < one.step.cumulative ? one : same);
  }
  return byKey.size === steps.length ? steps : [...byKey.values()];
}

/** What tells the splits of an account apart. */
const keyOf = ({ lineId, step }: PlannedStep): string =>
  JSON.stringify([
    lineId,
    step.layer,
    dateKey(step),
    step.commitment,
    step.customerOrderNumber,
    step.reference,
    step.window,
    step.route,
  ]);

const dateKey = ({ date, kind, timing, from, to }: LayeredStep): string => `${date} ${kind} ${timing} ${from} ${to}`;

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
