/**
 * Does again what the audit trail says was done: arrivals from the archive, runs of the timetable, commands; each on the
 * date, at the instant and by the user of that time.
 */
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseDocument } from "yaml";
import { archivePath } from "../exchange/archive.ts";
import { resumeClaimed } from "../exchange/run.ts";
import { type AuditEntry, recordAudit } from "../store/audit.ts";
import { raiseSeries, type Scope } from "../store/series.ts";
import type { Clock, Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type CommandName, type Commands, commandOfVerb, giveCommand } from "./commands.ts";
import type { Keeper } from "./keeper.ts";

/** The moment that is being done again. */
export interface Moment {
  current: Occasion | undefined;
}

/** The home's settings and mappings in another folder, with another database. */
export async function layScratchHome(home: string, scratch: string, database: string): Promise<void> {
  // What links point at, because the copy is written to.
  const whole = { recursive: true, dereference: true };
  await cp(path.join(home, "config"), path.join(scratch, "config"), whole);
  await cp(path.join(home, "mappings"), path.join(scratch, "mappings"), whole).catch(() => undefined);
  const settings = path.join(scratch, "config", "gateway.yaml");
  const gateway = parseDocument(await readFile(settings, "utf8"));
  gateway.set("database", database);
  await writeFile(settings, String(gateway), { mode: 0o600 });
}

/**
 * Does these entries again in their order and gives how many steps that were.
 * @param archive where the bytes of the files are
 * @param begins told of each entry before it is done again
 * @throws CalloffError PROVE_ARCHIVE_MISSING, and whatever a command refuses with this time
 */
export async function doAgain(
  keeper: Keeper,
  moment: Moment,
  archive: string,
  entries: readonly AuditEntry[],
  begins: (entry: AuditEntry) => void = () => {},
): Promise<number> {
  let steps = 0;
  for (const entry of entries) {
    moment.current = entry;
    begins(entry);
    const command = commandOfVerb(entry.verb);
    if (command !== undefined) await giveAgain(keeper, command, entry);
    else if (entry.verb === "file.registered") {
      // What was no file was never read, and there is nothing to read again.
      if (detail(entry, "sha256") === "") continue;
      await takeAgain(keeper, archivePath(archive, detail(entry, "sha256")), entry);
    } else if (entry.verb === "db.restored") {
      await raiseAgain(keeper, entry);
      continue;
    } else if (entry.verb === "order.released" && !(await isMade(keeper, entry.object))) await keeper.tick();
    else continue;
    steps += 1;
    await keeper.drainOutbox();
  }
  return steps;
}

/** One run of the timetable makes several orders, each with an entry of its own. */
const isMade = async ({ store }: Keeper, number: string): Promise<boolean> =>
  (await store.ask("SELECT id FROM child_order WHERE number = :number", { number })).length > 0;

/** Time stands where the entry that is being done again says it was. */
export function clockOf(moment: Readonly<Moment>): Clock {
  const then = (): Occasion => {
    if (moment.current === undefined) throw new Error("nothing is done before the first entry of the audit trail");
    return moment.current;
  };
  return { businessDate: () => then().businessDate, instant: () => then().instant };
}

/** Numbers went on where a restore of that time had moved them; its entry stays in the trail, for who does all this again. */
const raiseAgain = ({ store }: Keeper, entry: AuditEntry): Promise<void> =>
  store.write(async (tx) => {
    await tx.run("DELETE FROM number_run");
    const { series = [] } = entry.details as { series?: readonly { series: Scope; to: number }[] };
    for (const moved of series) await raiseSeries(tx, moved.series, moved.to);
    await recordAudit(tx, entry, entry.verb, entry.object, entry.details);
  });

async function giveAgain(keeper: Keeper, name: CommandName, entry: AuditEntry): Promise<void> {
  const { args } = entry.details as unknown as { args: Commands[typeof name]["given"] };
  await giveCommand(keeper, entry.who, name, entry.object, args);
}

/** Puts archived bytes where the claim of that time had put them, and takes them up from there. */
async function takeAgain(keeper: Keeper, archived: string, entry: AuditEntry): Promise<void> {
  const folder = path.join(keeper.exchange.paths.inbox, ".claimed", detail(entry, "folder"));
  await mkdir(folder, { recursive: true });
  const claim = entry.object.replace(/^file:/, "");
  await copyFile(archived, path.join(folder, `${claim}-${detail(entry, "name")}`)).catch((cause: unknown) => {
    throw new CalloffError("PROVE_ARCHIVE_MISSING", `The bytes of ${entry.object} are not in the archive`, {
      place: { file: archived },
      expected: "every file that was ever registered",
      found: "none of that name",
      remedy: "Restore the archive from a backup; without its bytes a home cannot be proven",
      exit: EXIT.notFound,
      cause,
    });
  });
  await resumeClaimed(keeper.exchange);
  await keeper.scan();
}

function detail(entry: AuditEntry, name: string): string {
  const held = (entry.details as Readonly<Record<string, unknown>>)[name];
  return typeof held === "string" ? held : "";
}
