/** What becomes of a revision, with a sentence for each reason (features.md B6; domain.md, *Tolerances*). */
import type { Policy } from "../config/policy.ts";
import { later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, quantity, total } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { stableJson } from "../values/json.ts";
import { bucketsOf, comparison } from "./buckets.ts";
import type { Cause } from "./causes.ts";
import { diffOf, type ScheduleDiff } from "./diff.ts";
import { endHeight } from "./heights.ts";
import { sameStart } from "./layers.ts";
import {
  contractLines,
  givenLines,
  hold,
  type JudgeInput,
  mismatchLines,
  packLines,
  type VerdictLine,
} from "./reasons.ts";
import { judgeChanges, type ZoneTotals } from "./tolerances.ts";
import type { Curve } from "./types.ts";
import { changesInWords, dayInWords, inPieces } from "./words.ts";

export type { JudgeInput } from "./reasons.ts";

export interface Verdict {
  readonly outcome: "pass" | "hold";
  /** In the order of their lines, each once. */
  readonly causes: readonly Cause[];
  readonly sentence: string;
  readonly lines: readonly VerdictLine[];
  readonly zones: readonly ZoneTotals[];
  /** First date at which the new curve rises above shipped + stock; empty where it never does. */
  readonly riskDate: PlainDate | "";
  readonly judgedOn: PlainDate;
  /** Absent for a first schedule and for one of another period. */
  readonly diff: ScheduleDiff | undefined;
}

/** Judges one revision. Any line that holds, holds the item; warnings and what passes are listed beside it. */
export function judge(input: JudgeInput): Verdict {
  const old = comparedWith(input);
  const diff =
    old === undefined
      ? undefined
      : diffOf(old, input.next, {
          moveDays: input.policy.moves.days,
          statedHorizonOnly: input.statedHorizonOnly === true,
        });
  const changes = old === undefined || diff === undefined ? undefined : judgeDiff(input, old, diff);
  const lines = [
    ...givenLines(input),
    ...(changes?.lines ?? uncomparedLines(input)),
    ...mismatchLines(input),
    ...contractLines(input),
    ...packLines(input),
  ];
  const holding = lines.filter((line) => line.says === "hold");
  return {
    outcome: holding.length > 0 ? "hold" : "pass",
    causes: [...new Set(holding.flatMap((line) => (line.cause === undefined ? [] : [line.cause])))],
    sentence: sentenceOf(diff, lines),
    lines,
    zones: changes?.zones ?? [],
    riskDate: riskDate(input.next, input.shipped, input.stock),
    judgedOn: input.businessDate,
    diff,
  };
}

const comparedWith = ({ old, next, newPeriod }: JudgeInput): Curve | undefined =>
  old !== undefined && newPeriod !== true && sameStart(old, next) ? old : undefined;

/** A first schedule, or one of another period: there is nothing to compare it with. */
function uncomparedLines(input: JudgeInput): VerdictLine[] {
  const asked = minus(endHeight(input.next), input.next.base);
  const inAll = `${inPieces(asked)} in all${lastDateInWords(input.next)}`;
  if (input.old !== undefined) {
    const since = input.next.since === "" ? "" : ` since ${input.next.since}`;
    return [hold("new-period", `new period of the cumulative${since}: ${inAll}`)];
  }
  const sentence = `first schedule: ${inAll}`;
  return input.policy.first === "hold" ? [hold("first", sentence)] : [{ kind: "first", says: "pass", sentence }];
}

function lastDateInWords(curve: Curve): string {
  const last = curve.steps.findLast((step) => step.kind !== "remainder" && step.cumulative > curve.base);
  return last === undefined ? "" : ` by ${dayInWords(last.date, curve.messageDate)}`;
}

function judgeDiff(input: JudgeInput, old: Curve, diff: ScheduleDiff) {
  const byCommitment = input.policy.zones.some((zone) => zone.commitments !== undefined);
  const judged = judgeChanges(
    diff,
    input.policy,
    input.businessDate,
    byCommitment ? commitmentsAt(old, input.next) : () => [],
  );
  const changes = judged.lines.map(
    ({ passes, ...line }): VerdictLine => ({
      ...line,
      says: passes ? "pass" : "hold",
      ...(passes ? {} : { cause: "changed" as const }),
    }),
  );
  return { lines: [...changes, ...horizonLines(input, diff), ...backlogLines(diff)], zones: judged.zones };
}

/** The commitments that stand at a date of the comparison: the new curve's, else the old one's. */
function commitmentsAt(old: Curve, next: Curve): (date: PlainDate) => readonly string[] {
  const at = comparison(
    bucketsOf(old.steps, next.messageDate),
    bucketsOf(next.steps, next.messageDate),
    next.messageDate,
  );
  const before = grouped(old.steps, at.first);
  const after = grouped(next.steps, at.second);
  return (date) => (after.get(date) ?? before.get(date) ?? []).map(({ commitment }) => commitment);
}

/** Beyond an end: listed, and held only where the policy names a limit. */
function horizonLines(input: JudgeInput, diff: ScheduleDiff): VerdictLine[] {
  const say = (date: PlainDate) => dayInWords(date, diff.messageDate);
  const lines: VerdictLine[] = [
    ...diff.horizonAdded.map(
      ({ date, quantity: of }): VerdictLine => ({
        kind: "horizon-added",
        says: "pass",
        date,
        quantity: of,
        sentence: `${inPieces(of)} new on ${say(date)}`,
      }),
    ),
    ...diff.horizonDropped.map(
      ({ date, quantity: of }): VerdictLine => ({
        kind: "horizon-dropped",
        says: "pass",
        date,
        quantity: of,
        sentence: `${inPieces(of)} no longer listed on ${say(date)}`,
      }),
    ),
  ];
  const limit = input.policy.horizon.cumulative;
  const added = total(diff.horizonAdded.map((one) => one.quantity));
  if (limit !== undefined && added > quantity(limit))
    lines.push(hold("horizon", `${inPieces(added)} new beyond the old end, ${limit} let pass`));
  return lines;
}

function backlogLines(diff: ScheduleDiff): VerdictLine[] {
  if (diff.backlog === undefined) return [];
  const { stated, expected } = diff.backlog;
  const sentence = `backlog ${inPieces(stated)} stated, ${inPieces(expected)} expected by the accepted schedule`;
  return [{ kind: "backlog", says: "warn", quantity: minus(stated, expected), sentence }];
}

/** First date at which demand rises above what is shipped and in stock. */
export function riskDate(curve: Curve, shipped: Quantity, stock: Quantity = NOTHING): PlainDate | "" {
  const there = larger(plus(shipped, stock), curve.base);
  const first = curve.steps.find((step) => step.kind !== "remainder" && step.cumulative > there);
  return first === undefined ? "" : later(first.date, curve.messageDate);
}

/** The changes in one sentence, then whatever else holds or warns. */
function sentenceOf(diff: ScheduleDiff | undefined, lines: readonly VerdictLine[]): string {
  const changes = diff === undefined ? [] : [changesInWords(diff)];
  const told = lines.filter(
    (line) => line.cause !== "changed" && (line.says !== "pass" || line.kind === "first" || line.kind === "transit"),
  );
  return [...changes, ...told.map((line) => line.sentence)].join("; ");
}

/**
 * The verdict as stored: lines, zones and the diff, out of which `diffFromJson` reads it back; figures are decimal text, keys
 * in order. Heights and buckets are left out: they follow from the two curves that the verdict names, and would be most of
 * the text.
 */
export function verdictInText({ diff, lines, zones, causes, judgedOn }: Verdict): string {
  return stableJson({ causes, diff: diff === undefined ? null : withoutHeights(diff), judgedOn, lines, zones });
}

/** With its fields in the order in which they are written. */
const withoutHeights = (diff: ScheduleDiff): ScheduleDiff => ({
  additions: diff.additions,
  backlog: diff.backlog,
  buckets: [],
  commitments: diff.commitments,
  cuts: diff.cuts,
  heights: [],
  horizonAdded: diff.horizonAdded,
  horizonDropped: diff.horizonDropped,
  liftedTo: diff.liftedTo,
  messageDate: diff.messageDate,
  moves: diff.moves,
  regrouped: diff.regrouped,
  remainder: diff.remainder,
});

/** What becomes of an item that a complete message does not list any more: kept, put to nothing, or asked (B6). */
export function judgeMissing(policy: Pick<Policy, "missingItem">): { takes: "nothing" | "zero"; cause?: Cause } {
  if (policy.missingItem === "keep") return { takes: "nothing" };
  return policy.missingItem === "zero" ? { takes: "zero" } : { takes: "zero", cause: "not-listed" };
}
