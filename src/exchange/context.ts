/** What every step of the exchange works with. */
import type { EventEmitter } from "node:events";
import path from "node:path";
import type { Logger } from "pino";
import type { Configuration } from "../config/configuration.ts";
import { outboxFolderOf } from "../config/cross-checks.ts";
import type { Gateways } from "../store/gateways.ts";
import type { Store } from "../store/store.ts";
import type { Clock, Instant } from "../values/clock.ts";
import type { Faults } from "./faults.ts";
import type { HomeFolders } from "./home-folders.ts";
import type { Reader } from "./set-reading.ts";

/** A file that a step was about. */
interface AboutFile {
  /** Number of the claim: `file:<claim>` names the file everywhere. */
  readonly claim: string;
  readonly folder: string;
  readonly name: string;
}

/** Events by name, each with one payload; every one is told after what it says has been made durable. */
export interface ExchangeEventMap {
  /** Something in the inbox is never read: a link, a pipe, a folder, a name that is not allowed, too large a file. */
  "file.refused": [{ folder: string; name: string; reason: string }];
  /** A file whose end has not come waits in the inbox; `since` is its last change. Told once until it changes. */
  "file.incomplete": [{ folder: string; name: string; since: Instant }];
  "file.claimed": [AboutFile];
  /** A claimed file cannot be archived or registered now; it is tried again by itself. */
  "file.waiting": [AboutFile & { reason: string }];
  /** A sender wrote on in a file that was taken already; what it is now has the claim `again`. */
  "file.grown": [AboutFile & { again: string }];
  "file.registered": [AboutFile & { partner: string; sha256: string; state: string }];
  /** Every set of the file has its outcome; `state` is `applied`, `in part` or `failed`. */
  "file.applied": [
    AboutFile & {
      partner: string;
      state: string;
      cause: string;
      sets: Readonly<Record<string, number>>;
      lines: number;
    },
  ];
  "file.quarantined": [AboutFile & { partner: string; cause: string }];
  /** Bytes that were there before: nothing happened. */
  "file.duplicate": [AboutFile & { partner: string; cause: string }];
  /** A control number came again with other bytes; nothing of that interchange happened. */
  "interchange.held": [AboutFile & { partner: string; control: string }];
  /** Control numbers of a sender are missing before this one; `held` until they come, where the partner's file wants that. */
  "interchange.gap": [AboutFile & { partner: string; control: string; missing: string; held: boolean }];
  /** A customer answers what we sent with a rejection, or answers what we never sent. */
  "acknowledgement.alarm": [AboutFile & { partner: string; reason: string; group: string; set: string }];
  /** What was written to a partner has not been acknowledged within the time that his file gives him. */
  "acknowledgement.overdue": [
    { receiver: string; folder: string; name: string; kind: string; number: string; writtenAt: string },
  ];
  "document.held": [{ kind: string; receiver: string; number: string; finding: string }];
  "outbox.rendered": [{ receiver: string; folder: string; name: string }];
  "outbox.written": [{ receiver: string; folder: string; name: string; sha256: string }];
  /** A file that cannot be known to have left, or must not leave; it goes again only by command. */
  "outbox.uncertain": [{ receiver: string; folder: string; name: string; reason: string }];
  "outbox.waiting": [{ receiver: string; folder: string; name: string; reason: string }];
  /** Something stands in the way of files: told when it begins or changes, however often the step is tried again. */
  "fault.began": [{ place: string; code: string; what: string; remedy: string }];
  "fault.ended": [{ place: string; code: string }];
  /** A folder of the inbox or the outbox was deleted and made again, or another one is mounted in its place. */
  "folder.replaced": [{ place: string }];
}

export type ExchangeEvents = EventEmitter<ExchangeEventMap>;

/** Folders of a home that the exchange reads and writes, absolute. */
export interface ExchangePaths {
  readonly inbox: string;
  readonly outbox: string;
  readonly archive: string;
  readonly quarantine: string;
}

export interface Exchange {
  readonly config: Configuration;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ExchangeEvents;
  readonly paths: ExchangePaths;
  /** Reads catalogues and sets; the daemon does it in workers. */
  readonly reader: Reader;
  /** What stands in the way at the moment. */
  readonly faults: Faults;
  /** The other gateways on the database; none where a home has its database to itself. */
  readonly gateways?: Gateways | undefined;
  /** Which folders may be used at the moment. */
  readonly folders: HomeFolders;
}

/** Where a home keeps its files. */
export function exchangePaths(home: string): ExchangePaths {
  const below = (...names: string[]) => path.join(path.resolve(home), ...names);
  return {
    inbox: below("inbox"),
    outbox: below("outbox"),
    archive: below("data", "archive"),
    quarantine: below("data", "quarantine"),
  };
}

/** The folder of the inbox and the outbox that is the ERP's. */
export const ERP = "erp";

/** Every folder of the inbox that is watched, in the order of their names. */
export function watchedFolders(config: Configuration): string[] {
  const folders = [...config.partners.values()].flatMap((partner) => partner.folders ?? [partner.code]);
  return [...new Set([...folders, ERP])].toSorted();
}

/** Every folder of the outbox that is written into, in the order of their names. */
export function outboxFolders(config: Configuration): string[] {
  return [...new Set([...[...config.partners.values()].map(outboxFolderOf), ERP])].toSorted();
}
