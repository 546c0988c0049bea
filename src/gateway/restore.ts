/**
 * Puts a backup back: checked in a place of its own, brought forward by doing again what is known to have happened since,
 * reconciled with the files on disk, checked once more, and only then put in the place of the old database, which is kept.
 */
import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder } from "../exchange/durable.ts";
import { finishRenewal, trailFolder } from "../exchange/trail-reading.ts";
import { type AuditEntry, readAudit, recordAudit } from "../store/audit.ts";
import { isFresh, migrate, pendingMigrations } from "../store/migrate.ts";
import { aloneInFile, damageOf, gatherInto, inUse } from "../store/sqlite-file.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { Json } from "../values/json.ts";
import { sqlitePath } from "./backup.ts";
import { contentOf, damaged, type Manifest, readBackup } from "./backup-manifest.ts";
import { restorePostgres } from "./backup-postgres.ts";
import { checkDatabase } from "./db-check.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { takeInstanceLock } from "./instance-lock.ts";
import { openKeeper } from "./keeper.ts";
import { openLog } from "./log.ts";
import { clockOf, doAgain, layScratchHome, type Moment } from "./replay.ts";
import { archiveGaps, bringArchive, type RestoredArchive } from "./restore-archive.ts";
import { type Knowledge, knowledgeAfter } from "./restore-knowledge.ts";
import { type MovedSeries, moveSeries } from "./restore-numbers.ts";
import { type RestoredOutbox, settleOutbox, writtenBefore } from "./restore-outbox.ts";
import { putInPlace, renewTrail, syncFile } from "./restore-place.ts";

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

interface Prepared {
  readonly outcome: Omit<Restored, "keptAside">;
  /** Every entry of the restored database. */
  readonly entries: readonly AuditEntry[];
  readonly known: Knowledge;
}

/**
 * Restores a home.
 * @throws CalloffError LOCKED (exit 5) while a keeper runs, BACKUP_MISSING, BACKUP_DAMAGED, STORE_NEWER, RESTORE_*
 */
export async function restore(config: Configuration, wish: RestoreWish, occasion: Occasion): Promise<Restored> {
  const manifest = await readBackup(wish.backup);
  refuseOtherKind(config, manifest);
  const data = path.join(config.home, "data");
  const lock = await takeInstanceLock(data, "db restore");
  await removeLeftovers(config);
  const scratch = await mkdtemp(path.join(data, SCRATCH));
  try {
    const target = sqlitePath(config);
    return target === undefined
      ? await intoPostgres(config, wish, manifest, scratch, occasion)
      : await intoPlace(config, wish, manifest, { scratch, target }, occasion);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await lock.release();
  }
}

/** What a restore that was killed has left, and its last step, are seen to before the next one. */
async function removeLeftovers(config: Configuration): Promise<void> {
  const data = path.join(config.home, "data");
  const left = (await readdir(data)).filter((name) => name.startsWith(SCRATCH));
  for (const name of left) await rm(path.join(data, name), { recursive: true, force: true });
  await finishRenewal(trailFolder(exchangePaths(config.home)));
}

const SCRATCH = ".restore-";

function refuseOtherKind(config: Configuration, { database }: Manifest): void {
  const own = sqlitePath(config) === undefined ? "postgres" : "sqlite";
  if (own === database) return;
  throw new CalloffError("RESTORE_OTHER_DATABASE", `The backup is one of ${database}`, {
    expected: `a backup of ${own}, as config/gateway.yaml names the database`,
    found: database,
    remedy: "Name another backup, or correct `database`; nothing was changed",
  });
}

async function intoPlace(
  config: Configuration,
  wish: RestoreWish,
  manifest: Manifest,
  { scratch, target }: { scratch: string; target: string },
  occasion: Occasion,
): Promise<Restored> {
  const file = path.join(scratch, "data", "calloff.sqlite");
  await mkdir(path.dirname(file), { mode: 0o700 });
  await copyFile(wish.backup, file, constants.COPYFILE_EXCL);
  const [fault] = await damageOf(file, true);
  if (fault !== undefined) throw damaged(wish.backup, "a sound database", fault);
  const prepared = await prepare(
    config,
    wish,
    manifest,
    { scratch, url: "sqlite:data/calloff.sqlite", file },
    occasion,
  );
  await gatherInto(file);
  await syncFile(file);
  const keptAside = await switched(target, prepared.known, () => putInPlace(config, file, target, occasion));
  return { ...prepared.outcome, keptAside: await renewTrail(config, prepared, keptAside, occasion) };
}

/** What was done with the old database since it was read would be lost: the restore stops then, and nobody gets in from here on. */
async function switched(target: string, known: Knowledge, step: () => Promise<string>): Promise<string> {
  if ((await stat(target).catch(() => undefined)) === undefined) return step();
  return aloneInFile(target, (last) => {
    if (known.replaced !== undefined && last !== known.replaced)
      throw inUse(target, `entry ${last ?? "unknown"} as its last, and ${known.replaced} when it was read`);
    return step();
  });
}

async function intoPostgres(
  config: Configuration,
  wish: RestoreWish,
  manifest: Manifest,
  scratch: string,
  occasion: Occasion,
): Promise<Restored> {
  const { database } = config.gateway;
  const store = openStore(database, config.home);
  let there: readonly string[];
  try {
    if (!(await isFresh(store))) throw notEmpty();
    there = await tablesOf(store);
  } finally {
    await store.close();
  }
  await restorePostgres(database, wish.backup);
  const place = { scratch, url: database, file: undefined };
  const prepared = await prepare(config, wish, manifest, place, occasion).catch(async (thrown: unknown) => {
    await emptied(place, there).catch((cause: unknown) => {
      throw stillFilled(coerceError(thrown), coerceError(cause));
    });
    throw thrown;
  });
  return { ...prepared.outcome, keptAside: await renewTrail(config, prepared, "", occasion) };
}

/** Tables of a PostgreSQL database, quoted, by schema and name. */
const tablesOf = async (store: Store): Promise<string[]> =>
  (
    await store.ask(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    )
  ).map(({ name }) => String(name));

/** The database was empty before: what the restore made goes again, and the next one finds it as it was. */
const emptied = (place: Place, before: readonly string[]): Promise<void> =>
  inStore(place, async (store) => {
    const made = (await tablesOf(store)).filter((name) => !before.includes(name));
    if (made.length === 0) return;
    await store.write(async (tx) => void (await tx.run(`DROP TABLE ${made.join(", ")} CASCADE`)));
  });

const stillFilled = (failure: Error, cause: Error): CalloffError =>
  new CalloffError("RESTORE_NOT_EMPTY", `The restore failed: ${failure.message}; and its tables could not be dropped`, {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: "a database that is empty again",
    found: cause.message,
    remedy: "Do not go on with that database: createdb a new one, name it under `database`, and restore again",
    cause: failure,
  });

const notEmpty = (): CalloffError =>
  new CalloffError("RESTORE_NOT_EMPTY", "The database that config/gateway.yaml names is not empty", {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: "an empty database: on PostgreSQL nothing is ever restored over another",
    found: "tables of calloff",
    remedy: "createdb a new one, name it under `database`, and restore again; the old one stays as it is",
    exit: EXIT.conflict,
  });

interface Place {
  readonly scratch: string;
  readonly url: string;
  readonly file: string | undefined;
}

/** Everything that comes before the switch, in the place of its own. */
async function prepare(
  config: Configuration,
  wish: RestoreWish,
  manifest: Manifest,
  place: Place,
  occasion: Occasion,
): Promise<Prepared> {
  const brought = await bringArchive(config, path.dirname(wish.backup));
  const { known, before } = await inStore(place, (store) => backupAsIs(config, store, manifest, wish.backup));
  const again = wish.asItWas ? { steps: 0, done: 0 } : await doneAgain(config, place, known);
  return inStore(place, async (store) => {
    const { outbox, series } = await store.write(async (tx) => {
      const settled = await settleOutbox(tx, config, known, before);
      return { outbox: settled, series: await moveSeries(tx, config, known) };
    });
    const archive = { brought, ...(await archiveGaps(config, store, known)) };
    const after: Restored["after"] = {
      known: known.from,
      entries: known.entries.length,
      steps: again.steps,
      ...("stopped" in again ? { stopped: again.stopped } : {}),
      missing: known.entries
        .slice(again.done)
        .filter(isStep)
        .map(({ verb, object }) => `${verb} ${object}`),
    };
    const backup = { file: wish.backup, instant: manifest.instant, businessDate: manifest.businessDate };
    await store.write((tx) =>
      recordAudit(tx, occasion, "db.restored", path.basename(wish.backup), {
        backup,
        after,
        outbox,
        series,
        archive,
      } as unknown as Json),
    );
    const check = await checkDatabase(config, store, {
      businessDate: occasion.businessDate,
      quick: true,
      ...(place.file === undefined ? {} : { file: place.file }),
    });
    refuseUnsound(check);
    const outcome = { backup, after, outbox, series, archive, check };
    return { outcome, known, entries: await readAudit(store) };
  });
}

async function inStore<T>({ scratch, url }: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore(url, scratch);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The backup as it is: what it says of itself is true, its tables are brought up to date, and what came after it is known. */
async function backupAsIs(config: Configuration, store: Store, manifest: Manifest, backup: string) {
  const older = await pendingMigrations(store);
  await migrate(store);
  const content = await contentOf(store);
  if (content.audit.hash !== manifest.audit.hash)
    throw damaged(backup, `entry ${manifest.audit.seq} as its last`, `${content.audit.seq}`);
  if (older.length === 0 && content.fingerprint !== manifest.fingerprint)
    throw damaged(backup, `the fingerprint ${manifest.fingerprint}`, content.fingerprint);
  return { known: await knowledgeAfter(config, content.audit), before: await writtenBefore(store) };
}

const isStep = ({ verb }: AuditEntry): boolean =>
  verb.startsWith("command:") || verb === "file.registered" || verb === "order.released";

interface Again {
  readonly steps: number;
  /** Entries up to the one that could not be done again. */
  readonly done: number;
  readonly stopped?: { readonly step: string; readonly reason: string };
}

/** Brings the database forward in a home of its own: what it writes goes into an outbox that nobody reads. */
async function doneAgain(config: Configuration, { scratch, url }: Place, known: Knowledge): Promise<Again> {
  if (known.entries.length === 0) return { steps: 0, done: 0 };
  const paths = exchangePaths(config.home);
  await layScratchHome(config.home, scratch, url);
  await mkdir(path.join(scratch, "data"), { recursive: true, mode: 0o700 });
  for (const folder of [paths.archive, paths.quarantine]) {
    await makeFolder(folder, 0o700);
    await symlink(folder, path.join(scratch, "data", path.basename(folder)));
  }
  await copyFile(path.join(config.home, "data", "home-id"), path.join(scratch, "data", "home-id")).catch(
    () => undefined,
  );
  const moment: Moment = { current: undefined };
  const keeper = await openKeeper(scratch, {
    command: "db restore",
    clock: clockOf(moment),
    log: openLog("error"),
    anyDate: true,
  });
  let steps = 0;
  try {
    for (const [n, entry] of known.entries.entries()) {
      try {
        steps += await doAgain(keeper, moment, paths.archive, [entry]);
      } catch (thrown) {
        return {
          steps,
          done: n,
          stopped: { step: `${entry.verb} ${entry.object}`, reason: coerceError(thrown).message },
        };
      }
    }
    return { steps, done: known.entries.length };
  } finally {
    await keeper.stop();
  }
}

/** Without these no database is put in place; what else does not hold is told. The trail is renewed after the switch. */
const INDISPENSABLE = new Set(["database", "tables", "audit trail", "references", "numbers"]);

function refuseUnsound(check: readonly DoctorLine[]): void {
  const wrong = check.filter(({ health, subject }) => health === "fail" && INDISPENSABLE.has(subject));
  const [first] = wrong;
  if (first === undefined) return;
  throw new CalloffError("RESTORE_UNSOUND", "What the backup and the time after it give together does not hold", {
    expected: "a database without faults, by calloff db check",
    found: `${first.subject}: ${first.message}`,
    remedy: "Restore with --as-it-was, or use another backup; the database in use was not touched",
  });
}
