/** A file as the intake leaves it: archived, registered and catalogued, its sets not yet applied. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { archivePath } from "../../src/exchange/archive.ts";
import { insertOne } from "../../src/store/rows.ts";
import { file, interchange, message } from "../../src/store/tables.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { InterchangeEntry, SetEntry } from "../../src/syntax/segment.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import type { TestDatabase } from "./databases.ts";

export interface SeededFile {
  readonly messageId: number;
  readonly interchange: InterchangeEntry;
  readonly set: SetEntry;
}

/** The archive's folder in a test's home. */
export const archiveOf = ({ home }: Pick<TestDatabase, "home">): string => path.join(home, "archive");

/** Keeps `bytes` as `file:<claim>` of that name; they hold one interchange with one set. */
export async function seedFile(
  database: TestDatabase,
  of: { name: string; claim: string; partner: string; receivedOn: string; bytes: Buffer },
): Promise<SeededFile> {
  const sha256 = createHash("sha256").update(of.bytes).digest("hex");
  const target = archivePath(archiveOf(database), sha256);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, of.bytes);
  const [envelope] = catalogueOf(memorySource(of.name, of.bytes)).interchanges;
  const group = envelope?.groups[0];
  const set = group?.sets[0];
  assert.ok(envelope !== undefined && group !== undefined && set !== undefined);
  const messageId = await database.store.write(async (tx) => {
    const fileId = await insertOne(tx, file, {
      claim: of.claim,
      partner: of.partner,
      name: of.name,
      sha256,
      state: "registered",
      business_date: of.receivedOn,
    });
    const interchangeId = await insertOne(tx, interchange, {
      file_id: fileId,
      ordinal: 1,
      partner: of.partner,
      control: envelope.control,
      sent_on: envelope.sentOn,
      first_byte: envelope.firstByte,
      end_byte: envelope.endByte,
    });
    return insertOne(tx, message, {
      interchange_id: interchangeId,
      ordinal: 1,
      group_control: group.control,
      control: set.control,
      type: set.type,
      version: set.version,
      mapping: "x12/830",
      mapping_hash: "abcdef0123456789",
      first_segment: set.firstSegment,
      segments: set.segments,
      first_byte: set.firstByte,
      end_byte: set.endByte,
      state: "catalogued",
    });
  });
  return { messageId, interchange: envelope, set };
}
