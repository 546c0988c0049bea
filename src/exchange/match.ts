/**
 * Transaction T12: what a customer says of what we sent him, matched to it: acknowledgements of its syntax (997, 999, CONTRL, TA1)
 * by control numbers, application advices (824, APERAK) by them or by the number of the document.
 */
import type { Partner } from "../config/partner.ts";
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { ApplicationAdvice, ApplicationAnswer } from "../documents/application-advice.ts";
import { select, selectOne, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type FileRow, type MessageRow, message, type OutboxPartRow, outboxFile, outboxPart } from "../store/tables.ts";
import type { Ta1 } from "../syntax/segment.ts";
import { at } from "../values/crash-points.ts";
import type { Finding } from "../values/finding.ts";
import { normalForm } from "../values/identifiers.ts";
import type { Exchange } from "./context.ts";
import { readFindings, writeFindings } from "./findings.ts";

export interface Answering {
  readonly file: FileRow;
  readonly partner: Partner;
  readonly row: MessageRow;
}

interface Alarm {
  readonly reason: string;
  readonly group: string;
  readonly set: string;
}

/** Control numbers are compared without leading zeros: writers of answers differ in whether they keep them. */
const plain = (control: string | undefined): string => (control ?? "").trim().replace(/^0+(?=.)/, "");

/** Stores what a customer answered to each set; a rejection, or an answer to what we never sent, is an alarm. */
export const matchAcknowledgement = (exchange: Exchange, hand: Answering, answer: Acknowledgement): Promise<void> =>
  matched(exchange, hand, async (tx) =>
    answer.group === undefined ? ofInterchange(tx, hand, answer) : ofGroup(tx, hand, answer),
  );

/** Stores what a customer's TA1 says of one of our interchanges. */
export const matchTa1 = (exchange: Exchange, hand: Answering, said: Ta1): Promise<void> =>
  matched(exchange, hand, (tx) => ofEnvelope(tx, hand, said));

/** Stores what a customer says of the business of what we sent; whatever he does not take as it is, is an alarm. */
export const matchApplicationAdvice = (exchange: Exchange, hand: Answering, advice: ApplicationAdvice): Promise<void> =>
  matched(exchange, hand, (tx) => ofBusiness(tx, hand, advice));

async function matched(
  exchange: Exchange,
  { file, partner, row }: Answering,
  match: (tx: Tx) => Promise<Alarm[]>,
): Promise<void> {
  const alarms = await exchange.store.write(async (tx) => {
    // What its mapping found was written down since the row was read; and it counts once.
    const held = await selectOne(tx, message, "WHERE id = :id AND state = 'catalogued'", { id: row.id });
    if (held === undefined) return [];
    const found = await match(tx);
    await update(
      tx,
      message,
      {
        state: "applied",
        answer: "accepted",
        findings: writeFindings([...readFindings(held.findings), ...found.map((alarm) => findingOf(file, alarm))]),
      },
      "id = :id AND state = 'catalogued'",
      { id: row.id },
    );
    at("matching");
    return found;
  });
  at("matched");
  for (const alarm of alarms) {
    const about = { claim: file.claim, folder: file.folder, name: file.name, partner: partner.code };
    exchange.log.error({ ...about, ...alarm }, "acknowledgement needs attention");
    exchange.events.emit("acknowledgement.alarm", { ...about, ...alarm });
  }
}

const NEVER_SENT = "answers what was never sent";
const REJECTED = "rejected";

/** A 997 or 999: by the control number of the group. */
async function ofGroup(
  tx: Tx,
  { partner, row }: Answering,
  { group = {}, sets = [] }: Acknowledgement,
): Promise<Alarm[]> {
  const control = plain(group.control);
  const parts = await select(
    tx,
    outboxPart,
    "WHERE receiver = :receiver AND group_control = :control AND functional_id = :functionalId ORDER BY id",
    { receiver: partner.code, control, functionalId: group.functionalId ?? "" },
  );
  if (parts.length === 0) return [{ reason: NEVER_SENT, group: control, set: "" }];
  const said = new Map(sets.map((set) => [plain(set.control), set.status ?? ""]));
  return storeAnswers(tx, row, parts, { control, said, otherwise: group.status ?? "" });
}

/** A CONTRL: by the control reference of the interchange. */
async function ofInterchange(
  tx: Tx,
  { partner, row }: Answering,
  { interchange = {}, groups = [], sets = [] }: Acknowledgement,
): Promise<Alarm[]> {
  const control = plain(interchange.control);
  const parts = await partsOfFile(tx, `unb:${partner.code}`, interchange.control ?? "");
  if (parts.length === 0) return [{ reason: NEVER_SENT, group: control, set: "" }];
  const status = interchange.status ?? "";
  // That it was received says nothing yet; what is acknowledged is so with all in it that is not rejected by name.
  if (status === RECEIVED) return [];
  const inGroups = groups.flatMap((group) => (group.status === REJECTED ? [] : (group.sets ?? [])));
  const said = new Map([...sets, ...inGroups].map((set) => [plain(set.control), set.status ?? ""]));
  const otherwise = groups.some((group) => group.status === REJECTED) ? REJECTED : status;
  return storeAnswers(tx, row, parts, { control, said, otherwise });
}

/** UCI 8: the interchange has come, and will be checked. */
const RECEIVED = "received";

/** A TA1: only a rejection ends what is waited for, since a 997 follows on what is accepted. */
async function ofEnvelope(tx: Tx, { partner, row }: Answering, said: Ta1): Promise<Alarm[]> {
  const control = plain(said.control);
  const parts = await partsOfFile(tx, `isa:${partner.code}`, said.control);
  if (parts.length === 0) return [{ reason: NEVER_SENT, group: control, set: "" }];
  if (said.status === "A") return [];
  if (said.status === "E") return [{ reason: `accepted with errors: TA1 ${said.note}`, group: control, set: "" }];
  await storeAnswers(tx, row, parts, { control, said: new Map(), otherwise: REJECTED });
  return [{ reason: `not accepted: rejected, TA1 ${said.note}`, group: control, set: "" }];
}

/** Parts of the files of a series that have a control number, whatever zeros stand in front of it. */
async function partsOfFile(tx: Tx, series: string, control: string): Promise<OutboxPartRow[]> {
  const number = plain(control);
  if (number === "") return [];
  const files = await select(tx, outboxFile, "WHERE series = :series AND interchange_control IN (:controls)", {
    series,
    controls: [control.trim(), number, number.padStart(9, "0")],
  });
  if (files.length === 0) return [];
  return select(tx, outboxPart, "WHERE outbox_file_id IN (:ids) ORDER BY id", { ids: files.map(({ id }) => id) });
}

interface Said {
  readonly control: string;
  /** By control number of the set. */
  readonly said: ReadonlyMap<string, string>;
  /** Of sets that are not named. */
  readonly otherwise: string;
}

async function storeAnswers(
  tx: Tx,
  row: MessageRow,
  parts: readonly OutboxPartRow[],
  { control, said, otherwise }: Said,
): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  for (const set of said.keys()) {
    if (!parts.some((part) => plain(part.set_control) === set)) {
      alarms.push({ reason: "answers a set that was never sent", group: control, set });
    }
  }
  for (const part of parts) {
    const set = plain(part.set_control);
    const status = said.get(set) ?? otherwise;
    // The first answer counts; a later one is compared with it only.
    await update(
      tx,
      outboxPart,
      { answered_by: row.id, answer: status, ...ANSWERED },
      "id = :id AND answered_by IS NULL",
      {
        id: part.id,
      },
    );
    if (!status.startsWith("accepted"))
      alarms.push({ reason: `not accepted: ${status || "no status"}`, group: control, set });
  }
  return alarms;
}

/** What came is not waited for any more. */
const ANSWERED = { answer_due: "", overdue_since: "" };

async function ofBusiness(tx: Tx, { partner, row }: Answering, advice: ApplicationAdvice): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  for (const answer of advice.answers) {
    const about = {
      group: plain(answer.group ?? answer.interchange),
      set: plain(answer.control) || (answer.number ?? ""),
    };
    const parts = await partsAbout(tx, partner.code, answer);
    if (parts.length === 0) alarms.push({ reason: NEVER_SENT, ...about });
    const status = answer.status ?? advice.status ?? ((answer.errors ?? []).length > 0 ? REJECTED : "accepted");
    for (const { id } of parts) {
      await update(tx, outboxPart, { advised_by: row.id, advice: status, ...ANSWERED }, "id = :id", { id });
    }
    const words = (answer.errors ?? []).flatMap((error) => error.text ?? error.code ?? []);
    const isTaken = status === "accepted" && words.length === 0;
    if (!isTaken)
      alarms.push({ reason: [`not taken as it is: ${status}`, ...words.slice(0, MOST_WORDS)].join("; "), ...about });
  }
  return alarms;
}

/** At most so many errors are told in words; the message itself has them all. */
const MOST_WORDS = 5;

/** What an advice is about, by the first of its numbers that leads to anything. */
async function partsAbout(tx: Tx, receiver: string, answer: ApplicationAnswer): Promise<OutboxPartRow[]> {
  const ofSet = (parts: readonly OutboxPartRow[]) =>
    parts.filter((part) => answer.control === undefined || plain(part.set_control) === plain(answer.control));
  if (answer.group !== undefined) {
    const parts = await select(tx, outboxPart, "WHERE receiver = :receiver AND group_control = :control ORDER BY id", {
      receiver,
      control: plain(answer.group),
    });
    const about = ofSet(parts);
    if (about.length > 0) return about;
  }
  for (const series of answer.interchange === undefined ? [] : [`unb:${receiver}`, `isa:${receiver}`]) {
    const about = ofSet(await partsOfFile(tx, series, answer.interchange ?? ""));
    if (about.length > 0) return about;
  }
  return answer.number === undefined ? [] : partsNumbered(tx, receiver, answer.number);
}

/** Parts that carry a document of ours: by its own number, or by that of the delivery note it tells of. */
async function partsNumbered(tx: Tx, receiver: string, number: string): Promise<OutboxPartRow[]> {
  const rows = await tx.run(
    `SELECT p.id AS id FROM outbox_part p JOIN outbound_document d ON d.id = p.outbound_document_id
     WHERE d.receiver = :receiver AND (d.number = :number OR d.number IN
       (SELECT s.number FROM shipment s WHERE s.partner = :receiver AND s.note_normal = :note))`,
    { receiver, number: number.trim(), note: normalForm(number) },
  );
  const ids = rows.map(({ id }) => Number(id));
  return ids.length === 0 ? [] : select(tx, outboxPart, "WHERE id IN (:ids) ORDER BY id", { ids });
}

const findingOf = (file: FileRow, { reason, group, set }: Alarm): Finding => ({
  code: "EXCHANGE_ACKNOWLEDGEMENT",
  severity: "note",
  message: `The answer ${reason === NEVER_SENT || reason.startsWith("answers") ? reason : `says: ${reason}`}`,
  place: { file: file.name },
  found: set === "" ? `group ${group}` : `group ${group}, set ${set}`,
  remedy: "See `calloff outbox show` for what was sent, and talk to the partner",
});
