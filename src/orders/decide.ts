/** A planner decides on held revisions: accepts them, or withdraws them with a reason (features.md B8). */
import { recordAudits } from "../store/audit.ts";
import { insert, update } from "../store/rows.ts";
import { isTaken, type Store, type Tx } from "../store/store.ts";
import { decision, type RevisionRow, revision } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { acceptAll } from "./accept.ts";
import { acceptancesOf, causesOf, refuseUnacceptable } from "./acceptances.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { heldAndLocked } from "./held-revisions.ts";
import { placeRevisions, refuseBeyondContract } from "./place-revisions.ts";

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
 * Accepts held revisions, all or none. One that belonged to no account is matched again first: its blanket order may have
 * come, or the partner's file may say more by now.
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
      const held = await heldAndLocked(tx, ids);
      const causes = await causesOf(tx, held);
      const revisions = await placeRevisions(tx, config, held, occasion);
      refuseUnacceptable(revisions, causes);
      const acceptances = await acceptancesOf(tx, config, revisions, causes, occasion);
      refuseBeyondContract(acceptances, held);
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
