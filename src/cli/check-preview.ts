/** What a file would come to with a known partner: played through on the home's database, or on an empty one. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type PreviewLine, previewOfFile } from "../answers/check-preview.ts";
import type { CheckedFile } from "../answers/checked-file.ts";
import type { Partner } from "../config/partner.ts";
import { isFresh, migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import { occasionOf } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import type { Invocation } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { tableInWords } from "./words.ts";

/** Lines of the file's schedules as they would be judged now; nothing stays behind. */
export async function previewOf(
  invocation: Invocation,
  partner: Partner,
  checked: CheckedFile,
): Promise<readonly PreviewLine[]> {
  const { config, clock } = settingsOf(invocation);
  return onDatabaseOf(config.gateway.database, config.home, (store) =>
    previewOfFile(store, config, partner, checked, occasionOf(clock, partner.code)),
  );
}

/** A home that has no database yet is checked against an empty one, elsewhere. */
async function onDatabaseOf<T>(url: string, home: string, work: (store: Store) => Promise<T>): Promise<T> {
  const file = url.startsWith("sqlite:") ? path.resolve(home, url.slice("sqlite:".length)) : undefined;
  if (file !== undefined && !existsSync(file)) return onScratchDatabase(work);
  const store = openStore(url, home);
  try {
    if (await isFresh(store)) return await onScratchDatabase(work);
    await refuseOld(store);
    return await work(store);
  } finally {
    await store.close();
  }
}

async function onScratchDatabase<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "calloff-check-"));
  const store = openStore("sqlite:check.sqlite", scratch);
  try {
    await migrate(store);
    return await work(store);
  } finally {
    await store.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function refuseOld(store: Store): Promise<void> {
  const pending = await pendingMigrations(store);
  if (pending.length === 0) return;
  throw new CalloffError("STORE_OLDER", "The database was made by an earlier version", {
    expected: "a database with this version's tables; a check changes nothing, so it does not migrate",
    found: `${pending.join(", ")} to come`,
    remedy: "Run calloff db migrate, then check the file again",
  });
}

/** The lines as a table. */
export const previewInWords = (lines: readonly PreviewLine[]): string =>
  `what would become of it now\n${tableInWords(
    ["SET", "LINE", "CUSTOMER'S PART", "SHIP-TO", "STATE", "WHY", "VERDICT"],
    lines.map((line) => [line.set, line.line, line.customerPart, line.shipTo, line.state, line.cause, line.sentence]),
    "Nothing: no schedule of it would have an effect.",
  )}`;
