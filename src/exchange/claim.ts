/**
 * Takes a file out of a folder that others write to, by renaming it to a name that only we write:
 * `inbox/.claimed/<folder>/<claim number>-<name>`. Of two who try, one gets ENOENT and lets it be. Nothing is ever removed
 * under a name that a partner can write.
 */
import { constants } from "node:fs";
import { access, lstat, readdir, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { takeNumbers } from "../store/series.ts";
import { at } from "../values/crash-points.ts";
import { type Exchange, watchedFolders } from "./context.ts";
import { makeFolder, syncFolder, systemCode, unless } from "./durable.ts";
import type { Candidate } from "./scan.ts";

/** A file that is ours now, and not yet registered. */
export interface Claimed {
  readonly claim: string;
  /** Folder of the inbox it came from. */
  readonly folder: string;
  /** The name its sender gave it. */
  readonly name: string;
  /** Where it lies until it is registered. */
  readonly path: string;
}

const CLAIMED = ".claimed";
const OWN_NAME = /^(\d+)-(.+)$/s;
/** A companion that was taken along: it is removed, never read. */
const OWN_COMPANION = /^(\d+)\.done$/;
/** A copy that a process ended over. */
const OWN_COPY = /^\.incoming-\d+$/;

/**
 * Claims a candidate with the next number.
 * @returns nothing when it is gone: somebody else has it, or its sender took it back
 * @throws the system's error when its folder does not let go of it
 */
export async function claimFile(exchange: Exchange, candidate: Candidate): Promise<Claimed | undefined> {
  const { folder, name } = candidate;
  const inbox = path.join(exchange.paths.inbox, folder);
  // Before a number is taken for it.
  await access(inbox, constants.W_OK | constants.X_OK);
  const near = await claimedFolder(exchange, folder);
  const claim = String(await exchange.store.write((tx) => takeNumbers(tx, "claim", 1)));
  at("claim-numbered");
  const target = await unless(["ENOENT"], undefined, () => moved(path.join(inbox, name), near, `${claim}-${name}`));
  if (target === undefined) return undefined;
  const claimed: Claimed = { claim, folder, name, path: path.join(target, `${claim}-${name}`) };
  await takeCompanion(exchange, claimed);
  await syncFolder(target);
  at("claim-kept");
  await syncFolder(inbox);
  at("claimed");
  exchange.log.debug({ claim, folder, name }, "claimed");
  exchange.events.emit("file.claimed", { claim, folder, name });
  return claimed;
}

/** Moves a file to its own name and gives the folder it lies in then. */
async function moved(file: string, near: string, name: string): Promise<string> {
  const into = async (target: string): Promise<string> => {
    await rename(file, path.join(target, name));
    at("claim-renamed");
    return target;
  };
  const inside = path.join(path.dirname(file), CLAIMED);
  // A folder that is mounted from elsewhere on the same disk has the same device, and yet no rename leaves it.
  return unless(["EXDEV"], undefined, () => into(near)).then(async (target) => {
    if (target !== undefined) return target;
    await makeFolder(inside, 0o700);
    return into(inside);
  });
}

/** The companion goes with its file, so that it cannot vouch for the next one of that name. */
async function takeCompanion(exchange: Exchange, { claim, folder, name, path: where }: Claimed): Promise<void> {
  const { doneFile } = exchange.config.gateway.intake;
  if (doneFile === undefined) return;
  const taken = path.join(path.dirname(where), `${claim}.done`);
  await unless(["ENOENT"], undefined, async () => {
    await rename(path.join(exchange.paths.inbox, folder, `${name}${doneFile}`), taken);
    at("companion-claimed");
    await unlink(taken);
    at("companion-removed");
  });
}

/**
 * Takes the companion of a file that a process which ended had claimed, and the companion not yet. Where the next file of that
 * name has come, it may be that one's, and stays.
 */
export async function takeLeftCompanion(exchange: Exchange, claimed: Claimed): Promise<void> {
  const next = path.join(exchange.paths.inbox, claimed.folder, claimed.name);
  const come = await unless(["ENOENT", "ENOTDIR"], undefined, () => lstat(next));
  if (come === undefined) await takeCompanion(exchange, claimed);
}

/** Removes a claimed file whose registration is durable. */
export async function unclaim(claimed: Claimed): Promise<void> {
  await unless(["ENOENT"], undefined, async () => {
    await unlink(claimed.path);
    at("claim-removed");
    await syncFolder(path.dirname(claimed.path));
  });
  at("unclaimed");
}

/** None where it cannot be looked into: a scan tells that of the folder, and the others are taken up all the same. */
async function namesIn(claimed: string): Promise<string[]> {
  try {
    return await readdir(claimed);
  } catch (thrown) {
    if (systemCode(thrown) === "") throw thrown;
    return [];
  }
}

/**
 * Files that a process left claimed when it ended, in the order of their numbers.
 * @param isOurs whether what lies claimed of a folder is in nobody else's work
 */
export async function leftClaimed(
  exchange: Exchange,
  isOurs: (folder: string) => Promise<boolean> = async () => true,
): Promise<Claimed[]> {
  const left: Claimed[] = [];
  for (const folder of watchedFolders(exchange.config)) {
    for (const claimed of claimedFolders(exchange, folder)) {
      const names = await namesIn(claimed);
      if (names.length > 0 && (await isOurs(folder))) left.push(...(await leftIn(claimed, folder)));
    }
  }
  return left.toSorted((a, b) => Number(a.claim) - Number(b.claim));
}

async function leftIn(claimed: string, folder: string): Promise<Claimed[]> {
  const names = await unless(["ENOENT", "ENOTDIR"], [], () => readdir(claimed));
  const left: Claimed[] = [];
  for (const entry of names) {
    const match = OWN_NAME.exec(entry);
    if (match !== null)
      left.push({ claim: match[1] as string, folder, name: match[2] as string, path: path.join(claimed, entry) });
    if (!OWN_COMPANION.test(entry) && !OWN_COPY.test(entry)) continue;
    await unlink(path.join(claimed, entry));
    at("leaving-removed");
  }
  return left;
}

const claimedFolders = (exchange: Exchange, folder: string): [string, string] => [
  path.join(exchange.paths.inbox, CLAIMED, folder),
  path.join(exchange.paths.inbox, folder, CLAIMED),
];

/** Beside the partners' folders, or inside one that is a file system of its own, since a rename does not leave those. */
async function claimedFolder(exchange: Exchange, folder: string): Promise<string> {
  const [beside, inside] = claimedFolders(exchange, folder);
  await makeFolder(path.dirname(beside), 0o700);
  await makeFolder(beside, 0o700);
  const apart = (await lstat(beside)).dev !== (await lstat(path.join(exchange.paths.inbox, folder))).dev;
  if (!apart) return beside;
  await makeFolder(inside, 0o700);
  return inside;
}
