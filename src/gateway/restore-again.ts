/** Doing again what is known to have happened after a backup, in a home of its own. */
import { copyFile, mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { makeFolder } from "../exchange/durable.ts";
import type { AuditEntry } from "../store/audit.ts";
import { coerceError } from "../values/errors.ts";
import { openKeeper } from "./keeper.ts";
import { openLog } from "./log.ts";
import { clockOf, doAgain, layScratchHome, type Moment } from "./replay.ts";
import type { Knowledge } from "./restore-knowledge.ts";
import type { Place } from "./restored.ts";

/** What is done again; all else follows from it. */
export const isStep = ({ verb }: AuditEntry): boolean =>
  verb.startsWith("command:") || verb === "file.registered" || verb === "order.released";

export interface Again {
  readonly steps: number;
  /** Entries up to the one that could not be done again. */
  readonly done: number;
  readonly stopped?: { readonly step: string; readonly reason: string };
}

/** Brings the database forward in a home of its own: what it writes goes into an outbox that nobody reads. */
export async function doneAgain(config: Configuration, { scratch, url }: Place, known: Knowledge): Promise<Again> {
  if (known.entries.length === 0) return { steps: 0, done: 0 };
  await layHome(config, scratch, url);
  const moment: Moment = { current: undefined };
  const keeper = await openKeeper(scratch, {
    command: "db restore",
    clock: clockOf(moment),
    log: openLog("error"),
    anyDate: true,
  });
  let steps = 0;
  try {
    for (const [n, entry] of known.entries.entries()) {
      try {
        steps += await doAgain(keeper, moment, exchangePaths(config.home).archive, [entry]);
      } catch (thrown) {
        return {
          steps,
          done: n,
          stopped: { step: `${entry.verb} ${entry.object}`, reason: coerceError(thrown).message },
        };
      }
    }
    return { steps, done: known.entries.length };
  } finally {
    await keeper.stop();
  }
}

/** A home beside the database, with the archive and the quarantine of the real one. */
async function layHome({ home }: Configuration, scratch: string, url: string): Promise<void> {
  const paths = exchangePaths(home);
  await layScratchHome(home, scratch, url);
  await mkdir(path.join(scratch, "data"), { recursive: true, mode: 0o700 });
  for (const folder of [paths.archive, paths.quarantine]) {
    await makeFolder(folder, 0o700);
    await symlink(folder, path.join(scratch, "data", path.basename(folder)));
  }
  await copyFile(path.join(home, "data", "home-id"), path.join(scratch, "data", "home-id")).catch(() => undefined);
}
