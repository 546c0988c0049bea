/** The links of an answer to *why this number?*, from what was asked back to the bytes. All figures are decimal text. */
import type { PlainDate } from "../values/dates.ts";
import type { Decimal } from "../values/figures.ts";

export interface InvoiceLink {
  readonly kind: "invoice line";
  /** `IN-000007/10`. */
  readonly id: string;
  readonly issuedOn: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** The quantity the price is for. */
  readonly pricePer: Decimal;
  readonly amount: Decimal;
  readonly currency: string;
}

export interface ShipmentLink {
  readonly kind: "shipment line";
  /** `SH-000012/10`. */
  readonly id: string;
  readonly shippedOn: string;
  readonly quantity: Decimal;
  /** The account's shipped cumulative after it. */
  readonly cumulative: Decimal;
  readonly note: string;
  readonly confirmation: string;
  /** erp, command or automatic. */
  readonly source: string;
}

export interface OrderLink {
  readonly kind: "order line";
  /** `SO-000123/10`. */
  readonly id: string;
  readonly quantity: Decimal;
  readonly scheduledOn: string;
  readonly requestedOn: string;
  readonly shipTo: string;
  readonly customerOrderNumber: string;
  readonly item: string;
  readonly customerPart: string;
  /** `BA-000001/10`. */
  readonly blanketLine: string;
  readonly customerBlanketOrder: string;
  /** What made the order: timetable, command … */
  readonly generatedBy: string;
  /** The figures the release was computed from, as they were stored with it. */
  readonly figures: ReleaseFigures | null;
}

/** Required by the step, released before it, what it lacked; pack quantity and what lies beyond the contract, 0 where none. */
export type ReleaseFigures = Readonly<Record<"required" | "released" | "needed" | "pack" | "beyondContract", Decimal>>;

export interface BlanketLink {
  readonly kind: "blanket line";
  /** `BA-000001/10`. */
  readonly id: string;
  readonly customerBlanketOrder: string;
  readonly item: string;
  readonly customerPart: string;
  readonly shipTo: string;
  /** Contract quantity; `0` for an open-ended line. */
  readonly quantity: Decimal;
  readonly commitment: string;
  readonly prices: readonly { readonly from: string; readonly price: Decimal; readonly reason: string }[];
  /** What was called off on it: `SO-000123/10` …, in the order it was made. */
  readonly orderLines: readonly string[];
}

/** Who entered or changed something. */
export interface EntryLink {
  readonly kind: "entry";
  readonly verb: string;
  readonly who: string;
  readonly on: string;
}

export interface Decided {
  readonly verb: string;
  readonly who: string;
  readonly on: string;
  readonly reason: string;
}

export interface Judged {
  readonly outcome: string;
  readonly sentence: string;
  readonly policy: string;
  readonly policyHash: string;
}

export interface ScheduleLink {
  readonly kind: "schedule";
  readonly partner: string;
  readonly customerPart: string;
  readonly shipTo: string;
  readonly layer: string;
  readonly releaseNumber: string;
  readonly issuedOn: string;
  readonly state: string;
  /** The cumulative that the message quotes. */
  readonly base: Decimal;
  readonly verdict: Judged | undefined;
  readonly decision: Decided | undefined;
}

export interface MessageLink {
  readonly kind: "message";
  /** `830`, `DELFOR` …; `hand` for an entry by hand, which has no file. */
  readonly type: string;
  /** `file:12`; empty for an entry by hand. */
  readonly file: string;
  readonly name: string;
  readonly sha256: string;
  readonly receivedOn: string;
  readonly interchange: string;
  readonly group: string;
  readonly set: string;
  readonly mapping: string;
  readonly mappingHash: string;
}

export interface SegmentLink {
  readonly kind: "segment";
  /** Ordinal in the file. */
  readonly segment: number;
  readonly inSet: number;
  readonly byte: number;
  readonly tag: string;
  readonly text: string;
}

/** The bytes that a segment stood in are not kept any more. */
export interface LostLink {
  readonly kind: "bytes not kept";
  readonly sha256: string;
}

export type WhyLink =
  | BlanketLink
  | EntryLink
  | InvoiceLink
  | ShipmentLink
  | OrderLink
  | ScheduleLink
  | MessageLink
  | SegmentLink
  | LostLink;

/** One line of a document with its chain. */
export interface WhyLine {
  readonly id: string;
  readonly links: readonly WhyLink[];
}

/** What a file brought about. */
export interface WhyFile {
  readonly file: string;
  readonly name: string;
  readonly partner: string;
  readonly sha256: string;
  readonly state: string;
  readonly cause: string;
  readonly receivedOn: PlainDate;
  readonly sets: readonly WhySet[];
}

export interface WhySet {
  readonly type: string;
  readonly interchange: string;
  readonly group: string;
  readonly set: string;
  readonly mapping: string;
  readonly state: string;
  readonly segments: { readonly first: number; readonly last: number };
  readonly schedules: readonly WhySchedule[];
}

/** One item of a message, with the order lines that were made from it. */
export interface WhySchedule extends Omit<ScheduleLink, "kind"> {
  readonly orderLines: readonly string[];
}

export interface WhyAnswer {
  readonly id: string;
  readonly lines: readonly WhyLine[];
  /** Present where a file or a segment was asked for. */
  readonly file?: WhyFile;
  readonly segment?: Omit<SegmentLink, "kind"> | undefined;
}
