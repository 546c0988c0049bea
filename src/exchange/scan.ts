/** Looks through the inbox for files that are ready; the full scan is the truth, whatever a watcher says. */
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { instantAt, machineTime, monotonic } from "../values/clock.ts";
import { ERP, type Exchange, watchedFolders } from "./context.ts";
import { systemCode, unless } from "./durable.ts";
import { type IntakeRules, judgeEntry, kindOf, type Look, nameShown, type Seen } from "./eligibility.ts";
import { hasEnded } from "./glance.ts";
import { systemWords } from "./system-words.ts";

/** A file that may be claimed. */
export interface Candidate {
  readonly folder: string;
  readonly name: string;
  /** Name of its companion that said it is complete. */
  readonly doneFile: string | undefined;
  readonly look: Look;
}

/** What the scans so far have seen, by folder and the bytes of the name; kept between scans, changed by them. */
export class Looks extends Map<string, Look> {
  /** Ready when they were last looked for, and not yet taken; the next one stands last. */
  queue: Candidate[] = [];
  /** Places of files that the last scan could not read. */
  readonly unreadable = new Set<string>();
  /** Monotonic milliseconds at which the last scan began, and how long it took; `undefined` before the first. */
  scanned: { readonly at: number; readonly lasted: number } | undefined;
}

export const noLooks = (): Looks => new Looks();

/** Begins the keys of claimed files that wait; no folder's name begins like this. */
export const CLAIMED_KEY = ".claimed/";

/** Files that are taken before they are applied and answered, and others are looked for. */
export const ROUND = 200;
/** A scan of very many files is not repeated before this many times its length has passed. */
const SCAN_SHARE = 10;

/**
 * Sees to it that the queue holds what may be claimed now: what the last scan found and is not taken yet, or what a new one
 * finds. Gives whether there was a new one.
 */
export async function fillQueue(exchange: Exchange, looks: Looks): Promise<boolean> {
  const { scanned, queue } = looks;
  const patience = Math.max(exchange.config.gateway.intake.scanSeconds * 1000, SCAN_SHARE * (scanned?.lasted ?? 0));
  if (queue.length > 0 && scanned !== undefined && monotonic() - scanned.at < patience) return false;
  looks.queue = (await scan(exchange, looks)).toReversed();
  return true;
}

/** Files of one partner that are taken before it is the next one's turn. */
const TURN = 50;

/** Files ready to be claimed, in the order in which they are taken; what is refused is reported once. */
export async function scan(exchange: Exchange, looks: Looks): Promise<Candidate[]> {
  const at = monotonic();
  const candidates: Candidate[] = [];
  const seenNow = new Set<string>();
  looks.unreadable.clear();
  for (const folder of watchedFolders(exchange.config)) {
    const scanned = await tryFolder(exchange, folder, looks);
    // What cannot be looked into now has not changed for all that is known.
    if (scanned === undefined) for (const key of looks.keys()) if (key.startsWith(`${folder}/`)) seenNow.add(key);
    for (const { key, candidate } of scanned ?? []) {
      seenNow.add(key);
      if (candidate !== undefined) candidates.push(candidate);
    }
  }
  for (const key of looks.keys()) if (!seenNow.has(key) && !key.startsWith(CLAIMED_KEY)) looks.delete(key);
  looks.scanned = { at, lasted: monotonic() - at };
  exchange.faults.endedBut("left", looks.unreadable);
  return inTurns(candidates);
}

/** Milliseconds until an entry that only has to stay quiet may be ready; `undefined` when there is none. */
export function quietIn(exchange: Exchange, looks: Looks): number | undefined {
  const quiet = exchange.config.gateway.intake.quietMilliseconds;
  let least: number | undefined;
  for (const look of looks.values()) {
    const left = quiet - (monotonic() - look.since);
    if (!look.reported && left > 0) least = Math.min(left, least ?? left);
  }
  return least;
}

/**
 * The ERP's files before the partners', because a schedule that arrives together with its blanket order is to find it; then
 * by turns, so that a partner with thousands keeps nobody waiting; in a turn the oldest modification first.
 */
function inTurns(candidates: readonly Candidate[]): Candidate[] {
  const ranks = new Map<string, number>();
  const placed = candidates.toSorted(byArrival).map((candidate) => {
    const rank = ranks.get(candidate.folder) ?? 0;
    ranks.set(candidate.folder, rank + 1);
    return { candidate, turn: candidate.folder === ERP ? -1 : Math.floor(rank / TURN) };
  });
  return placed.toSorted((a, b) => a.turn - b.turn).map(({ candidate }) => candidate);
}

function byArrival(a: Candidate, b: Candidate): number {
  if (a.look.modified !== b.look.modified) return a.look.modified < b.look.modified ? -1 : 1;
  const [one, other] = [`${a.folder}/${a.name}`, `${b.folder}/${b.name}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

interface Scanned {
  readonly key: string;
  readonly candidate: Candidate | undefined;
}

/** One folder that cannot be read keeps none of the others waiting. */
async function tryFolder(exchange: Exchange, folder: string, looks: Looks): Promise<Scanned[] | undefined> {
  const place = `inbox/${folder}`;
  if (!(await exchange.folders.usable([place])).has(place)) return undefined;
  try {
    const scanned = await scanFolder(exchange, folder, looks);
    exchange.faults.ended(place, "read");
    return scanned;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "") throw thrown;
    const { what, remedy } = systemWords(code);
    exchange.faults.stands({ place, kind: "read", code, what: `${place} cannot be read: ${what}`, remedy });
    return undefined;
  }
}

async function scanFolder(exchange: Exchange, folder: string, looks: Looks): Promise<Scanned[]> {
  const { intake } = exchange.config.gateway;
  const at = path.join(exchange.paths.inbox, folder);
  const first = looks.scanned === undefined;
  const entries = await entriesOf(at, first);
  const rules: IntakeRules = {
    quietMilliseconds: intake.quietMilliseconds,
    largestBytes: intake.largestMegabytes * 1_000_000,
    doneFile: intake.doneFile,
    names: new Set(entries.map(({ seen }) => seen.name)),
  };
  const scanned: Scanned[] = [];
  // One moment for all of them, or of two that came together the later one might be quiet first.
  const now = monotonic();
  for (const { seen, bytes } of entries) {
    // Names that are no text may look the same once they are decoded.
    const key = `${folder}/${bytes.toString("latin1")}`;
    const verdict = judgeEntry(seen, looks.get(key), now, rules);
    if (verdict.what === "ignore") continue;
    looks.set(key, verdict.look);
    const entry: Entry = { key, folder, name: seen.name, shown: nameShown(bytes) };
    if (verdict.what === "refuse") refuse(exchange, entry, verdict.reason, looks);
    const ready = verdict.what === "quiet" && (await isReady(exchange, entry, looks));
    const { look } = verdict;
    const doneFile = rules.doneFile === undefined ? undefined : seen.name + rules.doneFile;
    scanned.push({ key, candidate: ready ? { folder, name: seen.name, doneFile, look } : undefined });
  }
  return scanned;
}

interface Entry {
  readonly key: string;
  readonly folder: string;
  readonly name: string;
  /** Its name for logs and events. */
  readonly shown: string;
}

function refuse(exchange: Exchange, { key, folder, shown: name }: Entry, reason: string, looks: Looks): void {
  const look = looks.get(key);
  if (look === undefined || look.reported) return;
  looks.set(key, { ...look, reported: true });
  exchange.log.warn({ folder, name, reason }, "left where it lies");
  exchange.events.emit("file.refused", { folder, name, reason });
}

interface Found {
  readonly bytes: Buffer;
  readonly seen: Seen;
}

/** Entries that are asked about at the same time. */
const AT_ONCE = 64;

async function entriesOf(folder: string, first: boolean): Promise<Found[]> {
  const names = await readdir(folder, { encoding: "buffer" });
  const found: Found[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE).map((name) => statusOf(folder, name, first));
    for (const one of await Promise.all(some)) if (one !== undefined) found.push(one);
  }
  return found;
}

async function statusOf(folder: string, bytes: Buffer, first: boolean): Promise<Found | undefined> {
  const text = bytes.toString("utf8");
  const file = Buffer.concat([Buffer.from(`${folder}${path.sep}`), bytes]);
  const status = await unless(["ENOENT"], undefined, () => lstat(file, { bigint: true }));
  if (status === undefined) return undefined;
  const changed = Number(status.ctimeMs);
  return {
    bytes,
    seen: {
      name: text,
      nameIsText: Buffer.from(text, "utf8").equals(bytes),
      kind: kindOf(status),
      links: Number(status.nlink),
      size: Number(status.size),
      modified: status.mtimeNs,
      changed,
      inode: status.ino,
      device: status.dev,
      age: first ? machineTime() - changed : 0,
    },
  };
}

/** Whether the file's own end has arrived, or has been waited for long enough (it is then quarantined as incomplete). */
async function isReady(exchange: Exchange, entry: Entry, looks: Looks): Promise<boolean> {
  const { patienceMinutes, doneFile } = exchange.config.gateway.intake;
  const look = looks.get(entry.key) as Look;
  try {
    // Looked into in any case: what may not be read is not to be claimed either.
    const found = await hasEnded(path.join(exchange.paths.inbox, entry.folder, entry.name), look.size);
    const ended = found || doneFile !== undefined || waitedLonger(look, patienceMinutes * 60_000);
    if (!ended) tellIncomplete(exchange, entry, looks);
    return ended;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (CONCERNS_ALL.has(code)) throw thrown;
    if (REPLACED.has(code)) exchange.log.debug({ folder: entry.folder, name: entry.shown, code }, "gone at this look");
    else cannotBeRead(exchange, entry, code, looks);
    return false;
  }
}

function cannotBeRead(exchange: Exchange, entry: Entry, code: string, looks: Looks): void {
  const { what, remedy } = systemWords(code);
  refuse(exchange, entry, `it cannot be read: ${what} (${code})`, looks);
  const place = `inbox/${entry.folder}/${entry.shown}`;
  looks.unreadable.add(place);
  exchange.faults.stands({ place, kind: "left", code, what: `${place} cannot be read: ${what}`, remedy });
}

/** Not this file's fault. */
const CONCERNS_ALL = new Set(["", "EMFILE", "ENFILE", "ENOMEM"]);
/** Taken back, or something else put in its place: the next look will tell. */
const REPLACED = new Set(["ENOENT", "ELOOP", "ENXIO"]);

/** By our own looks, and by the file's own age where nobody looked before. */
export const waitedLonger = (look: Look, patience: number): boolean =>
  look.age + (monotonic() - look.since) >= patience;

function tellIncomplete(exchange: Exchange, { key, folder, shown: name }: Entry, looks: Looks): void {
  const look = looks.get(key);
  if (look === undefined || look.incomplete) return;
  looks.set(key, { ...look, incomplete: true });
  const since = instantAt(look.changed);
  exchange.log.info({ folder, name, since }, "incomplete; its end is waited for");
  exchange.events.emit("file.incomplete", { folder, name, since });
}
