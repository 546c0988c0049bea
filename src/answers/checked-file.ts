/** What `calloff check` says of a file: its interchanges, groups and sets, each with what is wrong with it. */
import type { CompiledMapping } from "../mapping/library.ts";
import type { Identity, Ta1 } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import type { Candidate } from "./check-fit.ts";
import type { ShownLine } from "./check-lines.ts";
import type { SecondReading } from "./second-reading.ts";

/** A finding with the line of the file that it is about, and what the sender may have meant. */
export interface CheckedFinding extends Finding {
  readonly shown?: ShownLine;
  readonly suggestion?: string;
}

/** How a set came out: `tolerated` has an effect though something is noted, `invalid` and `no mapping` have none. */
export type SetOutcome = "valid" | "tolerated" | "invalid" | "no mapping";

export interface CheckedSet {
  readonly ordinal: number;
  readonly type: string;
  readonly control: string;
  readonly version: string;
  readonly outcome: SetOutcome;
  /** Name of the mapping, empty where there is none. */
  readonly mapping: string;
  /** Mappings that were thought of, with the reason why each fits or does not. */
  readonly candidates: readonly Candidate[];
  readonly segments: number;
  /** Segments that the mapping has a place for, and those it keeps as unknown; none where there is no mapping. */
  readonly accounted: { readonly mapped: number; readonly unknown: number };
  readonly findings: readonly CheckedFinding[];
  /** Places with content that no field of the mapping names. */
  readonly unmapped: ReturnType<CompiledMapping["read"]>["unmapped"];
  readonly unknown: ReturnType<CompiledMapping["read"]>["unknown"];
  /** What the document is, e.g. `delivery-schedule`; empty where there is no mapping. */
  readonly kind: string;
  readonly document: unknown;
}

export interface CheckedGroup {
  readonly ordinal: number;
  readonly functionalId: string;
  readonly control: string;
  readonly findings: readonly CheckedFinding[];
  readonly sets: readonly CheckedSet[];
}

export interface CheckedInterchange {
  readonly ordinal: number;
  readonly family: string;
  readonly version: string;
  readonly sender: Identity;
  readonly receiver: Identity;
  readonly control: string;
  readonly sentOn: string;
  readonly test: boolean;
  readonly complete: boolean;
  readonly segments: number;
  readonly findings: readonly CheckedFinding[];
  readonly groups: readonly CheckedGroup[];
  /** What TA1 segments of it say of interchanges of ours. */
  readonly ta1?: readonly Ta1[];
  /** What the independent second reader says; absent for families it does not read. */
  readonly secondReader?: SecondReading;
}

export interface CheckedFile {
  readonly file: string;
  readonly size: number;
  readonly family: string;
  /** Mappings of tables that were tried, where the file is of no other kind. */
  readonly candidates: readonly Candidate[];
  readonly valid: boolean;
  /** Every segment read is one of an envelope, mapped, unknown, or in a set that has no mapping. */
  readonly segments: {
    readonly read: number;
    readonly envelope: number;
    readonly mapped: number;
    readonly unknown: number;
    readonly withoutMapping: number;
  };
  readonly findings: readonly CheckedFinding[];
  readonly interchanges: readonly CheckedInterchange[];
}
