/** Whether what the database says of files is what lies on disk: the archive by content, the outbox by name and content. */
import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { archivePath } from "../exchange/archive.ts";
import { exchangePaths } from "../exchange/context.ts";
import { unless } from "../exchange/durable.ts";
import { sha256Of } from "../exchange/hashing.ts";
import type { Queryable } from "../store/store.ts";
import { sumOf } from "./backup-manifest.ts";
import type { DoctorLine } from "./doctor-line.ts";

const NAMED = 5;
const named = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? " …" : ""}`;

/** @param quick sizes instead of contents */
export async function fileLines(config: Configuration, from: Queryable, quick: boolean): Promise<DoctorLine[]> {
  return [...(await archiveLines(config, from, quick)), ...(await outboxLines(config, from))];
}

async function archiveLines({ home }: Configuration, from: Queryable, quick: boolean): Promise<DoctorLine[]> {
  const subject = "archive";
  const { archive } = exchangePaths(home);
  const rows = await from.ask("SELECT claim, sha256, size FROM file WHERE sha256 <> '' ORDER BY id");
  const seen = new Map<string, boolean>();
  const wrong: string[] = [];
  for (const { claim, sha256, size } of rows) {
    const hash = String(sha256);
    const good = seen.get(hash) ?? (await isKept(archivePath(archive, hash), hash, Number(size), quick));
    seen.set(hash, good);
    if (!good) wrong.push(`file:${String(claim)}`);
  }
  const extra = (await namesIn(archive)).filter((name) => !seen.has(path.basename(name)));
  const how = quick ? "by size" : "by content";
  const lines: DoctorLine[] = [
    wrong.length === 0
      ? { subject, health: "ok", message: `${seen.size} files are there, ${how}` }
      : {
          subject,
          health: "fail",
          message: `${wrong.length} files are missing or not what was received: ${named(wrong)}`,
          remedy:
            "Put them back from a backup made with --with-archive; without its bytes a file can be neither proven nor done again",
        },
  ];
  if (extra.length > 0) {
    lines.push({
      subject,
      health: "warn",
      message: `${extra.length} files that the database does not know: ${named(extra.map((name) => path.relative(home, name)))}`,
      remedy:
        "After a restore, drop what is still wanted into its inbox folder again; a file whose taking was cut short lies in .claimed and is taken by itself",
    });
  }
  return lines;
}

async function isKept(file: string, sha256: string, size: number, quick: boolean): Promise<boolean> {
  const there = await unless(["ENOENT"], undefined, () => lstat(file));
  if (there?.isFile() !== true || there.size !== size) return false;
  return quick || (await sumOf(file)).sha256 === sha256;
}

/** Files of an archive, absolute; what is being copied into it is not counted. */
export async function namesIn(archive: string): Promise<string[]> {
  const entries = await unless(["ENOENT"], [], () => readdir(archive, { recursive: true, withFileTypes: true }));
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.endsWith(".part"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

async function outboxLines({ home }: Configuration, from: Queryable): Promise<DoctorLine[]> {
  const subject = "outbox";
  const { outbox } = exchangePaths(home);
  const rows = await from.ask("SELECT id, folder, name, sha256, state FROM outbox_file ORDER BY id");
  const known = new Map(rows.map((row) => [`${String(row["folder"])}/${String(row["name"])}`, row]));
  const other: string[] = [];
  const strange: string[] = [];
  const temporary: string[] = [];
  const files = await unless(["ENOENT"], [], () => readdir(outbox, { recursive: true, withFileTypes: true }));
  for (const entry of files) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const key = path.relative(outbox, file);
    const row = known.get(key);
    if (/^\.calloff-\d/.test(entry.name)) {
      const id = Number(/^\.calloff-(\d+)/.exec(entry.name)?.[1]);
      const open = rows.some(
        (held) => Number(held["id"]) === id && ["rendered", "staged"].includes(String(held["state"])),
      );
      if (!open) temporary.push(key);
    } else if (row === undefined) strange.push(key);
    else if (["written", "staged"].includes(String(row["state"])) && sha256Of(await readFile(file)) !== row["sha256"])
      other.push(key);
  }
  const doubtful = rows
    .filter(({ state }) => state === "uncertain" || state === "failed")
    .map(({ name }) => String(name));
  const lines: DoctorLine[] = [];
  const say = (health: DoctorLine["health"], names: readonly string[], what: string, remedy: string): void => {
    if (names.length > 0) lines.push({ subject, health, message: `${names.length} ${what}: ${named(names)}`, remedy });
  };
  say(
    "fail",
    other,
    "files are not what was written",
    "Whoever reads the outbox has changed them, or the disk has; calloff outbox show tells what was written",
  );
  say(
    "warn",
    strange,
    "files that calloff did not write",
    "After a restore they may be what was written since the backup: leave them to their reader; else take them away",
  );
  say("warn", temporary, "temporary files without a row", "Delete them: nothing is written under these names any more");
  say(
    "warn",
    doubtful,
    "files wait for somebody: it is not known whether they were taken, or they failed",
    "See calloff outbox list for why; calloff outbox resend ID sends one again that its reader has not got",
  );
  return lines.length > 0 ? lines : [{ subject, health: "ok", message: `${rows.length} files, as written` }];
}
