/**
 * Puts a backup back: checked in a place of its own, brought forward by doing again what is known to have happened since,
 * reconciled with the files on disk, checked once more, and only then put in the place of the old database, which is kept.
 */
import { constants } from "node:fs";
import { copyFile, link, mkdir, mkdtemp, open, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { archivePath } from "../exchange/archive.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder, syncFolder } from "../exchange/durable.ts";
import { endOfTrail, trailFolder, writeTrail } from "../exchange/trail.ts";
import { type AuditEntry, readAudit, recordAudit } from "../store/audit.ts";
import { isFresh, migrate, pendingMigrations } from "../store/migrate.ts";
import { damageOf, gatherInto } from "../store/sqlite-file.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { Json } from "../values/json.ts";
import { sqlitePath } from "./backup.ts";
import { contentOf, damaged, type Manifest, readBackup, sumOf } from "./backup-manifest.ts";
import { restorePostgres } from "./backup-postgres.ts";
import { checkDatabase } from "./db-check.ts";
import { namesIn } from "./db-check-files.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { takeInstanceLock } from "./instance-lock.ts";
import { openKeeper } from "./keeper.ts";
import { openLog } from "./log.ts";
import { clockOf, doAgain, layScratchHome, type Moment } from "./replay.ts";
import { type Knowledge, knowledgeAfter } from "./restore-knowledge.ts";
import { type MovedSeries, moveSeries } from "./restore-numbers.ts";
import { type RestoredOutbox, settleOutbox, writtenBefore } from "./restore-outbox.ts";

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
  readonly archive: {
    /** Files that were brought back from the backup's own archive. */
    readonly brought: number;
    /** Files the database names whose bytes are nowhere. */
    readonly missing: readonly string[];
    /** Files that were received and that the database does not know; each with the command that hands it in again. */
    readonly forgotten: readonly { readonly sha256: string; readonly command: string }[];
  };
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
  const scratch = await mkdtemp(path.join(data, ".restore-"));
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
  const keptAside = await putInPlace(config, file, target, occasion);
  return { ...prepared.outcome, keptAside: await renewTrail(config, prepared, keptAside, occasion) };
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
  try {
    if (!(await isFresh(store))) throw notEmpty();
  } finally {
    await store.close();
  }
  await restorePostgres(database, wish.backup);
  const prepared = await prepare(config, wish, manifest, { scratch, url: database, file: undefined }, occasion);
  return { ...prepared.outcome, keptAside: await renewTrail(config, prepared, "", occasion) };
}

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

function refuseUnsound(check: readonly DoctorLine[]): void {
  // The trail is renewed after the switch; until then the old one may well tell of more.
  const wrong = check.filter(
    ({ health, subject }) => health === "fail" && subject !== "trail" && subject !== "archive",
  );
  const [first] = wrong;
  if (first === undefined) return;
  throw new CalloffError("RESTORE_UNSOUND", "What the backup and the time after it give together does not hold", {
    expected: "a database without faults, by calloff db check",
    found: `${first.subject}: ${first.message}`,
    remedy: "Restore with --as-it-was, or use another backup; the database in use was not touched",
  });
}

/** Archived files that the home has lost and that lie beside the backup. */
async function bringArchive({ home }: Configuration, folder: string): Promise<number> {
  const { archive } = exchangePaths(home);
  let brought = 0;
  for (const file of await namesIn(path.join(folder, "archive"))) {
    const sha256 = path.basename(file);
    const target = archivePath(archive, sha256);
    if ((await stat(target).catch(() => undefined)) !== undefined) continue;
    if ((await sumOf(file)).sha256 !== sha256) continue;
    await makeFolder(path.dirname(target), 0o700);
    const incoming = path.join(archive, `.incoming-${sha256}`);
    await copyFile(file, incoming);
    await syncFile(incoming);
    await rename(incoming, target);
    await syncFolder(path.dirname(target));
    brought += 1;
  }
  return brought;
}

async function archiveGaps(
  { home }: Configuration,
  store: Store,
  known: Knowledge,
): Promise<Omit<Restored["archive"], "brought">> {
  const { archive } = exchangePaths(home);
  const names = await namesIn(archive);
  const there = new Set(names.map((name) => path.basename(name)));
  const rows = (await store.ask("SELECT DISTINCT sha256 FROM file WHERE sha256 <> ''")).map(({ sha256 }) =>
    String(sha256),
  );
  const stored = new Set(rows);
  const arrivals = new Map(
    known.entries
      .filter(({ verb }) => verb === "file.registered")
      .map(({ details }) => details as { sha256?: string; folder?: string; name?: string })
      .map((details) => [details.sha256, details]),
  );
  return {
    missing: rows.filter((sha256) => !there.has(sha256)),
    forgotten: names
      .filter((name) => !stored.has(path.basename(name)))
      .map((name) => {
        const sha256 = path.basename(name);
        const { folder = "<partner>", name: given = sha256 } = arrivals.get(sha256) ?? {};
        return { sha256, command: `cp ${path.relative(home, name)} ${JSON.stringify(`inbox/${folder}/${given}`)}` };
      }),
  };
}

/** The old database goes aside before the new one takes its name; at every moment one of the two has it, or the trail refuses. */
async function putInPlace(
  { home }: Configuration,
  file: string,
  target: string,
  { instant }: Occasion,
): Promise<string> {
  const existing = [];
  for (const ending of ["", "-wal", "-shm", "-journal"]) {
    if ((await stat(target + ending).catch(() => undefined)) !== undefined) existing.push(target + ending);
  }
  await makeFolder(path.dirname(target), 0o700);
  if (existing.length === 0) {
    await rename(file, target);
    await syncFolder(path.dirname(target));
    return "";
  }
  const aside = await asideFolder({ home }, { instant });
  for (const held of existing) await keepAside(held, path.join(aside, path.basename(held)));
  await syncFolder(aside);
  // What is beside the old file must not be taken for the new one's.
  for (const held of existing) if (held !== target) await rm(held, { force: true });
  await rename(file, target);
  await syncFolder(path.dirname(target));
  return aside;
}

/** A folder of its own for what a restore replaces. */
async function asideFolder(
  { home }: Pick<Configuration, "home">,
  { instant }: Pick<Occasion, "instant">,
): Promise<string> {
  const wanted = path.join(home, "data", `before-restore-${instant.replace(/[-:]|\.\d+/g, "")}`);
  for (let n = 1; ; n += 1) {
    const folder = n === 1 ? wanted : `${wanted}-${n}`;
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
  }
}

/** By a second name, or by a copy where the file system has none. */
async function keepAside(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
    await syncFile(to);
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The trail goes on where it tells the same; else it is kept beside the old database and told anew. Gives where things are kept. */
async function renewTrail(
  config: Configuration,
  { entries, known }: Prepared,
  keptAside: string,
  occasion: Occasion,
): Promise<string> {
  const folder = trailFolder(exchangePaths(config.home));
  const last = known.entries.at(-1);
  const same = last === undefined ? !known.other : entries.find(({ seq }) => seq === last.seq)?.hash === last.hash;
  if (same && (await reachesInto(folder, entries))) return keptAside;
  const aside = keptAside === "" ? await asideFolder(config, occasion) : keptAside;
  if ((await stat(folder).catch(() => undefined)) !== undefined) await rename(folder, path.join(aside, "trail"));
  await writeTrail(folder, { entries, leaving: known.leaving, left: known.left });
  return aside;
}

/** Whether the trail's own end is an entry of these. */
async function reachesInto(folder: string, entries: readonly AuditEntry[]): Promise<boolean> {
  if ((await readdir(folder).catch(() => [])).length === 0) return true;
  const end = await endOfTrail(folder);
  return end === undefined || entries.some(({ seq, hash }) => seq === end.seq && hash === end.hash);
}
