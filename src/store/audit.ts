/** The audit trail: append-only, without gaps, each entry carrying the hash of the one before (features.md G4). */
import { createHash } from "node:crypto";
import type { Instant, Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { type Json, stableJson } from "../values/json.ts";
import { holdAlone } from "./locks.ts";
import { insert, select, selectOne } from "./rows.ts";
import type { Queryable, Tx } from "./store.ts";
import { type AuditRow, audit } from "./tables.ts";

/** What was done to what. */
export interface AuditFact {
  readonly verb: string;
  /** Business key of what it was done to: `BA-000001`, `revision:12`, `file:3`. */
  readonly object: string;
  readonly details: Json;
}

export interface AuditEntry extends AuditFact {
  readonly seq: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly businessDate: PlainDate;
  readonly instant: Instant;
  readonly who: string;
}

/** Appends one entry, as `recordAudits` does. */
export async function recordAudit(
  tx: Tx,
  occasion: Occasion,
  verb: string,
  object: string,
  details: Json = {},
): Promise<void> {
  await recordAudits(tx, occasion, [{ verb, object, details }]);
}

type Waiting = readonly [occasion: Occasion, fact: AuditFact];
const waiting = new WeakMap<Tx, Waiting[]>();

/**
 * Appends entries in this order. They are written when all else in the transaction is done: all that write entries wait for
 * each other from there on, and nobody who waits for anything else already holds the trail.
 */
export async function recordAudits(tx: Tx, occasion: Occasion, facts: readonly AuditFact[]): Promise<void> {
  if (facts.length === 0) return;
  const entries = waiting.get(tx) ?? [];
  entries.push(...facts.map((fact): Waiting => [occasion, fact]));
  if (waiting.has(tx)) return;
  waiting.set(tx, entries);
  tx.beforeCommit(() => append(tx, entries));
}

async function append(tx: Tx, entries: readonly Waiting[]): Promise<void> {
  await holdAlone(tx, "audit");
  const last = await selectOne(tx, audit, "ORDER BY seq DESC");
  let seq = last?.seq ?? 0;
  let previous = last?.hash ?? "";
  const rows = entries.map(([occasion, { verb, object, details }]) => {
    seq += 1;
    const row = {
      seq,
      previous_hash: previous,
      business_date: occasion.businessDate,
      instant: occasion.instant,
      who: occasion.who,
      verb,
      object,
      details: stableJson(details),
    };
    previous = hashOf(row);
    return { ...row, hash: previous };
  });
  await insert(tx, audit, rows);
}

function hashOf(row: Omit<AuditRow, "id" | "hash">): string {
  const { seq, previous_hash, business_date, instant, who, verb, object, details } = row;
  return createHash("sha256")
    .update(stableJson([seq, previous_hash, business_date, instant, who, verb, object, details]))
    .digest("hex");
}

/** All entries, oldest first; with `after`, those later than that number. */
export async function readAudit(from: Queryable, after = 0): Promise<AuditEntry[]> {
  return (await select(from, audit, "WHERE seq > :after ORDER BY seq", { after })).map((row) => ({
    seq: row.seq,
    hash: row.hash,
    previousHash: row.previous_hash,
    businessDate: row.business_date as PlainDate,
    instant: row.instant as Instant,
    who: row.who,
    verb: row.verb,
    object: row.object,
    details: JSON.parse(row.details) as Json,
  }));
}

/** The last entry, by which it is known how far the trail goes; `undefined` before the first. */
export async function lastEntry(from: Queryable): Promise<Pick<AuditEntry, "seq" | "hash" | "instant"> | undefined> {
  const row = await selectOne(from, audit, "ORDER BY seq DESC");
  return row === undefined ? undefined : { seq: row.seq, hash: row.hash, instant: row.instant as Instant };
}

/** The entry of this number, by which two histories are told from each other. */
export async function entryAt(from: Queryable, seq: number): Promise<Pick<AuditEntry, "seq" | "hash"> | undefined> {
  const row = await selectOne(from, audit, "WHERE seq = :seq", { seq });
  return row === undefined ? undefined : { seq: row.seq, hash: row.hash };
}

/** As many of `entries` as follow without a gap or a change on the one that has this number and hash. */
export function unbroken(entries: readonly AuditEntry[], after: Pick<AuditEntry, "seq" | "hash">): AuditEntry[] {
  let { seq, hash } = after;
  const end = entries.findIndex((entry) => {
    const follows = entry.seq === seq + 1 && entry.previousHash === hash && entry.hash === hashOf(rowOf(entry));
    ({ seq, hash } = entry);
    return !follows;
  });
  return entries.slice(0, end < 0 ? entries.length : end);
}

const rowOf = (entry: AuditEntry): Omit<AuditRow, "id" | "hash"> => ({
  seq: entry.seq,
  previous_hash: entry.previousHash,
  business_date: entry.businessDate,
  instant: entry.instant,
  who: entry.who,
  verb: entry.verb,
  object: entry.object,
  details: stableJson(entry.details),
});

/** The number of the first entry that is missing or was changed after it was written; `undefined` when the chain holds. */
export async function firstBrokenEntry(from: Queryable): Promise<number | undefined> {
  let previous = "";
  let expected = 1;
  for (const row of await select(from, audit, "ORDER BY seq")) {
    if (row.seq !== expected || row.previous_hash !== previous || row.hash !== hashOf(row)) return expected;
    previous = row.hash;
    expected += 1;
  }
  return undefined;
}
