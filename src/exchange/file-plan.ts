/** What is decided of a file and of each interchange in it, and what that is decided from. */
import type { Partner } from "../config/partner.ts";
import type { Catalogue, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import type { Expected, Missing } from "./number-chains.ts";
import type { DeclaredTable } from "./tables.ts";

/** Cause of an interchange whose control number came before with other content. */
export const REUSED = "control number reused";

export interface InterchangePlan {
  readonly entry: InterchangeEntry;
  /** Empty when the sender is none of the folder's partners. */
  readonly partner: string;
  readonly sha256: string;
  /** `held`: a control number came again with other bytes, or numbers before it are missing. `refused`: no effect and no answer. */
  readonly state: "open" | "held" | "duplicate" | "refused";
  /** Why it is not open, in a permanent word. */
  readonly cause: string;
  readonly findings: readonly Finding[];
  /** Control numbers of the sender that should have come before. */
  readonly missing?: Missing;
}

export interface FilePlan {
  readonly partner: string;
  readonly state: "registered" | "duplicate" | "held" | "quarantined";
  readonly cause: string;
  readonly findings: readonly Finding[];
  readonly interchanges: readonly InterchangePlan[];
  /** By the sender's chain, the control number that is expected after this file. */
  readonly expected?: Expected;
}

/** What the file and the folder it came to say. */
export interface Arrival {
  readonly name: string;
  readonly catalogue: Catalogue;
  /** SHA-256 of each interchange's bytes, in order. */
  readonly hashes: readonly string[];
  readonly partners: readonly Partner[];
  /** What a partner's file declares this file to be, where it has no envelope that says it. */
  readonly table?: DeclaredTable | undefined;
  /** `test`: both kinds of interchange are taken. */
  readonly environment: "production" | "test";
}
