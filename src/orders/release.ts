/**
 * Releasing what is due (features.md D1, D2, D4). Level-triggered: everything scheduled on or before the business date and
 * not yet released, however long ago; done twice, or by two gateways at once, it makes the same orders once.
 */
import { dueNow, nextOrderOn } from "../schedules/release-plan.ts";
import { recordAudits } from "../store/audit.ts";
import { insertMissing, select, update, updateEach } from "../store/rows.ts";
import { isTaken, type Queryable, type Store, type Tx } from "../store/store.ts";
import { account, jobRun } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { PlainDate } from "../values/dates.ts";
import { coerceError } from "../values/errors.ts";
import { grouped } from "../values/grouped.ts";
import { stableJson } from "../values/json.ts";
import { isExpired } from "./agreement-states.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { type AccountInForce, accountsInForce, planOf } from "./due-accounts.ts";
import { makeOrders, type ReleasedOrder } from "./make-orders.ts";
import type { DueLine } from "./order-rows.ts";
import { accountMoved } from "./plan-in-force.ts";

export type { ReleasedOrder } from "./make-orders.ts";

export interface ReleaseOptions {
  /** Only this blanket order. */
  readonly agreement?: string;
  /** Called in each releasing transaction with the numbers of its orders: `fulfilment: automatic` ships them there. */
  readonly afterRelease?: (tx: Tx, orders: readonly string[]) => Promise<void>;
}

/** Accounts that one transaction releases at most. */
const MOST_ACCOUNTS = 500;

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
  /** Says whether accounts were passed over that another transaction is at. */
  const pass = async (others: "pass over" | "wait for"): Promise<boolean> => {
    let passedOver = false;
    for (const accountIds of await dueAccounts(store, occasion.businessDate, options.agreement)) {
      try {
        const done = await untilParted(() =>
          store.write((tx) => releaseAccounts(store, tx, config, occasion, accountIds, others, options)),
        );
        at("released");
        released.push(...done.orders);
        passedOver ||= done.passedOver;
      } catch (thrown) {
        failures.push(coerceError(thrown));
      }
    }
    return passedOver;
  };
  // Several gateways share the work so; what one of them was at when it ended, or what something else was done with, is left.
  if (await pass("pass over")) await pass("wait for");
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

const MOST_TRIES = 5;

/** Two gateways that make parts of the same order at the same time give them the same part: the later one looks again. */
async function untilParted<T>(release: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await release();
    } catch (thrown) {
      if (!isTaken(thrown) || tries >= MOST_TRIES) throw thrown;
    }
  }
}

async function releaseAccounts(
  store: Store,
  tx: Tx,
  config: OrdersConfiguration,
  occasion: Occasion,
  wanted: readonly number[],
  others: "pass over" | "wait for",
  options: ReleaseOptions,
): Promise<{ orders: ReleasedOrder[]; passedOver: boolean }> {
  const accountIds = await lockedAccounts(tx, wanted, others);
  const passedOver = accountIds.length < wanted.length;
  if (accountIds.length === 0) return { orders: [], passedOver };
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
  const orders = due.length === 0 ? [] : await makeOrders(store, tx, occasion, due);
  await moveAccounts(tx, accounts, due, next);
  await recordAudits(tx, occasion, orders.map(auditOf));
  if (orders.length > 0) {
    await options.afterRelease?.(
      tx,
      orders.map(({ number }) => number),
    );
  }
  at("releasing");
  return { orders, passedOver };
}

/** Locks the accounts; those that another transaction is at are waited for, or left out. */
async function lockedAccounts(tx: Tx, ids: readonly number[], others: "pass over" | "wait for"): Promise<number[]> {
  if (tx.dialect === "sqlite") return [...ids];
  const skip = others === "pass over" ? " SKIP LOCKED" : "";
  const rows = await tx.run(`SELECT id FROM account WHERE id IN (:ids) ORDER BY id FOR UPDATE${skip}`, { ids });
  return rows.map(({ id }) => Number(id));
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
  at("run-noted");
}
