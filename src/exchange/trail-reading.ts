/** What a trail holds, read when a keeper starts (its end) and by a restore (all of it). */
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { type AuditEntry, lastEntry } from "../store/audit.ts";
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

const TAIL = 1024 * 1024;
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

/** The last entry that a trail holds; `undefined` when there is none. */
export async function endOfTrail(folder: string): Promise<AuditEntry | undefined> {
  for (const name of (await trailFiles(folder)).toReversed()) {
    const found = await lastEntryIn(path.join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks in the file's end first, and in all of it only where that holds no entry. */
async function lastEntryIn(file: string): Promise<AuditEntry | undefined> {
  const handle = await open(file, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    for (const length of size > TAIL ? [TAIL, size] : [size]) {
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, size - length);
      const lines = bytes.toString("utf8").split("\n").toReversed();
      for (const text of lines) {
        const line = lineOf(text);
        if (line !== undefined && "entry" in line) return line.entry;
      }
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

/** Tells a whole trail anew, in a folder that is not there yet. */
export async function writeTrail(folder: string, { entries, leaving, left }: Trail): Promise<void> {
  const incoming = `${folder}.new`;
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
  await rename(incoming, folder);
  await syncFolder(path.dirname(folder));
}

function partsOfKey(key: string): Pick<Leaving, "folder" | "name"> {
  const slash = key.indexOf("/");
  return { folder: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Refuses to go on with a database that knows less than its trail: an older one was put in its place by hand, and going on
 * would give numbers a second time.
 * @throws CalloffError STORE_BEHIND
 */
export async function refuseBehindTrail(store: Store, paths: ExchangePaths): Promise<void> {
  const end = await endOfTrail(trailFolder(paths));
  if (end === undefined) return;
  const last = await lastEntry(store);
  if (last !== undefined && last.seq > end.seq) return;
  if (last?.seq === end.seq && last.hash === end.hash) return;
  throw new CalloffError("STORE_BEHIND", "The database knows less than what was done with this home", {
    place: { file: trailFolder(paths) },
    expected: `entry ${end.seq} of the audit trail, of ${end.instant}, as data/trail holds it`,
    found: last === undefined ? "an empty database" : `entry ${last.seq} of ${last.instant} as its last`,
    remedy:
      "Was a backup copied in by hand? Put it back with calloff db restore FILE, which does again what came after; to begin anew, move all of data/ away",
  });
}
