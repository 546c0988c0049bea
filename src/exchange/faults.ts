/**
 * What stands in the way at the moment: a disk without room, a folder that is not mounted, a right that is missing. Each is
 * told once when it begins, again when it changes, and once when it has ended, however often the step that meets it is tried.
 */
import type { Logger } from "pino";
import type { Clock, Instant } from "../values/clock.ts";
import type { ExchangeEvents } from "./context.ts";

/** What a fault keeps from happening. */
export type FaultKind =
  | "folder"
  | "read"
  | "left"
  | "claim"
  | "take"
  | "grown"
  | "keep"
  | "apply"
  | "trail"
  | "write"
  | "step"
  | "watch"
  | "log";

export interface Fault {
  /** Folder or file as a path in the home, or the step that cannot be done; with `kind`, what the fault is known by. */
  readonly place: string;
  readonly kind: FaultKind;
  /** The operating system's code, or one of ours. */
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

export interface StandingFault extends Fault {
  readonly since: Instant;
}

export interface Faults {
  /** A fault was met; says whether that is news: it did not stand before, or otherwise. */
  stands(fault: Fault, cause?: Error): boolean;
  /** What the fault kept from happening has happened. */
  ended(place: string, kind: FaultKind): void;
  /** Every fault of that kind whose place is none of these has ended. */
  endedBut(kind: FaultKind, places: ReadonlySet<string>): void;
  /** Oldest first. */
  standing(): readonly StandingFault[];
}

const keyOf = (place: string, kind: FaultKind): string => `${kind}\u0000${place}`;

/** @param changed called after each fault that begins, changes or ends */
export function standingFaults(
  { clock, log, events }: { clock: Clock; log: Logger; events: ExchangeEvents },
  changed: (standing: readonly StandingFault[]) => void = () => {},
): Faults {
  const standing = new Map<string, StandingFault>();
  const tell = () => changed([...standing.values()]);
  const end = (place: string, kind: FaultKind): void => {
    const key = keyOf(place, kind);
    const fault = standing.get(key);
    if (fault === undefined) return;
    standing.delete(key);
    const { code, what, since } = fault;
    log.info({ place, code, since }, `over: ${what}`);
    events.emit("fault.ended", { place, code });
    tell();
  };
  return {
    stands: (fault, cause) => {
      const key = keyOf(fault.place, fault.kind);
      const before = standing.get(key);
      if (before?.code === fault.code && before.what === fault.what) return false;
      standing.set(key, { ...fault, since: before?.since ?? clock.instant() });
      const { place, code, what, remedy } = fault;
      log.error({ place, code, remedy, ...(cause === undefined ? {} : { err: cause }) }, what);
      events.emit("fault.began", { place, code, what, remedy });
      tell();
      return true;
    },
    ended: end,
    endedBut: (kind, places) => {
      for (const fault of standing.values())
        if (fault.kind === kind && !places.has(fault.place)) end(fault.place, kind);
    },
    standing: () => [...standing.values()],
  };
}
