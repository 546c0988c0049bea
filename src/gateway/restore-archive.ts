/** The archive in a restore: what the backup brings back, what is missing, and what nobody knows any more. */
import { copyFile, rename, stat } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { archivePath } from "../exchange/archive.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder, syncFolder } from "../exchange/durable.ts";
import type { Store } from "../store/store.ts";
import { shellWord } from "../values/shell.ts";
import { sumOf } from "./backup-manifest.ts";
import { namesIn } from "./db-check-files.ts";
import type { Knowledge } from "./restore-knowledge.ts";
import { syncFile } from "./restore-place.ts";

export interface RestoredArchive {
  /** Files that were brought back from the backup's own archive. */
  readonly brought: number;
  /** Files the database names whose bytes are nowhere. */
  readonly missing: readonly string[];
  /** Files that were received and that the database does not know; each with the command that hands it in again. */
  readonly forgotten: readonly { readonly sha256: string; readonly command: string }[];
}

/** Archived files that the home has lost and that lie beside the backup. */
export async function bringArchive({ home }: Configuration, folder: string): Promise<number> {
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

/** What the archive and the restored database do not know of each other. */
export async function archiveGaps(
  { home }: Configuration,
  store: Store,
  known: Knowledge,
): Promise<Omit<RestoredArchive, "brought">> {
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
        const [from, to] = [shellWord(path.relative(home, name)), shellWord(`inbox/${folder}/${given}`)];
        return { sha256, command: `cp ${from} ${to}` };
      }),
  };
}
