/** What the system says of a running process. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Clock ticks of /proc/<pid>/stat in a second. */
const TICKS = 100;

/** Seconds of processor time that a process has used so far. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const megabytesOf = (pid: number, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0") /
  1024;

/** The most memory it has ever had in store, and what it has now. */
export const peakMegabytes = (pid: number): number => megabytesOf(pid, "VmHWM");
export const megabytesNow = (pid: number): number => megabytesOf(pid, "VmRSS");

export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Folders and files that it watches by inotify. */
export function watches(pid: number): number {
  let count = 0;
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (!readlinkSync(`/proc/${pid}/fd/${name}`).includes("inotify")) continue;
      count += readFileSync(`/proc/${pid}/fdinfo/${name}`, "utf8").match(/^inotify /gm)?.length ?? 0;
    } catch {
      // It was closed between the list and the look.
    }
  }
  return count;
}
