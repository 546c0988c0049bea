/**
 * The trail: what the audit trail says and which files leave, noted once more in plain files beside the database, before
 * anything leaves. A database that is lost takes it with it; a trail does not: from a backup and the trail everything that
 * happened since is done again, no number is given twice and nothing is sent twice.
 *
 * `data/trail/<first entry>.jsonl` holds one JSON value per line: an entry of the audit trail, a file that is about to
 * leave, or a file that has left. It is read only by `calloff db restore`, and its end when a keeper starts.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { readAudit } from "../store/audit.ts";
import type { Queryable, Store } from "../store/store.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import type { Exchange } from "./context.ts";
import { makeFolder, syncFolder, systemCode } from "./durable.ts";
import { systemWords } from "./system-words.ts";
import { ENDING, endOfTrail, type Leaving, type TrailLine, trailFiles, trailFolder } from "./trail-reading.ts";

const NEW_FILE_AT = 64 * 1024 * 1024;
const PART = 64 * 1024;
const IDS_AT_ONCE = 500;

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

/** Notes which of the files noted before have left. One that must not leave is noted anew when somebody sends it after all. */
export async function noteLeft(exchange: Exchange): Promise<void> {
  await reporting(exchange, async () => {
    const state = await stateOf(exchange);
    const ended = await endedOf(exchange.store, [...state.leaving.keys()]);
    const files = ended.filter(({ state: end }) => end === "written").map(({ id }) => state.leaving.get(id) as Leaving);
    if (files.length > 0) {
      await append(
        exchange,
        state.seq,
        files.map(({ folder, name, sha256 }) => ({ left: { folder, name, sha256 } })),
      );
    }
    for (const { id } of ended) state.leaving.delete(id);
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
    `SELECT id, receiver, folder, name, sha256, series, interchange_control FROM outbox_file
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
          series: String(row["series"]),
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

/** Those of the rows that are neither to leave nor about to, and what became of them. */
async function endedOf(from: Queryable, ids: readonly number[]): Promise<{ id: number; state: string }[]> {
  const found: { id: number; state: string }[] = [];
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const rows = await from.ask(
      "SELECT id, state FROM outbox_file WHERE id IN (:ids) AND state NOT IN ('rendered', 'staged')",
      { ids: ids.slice(start, start + IDS_AT_ONCE) },
    );
    found.push(...rows.map(({ id, state }) => ({ id: Number(id), state: String(state) })));
  }
  return found;
}

/** Outbox rows that are noted as leaving, and not as left. */
export const notedLeaving = ({ store }: Pick<Exchange, "store">): number => noted.get(store)?.leaving.size ?? 0;

/** Appends lines and makes them durable; a line that a killed process left half written stays alone on its own. */
async function append({ paths }: Exchange, seq: number, lines: readonly TrailLine[]): Promise<void> {
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
