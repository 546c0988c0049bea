/**
 * Turns waiting documents into the bytes of files (T9). Rendering and reading back happen outside of any transaction, with
 * the control numbers that are expected; one short transaction then takes them. Had a number moved on meanwhile, the
 * document is rendered again. What cannot be rendered is held with its finding and lets the others pass.
 */
import { outboxFolderOf } from "../config/cross-checks.ts";
import type { Partner } from "../config/partner.ts";
import { recordAudit } from "../store/audit.ts";
import { insertOne, select, update } from "../store/rows.ts";
import { expectNumber, type Scope, takeNumbers } from "../store/series.ts";
import { isTaken, type Store, type Tx } from "../store/store.ts";
import { type OutboundDocumentRow, outboundDocument, outboxFile, outboxPart } from "../store/tables.ts";
import type { Instant, Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import type { Finding } from "../values/finding.ts";
import { stableJson } from "../values/json.ts";
import { ERP, type Exchange } from "./context.ts";
import { passesByItself } from "./file-state.ts";
import { sha256Of } from "./hashing.ts";
import { type ControlNumbers, type EdiJob, renderEdi } from "./render-edi.ts";
import { renderErp } from "./render-erp.ts";

const BATCH = 100;
const MOST_TRIES = 5;

/** Renders every waiting document, oldest first, and gives how many were rendered and held. */
export async function renderWaiting(exchange: Exchange): Promise<{ rendered: number; held: number }> {
  const done = { rendered: 0, held: 0 };
  for (;;) {
    const waiting = await select(
      exchange.store,
      outboundDocument,
      `WHERE state = 'waiting' ORDER BY id LIMIT ${BATCH}`,
    );
    if (waiting.length === 0) return done;
    for (const row of waiting) done[await renderOne(exchange, row)] += 1;
  }
}

async function renderOne(exchange: Exchange, row: OutboundDocumentRow): Promise<"rendered" | "held"> {
  try {
    if (row.receiver === ERP) await renderForErp(exchange, row);
    else await renderForPartner(exchange, row, partnerOf(exchange, row.receiver));
    at("rendered");
    return "rendered";
  } catch (thrown) {
    const error = coerceError(thrown);
    if (passesByItself(error)) throw error;
    await hold(exchange, row, error);
    return "held";
  }
}

function partnerOf(exchange: Exchange, code: string): Partner {
  const partner = exchange.config.partners.get(code);
  if (partner !== undefined) return partner;
  throw new CalloffError("EXCHANGE_PARTNER_GONE", `The partner ${code} is no longer configured`, {
    expected: `config/partners/${code}.yaml`,
    remedy: "Bring the partner's file back, then let the document be sent again",
  });
}

/** Names are made of this alphabet only, whatever a number holds. */
const safe = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[._]+/, "")
    .slice(0, 80);

const padded = (control: number): string => String(control).padStart(9, "0");

async function renderForPartner(exchange: Exchange, row: OutboundDocumentRow, partner: Partner): Promise<void> {
  const job: EdiJob = {
    kind: row.kind as EdiJob["kind"],
    document: JSON.parse(row.document) as unknown,
    partner,
    instant: row.created_at as Instant,
    timeZone: exchange.config.gateway.company.timeZone,
  };
  const scopes: readonly [Scope, Scope] = [`isa:${partner.code}`, `gs:${partner.code}`];
  for (let tries = 1; ; tries += 1) {
    const numbers: ControlNumbers = {
      interchange: await expectNumber(exchange.store, scopes[0]),
      group: await expectNumber(exchange.store, scopes[1]),
    };
    const rendered = await renderEdi(exchange.config.mappings, job, numbers);
    checkSecondReading(exchange, row, rendered);
    const folder = outboxFolderOf(partner);
    const own = folder === partner.code ? [] : [partner.code];
    const name = `${[rendered.type, ...own, safe(row.number), padded(numbers.interchange)].filter(Boolean).join("_")}.edi`;
    const taken = await exchange.store
      .write(async (tx) => {
        if (!(await takesBoth(tx, scopes, numbers))) throw new NumberMoved();
        const fileId = await keepFile(tx, row, folder, name, rendered.bytes, padded(numbers.interchange));
        await insertOne(tx, outboxPart, {
          outbox_file_id: fileId,
          ordinal: 1,
          outbound_document_id: row.id,
          receiver: partner.code,
          functional_id: rendered.functionalId,
          group_control: String(numbers.group),
          set_control: rendered.setControl,
        });
        return true;
      })
      .catch((thrown: unknown) => {
        if (thrown instanceof NumberMoved && tries < MOST_TRIES) return false;
        throw thrown;
      });
    if (taken) {
      exchange.events.emit("outbox.rendered", { receiver: partner.code, folder, name });
      return;
    }
  }
}

/** Somebody else took the number that this document was rendered with. */
class NumberMoved extends Error {}

async function takesBoth(tx: Tx, [isa, gs]: readonly [Scope, Scope], numbers: ControlNumbers): Promise<boolean> {
  return (await takeNumbers(tx, isa, 1)) === numbers.interchange && (await takeNumbers(tx, gs, 1)) === numbers.group;
}

/** A difference that is no known defect of the second reader stops the document, unless gateway.yaml says to warn only. */
function checkSecondReading(
  exchange: Exchange,
  row: OutboundDocumentRow,
  { differences, unread }: { readonly differences: readonly string[]; readonly unread: string | undefined },
): void {
  const about = { kind: row.kind, receiver: row.receiver, number: row.number };
  if (unread !== undefined) exchange.log.warn({ ...about, reason: unread }, "the second reader failed");
  const [first] = differences;
  if (first === undefined) return;
  exchange.log.warn({ ...about, differences }, "the second reader reads something else than was meant");
  if (exchange.config.gateway.secondReader === "warn") return;
  throw new CalloffError("EXCHANGE_SECOND_READER", "The second reader reads something else than was meant", {
    expected: "both readers to agree",
    found: first,
    remedy: "Report this; `secondReader: warn` in config/gateway.yaml lets such files leave",
  });
}

async function renderForErp(exchange: Exchange, row: OutboundDocumentRow): Promise<void> {
  const { bytes, prefix } = renderErp(row.kind, JSON.parse(row.document));
  const name = await exchange.store.write(async (tx) => {
    const numbered = row.kind === "erp-order-change" ? [padded(await takeNumbers(tx, "isa:erp", 1))] : [];
    const named = `${[prefix, safe(row.number), ...numbered].join("_")}.json`;
    const fileId = await keepFile(tx, row, ERP, named, bytes, "");
    await insertOne(tx, outboxPart, {
      outbox_file_id: fileId,
      ordinal: 1,
      outbound_document_id: row.id,
      receiver: ERP,
    });
    return named;
  });
  exchange.events.emit("outbox.rendered", { receiver: ERP, folder: ERP, name });
}

async function keepFile(
  tx: Tx,
  row: OutboundDocumentRow,
  folder: string,
  name: string,
  bytes: Buffer,
  control: string,
): Promise<number> {
  const changed = await update(tx, outboundDocument, { state: "rendered" }, "id = :id AND state = 'waiting'", {
    id: row.id,
  });
  if (changed === 0)
    throw new CalloffError("STORE_BUSY", "Another process has rendered the document", { retryable: true });
  return insertOne(tx, outboxFile, {
    receiver: row.receiver,
    folder,
    name,
    bytes,
    sha256: sha256Of(bytes),
    interchange_control: control,
    state: "rendered",
    created_at: row.created_at,
  });
}

async function hold(exchange: Exchange, row: OutboundDocumentRow, error: Error): Promise<void> {
  const told = isTaken(error) ? nameTaken(row) : error instanceof CalloffError ? error : undefined;
  const finding: Finding = {
    code: told?.code ?? "EXCHANGE_RENDER_FAILED",
    severity: "reject",
    message: told?.message ?? error.message,
    place: told?.place ?? {},
    ...(told?.expected === undefined ? {} : { expected: told.expected }),
    ...(told?.found === undefined ? {} : { found: told.found }),
    ...(told?.remedy === undefined ? {} : { remedy: told.remedy }),
  };
  await exchange.store.write((tx) =>
    update(tx, outboundDocument, { state: "held", finding: stableJson(finding) }, "id = :id AND state = 'waiting'", {
      id: row.id,
    }),
  );
  const about = { kind: row.kind, receiver: row.receiver, number: row.number };
  exchange.log.error({ ...about, err: error, code: finding.code }, "a document cannot be rendered and is held");
  exchange.events.emit("document.held", { ...about, finding: finding.message });
}

/**
 * Has a held document rendered again, after what it lacked has been completed. The next drain sends it.
 * @param causeKey what the document is there for, e.g. `ack:12.1/1`
 * @throws CalloffError EXCHANGE_NOT_HELD when there is no held document of that cause
 */
export async function resendDocument(store: Store, causeKey: string, occasion: Occasion): Promise<void> {
  await store.write(async (tx) => {
    const changed = await update(
      tx,
      outboundDocument,
      { state: "waiting", finding: "" },
      "cause_key = :causeKey AND state = 'held'",
      { causeKey },
    );
    if (changed === 0) {
      throw new CalloffError("EXCHANGE_NOT_HELD", "There is no held document of that cause", {
        expected: "what a held document is there for",
        found: causeKey,
        remedy: "`calloff outbox list` names the documents that are held",
        exit: EXIT.notFound,
      });
    }
    await recordAudit(tx, occasion, "document.resent", causeKey);
  });
}

const nameTaken = (row: OutboundDocumentRow): CalloffError =>
  new CalloffError("EXCHANGE_NAME_TAKEN", "Another document has been written under the name that this one would have", {
    found: `${row.kind} ${row.number}`,
    remedy:
      "See `calloff outbox list` for the other one; two documents of one kind and number are a fault in what made them",
  });
