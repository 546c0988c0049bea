/**
 * Releasing what is due (features.md D1, D2, D4). Level-triggered: everything scheduled on or before the business date and
 * not yet released, however long ago; done twice, or by two gateways at once, it makes the same orders once.
 */
import { dueNow, nextOrderOn, type PlannedRelease } from "../schedules/release-plan.ts";
import { recordAudits } from "../store/audit.ts";
import type { NewRow } from "../store/columns.ts";
import { book } from "../store/ledger.ts";
import { queueDocuments } from "../store/outbound.ts";
import { insert, insertMissing, lockRows, select, update, updateEach } from "../store/rows.ts";
import { documentNumber, takeNumbers } from "../store/series.ts";
import type { Queryable, Store, Tx } from "../store/store.ts";
import { account, childLine, childOrder, jobRun, type RevisionRow, revision } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { coerceError } from "../values/errors.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import { stableJson } from "../values/json.ts";
import { isExpired } from "./agreement-states.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { type AccountInForce, accountsInForce, type KeptStep, planOf } from "./due-accounts.ts";
import { grouped } from "./grouped.ts";
import { lineReference, orderDocument } from "./order-documents.ts";
import { accountMoved } from "./plan-in-force.ts";
import { pricesOf } from "./prices.ts";

export interface ReleasedOrder {
  readonly number: string;
  /** Our number of the blanket order. */
  readonly agreement: string;
  readonly partner: string;
  readonly shipTo: string;
  readonly scheduledOn: PlainDate;
  readonly customerOrderNumber: string;
  readonly lines: readonly { readonly reference: string; readonly item: string; readonly quantity: Decimal }[];
}

export interface ReleaseOptions {
  /** Only this blanket order. */
  readonly agreement?: string;
  /** Called in each releasing transaction with the numbers of its orders: `fulfilment: automatic` ships them there. */
  readonly afterRelease?: (tx: Tx, orders: readonly string[]) => Promise<void>;
}

/** Accounts that one transaction releases at most. */
const MOST_ACCOUNTS = 500;
/** Child lines are numbered 10, 20, 30 … */
const LINE_STEP = 10;

/**
 * Makes the child orders that are due, one transaction per blanket order and at most 500 accounts.
 * @throws the first error of a blanket order that could not be released, after all others have been
 */
export async function releaseDue(
  store: Store,
  config: OrdersConfiguration,
  occasion: Occasion,
  options: ReleaseOptions = {},
): Promise<ReleasedOrder[]> {
  const released: ReleasedOrder[] = [];
  const failures: Error[] = [];
  for (const accountIds of await dueAccounts(store, occasion.businessDate, options.agreement)) {
    try {
      released.push(...(await store.write((tx) => releaseAccounts(tx, config, occasion, accountIds, options))));
    } catch (thrown) {
      failures.push(coerceError(thrown));
    }
  }
  if (options.agreement === undefined) await noteRun(store, occasion, released);
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return released;
}

/** Accounts with something due under an open agreement, an agreement's together, in portions. */
async function dueAccounts(from: Queryable, on: PlainDate, agreementNumber: string | undefined): Promise<number[][]> {
  const only = agreementNumber === undefined ? "" : " AND g.number = :agreementNumber";
  const rows = await from.ask(
    `SELECT DISTINCT a.id AS account, g.id AS agreement
     FROM account a JOIN split s ON s.account_id = a.id
     JOIN agreement_line l ON l.id = s.line_id JOIN agreement g ON g.id = l.agreement_id
     WHERE a.next_order_on <> '' AND a.next_order_on <= :on AND g.state = 'open'
       AND (g.expires_on = '' OR g.expires_on >= :on)${only}
     ORDER BY g.id, a.id`,
    { on, ...(agreementNumber === undefined ? {} : { agreementNumber }) },
  );
  const portions: number[][] = [];
  for (const accounts of grouped(rows, (row) => row["agreement"]).values()) {
    const ids = accounts.map((row) => Number(row["account"]));
    for (let start = 0; start < ids.length; start += MOST_ACCOUNTS)
      portions.push(ids.slice(start, start + MOST_ACCOUNTS));
  }
  return portions;
}

/** One line to be, with where it comes from. */
interface DueLine {
  readonly of: AccountInForce;
  readonly release: PlannedRelease;
  readonly seq: number;
}

async function releaseAccounts(
  tx: Tx,
  config: OrdersConfiguration,
  occasion: Occasion,
  accountIds: readonly number[],
  options: ReleaseOptions,
): Promise<ReleasedOrder[]> {
  await lockRows(tx, account, accountIds);
  // Read behind the lock: whoever was here first has moved the date on.
  const rows = await select(
    tx,
    account,
    "WHERE id IN (:accountIds) AND next_order_on <> '' AND next_order_on <= :on ORDER BY id",
    { accountIds, on: occasion.businessDate },
  );
  const accounts = await accountsInForce(tx, config, rows);
  const due: DueLine[] = [];
  const next = new Map<number, string>();
  for (const of of accounts) {
    if (of.agreement.state !== "open" || isExpired(of.agreement, occasion.businessDate)) continue;
    const plan = planOf(of, config, occasion.businessDate);
    dueNow(plan).forEach((release, n) => {
      due.push({ of, release, seq: of.account.release_seq + n + 1 });
    });
    next.set(of.account.id, nextOrderOn(plan.filter((release) => !release.due)));
  }
  const orders = due.length === 0 ? [] : await makeOrders(tx, occasion, due);
  await moveAccounts(tx, accounts, due, next);
  await recordAudits(tx, occasion, orders.map(auditOf));
  if (orders.length > 0) {
    await options.afterRelease?.(
      tx,
      orders.map(({ number }) => number),
    );
  }
  return orders;
}

async function moveAccounts(
  tx: Tx,
  accounts: readonly AccountInForce[],
  due: readonly DueLine[],
  next: ReadonlyMap<number, string>,
): Promise<void> {
  const taken = grouped(due, ({ of }) => of.account.id);
  const changes = accounts.flatMap(({ account: { id, version, release_seq } }) => {
    const nextOn = next.get(id);
    if (nextOn === undefined) return [];
    const seq = release_seq + (taken.get(id)?.length ?? 0);
    return [{ id, set: { next_order_on: nextOn, release_seq: seq, version: version + 1 }, was: { version } }];
  });
  if ((await updateEach(tx, account, changes)).length < changes.length) throw accountMoved();
}

/** Lines of one order: same blanket order, scheduled date, ship-to and customer order number (D2). */
const orderKey = ({ of, release }: DueLine): string =>
  JSON.stringify([of.agreement.id, of.line.ship_to, release.orderOn, release.customerOrderNumber]);

async function makeOrders(tx: Tx, occasion: Occasion, due: readonly DueLine[]): Promise<ReleasedOrder[]> {
  const groups = [...grouped(due, orderKey)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, lines]) => inOrder(lines));
  const parts = await nextParts(tx, due);
  const first = await takeNumbers(tx, "SO", groups.length);
  const orders = groups.map((lines, n) => orderRow(lines, documentNumber("SO", first + n), parts, occasion));
  const orderIds = await insert(tx, childOrder, orders);

  const priceOn = await pricesOf(
    tx,
    due.map(({ of }) => of.line.id),
  );
  const lines = groups.flatMap((group, n) =>
    group.map((line, at) => ({
      line,
      order: orders[n] as (typeof orders)[number],
      row: lineRow(line, orderIds[n] as number, (at + 1) * LINE_STEP, priceOn(line.of.line.id, line.release.shipOn)),
    })),
  );
  const lineIds = await insert(
    tx,
    childLine,
    lines.map(({ row }) => row),
  );
  await book(
    tx,
    lines.map(({ line, order, row }, n) => releasedFact(line, order.number, row, lineIds[n] as number, occasion)),
  );

  const releaseNumbers = await releaseNumbersOf(
    tx,
    lines.map(({ row }) => row.revision_id),
  );
  const byOrder = grouped(lines, ({ order }) => order.number);
  await queueDocuments(
    tx,
    occasion,
    orders.map((order) => {
      const held = byOrder.get(order.number) ?? [];
      const { agreement, partner } = (held[0] as (typeof held)[number]).line.of;
      return orderDocument({
        number: order.number,
        agreement,
        partner,
        shipTo: order.ship_to,
        issuedOn: occasion.businessDate,
        scheduledOn: order.scheduled_on,
        requiredShipOn: order.required_ship_on,
        customerOrderNumber: order.customer_order_no,
        lines: held.map(({ line, row }) => ({
          lineNumber: row.line_no,
          blanketLine: line.of.line,
          quantity: row.quantity,
          price: row.price,
          requestedOn: row.requested_on,
          allocate: firstSplit(line)?.split.allocate ?? false,
          releaseNumber: releaseNumbers.get(row.revision_id)?.release_no ?? "",
        })),
      });
    }),
  );
  return orders.map((order) => ({
    number: order.number,
    agreement: byOrder.get(order.number)?.[0]?.line.of.agreement.number ?? "",
    partner: order.partner,
    shipTo: order.ship_to,
    scheduledOn: order.scheduled_on,
    customerOrderNumber: order.customer_order_no,
    lines: (byOrder.get(order.number) ?? []).map(({ line, row }) => ({
      reference: lineReference(order.number, row.line_no),
      item: line.of.line.item,
      quantity: writeMillionths(row.quantity),
    })),
  }));
}

/** By agreement line, then in line on the plan: the same whatever order accounts were read in. */
const inOrder = (lines: readonly DueLine[]): DueLine[] =>
  lines.toSorted((a, b) => a.of.line.line_no - b.of.line.line_no || a.of.account.id - b.of.account.id || a.seq - b.seq);

/** An order for a date that has one already is a further part: nothing that the ERP may be picking is touched. */
async function nextParts(tx: Tx, due: readonly DueLine[]): Promise<Map<string, number>> {
  const rows = await tx.ask(
    `SELECT agreement_id, ship_to, scheduled_on, customer_order_no, MAX(part) AS part FROM child_order
     WHERE agreement_id IN (:agreements) AND scheduled_on IN (:dates)
     GROUP BY agreement_id, ship_to, scheduled_on, customer_order_no`,
    {
      agreements: [...new Set(due.map(({ of }) => of.agreement.id))],
      dates: [...new Set(due.map(({ release }) => release.orderOn))],
    },
  );
  return new Map(
    rows.map((row) => [
      JSON.stringify([Number(row["agreement_id"]), row["ship_to"], row["scheduled_on"], row["customer_order_no"]]),
      Number(row["part"]) + 1,
    ]),
  );
}

function orderRow(lines: readonly DueLine[], number: string, parts: ReadonlyMap<string, number>, occasion: Occasion) {
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
    part: parts.get(orderKey(first)) ?? 1,
    state: "open",
    created_on: occasion.businessDate,
    created_at: occasion.instant,
    required_ship_on: shipOn[0] as string,
    version: 1,
    generated_by: occasion.who,
  };
}

const firstSplit = ({ release }: DueLine): KeptStep | undefined => release.steps[0] as KeptStep | undefined;

function lineRow({ of, release, seq }: DueLine, orderId: number, lineNumber: number, price: bigint) {
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

function releasedFact(
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

async function releaseNumbersOf(from: Queryable, ids: readonly number[]): Promise<Map<number, RevisionRow>> {
  const rows = await select(from, revision, "WHERE id IN (:ids)", { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, row]));
}

const auditOf = (order: ReleasedOrder) => ({
  verb: "order.released",
  object: order.number,
  details: {
    agreement: order.agreement,
    scheduledOn: order.scheduledOn,
    lines: order.lines.map(({ reference, quantity }) => ({ reference, quantity })),
  },
});

/** Says that the timetable has been here on this business date; the figures are those of the last run that made orders. */
async function noteRun(store: Store, occasion: Occasion, released: readonly ReleasedOrder[]): Promise<void> {
  const figures = stableJson({
    orders: released.length,
    lines: released.reduce((lines, order) => lines + order.lines.length, 0),
  });
  const run = { job: "release", business_date: occasion.businessDate };
  const [held] = await select(store, jobRun, "WHERE job = :job AND business_date = :business_date", run);
  if (held !== undefined && released.length === 0) return;
  await store.write(async (tx) => {
    const row = { ...run, finished_at: occasion.instant, figures };
    if ((await insertMissing(tx, jobRun, [row], ["job", "business_date"])) > 0) return;
    await update(tx, jobRun, { finished_at: occasion.instant, figures }, "job = :job AND business_date = :date", {
      job: run.job,
      date: run.business_date,
    });
  });
}
