/** Does all that is waiting: the step that `calloff run` takes and the daemon repeats. */

import { CalloffError, coerceError } from "../values/errors.ts";
import { applyRegistered } from "./apply.ts";
import { archiveFile } from "./archive.ts";
import { type Claimed, claimFile, leftClaimed, unclaim } from "./claim.ts";
import { ERP, type Exchange, outboxFolders, watchedFolders } from "./context.ts";
import { keeping, makeFolder, systemCode } from "./durable.ts";
import { registerErpFile } from "./erp-inbound.ts";
import { isOfTheStore, passesByItself } from "./file-state.ts";
import { type Drained, drainOutbox } from "./outbox.ts";
import { register, registeredFile, registerPartnerFile } from "./register.ts";
import { renderWaiting } from "./render.ts";
import { type Looks, noLooks, quietIn, scan } from "./scan.ts";

/**
 * Makes the folders of a home that are missing, and looks whether the others are still what they were.
 * @throws CalloffError DATA_UNWRITABLE when there is no place to keep files in
 */
export async function layFolders(exchange: Exchange): Promise<void> {
  const { config, folders, paths } = exchange;
  await folders.usable([
    ...watchedFolders(config).map((folder) => `inbox/${folder}`),
    ...outboxFolders(config).map((folder) => `outbox/${folder}`),
  ]);
  await keeping(paths.archive, () => makeFolder(paths.archive, 0o750));
  await keeping(paths.quarantine, () => makeFolder(paths.quarantine, 0o750));
}

/** Takes a claimed file to its registration; from there on the database knows it. */
export async function take(exchange: Exchange, claimed: Claimed): Promise<void> {
  if ((await registeredFile(exchange.store, claimed.claim)) === undefined) await registerClaimed(exchange, claimed);
  await unclaim(claimed);
}

async function registerClaimed(exchange: Exchange, claimed: Claimed): Promise<void> {
  try {
    const archived = await archiveFile(exchange, claimed);
    if (claimed.folder === ERP) await registerErpFile(exchange, claimed, archived);
    else await registerPartnerFile(exchange, claimed, archived);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error) || systemCode(error) !== "") throw error;
    await refuseClaimed(exchange, claimed, error);
  }
}

/** What cannot even be catalogued (no regular file, a reader that dies of it) is quarantined with the reason. */
async function refuseClaimed(exchange: Exchange, claimed: Claimed, error: Error): Promise<void> {
  exchange.log.error({ claim: claimed.claim, name: claimed.name, err: error }, "a file cannot be read");
  const told = error instanceof CalloffError ? error : undefined;
  const { code = "EXCHANGE_READER_FAILED", place = { file: claimed.name }, expected, found, remedy } = told ?? {};
  const finding = {
    code,
    severity: "reject" as const,
    message: error.message,
    place,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    remedy: remedy ?? "Report this with the file: it is a fault of calloff",
  };
  // What is no file is never opened again, not even to be copied.
  const archived = code === "EXCHANGE_NOT_A_FILE" ? undefined : await archiveFile(exchange, claimed);
  await register(exchange, claimed, archived, "", async () => ({
    partner: "",
    state: "quarantined",
    cause: "unreadable",
    findings: [finding],
    interchanges: [],
  }));
}

/** Takes up again what a process that ended had claimed. Gives how many files could be taken. */
export async function resumeClaimed(exchange: Exchange): Promise<number> {
  let taken = 0;
  for (const claimed of await leftClaimed(exchange)) {
    exchange.log.info({ claim: claimed.claim, folder: claimed.folder, name: claimed.name }, "taken up again");
    if (await takeOrWait(exchange, claimed)) taken += 1;
  }
  return taken;
}

/** A file that cannot be taken now (no space, no rights, still written to) stays claimed and lets the others pass. */
async function takeOrWait(exchange: Exchange, claimed: Claimed): Promise<boolean> {
  try {
    await take(exchange, claimed);
    return true;
  } catch (thrown) {
    const error = coerceError(thrown);
    // Nor would the next one be taken.
    if (isOfTheStore(error) || (error instanceof CalloffError && error.code === "READER_STOPPED")) throw error;
    const { claim, folder, name } = claimed;
    exchange.log.error({ claim, folder, name, err: error }, "a claimed file cannot be taken now; it is tried again");
    exchange.events.emit("file.waiting", { claim, folder, name, reason: error.message });
    return false;
  }
}

/** One scan: claims and registers what is ready. Gives how many files that were. */
export async function takeArrivals(exchange: Exchange, looks: Looks): Promise<number> {
  let taken = 0;
  for (const candidate of await scan(exchange, looks)) {
    const claimed = await claimFile(exchange, candidate);
    if (claimed === undefined) continue;
    if (await takeOrWait(exchange, claimed)) taken += 1;
  }
  return taken;
}

/**
 * Reads the inbox until nothing more is ready, applies every file, renders and writes what is to be sent. What only has to
 * stay quiet for a moment is waited for; an incomplete file is not.
 */
export async function workOnce(exchange: Exchange, looks: Looks = noLooks()): Promise<Drained> {
  await layFolders(exchange);
  await resumeClaimed(exchange);
  await applyRegistered(exchange);
  for (;;) {
    const taken = await takeArrivals(exchange, looks);
    await applyRegistered(exchange);
    if (taken > 0) continue;
    const left = quietIn(exchange, looks);
    if (left === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, left));
  }
  return sendWaiting(exchange);
}

/** Renders every waiting document and writes every rendered file. */
export async function sendWaiting(exchange: Exchange): Promise<Drained> {
  await renderWaiting(exchange);
  return drainOutbox(exchange);
}
