/**
 * Writes rendered files into the outbox, each exactly once: temporary file, synced → the row says *staged* and in which
 * folder → renamed, synced → the row says *written*. After a crash the temporary file tells how far it came; where a folder
 * that was staged into is gone or another one, it cannot be known whether the reader has the file, and that is said.
 */
import { constants } from "node:fs";
import { lstat, open, readFile, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { recordAudit } from "../store/audit.ts";
import { select, selectOne, update } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { type OutboxFileRow, outboxFile } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { makeFolder, syncFolder, systemCode, unless } from "./durable.ts";
import { sha256Of } from "./hashing.ts";

/** What one drain did. */
export interface Drained {
  readonly written: number;
  /** Left for the next drain: no space, no rights, a folder that cannot be reached. */
  readonly waiting: number;
  /** To be looked at: uncertain or failed. */
  readonly alarmed: number;
}

type End = "written" | "waiting" | "alarmed";

/** Writes every file that is rendered or was staged, oldest first; what cannot be written now waits for the next drain. */
export async function drainOutbox(exchange: Exchange): Promise<Drained> {
  const done = { written: 0, waiting: 0, alarmed: 0 };
  const pending = await exchange.store.ask(
    "SELECT id FROM outbox_file WHERE state IN ('rendered', 'staged') ORDER BY id",
  );
  for (const { id } of pending) {
    const row = await selectOne(exchange.store, outboxFile, "WHERE id = :id", { id });
    if (row !== undefined) done[await deliver(exchange, row)] += 1;
  }
  return done;
}

async function deliver(exchange: Exchange, row: OutboxFileRow): Promise<End> {
  try {
    if (row.state === "staged") return await takeUpStaged(exchange, row);
    await stage(exchange, row);
    return await publish(exchange, row);
  } catch (thrown) {
    return wait(exchange, row, coerceError(thrown));
  }
}

const folderOf = (exchange: Exchange, row: OutboxFileRow): string => path.join(exchange.paths.outbox, row.folder);
const finalName = (exchange: Exchange, row: OutboxFileRow): string => path.join(folderOf(exchange, row), row.name);
const temporaryName = (exchange: Exchange, row: OutboxFileRow): string =>
  path.join(folderOf(exchange, row), `.calloff-${row.id}`);

/** Temporary file, both syncs, T10. */
async function stage(exchange: Exchange, row: OutboxFileRow): Promise<void> {
  const folder = folderOf(exchange, row);
  await makeFolder(folder);
  await writeTemporary(temporaryName(exchange, row), row.bytes);
  at("temporary-written");
  await syncFolder(folder);
  const { device, inode } = await identityOf(folder);
  await setState(exchange, row, "rendered", { state: "staged", folder_device: device, folder_inode: inode });
  at("staged");
}

async function writeTemporary(file: string, bytes: Uint8Array): Promise<void> {
  // Whatever lies under our own name is ours or in the way; a link there must not be written through.
  await unless(["ENOENT"], undefined, () => unlink(file));
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o644,
  );
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (thrown) {
    await unless(["ENOENT"], undefined, () => unlink(file));
    throw thrown;
  } finally {
    await handle.close();
  }
}

async function identityOf(folder: string): Promise<{ device: string; inode: string }> {
  const status = await stat(folder, { bigint: true });
  return { device: String(status.dev), inode: String(status.ino) };
}

/** Refuses to overwrite what is not ours; then rename, sync, T11. */
async function publish(exchange: Exchange, row: OutboxFileRow): Promise<End> {
  const target = finalName(exchange, row);
  if (await holdsOtherContent(target, row.sha256)) {
    await unless(["ENOENT"], undefined, () => unlink(temporaryName(exchange, row)));
    return alarm(exchange, row, "failed", "a file of this name with other content is there already");
  }
  await rename(temporaryName(exchange, row), target);
  at("renamed");
  await syncFolder(folderOf(exchange, row));
  return written(exchange, row);
}

async function holdsOtherContent(file: string, sha256: string): Promise<boolean> {
  const there = await unless(["ENOENT"], undefined, () => lstat(file));
  if (there === undefined) return false;
  return !there.isFile() || sha256Of(await readFile(file)) !== sha256;
}

async function written(exchange: Exchange, row: OutboxFileRow): Promise<End> {
  const { receiver, folder, name, sha256 } = row;
  await setState(exchange, row, "staged", { state: "written", written_at: exchange.clock.instant(), finding: "" });
  at("written");
  exchange.log.info({ receiver, folder, name, sha256 }, "written");
  exchange.events.emit("outbox.written", { receiver, folder, name, sha256 });
  return "written";
}

/** A file that was staged when the process ended. */
async function takeUpStaged(exchange: Exchange, row: OutboxFileRow): Promise<End> {
  const temporary = temporaryName(exchange, row);
  const there = await unless(["ENOENT", "ENOTDIR"], undefined, () => lstat(temporary));
  if (there !== undefined) {
    const whole = there.isFile() && sha256Of(await readFile(temporary)) === row.sha256;
    if (!whole) await writeTemporary(temporary, row.bytes);
    return publish(exchange, row);
  }
  const folder = await unless(["ENOENT", "ENOTDIR"], undefined, () => identityOf(folderOf(exchange, row)));
  if (folder?.device === row.folder_device && folder.inode === row.folder_inode) return written(exchange, row);
  const reason = folder === undefined ? "its folder has gone" : "its folder is another one than it was staged in";
  return alarm(exchange, row, "uncertain", `${reason}; whether the file was taken cannot be known`);
}

async function setState(
  exchange: Exchange,
  row: OutboxFileRow,
  from: string,
  set: Partial<OutboxFileRow>,
): Promise<void> {
  await exchange.store.write(async (tx) => {
    const changed = await update(tx, outboxFile, set, "id = :id AND state = :from", { id: row.id, from });
    if (changed === 0)
      throw new CalloffError("STORE_BUSY", "Another process is writing this file", { retryable: true });
  });
}

async function alarm(
  exchange: Exchange,
  row: OutboxFileRow,
  state: "uncertain" | "failed",
  reason: string,
): Promise<End> {
  await exchange.store.write((tx) =>
    update(tx, outboxFile, { state, finding: reason }, "id = :id AND state IN ('rendered', 'staged')", { id: row.id }),
  );
  const { receiver, folder, name } = row;
  exchange.log.error({ receiver, folder, name, reason }, `outbox: ${state}`);
  exchange.events.emit("outbox.uncertain", { receiver, folder, name, reason });
  return "alarmed";
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free space on the disk of the outbox",
  EDQUOT: "raise the quota of the outbox",
  EFBIG: "raise the limit on file sizes",
  EACCES: "give calloff the right to write into the folder",
  EPERM: "give calloff the right to write into the folder",
  EROFS: "mount the outbox for writing",
};

/** What passes keeps its state and is tried again; after a failed sync nothing about the disk can be believed. */
async function wait(exchange: Exchange, row: OutboxFileRow, error: Error): Promise<End> {
  const code = systemCode(error);
  if (code === "EIO") return alarm(exchange, row, "failed", "the disk failed while the file was written (EIO)");
  const { receiver, folder, name } = row;
  const reason = code === "" ? error.message : code;
  const remedy = REMEDIES[code] ?? "see the reason; it is tried again by itself";
  exchange.log.error({ receiver, folder, name, reason, remedy, err: error }, "a file waits to be written");
  exchange.events.emit("outbox.waiting", { receiver, folder, name, reason });
  return "waiting";
}

/**
 * Has a file written once more, with the same bytes and numbers: one that is uncertain or failed, or one that a partner lost.
 * @throws CalloffError EXCHANGE_NO_OUTBOX_FILE when there is none of that id
 */
export async function resendFile(store: Store, id: number, occasion: Occasion): Promise<OutboxFileRow> {
  return store.write(async (tx) => {
    const [row] = await select(tx, outboxFile, "WHERE id = :id", { id });
    if (row === undefined) {
      throw new CalloffError("EXCHANGE_NO_OUTBOX_FILE", `There is no outbox file ${id}`, {
        expected: "the number of a file of the outbox",
        found: String(id),
        remedy: "`calloff outbox list` names the files",
        exit: EXIT.notFound,
      });
    }
    if (row.state === "rendered" || row.state === "staged") return row;
    await update(tx, outboxFile, { state: "rendered", finding: "" }, "id = :id", { id });
    await recordAudit(tx, occasion, "outbox.resent", `${row.folder}/${row.name}`, { before: row.state });
    return { ...row, state: "rendered" };
  });
}
