/**
 * Watching the inbox: a hint that something arrived, never the truth. What watching misses (a folder that was deleted and
 * made again, a file system without events, too few inotify watches) the periodic scan finds.
 */
import { statSync } from "node:fs";
import { type FSWatcher, watch as watchByEvents } from "chokidar";
import { coerceError } from "../values/errors.ts";
import type { Logger } from "./log.ts";
import type { Part } from "./part.ts";

export interface InboxWatcher extends Part {
  /** Watches the folders that there are now, where they are no longer the same ones; called by every full scan. */
  refresh(): Promise<void>;
}

/** What the kernel says when it has no watch left, and the setting that gives it more. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "sysctl -w fs.inotify.max_user_watches=65536",
  EMFILE: "sysctl -w fs.inotify.max_user_instances=128, or a higher limit of open files (ulimit -n)",
};

/**
 * @param folders absolute paths; those that are missing are not watched (chokidar would watch another folder instead)
 * @param hint called whenever something in them may have changed
 * @param watch how folders are watched; by the system's events unless given
 */
export function inboxWatcher(
  folders: () => readonly string[],
  hint: () => void,
  log: Logger,
  watch: typeof watchByEvents = watchByEvents,
): InboxWatcher {
  let watcher: FSWatcher | undefined;
  let watched = "";
  let blind = false;

  async function close(): Promise<void> {
    const closing = watcher;
    watcher = undefined;
    watched = "";
    await closing?.close();
  }

  async function scansOnly(code: string): Promise<void> {
    if (blind) return;
    blind = true;
    log.warn(
      { code, remedy: REMEDIES[code] },
      "the inbox cannot be watched; files are found by the periodic scan only",
    );
    await close();
  }

  function open(present: readonly string[]): Promise<void> {
    const opened = watch([...present], {
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
      atomic: false,
      ignorePermissionErrors: true,
    });
    watcher = opened;
    const changed = () => {
      if (watcher === opened) hint();
    };
    opened.on("add", changed).on("change", changed).on("unlinkDir", changed);
    return new Promise((resolve) => {
      opened.on("ready", resolve);
      opened.on("error", (thrown) => {
        const { code, message } = coerceError(thrown) as NodeJS.ErrnoException;
        if (code !== undefined && code in REMEDIES) void scansOnly(code).then(resolve);
        else log.warn({ code, cause: message }, "watching the inbox met an error; the periodic scan goes on");
      });
    });
  }

  async function refresh(): Promise<void> {
    if (blind) return;
    const present = folders().flatMap((folder) => identityOf(folder) ?? []);
    const identity = present.map(({ identity: held }) => held).join("\n");
    if (identity === watched) return;
    const again = watched !== "";
    await close();
    watched = identity;
    if (present.length > 0) await open(present.map(({ folder }) => folder));
    if (again) log.warn({ folders: present.length }, "folders of the inbox were replaced; they are watched anew");
    // What was dropped between the scan and the watch is nobody's hint.
    hint();
  }

  return { name: "watcher", start: refresh, refresh, stop: close };
}

/** A folder by what it is, not by its name: a folder made again is another one. */
function identityOf(folder: string): { folder: string; identity: string } | undefined {
  try {
    const { dev, ino } = statSync(folder, { bigint: true });
    return { folder, identity: `${folder}\u0000${dev}:${ino}` };
  } catch {
    return undefined;
  }
}
