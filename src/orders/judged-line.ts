/** A line of a schedule: what it is judged on, and what came of it. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { DeliverySchedule } from "../documents/delivery-schedule.ts";
import type { CurveReading } from "../schedules/curve.ts";
import type { periodOfNext } from "../schedules/resets.ts";
import type { CountedDifference, ShippedNote } from "../schedules/transit.ts";
import type { Curve, EffectiveCurve } from "../schedules/types.ts";
import type { Verdict } from "../schedules/verdict.ts";
import type { Totals } from "../store/ledger.ts";
import type { PlainDate } from "../values/dates.ts";
import type { NamedPolicy } from "./configuration.ts";
import type { MatchedLine } from "./match-lines.ts";
import type { OpenOrderLine } from "./open-lines.ts";
import type { ReleaseMark } from "./release-chain.ts";
import type { KnownRevision } from "./schedule-history.ts";

/** Everything a line is judged on. */
export interface LineGround {
  readonly matched: MatchedLine;
  readonly known: readonly KnownRevision[];
  readonly totals: Totals;
  readonly lineTotals: Totals;
  readonly notes: readonly ShippedNote[];
  /** What they took in less or more than notes say, as far as our cumulative does not show it yet. */
  readonly differences: readonly CountedDifference[];
  /** Open on call-off orders; asked for call-offs only. */
  readonly open: readonly OpenOrderLine[];
}

/** A line as a curve, beside what is in force. */
export interface ReadLine extends LineGround {
  readonly reading: CurveReading;
  /** Whether it goes on with the period of the schedule in force; after a fall it does, and that is a mismatch. */
  readonly period: ReturnType<typeof periodOfNext>;
  /** The curve as it would be in force; the message's own, but for partners whose releases only replace their horizon. */
  readonly curve: Curve;
  readonly mark: ReleaseMark;
  readonly layer: "forecast" | "call-off";
  readonly accepted: KnownRevision | undefined;
  readonly other: Curve | undefined;
  /** Both laid over each other, and what of it may be released. */
  readonly effective: EffectiveCurve;
  readonly releasable: EffectiveCurve;
}

export interface JudgedLine extends ReadLine {
  /** `repeated`, `older` and `filed` have no effect. */
  readonly state: "judged" | "repeated" | "older" | "filed";
  readonly verdict: Pick<Verdict, "outcome" | "causes" | "sentence" | "riskDate">;
  /** The whole verdict as it is stored. */
  readonly changes: string;
}

/** What all lines of a document are judged with. */
export interface Judgement {
  readonly partner: Partner;
  readonly policy: NamedPolicy;
  readonly gateway: Gateway;
  /** With its header handed down to the lines. */
  readonly document: DeliverySchedule;
  /** Date of the envelope. */
  readonly sentOn: PlainDate;
  readonly businessDate: PlainDate;
  /** Keys that more than one line of the document has. */
  readonly twice: ReadonlySet<string>;
}
