/** A restore on SQLite: a file of its own, which takes the place of the old one. */
import { constants } from "node:fs";
import { copyFile, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { aloneInFile, damageOf, gatherInto, inUse } from "../store/sqlite-file.ts";
import type { Occasion } from "../values/clock.ts";
import { damaged, type Manifest } from "./backup-manifest.ts";
import type { Knowledge } from "./restore-knowledge.ts";
import { putInPlace, renewTrail, syncFile } from "./restore-place.ts";
import { prepare } from "./restore-prepare.ts";
import type { Restored, RestoreWish } from "./restored.ts";

export async function intoPlace(
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
