/** Transaction T1: registers a claimed, archived file with everything the catalogue says, once per claim. */

import { recordAudit } from "../store/audit.ts";
import { holdAlone } from "../store/locks.ts";
import { insert, insertOne, selectOne } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type FileRow, file, interchange, message } from "../store/tables.ts";
import type { InterchangeEntry, SetEntry } from "../syntax/segment.ts";
import { type Occasion, occasionOf } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Finding } from "../values/finding.ts";
import { answerHeaders, repeatAnswers } from "./answers-out.ts";
import type { Archived } from "./archive.ts";
import type { Claimed } from "./claim.ts";
import type { Exchange } from "./context.ts";
import { earlierInterchanges, earlierUnnumbered } from "./earlier.ts";
import type { Arrival, FilePlan, InterchangePlan } from "./file-plan.ts";
import { writeFindings } from "./findings.ts";
import { hashRanges } from "./hashing.ts";
import { partnerOf } from "./identities.ts";
import { chainOf } from "./interchange-chains.ts";
import { kindOf } from "./known-interchanges.ts";
import { laneOf } from "./lanes.ts";
import { filesComeTo } from "./mailboxes.ts";
import { type Chain, expectedIn, expectNext, missingInWords } from "./number-chains.ts";
import { quarantine } from "./quarantine.ts";
import { planFile } from "./registration.ts";
import { tableDeclared } from "./tables.ts";

/** A partner's file: catalogued, planned, registered. */
export async function registerPartnerFile(exchange: Exchange, claimed: Claimed, archived: Archived): Promise<FileRow> {
  const partners = exchange.config.partnersOfFolder(claimed.folder);
  const table = tableDeclared(claimed.name, partners, exchange.config.mappings);
  const catalogue = await exchange.reader.catalogue(archived.path, claimed.name, table?.layout);
  const hashes = await hashRanges(archived.path, catalogue.interchanges);
  const { environment } = exchange.config.gateway;
  const arrival: Arrival = { name: claimed.name, catalogue, hashes, partners, table, environment };
  const family = catalogue.family ?? "";
  return register(
    exchange,
    claimed,
    archived,
    family,
    async (from) =>
      planFile(
        arrival,
        await earlierInterchanges(from, arrival),
        await expectedIn(from, chainsIn(arrival)),
        await earlierUnnumbered(from, arrival),
      ),
    (tx, _row, occasion, plan) => answerHeaders(tx, exchange.config, claimed.claim, arrival, plan, occasion),
  );
}

const chainsIn = ({ catalogue, partners, table }: Arrival): Chain[] =>
  catalogue.interchanges.map((entry) => chainOf(entry, partnerOf(entry, partners, table)?.code ?? ""));

/**
 * Registers a file by the plan that `plan` makes of what is stored. The quarantine has its copy before the row says so.
 * @param archived absent when it is no regular file and was not read
 * @param besides what is done in the same transaction, once
 * @returns the file's row; the one that is there when the claim is registered already
 */
export async function register(
  exchange: Exchange,
  claimed: Claimed,
  archived: Archived | undefined,
  family: string,
  plan: (from: Queryable) => Promise<FilePlan>,
  besides: (tx: Tx, row: FileRow, occasion: Occasion, plan: FilePlan) => Promise<void> = async () => {},
): Promise<FileRow> {
  const planned = await plan(exchange.store);
  if (isQuarantined(planned)) await quarantine(exchange, claimed, archived, planned);
  const row = await exchange.store.write(async (tx) => {
    // So that two gateways cannot both take the same interchange for new.
    await holdAlone(tx, "register", laneOf(exchange.config, claimed.folder));
    const there = await registeredFile(tx, claimed.claim);
    if (there !== undefined) return there;
    const decided = await plan(tx);
    const occasion = occasionOf(exchange.clock, decided.partner === "" ? claimed.folder : decided.partner);
    await writeFile(tx, claimed, archived, family, decided, occasion);
    if (decided.expected !== undefined) await expectNext(tx, decided.expected);
    await repeatAnswers(tx, exchange.config, claimed.claim, decided, occasion);
    const made = (await registeredFile(tx, claimed.claim)) as FileRow;
    await besides(tx, made, occasion, decided);
    await filesComeTo(tx, exchange, [decided.partner, ...decided.interchanges.map(({ partner }) => partner)]);
    await recordAudit(tx, occasion, "file.registered", `file:${claimed.claim}`, {
      partner: decided.partner,
      folder: claimed.folder,
      name: claimed.name,
      sha256: archived?.sha256 ?? "",
      state: decided.state,
    });
    at("registering");
    return made;
  });
  at("registered");
  tell(exchange, row, planned);
  return row;
}

const isQuarantined = ({ state, interchanges }: FilePlan): boolean =>
  state === "quarantined" || interchanges.some((planned) => planned.state === "refused");

/** The row of a claim, when it is registered. */
export const registeredFile = (from: Queryable, claim: string): Promise<FileRow | undefined> =>
  selectOne(from, file, "WHERE claim = :claim", { claim });

async function writeFile(
  tx: Tx,
  claimed: Claimed,
  archived: Archived | undefined,
  family: string,
  plan: FilePlan,
  occasion: Occasion,
): Promise<void> {
  const fileId = await insertOne(tx, file, {
    claim: claimed.claim,
    partner: plan.partner,
    folder: claimed.folder,
    name: claimed.name,
    sha256: archived?.sha256 ?? "",
    size: archived?.size ?? 0,
    family,
    state: plan.state,
    business_date: occasion.businessDate,
    received_at: occasion.instant,
    finished_at: plan.state === "registered" ? "" : occasion.instant,
    cause: plan.cause,
    report: writeFindings(plan.findings),
  });
  const ids = await insert(
    tx,
    interchange,
    plan.interchanges.map(({ entry, partner, sha256, state, findings, missing }) => ({
      file_id: fileId,
      ordinal: entry.ordinal,
      partner,
      syntax: entry.family,
      version: entry.version,
      sender: entry.sender.id,
      receiver: entry.receiver.id,
      sender_qualifier: entry.sender.qualifier,
      receiver_qualifier: entry.receiver.qualifier,
      control: entry.control,
      sent_on: entry.sentOn,
      sent_at: entry.sentAt,
      sha256,
      test: entry.test,
      acknowledgement_requested: entry.acknowledgementRequested,
      first_byte: entry.firstByte,
      end_byte: entry.endByte,
      state,
      findings: writeFindings(findings),
      kind: entry.control === "" ? kindOf(entry) : "",
      waits_for: state === "held" && missing !== undefined ? String(missing.to) : "",
    })),
  );
  const messages = plan.interchanges.flatMap(({ entry, state }, n) =>
    state === "open" || state === "held" ? messagesOf(entry, ids[n] as number, state) : [],
  );
  await insert(tx, message, messages);
}

/** Sets of an interchange in the order of the file, each with the group it stands in. */
export function setsOf(entry: InterchangeEntry): { group: InterchangeEntry["groups"][number]; set: SetEntry }[] {
  return entry.groups.flatMap((group) => group.sets.map((set) => ({ group, set })));
}

function messagesOf(entry: InterchangeEntry, interchangeId: number, state: "open" | "held") {
  const told = new Set<number>();
  const sets = setsOf(entry).map(({ group, set }, n) => {
    // What is wrong with a group is kept once, with its first set.
    const groupFindings: readonly Finding[] = told.has(group.ordinal) ? [] : group.findings;
    told.add(group.ordinal);
    return {
      interchange_id: interchangeId,
      ordinal: n + 1,
      functional_id: group.functionalId,
      group_control: group.control,
      group_ordinal: group.ordinal,
      group_version: group.version,
      group_stated: group.stated,
      group_findings: writeFindings(groupFindings),
      control: set.control,
      type: set.type,
      version: set.version,
      first_segment: set.firstSegment,
      segments: set.segments,
      first_byte: set.firstByte,
      end_byte: set.endByte,
      state: state === "open" ? "catalogued" : "held",
      findings: writeFindings(set.findings),
    };
  });
  return [...sets, ...ta1Messages(entry, interchangeId, state, sets.length)];
}

/** What a TA1 is kept as: a message without a group, behind the sets. */
export const TA1 = "TA1";

function ta1Messages({ ta1 = [] }: InterchangeEntry, interchangeId: number, state: "open" | "held", sets: number) {
  return ta1.map(({ control }, n) => ({
    interchange_id: interchangeId,
    ordinal: sets + n + 1,
    functional_id: "",
    group_control: "",
    group_ordinal: 0,
    group_version: "",
    group_stated: "",
    group_findings: "",
    control,
    type: TA1,
    version: "",
    first_segment: 0,
    segments: 1,
    first_byte: 0,
    end_byte: 0,
    state: state === "open" ? "catalogued" : "held",
    findings: "",
  }));
}

function tell({ events, log }: Exchange, row: FileRow, plan: FilePlan): void {
  const about = { claim: row.claim, folder: row.folder, name: row.name };
  const { partner, sha256, state, cause } = row;
  log.info({ ...about, partner, state, ...(cause === "" ? {} : { cause }) }, "file registered");
  events.emit("file.registered", { ...about, partner, sha256, state });
  if (state === "quarantined") {
    log.error({ ...about, partner, cause }, "file quarantined");
    events.emit("file.quarantined", { ...about, partner, cause });
  }
  if (state === "duplicate") events.emit("file.duplicate", { ...about, partner, cause });
  for (const planned of plan.interchanges) {
    if (planned.missing !== undefined) tellGap({ events, log }, about, planned);
    else if (planned.state === "held") {
      const { partner: whose, entry } = planned;
      log.error({ ...about, partner: whose, control: entry.control }, "control number came again with other content");
      events.emit("interchange.held", { ...about, partner: whose, control: entry.control });
    }
  }
}

function tellGap(
  { events, log }: Pick<Exchange, "events" | "log">,
  about: { claim: string; folder: string; name: string },
  { partner, entry, missing, state }: InterchangePlan,
): void {
  if (missing === undefined) return;
  const gap = { ...about, partner, control: entry.control, missing: missingInWords(missing), held: state === "held" };
  log[gap.held ? "error" : "warn"](gap, "control numbers of a sender are missing");
  events.emit("interchange.gap", gap);
}
