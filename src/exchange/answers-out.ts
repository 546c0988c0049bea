/**
 * Queues what is said of interchanges that came: 997, 999 or CONTRL once their sets have their outcomes, TA1 (and the CONTRL that
 * takes its place in EDIFACT) when they are registered; and all of it again where a partner wants a repeated file answered again.
 */
import type { Configuration } from "../config/configuration.ts";
import type { Partner } from "../config/partner.ts";
import { type NewOutboundDocument, queueDocuments } from "../store/outbound.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { file, type InterchangeRow, interchange, type MessageRow, outboundDocument } from "../store/tables.ts";
import type { InterchangeEntry } from "../syntax/segment.ts";
import type { Occasion } from "../values/clock.ts";
import { type PlainDate, readDate } from "../values/dates.ts";
import type { Finding } from "../values/finding.ts";
import { grouped } from "../values/grouped.ts";
import { ANSWERS, type AnsweredGroup, acknowledgementOf } from "./acknowledge.ts";
import { type AnsweredMessageGroup, contrlOf, contrlRejecting, rejectsAny } from "./acknowledge-edifact.ts";
import { ta1Of } from "./acknowledge-interchange.ts";
import { type Arrival, type FilePlan, type InterchangePlan, REUSED } from "./file-plan.ts";
import { readFindings } from "./findings.ts";
import { identityFault } from "./identities.ts";
import { withLenience } from "./registration.ts";

/** What an acknowledgement is there for: the group of an interchange of a claimed file. */
export const ackCause = (claim: string, interchangeOrdinal: number, groupOrdinal: number): string =>
  `ack:${claim}.${interchangeOrdinal}/${groupOrdinal}`;
/** The same of an answer to a whole interchange: CONTRL, and TA1. */
const contrlCause = (claim: string, interchangeOrdinal: number): string => `ack:${claim}.${interchangeOrdinal}`;
/** And of one that is rejected before any of its sets is read; it may be let through, and answered for its sets, later. */
const rejectedCause = (claim: string, interchangeOrdinal: number): string =>
  `${contrlCause(claim, interchangeOrdinal)} rejected`;
const ta1Cause = (claim: string, interchangeOrdinal: number): string => `ta1:${claim}.${interchangeOrdinal}`;

/** An interchange whose sets have their outcomes. */
export interface Closed {
  readonly partner: Partner;
  readonly claim: string;
  readonly row: InterchangeRow;
  readonly entry: InterchangeEntry;
  /** Its messages in order. */
  readonly messages: readonly MessageRow[];
}

/** Queues what is answered to an interchange whose sets have their outcomes. */
export async function queueAnswers(tx: Tx, occasion: Occasion, closed: Closed): Promise<void> {
  await queueDocuments(tx, occasion, answersTo(closed));
}

function answersTo(closed: Closed): NewOutboundDocument[] {
  if (closed.row.syntax === "x12") return groupAnswers(closed);
  return closed.row.syntax === "edifact" ? contrlAnswers(closed) : [];
}

function groupAnswers({ partner, claim, row, messages }: Closed): NewOutboundDocument[] {
  const kind = partner.acknowledge;
  if (kind === "none") return [];
  const { element, component, segment } = partner.delimiters;
  return groupsOf(messages, partner).flatMap(({ ordinal, group }) => {
    const document = acknowledgementOf(group, `${element}${component}${segment}`);
    if (document === undefined) return [];
    return [{ kind, receiver: partner.code, document, causeKey: ackCause(claim, row.ordinal, ordinal), number: "" }];
  });
}

/** Messages of each group, in order; a TA1 stands in none. */
const byGroup = (messages: readonly MessageRow[]): [ordinal: number, rows: [MessageRow, ...MessageRow[]]][] => [
  ...grouped(
    messages.filter(({ group_ordinal }) => group_ordinal > 0),
    ({ group_ordinal }) => group_ordinal,
  ),
];

const groupFindings = (rows: readonly MessageRow[], partner: Partner): Finding[] =>
  withLenience(
    rows.flatMap((row) => readFindings(row.group_findings)),
    partner.lenient,
  );

function groupsOf(messages: readonly MessageRow[], partner: Partner): { ordinal: number; group: AnsweredGroup }[] {
  return byGroup(messages).map(([ordinal, rows]) => {
    const [first] = rows;
    return {
      ordinal,
      group: {
        functionalId: first.functional_id,
        control: first.group_control,
        version: first.group_version,
        stated: first.group_stated,
        findings: groupFindings(rows, partner),
        sets: rows.map((row) => ({ type: row.type, control: row.control, findings: readFindings(row.findings) })),
      },
    };
  });
}

function contrlAnswers({ partner, claim, row, entry, messages }: Closed): NewOutboundDocument[] {
  const document = contrlOf({
    sender: { id: row.sender, qualifier: row.sender_qualifier },
    receiver: { id: row.receiver, qualifier: row.receiver_qualifier },
    control: row.control,
    findings: readFindings(row.findings).filter(({ code }) => !OVERRULED.has(code)),
    groups: messageGroups(messages, partner, entry),
  });
  if (document === undefined || !isWanted(partner.contrl, row.acknowledgement_requested, rejectsAny(document)))
    return [];
  const causeKey = contrlCause(claim, row.ordinal);
  return [{ kind: "contrl", receiver: partner.code, document, causeKey, number: "" }];
}

/** Why an interchange was held; one that is answered after all was let through, by what came later or by somebody. */
const OVERRULED: ReadonlySet<string> = new Set(["EXCHANGE_NUMBERS_MISSING", "EXCHANGE_CONTROL_REUSED"]);

function isWanted(when: Partner["contrl"], isAsked: boolean, isRejected: boolean): boolean {
  if (when === "asked") return isAsked;
  return when === "always" || (when === "errors" && isRejected);
}

function messageGroups(
  messages: readonly MessageRow[],
  partner: Partner,
  entry: InterchangeEntry,
): AnsweredMessageGroup[] {
  const sets = entry.groups.flatMap((group) => group.sets);
  return byGroup(messages).map(([ordinal, rows]) => {
    const group = entry.groups.find((one) => one.ordinal === ordinal);
    return {
      control: rows[0].group_control,
      sender: group?.sender ?? "",
      receiver: group?.receiver ?? "",
      findings: groupFindings(rows, partner),
      sets: rows.map((row) => {
        const set = sets[row.ordinal - 1];
        return {
          type: row.type,
          control: row.control,
          version: row.version,
          agency: set?.agency ?? "UN",
          association: set?.association ?? "",
          findings: readFindings(row.findings),
        };
      }),
    };
  });
}

/** Queues what is said of the envelopes of a file's interchanges when it is registered, whatever becomes of their sets. */
export async function answerHeaders(
  tx: Tx,
  config: Configuration,
  claim: string,
  arrival: Arrival,
  plan: FilePlan,
  occasion: Occasion,
): Promise<void> {
  const answers = plan.interchanges.flatMap((planned) => {
    const partner = config.partners.get(planned.partner);
    if (partner === undefined || planned.state === "duplicate" || isStranger(arrival, planned, partner)) return [];
    if (planned.entry.family === "x12") return ta1Answer(claim, planned, partner);
    return planned.entry.family === "edifact" ? rejectedInterchange(claim, planned, partner) : [];
  });
  await queueDocuments(tx, occasion, answers);
}

/** Somebody whom the folder is not declared for, or who meant somebody else, is told nothing. */
function isStranger(arrival: Arrival, { entry }: InterchangePlan, partner: Partner): boolean {
  return identityFault(arrival, entry, partner, {}) !== undefined;
}

function ta1Answer(claim: string, { entry, findings }: InterchangePlan, partner: Partner): NewOutboundDocument[] {
  const isAsked = partner.ta1 === "always" || (partner.ta1 === "asked" && entry.acknowledgementRequested);
  // Without its number nobody would know which one is meant.
  if (!isAsked || isAnswer(entry) || !/^\d{1,9}$/.test(entry.control)) return [];
  const stated = entry.stamp ?? { date: "", time: "" };
  const date = isoDate(stated.date) ?? entry.sentOn;
  const time = /^\d{4}/.exec(stated.time)?.[0] ?? (entry.sentAt.replace(":", "") || "0000");
  const inside = entry.groups.flatMap((group) => group.findings);
  const header = { control: entry.control, ...(date === "" ? {} : { date }), time };
  // Its envelope is sound, whatever came or did not come before it.
  const own = findings.filter(({ code }) => code !== "EXCHANGE_NUMBERS_MISSING");
  const document = ta1Of(header, own, withLenience(inside, partner.lenient));
  return [{ kind: "ta1", receiver: partner.code, document, causeKey: ta1Cause(claim, entry.ordinal), number: "" }];
}

/** An interchange of nothing but answers, or of a TA1 alone. */
const isAnswer = ({ groups, ta1 = [] }: InterchangeEntry): boolean =>
  groups.length === 0 ? ta1.length > 0 : groups.every(({ functionalId }) => ANSWERS.has(functionalId));

/** ISA09 as a date; the century is the one in which it is nearest to ours. */
function isoDate(stated: string): PlainDate | undefined {
  const [, year = "", month, day] = /^(\d{2})(\d{2})(\d{2})$/.exec(stated) ?? [];
  return readDate(`${Number(year) < 70 ? "20" : "19"}${year}-${month}-${day}`);
}

/** Why an interchange is answered before any set of it is read: only where it asks, as TA1 is; else as its messages are. */
function rejectedInterchange(
  claim: string,
  { entry, findings, cause, state }: InterchangePlan,
  partner: Partner,
): NewOutboundDocument[] {
  const isRejected = state === "refused" || cause === REUSED;
  const sets = entry.groups.flatMap((group) => group.sets);
  if (
    !isRejected ||
    partner.contrl === "never" ||
    (sets.length > 0 && sets.every(({ type }) => isAnswerMessage(type)))
  ) {
    return [];
  }
  if (cause !== "envelope" && !entry.acknowledgementRequested) return [];
  if (!isWanted(partner.contrl, entry.acknowledgementRequested, true)) return [];
  const document = contrlRejecting({ ...entry, findings: findings.filter(({ severity }) => severity === "reject") });
  return [
    { kind: "contrl", receiver: partner.code, document, causeKey: rejectedCause(claim, entry.ordinal), number: "" },
  ];
}

const isAnswerMessage = (type: string): boolean => type === "CONTRL" || type === "APERAK";

/** `repeatAck`: a duplicate interchange gets the answers of its first coming once more. */
export async function repeatAnswers(
  tx: Tx,
  config: Configuration,
  claim: string,
  plan: FilePlan,
  occasion: Occasion,
): Promise<void> {
  for (const { entry, partner: code, state, sha256 } of plan.interchanges) {
    const partner = config.partners.get(code);
    if (state !== "duplicate" || partner?.repeatAck !== true) continue;
    const first = await selectOne(
      tx,
      interchange,
      "WHERE partner = :code AND control = :control AND sha256 = :sha256 AND state = 'closed' ORDER BY id",
      { code, control: entry.control, sha256 },
    );
    const before = first === undefined ? undefined : await selectOne(tx, file, "WHERE id = :id", { id: first.file_id });
    if (first === undefined || before === undefined) continue;
    const causes = [
      ta1Cause(before.claim, first.ordinal),
      contrlCause(before.claim, first.ordinal),
      ...entry.groups.map((group) => ackCause(before.claim, first.ordinal, group.ordinal)),
    ];
    const sent = await select(tx, outboundDocument, "WHERE cause_key IN (:causes) ORDER BY id", { causes });
    await queueDocuments(
      tx,
      occasion,
      sent.map((answer) => ({
        kind: answer.kind as NewOutboundDocument["kind"],
        receiver: code,
        document: JSON.parse(answer.document) as unknown,
        causeKey: `${answer.cause_key} again:${claim}.${entry.ordinal}`,
        number: "",
      })),
    );
  }
}
