/** Doctor's questions about what the system lets a process do: files open at once, file sizes, watches. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { softLimit } from "../exchange/process-limits.ts";
import type { DoctorLine } from "./doctor-line.ts";

const FEW_OPEN_FILES = 256;
/** Below this an archived file or the database may not find its place. */
const SMALL_FILES = 2 * 1024 ** 3;

export const limitLines = (home: string): DoctorLine[] => [openFilesLine(), fileSizeLine(), watchingLine(home)];

function openFilesLine(): DoctorLine {
  const subject = "open files";
  const limit = softLimit("Max open files");
  if (limit === undefined) return { subject, health: "ok", message: "no limit is stated here" };
  if (limit >= FEW_OPEN_FILES) return { subject, health: "ok", message: `up to ${limit}` };
  return {
    subject,
    health: "warn",
    message: `Only ${limit} files may be open at once`,
    remedy: "Raise it: ulimit -n 65536, or LimitNOFILE=65536 in the unit file",
  };
}

function fileSizeLine(): DoctorLine {
  const subject = "file size";
  const limit = softLimit("Max file size");
  if (limit === undefined) return { subject, health: "ok", message: "no limit" };
  if (limit >= SMALL_FILES) return { subject, health: "ok", message: `up to ${limit} bytes` };
  return {
    subject,
    health: "warn",
    message: `No file may be larger than ${limit} bytes, the database neither`,
    remedy: "Raise it: ulimit -f unlimited, or LimitFSIZE=infinity in the unit file",
  };
}

/** Linux only: each watched folder takes one watch, each program that watches one instance. */
function watchingLine(home: string): DoctorLine {
  const subject = "watching";
  const watches = least("fs/inotify/max_user_watches", "user/max_inotify_watches");
  const instances = least("fs/inotify/max_user_instances", "user/max_inotify_instances");
  if (watches === undefined || instances === undefined) {
    return { subject, health: "ok", message: "no inotify limit is stated here; the periodic scan finds every file" };
  }
  const needed = existsSync(path.join(home, "inbox")) ? 256 : 0;
  if (watches >= needed && instances >= 16) {
    return { subject, health: "ok", message: `inotify: ${watches} watches, ${instances} instances` };
  }
  return {
    subject,
    health: "warn",
    message: `inotify allows ${watches} watches and ${instances} instances; files are then found by the periodic scan only`,
    remedy:
      "sysctl -w fs.inotify.max_user_watches=65536 fs.inotify.max_user_instances=128 (in a container user.max_inotify_watches, user.max_inotify_instances)",
  };
}

/** The lowest of what the kernel states under these names: for the machine and for this user namespace. */
function least(...names: string[]): number | undefined {
  const stated = names.map((name) => textOf(`/proc/sys/${name}`).trim()).filter((text) => /^\d+$/.test(text));
  return stated.length === 0 ? undefined : Math.min(...stated.map(Number));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
