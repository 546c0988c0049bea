/** Doctor's questions about room and mounts: on every file system that a home lies on. */
import { existsSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { readMounts } from "../exchange/home-folders.ts";
import { mountNames } from "../exchange/mounts.ts";
import { coerceError } from "../values/errors.ts";
import { shellWord } from "../values/shell.ts";
import type { DoctorLine } from "./doctor-line.ts";

const MEBI = 1024 * 1024;
const LITTLE_DISK = 1024 * MEBI;
const NO_DISK = 64 * MEBI;
/** A file system that only takes files on their way needs less. */
const LITTLE_ON_THE_WAY = 16 * MEBI;
const NO_ROOM_ON_THE_WAY = MEBI;
const FEW_INODES = 100;

/**
 * One line for the file system of the home, and one for each other that a folder of it lies on.
 * @param folders of the inbox and the outbox, as paths in the home
 */
export function diskLines(home: string, folders: readonly string[]): DoctorLine[] {
  const lines = [diskLine("disk", home, "where the home lies", LITTLE_DISK, NO_DISK)];
  const seen = new Set([statSync(home).dev]);
  const kept = ["data", "data/archive"];
  for (const place of [...kept, "inbox", "outbox", ...folders]) {
    const at = path.join(home, place);
    if (!existsSync(at) || seen.has(statSync(at).dev)) continue;
    seen.add(statSync(at).dev);
    const [little, none] = kept.includes(place) ? [LITTLE_DISK, NO_DISK] : [LITTLE_ON_THE_WAY, NO_ROOM_ON_THE_WAY];
    lines.push(diskLine(`disk ${place}`, at, `where ${place} lies`, little, none));
  }
  return lines;
}

function diskLine(subject: string, folder: string, where: string, little: number, none: number): DoctorLine {
  const { bavail, bsize, files, ffree } = statfsSync(folder);
  const free = bavail * bsize;
  const remedy = `Free space on the disk of ${folder} (df -h, df -i), or move it to another one; what waits goes on by itself`;
  if (files > 0 && (ffree < FEW_INODES || ffree / files < 0.01)) {
    const health = ffree < FEW_INODES ? "fail" : "warn";
    return { subject, health, message: `${ffree} of ${files} inodes left ${where}`, remedy };
  }
  const message = `${free < MEBI ? `${free} bytes` : `${Math.floor(free / MEBI)} MiB`} free ${where}`;
  if (free >= little) return { subject, health: "ok", message };
  return { subject, health: free < none ? "fail" : "warn", message, remedy };
}

/** Whether every folder that was a mounted file system is one now. */
export async function mountLine(home: string): Promise<DoctorLine> {
  const subject = "mounts";
  const mounts = readMounts(home);
  if (mounts.length === 0) return { subject, health: "ok", message: "no folder is a mounted file system of its own" };
  const names = await mountNames();
  const ofHome = await names(home);
  const away: string[] = [];
  for (const place of mounts) if (!(await isMounted(names, path.join(home, place), ofHome))) away.push(place);
  if (away.length === 0) return { subject, health: "ok", message: `mounted: ${mounts.join(", ")}` };
  return {
    subject,
    health: "fail",
    message: `${away.join(", ")} ${away.length === 1 ? "was a mounted file system and is" : "were mounted file systems and are"} not now: nothing is read or written there`,
    remedy: `Mount it; it goes on by itself. If it is to be a plain folder from now on: calloff folder confirm ${shellWord(away[0] ?? "")}`,
  };
}

async function isMounted(names: (folder: string) => Promise<string>, folder: string, ofHome: string) {
  try {
    return (await names(folder)) !== ofHome;
  } catch (thrown) {
    if ((coerceError(thrown) as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw thrown;
  }
}
