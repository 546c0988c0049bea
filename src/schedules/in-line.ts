/** Steps in line: one order for equal content, however a message lists it, and one step for what does not differ. */
import { plus } from "../values/figures.ts";
import type { PlacedStep } from "./placing.ts";
import type { DemandKind } from "./types.ts";

/** Backlog first, immediate demand next, everything dated, the remainder last. */
const KIND_RANK: Readonly<Record<DemandKind, number>> = { backlog: 0, immediate: 1, dated: 2, remainder: 3 };
export const rankOf = (step: { kind: DemandKind }): number => KIND_RANK[step.kind];
const COMMITMENT_RANK = ["immediate", "firm", "", "manufacturing", "material", "planned"];
const commitmentRank = (step: PlacedStep): number => {
  const rank = COMMITMENT_RANK.indexOf(step.commitment);
  return rank === -1 ? COMMITMENT_RANK.length : rank;
};
export const compare = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function inLine(a: PlacedStep, b: PlacedStep): number {
  return (
    rankOf(a) - rankOf(b) ||
    compare(a.date, b.date) ||
    compare(a.window, b.window) ||
    commitmentRank(a) - commitmentRank(b) ||
    compare(a.to, b.to) ||
    compare(a.from, b.from) ||
    compare(identityOf(a), identityOf(b)) ||
    a.segment - b.segment
  );
}

/** Steps of one date stay apart when any of this differs. */
const identityOf = (step: PlacedStep): string =>
  [
    step.kind,
    step.timing,
    step.date,
    step.from,
    step.to,
    step.commitment,
    step.customerOrderNumber,
    step.reference,
    step.referenceKind,
    step.window,
    step.route,
  ].join("\u0000");

/** Whether every step comes behind the one before it by kind or date alone, as nearly every message lists them. */
const standInLine = (placed: readonly PlacedStep[]): boolean =>
  placed.every((step, n) => {
    const before = placed[n - 1];
    if (before === undefined) return true;
    return before.kind === step.kind ? before.date < step.date : rankOf(before) < rankOf(step);
  });

/** The steps in line, one for each identity. */
export function inLineOnce(placed: readonly PlacedStep[]): readonly PlacedStep[] {
  if (standInLine(placed)) return placed;
  const apart: PlacedStep[] = [];
  for (const step of placed.toSorted(inLine)) {
    const last = apart.at(-1);
    if (last !== undefined && last.date === step.date && identityOf(last) === identityOf(step))
      apart[apart.length - 1] = together(last, step);
    else apart.push(step);
  }
  return apart;
}

const together = (a: PlacedStep, b: PlacedStep): PlacedStep => ({
  ...a,
  figure: plus(a.figure, b.figure),
  segment: Math.min(a.segment, b.segment),
});
