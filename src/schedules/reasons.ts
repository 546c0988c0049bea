/** Why a revision is held apart from what it changes: causes found before, cumulatives, contract, packs. */
import type { Policy } from "../config/policy.ts";
import { addDays, later, type PlainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, quantity } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { CAUSES, type Cause, causeOfFinding } from "./causes.ts";
import { heightAt, incrementsOf, stillAskedFor } from "./heights.ts";
import type { TransitExplanation } from "./transit.ts";
import type { Curve, EffectiveCurve } from "./types.ts";
import { dayInWords, differenceInWords, inPieces } from "./words.ts";
import { magnitude } from "./zones.ts";

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
  /** Whether it starts the cumulative again, also where neither curve says so: then there is nothing to compare it with. */
  readonly newPeriod?: boolean;
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
  /** By how much their cumulative lies below the one in force, though no new period is stated. */
  readonly fallenBy?: Quantity | undefined;
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

/** What was found before there was a curve to judge, and what reading it found: each holds. */
export function givenLines(input: JudgeInput): VerdictLine[] {
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

/** A line that holds the item for this cause. */
export const hold = (cause: Cause, sentence: string): VerdictLine => ({ kind: cause, says: "hold", cause, sentence });
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");

/** An unexplained difference of the cumulatives passes by quantity, or when it is no more than so many days ask for. */
export function mismatchLines(input: JudgeInput): VerdictLine[] {
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
  const through = transit.lastNote === "found" ? " through their last note" : "";
  const differs = `their cumulative is ${differenceInWords(transit.mismatch)} than ours${through}`;
  lines.push(...offLine(input, transit.mismatch, differs));
  const fallenBy = input.fallenBy ?? NOTHING;
  const fell = `their cumulative fell by ${inPieces(fallenBy)}, and no new start is stated`;
  lines.push(...offLine(input, fallenBy, fell));
  return lines;
}

/** What their cumulative is off by, as far as the policy does not let it pass. */
function offLine(input: JudgeInput, by: Quantity, sentence: string): VerdictLine[] {
  if (by === NOTHING) return [];
  const off = magnitude(by);
  const passes = hasNoHistory(input) || off <= quantity(input.policy.mismatch.quantity) || off <= askedWithin(input);
  if (passes) return [{ kind: "mismatch", says: "warn", quantity: by, sentence }];
  return [{ ...hold("mismatch", sentence), quantity: by }];
}

/** Before anything was accepted or shipped there is nothing that their cumulative could differ from: it is said, not held. */
const hasNoHistory = ({ old, shipped, newPeriod }: JudgeInput): boolean =>
  old === undefined && newPeriod !== true && shipped === NOTHING;

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
export function contractLines(
  input: Pick<JudgeInput, "contract" | "policy" | "releasable" | "effective">,
): VerdictLine[] {
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

/** Releasable quantities that are no multiple of the pack: ignored, warned of or held, as the policy says. */
export function packLines(input: JudgeInput): VerdictLine[] {
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
