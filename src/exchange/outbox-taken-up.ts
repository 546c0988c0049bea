/** Files of the outbox that were staged when a process ended: their temporary files tell how far each of them came. */
import { lstat, readFile } from "node:fs/promises";
import { update } from "../store/rows.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";
import { unless } from "./durable.ts";
import { sha256Of } from "./hashing.ts";
import { folderIdentity, isFolder } from "./home-folders.ts";
import { type Drain, tried } from "./outbox-drain.ts";
import { alarm, type End } from "./outbox-ends.ts";
import {
  finalName,
  folderPath,
  holdsOtherContent,
  removeTemporary,
  temporaryName,
  writeTemporary,
} from "./outbox-files.ts";
import { stillHad } from "./outbox-leases.ts";

export interface TakenUp {
  /** Their temporary file is there and whole. */
  readonly ready: readonly OutboxFileRow[];
  /** Their temporary file has gone from the same folder: they were renamed. */
  readonly gone: readonly OutboxFileRow[];
}

/** Files that were staged when the process ended. */
export async function takeUp(drain: Drain, rows: readonly OutboxFileRow[]): Promise<TakenUp> {
  const took: { ready: OutboxFileRow[]; gone: OutboxFileRow[] } = { ready: [], gone: [] };
  for (const row of rows) {
    const found = await tried(drain, row, () => whereStaged(drain.exchange, row));
    if (found === "ready" || found === "gone") took[found].push(row);
    else if (found !== undefined) drain.done[found] += 1;
  }
  return took;
}

async function whereStaged(exchange: Exchange, row: OutboxFileRow): Promise<"ready" | "gone" | End> {
  const temporary = temporaryName(exchange, row);
  const there = await unless(["ENOENT", "ENOTDIR"], undefined, () => lstat(temporary));
  if (there === undefined) return withoutTemporary(exchange, row);
  const whole = there.isFile() && sha256Of(await readFile(temporary)) === row.sha256;
  if (whole) return "ready";
  if (exchange.gateways !== undefined) return writeAgain(exchange, row);
  await writeTemporary(temporary, row.bytes);
  return "ready";
}

/** Where a staged file is whose temporary one is not there: only its own folder, still the same, tells. */
async function withoutTemporary(exchange: Exchange, row: OutboxFileRow): Promise<"gone" | End> {
  const folder = await unless(["ENOENT", "ENOTDIR"], undefined, () => folderIdentity(folderPath(exchange, row.folder)));
  const stagedIn = { device: row.folder_device, inode: row.folder_inode };
  if (folder !== undefined && isFolder(folder, stagedIn)) {
    // What a power cut left of it lies there under its name, and a reader may have had that already.
    const damaged = await holdsOtherContent(finalName(exchange, row), row.sha256);
    return damaged ? alarm(exchange, row, "uncertain", "other content lies there under its name") : "gone";
  }
  const reason = folder === undefined ? "its folder has gone" : "its folder is another one than it was staged in";
  return alarm(exchange, row, "uncertain", `${reason}; whether the file was taken cannot be known`);
}

/** Under another gateway's name nothing is written, not even what is damaged there: the file is staged anew. */
async function writeAgain(exchange: Exchange, row: OutboxFileRow): Promise<End> {
  const moved = await exchange.store.write((tx) =>
    update(tx, outboxFile, { state: "rendered" }, `id = :id AND state = 'staged'${stillHad(exchange)}`, {
      id: row.id,
      worker: row.worker,
    }),
  );
  at("rendered");
  if (moved > 0) await removeTemporary(temporaryName(exchange, row));
  return "waiting";
}
