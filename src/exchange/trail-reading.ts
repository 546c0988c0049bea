/** What a trail holds, read when a keeper starts (its end) and by a restore (all of it). */
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { type AuditEntry, entryAt, lastEntry } from "../store/audit.ts";
import type { Store } from "../store/store.ts";
import { CalloffError } from "../values/errors.ts";
import type { ExchangePaths } from "./context.ts";
import { makeFolder, syncFolder, unless } from "./durable.ts";

/** A file of the outbox as the trail knows it. */
export interface Leaving {
  readonly receiver: string;
  readonly folder: string;
  readonly name: string;
  readonly sha256: string;
  /** The series of its control number; absent in trails of versions that knew X12 only. */
  readonly series?: string;
  /** Of the interchange; empty where it has none. */
  readonly control: string;
  readonly groups: readonly string[];
  /** What its documents are there for. */
  readonly causes: readonly string[];
}

/** What a trail holds. */
export interface Trail {
  /** Entries of the audit trail after the one asked for, in their order. */
  readonly entries: readonly AuditEntry[];
  /** Files that were about to leave, by folder and name. */
  readonly leaving: ReadonlyMap<string, Leaving>;
  /** Those of them that have left, with the hash of what left. */
  readonly left: ReadonlyMap<string, string>;
}

/** One line of a trail. */
export type TrailLine =
  | { entry: AuditEntry }
  | { leaving: Leaving }
  | { left: Pick<Leaving, "folder" | "name" | "sha256"> };

/** How much of a file's end is looked at first, and then. */
const TAILS = [64 * 1024, 1024 * 1024];
export const ENDING = ".jsonl";

export const trailFolder = ({ archive }: Pick<ExchangePaths, "archive">): string =>
  path.join(path.dirname(archive), "trail");

/** What a file of the outbox is called in the trail. */
export const outboxKey = ({ folder, name }: Pick<Leaving, "folder" | "name">): string => `${folder}/${name}`;

/** Files of a trail, oldest first. */
export async function trailFiles(folder: string): Promise<string[]> {
  const names = await unless(["ENOENT"], [], () => readdir(folder));
  return names.filter((name) => name.endsWith(ENDING)).toSorted();
}

/** The furthest entry that a trail's end holds; `undefined` when there is none. */
export async function endOfTrail(folder: string): Promise<AuditEntry | undefined> {
  for (const name of (await trailFiles(folder)).toReversed()) {
    const found = await lastEntryIn(path.join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks in the file's end first, and in all of it only where that holds no entry. Gateways append between each other's. */
async function lastEntryIn(file: string): Promise<AuditEntry | undefined> {
  const handle = await open(file, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    for (const length of [...TAILS.filter((tail) => tail < size), size]) {
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, size - length);
      const entries = bytes
        .toString("utf8")
        .split("\n")
        .map(lineOf)
        .flatMap((line) => (line !== undefined && "entry" in line ? [line.entry] : []));
      const [first, ...more] = entries;
      if (first !== undefined) return more.reduce((last, entry) => (entry.seq >= last.seq ? entry : last), first);
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

function lineOf(text: string): TrailLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as TrailLine;
  } catch {
    return undefined;
  }
}

/** Everything a trail holds, of entries those after `seq`. */
export async function readTrail(folder: string, seq: number): Promise<Trail> {
  const entries = new Map<number, AuditEntry>();
  const leaving = new Map<string, Leaving>();
  const left = new Map<string, string>();
  for (const name of await trailFiles(folder)) {
    const handle = await open(path.join(folder, name), constants.O_RDONLY);
    for await (const text of linesOf(handle)) {
      const line = lineOf(text);
      if (line === undefined) continue;
      if ("entry" in line) {
        if (line.entry.seq > seq) entries.set(line.entry.seq, line.entry);
      } else if ("leaving" in line) leaving.set(outboxKey(line.leaving), line.leaving);
      else left.set(outboxKey(line.left), line.left.sha256);
    }
  }
  return { entries: [...entries.values()].toSorted((a, b) => a.seq - b.seq), leaving, left };
}

/** Closes the file at its end. */
const linesOf = (handle: FileHandle): AsyncIterable<string> => handle.readLines({ encoding: "utf8" });

/**
 * Tells a whole trail anew, in the place of the old one, which goes to `aside`. It is whole before the old one moves, so
 * that one of the two is there whenever the process dies: `finishRenewal` does the last step then.
 */
export async function replaceTrail(folder: string, trail: Trail, aside: string): Promise<void> {
  await writeTrail(`${folder}.part`, trail);
  await rm(`${folder}.new`, { recursive: true, force: true });
  await rename(`${folder}.part`, `${folder}.new`);
  await unless(["ENOENT"], undefined, () => rename(folder, aside));
  await finishRenewal(folder);
}

/** Gives a trail that was told anew its name, where a restore died before it could. */
export async function finishRenewal(folder: string): Promise<void> {
  if ((await unless(["ENOENT"], undefined, () => stat(folder))) !== undefined) return;
  await unless(["ENOENT"], undefined, async () => {
    await rename(`${folder}.new`, folder);
    await syncFolder(path.dirname(folder));
  });
}

async function writeTrail(incoming: string, { entries, leaving, left }: Trail): Promise<void> {
  await rm(incoming, { recursive: true, force: true });
  await makeFolder(incoming, 0o700);
  const lines: TrailLine[] = [
    ...entries.map((entry) => ({ entry })),
    ...[...leaving.values()].map((file) => ({ leaving: file })),
    ...[...left].map(([key, sha256]) => ({ left: { ...partsOfKey(key), sha256 } })),
  ];
  const handle = await open(path.join(incoming, `${"1".padStart(12, "0")}${ENDING}`), "wx", 0o600);
  try {
    await handle.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(incoming);
}

function partsOfKey(key: string): Pick<Leaving, "folder" | "name"> {
  const slash = key.indexOf("/");
  return { folder: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Refuses to go on with a database that does not know the end of its trail: an older one was put in its place by hand, and
 * going on would give numbers a second time. How many entries there are says nothing: an old database that was gone on with
 * has others under the same numbers. Reads the trail's end only, so that every command can ask.
 * @throws CalloffError STORE_BEHIND
 */
export async function refuseBehindTrail(store: Store, paths: ExchangePaths): Promise<void> {
  const folder = trailFolder(paths);
  await finishRenewal(folder);
  const end = await endOfTrail(folder);
  if (end === undefined) return;
  const same = await entryAt(store, end.seq);
  if (same?.hash === end.hash) return;
  const last = await lastEntry(store);
  throw new CalloffError("STORE_BEHIND", "The database knows less than what was done with this home", {
    place: { file: trailFolder(paths) },
    expected: `entry ${end.seq} of the audit trail, of ${end.instant}, as data/trail holds it`,
    found: foundInWords(last, same),
    remedy:
      "Was a backup copied in by hand? Put it back with calloff db restore FILE, which does again what came after; to begin anew, move all of data/ away",
  });
}

function foundInWords(last: Pick<AuditEntry, "seq" | "instant"> | undefined, same: object | undefined): string {
  if (last === undefined) return "an empty database";
  if (same !== undefined) return `another entry of that number: another history, up to entry ${last.seq}`;
  return `entry ${last.seq} of ${last.instant} as its last`;
}
