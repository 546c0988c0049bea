/**
 * Backs up the database of a home that may be running: a consistent copy, checked, written under another name, flushed and
 * renamed, with a manifest beside it. Files are private to their owner, since a backup holds what the database holds.
 */
import { constants } from "node:fs";
import { copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { archivePath } from "../exchange/archive.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder, syncFolder, unless } from "../exchange/durable.ts";
import { copyDatabase, damageOf, gatherInto } from "../store/sqlite-file.ts";
import { openStore } from "../store/store.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { contentOf, damaged, type Manifest, manifestName, sumOf } from "./backup-manifest.ts";
import { dumpPostgres } from "./backup-postgres.ts";

export interface BackupWish {
  /** A folder to write into, or the name of the file; `data/backups` of the home unless told. Absolute. */
  readonly target: string | undefined;
  /** Copies the files of the archive that are not beside the backup yet, too. */
  readonly withArchive: boolean;
  readonly version: string;
}

export interface BackupMade {
  /** Absolute. */
  readonly file: string;
  readonly manifest: Manifest;
  /** Archived files that were copied this time, and those that the archive lacks. */
  readonly copied: number;
  readonly missing: readonly string[];
}

type Content = Awaited<ReturnType<typeof contentOf>>;

/** Path of a home's SQLite file; `undefined` where its database is another. */
export function sqlitePath({ gateway, home }: Pick<Configuration, "gateway" | "home">): string | undefined {
  const { database } = gateway;
  return database.startsWith("sqlite:") ? path.resolve(home, database.slice("sqlite:".length)) : undefined;
}

/**
 * Backs up a home's database.
 * @throws CalloffError BACKUP_EXISTS, BACKUP_FAILED, BACKUP_DAMAGED, BACKUP_TOOL where pg_dump is missing
 */
export async function backUp(config: Configuration, wish: BackupWish, occasion: Occasion): Promise<BackupMade> {
  const file = await nameOf(config, wish, occasion);
  const folder = path.dirname(file);
  const incoming = path.join(folder, `.${path.basename(file)}.part`);
  await refuseExisting(file);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await makePrivate(incoming);
    const content = await copied(config, incoming);
    const { archive, ...held } = content;
    const kept = wish.withArchive ? await copyArchive(config, folder, archive) : { copied: 0, missing: [] };
    const manifest: Manifest = {
      schema: "calloff/backup/1",
      version: wish.version,
      database: sqlitePath(config) === undefined ? "postgres" : "sqlite",
      file: path.basename(file),
      ...(await sumOf(incoming)),
      businessDate: occasion.businessDate,
      instant: occasion.instant,
      ...held,
      archive: {
        files: archive.length,
        bytes: archive.reduce((sum, { bytes }) => sum + bytes, 0),
        copied: wish.withArchive,
      },
    };
    // The manifest first: what stands under its own name is whole.
    await writePrivate(manifestName(file), `${stableJson(manifest, 2)}\n`);
    await sync(incoming);
    await rename(incoming, file);
    await syncFolder(folder);
    return { file, manifest, ...kept };
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error instanceof CalloffError) throw error;
    throw failed(file, error);
  } finally {
    for (const rest of ["", "-journal", "-wal", "-shm"])
      await unless(["ENOTDIR"], undefined, () => rm(incoming + rest, { force: true }));
  }
}

async function nameOf(config: Configuration, { target }: BackupWish, { instant }: Occasion): Promise<string> {
  const ending = sqlitePath(config) === undefined ? ".dump" : ".sqlite";
  if (target !== undefined && path.extname(target) !== "" && !(await isFolder(target))) return target;
  const stamp = instant.replace(/[-:]|\.\d+/g, "");
  return path.join(target ?? path.join(config.home, "data", "backups"), `calloff-${stamp}${ending}`);
}

const isFolder = (name: string): Promise<boolean> =>
  stat(name).then(
    (there) => there.isDirectory(),
    () => false,
  );

async function refuseExisting(file: string): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined) return;
  throw new CalloffError("BACKUP_EXISTS", "There is a file of that name already", {
    place: { file },
    expected: "a name that is not taken: a backup never overwrites another",
    remedy: "Name a folder, which gives each backup its own name, or another file",
  });
}

async function makePrivate(file: string): Promise<void> {
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
    0o600,
  );
  await handle.chmod(0o600);
  await handle.close();
}

async function writePrivate(file: string, text: string): Promise<void> {
  const incoming = `${file}.part`;
  await makePrivate(incoming);
  const handle = await open(incoming, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(incoming, file);
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies the database, looks whether the copy is sound, and says what it holds. */
async function copied(config: Configuration, incoming: string): Promise<Content> {
  const from = sqlitePath(config);
  if (from === undefined) return dumpPostgres(config, incoming);
  if ((await stat(from).catch(() => undefined)) === undefined) {
    throw new CalloffError("BACKUP_FAILED", "There is no database to back up yet", {
      place: { file: from },
      remedy: "It is made at the first start; see calloff doctor",
    });
  }
  await copyDatabase(from, incoming);
  const faults = await damageOf(incoming, true);
  if (faults.length > 0) throw damaged(from, "a sound database", faults.slice(0, 3).join("; "));
  const store = openStore(`sqlite:${incoming}`, config.home);
  let content: Content;
  try {
    content = await contentOf(store);
  } finally {
    await store.close();
  }
  await gatherInto(incoming);
  return content;
}

/** Copies what the database names and the backup's folder lacks; archived bytes never change, so each is copied once. */
async function copyArchive(
  { home }: Configuration,
  folder: string,
  files: Content["archive"],
): Promise<Pick<BackupMade, "copied" | "missing">> {
  const { archive } = exchangePaths(home);
  const missing: string[] = [];
  let done = 0;
  for (const { sha256, bytes } of files) {
    const target = archivePath(path.join(folder, "archive"), sha256);
    if ((await stat(target).catch(() => undefined))?.size === bytes) continue;
    await makeFolder(path.dirname(target), 0o700);
    const incoming = `${target}.part`;
    try {
      await copyFile(archivePath(archive, sha256), incoming, constants.COPYFILE_FICLONE);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
      missing.push(sha256);
      continue;
    }
    if ((await sumOf(incoming)).sha256 !== sha256) {
      missing.push(sha256);
      await rm(incoming);
      continue;
    }
    await sync(incoming);
    await rename(incoming, target);
    await syncFolder(path.dirname(target));
    done += 1;
  }
  return { copied: done, missing };
}

const failed = (file: string, error: Error): CalloffError =>
  new CalloffError("BACKUP_FAILED", "The backup could not be made", {
    place: { file },
    expected: "a folder that may be written to, on a disk with room for the whole database",
    found: error.message,
    remedy: "Correct what is found, or name another folder; the home is as it was, and nothing half written is left",
    cause: error,
  });
