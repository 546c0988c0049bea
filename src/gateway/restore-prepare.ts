/** What comes before the switch: the backup as it is, what is known to have come after it, the files on disk, the check. */
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { readAudit, recordAudit } from "../store/audit.ts";
import { migrate, pendingMigrations } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import type { Json } from "../values/json.ts";
import { contentOf, damaged, type Manifest } from "./backup-manifest.ts";
import { checkDatabase } from "./db-check.ts";
import type { DoctorLine } from "./doctor-line.ts";
import { type Again, doneAgain, isStep } from "./restore-again.ts";
import { archiveGaps, bringArchive } from "./restore-archive.ts";
import { type Knowledge, knowledgeAfter } from "./restore-knowledge.ts";
import { moveSeries } from "./restore-numbers.ts";
import { settleOutbox, writtenBefore } from "./restore-outbox.ts";
import type { Place, Prepared, Restored, RestoreWish } from "./restored.ts";

/** Everything that comes before the switch, in the place of its own. */
export async function prepare(
  config: Configuration,
  wish: RestoreWish,
  manifest: Manifest,
  place: Place,
  occasion: Occasion,
): Promise<Prepared> {
  const brought = await bringArchive(config, path.dirname(wish.backup));
  const { known, before } = await inStore(place, (store) => backupAsIs(config, store, manifest, wish.backup));
  const again: Again = wish.asItWas ? { steps: 0, done: 0 } : await doneAgain(config, place, known);
  return inStore(place, async (store) => {
    const { outbox, series } = await store.write(async (tx) => {
      const settled = await settleOutbox(tx, config, known, before);
      return { outbox: settled, series: await moveSeries(tx, config, known) };
    });
    const archive = { brought, ...(await archiveGaps(config, store, known)) };
    const after = afterOf(known, again);
    const backup = { file: wish.backup, instant: manifest.instant, businessDate: manifest.businessDate };
    await store.write((tx) =>
      recordAudit(tx, occasion, "db.restored", path.basename(wish.backup), {
        backup,
        after,
        outbox,
        series,
        archive,
      } as unknown as Json),
    );
    const check = await checkDatabase(config, store, {
      businessDate: occasion.businessDate,
      quick: true,
      ...(place.file === undefined ? {} : { file: place.file }),
    });
    refuseUnsound(check);
    const outcome = { backup, after, outbox, series, archive, check };
    return { outcome, known, entries: await readAudit(store) };
  });
}

/** How much of what came after the backup was done again. */
const afterOf = (known: Knowledge, again: Again): Restored["after"] => ({
  known: known.from,
  entries: known.entries.length,
  steps: again.steps,
  ...(again.stopped === undefined ? {} : { stopped: again.stopped }),
  missing: known.entries
    .slice(again.done)
    .filter(isStep)
    .map(({ verb, object }) => `${verb} ${object}`),
});

/** Does `work` with the database as it is restored. */
export async function inStore<T>({ scratch, url }: Place, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore(url, scratch);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The backup as it is: what it says of itself is true, its tables are brought up to date, and what came after it is known. */
async function backupAsIs(config: Configuration, store: Store, manifest: Manifest, backup: string) {
  const older = await pendingMigrations(store);
  await migrate(store);
  const content = await contentOf(store);
  if (content.audit.hash !== manifest.audit.hash)
    throw damaged(backup, `entry ${manifest.audit.seq} as its last`, `${content.audit.seq}`);
  if (older.length === 0 && content.fingerprint !== manifest.fingerprint)
    throw damaged(backup, `the fingerprint ${manifest.fingerprint}`, content.fingerprint);
  return { known: await knowledgeAfter(config, content.audit), before: await writtenBefore(store) };
}

/** Without these no database is put in place; what else does not hold is told. The trail is renewed after the switch. */
const INDISPENSABLE = new Set(["database", "tables", "audit trail", "references", "numbers"]);

function refuseUnsound(check: readonly DoctorLine[]): void {
  const wrong = check.filter(({ health, subject }) => health === "fail" && INDISPENSABLE.has(subject));
  const [first] = wrong;
  if (first === undefined) return;
  throw new CalloffError("RESTORE_UNSOUND", "What the backup and the time after it give together does not hold", {
    expected: "a database without faults, by calloff db check",
    found: `${first.subject}: ${first.message}`,
    remedy: "Restore with --as-it-was, or use another backup; the database in use was not touched",
  });
}
