/** What became firm, and what is only planned now: quantities of one date whose commitment has changed. */
import type { PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, negated, type Quantity, smaller } from "../values/figures.ts";
import { type ComparedDate, NO_SIDE } from "./diff-dates.ts";
import type { Increment } from "./heights.ts";

/** Quantity of one date that says something else now: planned became firm. */
export interface CommitmentChange {
  readonly date: PlainDate;
  readonly quantity: Quantity;
  readonly was: string;
  readonly now: string;
}

const NONE: never[] = [];

/** Pairs what lost a commitment with what gained another at the same date; height differences are no commitment change. */
export function recommitted({ date, before, after }: ComparedDate): CommitmentChange[] {
  if (before === NO_SIDE || after === NO_SIDE) return NONE;
  if (!differInCommitment(before.increments, after.increments)) return NONE;
  const lost = lostByCommitment(before.increments, after.increments);
  const gained = lost.filter(([, quantity]) => quantity < NOTHING).map(([now, q]) => ({ now, open: negated(q) }));
  const changes: CommitmentChange[] = [];
  for (const [was, quantity] of lost) {
    let open = larger(NOTHING, quantity);
    for (const one of gained) {
      const changed = smaller(open, one.open);
      if (changed <= NOTHING) continue;
      changes.push({ date, quantity: changed, was, now: one.now });
      open = minus(open, changed);
      one.open = minus(one.open, changed);
    }
  }
  return changes;
}

/** What each commitment has lost, or below zero gained, by its name. */
function lostByCommitment(before: readonly Increment[], after: readonly Increment[]): [string, Quantity][] {
  const net = new Map<string, Quantity>();
  const note = (increments: readonly Increment[], sign: bigint) => {
    for (const { step, quantity } of increments)
      net.set(step.commitment, ((net.get(step.commitment) ?? 0n) + sign * quantity) as Quantity);
  };
  note(before, 1n);
  note(after, -1n);
  return [...net].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const differInCommitment = (before: readonly Increment[], after: readonly Increment[]): boolean => {
  const first = before[0]?.step.commitment;
  const differs = ({ step }: Increment) => step.commitment !== first;
  return before.some(differs) || after.some(differs);
};
