/**
 * Keeps the bytes of every file under their SHA-256: `data/archive/<first two digits>/<sha256>`. The claimed file is opened
 * once and hashed while it is copied, so that what is archived is what was hashed, whatever happens to its name meanwhile.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { at } from "../values/crash-points.ts";
import { CalloffError } from "../values/errors.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { keeping, makeFolder, openCarefully, syncFolder, systemCode, unless } from "./durable.ts";
import { hashRanges } from "./hashing.ts";

export interface Archived {
  readonly sha256: string;
  readonly size: number;
  /** Where the bytes are, absolute. */
  readonly path: string;
}

/** The same with the time that the claimed file had, in nanoseconds. */
export interface ArchivedNow extends Archived {
  readonly modified: bigint;
}

const CHUNK = 1 << 20;
const MOST_TRIES = 5;

/** Where the bytes of that hash are kept. */
export const archivePath = (archive: string, sha256: string): string => path.join(archive, sha256.slice(0, 2), sha256);

/**
 * Hashes and archives a claimed file. One that grows or is rewritten meanwhile, by a sender who still has it open, is
 * waited for until it is quiet once more.
 * @throws CalloffError EXCHANGE_NOT_A_FILE when what was claimed is no regular file of one name; EXCHANGE_STILL_WRITTEN when
 * it does not come to rest
 */
export async function archiveFile(exchange: Exchange, claimed: Claimed): Promise<ArchivedNow> {
  for (let tries = 1; ; tries += 1) {
    const archived = await attempt(exchange, claimed);
    if (archived !== "changed") {
      at("archived");
      return archived;
    }
    if (tries >= MOST_TRIES) throw stillWritten(claimed);
    exchange.log.warn(
      { claim: claimed.claim, name: claimed.name },
      "changed while it was read; waiting until it is quiet",
    );
    await pause(Math.max(100, exchange.config.gateway.intake.quietMilliseconds));
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function attempt(exchange: Exchange, claimed: Claimed): Promise<ArchivedNow | "changed"> {
  const handle = await openClaimed(claimed);
  const incoming = await incomingName(exchange, claimed);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile() || before.nlink !== 1n)
      throw notAFile(claimed, before.isFile() ? "a file with several names" : "no regular file");
    await makeFolder(exchange.paths.archive, 0o700);
    const { sha256, size } = await copyHashed(handle, incoming, before.size);
    const after = await handle.stat({ bigint: true });
    if (BigInt(size) !== after.size || before.mtimeNs !== after.mtimeNs || before.size !== after.size) return "changed";
    return { ...(await keep(exchange.paths.archive, incoming, sha256, size)), modified: after.mtimeNs };
  } finally {
    await handle.close();
    await unless(["ENOENT", "EROFS"], undefined, () => unlink(incoming));
    at("copy-removed");
  }
}

/** The name of a copy in the making: with the number of the gateway where several may be at one claim, one of them no more. */
async function incomingName({ gateways, paths }: Exchange, { claim }: Claimed): Promise<string> {
  const name = `.incoming-${claim}`;
  if (gateways === undefined) return path.join(paths.archive, name);
  const names = await unless(["ENOENT"], [], () => readdir(paths.archive));
  for (const left of names.filter((entry) => entry.startsWith(`${name}-`))) {
    await unless(["ENOENT"], undefined, () => unlink(path.join(paths.archive, left)));
    at("leaving-removed");
  }
  return path.join(paths.archive, `${name}-${await gateways.number()}`);
}

async function openClaimed(claimed: Claimed): Promise<FileHandle> {
  try {
    return await openCarefully(claimed.path);
  } catch (thrown) {
    if (systemCode(thrown) === "ELOOP") throw notAFile(claimed, "a symbolic link");
    throw thrown;
  }
}

/** @param most its size; a sender who writes as fast as we read is not followed any further */
async function copyHashed(from: FileHandle, to: string, most: bigint): Promise<{ sha256: string; size: number }> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  const archive = path.dirname(to);
  const anew = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const target = await keeping(archive, () => open(to, anew, 0o600));
  at("copy-opened");
  try {
    let size = 0;
    while (size <= most) {
      const { bytesRead } = await from.read(buffer, 0, CHUNK, size);
      if (bytesRead === 0) break;
      const part = buffer.subarray(0, bytesRead);
      hash.update(part);
      await keeping(archive, () => writeAll(target, part));
      size += bytesRead;
    }
    await keeping(archive, () => target.sync());
    at("copy-kept");
    return { sha256: hash.digest("hex"), size };
  } finally {
    await target.close();
  }
}

/** A write may take fewer bytes than it is given, on a disk that is filling up. */
async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await target.write(bytes, written, bytes.length - written);
    at("copy-written");
    written += bytesWritten;
  }
}

async function keep(archive: string, incoming: string, sha256: string, size: number): Promise<Archived> {
  const target = archivePath(archive, sha256);
  const folder = path.dirname(target);
  const kept = await unless(["ENOENT"], undefined, () => stat(target));
  // A power cut may have left its length and not its bytes.
  const [there] = kept?.size === size ? await hashRanges(target, [{ firstByte: 0, endByte: size }]) : [];
  if (there !== sha256) {
    await makeFolder(folder, 0o700);
    await rename(incoming, target);
    at("copy-renamed");
    await syncFolder(folder);
    at("copy-named");
    await syncFolder(archive);
    at("copy-found");
  }
  return { sha256, size, path: target };
}

const notAFile = (claimed: Claimed, found: string): CalloffError =>
  new CalloffError("EXCHANGE_NOT_A_FILE", `${claimed.folder}/${claimed.name} is not read`, {
    place: { file: `${claimed.folder}/${claimed.name}` },
    expected: "a regular file with one name",
    found,
    remedy: "Let the sender drop a file; links and pipes are never followed",
  });

const stillWritten = (claimed: Claimed): CalloffError =>
  new CalloffError("EXCHANGE_STILL_WRITTEN", `${claimed.folder}/${claimed.name} changes each time it is read`, {
    place: { file: `${claimed.folder}/${claimed.name}` },
    expected: "a file its sender has closed",
    found: `other content at each of ${MOST_TRIES} readings`,
    remedy:
      "Let the sender write under another name and rename it when it is complete; it is tried again at the next scan",
    retryable: true,
  });
