/**
 * Whether a home's database holds: as a file, in itself, against what can be worked out again, and against the files on
 * disk. One line per question, each ok, warn or fail, with the remedy. Changes nothing.
 */
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { refuseBehindTrail } from "../exchange/trail-reading.ts";
import { firstBrokenEntry, lastEntry } from "../store/audit.ts";
import { pendingMigrations } from "../store/migrate.ts";
import { damageOf } from "../store/sqlite-file.ts";
import type { Store } from "../store/store.ts";
import type { PlainDate } from "../values/dates.ts";
import { coerceError } from "../values/errors.ts";
import { sqlitePath } from "./backup.ts";
import { factLines } from "./db-check-facts.ts";
import { fileLines } from "./db-check-files.ts";
import { planLines } from "./db-check-plans.ts";
import { faultLine } from "./doctor.ts";
import type { DoctorLine } from "./doctor-line.ts";

export interface CheckWish {
  readonly businessDate: PlainDate;
  /** Leaves out reading every file of the archive again. */
  readonly quick: boolean;
  /** Where the SQLite file is, when it is not where the settings say. */
  readonly file?: string;
}

const RESTORE = "Put the last backup back with calloff db restore; what came after it is done again";

/** Every question in turn; a question that cannot be asked fails by itself. */
export async function checkDatabase(config: Configuration, store: Store, wish: CheckWish): Promise<DoctorLine[]> {
  const sound = await soundLine(config, store, wish);
  if (sound.health === "fail") return [sound];
  const pending = await pendingMigrations(store);
  if (pending.length > 0) {
    const message = `${pending.join(", ")} is still to come`;
    return [sound, { subject: "tables", health: "fail", message, remedy: "Run calloff db migrate, then check again" }];
  }
  const lines = [sound, { subject: "tables", health: "ok" as const, message: "as this version has them" }];
  const questions: readonly [string, () => Promise<readonly DoctorLine[]>][] = [
    ["audit trail", () => auditLines(store)],
    ["trail", () => trailLines(config, store)],
    ["facts", () => factLines(store)],
    ["plans", () => planLines(store, config, wish.businessDate)],
    ["files", () => fileLines(config, store, wish.quick)],
  ];
  for (const [subject, asked] of questions) {
    lines.push(...(await asked().catch((thrown: unknown) => [faultLine(subject, coerceError(thrown))])));
  }
  return lines;
}

async function soundLine(config: Configuration, store: Store, { file }: CheckWish): Promise<DoctorLine> {
  const subject = "database";
  const at = file ?? sqlitePath(config);
  if (at === undefined) {
    const [row] = await store.ask("SELECT version() AS version");
    return { subject, health: "ok", message: String(row?.["version"]).split(",")[0] ?? "PostgreSQL" };
  }
  const [first, ...more] = await damageOf(at, true);
  if (first === undefined) return { subject, health: "ok", message: "SQLite, sound by its integrity check" };
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return { subject, health: "fail", message: `The file is damaged: ${first}${others}`, remedy: RESTORE };
}

async function auditLines(store: Store): Promise<DoctorLine[]> {
  const subject = "audit trail";
  const broken = await firstBrokenEntry(store);
  const last = await lastEntry(store);
  if (broken === undefined)
    return [{ subject, health: "ok", message: `${last?.seq ?? 0} entries, each bound to the one before` }];
  return [{ subject, health: "fail", message: `Entry ${broken} is missing or was changed`, remedy: RESTORE }];
}

async function trailLines(config: Configuration, store: Store): Promise<DoctorLine[]> {
  await refuseBehindTrail(store, exchangePaths(config.home));
  return [{ subject: "trail", health: "ok", message: "data/trail tells of nothing that the database does not know" }];
}
