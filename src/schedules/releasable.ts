/** What may be released (domain.md, *What may be released*): the effective curve with the steps left out that do not authorise shipping. */
import type { Policy } from "../config/policy.ts";
import { incrementsOf, stacked } from "./heights.ts";
import type { EffectiveCurve, Layer, LayeredStep } from "./types.ts";

export type ReleaseRules = Policy["mayRelease"];

export interface CustomerHabits {
  /** Whether the partner sends call-offs for this item. */
  readonly sendsCallOffs: boolean;
}

/**
 * Whether a step authorises shipping. A planned step and a remainder never do, whatever the policy says; steps entered by
 * hand always do. A call-off needs no commitment code, but one that says manufacturing or material ships only where the
 * policy names it.
 */
export function mayShip(step: LayeredStep, rules: ReleaseRules, customer: CustomerHabits): boolean {
  if (step.kind === "remainder" || step.commitment === "planned") return false;
  if (step.layer === "hand") return true;
  if (!authorises(step.layer, rules, customer)) return false;
  if (step.kind === "backlog" && rules.backlog) return true;
  if (step.commitment === "") {
    return step.kind === "immediate" || (step.kind === "dated" && (rules.unmarked || step.layer === "call-off"));
  }
  if (isKnown(step.commitment)) return rules.commitments.includes(step.commitment);
  // A partner's own code: it is a commitment code, and none of those that the policy names.
  return step.layer === "call-off";
}

/** The layers that the policy names; unless it names any, a forecast authorises nothing where call-offs come. */
const authorises = (layer: Layer, { layers }: ReleaseRules, { sendsCallOffs }: CustomerHabits): boolean =>
  layers === undefined ? layer === "call-off" || !sendsCallOffs : layers.includes(layer);

const COMMITTED = ["firm", "immediate", "manufacturing", "material"] as const;
const isKnown = (commitment: string): commitment is (typeof COMMITTED)[number] =>
  (COMMITTED as readonly string[]).includes(commitment);

/** The effective curve with all steps left out that may not ship: due is computed on it. */
export function releasableCurve(curve: EffectiveCurve, rules: ReleaseRules, customer: CustomerHabits): EffectiveCurve {
  const ships = shipping(rules, customer);
  // Where everything ships, and nothing lies below the base, it is the same curve.
  if (curve.steps.every((step) => step.cumulative >= curve.base && ships(step))) return curve;
  return {
    ...curve,
    steps: stacked(
      curve.base,
      incrementsOf(curve).filter(({ step }) => ships(step)),
    ),
  };
}

/** `mayShip` with everything but the step settled; what one step after the other has in common is decided once. */
export function shipping(rules: ReleaseRules, customer: CustomerHabits): (step: LayeredStep) => boolean {
  let last: LayeredStep | undefined;
  let ships = false;
  return (step) => {
    const alike =
      last !== undefined && last.kind === step.kind && last.commitment === step.commitment && last.layer === step.layer;
    if (!alike) ships = mayShip(step, rules, customer);
    last = step;
    return ships;
  };
}
