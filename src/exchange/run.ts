/** Does all that is waiting: the step that `calloff run` takes and the daemon repeats. */
import type { FileRow } from "../store/tables.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { detailsOf } from "../values/finding.ts";
import { applyRegistered } from "./apply-registered.ts";
import { archiveFile } from "./archive.ts";
import { type Claimed, claimFile, leftClaimed, takeLeftCompanion } from "./claim.ts";
import { ERP, type Exchange, outboxFolders, watchedFolders } from "./context.ts";
import { keeping, makeFolder, systemCode } from "./durable.ts";
import { registerErpFile } from "./erp-inbound.ts";
import { isOfTheStore, passesByItself } from "./file-state.ts";
import { type AsRead, lookAfter } from "./grown.ts";
import { type IntakeLanes, intakeLanes } from "./lanes.ts";
import { letGo } from "./let-go.ts";
import { type Drained, drainOutbox } from "./outbox.ts";
import { drainEnded } from "./outbox-ends.ts";
import { alarmOverdue } from "./overdue.ts";
import { isPoison, poisonCause } from "./poison.ts";
import { register, registeredFile, registerPartnerFile } from "./register.ts";
import { renderWaiting } from "./render.ts";
import { makeSureOfRoom } from "./room.ts";
import { type Candidate, fillQueue, type Looks, noLooks, quietIn, ROUND } from "./scan.ts";
import { systemWords } from "./system-words.ts";
import { noteLeaving, noteLeft } from "./trail.ts";
import { claimedHere, forgetGone, isAsSeen, isSettled, takenHere, waitsClaimed } from "./unsettled.ts";

/** Makes the folders of inbox and outbox that are missing, and looks whether the others are still what they were. */
export async function lookAtFolders({ config, folders }: Exchange): Promise<void> {
  await folders.usable([
    ...watchedFolders(config).map((folder) => `inbox/${folder}`),
    ...outboxFolders(config).map((folder) => `outbox/${folder}`),
  ]);
}

/**
 * Makes the folders of a home that are missing.
 * @throws CalloffError DATA_UNWRITABLE when there is no place to keep files in
 */
export async function layFolders(exchange: Exchange): Promise<void> {
  const { paths } = exchange;
  await lookAtFolders(exchange);
  await keeping(paths.archive, () => makeFolder(paths.archive, 0o700));
  await keeping(paths.quarantine, () => makeFolder(paths.quarantine, 0o700));
}

/** Takes a claimed file to its registration; from there on the database knows it. */
export async function take(exchange: Exchange, claimed: Claimed): Promise<void> {
  const before = await registeredFile(exchange.store, claimed.claim);
  await letGo(exchange, claimed, before === undefined ? await registerClaimed(exchange, claimed) : readOf(before));
}

const readOf = ({ sha256, size }: FileRow): AsRead | undefined => (sha256 === "" ? undefined : { size });

/** Gives what was read; nothing of what is no file. */
async function registerClaimed(exchange: Exchange, claimed: Claimed): Promise<AsRead | undefined> {
  try {
    const archived = await archiveFile(exchange, claimed);
    if (claimed.folder === ERP) await registerErpFile(exchange, claimed, archived);
    else await registerPartnerFile(exchange, claimed, archived);
    return archived;
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error) || systemCode(error) !== "") throw error;
    return refuseClaimed(exchange, claimed, error);
  }
}

/** What cannot even be catalogued (no regular file, a reader that dies of it) is quarantined with the reason. */
async function refuseClaimed(exchange: Exchange, claimed: Claimed, error: Error): Promise<AsRead | undefined> {
  exchange.log.error({ claim: claimed.claim, name: claimed.name, err: error }, "a file cannot be read");
  const told = error instanceof CalloffError ? error : undefined;
  const { code = "EXCHANGE_READER_FAILED", place = { file: claimed.name } } = told ?? {};
  const finding = {
    code,
    severity: "reject" as const,
    message: error.message,
    place,
    remedy: "Report this with the file: it is a fault of calloff",
    ...detailsOf(told ?? {}),
  };
  // What is no file is never opened again, not even to be copied.
  const archived = code === "EXCHANGE_NOT_A_FILE" ? undefined : await archiveFile(exchange, claimed);
  await register(exchange, claimed, archived, "", async () => ({
    partner: "",
    state: "quarantined",
    cause: isPoison(error) ? poisonCause(error) : "unreadable",
    findings: [finding],
    interchanges: [],
  }));
  return archived;
}

/** Takes up again what a process that ended had claimed. Gives how many files could be taken. */
export async function resumeClaimed(exchange: Exchange, looks: Looks = noLooks()): Promise<number> {
  const lanes = intakeLanes(exchange);
  try {
    return await resumeIn(exchange, looks, lanes);
  } finally {
    await lanes.leave();
  }
}

async function resumeIn(exchange: Exchange, looks: Looks, lanes: IntakeLanes): Promise<number> {
  let taken = 0;
  // What another gateway has in work is its own, for as long as it lives.
  const left = await leftClaimed(exchange, lanes.has);
  exchange.faults.endedBut("take", new Set(left.map(placeOf)));
  await forgetGone(exchange, left, looks, lanes.has);
  for (const claimed of left) {
    if (looks.scanned === undefined) await takeLeftCompanion(exchange, claimed);
    if (!(await isSettled(exchange, claimed, looks))) continue;
    exchange.log.debug({ claim: claimed.claim, folder: claimed.folder, name: claimed.name }, "taken up again");
    if (await takeOrWait(exchange, claimed)) taken += 1;
  }
  return taken;
}

/** What a fault that keeps a file from being taken is known by. */
const placeOf = ({ folder, name }: { folder: string; name: string }): string => `inbox/${folder}/${name}`;

/** A file that cannot be taken now (no rights, still written to) stays claimed and lets the others pass. */
async function takeOrWait(exchange: Exchange, claimed: Claimed): Promise<boolean> {
  try {
    await take(exchange, claimed);
    takenHere(exchange, claimed);
    exchange.faults.ended(placeOf(claimed), "take");
    return true;
  } catch (thrown) {
    const error = coerceError(thrown);
    if (concernsAll(error)) throw error;
    const { claim, folder, name } = claimed;
    const what = `${placeOf(claimed)} is claimed (${claim}) and cannot be taken: ${error.message}`;
    const fault = { place: placeOf(claimed), kind: "take" as const, what, ...codeAndRemedy(error) };
    const { message: reason } = error;
    if (exchange.faults.stands(fault, error)) exchange.events.emit("file.waiting", { claim, folder, name, reason });
    return false;
  }
}

/** Whether the next file would not be taken either: nothing more is claimed then. */
const concernsAll = (error: Error): boolean =>
  isOfTheStore(error) ||
  (error instanceof CalloffError && (error.code === "DATA_UNWRITABLE" || error.code === "READER_STOPPED"));

function codeAndRemedy(error: Error): { code: string; remedy: string } {
  if (!(error instanceof CalloffError))
    return { code: systemCode(error), remedy: systemWords(systemCode(error)).remedy };
  return { code: error.code, remedy: error.remedy ?? "It is tried again by itself" };
}

/** Claims a file unless it may not be moved; that is told once and keeps no other waiting. */
async function claimOrLeave(exchange: Exchange, candidate: Candidate): Promise<Claimed | undefined> {
  const place = placeOf(candidate);
  await makeSureOfRoom(exchange, candidate.look.size);
  try {
    const claimed = await claimFile(exchange, candidate);
    exchange.faults.ended(place, "claim");
    return claimed;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "") throw thrown;
    const { what, remedy } = systemWords(code);
    exchange.faults.stands({ place, kind: "claim", code, what: `${place} cannot be claimed: ${what}`, remedy });
    return undefined;
  }
}

/**
 * Claims and registers what is ready, at most a round's worth. Gives how many files that were.
 * @throws CalloffError DATA_UNWRITABLE, STORE_* when nothing more can be taken now; what is left lies in the inbox
 */
export async function takeArrivals(exchange: Exchange, looks: Looks): Promise<number> {
  const lanes = intakeLanes(exchange);
  try {
    const taken = await takeIn(exchange, looks, lanes);
    // What is registered, any of the gateways may apply.
    if (taken > 0) await exchange.gateways?.tell();
    return taken;
  } finally {
    await lanes.leave();
  }
}

async function takeIn(exchange: Exchange, looks: Looks, lanes: IntakeLanes): Promise<number> {
  let taken = await lookAfter(exchange, lanes.has);
  do {
    if (await fillQueue(exchange, looks)) {
      exchange.faults.endedBut("claim", new Set(looks.queue.map(placeOf)));
      // What the scan found quiet, came after them.
      if (looks.queue.length > 0 && waitsClaimed(looks)) taken += await resumeIn(exchange, looks, lanes);
    }
    for (let n = 0; n < ROUND; n += 1) {
      const candidate = looks.queue.at(-1);
      if (candidate === undefined) break;
      const claimed = (await lanes.has(candidate.folder)) ? await claimOrLeave(exchange, candidate) : undefined;
      looks.queue.pop();
      if (claimed !== undefined) claimedHere(exchange, claimed);
      if (claimed === undefined || !(await isAsSeen(claimed, candidate, looks))) continue;
      if (await takeOrWait(exchange, claimed)) taken += 1;
    }
  } while (taken === 0 && looks.queue.length > 0);
  return taken;
}

/**
 * Reads the inbox until nothing more is ready, applies every file, renders and writes what is to be sent. What only has to
 * stay quiet for a moment is waited for; an incomplete file is not.
 */
export async function workOnce(exchange: Exchange, looks: Looks = noLooks()): Promise<Drained> {
  await layFolders(exchange);
  for (;;) {
    const resumed = await resumeClaimed(exchange, looks);
    await applyRegistered(exchange);
    const taken = resumed + (await takeArrivals(exchange, looks));
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
  await noteLeaving(exchange);
  const drained = await drainOutbox(exchange);
  drainEnded(exchange);
  await noteLeft(exchange);
  await alarmOverdue(exchange);
  return drained;
}
