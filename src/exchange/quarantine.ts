/**
 * Keeps what could not be taken, with the reason: `data/quarantine/<claim>/` holds the file under its own name and
 * `report.json`. The copy may be repaired and dropped again; the archive keeps what came.
 */
import { constants } from "node:fs";
import { copyFile, open, rename } from "node:fs/promises";
import path from "node:path";
import { findingInWords } from "../values/finding.ts";
import { stableJson } from "../values/json.ts";
import type { Archived } from "./archive.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { keeping, makeFolder, syncFolder } from "./durable.ts";
import type { FilePlan } from "./registration.ts";

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
  await makeFolder(folder, 0o750);
  if (archived !== undefined) {
    await copyFile(archived.path, path.join(folder, copyName(claimed.name)), constants.COPYFILE_FICLONE);
  }
  await writeDurably(path.join(folder, REPORT), stableJson(reportOf(claimed, archived, plan), 2));
  await syncFolder(folder);
  await syncFolder(exchange.paths.quarantine);
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

/** Writes a file whole: under another name first, then renamed. */
async function writeDurably(file: string, text: string): Promise<void> {
  const incoming = `${file}.part`;
  const handle = await open(incoming, "w", 0o640);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(incoming, file);
}
