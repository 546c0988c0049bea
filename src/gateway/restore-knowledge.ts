/** What is known of the time after a backup: from the database that is being replaced, where it still can be read, and from the trail. */
import { stat } from "node:fs/promises";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { type Leaving, outboxKey, readTrail, type Trail, trailFolder } from "../exchange/trail-reading.ts";
import { type AuditEntry, lastEntry, readAudit, unbroken } from "../store/audit.ts";
import { damageOf } from "../store/sqlite-file.ts";
import { openStore, type Store } from "../store/store.ts";
import { sqlitePath } from "./backup.ts";

export interface Knowledge extends Trail {
  readonly from: "database" | "trail" | "nothing";
  /** The trail, or the database, tells of another history than the backup's: nothing of it can be done again. */
  readonly other: boolean;
  /** The last entry of the database that is being replaced; `undefined` where it could not be read. */
  readonly replaced: number | undefined;
}

type End = Pick<AuditEntry, "seq" | "hash">;

/** @param end the last entry of the backup's audit trail */
export async function knowledgeAfter(config: Configuration, end: End): Promise<Knowledge> {
  const noted = await readTrail(trailFolder(exchangePaths(config.home)), end.seq - 1);
  const stored = await ofDatabase(config, end.seq - 1);
  const trail = following(noted.entries, end);
  const database = following(stored?.entries ?? [], end);
  const best = database.entries.length >= trail.entries.length && stored !== undefined ? database : trail;
  const leaving = new Map([...noted.leaving, ...(stored?.leaving ?? [])]);
  // Known to be still here, whatever the trail expected.
  for (const key of stored?.here ?? []) leaving.delete(key);
  const nothing = best.entries.length === 0 && leaving.size === 0;
  return {
    from: nothing ? "nothing" : best === database ? "database" : "trail",
    other: best.other,
    replaced: stored?.last,
    entries: best.entries,
    leaving,
    left: new Map([...noted.left, ...(stored?.left ?? [])]),
  };
}

/** What follows on the backup's last entry; where that one reads otherwise, the two do not belong together. */
function following(entries: readonly AuditEntry[], end: End): { entries: AuditEntry[]; other: boolean } {
  const same = entries.find(({ seq }) => seq === end.seq);
  if (same !== undefined && same.hash !== end.hash) return { entries: [], other: true };
  const later = entries.filter(({ seq }) => seq > end.seq);
  const held = unbroken(later, end);
  return { entries: held, other: held.length === 0 && later.length > 0 };
}

interface Stored extends Trail {
  /** Files that were rendered and have not been staged. */
  readonly here: readonly string[];
  /** The number of its last entry. */
  readonly last: number;
}

/** What the database says that is to be replaced; `undefined` where it is gone, damaged or not SQLite. */
async function ofDatabase(config: Configuration, after: number): Promise<Stored | undefined> {
  const file = sqlitePath(config);
  if (file === undefined || (await stat(file).catch(() => undefined)) === undefined) return undefined;
  if ((await damageOf(file, false)).length > 0) return undefined;
  const store = openStore(`sqlite:${file}`, config.home);
  try {
    return await storedIn(store, after);
  } catch {
    // It is no database of calloff, or one whose tables are not those of this version: the trail is asked instead.
    return undefined;
  } finally {
    await store.close();
  }
}

/** A row of the question below; `group` and `cause` are null for a file that carries no document. */
interface AskedRow extends Omit<Leaving, "groups" | "causes"> {
  readonly state: string;
  readonly group: string | null;
  readonly cause: string | null;
}

async function storedIn(store: Store, after: number): Promise<Stored> {
  const rows = await store.ask(
    `SELECT f.receiver, f.folder, f.name, f.sha256, f.series, f.interchange_control AS control, f.state, p.group_control AS "group", d.cause_key AS cause
     FROM outbox_file f LEFT JOIN outbox_part p ON p.outbox_file_id = f.id
     LEFT JOIN outbound_document d ON d.id = p.outbound_document_id ORDER BY f.id, p.ordinal`,
  );
  const leaving = new Map<string, Leaving>();
  const left = new Map<string, string>();
  const here: string[] = [];
  for (const { state, group, cause, ...file } of rows as unknown as readonly AskedRow[]) {
    const key = outboxKey(file);
    const before = leaving.get(key);
    const groups = [...(before?.groups ?? []), group ?? ""].filter((held) => held !== "");
    const causes = [...(before?.causes ?? []), cause ?? ""].filter((held) => held !== "");
    leaving.set(key, { ...file, groups, causes });
    if (state === "written") left.set(key, file.sha256);
    if (state === "rendered") here.push(key);
  }
  const entries = await readAudit(store, after);
  const last = entries.at(-1) ?? (await lastEntry(store));
  return { entries, leaving, left, here, last: last?.seq ?? 0 };
}
