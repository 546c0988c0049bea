/**
 * Terminology of the schedule rooms (domain.md part 1). These words are used in exactly this sense everywhere.
 *
 * - account: what a cumulative belongs to; keyed by fields the partner's file names.
 * - cumulative: a running total in the customer's unit since a start.
 * - curve: one account's demand as a step function: by this date, this many in all since the start.
 * - base: the cumulative the message quotes, where the curve starts; never recomputed later.
 * - layer: forecast (830, DELFOR, 4905) or call-off (862, DELJIT, 4915).
 * - commitment: what a step authorises: firm, immediate, manufacturing, material, planned, or nothing said.
 * - releasable curve: the effective curve without the steps that may not ship.
 * - released: what open child orders, shipments and withheld quantities cover, since the curve's start.
 * - due: required by a date on the releasable curve, less released.
 */
import type { Commitment, Timing } from "../documents/schedule-step.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Quantity } from "../values/figures.ts";

export type Layer = "forecast" | "call-off";

/** What a step is, apart from its bucket: backlog and immediate demand come first in line. */
export type DemandKind = "dated" | "backlog" | "immediate" | "remainder";

/** One step of a curve. Dates are in the message's basis (delivery or shipment). */
export interface Step {
  /** Where the step stands on the curve: its day, or the day of its bucket the partner's file chooses. */
  readonly date: PlainDate;
  readonly kind: DemandKind;
  readonly timing: Timing;
  /** First and last day of the bucket; equal for a day. */
  readonly from: PlainDate;
  readonly to: PlainDate;
  /**
   * Height of the curve after this step. Behind a stated zero date the figures run on from the height reached there, so
   * that a curve has one start; a remainder stands on top of everything dated.
   */
  readonly cumulative: Quantity;
  /** Empty where the message says nothing; other text is the partner's own code. */
  readonly commitment: Commitment | "" | (string & {});
  readonly customerOrderNumber: string;
  readonly reference: string;
  readonly referenceKind: string;
  readonly window: string;
  readonly route: string;
  /** Ordinal in its set of the segment that states it; 0 for an entry by hand. */
  readonly segment: number;
  /** Known as long as it is not read back from its text. */
  readonly layer?: Layer | "hand";
}

/** A step of a message: which layer it came in decides whether it may ship. */
export interface LayeredStep extends Step {
  /** `hand` for steps a planner entered. */
  readonly layer: Layer | "hand";
}

/**
 * A curve on its base. `steps` stand in date order, backlog first, then immediate demand, the remainder last; a cumulative
 * that falls is the message's own fault, shown as a finding and never smoothed.
 */
export interface Curve {
  readonly base: Quantity;
  /** Start of the cumulative; empty where the customer states none (then our account's own start counts). */
  readonly since: PlainDate | "";
  readonly dates: "delivery" | "shipment";
  readonly cumulatives: "received" | "shipped";
  /** Whether the message's own figures were running totals; discrete quantities unless said. */
  readonly quantities?: "discrete" | "cumulative";
  /** Issue date of the release. */
  readonly messageDate: PlainDate;
  /** The stated horizon; where none is stated, message date and last step. */
  readonly horizon: { readonly from: PlainDate; readonly to: PlainDate };
  readonly steps: readonly Step[];
}

/** A curve whose steps know their layer: the effective curve, and the releasable one. */
export interface EffectiveCurve extends Curve {
  readonly steps: readonly LayeredStep[];
}
