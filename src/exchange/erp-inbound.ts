/**
 * Files of the ERP (inbox/erp): blanket orders and shipment confirmations. Each record is a transaction of its own, in
 * which what became of it is written down too, so that a file goes on after a crash where it was; a receipt names them all.
 */
import { readFile } from "node:fs/promises";
import type { Configuration } from "../config/configuration.ts";
import type { ErpInbound, ErpReceipt } from "../documents/erp.ts";
import { bookShipment } from "../fulfilment/ship.ts";
import { importBlanketOrder } from "../orders/agreements.ts";
import { queueDocument } from "../store/outbound.ts";
import { selectOne, update } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type FileRow, file } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";
import { stableJson } from "../values/json.ts";
import { type Archived, archivePath } from "./archive.ts";
import type { Claimed } from "./claim.ts";
import { ERP, type Exchange } from "./context.ts";
import { type ErpRecord, type ErpText, readErpText } from "./erp-text.ts";
import type { FilePlan } from "./file-plan.ts";
import { finishFile, passesByItself } from "./file-state.ts";
import { quarantine } from "./quarantine.ts";
import { register } from "./register.ts";

type RecordOutcome = ErpReceipt["records"][number];

/** Registers a file of the ERP; its kind is what its records say they are. */
export async function registerErpFile(exchange: Exchange, claimed: Claimed, archived: Archived): Promise<FileRow> {
  const read = readErpText(claimed.name, await readFile(archived.path));
  const kinds = [...new Set(read.records.map(({ schema }) => schema))];
  const family = kinds.length === 1 && kinds[0] !== "" ? `json:${kinds[0] as string}` : "json";
  return register(
    exchange,
    claimed,
    archived,
    family,
    async (from) => planErp(read, await sameBefore(from, archived, family)),
    async (tx, row, occasion) => {
      if (row.state !== "registered") await queueReceipt(tx, occasion, row, ...withoutEffect(row));
    },
  );
}

/** The claim of an earlier file that makes this one a duplicate. */
async function sameBefore(from: Queryable, archived: Archived, family: string): Promise<string | undefined> {
  const counts = "partner = :erp AND state IN ('registered', 'applied', 'in part', 'failed')";
  const same = await selectOne(from, file, `WHERE ${counts} AND sha256 = :sha256 ORDER BY id DESC`, {
    erp: ERP,
    sha256: archived.sha256,
  });
  if (same === undefined) return undefined;
  // A confirmation carries its own number; an agreement may lawfully return to what it was before.
  if (family.includes("shipment-confirmation")) return same.claim;
  const latest = await selectOne(from, file, `WHERE ${counts} AND family = :family ORDER BY id DESC`, {
    erp: ERP,
    family,
  });
  return latest?.sha256 === archived.sha256 ? same.claim : undefined;
}

function planErp(read: ErpText, sameAs: string | undefined): FilePlan {
  if (read.findings.length > 0) return planned("quarantined", "unreadable", read.findings);
  return sameAs === undefined ? planned("registered", "") : planned("duplicate", `same bytes as file:${sameAs}`);
}

const planned = (state: FilePlan["state"], cause: string, findings: readonly Finding[] = []): FilePlan => ({
  partner: ERP,
  state,
  cause,
  findings,
  interchanges: [],
});

/** What the receipt says of a file that has no effect: a duplicate, or one that cannot be read. */
function withoutEffect(row: FileRow): [ErpReceipt["outcome"], RecordOutcome[]] {
  if (row.state === "duplicate") return ["duplicate", []];
  const findings = JSON.parse(row.report || "[]") as Finding[];
  return [
    "refused",
    findings.map((finding) => ({ record: row.name, outcome: "refused", message: findingInWords(finding) })),
  ];
}

/** Takes the records of a registered file one after the other, from the first that has no outcome yet, and answers them. */
export async function applyErpFile(exchange: Exchange, row: FileRow, occasion: Occasion): Promise<void> {
  const archived = archivePath(exchange.paths.archive, row.sha256);
  const { records } = readErpText(row.name, await readFile(archived));
  const outcomes = outcomesIn(row);
  for (const record of records.slice(outcomes.length)) {
    exchange.reader.goOn?.();
    outcomes.push(await applyRecord(exchange, row, record, outcomes, occasion));
  }
  const refused = outcomes.filter(({ outcome }) => outcome === "refused").length;
  const state = refused === 0 ? "applied" : refused < outcomes.length ? "in part" : "quarantined";
  if (refused > 0) await keepRefused(exchange, row, archived, records, outcomes);
  await exchange.store.write((tx) =>
    queueReceipt(tx, occasion, row, refused < outcomes.length ? "applied" : "refused", outcomes),
  );
  at("receipt-queued");
  const sets = { applied: outcomes.length - refused, ...(refused === 0 ? {} : { rejected: refused }) };
  await finishFile(exchange, row, {
    state,
    cause: refused === 0 ? "" : "refused",
    sets,
    lines: outcomes.length - refused,
  });
}

const outcomesIn = (row: FileRow): RecordOutcome[] =>
  row.report === "" ? [] : (JSON.parse(row.report) as { records: RecordOutcome[] }).records;

/** One record with what became of it, in one transaction; a refusal undoes the record and is written down alone. */
async function applyRecord(
  exchange: Exchange,
  row: FileRow,
  record: ErpRecord,
  before: readonly RecordOutcome[],
  occasion: Occasion,
): Promise<RecordOutcome> {
  const keep = async (tx: Tx, outcome: RecordOutcome): Promise<RecordOutcome> => {
    const records = [...before, outcome];
    // Whoever else is at this file has written down another outcome: then this one has had no effect.
    const was = before.length === 0 ? row.report : stableJson({ records: before });
    const kept = await update(
      tx,
      file,
      { report: stableJson({ records }) },
      "id = :id AND state = 'registered' AND report = :was",
      { id: row.id, was },
    );
    if (kept === 0) throw takenOver(row);
    at("record-taking");
    return outcome;
  };
  const refuse = async (message: string) => {
    const outcome = await exchange.store.write((tx) => keep(tx, { record: record.label, outcome: "refused", message }));
    at("record-refused");
    return outcome;
  };
  const { document } = record;
  if (document === undefined) return refuse(record.findings.map(findingInWords).join(" "));
  try {
    const outcome = await exchange.store.write(async (tx) =>
      keep(tx, await takeRecord(tx, exchange.config, document, record.label, occasion)),
    );
    at("record-taken");
    return outcome;
  } catch (thrown) {
    const error = coerceError(thrown);
    if (!(error instanceof CalloffError) || passesByItself(error)) throw error;
    exchange.log.warn({ claim: row.claim, record: record.label, code: error.code }, "a record of the ERP was refused");
    return refuse(error.inWords());
  }
}

/** T6 or T7: one record of the ERP. @throws CalloffError when it is refused; nothing of it has effect then. */
export async function takeRecord(
  tx: Tx,
  config: Configuration,
  document: ErpInbound,
  label: string,
  occasion: Occasion,
): Promise<RecordOutcome> {
  if (document.schema === "calloff/blanket-order/1") {
    const { number, outcome } = await importBlanketOrder(tx, document, config, occasion);
    return { record: number, outcome };
  }
  const { number, outcome } = await bookShipment(tx, config, document, occasion);
  if (outcome === "duplicate") return { record: label, outcome: "unchanged", message: `booked before as ${number}` };
  return { record: label, outcome: "booked", message: `as ${number}` };
}

const takenOver = (row: FileRow): CalloffError =>
  new CalloffError("STORE_BUSY", `Another gateway is at work on file:${row.claim}`, {
    remedy: "Nothing: the file goes on where that gateway leaves it",
    retryable: true,
    exit: EXIT.conflict,
  });

/** A person may want to see the file beside the reasons. */
async function keepRefused(
  exchange: Exchange,
  row: FileRow,
  archived: string,
  records: readonly ErpRecord[],
  outcomes: readonly RecordOutcome[],
): Promise<void> {
  const findings = outcomes.flatMap((outcome, n): Finding[] => {
    const own = records[n]?.findings ?? [];
    if (outcome.outcome !== "refused" || own.length > 0) return [...own];
    const message = outcome.message ?? "refused";
    return [
      { code: "EXCHANGE_ERP_RECORD", severity: "reject", message, place: { file: row.name, field: outcome.record } },
    ];
  });
  await quarantine(
    exchange,
    { claim: row.claim, folder: row.folder, name: row.name, path: archived },
    { sha256: row.sha256, size: row.size, path: archived },
    { partner: ERP, state: "quarantined", cause: "refused", findings, interchanges: [] },
  );
}

async function queueReceipt(
  tx: Tx,
  occasion: Occasion,
  row: FileRow,
  outcome: ErpReceipt["outcome"],
  records: readonly RecordOutcome[],
): Promise<void> {
  const receipt: ErpReceipt = {
    schema: "calloff/receipt/1",
    file: row.name,
    sha256: row.sha256,
    outcome,
    records: [...records],
  };
  await queueDocument(tx, occasion, {
    kind: "erp-receipt",
    receiver: ERP,
    document: receipt,
    causeKey: `receipt:${row.claim}`,
    number: await receiptNumber(tx, row),
  });
}

/** Digits of a hash that tell one file of the ERP from another, and letters of its name that are kept beside them. */
const HASH_DIGITS = 12;
const NAME_LETTERS = 50;

/**
 * What a receipt is called: the file's own name and the beginning of its hash, counted from the second time on that the same
 * bytes came. The number of the claim would be another one in a run that was killed between two claims.
 */
async function receiptNumber(tx: Tx, { id, name, sha256 }: FileRow): Promise<string> {
  const [row] = await tx.ask(
    "SELECT COUNT(*) AS times FROM file WHERE partner = :erp AND sha256 = :sha256 AND id <= :id",
    { erp: ERP, sha256, id },
  );
  const times = Number(row?.["times"]);
  const called = `${name.replace(/\.json$/i, "").slice(0, NAME_LETTERS)}_${sha256.slice(0, HASH_DIGITS)}`;
  return times > 1 ? `${called}_${times}` : called;
}
