/** Why a revision is held: permanent words, stored with it, shown with their sentence. */
import type { Finding } from "../values/finding.ts";

export const CAUSES = {
  first: "It is the first schedule of this account, compared with nothing.",
  changed: "It changes more than the policy lets pass.",
  mismatch: "The customer's cumulative and ours differ, and nothing explains it.",
  "exceeds-contract": "What may be released goes beyond the contract.",
  horizon: "It adds more beyond the old end than the policy lets pass.",
  "no-ship-to": "The line states no ship-to, and the partner's file does not say what that means.",
  incomplete: "The line lacks a field of the account's key.",
  "unknown-item": "No agreement line is known for this part and ship-to.",
  "which-line": "Several agreement lines fit.",
  "no-anchor": "It quotes no cumulative, and no anchor on ours is possible.",
  purpose: "Its purpose is neither original nor replacement.",
  packs: "Quantities are no multiple of the pack.",
  expired: "The agreement has expired.",
  "not-open": "The agreement is not open.",
  "not-listed": "A complete message does not list this item any more.",
  "new-period": "It starts a new period of the cumulative.",
  falls: "Its cumulative falls.",
  undated: "It states a quantity without a date.",
  unclear: "What its figures or dates mean is not settled.",
  "same-number": "Its release number was received before with other content.",
  "which-note": "The last note it quotes fits several of ours.",
  unit: "Its unit is not the agreement line's.",
} as const;

export type Cause = keyof typeof CAUSES;

const CAUSE_OF_FINDING: Readonly<Record<string, Cause>> = {
  SCHEDULE_CUMULATIVE_FALLS: "falls",
  SCHEDULE_STEP_WITHOUT_DATE: "undated",
  SCHEDULE_BUCKET_REVERSED: "unclear",
  SCHEDULE_BASIS_UNCLEAR: "unclear",
  SCHEDULE_PARTS_DIFFER: "unclear",
  SCHEDULE_QUANTITIES_UNCLEAR: "unclear",
  SCHEDULE_SEVERAL_PLACES: "unclear",
};

/** The cause for which a finding of `curveOf` holds its item; `undefined` for a mere note. */
export const causeOfFinding = (finding: Finding): Cause | undefined =>
  finding.severity === "note" ? undefined : CAUSE_OF_FINDING[finding.code];
