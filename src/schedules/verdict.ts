/** What becomes of a revision, with a sentence for each reason (features.md B6; domain.md, *Tolerances*). */
import type { Policy } from "../config/policy.ts";
import { addDays, later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, quantity, total, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { Json } from "../values/json.ts";
import { bucketsOf, comparison } from "./buckets.ts";
import { CAUSES, type Cause, causeOfFinding } from "./causes.ts";
import { diffOf, type ScheduleDiff } from "./diff.ts";
import { diffToJson } from "./diff-json.ts";
import { endHeight, heightAt, incrementsOf, stillAskedFor } from "./heights.ts";
import { sameStart } from "./layers.ts";
import { judgeChanges, type ZoneTotals } from "./tolerances.ts";
import type { TransitExplanation } from "./transit.ts";
import type { Curve, EffectiveCurve } from "./types.ts";
import { changesInWords, dayInWords, differenceInWords, inPieces } from "./words.ts";
import { magnitude } from "./zones.ts";

export { CAUSES, type Cause, causeOfFinding } from "./causes.ts";

/** The agreement line that the schedule draws on, and how far it is used. */
export interface ContractUse {
  readonly quantity: Quantity;
  /** Shipped − returned + still open, over all accounts of the line. */
  readonly processed: Quantity;
  /** Released on this account since the curve's start. */
  readonly released: Quantity;
  /** The line's own tolerance in percent, as a figure; the policy's counts where it is larger. */
  readonly tolerancePercent?: Quantity;
}

export interface JudgeInput {
  readonly policy: Policy;
  /** Business date of the judgement; stored with the verdict. */
  readonly businessDate: PlainDate;
  /** The accepted curve of the same layer, brought to the start and dates of the new one; absent for a first schedule. */
  readonly old: Curve | undefined;
  readonly next: Curve;
  /** The effective curve with `next` in force, and its releasable part. */
  readonly effective: EffectiveCurve;
  readonly releasable: EffectiveCurve;
  /** Partner option `replaces: stated-horizon`. */
  readonly statedHorizonOnly?: boolean;
  /** Findings of `curveOf`. */
  readonly findings?: readonly Finding[];
  readonly needsAnchor?: boolean;
  /** Causes found before there was a curve to judge (no-ship-to, unknown-item, purpose, expired …). */
  readonly given?: readonly (Cause | { readonly cause: Cause; readonly sentence: string })[];
  readonly transit?: TransitExplanation | undefined;
  /** Absent for open-ended lines and for items without one. */
  readonly contract?: ContractUse | undefined;
  readonly pack?: Quantity;
  /** Our shipped cumulative of the curve's start. */
  readonly shipped: Quantity;
  /** Stock that is there for it; unknown counts as nothing, and that is said. */
  readonly stock?: Quantity;
}

export interface VerdictLine {
  readonly kind: string;
  /** Whether it holds the item, merely warns, or passes. */
  readonly says: "pass" | "warn" | "hold";
  readonly cause?: Cause;
  readonly zone?: string;
  readonly date?: PlainDate;
  readonly to?: PlainDate;
  readonly quantity?: Quantity;
  /** The allowed test that let a change pass. */
  readonly test?: string;
  readonly sentence: string;
}

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

const comparedWith = ({ old, next }: JudgeInput): Curve | undefined =>
  old !== undefined && sameStart(old, next) ? old : undefined;

function givenLines(input: JudgeInput): VerdictLine[] {
  const given = (input.given ?? []).map((one) =>
    typeof one === "string" ? { cause: one, sentence: CAUSES[one] } : one,
  );
  if (input.needsAnchor === true) given.push({ cause: "no-anchor", sentence: CAUSES["no-anchor"] });
  for (const finding of input.findings ?? []) {
    const cause = causeOfFinding(finding);
    if (cause !== undefined) given.push({ cause, sentence: finding.message });
  }
  return given.map(({ cause, sentence }) => hold(cause, withoutStop(sentence)));
}

const hold = (cause: Cause, sentence: string): VerdictLine => ({ kind: cause, says: "hold", cause, sentence });
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");

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
  const judged = judgeChanges(diff, input.policy, input.businessDate, commitmentsAt(old, input.next));
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
  const byDate = (curve: Curve, date: typeof at.first) => {
    const found = new Map<PlainDate, string[]>();
    for (const step of curve.steps) {
      const held = found.get(date(step));
      if (held === undefined) found.set(date(step), [step.commitment]);
      else held.push(step.commitment);
    }
    return found;
  };
  const [before, after] = [byDate(old, at.first), byDate(next, at.second)];
  return (date) => after.get(date) ?? before.get(date) ?? [];
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

/** An unexplained difference of the cumulatives passes by quantity, or when it is no more than so many days ask for. */
function mismatchLines(input: JudgeInput): VerdictLine[] {
  const { transit } = input;
  if (transit === undefined) return [];
  const notes = transit.notes.map(({ note }) => note).join(", ");
  const lines: VerdictLine[] = [];
  if (transit.inTransit !== NOTHING || transit.explainedBy.length > 0) {
    const facts = transit.explainedBy.map(({ kind, note }) => `${EXPLAINED[kind]} ${note}`).join(", ");
    const by = [notes === "" ? "" : `note ${notes}`, facts].filter((part) => part !== "").join("; ");
    const sentence = `in transit ${inPieces(transit.inTransit)}${by === "" ? "" : `, explained by ${by}`}`;
    lines.push({ kind: "transit", says: "pass", quantity: transit.inTransit, sentence });
  }
  if (transit.lastNote === "ambiguous") lines.push(hold("which-note", withoutStop(CAUSES["which-note"])));
  if (transit.mismatch === NOTHING) return lines;
  const off = magnitude(transit.mismatch);
  const through = transit.lastNote === "found" ? " through their last note" : "";
  const sentence = `their cumulative is ${differenceInWords(transit.mismatch)} than ours${through}`;
  const passes = off <= quantity(input.policy.mismatch.quantity) || off <= askedWithin(input);
  if (passes) lines.push({ kind: "mismatch", says: "warn", quantity: transit.mismatch, sentence });
  else lines.push({ ...hold("mismatch", sentence), quantity: transit.mismatch });
  return lines;
}

const EXPLAINED = {
  overtaken: "overtaken note",
  "counted-already": "already counted note",
  "receipt-difference": "receipt difference on note",
  return: "return",
} as const;

/** What the new curve asks for in the policy's days of mismatch. */
function askedWithin({ policy, next, businessDate }: JudgeInput): Quantity {
  if (policy.mismatch.days === 0) return NOTHING;
  const from = later(businessDate, next.messageDate);
  return minus(heightAt(next, addDays(from, policy.mismatch.days)), heightAt(next, from));
}

/** Only the releasable part decides *hold*; what planning asks for beyond the contract warns (features.md D11). */
function contractLines(input: JudgeInput): VerdictLine[] {
  const { contract } = input;
  if (contract === undefined) return [];
  const limit = contractLimit(contract.quantity, input.policy, contract.tolerancePercent);
  const beyond = (curve: Curve) => minus(plus(contract.processed, stillAskedFor(curve, contract.released)), limit);
  const [firmly, inAll] = [beyond(input.releasable), beyond(input.effective)];
  const sentence = (what: string, by: Quantity) =>
    `${what} goes ${inPieces(by)} beyond the contract of ${inPieces(contract.quantity)}`;
  if (firmly > NOTHING) {
    return [{ ...hold("exceeds-contract", sentence("what may be released", firmly)), quantity: firmly }];
  }
  if (inAll <= NOTHING) return [];
  return [{ kind: "exceeds-contract", says: "warn", quantity: inAll, sentence: sentence("the plan", inAll) }];
}

/** Contract × (1 + tolerance), the tolerance being the larger of the policy's and the line's own. */
export function contractLimit(
  of: Quantity,
  policy: Pick<Policy, "exceeds">,
  linePercent: Quantity = NOTHING,
): Quantity {
  const percent = larger(quantity(policy.exceeds.percent), linePercent);
  return plus(of, ((of * percent) / 100_000_000n) as Quantity);
}

function packLines(input: JudgeInput): VerdictLine[] {
  const pack = input.pack ?? NOTHING;
  if (pack <= NOTHING || input.policy.packs === "ignore") return [];
  const broken = incrementsOf(input.releasable).filter(({ quantity: of }) => of % pack !== 0n);
  const first = broken[0];
  if (first === undefined) return [];
  const others = broken.length === 1 ? "" : ` and ${broken.length - 1} more`;
  const sentence =
    `${inPieces(first.quantity)} on ${dayInWords(first.step.date, input.next.messageDate)}${others} ` +
    `no multiple of the pack of ${inPieces(pack)}`;
  return input.policy.packs === "hold" ? [hold("packs", sentence)] : [{ kind: "packs", says: "warn", sentence }];
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

const figures = (of: object): Json =>
  Object.fromEntries(
    Object.entries(of).map(([key, held]) => [key, typeof held === "bigint" ? writeMillionths(held) : (held as Json)]),
  );

/** The verdict as stored: lines, zones and the diff, out of which `diffFromJson` reads it back. */
export function verdictToJson(verdict: Verdict): { readonly [key: string]: Json } {
  const { diff, lines, zones, causes, judgedOn } = verdict;
  return {
    judgedOn,
    causes,
    lines: lines.map(figures),
    zones: zones.map(figures),
    diff: diff === undefined ? null : diffToJson(diff),
  };
}

/** What becomes of an item that a complete message does not list any more: kept, put to nothing, or asked (B6). */
export function judgeMissing(policy: Pick<Policy, "missingItem">): { takes: "nothing" | "zero"; cause?: Cause } {
  if (policy.missingItem === "keep") return { takes: "nothing" };
  return policy.missingItem === "zero" ? { takes: "zero" } : { takes: "zero", cause: "not-listed" };
}
