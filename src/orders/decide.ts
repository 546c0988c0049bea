/** A planner decides on held revisions: accepts them, or withdraws them with a reason (features.md B8). */
import { recordAudits } from "../store/audit.ts";
import { accountTotals, lineTotals, NO_TOTALS } from "../store/ledger.ts";
import { insert, lockRows, select, selectOne, update } from "../store/rows.ts";
import { isTaken, type Queryable, type Store, type Tx } from "../store/store.ts";
import { type AccountRow, account, decision, type RevisionRow, revision, verdict } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Acceptance, acceptAll } from "./accept.ts";
import { isExpired } from "./agreement-states.ts";
import { type OrdersConfiguration, partnerNamed } from "./configuration.ts";
import { grouped } from "./grouped.ts";
import { drawnLines, type MatchedLine } from "./match-lines.ts";
import { openLines } from "./open-lines.ts";
import { curveOfRevision, type KnownRevision, knownRevisions } from "./schedule-history.ts";

export interface DecidedRevision {
  readonly id: number;
  readonly customerPart: string;
  readonly shipTo: string;
  readonly releaseNo: string;
  readonly state: "accepted" | "withdrawn";
}

export interface DecisionDetails {
  readonly reason?: string;
}

/**
 * Accepts held revisions, all or none.
 * @throws CalloffError REVISION_UNKNOWN (exit 3); DECISION_TAKEN naming who decided, DECISION_SUPERSEDED naming the newer
 * one, DECISION_NO_ACCOUNT, DECISION_NOT_POSSIBLE, AGREEMENT_EXPIRED, AGREEMENT_NOT_OPEN (exit 5)
 */
export async function acceptRevisions(
  store: Store,
  config: OrdersConfiguration,
  ids: readonly number[],
  occasion: Occasion,
  details: DecisionDetails = {},
): Promise<DecidedRevision[]> {
  return decided(() =>
    store.write(async (tx) => {
      const revisions = await heldAndLocked(tx, ids);
      await refuseUnacceptable(tx, revisions);
      const acceptances = await acceptancesOf(tx, config, revisions, occasion);
      await close(tx, revisions, "accepted", occasion, details);
      await acceptAll(tx, config.gateway, occasion, acceptances);
      await recordAudits(
        tx,
        occasion,
        revisions.map((row) => auditOf(row, "accepted", details)),
      );
      return revisions.map((row) => inShort(row, "accepted"));
    }),
  );
}

/**
 * Withdraws held revisions, all or none: the schedule in force stays.
 * @throws CalloffError REVISION_UNKNOWN (exit 3); DECISION_TAKEN, DECISION_SUPERSEDED (exit 5); DECISION_REASON (exit 2)
 */
export async function withdrawRevisions(
  store: Store,
  ids: readonly number[],
  occasion: Occasion,
  details: DecisionDetails,
): Promise<DecidedRevision[]> {
  if ((details.reason ?? "").trim() === "") {
    throw new CalloffError("DECISION_REASON", "A schedule is withdrawn with a reason", {
      expected: "a reason in words, which the customer may be told",
      found: "none",
      remedy: "Say why",
      exit: EXIT.usage,
    });
  }
  return decided(() =>
    store.write(async (tx) => {
      const revisions = await heldAndLocked(tx, ids);
      await close(tx, revisions, "withdrawn", occasion, details);
      await recordAudits(
        tx,
        occasion,
        revisions.map((row) => auditOf(row, "withdrawn", details)),
      );
      return revisions.map((row) => inShort(row, "withdrawn"));
    }),
  );
}

/** Where somebody else was faster, the answer is who. */
async function decided<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown;
    throw new CalloffError("DECISION_TAKEN", "Somebody else has just decided on one of these schedules", {
      remedy: "Look at them again",
      exit: EXIT.conflict,
      cause: thrown,
    });
  }
}

/** The revisions, their accounts locked; each still waits for its decision. */
async function heldAndLocked(tx: Tx, ids: readonly number[]): Promise<RevisionRow[]> {
  const wanted = [...new Set(ids)].toSorted((a, b) => a - b);
  const before = wanted.length === 0 ? [] : await select(tx, revision, "WHERE id IN (:wanted) ORDER BY id", { wanted });
  const missing = wanted.find((id) => !before.some((row) => row.id === id));
  if (missing !== undefined) {
    throw new CalloffError("REVISION_UNKNOWN", `There is no schedule ${missing}`, {
      expected: "the number of a schedule, as `calloff schedule list` shows it",
      found: String(missing),
      exit: EXIT.notFound,
    });
  }
  // Accounts first, as an arriving schedule does.
  await lockRows(tx, account, [...new Set(before.flatMap(({ account_id }) => account_id ?? []))]);
  await lockRows(tx, revision, wanted);
  const rows = await select(tx, revision, "WHERE id IN (:wanted) ORDER BY id", { wanted });
  for (const row of rows) if (row.state !== "held") throw await notHeld(tx, row);
  const newer = await newerHeld(tx, rows);
  if (newer !== undefined) throw supersededBy(newer.old, newer.by);
  return rows;
}

/** Who or what has settled the revision already. */
async function notHeld(from: Queryable, row: RevisionRow): Promise<CalloffError> {
  const taken = await selectOne(from, decision, "WHERE revision_id = :id", { id: row.id });
  if (taken !== undefined) {
    return new CalloffError("DECISION_TAKEN", `Schedule ${row.id} was ${row.state} by ${taken.who}`, {
      expected: "a schedule that waits for a decision",
      found: `${taken.verb} by ${taken.who} on ${taken.business_date}${taken.reason === "" ? "" : `: ${taken.reason}`}`,
      remedy: "Look at it again; what was decided stays",
      exit: EXIT.conflict,
    });
  }
  const by = await selectOne(
    from,
    revision,
    "WHERE account_id = :account AND layer = :layer AND id > :id AND state NOT IN ('older', 'repeated', 'filed') ORDER BY id DESC",
    { account: row.account_id ?? 0, layer: row.layer, id: row.id },
  );
  if (row.state === "superseded" && by !== undefined) return supersededBy(row, by);
  return new CalloffError("DECISION_NOT_HELD", `Schedule ${row.id} does not wait for a decision`, {
    expected: "a schedule that is held",
    found: row.state,
    remedy: "An older, repeated or filed schedule has no effect and needs none",
    exit: EXIT.conflict,
  });
}

const supersededBy = (old: RevisionRow, by: RevisionRow): CalloffError =>
  new CalloffError("DECISION_SUPERSEDED", `A newer schedule has come for ${old.customer_part} to ${old.ship_to}`, {
    expected: "the newest schedule of its account",
    found: `schedule ${old.id}${inBrackets(old)}, superseded by schedule ${by.id}${inBrackets(by)}, which is ${by.state}`,
    remedy: `Decide on schedule ${by.id}`,
    exit: EXIT.conflict,
  });

const inBrackets = ({ release_no, issued_on }: RevisionRow): string =>
  ` (${release_no === "" ? "" : `release ${release_no} `}of ${issued_on})`;

/** Lines of one message may wait side by side for the same account; of two releases only the newer one does. */
async function newerHeld(
  from: Queryable,
  rows: readonly RevisionRow[],
): Promise<{ old: RevisionRow; by: RevisionRow } | undefined> {
  const accountIds = [...new Set(rows.flatMap(({ account_id }) => account_id ?? []))];
  if (accountIds.length === 0) return undefined;
  const held = await select(from, revision, "WHERE account_id IN (:accountIds) AND state = 'held' ORDER BY id DESC", {
    accountIds,
  });
  for (const old of rows) {
    const by = held.find(
      (row) =>
        row.id > old.id &&
        row.account_id === old.account_id &&
        row.layer === old.layer &&
        row.message_id !== old.message_id,
    );
    if (by !== undefined) return { old, by };
  }
  return undefined;
}

/** Causes for which there is nothing that could be accepted. */
const NOT_ACCEPTABLE: Readonly<Record<string, string>> = {
  "no-anchor":
    "it quotes nothing to start from; set schedule.net in the partner's file, and let the file be sent again",
  purpose:
    "it does not replace the schedule; say in schedule.purposes of the partner's file how such messages are taken",
};

async function refuseUnacceptable(tx: Tx, rows: readonly RevisionRow[]): Promise<void> {
  const homeless = rows.find(({ account_id }) => account_id === null);
  if (homeless !== undefined) {
    throw new CalloffError("DECISION_NO_ACCOUNT", `Schedule ${homeless.id} belongs to no account`, {
      expected: "a schedule that was placed on a blanket order's line",
      found: `${homeless.customer_part} to ${homeless.ship_to === "" ? "no ship-to" : homeless.ship_to}, ${homeless.cause}`,
      remedy:
        "Add the line to a blanket order, or say in the partner's file what a missing field stands for; then retry the file",
      exit: EXIT.conflict,
    });
  }
  const verdicts = await select(tx, verdict, "WHERE revision_id IN (:ids)", { ids: rows.map(({ id }) => id) });
  for (const { revision_id, changes } of verdicts) {
    const { causes = [] } = JSON.parse(changes) as { causes?: string[] };
    const cause = causes.find((word) => NOT_ACCEPTABLE[word] !== undefined);
    if (cause === undefined) continue;
    throw new CalloffError("DECISION_NOT_POSSIBLE", `Schedule ${revision_id} cannot be accepted as it is`, {
      found: cause,
      remedy: `Withdraw it: ${NOT_ACCEPTABLE[cause] as string}`,
      exit: EXIT.conflict,
    });
  }
  const twice = rows.find((row) =>
    rows.some((other) => other.id > row.id && other.account_id === row.account_id && other.layer === row.layer),
  );
  if (twice === undefined) return;
  throw new CalloffError("DECISION_NOT_POSSIBLE", "Two of these schedules are for the same account", {
    expected: "one schedule for each part and ship-to",
    found: `schedule ${twice.id} and another one for ${twice.customer_part} to ${twice.ship_to}`,
    remedy: "Accept one of them and withdraw the other",
    exit: EXIT.conflict,
  });
}

async function acceptancesOf(
  tx: Tx,
  config: OrdersConfiguration,
  rows: readonly RevisionRow[],
  occasion: Occasion,
): Promise<Acceptance[]> {
  const ids = rows.map(({ account_id }) => account_id as number);
  const accounts = new Map((await select(tx, account, "WHERE id IN (:ids)", { ids })).map((row) => [row.id, row]));
  const known = await knownRevisions(tx, [...accounts.values()], []);
  const totals = await accountTotals(tx, ids);
  const open = grouped(await openLines(tx, ids), ({ accountId }) => accountId);
  const drawn = await drawnBy(tx, config, rows, accounts, occasion);
  const lineIds = [...drawn.values()].map((one) => one.drawn.line.id);
  const contracts = await lineTotals(tx, lineIds);
  return rows.map((row) => {
    const of = accounts.get(row.account_id as number) as AccountRow;
    const partner = partnerNamed(config, of.partner);
    const revisions = known.get(of.id) ?? [];
    const itself = revisions.find((one) => one.row.id === row.id) as KnownRevision;
    const inForce = (id: number | null) => revisions.find((one) => one.row.id === id);
    const [same, other] =
      row.layer === "call-off"
        ? [inForce(of.call_off_revision_id), inForce(of.forecast_revision_id)]
        : [inForce(of.forecast_revision_id), inForce(of.call_off_revision_id)];
    const line = drawn.get(of.id);
    if (line === undefined) throw notDrawn(row);
    refuseLocked(line.drawn, occasion);
    return {
      account: of,
      partner,
      policy: config.policyOf(partner).policy,
      revision: { ...row, state: "accepted" },
      curve: curveOfRevision(itself),
      other: other === undefined ? undefined : curveOfRevision(other),
      previousStart: same?.row.since ?? "",
      ...line,
      totals: totals.get(of.id) ?? NO_TOTALS,
      lineTotals: contracts.get(line.drawn.line.id) ?? NO_TOTALS,
      open: open.get(of.id) ?? [],
    };
  });
}

async function drawnBy(
  tx: Tx,
  config: OrdersConfiguration,
  rows: readonly RevisionRow[],
  accounts: ReadonlyMap<number, AccountRow>,
  occasion: Occasion,
): Promise<Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>> {
  const found = new Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>();
  for (const [code, held] of grouped(rows, ({ partner }) => partner)) {
    const wanted = held.map((row) => ({
      account: accounts.get(row.account_id as number) as AccountRow,
      orderNumber: row.order_number,
    }));
    const drawn = await drawnLines(tx, partnerNamed(config, code), wanted, occasion.businessDate);
    for (const [id, line] of drawn) found.set(id, line);
  }
  return found;
}

const notDrawn = (row: RevisionRow): CalloffError =>
  new CalloffError("DECISION_NO_ACCOUNT", `Schedule ${row.id} draws on no line of a blanket order`, {
    found: `${row.customer_part} to ${row.ship_to}`,
    remedy: "Add the line to a blanket order; then retry the file",
    exit: EXIT.conflict,
  });

/** Nothing is accepted on a blanket order that has expired or is not open (A6). */
function refuseLocked({ agreement }: MatchedLine["drawn"] & object, { businessDate }: Occasion): void {
  if (isExpired(agreement, businessDate)) {
    throw new CalloffError(
      "AGREEMENT_EXPIRED",
      `Blanket order ${agreement.number} expired on ${agreement.expires_on}`,
      {
        expected: `an expiry date of ${businessDate} or later, or none`,
        found: agreement.expires_on,
        remedy: "Move the expiry date first",
        exit: EXIT.conflict,
      },
    );
  }
  if (agreement.state === "open") return;
  throw new CalloffError("AGREEMENT_NOT_OPEN", `Blanket order ${agreement.number} is ${agreement.state}`, {
    expected: "an open blanket order",
    found: agreement.state,
    remedy: "Open it first",
    exit: EXIT.conflict,
  });
}

async function close(
  tx: Tx,
  rows: readonly RevisionRow[],
  state: DecidedRevision["state"],
  occasion: Occasion,
  { reason }: DecisionDetails,
): Promise<void> {
  await insert(
    tx,
    decision,
    rows.map(({ id }) => ({
      revision_id: id,
      verb: state === "accepted" ? "accept" : "withdraw",
      who: occasion.who,
      reason: reason ?? "",
      business_date: occasion.businessDate,
      decided_at: occasion.instant,
      request_key: `revision:${id}`,
    })),
  );
  await update(tx, revision, { state }, "id IN (:ids)", { ids: rows.map(({ id }) => id) });
}

const auditOf = (row: RevisionRow, state: DecidedRevision["state"], { reason }: DecisionDetails) => ({
  verb: `schedule.${state}`,
  object: `revision:${row.id}`,
  details: {
    partner: row.partner,
    part: row.customer_part,
    shipTo: row.ship_to,
    layer: row.layer,
    release: row.release_no,
    issuedOn: row.issued_on,
    line: row.document_line,
    reason: reason ?? "",
  },
});

const inShort = (row: RevisionRow, state: DecidedRevision["state"]): DecidedRevision => ({
  id: row.id,
  customerPart: row.customer_part,
  shipTo: row.ship_to,
  releaseNo: row.release_no,
  state,
});
