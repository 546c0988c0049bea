/** Files that came in and files that went out, each in its one recorded state. */
import { select, selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type FileRow,
  file,
  interchange,
  message,
  type OutboxFileRow,
  outboundDocument,
  outboxFile,
} from "../store/tables.ts";
import type { Finding } from "../values/finding.ts";
import type { Json } from "../values/json.ts";
import { causeInWords, isWord } from "./file-causes.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface FileSummary {
  /** `file:<claim>`. */
  readonly id: string;
  readonly partner: string;
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly state: string;
  /** A permanent word or sentence; empty where nothing is to be said. */
  readonly cause: string;
  /** The cause in words: the finding that is behind a permanent word. */
  readonly why: string;
  readonly receivedAt: string;
  readonly businessDate: string;
}

export interface FileView extends FileSummary {
  readonly sha256: string;
  readonly family: string;
  readonly finishedAt: string;
  readonly attempts: number;
  readonly report: Json;
  readonly interchanges: readonly {
    readonly ordinal: number;
    readonly sender: string;
    readonly receiver: string;
    readonly control: string;
    readonly sentOn: string;
    readonly state: string;
    readonly findings: Json;
    /** Groups that something is wrong with themselves, e.g. their trailers. */
    readonly groups: readonly { readonly ordinal: number; readonly control: string; readonly findings: Json }[];
    readonly sets: readonly {
      readonly ordinal: number;
      readonly type: string;
      readonly control: string;
      readonly mapping: string;
      readonly segments: number;
      readonly state: string;
      readonly answer: string;
      readonly findings: Json;
    }[];
  }[];
}

export interface OutboxSummary {
  readonly id: number;
  readonly receiver: string;
  readonly folder: string;
  readonly name: string;
  readonly state: string;
  readonly control: string;
  readonly writtenAt: string;
  readonly finding: string;
}

export interface OutboxView extends OutboxSummary {
  readonly sha256: string;
  readonly createdAt: string;
  readonly content: string;
  readonly documents: readonly SentDocument[];
}

/** A document in a written file, and what its receiver said of it. */
export interface SentDocument {
  readonly kind: string;
  readonly number: string;
  /** Of its syntax: accepted, accepted-with-errors, rejected; empty while nothing came. */
  readonly answer: string;
  /** Of its business (824, APERAK). */
  readonly advice: string;
  /** Until when an acknowledgement is waited for, or since when it is overdue. */
  readonly answerDue: string;
  readonly overdueSince: string;
}

/** A document that is not in a file yet: waiting for the keeper, or held with what is wrong with it. */
export interface WaitingDocument {
  /** What the document is there for; `outbox resend` takes it. */
  readonly cause: string;
  readonly kind: string;
  readonly receiver: string;
  readonly number: string;
  readonly state: string;
  /** What is wrong with one that is held; an empty list otherwise. */
  readonly finding: Json;
}

/** Files that came in, latest first. */
export async function listFiles(from: Queryable, { partner, state, limit }: ListFilter): Promise<Page<FileSummary>> {
  const where = whereOf([partner !== undefined && "partner = :partner", state !== undefined && "state = :state"]);
  const rows = await select(from, file, `${where} ORDER BY id DESC LIMIT ${limit + 1}`, {
    partner: partner ?? "",
    state: state ?? "",
  });
  const page = pageOf(rows, limit);
  const findings = await findingsBehind(from, page.rows);
  return { ...page, rows: page.rows.map((row) => fileSummary(row, findings.get(row.id) ?? [])) };
}

/** What rejects the files whose cause is a permanent word: of each file, then of its interchanges. */
async function findingsBehind(from: Queryable, rows: readonly FileRow[]): Promise<Map<number, Finding[]>> {
  const asked = rows.filter(({ cause }) => isWord(cause));
  const held = new Map(asked.map(({ id, report }) => [id, findingsIn(report)]));
  if (asked.length === 0) return held;
  const interchanges = await select(
    from,
    interchange,
    "WHERE file_id IN (:ids) AND state = 'refused' ORDER BY file_id, ordinal",
    { ids: asked.map(({ id }) => id) },
  );
  for (const { file_id, findings } of interchanges) held.get(file_id)?.push(...findingsIn(findings));
  return held;
}

/** One file with its interchanges and sets, or `undefined`; `claim` is its number without `file:`. */
export async function fileView(from: Queryable, claim: string): Promise<FileView | undefined> {
  const row = await selectOne(from, file, "WHERE claim = :claim", { claim });
  if (row === undefined) return undefined;
  const interchanges = await select(from, interchange, "WHERE file_id = :id ORDER BY ordinal", { id: row.id });
  const sets = await select(from, message, "WHERE interchange_id IN (:ids) ORDER BY interchange_id, ordinal", {
    ids: [0, ...interchanges.map(({ id }) => id)],
  });
  return {
    ...fileSummary(row, (await findingsBehind(from, [row])).get(row.id) ?? []),
    sha256: row.sha256,
    family: row.family,
    finishedAt: row.finished_at,
    attempts: row.attempts,
    report: jsonIn(row.report),
    interchanges: interchanges.map((held) => ({
      ordinal: held.ordinal,
      sender: held.sender,
      receiver: held.receiver,
      control: held.control,
      sentOn: held.sent_on,
      state: held.state,
      findings: jsonIn(held.findings),
      groups: sets
        .filter(({ interchange_id, group_findings }) => interchange_id === held.id && group_findings !== "")
        .map(({ group_ordinal, group_control, group_findings }) => ({
          ordinal: group_ordinal,
          control: group_control,
          findings: jsonIn(group_findings),
        })),
      sets: sets
        .filter(({ interchange_id }) => interchange_id === held.id)
        .map((set) => ({
          ordinal: set.ordinal,
          type: set.type,
          control: set.control,
          mapping: set.mapping,
          segments: set.segments,
          state: set.state,
          answer: set.answer,
          findings: jsonIn(set.findings),
        })),
    })),
  };
}

/** Text that holds JSON, or plain words, or nothing. */
function jsonIn(text: string): Json {
  if (text === "") return [];
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Findings, where the text holds a list of them: a report of the ERP's records is none. */
function findingsIn(text: string): Finding[] {
  const held = jsonIn(text);
  return Array.isArray(held) ? held : [];
}

const fileSummary = (row: FileRow, findings: readonly Finding[]): FileSummary => ({
  id: `file:${row.claim}`,
  partner: row.partner,
  folder: row.folder,
  name: row.name,
  size: row.size,
  state: row.state,
  cause: row.cause,
  why: causeInWords(row.cause, findings),
  receivedAt: row.received_at,
  businessDate: row.business_date,
});

/** Files that went out or are about to, latest first; `partner` is the receiver. */
export async function listOutbox(from: Queryable, { partner, state, limit }: ListFilter): Promise<Page<OutboxSummary>> {
  const where = whereOf([
    partner !== undefined && "receiver = :partner",
    state !== undefined && "state = :state",
    // SQLite uses the index of what is not yet written only where it is told so.
    state !== undefined && state !== "written" && "state <> 'written'",
  ]);
  const rows = await select(from, outboxFile, `${where} ORDER BY id DESC LIMIT ${limit + 1}`, {
    partner: partner ?? "",
    state: state ?? "",
  });
  return pageOf(rows.map(outboxSummary), limit);
}

/** Documents that are in no file yet, oldest first. */
export async function listWaiting(from: Queryable, { partner, limit }: ListFilter): Promise<Page<WaitingDocument>> {
  const where = whereOf([
    "state IN ('waiting', 'held') AND state <> 'rendered'",
    partner !== undefined && "receiver = :partner",
  ]);
  const rows = await select(from, outboundDocument, `${where} ORDER BY id LIMIT ${limit + 1}`, {
    partner: partner ?? "",
  });
  return pageOf(
    rows.map((row) => ({
      cause: row.cause_key,
      kind: row.kind,
      receiver: row.receiver,
      number: row.number,
      state: row.state,
      finding: jsonIn(row.finding),
    })),
    limit,
  );
}

/** One outbox file with its content, or `undefined`. */
export async function outboxView(from: Queryable, id: number): Promise<OutboxView | undefined> {
  const row = await selectOne(from, outboxFile, "WHERE id = :id", { id });
  if (row === undefined) return undefined;
  const documents = await from.ask(
    `SELECT d.kind AS kind, d.number AS number, p.answer AS answer, p.advice AS advice, p.answer_due AS due, p.overdue_since AS overdue
     FROM outbox_part p JOIN outbound_document d ON d.id = p.outbound_document_id
     WHERE p.outbox_file_id = :id ORDER BY p.ordinal`,
    { id },
  );
  return {
    ...outboxSummary(row),
    sha256: row.sha256,
    createdAt: row.created_at,
    content: row.bytes.toString("latin1"),
    documents: documents.map(({ kind, number, answer, advice, due, overdue }) => ({
      kind: String(kind),
      number: String(number),
      answer: String(answer),
      advice: String(advice),
      answerDue: String(due),
      overdueSince: String(overdue),
    })),
  };
}

const outboxSummary = (row: OutboxFileRow): OutboxSummary => ({
  id: row.id,
  receiver: row.receiver,
  folder: row.folder,
  name: row.name,
  state: row.state,
  control: row.interchange_control,
  writtenAt: row.written_at,
  finding: row.finding,
});
