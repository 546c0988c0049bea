/** A restore on PostgreSQL: into a database that is empty, and is empty again where it fails. */
import type { Configuration } from "../config/configuration.ts";
import { isFresh } from "../store/migrate.ts";
import type { Store } from "../store/store.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { Manifest } from "./backup-manifest.ts";
import { restorePostgres } from "./backup-postgres.ts";
import { renewTrail } from "./restore-place.ts";
import { inStore, prepare } from "./restore-prepare.ts";
import type { Place, Restored, RestoreWish } from "./restored.ts";

export async function intoPostgres(
  config: Configuration,
  wish: RestoreWish,
  manifest: Manifest,
  scratch: string,
  occasion: Occasion,
): Promise<Restored> {
  const { database } = config.gateway;
  const place = { scratch, url: database, file: undefined };
  const there = await inStore(place, async (store) => {
    if (!(await isFresh(store))) throw notEmpty();
    return tablesOf(store);
  });
  await restorePostgres(database, wish.backup);
  const prepared = await prepare(config, wish, manifest, place, occasion).catch(async (thrown: unknown) => {
    await emptied(place, there).catch((cause: unknown) => {
      throw stillFilled(coerceError(thrown), coerceError(cause));
    });
    throw thrown;
  });
  return { ...prepared.outcome, keptAside: await renewTrail(config, prepared, "", occasion) };
}

/** Tables of a PostgreSQL database, quoted, by schema and name. */
const tablesOf = async (store: Store): Promise<string[]> =>
  (
    await store.ask(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    )
  ).map(({ name }) => String(name));

/** The database was empty before: what the restore made goes again, and the next one finds it as it was. */
const emptied = (place: Place, before: readonly string[]): Promise<void> =>
  inStore(place, async (store) => {
    const made = (await tablesOf(store)).filter((name) => !before.includes(name));
    if (made.length === 0) return;
    await store.write(async (tx) => void (await tx.run(`DROP TABLE ${made.join(", ")} CASCADE`)));
  });

const stillFilled = (failure: Error, cause: Error): CalloffError =>
  new CalloffError("RESTORE_NOT_EMPTY", `The restore failed: ${failure.message}; and its tables could not be dropped`, {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: "a database that is empty again",
    found: cause.message,
    remedy: "Do not go on with that database: createdb a new one, name it under `database`, and restore again",
    cause: failure,
  });

const notEmpty = (): CalloffError =>
  new CalloffError("RESTORE_NOT_EMPTY", "The database that config/gateway.yaml names is not empty", {
    place: { file: "config/gateway.yaml", field: "database" },
    expected: "an empty database: on PostgreSQL nothing is ever restored over another",
    found: "tables of calloff",
    remedy: "createdb a new one, name it under `database`, and restore again; the old one stays as it is",
    exit: EXIT.conflict,
  });
