/** Looks through the inbox for files that are ready; the full scan is the truth, whatever a watcher says. */
import type { BigIntStats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { instantAt, machineTime, monotonic } from "../values/clock.ts";
import { endHasCome, GLANCE } from "./content-end.ts";
import { ERP, type Exchange, watchedFolders } from "./context.ts";
import { makeFolder, openCarefully, systemCode, unless } from "./durable.ts";
import { type IntakeRules, judgeEntry, type Look, type Seen } from "./eligibility.ts";

/** A file that may be claimed. */
export interface Candidate {
  readonly folder: string;
  readonly name: string;
  /** Name of its companion that said it is complete. */
  readonly doneFile: string | undefined;
  readonly look: Look;
}

/** What the scans so far have seen, by folder and name; kept between scans, changed by them. */
export type Looks = Map<string, Look>;

export const noLooks = (): Looks => new Map();

/** Files ready to be claimed, the ERP's before the partners', oldest modification first; what is refused is reported once. */
export async function scan(exchange: Exchange, looks: Looks): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const seenNow = new Set<string>();
  for (const folder of watchedFolders(exchange.config)) {
    for (const { key, candidate } of await scanFolder(exchange, folder, looks)) {
      seenNow.add(key);
      if (candidate !== undefined) candidates.push(candidate);
    }
  }
  for (const key of looks.keys()) if (!seenNow.has(key)) looks.delete(key);
  return candidates.toSorted(byArrival);
}

/** Milliseconds until an entry that only has to stay quiet may be ready; `undefined` when there is none. */
export function quietIn(exchange: Exchange, looks: Looks): number | undefined {
  const quiet = exchange.config.gateway.intake.quietMilliseconds;
  const left = [...looks.values()]
    .filter((look) => !look.reported)
    .map((look) => quiet - (monotonic() - look.since))
    .filter((milliseconds) => milliseconds > 0);
  return left.length === 0 ? undefined : Math.min(...left);
}

/** The ERP's files go first, because a schedule that arrives together with its blanket order is to find it. */
function byArrival(a: Candidate, b: Candidate): number {
  if ((a.folder === ERP) !== (b.folder === ERP)) return a.folder === ERP ? -1 : 1;
  if (a.look.modified !== b.look.modified) return a.look.modified < b.look.modified ? -1 : 1;
  const [one, other] = [`${a.folder}/${a.name}`, `${b.folder}/${b.name}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

interface Scanned {
  readonly key: string;
  readonly candidate: Candidate | undefined;
}

async function scanFolder(exchange: Exchange, folder: string, looks: Looks): Promise<Scanned[]> {
  const { intake } = exchange.config.gateway;
  const at = path.join(exchange.paths.inbox, folder);
  const entries = await entriesOf(exchange, at);
  const rules: IntakeRules = {
    quietMilliseconds: intake.quietMilliseconds,
    largestBytes: intake.largestMegabytes * 1_000_000,
    doneFile: intake.doneFile,
    names: new Set(entries.map((entry) => entry.name)),
  };
  const scanned: Scanned[] = [];
  for (const entry of entries) {
    const key = `${folder}/${entry.name}`;
    const verdict = judgeEntry(entry, looks.get(key), monotonic(), rules);
    if (verdict.what === "ignore") continue;
    looks.set(key, verdict.look);
    if (verdict.what === "refuse") refuse(exchange, folder, entry.name, verdict.reason, looks);
    const ready = verdict.what === "quiet" && (await isReady(exchange, folder, entry.name, looks));
    const { look } = verdict;
    const doneFile = rules.doneFile === undefined ? undefined : entry.name + rules.doneFile;
    scanned.push({ key, candidate: ready ? { folder, name: entry.name, doneFile, look } : undefined });
  }
  return scanned;
}

function refuse(exchange: Exchange, folder: string, name: string, reason: string, looks: Looks): void {
  const key = `${folder}/${name}`;
  const look = looks.get(key);
  if (look === undefined || look.reported) return;
  looks.set(key, { ...look, reported: true });
  exchange.log.warn({ folder, name, reason }, "left where it lies");
  exchange.events.emit("file.refused", { folder, name, reason });
}

/** Entries of a folder, which is made when it is missing: an inbox is never silently blind. */
async function entriesOf(exchange: Exchange, folder: string): Promise<Seen[]> {
  const names = await unless(["ENOENT"], undefined, () => readdir(folder, { encoding: "buffer" }));
  if (names === undefined) {
    exchange.log.warn({ folder }, "a folder of the inbox was missing and is made");
    await makeFolder(folder);
    return [];
  }
  const seen = await Promise.all(names.map((name) => statusOf(folder, name)));
  return seen.filter((entry) => entry !== undefined);
}

async function statusOf(folder: string, name: Buffer): Promise<Seen | undefined> {
  const text = name.toString("utf8");
  const file = Buffer.concat([Buffer.from(`${folder}${path.sep}`), name]);
  const status = await unless(["ENOENT"], undefined, () => lstat(file, { bigint: true }));
  if (status === undefined) return undefined;
  return {
    name: text,
    nameIsText: Buffer.from(text, "utf8").equals(name),
    kind: kindOf(status),
    links: Number(status.nlink),
    size: Number(status.size),
    modified: status.mtimeNs,
    changed: Number(status.ctimeMs),
    inode: status.ino,
    device: status.dev,
  };
}

function kindOf(status: BigIntStats): Seen["kind"] {
  if (status.isFile()) return "file";
  if (status.isDirectory()) return "directory";
  if (status.isSymbolicLink()) return "symbolic link";
  if (status.isFIFO()) return "named pipe";
  return status.isSocket() ? "socket" : "device";
}

/** Whether the file's own end has arrived, or has been waited for long enough (it is then quarantined as incomplete). */
async function isReady(exchange: Exchange, folder: string, name: string, looks: Looks): Promise<boolean> {
  const { patienceMinutes, doneFile } = exchange.config.gateway.intake;
  const look = looks.get(`${folder}/${name}`) as Look;
  if (doneFile !== undefined || waitedLonger(look, patienceMinutes * 60_000)) return true;
  try {
    const ended = await hasEnded(path.join(exchange.paths.inbox, folder, name), look.size);
    if (!ended) tellIncomplete(exchange, folder, name, looks);
    return ended;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "EACCES" || code === "EPERM") refuse(exchange, folder, name, "calloff may not read it", looks);
    else exchange.log.debug({ folder, name, code }, "not readable at this look");
    return false;
  }
}

/** By our own looks, or by the file's own age: a process that only now looks for the first time knows no other. */
const waitedLonger = (look: Look, patience: number): boolean =>
  monotonic() - look.since >= patience || machineTime() - look.changed > patience;

function tellIncomplete(exchange: Exchange, folder: string, name: string, looks: Looks): void {
  const key = `${folder}/${name}`;
  const look = looks.get(key);
  if (look === undefined || look.incomplete) return;
  looks.set(key, { ...look, incomplete: true });
  const since = instantAt(look.changed);
  exchange.log.info({ folder, name, since }, "incomplete; its end is waited for");
  exchange.events.emit("file.incomplete", { folder, name, since });
}

async function hasEnded(file: string, size: number): Promise<boolean> {
  const handle = await openCarefully(file);
  try {
    if (!(await handle.stat()).isFile()) return false;
    const head = Buffer.alloc(Math.min(GLANCE, size));
    const tail = Buffer.alloc(Math.min(GLANCE, size));
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const end = await handle.read(tail, 0, tail.length, Math.max(0, size - GLANCE));
    return endHasCome(head.subarray(0, bytesRead), tail.subarray(0, end.bytesRead));
  } finally {
    await handle.close();
  }
}
