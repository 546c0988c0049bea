/** Which mounted file system a folder lies on, so that a folder is never taken for the one that should be mounted on it. */
import { readFile, realpath, stat } from "node:fs/promises";

/** Names the mount that each of `paths` lies on; two paths on one mount get the same name. */
export type MountNames = (path: string) => Promise<string>;

/** As the system has its mounts at this moment; by device where it keeps no list of them. */
export async function mountNames(): Promise<MountNames> {
  const points = mountPoints(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  return async (path) => {
    const real = await realpath(path);
    const over = points.find((point) => real === point || real.startsWith(point === "/" ? point : `${point}/`));
    return over ?? `device ${(await stat(path)).dev}`;
  };
}

/** Mount points of the kernel's list (proc_pid_mountinfo(5): the fifth field, blanks and others in octal), longest first. */
export function mountPoints(mountInfo: string): string[] {
  const points = mountInfo.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
  const plain = points.map((point) =>
    point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
  return plain.toSorted((a, b) => b.length - a.length);
}
