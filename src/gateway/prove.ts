/**
 * The small proof of a home: from its archive and configuration, and from its audit trail what bytes cannot tell (order of
 * arrival, business date and instant of each step, commands and who gave them), everything is done again on an empty
 * database. The same outbox, byte for byte, and the same fingerprint come out, or it is said what differs (features.md G4).
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { loadConfiguration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { type AuditEntry, readAudit } from "../store/audit.ts";
import { fingerprint } from "../store/fingerprint.ts";
import { openStore } from "../store/store.ts";
import { CalloffError } from "../values/errors.ts";
import { type Keeper, openKeeper } from "./keeper.ts";
import { openLog } from "./log.ts";
import { clockOf, doAgain, layScratchHome, type Moment } from "./replay.ts";

/** A file of the outbox, by its path in the outbox, and the hash of its bytes. */
interface Written {
  readonly path: string;
  readonly sha256: string;
}

export interface Proof {
  readonly proven: boolean;
  /** Arrivals, timetable runs and commands that were done again. */
  readonly steps: number;
  readonly files: {
    readonly same: number;
    /** Written then, but not when it was done again. */
    readonly missing: readonly string[];
    /** Written again, but with other bytes. */
    readonly different: readonly string[];
    /** Written only when it was done again. */
    readonly extra: readonly string[];
  };
  readonly fingerprint: { readonly before: string; readonly again: string };
}

/** How far a proof has come: what the home remembers is read, and so much of it is done again. */
export interface Progress {
  readonly files: number;
  readonly entries: number;
  /** Entries of the audit trail that are behind it, and the next one; absent before the first. */
  readonly next?: { readonly behind: number; readonly object: string; readonly date: string };
}

interface Kept {
  readonly trail: readonly AuditEntry[];
  readonly outbox: readonly Written[];
  readonly fingerprint: string;
}

/**
 * Proves a home. Its own files and database are only read.
 * @param tell is told how far the proof has come, at every entry of the audit trail
 * @throws CalloffError PROVE_UNSENT while documents still wait to be written, PROVE_ARCHIVE_MISSING when bytes are not in the
 * archive any more
 */
export async function proveHome(home: string, tell: (progress: Progress) => void = () => {}): Promise<Proof> {
  const config = loadConfiguration(home);
  const store = openStore(config.gateway.database, config.home);
  const scratch = await mkdtemp(path.join(os.tmpdir(), "calloff-proof-"));
  try {
    await refuseUnsent(store);
    const then: Kept = {
      trail: await readAudit(store),
      outbox: await writtenFiles(store),
      fingerprint: await fingerprint(store),
    };
    tell({ files: then.outbox.length, entries: then.trail.length });
    await layScratchHome(config.home, scratch, "sqlite:data/calloff.sqlite");
    return await doneAgain(config.home, scratch, then, tell);
  } finally {
    await store.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What waits to be written would come out of the proof as written twice. */
async function refuseUnsent(store: Pick<Keeper["store"], "ask">): Promise<void> {
  const [row] = await store.ask(
    `SELECT (SELECT COUNT(*) FROM outbound_document WHERE state = 'waiting') + (SELECT COUNT(*) FROM outbox_file WHERE state <> 'written')
     + (SELECT COUNT(*) FROM file WHERE state = 'registered') AS waiting`,
  );
  const waiting = Number(row?.["waiting"]);
  if (waiting === 0) return;
  throw new CalloffError("PROVE_UNSENT", "The home is not at rest", {
    expected: "every file applied, every document written",
    found: `${waiting} of them waiting`,
    remedy: "Let calloff run or calloff start finish the work, then prove again; calloff outbox list names what waits",
  });
}

const writtenFiles = async (store: Pick<Keeper["store"], "ask">): Promise<Written[]> =>
  (await store.ask("SELECT folder, name, sha256 FROM outbox_file WHERE state = 'written' ORDER BY folder, name")).map(
    (row) => ({
      path: `${String(row["folder"])}/${String(row["name"])}`,
      sha256: String(row["sha256"]),
    }),
  );

async function doneAgain(
  home: string,
  scratch: string,
  then: Kept,
  tell: (progress: Progress) => void,
): Promise<Proof> {
  const moment: Moment = { current: undefined };
  const keeper = await openKeeper(scratch, {
    command: "prove",
    clock: clockOf(moment),
    log: openLog("error"),
    anyDate: true,
  });
  try {
    const all = { files: then.outbox.length, entries: then.trail.length };
    let behind = 0;
    const steps = await doAgain(keeper, moment, exchangePaths(home).archive, then.trail, (entry) => {
      tell({ ...all, next: { behind, object: entry.object, date: entry.businessDate } });
      behind += 1;
    });
    return compared(
      then,
      { outbox: await writtenFiles(keeper.store), fingerprint: await fingerprint(keeper.store) },
      steps,
    );
  } finally {
    await keeper.stop();
  }
}

function compared(then: Kept, again: Omit<Kept, "trail">, steps: number): Proof {
  const before = new Map(then.outbox.map((file) => [file.path, file.sha256]));
  const after = new Map(again.outbox.map((file) => [file.path, file.sha256]));
  const common = [...before.keys()].filter((name) => after.has(name));
  const different = common.filter((name) => before.get(name) !== after.get(name));
  const missing = [...before.keys()].filter((name) => !after.has(name));
  const extra = [...after.keys()].filter((name) => !before.has(name));
  const sameFigures = then.fingerprint === again.fingerprint;
  return {
    proven: different.length + missing.length + extra.length === 0 && sameFigures,
    steps,
    files: { same: common.length - different.length, missing, different, extra },
    fingerprint: { before: then.fingerprint, again: again.fingerprint },
  };
}
