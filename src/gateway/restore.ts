/**
 * Puts a backup back: checked in a place of its own, brought forward by doing again what is known to have happened since,
 * reconciled with the files on disk, checked once more, and only then put in the place of the old database, which is kept.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { finishRenewal, trailFolder } from "../exchange/trail-reading.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import { sqlitePath } from "./backup.ts";
import { type Manifest, readBackup } from "./backup-manifest.ts";
import { takeInstanceLock } from "./instance-lock.ts";
import { intoPlace } from "./restore-file.ts";
import { intoPostgres } from "./restore-postgres.ts";
import type { Restored, RestoreWish } from "./restored.ts";

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
