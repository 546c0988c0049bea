/**
 * Writes rendered files into the outbox, each exactly once: temporary file, synced → the row says *staged* and in which
 * folder → renamed, synced → the row says *written*. After a crash the temporary file tells how far it came; where a folder
 * that was staged into is gone or another one, it cannot be known whether the reader has the file, and that is said.
 *
 * Files go in batches, so that many share the syncs of their folder and the two transactions; every file's state between
 * any two steps is the one it would have alone, and one that fails steps out of its batch.
 */
import { lstat, readFile, rename } from "node:fs/promises";
import PQueue from "p-queue";
import { update } from "../store/rows.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { syncFolder, unless } from "./durable.ts";
import { sha256Of } from "./hashing.ts";
import { type FolderIdentity, folderIdentity, isFolder } from "./home-folders.ts";
import { alarm, type End, takenByAnother, tellWaiting, tellWritten, wait } from "./outbox-ends.ts";
import {
  finalName,
  folderPath,
  holdsOtherContent,
  removeTemporary,
  temporaryName,
  writeTemporary,
} from "./outbox-files.ts";
import { portionsToWrite, stillHad, type Writer, writerOf } from "./outbox-leases.ts";
import { removeLeftovers } from "./outbox-leftovers.ts";
import { expectAnswers } from "./overdue.ts";

/** What one drain did. */
export interface Drained {
  readonly written: number;
  /** Left for the next drain: no space, no rights, a folder that cannot be reached or is not mounted. */
  readonly waiting: number;
  /** To be looked at: uncertain or failed. */
  readonly alarmed: number;
}

/** Temporary files that are written at the same time: the disk then makes several durable at once. */
const AT_ONCE = 8;

/** Writes every file that is rendered or was staged, oldest first; what cannot be written now waits for the next drain. */
export async function drainOutbox(exchange: Exchange): Promise<Drained> {
  const drain: Drain = {
    exchange,
    writer: await writerOf(exchange),
    done: { written: 0, waiting: 0, alarmed: 0 },
    faults: new Set(),
    shut: new Map(),
  };
  await removeLeftovers(exchange);
  for await (const rows of portionsToWrite(exchange, drain.writer)) await deliver(drain, rows);
  exchange.faults.endedBut("write", drain.faults);
  return drain.done;
}

interface Drain {
  readonly exchange: Exchange;
  readonly writer: Writer;
  readonly done: Record<End, number>;
  /** Places where a fault was met. */
  readonly faults: Set<string>;
  /** Folders that nothing more can be written into now, and why. */
  readonly shut: Map<string, string>;
}

async function deliver(drain: Drain, all: readonly OutboxFileRow[]): Promise<void> {
  await shutUnusable(drain, all);
  const rows = all.filter((row) => !isShut(drain, row));
  const before = rows.filter(({ state }) => state === "staged");
  const took = await takeUp(drain, before);
  const staged = await stage(
    drain,
    rows.filter(({ state }) => state === "rendered"),
  );
  const renamed = await publish(
    drain,
    [...took.ready, ...staged].toSorted((a, b) => a.id - b.id),
  );
  await finish(drain, [...took.gone, ...renamed]);
}

/** Into a folder whose mount is away nothing is written: its reader would never find it. */
async function shutUnusable({ exchange, shut }: Drain, rows: readonly OutboxFileRow[]): Promise<void> {
  const folders = [...new Set(rows.map(({ folder }) => folder))].filter((folder) => !shut.has(folder));
  const usable = await exchange.folders.usable(folders.map((folder) => `outbox/${folder}`));
  for (const folder of folders) if (!usable.has(`outbox/${folder}`)) shut.set(folder, "its folder cannot be used");
}

/** Whether a file's folder is known to take nothing now; it then waits untried. */
function isShut({ exchange, done, shut }: Drain, row: OutboxFileRow): boolean {
  const reason = shut.get(row.folder);
  if (reason === undefined) return false;
  tellWaiting(exchange, row, reason);
  done.waiting += 1;
  return true;
}

/** Notes how a file that could not be written ended. */
async function failed(drain: Drain, row: OutboxFileRow, thrown: unknown): Promise<void> {
  const { end, fault, shuts } = await wait(drain.exchange, row, coerceError(thrown));
  drain.done[end] += 1;
  if (fault !== undefined) drain.faults.add(fault);
  if (shuts !== undefined) drain.shut.set(row.folder, shuts);
}

/** Does a step for one file; one that fails waits, and lets the others pass. */
async function tried<T>(drain: Drain, row: OutboxFileRow, step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    await failed(drain, row, thrown);
    return undefined;
  }
}

/** Does a step for files that share it; where it fails, all of them wait. */
async function triedTogether<T>(
  drain: Drain,
  rows: readonly OutboxFileRow[],
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (thrown) {
    for (const row of rows) await failed(drain, row, thrown);
    return undefined;
  }
}

function byFolder(rows: readonly OutboxFileRow[]): Map<string, OutboxFileRow[]> {
  const folders = new Map<string, OutboxFileRow[]>();
  for (const row of rows) folders.set(row.folder, [...(folders.get(row.folder) ?? []), row]);
  return folders;
}

interface StagedFolder extends FolderIdentity {
  readonly ids: readonly number[];
}

/** Temporary files and their folders made durable, then T10. Gives the files that are staged now. */
async function stage(drain: Drain, rows: readonly OutboxFileRow[]): Promise<OutboxFileRow[]> {
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

/** Those of the files whose rows moved; another process has the others in work, which takes nothing from this one. */
async function still(
  drain: Drain,
  rows: readonly OutboxFileRow[],
  moved: ReadonlySet<number>,
  lost?: "with its temporary file",
) {
  for (const row of rows.filter(({ id }) => !moved.has(id))) {
    if (drain.exchange.gateways === undefined) await failed(drain, row, takenByAnother());
    else if (lost !== undefined) await removeTemporary(temporaryName(drain.exchange, row));
  }
  return rows.filter(({ id }) => moved.has(id));
}

/** Gives each file its name, in order; refuses to overwrite what is not ours. Gives those that were renamed. */
async function publish(drain: Drain, rows: readonly OutboxFileRow[]): Promise<OutboxFileRow[]> {
  const { exchange } = drain;
  const renamed: OutboxFileRow[] = [];
  for (const row of rows) {
    const there = await tried(drain, row, async () => {
      const target = finalName(exchange, row);
      if (await holdsOtherContent(target, row.sha256)) return false;
      // One temporary file is renamed once, whoever does it.
      const taken = exchange.gateways === undefined ? [] : ["ENOENT"];
      if ((await unless(taken, "gone", () => rename(temporaryName(exchange, row), target))) === "gone")
        return undefined;
      at("renamed");
      return true;
    });
    if (there === true) renamed.push(row);
    if (there === false) await nameHeld(drain, row);
  }
  return renamed;
}

async function nameHeld(drain: Drain, row: OutboxFileRow): Promise<void> {
  const end = await tried(drain, row, async () => {
    const alarmed = await alarm(
      drain.exchange,
      row,
      "failed",
      "a file of this name with other content is there already",
    );
    // Not before the row says so: without its temporary file it would be taken for delivered, or for nobody knows what.
    await removeTemporary(temporaryName(drain.exchange, row));
    return alarmed;
  });
  if (end !== undefined) drain.done[end] += 1;
}

/** Makes the new names durable, then T11. */
async function finish(drain: Drain, rows: readonly OutboxFileRow[]): Promise<void> {
  const { exchange } = drain;
  const durable: OutboxFileRow[] = [];
  for (const [folder, files] of byFolder(rows)) {
    const synced = await triedTogether(drain, files, async () => {
      await syncFolder(folderPath(exchange, folder));
      at("named");
      return true;
    });
    if (synced === true) durable.push(...files);
  }
  if (durable.length === 0) return;
  const moved = await triedTogether(drain, durable, () => markWritten(drain, durable));
  if (moved === undefined) return;
  at("written");
  for (const row of await still(drain, durable, moved)) drain.done[tellWritten(exchange, row)] += 1;
}

const markWritten = ({ exchange, writer }: Drain, files: readonly OutboxFileRow[]): Promise<Set<number>> =>
  exchange.store.write(async (tx) => {
    const rows = await tx.run(
      `UPDATE outbox_file SET state = 'written', written_at = :now, finding = ''
       WHERE id IN (:ids) AND state = 'staged'${stillHad(exchange)} RETURNING id`,
      { ids: files.map(({ id }) => id), now: exchange.clock.instant(), ...writer },
    );
    const moved = new Set(rows.map(({ id }) => Number(id)));
    await expectAnswers(
      tx,
      exchange,
      files.filter(({ id }) => moved.has(id)),
    );
    at("writing");
    return moved;
  });

interface TakenUp {
  /** Their temporary file is there and whole. */
  readonly ready: readonly OutboxFileRow[];
  /** Their temporary file has gone from the same folder: they were renamed. */
  readonly gone: readonly OutboxFileRow[];
}

/** Files that were staged when the process ended. */
async function takeUp(drain: Drain, rows: readonly OutboxFileRow[]): Promise<TakenUp> {
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
  if (there !== undefined) {
    const whole = there.isFile() && sha256Of(await readFile(temporary)) === row.sha256;
    if (whole) return "ready";
    if (exchange.gateways !== undefined) return writeAgain(exchange, row);
    await writeTemporary(temporary, row.bytes);
    return "ready";
  }
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
