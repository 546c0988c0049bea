/** Numbers that were given after a backup: a series must never give one of them a second time. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { outboxFolderOf } from "../config/cross-checks.ts";
import { exchangePaths } from "../exchange/context.ts";
import { unless } from "../exchange/durable.ts";
import { countAt } from "../exchange/transmission-chains.ts";
import { expectNumber, raiseSeries, type Scope } from "../store/series.ts";
import type { Tx } from "../store/store.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import type { InterchangeEntry } from "../syntax/segment.ts";
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

/** VDA transmissions: what stands in a file has gone round behind 99999, the series counts on. */
const GOES_ROUND = /^vda:/;

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
    const last = GOES_ROUND.test(series) ? countAt((await expectNumber(tx, series)) - 1, taken) : taken;
    const from = await raiseSeries(tx, series, last + 1);
    // Claims are ours alone, and what is done again takes none.
    if (from <= last && series !== "claim") moved.push({ series, from, to: last + 1 });
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
      take((file.series ?? `isa:${file.receiver}`) as Scope, file.control);
      const level = file.series?.startsWith("unb:") === true ? "ung" : "gs";
      for (const group of file.groups) take(`${level}:${file.receiver}`, group);
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
    takeOfName(config, path.relative(outbox, file), take);
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
    for (const entry of catalogueOf(source).interchanges) {
      // A VDA header names the customer first, whoever sends it.
      const { id: to } = entry.family === "fixed" ? entry.sender : entry.receiver;
      for (const { code, theirs } of partners.values()) {
        if (theirs.some(({ id }) => id.trimEnd() === to.trimEnd())) takeOf(entry, code, take);
      }
    }
  } finally {
    source.close();
  }
}

function takeOf(entry: InterchangeEntry, code: string, take: (scope: Scope, text: string) => void): void {
  const { control, family, groups } = entry;
  if (family === "edifact") {
    take(`unb:${code}`, control);
    for (const group of groups) take(`ung:${code}`, group.control);
  } else if (family === "fixed") take(`vda:${code}:${groups[0]?.sets[0]?.type ?? ""}`, control);
  else if (family === "x12") {
    take(`isa:${code}`, control);
    for (const group of groups) take(`gs:${code}`, group.control);
  }
}

/** Tables and JSON have their number in the file's name, and their partner in the folder's. */
function takeOfName({ partners }: Configuration, file: string, take: (scope: Scope, text: string) => void): void {
  const [, folder = "", number = "", ending = ""] = /^([^/]+)\/.*_(\d{9})\.(csv|json)$/.exec(file) ?? [];
  if (ending === "") return;
  for (const partner of partners.values()) {
    if (outboxFolderOf(partner) === folder) take(`${ending as "csv" | "json"}:${partner.code}`, number);
  }
}
