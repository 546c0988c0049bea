/** Whether there is room to keep what would be taken: nothing is claimed that could not be registered. */
import { statfs } from "node:fs/promises";
import path from "node:path";
import { CalloffError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { keeping } from "./durable.ts";
import { systemWords } from "./system-words.ts";

/** Left free for the rows and the answers of what is taken. */
const RESERVE_BYTES = 8 * 1024 * 1024;
const RESERVE_INODES = 16;

/**
 * Makes sure that a file of that size can be archived and registered.
 * @throws CalloffError DATA_UNWRITABLE when the disk of the archive or of an embedded database has too little room
 */
export async function makeSureOfRoom(exchange: Exchange, bytes: number): Promise<void> {
  for (const place of new Set([exchange.paths.archive, databaseFolder(exchange)])) {
    const { bavail, bsize, files, ffree } = await keeping(place, () => statfs(place));
    if (bavail * bsize < bytes + RESERVE_BYTES) throw noRoom(place, `${bavail * bsize} bytes free`, bytes);
    if (files > 0 && ffree < RESERVE_INODES) throw noRoom(place, `${ffree} inodes free`, bytes);
  }
}

/** Where a SQLite file lies; a server looks after its own disk. */
function databaseFolder({ config, paths }: Exchange): string {
  const { database } = config.gateway;
  if (!database.startsWith("sqlite:")) return paths.archive;
  return path.dirname(path.resolve(config.home, database.slice("sqlite:".length)));
}

const noRoom = (place: string, found: string, bytes: number): CalloffError =>
  new CalloffError("DATA_UNWRITABLE", `${place} has too little room to take more files`, {
    place: { file: place },
    expected: `${bytes + RESERVE_BYTES} bytes and ${RESERVE_INODES} inodes free`,
    found,
    remedy: systemWords("ENOSPC").remedy,
    retryable: true,
  });
