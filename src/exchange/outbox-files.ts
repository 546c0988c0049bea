/** Files of the outbox on disk: their two names, how they are written, and what lies there already. */
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readFile, unlink } from "node:fs/promises";
import path from "node:path";
import type { OutboxFileRow } from "../store/tables.ts";
import { at } from "../values/crash-points.ts";
import type { Exchange } from "./context.ts";
import { unless } from "./durable.ts";
import { sha256Of } from "./hashing.ts";

export const folderPath = (exchange: Exchange, folder: string): string => path.join(exchange.paths.outbox, folder);

/** The name under which the reader finds the file. */
export const finalName = (exchange: Exchange, { folder, name }: OutboxFileRow): string =>
  path.join(folderPath(exchange, folder), name);

/** The name under which it is written: with the number of its writer where there are several on one database. */
export const temporaryName = (
  exchange: Exchange,
  { folder, id, staged_by }: Pick<OutboxFileRow, "folder" | "id" | "staged_by">,
): string =>
  path.join(folderPath(exchange, folder), staged_by === 0 ? `.calloff-${id}` : `.calloff-${id}-${staged_by}`);

async function create(file: string): Promise<FileHandle> {
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o644,
  );
  at("temporary-opened");
  return handle;
}

/** Writes and syncs a file; what could not be written whole is taken away. */
export async function writeTemporary(file: string, bytes: Uint8Array): Promise<void> {
  let handle = await unless(["EEXIST"], undefined, () => create(file));
  if (handle === undefined) {
    // Whatever lies under our own name is ours or in the way; a link there must not be written through.
    await removeTemporary(file);
    handle = await create(file);
  }
  try {
    await handle.writeFile(bytes);
    at("temporary-filled");
    await handle.sync();
    at("temporary-written");
  } catch (thrown) {
    await removeTemporary(file);
    throw thrown;
  } finally {
    await handle.close();
  }
}

export async function removeTemporary(file: string): Promise<void> {
  await unless(["ENOENT"], undefined, () => unlink(file));
  at("temporary-removed");
}

/** Whether a name is taken by something that is not these bytes. */
export async function holdsOtherContent(file: string, sha256: string): Promise<boolean> {
  const there = await unless(["ENOENT"], undefined, () => lstat(file));
  if (there === undefined) return false;
  return !there.isFile() || sha256Of(await readFile(file)) !== sha256;
}
