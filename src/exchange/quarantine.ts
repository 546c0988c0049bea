/**
 * Keeps what could not be taken, with the reason: `data/quarantine/<claim>/` holds the file under its own name and
 * `report.json`. The copy may be repaired and dropped again; the archive keeps what came.
 */
import { constants } from "node:fs";
import { copyFile, open, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { at } from "../values/crash-points.ts";
import { findingInWords } from "../values/finding.ts";
import { stableJson } from "../values/json.ts";
import type { Archived } from "./archive.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { keeping, makeFolder, syncFolder } from "./durable.ts";
import type { FilePlan } from "./file-plan.ts";

const REPORT = "report.json";

/** Where the file of a claim is quarantined. */
export const quarantineFolder = (exchange: Pick<Exchange, "paths">, claim: string): string =>
  path.join(exchange.paths.quarantine, claim);

/**
 * Puts a file and its report into quarantine; doing it again gives the same.
 * @throws CalloffError DATA_UNWRITABLE
 */
export const quarantine = (
  exchange: Exchange,
  claimed: Claimed,
  archived: Archived | undefined,
  plan: FilePlan,
): Promise<void> => keeping(exchange.paths.quarantine, () => keepApart(exchange, claimed, archived, plan));

async function keepApart(
  exchange: Exchange,
  claimed: Claimed,
  archived: Archived | undefined,
  plan: FilePlan,
): Promise<void> {
  const folder = quarantineFolder(exchange, claimed.claim);
  await makeFolder(folder, 0o700);
  if (archived !== undefined) {
    await copyDurably(archived.path, path.join(folder, copyName(claimed.name)));
  }
  await writeDurably(path.join(folder, REPORT), stableJson(reportOf(claimed, archived, plan), 2));
  await syncFolder(folder);
  at("quarantine-named");
  await syncFolder(exchange.paths.quarantine);
  at("quarantined");
}

/** The sender's name, unless it is the report's. */
const copyName = (name: string): string => (name === REPORT ? `sent-${name}` : name);

function reportOf(claimed: Claimed, archived: Archived | undefined, plan: FilePlan) {
  const findings = [...plan.findings, ...plan.interchanges.flatMap((planned) => planned.findings)];
  return {
    schema: "calloff/quarantine-report/1",
    claim: claimed.claim,
    folder: claimed.folder,
    name: claimed.name,
    partner: plan.partner,
    cause: plan.cause,
    sha256: archived?.sha256 ?? "",
    size: archived?.size ?? 0,
    inWords: findings.map(findingInWords),
    interchanges: plan.interchanges.map(({ entry, partner, state, cause }) => ({
      ordinal: entry.ordinal,
      partner,
      sender: entry.sender,
      receiver: entry.receiver,
      control: entry.control,
      state,
      cause,
    })),
    findings,
  };
}

/** Copies a file whole: under another name first, then renamed. */
async function copyDurably(from: string, to: string): Promise<void> {
  const incoming = `${to}.part`;
  await copyFile(from, incoming, constants.COPYFILE_FICLONE);
  at("apart-copied");
  await keepFile(incoming, to);
}

/** Writes a file whole: under another name first, then renamed. */
async function writeDurably(file: string, text: string): Promise<void> {
  const incoming = `${file}.part`;
  await writeFile(incoming, `${text}\n`, { mode: 0o600 });
  at("report-written");
  await keepFile(incoming, file);
}

/** Gives a file its name once its bytes are on the disk. */
async function keepFile(incoming: string, file: string): Promise<void> {
  const handle = await open(incoming, "r+");
  try {
    await handle.sync();
    at("apart-kept");
  } finally {
    await handle.close();
  }
  await rename(incoming, file);
  at("apart-renamed");
}
