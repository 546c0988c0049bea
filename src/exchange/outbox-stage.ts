/** Files of the outbox under their temporary names: written, synced, and then said to be *staged*, in which folder. */
import PQueue from "p-queue";
import type { OutboxFileRow } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError } from "../values/errors.ts";
import { syncFolder } from "./durable.ts";
import { type FolderIdentity, folderIdentity, isFolder } from "./home-folders.ts";
import { byFolder, type Drain, isShut, still, tried, triedTogether } from "./outbox-drain.ts";
import { folderPath, temporaryName, writeTemporary } from "./outbox-files.ts";
import { stillHad } from "./outbox-leases.ts";

/** Temporary files that are written at the same time: the disk then makes several durable at once. */
const AT_ONCE = 8;

interface StagedFolder extends FolderIdentity {
  readonly ids: readonly number[];
}

/** Temporary files and their folders made durable, then T10. Gives the files that are staged now. */
export async function stage(drain: Drain, rows: readonly OutboxFileRow[]): Promise<OutboxFileRow[]> {
  const folders: StagedFolder[] = [];
  const written: OutboxFileRow[] = [];
  for (const [folder, files] of byFolder(rows)) {
    const one = await writeInto(drain, folder, files);
    if (one.rows.length === 0) continue;
    folders.push({ ...one.identity, ids: one.rows.map(({ id }) => id) });
    written.push(...one.rows);
  }
  if (written.length === 0) return [];
  const moved = await triedTogether(drain, written, () => markStaged(drain, folders));
  if (moved === undefined) return [];
  at("staged");
  return still(drain, written, moved, "with its temporary file");
}

async function writeInto(
  drain: Drain,
  folder: string,
  files: readonly OutboxFileRow[],
): Promise<{ rows: readonly OutboxFileRow[]; identity: FolderIdentity }> {
  const none = { rows: [], identity: { device: "", inode: "" } };
  const { exchange } = drain;
  const where = folderPath(exchange, folder);
  const before = await triedTogether(drain, files, () => folderIdentity(where));
  if (before === undefined) return none;
  const queue = new PQueue({ concurrency: AT_ONCE });
  const tries = files.map((row) => async () => {
    if (isShut(drain, row)) return [];
    const whole = await tried(drain, row, async () => {
      await writeTemporary(temporaryName(exchange, row), row.bytes);
      return true;
    });
    return whole === true ? [row] : [];
  });
  const rows = (await queue.addAll(tries)).flat();
  const after = await triedTogether(drain, rows, async () => {
    await syncFolder(where);
    at("temporary-named");
    const identity = await folderIdentity(where);
    if (!isFolder(identity, before)) throw folderReplaced(folder);
    return identity;
  });
  return after === undefined ? none : { rows, identity: after };
}

const folderReplaced = (folder: string): CalloffError =>
  new CalloffError("EXCHANGE_OUTBOX_REPLACED", `outbox/${folder} was replaced while files were written into it`, {
    remedy: "Nothing need be done: the files are written into the new folder at the next try",
    retryable: true,
  });

const markStaged = ({ exchange, writer }: Drain, folders: readonly StagedFolder[]): Promise<Set<number>> =>
  exchange.store.write(async (tx) => {
    const moved = new Set<number>();
    for (const { ids, device, inode } of folders) {
      const rows = await tx.run(
        `UPDATE outbox_file
         SET state = 'staged', folder_device = :device, folder_inode = :inode, staged_by = :worker, home = :home
         WHERE id IN (:ids) AND state = 'rendered'${stillHad(exchange)} RETURNING id`,
        { ids, device, inode, ...writer },
      );
      for (const { id } of rows) moved.add(Number(id));
    }
    at("staging");
    return moved;
  });
