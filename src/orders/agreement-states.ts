/** The life of a blanket order (features.md A5). */
import { recordAudit } from "../store/audit.ts";
import { update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AgreementRow, agreement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { checkedStates } from "./states.ts";

export const AGREEMENT_STATES = ["draft", "quotation", "open", "on hold", "expired", "completed", "cancelled"] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];

/** From each state, where it may go. An expired agreement lives on by a later date, or ends when its orders are shipped. */
const TRANSITIONS = checkedStates<AgreementState>(
  {
    draft: ["quotation", "open", "cancelled"],
    quotation: ["draft", "open", "cancelled"],
    open: ["on hold", "expired", "completed", "cancelled"],
    "on hold": ["open", "expired", "cancelled"],
    expired: ["open", "completed"],
    completed: ["open"],
    cancelled: ["draft"],
  },
  "draft",
);

/** Whether the day lies after the agreement's expiry date; the day itself is still valid, and empty never expires (A6). */
export const isExpired = (held: Pick<AgreementRow, "state" | "expires_on">, on: string): boolean =>
  held.state === "expired" || (held.expires_on !== "" && on > held.expires_on);

/**
 * Moves an agreement to another state, with the reason in the audit trail: the only place that does.
 * @throws CalloffError AGREEMENT_STATE when there is no way from its state to that one, AGREEMENT_CHANGED when somebody
 * else has changed it since it was read.
 */
export async function changeAgreementState(
  tx: Tx,
  occasion: Occasion,
  held: AgreementRow,
  to: AgreementState,
  reason: string,
): Promise<void> {
  const ways = TRANSITIONS[held.state as AgreementState];
  if (!ways.includes(to)) {
    throw new CalloffError("AGREEMENT_STATE", `Blanket order ${held.number} is ${held.state} and cannot become ${to}`, {
      expected: `one of ${ways.join(", ")}`,
      found: to,
      remedy: "Bring it to a state from which that is possible first",
      exit: EXIT.conflict,
    });
  }
  const changed = await update(tx, agreement, { state: to, version: held.version + 1 }, "id = :id AND version = :was", {
    id: held.id,
    was: held.version,
  });
  if (changed === 0) throw changedMeanwhile(held.number);
  await recordAudit(tx, occasion, "agreement.state", held.number, { from: held.state, to, reason });
}

/** Somebody else has saved the agreement since it was read. */
export const changedMeanwhile = (number: string): CalloffError =>
  new CalloffError("AGREEMENT_CHANGED", `Blanket order ${number} was changed by somebody else in the meantime`, {
    remedy: "Look at it again and repeat the change",
    retryable: true,
    exit: EXIT.conflict,
  });
