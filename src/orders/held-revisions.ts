/** Schedules that wait for a decision: still held, the newest of their account, their accounts locked (features.md B8). */
import { lockRows, select, selectOne } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { account, decision, type RevisionRow, revision } from "../store/tables.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { accountsBySpelling } from "./accounts.ts";

/**
 * The revisions, their accounts locked; each still waits for its decision.
 * @throws CalloffError REVISION_UNKNOWN (exit 3); DECISION_TAKEN naming who, DECISION_SUPERSEDED, DECISION_NOT_HELD (exit 5)
 */
export async function heldAndLocked(tx: Tx, ids: readonly number[]): Promise<RevisionRow[]> {
  const wanted = [...new Set(ids)].toSorted((a, b) => a - b);
  const before = wanted.length === 0 ? [] : await select(tx, revision, "WHERE id IN (:wanted) ORDER BY id", { wanted });
  const missing = wanted.find((id) => !before.some((row) => row.id === id));
  if (missing !== undefined) {
    throw new CalloffError("REVISION_UNKNOWN", `There is no schedule ${missing}`, {
      expected: "the number of a schedule, as `calloff schedule list` shows it",
      found: String(missing),
      remedy: "`calloff schedule list` shows the schedules there are",
      exit: EXIT.notFound,
    });
  }
  // Accounts first, as an arriving schedule does.
  await lockRows(tx, account, [...new Set(before.flatMap(({ account_id }) => account_id ?? []))]);
  await lockRows(tx, revision, wanted);
  const rows = await select(tx, revision, "WHERE id IN (:wanted) ORDER BY id", { wanted });
  for (const row of rows) if (row.state !== "held") throw await notHeld(tx, row);
  await refuseOvertaken(tx, rows);
  return rows;
}

/** Who or what has settled the revision already. */
async function notHeld(from: Queryable, row: RevisionRow): Promise<CalloffError> {
  const taken = await selectOne(from, decision, "WHERE revision_id = :id", { id: row.id });
  if (taken !== undefined) {
    return new CalloffError("DECISION_TAKEN", `Schedule ${row.id} is already decided by ${taken.who}: ${row.state}`, {
      expected: "a schedule that waits for a decision",
      found: `${taken.verb} by ${taken.who} on ${taken.business_date}${taken.reason === "" ? "" : `: ${taken.reason}`}`,
      remedy: "Look at it again; what was decided stays",
      exit: EXIT.conflict,
    });
  }
  const by = row.state === "superseded" ? await cameAfter(from, row) : undefined;
  if (by !== undefined) return supersededBy(row, by);
  return new CalloffError("DECISION_NOT_HELD", `Schedule ${row.id} does not wait for a decision`, {
    expected: "a schedule that is held",
    found: row.state,
    remedy: "An older, repeated or filed schedule has no effect and needs none",
    exit: EXIT.conflict,
  });
}

/** The newest schedule with an effect that came after this one; one that belongs to no account is known by its key. */
async function cameAfter(from: Queryable, row: RevisionRow): Promise<RevisionRow | undefined> {
  const { partner, identity, layer, id } = row;
  const placed = await accountsBySpelling(from, partner, [identity]);
  const accountId = row.account_id ?? placed.get(identity)?.id;
  if (accountId === undefined) {
    return selectOne(
      from,
      revision,
      "WHERE state = 'held' AND partner = :partner AND identity = :identity AND layer = :layer AND id > :id ORDER BY id DESC",
      { partner, identity, layer, id },
    );
  }
  return selectOne(
    from,
    revision,
    "WHERE account_id = :accountId AND layer = :layer AND id > :id AND state NOT IN ('older', 'repeated', 'filed') ORDER BY id DESC",
    { accountId, layer, id },
  );
}

export const supersededBy = (old: RevisionRow, by: RevisionRow): CalloffError =>
  new CalloffError("DECISION_SUPERSEDED", `A newer schedule has come for ${old.customer_part} to ${old.ship_to}`, {
    expected: "the newest schedule of its account",
    found: `schedule ${old.id}${inBrackets(old)}, superseded by schedule ${by.id}${inBrackets(by)}, which is ${by.state}`,
    remedy: `Decide on schedule ${by.id}`,
    exit: EXIT.conflict,
  });

const inBrackets = ({ release_no, issued_on }: RevisionRow): string =>
  ` (${release_no === "" ? "" : `release ${release_no} `}of ${issued_on})`;

/**
 * Lines of one message may wait side by side for the same account; of two releases only the newer one does.
 * @throws CalloffError DECISION_SUPERSEDED
 */
async function refuseOvertaken(from: Queryable, rows: readonly RevisionRow[]): Promise<void> {
  const accountIds = [...new Set(rows.flatMap(({ account_id }) => account_id ?? []))];
  if (accountIds.length === 0) return;
  const waiting = await select(
    from,
    revision,
    "WHERE account_id IN (:accountIds) AND state = 'held' ORDER BY id DESC",
    {
      accountIds,
    },
  );
  for (const old of rows) {
    const by = waiting.find(
      (row) =>
        row.id > old.id &&
        row.account_id === old.account_id &&
        row.layer === old.layer &&
        row.message_id !== old.message_id,
    );
    if (by !== undefined) throw supersededBy(old, by);
  }
}
