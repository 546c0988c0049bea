/**
 * Lets go of claimed files whose registration is durable. A sender who still has the file open may write on: what is found
 * changed before its name is removed, or within a while after, gets a claim of its own, so that nothing that was written is
 * lost unsaid. What was applied before is then a duplicate in it, and what was added has its effect.
 */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { type FileHandle, lstat, open, rename } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { takeNumbers } from "../store/series.ts";
import { monotonic } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { type Claimed, unclaim } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { syncFolder, systemCode, unless } from "./durable.ts";

/** What a file was when it was read; its time is not known of a file that another process read. */
export interface AsRead {
  readonly size: number;
  readonly modified?: bigint;
}

/** A file without a name, watched through its descriptor. */
interface Held {
  readonly exchange: Exchange;
  readonly claimed: Claimed;
  readonly descriptor: number;
  readonly asRead: AsRead;
  /** Monotonic milliseconds after which it is no longer watched. */
  readonly until: number;
  /** Its size and time at the last look, and since when. */
  look: { readonly size: bigint; readonly modified: bigint; readonly since: number } | undefined;
}

/** How long a file is watched after it was taken; while it grows, as long again. */
const WATCHED = 60_000;
const MOST_HELD = 16;
const CHUNK = 1 << 20;

const held: Held[] = [];

/**
 * Removes a claimed file that is as it was read; one that was written to since is claimed again.
 * @param asRead absent of what was never read, because it is no file
 */
export async function letGo(exchange: Exchange, claimed: Claimed, asRead: AsRead | undefined): Promise<void> {
  if (asRead === undefined) {
    await unclaim(claimed);
    return;
  }
  const status = await unless(["ENOENT"], undefined, () => lstat(claimed.path, { bigint: true }));
  if (status?.isFile() === true && differs(status, asRead)) {
    await claimAgain(exchange, claimed);
    return;
  }
  const descriptor = status?.isFile() === true ? descriptorOf(exchange, claimed) : undefined;
  await unclaim(claimed);
  if (descriptor !== undefined) watch({ exchange, claimed, descriptor, asRead });
}

const differs = ({ size, mtimeNs }: BigIntStats, asRead: AsRead): boolean =>
  size !== BigInt(asRead.size) || (asRead.modified !== undefined && mtimeNs !== asRead.modified);

async function claimAgain(exchange: Exchange, claimed: Claimed): Promise<void> {
  const again = await nextClaim(exchange, claimed);
  await rename(claimed.path, again.path);
  at("claim-renamed");
  await syncFolder(path.dirname(again.path));
  at("claimed");
  tell(exchange, claimed, again);
}

async function nextClaim(exchange: Exchange, { folder, name, path: where }: Claimed): Promise<Claimed> {
  const claim = String(await exchange.store.write((tx) => takeNumbers(tx, "claim", 1)));
  at("claim-numbered");
  return { claim, folder, name, path: path.join(path.dirname(where), `${claim}-${name}`) };
}

function tell({ log, events }: Exchange, { claim, folder, name }: Claimed, again: Claimed): void {
  log.error(
    { claim, folder, name, again: again.claim },
    "written to after it was taken; what it is now is taken under a number of its own",
  );
  events.emit("file.grown", { claim, folder, name, again: again.claim });
}

/** Only where quiet is asked for: who renames his files has closed them. */
function descriptorOf(exchange: Exchange, claimed: Claimed): number | undefined {
  if (exchange.config.gateway.intake.quietMilliseconds === 0) return undefined;
  try {
    return openSync(claimed.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    // Too few descriptors: the files that wait need them more.
    if (systemCode(thrown) !== "") return undefined;
    throw thrown;
  }
}

function watch(one: Pick<Held, "exchange" | "claimed" | "descriptor" | "asRead">): void {
  held.push({ ...one, until: monotonic() + WATCHED, look: undefined });
  if (held.length > MOST_HELD) drop(held[0] as Held);
  setTimeout(() => dropEnded(), WATCHED + 1000).unref();
}

function drop(one: Held): void {
  const place = held.indexOf(one);
  if (place < 0) return;
  held.splice(place, 1);
  closeSync(one.descriptor);
}

/** Those that were never written to again need not be watched for ever. */
function dropEnded(): void {
  for (const one of held.filter(({ look, until }) => look === undefined && monotonic() > until)) drop(one);
}

/** Looks at the files that were let go a short while ago; gives how many have come to rest as other ones than were read. */
export async function lookAfter(exchange: Exchange): Promise<number> {
  let grown = 0;
  for (const one of held.filter((watched) => watched.exchange === exchange)) {
    const status = fstatSync(one.descriptor, { bigint: true });
    if (differs(status, one.asRead) && hasRested(one, status)) {
      await claimCopy(exchange, one);
      drop(one);
      grown += 1;
    } else if (one.look === undefined && monotonic() > one.until) drop(one);
  }
  return grown;
}

/** No longer watching: the descriptors of an exchange that ends. */
export function forget(exchange: Exchange): void {
  for (const one of held.filter((watched) => watched.exchange === exchange)) drop(one);
}

function hasRested(one: Held, { size, mtimeNs }: BigIntStats): boolean {
  if (one.look?.size !== size || one.look.modified !== mtimeNs) {
    one.look = { size, modified: mtimeNs, since: monotonic() };
    return false;
  }
  return monotonic() - one.look.since >= one.exchange.config.gateway.intake.quietMilliseconds;
}

/** What lost its name is copied out whole under a hidden one, then claimed. */
async function claimCopy(exchange: Exchange, { claimed, descriptor }: Held): Promise<void> {
  const again = await nextClaim(exchange, claimed);
  const incoming = path.join(path.dirname(again.path), `.incoming-${again.claim}`);
  const target = await open(incoming, "w", 0o600);
  at("copy-opened");
  try {
    await copyAll(descriptor, target);
    await target.sync();
    at("copy-kept");
  } finally {
    await target.close();
  }
  await rename(incoming, again.path);
  at("claim-renamed");
  await syncFolder(path.dirname(again.path));
  at("claimed");
  tell(exchange, claimed, again);
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
