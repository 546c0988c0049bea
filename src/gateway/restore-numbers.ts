/** Numbers that were given after a backup: a series must never give one of them a second time. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { exchangePaths } from "../exchange/context.ts";
import { unless } from "../exchange/durable.ts";
import { raiseSeries, type Scope } from "../store/series.ts";
import type { Tx } from "../store/store.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { fileSource } from "../syntax/sources.ts";
import type { Knowledge } from "./restore-knowledge.ts";

/** A series that had to be moved on. */
export interface MovedSeries {
  readonly series: string;
  /** What it would have given next, and what it gives now. */
  readonly from: number;
  readonly to: number;
}

type Highest = Map<Scope, number>;

const DOCUMENT = /\b(BA|SO|SH|IN)-(\d{6,15})\b/g;
const CLAIM = /^file:(\d{1,15})$/;
const CHANGE = /^order-change_.*_(\d{9})\.json$/;

/** Moves every series past the numbers that are known to be taken. */
export async function moveSeries(tx: Tx, config: Configuration, known: Knowledge): Promise<MovedSeries[]> {
  // Numbers set aside for a release that never ended may have been given since the backup.
  await tx.run("DELETE FROM number_run");
  const highest = await highestTaken(config, known);
  const moved: MovedSeries[] = [];
  for (const [series, taken] of [...highest].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const from = await raiseSeries(tx, series, taken + 1);
    // Claims are ours alone, and what is done again takes none.
    if (from <= taken && series !== "claim") moved.push({ series, from, to: taken + 1 });
  }
  return moved;
}

async function highestTaken(config: Configuration, known: Knowledge): Promise<Highest> {
  const highest: Highest = new Map();
  const take = (scope: Scope, text: string): void => {
    if (/^\d{1,15}$/.test(text)) highest.set(scope, Math.max(highest.get(scope) ?? 0, Number(text)));
  };
  const takeNamed = (text: string): void => {
    for (const [, prefix, number = ""] of text.replaceAll("_", " ").matchAll(DOCUMENT)) take(prefix as Scope, number);
  };
  for (const { object } of known.entries) {
    takeNamed(object);
    take("claim", CLAIM.exec(object)?.[1] ?? "");
  }
  for (const file of known.leaving.values()) {
    takeNamed(file.name);
    if (file.receiver === "erp") take("isa:erp", CHANGE.exec(file.name)?.[1] ?? "");
    else {
      take(`isa:${file.receiver}`, file.control);
      for (const group of file.groups) take(`gs:${file.receiver}`, group);
    }
  }
  await fromDisk(config, take, takeNamed);
  return highest;
}

/** Files that still lie there tell for themselves, also where nothing else is left. */
async function fromDisk(
  config: Configuration,
  take: (scope: Scope, text: string) => void,
  takeNamed: (text: string) => void,
): Promise<void> {
  const { inbox, outbox, quarantine } = exchangePaths(config.home);
  for (const file of await filesIn(outbox)) {
    const name = path.basename(file);
    if (name.startsWith(".")) continue;
    takeNamed(name);
    take("isa:erp", CHANGE.exec(name)?.[1] ?? "");
    if (name.endsWith(".edi")) takeControls(config, file, take);
  }
  for (const file of (await filesIn(inbox)).filter((name) => name.includes(`${path.sep}.claimed${path.sep}`)))
    take("claim", /^(\d{1,15})-/.exec(path.basename(file))?.[1] ?? "");
  for (const name of await unless(["ENOENT"], [], () => readdir(quarantine))) take("claim", name);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await unless(["ENOENT"], [], () => readdir(folder, { recursive: true, withFileTypes: true }));
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Whose an interchange that we wrote is, its receiver says. */
function takeControls({ partners }: Configuration, file: string, take: (scope: Scope, text: string) => void): void {
  const source = fileSource(file);
  try {
    for (const { control, groups, receiver } of catalogueOf(source).interchanges) {
      const to = [...partners.values()].filter(({ theirs }) =>
        theirs.some(({ id }) => id.trimEnd() === receiver.id.trimEnd()),
      );
      for (const { code } of to) {
        take(`isa:${code}`, control);
        for (const group of groups) take(`gs:${code}`, group.control);
      }
    }
  } finally {
    source.close();
  }
}
