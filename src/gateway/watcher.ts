/**
 * Watching the inbox: a hint that something arrived, never the truth. What watching misses (a folder that was deleted and
 * made again, a file system without events, too few inotify watches) the periodic scan finds.
 */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { type FSWatcher, watch as watchByEvents } from "chokidar";
import type { Faults } from "../exchange/faults.ts";
import { coerceError } from "../values/errors.ts";
import type { Logger } from "./log.ts";
import type { Part } from "./part.ts";

export interface InboxWatcher extends Part {
  /** Watches the folders that there are now, where they are no longer the same ones; called by every full scan. */
  refresh(): Promise<void>;
}

/** What the kernel says when it has no watch left, and the setting that gives it more. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "sysctl -w fs.inotify.max_user_watches=65536 (in a container user.max_inotify_watches)",
  EMFILE:
    "sysctl -w fs.inotify.max_user_instances=128 (in a container user.max_inotify_instances), or a higher limit of open files (ulimit -n)",
};

/** While watching is not possible, it is tried anew at every so many scans. */
const TRY_AGAIN = 3;

interface Told {
  readonly log: Logger;
  readonly faults: Faults;
}

/**
 * @param folders absolute paths; those that are missing are not watched (chokidar would watch another folder instead)
 * @param hint called whenever something in them may have changed
 * @param watch how folders are watched; by the system's events unless given
 */
export function inboxWatcher(
  folders: () => readonly string[],
  hint: () => void,
  { log, faults }: Told,
  watch: typeof watchByEvents = watchByEvents,
): InboxWatcher {
  let watcher: FSWatcher | undefined;
  let watched = "";
  /** Whether any folder was ever watched. */
  let begun = false;
  /** Scans since watching proved impossible; `undefined` while it works. */
  let blindFor: number | undefined;

  async function close(): Promise<void> {
    const closing = watcher;
    watcher = undefined;
    watched = "";
    await closing?.close();
  }

  async function scansOnly(code: string): Promise<void> {
    blindFor = 0;
    faults.stands({
      place: "inbox",
      kind: "watch",
      code,
      what: "the inbox cannot be watched: files are found by the periodic scan only",
      remedy: REMEDIES[code] ?? "",
    });
    await close();
  }

  function open(present: readonly string[]): Promise<void> {
    const opened = watch([...present], {
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
      atomic: false,
      ignorePermissionErrors: true,
      // The folders alone tell what is written in them: a watch for each of fifty thousand files is more than many a machine has.
      ignored: (_file, stats) => stats !== undefined && !stats.isDirectory(),
    });
    watcher = opened;
    const changed = () => {
      if (watcher === opened) hint();
    };
    opened.on("raw", (_event, name, about) => {
      const { watchedPath } = (about ?? {}) as { watchedPath?: string };
      // What has left a folder, as what we claim does, is nothing to take.
      if (watchedPath === undefined || isThere(watchedPath, name)) changed();
    });
    opened.on("unlinkDir", (folder) => {
      // Whatever is made under that name is another folder, which this watcher would never see.
      if (watcher === opened && present.includes(folder)) watched = "";
      changed();
    });
    return new Promise((resolve) => {
      opened.on("ready", resolve);
      opened.on("error", (thrown) => {
        const { code, message } = coerceError(thrown) as NodeJS.ErrnoException;
        if (watcher !== opened) resolve();
        else if (code !== undefined && code in REMEDIES) void scansOnly(code).then(resolve);
        else log.warn({ code, cause: message }, "watching the inbox met an error; the periodic scan goes on");
      });
    });
  }

  async function refresh(): Promise<void> {
    if (blindFor !== undefined) {
      blindFor += 1;
      if (blindFor % TRY_AGAIN !== 0) return;
      blindFor = undefined;
    }
    const present = folders().flatMap((folder) => identityOf(folder) ?? []);
    const identity = present.map(({ identity: held }) => held).join("\n");
    if (identity === watched) return;
    const again = begun;
    await close();
    watched = identity;
    if (present.length > 0) {
      begun = true;
      await open(present.map(({ folder }) => folder));
    }
    // Set by what was heard while it was opened.
    if ((blindFor as number | undefined) !== undefined) return;
    faults.ended("inbox", "watch");
    if (again) log.warn({ folders: present.length }, "folders of the inbox were replaced; they are watched anew");
    // What was dropped between the scan and the watch is nobody's hint.
    hint();
  }

  return { name: "watcher", start: refresh, refresh, stop: close };
}

const isThere = (folder: string, name: string): boolean => existsSync(path.join(folder, name)) || !existsSync(folder);

/** A folder by what it is, not by its name: one made again is another one, though it may get the old one's number. */
function identityOf(folder: string): { folder: string; identity: string } | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true });
    return { folder, identity: `${folder}\u0000${dev}:${ino}:${birthtimeNs}` };
  } catch {
    return undefined;
  }
}
