/**
 * The folders of a home that others write to and read from, looked at again and again: what is missing is made, what was
 * replaced is told, and a folder that was a mounted file system is not taken for empty, nor written to, while the mount is
 * away. That it was one is kept in `data/mounts.json`, so that a start without the mount is noticed as well.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { coerceError } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { shellWord } from "../values/shell.ts";
import type { Exchange } from "./context.ts";
import { makeFolder, systemCode, unless } from "./durable.ts";
import { type MountNames, mountNames } from "./mounts.ts";
import { systemWords } from "./system-words.ts";

export interface HomeFolders {
  /**
   * Looks at these folders (`inbox/acme`, `outbox/erp`), makes what is missing, and gives those that may be used now. For each
   * of the others a fault stands.
   */
  usable(places: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A folder as it is, not as it is called: one that was made again or mounted over is another one. */
export interface FolderIdentity {
  readonly device: string;
  /** With the moment it was made: a file system gives the number of a deleted folder to the next one. */
  readonly inode: string;
}

/** The identity of a folder; another one when it was deleted and made anew, or is another file system's. */
export async function folderIdentity(folder: string): Promise<FolderIdentity> {
  const status = await stat(folder, { bigint: true });
  if (!status.isDirectory())
    throw Object.assign(new Error(`${folder} is no folder`), { code: "ENOTDIR", syscall: "stat" });
  return { device: String(status.dev), inode: `${status.ino}@${status.birthtimeNs}` };
}

const identityIfThere = (folder: string): Promise<FolderIdentity | undefined> =>
  unless(["ENOENT"], undefined, () => folderIdentity(folder));

/** Whether a folder is the one that was noted; a note of the first version lacks the moment it was made. */
export const isFolder = (found: FolderIdentity, noted: FolderIdentity | undefined): boolean =>
  found.device === noted?.device && (found.inode === noted.inode || found.inode.startsWith(`${noted.inode}@`));

type Ground = Pick<Exchange, "log" | "events" | "faults"> & { readonly home: string };

export function homeFolders(ground: Ground): HomeFolders {
  const kept = keptMounts(ground.home);
  /** What this process has seen under each name. */
  const seen = new Map<string, FolderIdentity>();
  /** Folders for which a fault stands. */
  const away = new Set<string>();

  async function look(place: string, mounts: () => Promise<MountNames>): Promise<void> {
    const folder = path.join(ground.home, place);
    const [before, now] = [seen.get(place), await identityIfThere(folder)];
    // The same folder as at the last look lies on the same mount.
    if (now !== undefined && isFolder(now, before) && !away.has(place)) return;
    const names = await mounts();
    const ofHome = await names(ground.home);
    const lies = now === undefined ? await nearestExisting(folder) : folder;
    const mounted = (await names(lies)) !== ofHome;
    if (kept.has(place) && !mounted) throw new MountAway();
    if (now === undefined) await makeFolder(folder);
    if (mounted) kept.add(place);
    const found = now ?? (await folderIdentity(folder));
    seen.set(place, found);
    if (before !== undefined && !isFolder(found, before)) tellReplaced(place);
  }

  function tellReplaced(place: string): void {
    ground.log.warn({ place }, "a folder was deleted, mounted over or replaced by another one of the same name");
    ground.events.emit("folder.replaced", { place });
  }

  function met(place: string, thrown: unknown): void {
    const error = coerceError(thrown);
    if (error instanceof MountAway) {
      ground.faults.stands({
        place,
        kind: "folder",
        code: "FOLDER_NOT_MOUNTED",
        what: AWAY(place),
        remedy: REMOUNT(place),
      });
      return;
    }
    const code = systemCode(error);
    if (code === "") throw error;
    const { what, remedy } = systemWords(code);
    ground.faults.stands({ place, kind: "folder", code, what: `${place} cannot be used: ${what}`, remedy });
  }

  return {
    usable: async (places) => {
      const usable = new Set<string>();
      let names: Promise<MountNames> | undefined;
      // Read once for all folders, and only where one of them is not what it was.
      const mounts = () => (names ??= mountNames());
      kept.readAgain();
      for (const place of places) {
        try {
          await look(place, mounts);
          usable.add(place);
          away.delete(place);
          ground.faults.ended(place, "folder");
        } catch (thrown) {
          away.add(place);
          met(place, thrown);
        }
      }
      kept.write();
      return usable;
    },
  };
}

class MountAway extends Error {}

const AWAY = (place: string): string =>
  `${place} was a mounted file system and is not now: nothing is read or written there until it is mounted again`;
const REMOUNT = (place: string): string =>
  `Mount it; it goes on by itself. If it is to be a plain folder from now on: calloff folder confirm ${shellWord(place)}`;

async function nearestExisting(folder: string): Promise<string> {
  const there = await unless(["ENOENT"], undefined, () => stat(folder));
  return there === undefined ? nearestExisting(path.dirname(folder)) : folder;
}

interface KeptMounts {
  has(place: string): boolean;
  add(place: string): void;
  /** Takes over what a command has changed meanwhile. */
  readAgain(): void;
  /** Keeps what has changed; where it cannot be kept now, the next time. */
  write(): void;
}

const FILE = path.join("data", "mounts.json");

function keptMounts(home: string): KeptMounts {
  let version = -1n;
  let places = new Set<string>();
  let changed = false;
  const file = path.join(home, FILE);
  return {
    has: (place) => places.has(place),
    add: (place) => {
      if (places.has(place)) return;
      places.add(place);
      changed = true;
    },
    readAgain: () => {
      const now = statSync(file, { bigint: true, throwIfNoEntry: false })?.ctimeNs ?? -1n;
      if (now === version) return;
      version = now;
      places = new Set([...readMounts(home), ...(changed ? places : [])]);
    },
    write: () => {
      if (!changed) return;
      try {
        writeMounts(home, [...places]);
        changed = false;
      } catch {
        // A full disk: what is known is known to this process, and is kept when there is room.
      }
    },
  };
}

/** The folders of a home that are known to be mounted file systems. */
export function readMounts(home: string): string[] {
  try {
    const { mounts } = JSON.parse(readFileSync(path.join(home, FILE), "utf8")) as { mounts?: unknown };
    return Array.isArray(mounts) ? mounts.map(String) : [];
  } catch {
    return [];
  }
}

/** Keeps which folders are mounted file systems, whole or not at all. */
export function writeMounts(home: string, mounts: readonly string[]): void {
  const file = path.join(home, FILE);
  const incoming = `${file}.${process.pid}.part`;
  writeFileSync(incoming, `${stableJson({ schema: "calloff/mounts/1", mounts: mounts.toSorted() }, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(incoming, file);
}
