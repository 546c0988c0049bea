/**
 * Applies registered files, set by set in the order they stand, then answers their groups and closes them (T2, T3). Every
 * step is repeated from its row after a crash; a bug in one set stops its file there and leaves what came before applied.
 */
import type { Partner } from "../config/partner.ts";
import { queueBusinessErrors } from "../orders/business-errors.ts";
import { recordAudit } from "../store/audit.ts";
import { select, selectOne, update } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { type FileRow, file, type InterchangeRow, interchange, type MessageRow, message } from "../store/tables.ts";
import type { Catalogue } from "../syntax/segment.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { outcomeOf } from "./acknowledge.ts";
import { passOverGaps } from "./after-gap.ts";
import { type Closed, queueAnswers } from "./answers-out.ts";
import { applySet } from "./apply-set.ts";
import { archivePath } from "./archive.ts";
import { ERP, type Exchange } from "./context.ts";
import { applyErpFile } from "./erp-inbound.ts";
import { type FileEnd, finishFile, occasionOfFile, passesByItself } from "./file-state.ts";
import { readFindings } from "./findings.ts";
import { matchTa1 } from "./match.ts";
import { isPoison, keepPoison, POISON, poisonCause } from "./poison.ts";
import { setsOf, TA1 } from "./register.ts";
import { tableDeclared } from "./tables.ts";

/** Applies one registered file to its end. A fault of ours ends it as *failed*; `retryFile` goes on where it stopped. */
export async function applyFile(exchange: Exchange, row: FileRow): Promise<void> {
  try {
    if (row.partner === ERP) await applyErpFile(exchange, row, occasionOfFile(row));
    else await applyInterchanges(exchange, row);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error)) throw error;
    await fail(exchange, row, error);
  }
}

async function applyInterchanges(exchange: Exchange, row: FileRow): Promise<void> {
  const open = await select(exchange.store, interchange, "WHERE file_id = :id AND state = 'open' ORDER BY ordinal", {
    id: row.id,
  });
  if (open.length > 0) {
    const catalogue = await catalogueAgain(exchange, row);
    for (const held of open) await applyInterchange(exchange, row, held, catalogue);
  }
  await closeFile(exchange, row);
}

/** What the registration saw, also of a file whose layout its partner declares. */
function catalogueAgain(exchange: Exchange, row: FileRow): Promise<Catalogue> {
  const { config, paths, reader } = exchange;
  const table = tableDeclared(row.name, config.partnersOfFolder(row.folder), config.mappings);
  return reader.catalogue(archivePath(paths.archive, row.sha256), row.name, table?.layout);
}

async function applyInterchange(
  exchange: Exchange,
  row: FileRow,
  held: InterchangeRow,
  catalogue: Catalogue,
): Promise<void> {
  const partner = partnerOf(exchange, held);
  const entry = catalogue.interchanges.find(({ ordinal }) => ordinal === held.ordinal);
  if (entry === undefined) throw new Error(`interchange ${held.ordinal} is not in the archived file ${row.sha256}`);
  const sets = setsOf(entry);
  for (const next of await messagesOf(exchange, held)) {
    const placed = sets[next.ordinal - 1];
    if (next.state !== "catalogued") continue;
    if (next.type === TA1) {
      const said = entry.ta1?.[next.ordinal - 1 - sets.length];
      if (said !== undefined) await matchTa1(exchange, { file: row, partner, row: next }, said);
      continue;
    }
    if (placed === undefined) throw new Error(`set ${next.ordinal} is not in the archived file ${row.sha256}`);
    const { set, group } = placed;
    const occasion = { ...occasionOfFile(row), who: partner.code };
    const one = { file: row, partner, row: next, interchange: entry, set, groupFindings: group.findings, occasion };
    try {
      await applySet(exchange, one);
    } catch (thrown) {
      throw stopped(next, coerceError(thrown));
    }
  }
  await closeInterchange(exchange, row, { partner, claim: row.claim, row: held, entry });
}

const messagesOf = (exchange: Exchange, held: InterchangeRow): Promise<MessageRow[]> =>
  select(exchange.store, message, "WHERE interchange_id = :id ORDER BY ordinal", { id: held.id });

function partnerOf(exchange: Exchange, { partner: code }: InterchangeRow): Partner {
  const partner = exchange.config.partners.get(code);
  if (partner !== undefined) return partner;
  throw new CalloffError("EXCHANGE_PARTNER_GONE", `The partner ${code} is no longer configured`, {
    expected: `config/partners/${code}.yaml`,
    remedy: "Bring the partner's file back and retry the file",
    exit: EXIT.refused,
  });
}

/** A fault of ours at one set of a file. */
class StoppedAtSet extends CalloffError {
  readonly set: MessageRow;
  constructor(set: MessageRow, error: Error) {
    const told = error instanceof CalloffError ? error : undefined;
    const { expected, found, remedy } = told ?? {};
    super(told?.code ?? "EXCHANGE_SET_FAILED", `set ${set.control} (${set.type}): ${error.message}`, {
      cause: error,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(remedy === undefined ? {} : { remedy }),
    });
    this.set = set;
  }
}

/** Names the set that a fault of ours stopped at; what passes by itself leaves it as it is. */
const stopped = (row: MessageRow, error: Error): Error =>
  passesByItself(error) ? error : new StoppedAtSet(row, error);

/** T3: answers the groups of an interchange and closes it. */
async function closeInterchange(exchange: Exchange, row: FileRow, closed: Omit<Closed, "messages">): Promise<void> {
  const { partner, row: held } = closed;
  const occasion = { ...occasionOfFile(row), who: partner.code };
  await exchange.store.write(async (tx) => {
    const messages = await select(tx, message, "WHERE interchange_id = :id ORDER BY ordinal", { id: held.id });
    await queueAnswers(tx, occasion, { ...closed, messages });
    const { timeZone } = exchange.config.gateway.company;
    await queueBusinessErrors(tx, { occasion, timeZone, partner, claim: row.claim, interchange: held, messages });
    await keepOutcomes(tx, messages);
    await update(tx, interchange, { state: "closed" }, "id = :id AND state = 'open'", { id: held.id });
    at("answering");
  });
  at("answered");
}

/** What the answers said, for those sets whose effect did not write it down. */
async function keepOutcomes(tx: Tx, messages: readonly MessageRow[]): Promise<void> {
  for (const answer of ["accepted", "accepted-with-errors"] as const) {
    const ids = messages
      .filter((row) => row.state === "applied" && outcomeOf(readFindings(row.findings)) === answer)
      .map(({ id }) => id);
    for (let start = 0; start < ids.length; start += 500) {
      await update(tx, message, { answer }, "id IN (:ids) AND answer = ''", { ids: ids.slice(start, start + 500) });
    }
  }
}

/** Gives a file its final state and writes its one line in the log. */
async function closeFile(exchange: Exchange, row: FileRow): Promise<void> {
  const interchanges = await select(exchange.store, interchange, "WHERE file_id = :id", { id: row.id });
  const ids = interchanges.map(({ id }) => id);
  const messages =
    ids.length === 0 ? [] : await select(exchange.store, message, "WHERE interchange_id IN (:ids)", { ids });
  const whole =
    interchanges.every(({ state }) => state === "closed" || state === "duplicate") &&
    messages.every(({ state }) => state === "applied");
  const sets: Record<string, number> = {};
  for (const held of messages) sets[held.state] = (sets[held.state] ?? 0) + 1;
  const lines = messages.reduce((sum, held) => sum + held.lines_applied, 0);
  const cause = whole ? "" : withoutEffect(interchanges, messages);
  await finishFile(exchange, row, { state: whole ? "applied" : "in part", cause, sets, lines });
}

/** Names at most so many of the sets that had no effect. */
const MOST_NAMED = 5;

/** `set 0002 rejected: The table has no column Part; interchange 000000007 refused`. */
function withoutEffect(interchanges: readonly InterchangeRow[], messages: readonly MessageRow[]): string {
  const without = messages.filter(({ state }) => state !== "applied");
  const names = [
    ...without.map(
      ({ control, state, findings }) => `set ${control} ${state}${without.length > 1 ? "" : reason(findings)}`,
    ),
    ...interchanges
      .filter(({ state }) => state === "refused" || state === "held")
      .map(({ control, state }) => `interchange ${control} ${state}`),
  ];
  const more = names.length > MOST_NAMED ? [`${names.length - MOST_NAMED} more`] : [];
  return [...names.slice(0, MOST_NAMED), ...more].join("; ");
}

/** Why the only set of a file that had no effect had none. */
function reason(findings: string): string {
  const rejecting = readFindings(findings).find(({ severity }) => severity === "reject");
  if (rejecting === undefined) return "";
  const { message: what, place } = rejecting;
  return `: ${what}${place.line === undefined ? "" : `, line ${place.line}`}`;
}

async function fail(exchange: Exchange, row: FileRow, error: Error): Promise<void> {
  exchange.log.error({ claim: row.claim, name: row.name, err: error }, "a file could not be applied to its end");
  const messages = await select(
    exchange.store,
    message,
    "WHERE interchange_id IN (SELECT id FROM interchange WHERE file_id = :id) ORDER BY id",
    { id: row.id },
  );
  const applied = messages.filter(({ state }) => state === "applied").map(({ control }) => control);
  const sets: Record<string, number> = {};
  for (const held of messages) {
    const state = error instanceof StoppedAtSet && error.set.id === held.id ? "failed" : held.state;
    sets[state] = (sets[state] ?? 0) + 1;
  }
  const before = applied.length === 0 ? "no set applied before" : `applied before: ${applied.join(", ")}`;
  const code = error instanceof CalloffError ? error.code : "EXCHANGE_SET_FAILED";
  if (isPoison(error)) await keepPoison(exchange, row, error);
  // What has had an effect is no longer only a file that lies apart.
  const end: FileEnd =
    isPoison(error) && applied.length === 0
      ? { state: "quarantined", cause: poisonCause(error), sets, lines: 0 }
      : { state: "failed", cause: `${code} ${error.message}; ${before}`, sets, lines: 0 };
  // In the same transaction: a set that has failed in a file that has not would be passed over at the next start.
  await finishFile(exchange, row, end, async (tx) => {
    if (!(error instanceof StoppedAtSet)) return;
    await update(tx, message, { state: "failed" }, "id = :id AND state = 'catalogued'", { id: error.set.id });
  });
}

/**
 * Has a failed file taken up again at the first set that has no effect yet, one that no reader survived, or a held one after all: that its control number
 * came before with other content is then somebody's decision. The next run applies it.
 * @throws CalloffError EXCHANGE_NOT_FAILED when it is in another state, EXCHANGE_NO_FILE when there is none of that claim
 */
export async function reopenFile(store: Store, claim: string, occasion: Occasion): Promise<void> {
  await store.write(async (tx) => {
    const held = await selectOne(tx, file, "WHERE claim = :claim", { claim });
    if (held === undefined) throw noFile(claim);
    const changed = await update(
      tx,
      file,
      { state: "registered", cause: "", finished_at: "", attempts: held.attempts + 1 },
      // What no reader could list has no sets to go on with.
      `id = :id AND (state IN ('failed', 'held') OR (state = 'quarantined' AND family <> '' AND cause LIKE :poison))`,
      { id: held.id, poison: `${POISON}%` },
    );
    if (changed === 0) throw held.cause.startsWith(POISON) ? neverListed(held) : notFailed(held);
    await passOverGaps(
      tx,
      await select(tx, interchange, "WHERE file_id = :file AND state = 'held' ORDER BY ordinal", { file: held.id }),
    );
    const ofFile = "interchange_id IN (SELECT id FROM interchange WHERE file_id = :file)";
    await update(tx, interchange, { state: "open" }, "file_id = :file AND state = 'held'", { file: held.id });
    await update(tx, message, { state: "catalogued" }, `state IN ('failed', 'held') AND ${ofFile}`, { file: held.id });
    await recordAudit(tx, occasion, "file.reopened", `file:${claim}`, { before: held.state, cause: held.cause });
  });
}

const noFile = (claim: string): CalloffError =>
  new CalloffError("EXCHANGE_NO_FILE", `There is no file:${claim}`, {
    expected: "the number of a file",
    found: claim,
    remedy: "`calloff file list` names the files",
    exit: EXIT.notFound,
  });

const notFailed = (row: FileRow): CalloffError =>
  new CalloffError("EXCHANGE_NOT_FAILED", `file:${row.claim} neither failed nor is held`, {
    expected: "a file in state failed or held, or one that no reader survived",
    found: row.state,
    remedy: "Drop a quarantined file again once it is corrected; a file that was applied needs nothing",
    exit: EXIT.conflict,
  });

const neverListed = ({ claim, state, folder, name }: FileRow): CalloffError =>
  new CalloffError("EXCHANGE_NOT_FAILED", `No reader could so much as list what is in file:${claim}`, {
    expected: "a file whose sets are known",
    found: state,
    remedy: `Raise workers.memoryMegabytes or workers.secondsPerFile in config/gateway.yaml and drop data/quarantine/${claim}/${name} into inbox/${folder} again`,
    exit: EXIT.conflict,
  });
