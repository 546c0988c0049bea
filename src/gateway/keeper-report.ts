/**
 * What stands in a keeper's way, kept in `data/keepers/<process>.json` for `calloff doctor`, which is another process: that the
 * inbox cannot be watched, or the log not be written, only the keeper itself can know.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StandingFault } from "../exchange/faults.ts";
import { stableJson } from "../values/json.ts";

/** What a keeper says of itself. */
export interface KeeperSays {
  readonly process: number;
  /** When the process began, as the system counts it: numbers of processes are given again. */
  readonly began: string;
  /** `start`, `run`. */
  readonly command: string;
  readonly faults: readonly StandingFault[];
}

export interface KeeperReport {
  /** Keeps what stands now; where there is no room for it, the doctor meets the fault by itself. */
  readonly write: (standing: readonly StandingFault[]) => void;
  readonly remove: () => void;
}

const folderOf = (home: string): string => path.join(home, "data", "keepers");
const SCHEMA = "calloff/keeper/1";

export function keeperReport(home: string, command: string): KeeperReport {
  const folder = folderOf(home);
  const file = path.join(folder, `${process.pid}.json`);
  const remove = () => quietly(() => rmSync(file, { force: true }));
  return {
    write: (faults) => {
      if (faults.length === 0) return remove();
      quietly(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const says = { schema: SCHEMA, process: process.pid, began: beginOf(process.pid), command, faults };
        writeFileSync(`${file}.part`, `${stableJson(says, 2)}\n`, { mode: 0o600 });
        renameSync(`${file}.part`, file);
      });
    },
    remove,
  };
}

/** What the keepers of a home that run now have to say; what ended ones left is taken away. */
export function keepersSay(home: string): KeeperSays[] {
  const folder = folderOf(home);
  return namesIn(folder).flatMap((name) => {
    const says = read(path.join(folder, name));
    if (says !== undefined && runs(says.process) && says.began === beginOf(says.process)) return [says];
    quietly(() => rmSync(path.join(folder, name), { force: true }));
    return [];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

function read(file: string): KeeperSays | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as KeeperSays;
  } catch {
    return undefined;
  }
}

/** A process of another user is there as well, though it may not be signalled. */
function runs(number: number): boolean {
  try {
    return process.kill(number, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The 22nd field of the process's line (proc_pid_stat(5)); empty where there is no such list. */
function beginOf(number: number): string {
  try {
    const line = readFileSync(`/proc/${number}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // A hint for people: nothing depends on it.
  }
}
