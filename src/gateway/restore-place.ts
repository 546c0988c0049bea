/** The switch: the old database goes aside, the new one takes its place, the trail goes on with it. */
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder, syncFolder } from "../exchange/durable.ts";
import { endOfTrail, replaceTrail, trailFolder } from "../exchange/trail-reading.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { Occasion } from "../values/clock.ts";
import type { Prepared } from "./restored.ts";

/**
 * The old database goes aside under a second name before the new one takes its own: whenever the process dies, one of the two
 * is there whole. Files beside the old one are there only where it is too damaged to be brought into one file.
 */
export async function putInPlace(
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

/** Makes what was written to a file survive a power cut. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The trail goes on where it tells the same; else it is kept beside the old database and told anew. Gives where things are kept. */
export async function renewTrail(
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
  await replaceTrail(folder, { entries, leaving: known.leaving, left: known.left }, path.join(aside, "trail"));
  return aside;
}

/** Whether the trail's own end is an entry of these. */
async function reachesInto(folder: string, entries: readonly AuditEntry[]): Promise<boolean> {
  if ((await readdir(folder).catch(() => [])).length === 0) return true;
  const end = await endOfTrail(folder);
  return end === undefined || entries.some(({ seq, hash }) => seq === end.seq && hash === end.hash);
}
