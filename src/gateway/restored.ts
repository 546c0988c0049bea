/** What a restore is asked for, and what it gives. */
import type { AuditEntry } from "../store/audit.ts";
import type { DoctorLine } from "./doctor-line.ts";
import type { RestoredArchive } from "./restore-archive.ts";
import type { Knowledge } from "./restore-knowledge.ts";
import type { MovedSeries } from "./restore-numbers.ts";
import type { RestoredOutbox } from "./restore-outbox.ts";

export interface RestoreWish {
  /** Absolute path of the backup. */
  readonly backup: string;
  /** Does nothing again of what came after the backup. */
  readonly asItWas: boolean;
}

export interface Restored {
  readonly backup: { readonly file: string; readonly instant: string; readonly businessDate: string };
  /** What came after the backup: where that is known from, and how much of it was done again. */
  readonly after: {
    readonly known: Knowledge["from"];
    readonly entries: number;
    readonly steps: number;
    /** The first step that could not be done again, and why; nothing after it was done. */
    readonly stopped?: { readonly step: string; readonly reason: string };
    /** Steps that were not done again, as the audit trail names them. */
    readonly missing: readonly string[];
  };
  readonly outbox: RestoredOutbox;
  readonly series: readonly MovedSeries[];
  readonly archive: RestoredArchive;
  /** Where the old database is kept; empty where there was none. */
  readonly keptAside: string;
  readonly check: readonly DoctorLine[];
}

/** A database that is ready to be put in place. */
export interface Prepared {
  readonly outcome: Omit<Restored, "keptAside">;
  /** Every entry of the restored database. */
  readonly entries: readonly AuditEntry[];
  readonly known: Knowledge;
}

/** Where a database is restored, apart from the one in use. */
export interface Place {
  readonly scratch: string;
  readonly url: string;
  readonly file: string | undefined;
}
