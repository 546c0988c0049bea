/**
 * The trail: what the audit trail says and which files leave, noted once more in plain files beside the database, before
 * anything leaves. A database that is lost takes it with it; a trail does not: from a backup and the trail everything that
 * happened since is done again, no number is given twice and nothing is sent twice.
 *
 * `data/trail/<first entry>.jsonl` holds one JSON value per line: an entry of the audit trail, a file that is about to
 * leave, or a file that has left. It is read only by `calloff db restore`, and its end when a keeper starts.
 */
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { type AuditEntry, lastEntry, readAudit } from "../store/audit.ts";
import type { Queryable, Store } from "../store/store.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { Exchange, ExchangePaths } from "./context.ts";
import { makeFolder, syncFolder, systemCode, unless } from "./durable.ts";
import { systemWords } from "./system-words.ts";

/** A file of the outbox as the trail knows it. */
export interface Leaving {
  readonly receiver: string;
  readonly folder: string;
  readonly name: string;
  readonly sha256: string;
  /** Of the interchange; empty where it has none. */
  readonly control: string;
  readonly groups: readonly string[];
  /** What its documents are there for. */
  readonly causes: readonly string[];
}

/** What a trail holds. */
export interface Trail {
  /** Entries of the audit trail after the one asked for, in their order. */
  readonly entries: readonly AuditEntry[];
  /** Files that were about to leave, by folder and name. */
  readonly leaving: ReadonlyMap<string, Leaving>;
  /** Those of them that have left, with the hash of what left. */
  readonly left: ReadonlyMap<string, string>;
}

type Line = { entry: AuditEntry } | { leaving: Leaving } | { left: Pick<Leaving, "folder" | "name" | "sha256"> };

const NEW_FILE_AT = 64 * 1024 * 1024;
const TAIL = 1024 * 1024;
const PART = 64 * 1024;
const IDS_AT_ONCE = 500;
const ENDING = ".jsonl";

export const trailFolder = ({ archive }: Pick<ExchangePaths, "archive">): string =>
  path.join(path.dirname(archive), "trail");

/** What a file of the outbox is called in the trail. */
export const outboxKey = ({ folder, name }: Pick<Leaving, "folder" | "name">): string => `${folder}/${name}`;

interface Noted {
  /** The last entry that is in the trail. */
  seq: number;
  /** Outbox rows that were noted as leaving, and not yet as left. */
  readonly leaving: Map<number, Leaving>;
}
const noted = new WeakMap<Store, Noted>();

/**
 * Notes what has happened and what is about to leave. A trail that cannot be written is reported and stops nothing: it is
 * made up for at the next time.
 */
export async function noteLeaving(exchange: Exchange): Promise<void> {
  await reporting(exchange, async () => {
    const state = await stateOf(exchange);
    const entries = await readAudit(exchange.store, state.seq);
    const leaving = await newlyLeaving(exchange.store, state.leaving);
    if (entries.length + leaving.size === 0) return;
    await append(exchange, state.seq, [
      ...entries.map((entry) => ({ entry })),
      ...[...leaving.values()].map((file) => ({ leaving: file })),
    ]);
    state.seq = entries.at(-1)?.seq ?? state.seq;
    for (const [id, file] of leaving) state.leaving.set(id, file);
    at("trail-noted");
  });
}

/** Notes which of the files noted before have left. */
export async function noteLeft(exchange: Exchange): Promise<void> {
  await reporting(exchange, async () => {
    const state = await stateOf(exchange);
    const written = await inState(exchange.store, [...state.leaving.keys()], "= 'written'");
    if (written.length === 0) return;
    const files = written.map((id) => state.leaving.get(id) as Leaving);
    await append(
      exchange,
      state.seq,
      files.map(({ folder, name, sha256 }) => ({ left: { folder, name, sha256 } })),
    );
    for (const id of written) state.leaving.delete(id);
  });
}

async function reporting({ faults }: Exchange, step: () => Promise<void>): Promise<void> {
  const place = "data/trail";
  try {
    await step();
    faults.ended(place, "trail");
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error instanceof CalloffError) throw error;
    const { what, remedy } = systemWords(systemCode(error));
    const said = `${place} cannot be written, a restore would know less: ${what}`;
    faults.stands({ place, kind: "trail", code: systemCode(error) || "UNFORESEEN", what: said, remedy }, error);
  }
}

async function stateOf({ store, paths }: Exchange): Promise<Noted> {
  const known = noted.get(store);
  if (known !== undefined) return known;
  const end = await endOfTrail(trailFolder(paths));
  const state: Noted = { seq: end?.seq ?? 0, leaving: new Map() };
  noted.set(store, state);
  return state;
}

async function newlyLeaving(from: Queryable, before: ReadonlyMap<number, Leaving>): Promise<Map<number, Leaving>> {
  const rows = await from.ask(
    `SELECT id, receiver, folder, name, sha256, interchange_control FROM outbox_file
     WHERE state IN ('rendered', 'staged') AND state <> 'written' ORDER BY id`,
  );
  const fresh = rows.filter(({ id }) => !before.has(Number(id)));
  const carried = await partsOf(
    from,
    fresh.map(({ id }) => Number(id)),
  );
  return new Map(
    fresh.map((row): [number, Leaving] => {
      const id = Number(row["id"]);
      const parts = carried.get(id) ?? [];
      return [
        id,
        {
          receiver: String(row["receiver"]),
          folder: String(row["folder"]),
          name: String(row["name"]),
          sha256: String(row["sha256"]),
          control: String(row["interchange_control"]),
          groups: [...new Set(parts.map(({ group }) => group))].filter((group) => group !== ""),
          causes: parts.map(({ cause }) => cause),
        },
      ];
    }),
  );
}

async function partsOf(
  from: Queryable,
  ids: readonly number[],
): Promise<Map<number, { group: string; cause: string }[]>> {
  const parts = new Map<number, { group: string; cause: string }[]>();
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const rows = await from.ask(
      `SELECT p.outbox_file_id AS id, p.group_control AS "group", d.cause_key AS cause
       FROM outbox_part p JOIN outbound_document d ON d.id = p.outbound_document_id
       WHERE p.outbox_file_id IN (:ids) ORDER BY p.outbox_file_id, p.ordinal`,
      { ids: ids.slice(start, start + IDS_AT_ONCE) },
    );
    for (const row of rows) {
      const id = Number(row["id"]);
      const held = parts.get(id) ?? [];
      held.push({ group: String(row["group"]), cause: String(row["cause"]) });
      parts.set(id, held);
    }
  }
  return parts;
}

async function inState(from: Queryable, ids: readonly number[], state: "= 'written'"): Promise<number[]> {
  const found: number[] = [];
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const rows = await from.ask(`SELECT id FROM outbox_file WHERE id IN (:ids) AND state ${state}`, {
      ids: ids.slice(start, start + IDS_AT_ONCE),
    });
    found.push(...rows.map(({ id }) => Number(id)));
  }
  return found;
}

/** Appends lines and makes them durable; a line that a killed process left half written stays alone on its own. */
async function append({ paths }: Exchange, seq: number, lines: readonly Line[]): Promise<void> {
  const folder = trailFolder(paths);
  await makeFolder(folder, 0o700);
  const file = path.join(folder, await nameToAppendTo(folder, seq));
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    const { size } = await handle.stat();
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    for (const part of inParts(size === 0 ? text : `\n${text}`)) await handle.appendFile(part);
    await handle.datasync();
    if (size === 0) await syncFolder(folder);
  } finally {
    await handle.close();
  }
}

/** Parts that end with a line: gateways that share a home append between each other's, never within a line. */
function* inParts(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.length - from <= PART ? text.length : text.indexOf("\n", from + PART) + 1 || text.length;
    yield text.slice(from, end);
    from = end;
  }
}

async function nameToAppendTo(folder: string, seq: number): Promise<string> {
  const last = (await trailFiles(folder)).at(-1);
  if (last !== undefined && (await sizeOf(path.join(folder, last))) < NEW_FILE_AT) return last;
  return `${String(seq + 1).padStart(12, "0")}${ENDING}`;
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, constants.O_RDONLY);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

async function trailFiles(folder: string): Promise<string[]> {
  const names = await unless(["ENOENT"], [], () => readdir(folder));
  return names.filter((name) => name.endsWith(ENDING)).toSorted();
}

/** The last entry that a trail holds; `undefined` when there is none. */
export async function endOfTrail(folder: string): Promise<AuditEntry | undefined> {
  for (const name of (await trailFiles(folder)).toReversed()) {
    const found = await lastEntryIn(path.join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks in the file's end first, and in all of it only where that holds no entry. */
async function lastEntryIn(file: string): Promise<AuditEntry | undefined> {
  const handle = await open(file, constants.O_RDONLY);
  try {
    const { size } = await handle.stat();
    for (const length of size > TAIL ? [TAIL, size] : [size]) {
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, size - length);
      const lines = bytes.toString("utf8").split("\n").toReversed();
      for (const text of lines) {
        const line = lineOf(text);
        if (line !== undefined && "entry" in line) return line.entry;
      }
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

function lineOf(text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** Everything a trail holds, of entries those after `seq`. */
export async function readTrail(folder: string, seq: number): Promise<Trail> {
  const entries = new Map<number, AuditEntry>();
  const leaving = new Map<string, Leaving>();
  const left = new Map<string, string>();
  for (const name of await trailFiles(folder)) {
    const handle = await open(path.join(folder, name), constants.O_RDONLY);
    for await (const text of linesOf(handle)) {
      const line = lineOf(text);
      if (line === undefined) continue;
      if ("entry" in line) {
        if (line.entry.seq > seq) entries.set(line.entry.seq, line.entry);
      } else if ("leaving" in line) leaving.set(outboxKey(line.leaving), line.leaving);
      else left.set(outboxKey(line.left), line.left.sha256);
    }
  }
  return { entries: [...entries.values()].toSorted((a, b) => a.seq - b.seq), leaving, left };
}

/** Closes the file at its end. */
const linesOf = (handle: FileHandle): AsyncIterable<string> => handle.readLines({ encoding: "utf8" });

/** Tells a whole trail anew, in a folder that is not there yet. */
export async function writeTrail(folder: string, { entries, leaving, left }: Trail): Promise<void> {
  const incoming = `${folder}.new`;
  await rm(incoming, { recursive: true, force: true });
  await makeFolder(incoming, 0o700);
  const lines: Line[] = [
    ...entries.map((entry) => ({ entry })),
    ...[...leaving.values()].map((file) => ({ leaving: file })),
    ...[...left].map(([key, sha256]) => ({ left: { ...partsOfKey(key), sha256 } })),
  ];
  const handle = await open(path.join(incoming, `${"1".padStart(12, "0")}${ENDING}`), "wx", 0o600);
  try {
    await handle.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(incoming);
  await rename(incoming, folder);
  await syncFolder(path.dirname(folder));
}

function partsOfKey(key: string): Pick<Leaving, "folder" | "name"> {
  const slash = key.indexOf("/");
  return { folder: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Refuses to go on with a database that knows less than its trail: an older one was put in its place by hand, and going on
 * would give numbers a second time.
 * @throws CalloffError STORE_BEHIND
 */
export async function refuseBehindTrail(store: Store, paths: ExchangePaths): Promise<void> {
  const end = await endOfTrail(trailFolder(paths));
  if (end === undefined) return;
  const last = await lastEntry(store);
  if (last !== undefined && last.seq > end.seq) return;
  if (last?.seq === end.seq && last.hash === end.hash) return;
  throw new CalloffError("STORE_BEHIND", "The database knows less than what was done with this home", {
    place: { file: trailFolder(paths) },
    expected: `entry ${end.seq} of the audit trail, of ${end.instant}, as data/trail holds it`,
    found: last === undefined ? "an empty database" : `entry ${last.seq} of ${last.instant} as its last`,
    remedy:
      "Was a backup copied in by hand? Put it back with calloff db restore FILE, which does again what came after; to begin anew, move all of data/ away",
  });
}
