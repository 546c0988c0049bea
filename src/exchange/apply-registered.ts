/**
 * Which registered files are applied, and in which order: that of their registration. Where several gateways work on one
 * database, the files of a lane are one gateway's at a time, and those of other lanes go on beside them.
 */
import { stat } from "node:fs/promises";
import type { Lane } from "../store/gateways.ts";
import { select } from "../store/rows.ts";
import { type FileRow, file } from "../store/tables.ts";
import { CalloffError } from "../values/errors.ts";
import { reopenAfterGaps } from "./after-gap.ts";
import { applyFile } from "./apply.ts";
import { archivePath } from "./archive.ts";
import { ERP, type Exchange } from "./context.ts";
import { systemCode } from "./durable.ts";
import { foldersByLane, inLane, laneOf } from "./lanes.ts";
import { cameHere } from "./mailboxes.ts";

/** Applies every registered file. Gives how many there were. */
export async function applyRegistered(exchange: Exchange): Promise<number> {
  if (exchange.gateways === undefined) return applyInOrder(exchange);
  let applied = 0;
  const waiting = new Set((await registered(exchange)).map(({ folder }) => laneOf(exchange.config, folder)));
  const lanes = foldersByLane(exchange.config);
  // A folder that is declared no longer is a lane of its own, after the others.
  for (const lane of new Set([...lanes.keys(), ...waiting])) {
    if (!waiting.has(lane)) continue;
    const folders = lanes.get(lane) ?? [lane];
    applied += (await inLane(exchange, `files ${lane}`, (held) => applyLane(exchange, held, lane, folders))) ?? 0;
  }
  if (applied > 0) await exchange.gateways.tell();
  return applied + (await reopenAfterGaps(exchange));
}

/** What had to wait for an interchange before it follows at once. */
async function applyInOrder(exchange: Exchange): Promise<number> {
  let applied = 0;
  do for (const row of await registered(exchange)) applied += await applyOrWait(exchange, row);
  while ((await reopenAfterGaps(exchange)) > 0);
  return applied;
}

const registered = ({ store }: Exchange, folders?: readonly string[]): Promise<FileRow[]> =>
  folders === undefined
    ? select(store, file, "WHERE state = 'registered' ORDER BY id")
    : select(store, file, "WHERE state = 'registered' AND folder IN (:folders) ORDER BY id", { folders });

/** Row ids of files that could not be read from the archive when they were last tried. */
const unreadable = new WeakMap<Exchange, Set<number>>();

function unreadableOf(exchange: Exchange): Set<number> {
  const ids = unreadable.get(exchange) ?? new Set<number>();
  unreadable.set(exchange, ids);
  return ids;
}

/** A file whose bytes cannot be read from the archive now is read again later, and lets the others pass. Gives 1 or 0. */
async function applyOrWait(exchange: Exchange, row: FileRow): Promise<number> {
  exchange.reader.goOn?.();
  const place = `file:${row.claim}`;
  try {
    await applyFile(exchange, row);
    exchange.faults.ended(place, "apply");
    unreadableOf(exchange).delete(row.id);
    return 1;
  } catch (thrown) {
    if (!(thrown instanceof CalloffError && thrown.code === "DATA_UNREADABLE")) throw thrown;
    const { code, remedy = "It is tried again by itself" } = thrown;
    const what = `${place} (${row.folder}/${row.name}) cannot be applied: ${thrown.message}`;
    exchange.faults.stands({ place, kind: "apply", code, what, remedy });
    unreadableOf(exchange).add(row.id);
    return 0;
  }
}

/**
 * The files of one lane. A gateway applies those whose bytes it has: one with a home of its own has only those that came to
 * its inbox; that bytes are missing there which should be there is told.
 */
async function applyLane(
  exchange: Exchange,
  lane: Pick<Lane, "holds">,
  name: string,
  folders: readonly string[],
): Promise<number> {
  let applied = 0;
  // Read inside the lane: whoever was in it before has left other files behind.
  for (const row of await registered(exchange, folders)) {
    if (!(await hasBytes(exchange, row)) && !(await cameHere(exchange, row.partner))) continue;
    // A schedule that arrived together with its blanket order is to find it.
    if (name !== ERP && (await waitsForErp(exchange, row))) break;
    if (!lane.holds()) break;
    applied += await applyOrWait(exchange, row);
  }
  return applied;
}

/** Whether the archive has them; one that cannot be looked into has them for all one knows, and reading will say. */
async function hasBytes({ paths }: Exchange, { sha256 }: FileRow): Promise<boolean> {
  try {
    await stat(archivePath(paths.archive, sha256));
    return true;
  } catch (thrown) {
    return systemCode(thrown) !== "ENOENT";
  }
}

async function waitsForErp(exchange: Exchange, { id }: FileRow): Promise<boolean> {
  const tried = unreadableOf(exchange);
  for (const earlier of await registered(exchange, [ERP])) {
    if (earlier.id < id && !tried.has(earlier.id) && (await hasBytes(exchange, earlier))) return true;
  }
  return false;
}
