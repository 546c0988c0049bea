/**
 * Claimed files that nobody has seen at rest: another one lay under the name when it was claimed than the one that was looked
 * at, or a process ended with it. Such a file waits in our own folder for quiet and for its end, as it would have in the inbox.
 */
import { lstat } from "node:fs/promises";
import { machineTime, monotonic } from "../values/clock.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { unless } from "./durable.ts";
import { type Look, lookAt } from "./eligibility.ts";
import { hasEnded } from "./glance.ts";
import { registeredFile } from "./register.ts";
import { type Candidate, CLAIMED_KEY, type Looks, waitedLonger } from "./scan.ts";

const keyOf = ({ folder, claim }: Pick<Claimed, "folder" | "claim">): string => `${CLAIMED_KEY}${folder}/${claim}`;

/** Whether what was just claimed is what was looked at; if it is another file, it waits until it is seen at rest. */
export async function isAsSeen(claimed: Claimed, { look: seen }: Candidate, looks: Looks): Promise<boolean> {
  const look = await lookAtClaimed(claimed, undefined, false);
  const same = (["size", "modified", "inode"] as const).every(
    (field) => look === undefined || look[field] === seen[field],
  );
  if (!same && look !== undefined) looks.set(keyOf(claimed), look);
  return same;
}

/** Claims that this process made, where others may have made some too, and the folder of each. */
const made = new WeakMap<Exchange, Map<string, string>>();

/** Remembers that a file was claimed by this process, until it is taken. */
export function claimedHere(exchange: Exchange, { claim, folder }: Claimed): void {
  if (exchange.gateways === undefined) return;
  const claims = made.get(exchange) ?? new Map<string, string>();
  made.set(exchange, claims.set(claim, folder));
}

export const takenHere = (exchange: Exchange, { claim }: Claimed): void => void made.get(exchange)?.delete(claim);

/** Whether claimed files wait for their quiet or their end. */
export function waitsClaimed(looks: Looks): boolean {
  for (const key of looks.keys()) if (key.startsWith(CLAIMED_KEY)) return true;
  return false;
}

/**
 * Forgets the claimed files that have gone: removed, or taken by another gateway.
 * @param left what lies claimed now
 * @param isOurs whether what lies claimed of a folder was looked for; of the others nothing is known
 */
export async function forgetGone(
  exchange: Exchange,
  left: readonly Claimed[],
  looks: Looks,
  isOurs: (folder: string) => Promise<boolean>,
): Promise<void> {
  const there = new Set(left.map(keyOf));
  for (const key of looks.keys()) {
    if (!key.startsWith(CLAIMED_KEY) || there.has(key)) continue;
    if (await isOurs(key.slice(CLAIMED_KEY.length, key.lastIndexOf("/")))) looks.delete(key);
  }
  const claims = made.get(exchange) ?? new Map<string, string>();
  for (const [claim, folder] of claims) {
    if (!there.has(keyOf({ claim, folder })) && (await isOurs(folder))) claims.delete(claim);
  }
}

/** Whether a claimed file may be taken now; a look is kept of one that may not. */
export async function isSettled(exchange: Exchange, claimed: Claimed, looks: Looks): Promise<boolean> {
  const { quietMilliseconds, patienceMinutes } = exchange.config.gateway.intake;
  const before = looks.get(keyOf(claimed));
  // Another gateway's claim is taken over before what came after it, or a customer's files would change their order.
  const others = exchange.gateways !== undefined && made.get(exchange)?.has(claimed.claim) !== true;
  const first = looks.scanned === undefined || (others && before === undefined);
  const look = await lookAtClaimed(claimed, before, first);
  if (look === undefined) return true;
  // What a process before this one had claimed, it had seen at rest.
  const quiet = (first && before === undefined) || monotonic() - look.since >= quietMilliseconds;
  if (quiet && (await mayEnd(exchange, claimed, look, patienceMinutes * 60_000))) {
    looks.delete(keyOf(claimed));
    return true;
  }
  looks.set(keyOf(claimed), look);
  return false;
}

async function mayEnd(exchange: Exchange, claimed: Claimed, look: Look, patience: number): Promise<boolean> {
  if (exchange.config.gateway.intake.doneFile !== undefined || waitedLonger(look, patience)) return true;
  if (await unless(["ENOENT", "EACCES", "EPERM", "EIO"], true, () => hasEnded(claimed.path, look.size))) return true;
  return (await registeredFile(exchange.store, claimed.claim)) !== undefined;
}

/** Nothing when it is gone, or is no file at all: who takes it says what is wrong with it. */
async function lookAtClaimed(claimed: Claimed, before: Look | undefined, first: boolean): Promise<Look | undefined> {
  const status = await unless(["ENOENT"], undefined, () => lstat(claimed.path, { bigint: true }));
  if (status === undefined || !status.isFile() || status.nlink !== 1n) return undefined;
  const seen = {
    size: Number(status.size),
    modified: status.mtimeNs,
    changed: Number(status.ctimeMs),
    inode: status.ino,
    device: status.dev,
    // The claim itself was a change, so its content's time is asked.
    age: first ? machineTime() - Number(status.mtimeMs) : 0,
  };
  return lookAt(seen, before, monotonic());
}
