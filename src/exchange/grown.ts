/**
 * Watches files that were taken and have lost their name, through their descriptors: what a sender who kept one open writes
 * on in it is claimed as a copy under a number of its own. How many are watched at once follows what the process may open;
 * where more come within the watch, those that are as they were read go first.
 */
import { type BigIntStats, closeSync, fstatSync, read } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { takeNumbers } from "../store/series.ts";
import { monotonic } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { coerceError } from "../values/errors.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { syncFolder, systemCode } from "./durable.ts";
import { softLimit } from "./process-limits.ts";
import { systemWords } from "./system-words.ts";

/** What a file was when it was read; its time is not known of a file that another process read. */
export interface AsRead {
  readonly size: number;
  readonly modified?: bigint;
}

/** A file without a name. */
interface Held {
  readonly exchange: Exchange;
  readonly descriptor: number;
  /** Under which it was taken last. */
  claimed: Claimed;
  asRead: AsRead;
  /** Monotonic milliseconds after which it is no longer watched. */
  until: number;
  /** Its size and time at the last look, and since when. */
  look: { readonly size: bigint; readonly modified: bigint; readonly since: number } | undefined;
  /** The number that its copy will have, where one was taken and the copy could not be named. */
  next: Claimed | undefined;
  /** Monotonic milliseconds before which a copy that failed is not tried again. */
  notBefore: number;
  copying: boolean;
}

/** How long a file is watched after it was taken; when it has grown, as long again. */
const WATCHED = 60_000;
/** How much longer a copy that fails is tried. */
const TRIED = 600_000;
const CHUNK = 1 << 20;

const held: Held[] = [];
let ending: NodeJS.Timeout | undefined;
/** Who was told that not every file is watched; forgotten when none is. */
let told = new WeakSet<Exchange>();

let most: number | undefined;
/** An eighth of the files that this process may have open, 64 at least and 1024 at most; never more than a quarter of few. */
function mostHeld(): number {
  if (most !== undefined) return most;
  const files = softLimit("Max open files") ?? Number.POSITIVE_INFINITY;
  most = Math.min(Math.max(64, Math.floor(files / 8)), Math.floor(files / 4), 1024);
  return most;
}

export const differs = ({ size, mtimeNs }: BigIntStats, asRead: AsRead): boolean =>
  size !== BigInt(asRead.size) || (asRead.modified !== undefined && mtimeNs !== asRead.modified);

export async function nextClaim(exchange: Exchange, { folder, name, path: where }: Claimed): Promise<Claimed> {
  const claim = String(await exchange.store.write((tx) => takeNumbers(tx, "claim", 1)));
  at("claim-numbered");
  return { claim, folder, name, path: path.join(path.dirname(where), `${claim}-${name}`) };
}

export function tellGrown({ log, events }: Exchange, { claim, folder, name }: Claimed, again: Claimed): void {
  log.error(
    { claim, folder, name, again: again.claim },
    "written to after it was taken; what it is now is taken under a number of its own",
  );
  events.emit("file.grown", { claim, folder, name, again: again.claim });
}

/** Said once, until no file is watched any more. */
export function tellUnwatched(exchange: Exchange, { claim, folder, name }: Claimed): void {
  if (told.has(exchange)) return;
  told.add(exchange);
  exchange.log.warn(
    { claim, folder, name, most: mostHeld() },
    "more files come within a minute than can be watched: what a sender still writes into the earlier ones is not seen; " +
      "let senders rename, or raise the limit of open files",
  );
}

/** Watches a file from now on; its descriptor is closed when it is watched no more. */
export async function watch(one: Pick<Held, "exchange" | "claimed" | "descriptor" | "asRead">): Promise<void> {
  held.push({ ...one, ...watchedAnew(), copying: false });
  endLater();
  if (held.length > mostHeld()) await makePlace();
}

const watchedAnew = (): Pick<Held, "until" | "look" | "next" | "notBefore"> => ({
  until: monotonic() + WATCHED,
  look: undefined,
  next: undefined,
  notBefore: 0,
});

function endLater(): void {
  ending ??= setTimeout(() => {
    ending = undefined;
    dropEnded();
    if (held.length > 0) endLater();
  }, WATCHED + 1000).unref();
}

/** The oldest that is as it was read is watched no more; where all have grown, the oldest is claimed as it is now. */
async function makePlace(): Promise<void> {
  const quiet = held.find((one) => one.look === undefined && !hasGrown(one));
  if (quiet !== undefined) {
    if (monotonic() <= quiet.until) tellUnwatched(quiet.exchange, quiet.claimed);
    drop(quiet);
    return;
  }
  const grown = held.find(({ copying, notBefore }) => !copying && monotonic() >= notBefore);
  // Where no copy can be made they all stay: the descriptors are the lesser evil.
  if (grown !== undefined && (await claimedOrWaits(grown))) drop(grown);
}

/** Notes the growth of a file, which is then watched until it rests. */
function hasGrown(one: Held): boolean {
  const status = fstatSync(one.descriptor, { bigint: true });
  if (!differs(status, one.asRead)) return false;
  one.look = { size: status.size, modified: status.mtimeNs, since: monotonic() };
  return true;
}

function drop(one: Held): void {
  const place = held.indexOf(one);
  if (place < 0) return;
  held.splice(place, 1);
  closeSync(one.descriptor);
  if (held.length === 0) told = new WeakSet();
}

/** Those that were never written to again need not be watched for ever. */
function dropEnded(): void {
  for (const one of held.filter(({ look, until }) => look === undefined && monotonic() > until)) {
    if (!hasGrown(one)) drop(one);
  }
}

/**
 * Looks at the files that were let go a short while ago; gives how many have come to rest as other ones than were read. One
 * that cannot be copied waits, and keeps nobody waiting.
 * @param isOurs whether what lies claimed of a folder is in nobody else's work
 * @throws CalloffError STORE_* when no number can be given now
 */
export async function lookAfter(
  exchange: Exchange,
  isOurs: (folder: string) => Promise<boolean> = async () => true,
): Promise<number> {
  let grown = 0;
  for (const one of held.filter((watched) => watched.exchange === exchange && !watched.copying)) {
    const status = fstatSync(one.descriptor, { bigint: true });
    if (!differs(status, one.asRead)) {
      one.look = undefined;
      if (monotonic() > one.until) drop(one);
    } else if (hasRested(one, status) && monotonic() >= one.notBefore && (await isOurs(one.claimed.folder))) {
      if (await claimedOrWaits(one)) grown += 1;
    }
  }
  const waiting = held.filter((one) => one.exchange === exchange && one.notBefore > 0);
  exchange.faults.endedBut("grown", new Set(waiting.map(({ claimed }) => placeOf(claimed))));
  return grown;
}

/**
 * No longer watching: the descriptors of an exchange that ends. What has grown by then is claimed as it is, and taken at the
 * next start.
 */
export async function forget(exchange: Exchange): Promise<void> {
  for (const one of held.filter((watched) => watched.exchange === exchange && !watched.copying)) {
    try {
      if (one.look !== undefined || hasGrown(one)) await claimCopy(one);
    } catch (thrown) {
      tellLost(one, coerceError(thrown));
    }
    drop(one);
  }
}

const placeOf = ({ folder, name }: Claimed): string => `inbox/${folder}/${name}`;

function hasRested(one: Held, { size, mtimeNs }: BigIntStats): boolean {
  if (one.look?.size !== size || one.look.modified !== mtimeNs) {
    one.look = { size, modified: mtimeNs, since: monotonic() };
    return false;
  }
  return monotonic() - one.look.since >= one.exchange.config.gateway.intake.quietMilliseconds;
}

/** Claims a copy of a file; where the system refuses that, it waits for a while, and is then given up in words. */
async function claimedOrWaits(one: Held): Promise<boolean> {
  const { exchange, claimed, until } = one;
  try {
    await claimCopy(one);
    return true;
  } catch (thrown) {
    const error = coerceError(thrown);
    const code = systemCode(error);
    if (code === "") throw error;
    if (monotonic() > until + TRIED) {
      tellLost(one, error);
      drop(one);
      return false;
    }
    one.notBefore = monotonic() + exchange.config.gateway.intake.scanSeconds * 1000;
    const place = placeOf(claimed);
    const { what: why, remedy } = systemWords(code);
    const what = `${place} was written to after it was taken, and what was added cannot be claimed: ${why}`;
    exchange.faults.stands({ place, kind: "grown", code, what, remedy }, error);
    return false;
  }
}

function tellLost({ exchange, claimed: { claim, folder, name }, asRead, look }: Held, error: Error): void {
  exchange.log.error(
    { claim, folder, name, taken: asRead.size, size: Number(look?.size ?? 0), err: error },
    "written to after it was taken, and what was added is lost: no copy of it could be made; ask the sender to send it again",
  );
}

/** What lost its name is copied out whole under a hidden one, then numbered and claimed. It is watched on from there. */
async function claimCopy(one: Held): Promise<void> {
  const { exchange, claimed, descriptor } = one;
  const folder = path.dirname(claimed.path);
  const incoming = path.join(folder, `.incoming-${claimed.claim}`);
  one.copying = true;
  try {
    const { size, mtimeNs } = fstatSync(descriptor, { bigint: true });
    await copyOut(descriptor, incoming);
    one.next ??= await nextClaim(exchange, claimed);
    const again = one.next;
    await rename(incoming, again.path);
    at("claim-renamed");
    await syncFolder(folder);
    at("claimed");
    tellGrown(exchange, claimed, again);
    one.claimed = again;
    one.asRead = { size: Number(size), modified: mtimeNs };
    Object.assign(one, watchedAnew());
  } catch (thrown) {
    await removeCopy(incoming);
    throw thrown;
  } finally {
    one.copying = false;
  }
}

async function copyOut(descriptor: number, incoming: string): Promise<void> {
  const target = await open(incoming, "w", 0o600);
  at("copy-opened");
  try {
    await copyAll(descriptor, target);
    await target.sync();
    at("copy-kept");
  } finally {
    await target.close();
  }
}

/** Whatever keeps it from being made keeps it from being removed, perhaps; a start removes it then. */
async function removeCopy(incoming: string): Promise<void> {
  try {
    await unlink(incoming);
    at("copy-removed");
  } catch (thrown) {
    if (systemCode(thrown) === "") throw thrown;
  }
}

const readFrom = promisify(read);

async function copyAll(descriptor: number, target: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let from = 0; ; ) {
    const { bytesRead } = await readFrom(descriptor, buffer, 0, CHUNK, from);
    if (bytesRead === 0) return;
    await target.writeFile(buffer.subarray(0, bytesRead));
    at("copy-written");
    from += bytesRead;
  }
}
