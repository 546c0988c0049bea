/** What a backup says about itself, in a file beside it: what was in it, and by what it is known to be whole. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { lastEntry } from "../store/audit.ts";
import { fingerprint } from "../store/fingerprint.ts";
import type { Queryable } from "../store/store.ts";
import { TABLES } from "../store/tables.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";

const whole = z.number().int().nonnegative();
const manifest = z.strictObject({
  schema: z.literal("calloff/backup/1"),
  /** Of calloff, when the backup was made. */
  version: z.string(),
  database: z.enum(["sqlite", "postgres"]),
  /** Name of the backup beside this file. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: whole,
  businessDate: z.string(),
  instant: z.string(),
  migrations: z.array(z.string()),
  /** The last entry of the audit trail: what came later is not in the backup. */
  audit: z.strictObject({ seq: whole, hash: z.string() }),
  fingerprint: z.string(),
  /** Rows per table. */
  rows: z.record(z.string(), whole),
  /** Files of the archive that the database names; whether they were copied as well. */
  archive: z.strictObject({ files: whole, bytes: whole, copied: z.boolean() }),
});
export type Manifest = z.infer<typeof manifest>;

export const manifestName = (backup: string): string => `${backup}.json`;

/** What a database holds, for its manifest and to compare with it. */
export async function contentOf(
  from: Queryable,
): Promise<
  Pick<Manifest, "migrations" | "audit" | "fingerprint" | "rows"> & { archive: { sha256: string; bytes: number }[] }
> {
  const rows: Record<string, number> = {};
  for (const { name } of TABLES) {
    const [row] = await from.ask(`SELECT COUNT(*) AS counted FROM ${name}`);
    rows[name] = Number(row?.["counted"]);
  }
  const last = await lastEntry(from);
  const migrations = await from.ask("SELECT name FROM migration ORDER BY name");
  const kept = await from.ask("SELECT DISTINCT sha256, size FROM file WHERE sha256 <> '' ORDER BY sha256");
  return {
    migrations: migrations.map(({ name }) => String(name)),
    audit: { seq: last?.seq ?? 0, hash: last?.hash ?? "" },
    fingerprint: await fingerprint(from),
    rows,
    archive: kept.map(({ sha256, size }) => ({ sha256: String(sha256), bytes: Number(size) })),
  };
}

/** SHA-256 of a file, and how long it is. */
export async function sumOf(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of createReadStream(file)) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/**
 * Reads the manifest of a backup and holds the backup against it.
 * @throws CalloffError BACKUP_MISSING (exit 3), BACKUP_DAMAGED
 */
export async function readBackup(backup: string): Promise<Manifest> {
  const held = await readManifest(backup);
  const found = await sumOf(backup).catch((thrown: unknown) => {
    throw missing(backup, coerceError(thrown));
  });
  if (found.sha256 === held.sha256 && found.bytes === held.bytes) return held;
  throw damaged(backup, `${held.bytes} bytes with SHA-256 ${held.sha256}`, `${found.bytes} bytes with ${found.sha256}`);
}

async function readManifest(backup: string): Promise<Manifest> {
  const file = manifestName(backup);
  const text = await readFile(file, "utf8").catch((thrown: unknown) => {
    throw missing(file, coerceError(thrown));
  });
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new CalloffError("BACKUP_DAMAGED", "The backup's manifest cannot be understood", {
      place: { file },
      expected: "the JSON that calloff db backup wrote beside the backup",
      found: coerceError(cause).message.slice(0, 200),
      remedy: "Use another backup, or the version of calloff that made this one",
      cause,
    });
  }
}

const missing = (file: string, error: Error): CalloffError =>
  new CalloffError("BACKUP_MISSING", "The backup, or the manifest beside it, cannot be read", {
    place: { file },
    expected: "a backup as calloff db backup writes it, with its manifest (.json) beside it",
    found: error.message,
    remedy: "Name the backup itself, and keep the two files together",
    exit: EXIT.notFound,
    cause: error,
  });

export const damaged = (file: string, expected: string, found: string): CalloffError =>
  new CalloffError("BACKUP_DAMAGED", "The backup is not what was backed up", {
    place: { file },
    expected,
    found,
    remedy: "Use another backup; nothing was changed",
  });
