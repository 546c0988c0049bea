/** What the system lets this process do. */
import { readFileSync } from "node:fs";

/** As the kernel states it for this process; `undefined` where there is none, or where none is stated. */
export function softLimit(name: "Max open files" | "Max file size"): number | undefined {
  const match = new RegExp(`^${name}\\s+(\\d+)`, "m").exec(limits());
  return match === null ? undefined : Number(match[1]);
}

function limits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}
