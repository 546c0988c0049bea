/**
 * Applies registered files, set by set in the order they stand, then answers their groups and closes them (T2, T3). Every
 * step is repeated from its row after a crash; a bug in one set stops its file there and leaves what came before applied.
 */
import type { Partner } from "../config/partner.ts";
import { queueBusinessErrors } from "../orders/business-errors.ts";
import { select, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type FileRow, type InterchangeRow, interchange, type MessageRow, message } from "../store/tables.ts";
import type { Catalogue } from "../syntax/segment.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { outcomeOf } from "./acknowledge.ts";
import { type Closed, queueAnswers } from "./answers-out.ts";
import { applySet } from "./apply-set.ts";
import { archivePath } from "./archive.ts";
import { ERP, type Exchange } from "./context.ts";
import { applyErpFile } from "./erp-inbound.ts";
import { closeFile, failFile, stopped } from "./file-ends.ts";
import { occasionOfFile, passesByItself } from "./file-state.ts";
import { readFindings } from "./findings.ts";
import { matchTa1 } from "./match.ts";
import { setsOf, TA1 } from "./register.ts";
import { tableDeclared } from "./tables.ts";

/** Applies one registered file to its end. A fault of ours ends it as *failed*; `reopenFile` lets it go on where it stopped. */
export async function applyFile(exchange: Exchange, row: FileRow): Promise<void> {
  try {
    if (row.partner === ERP) await applyErpFile(exchange, row, occasionOfFile(row));
    else await applyInterchanges(exchange, row);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error)) throw error;
    await failFile(exchange, row, error);
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
