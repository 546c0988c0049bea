/**
 * What is wrong with a message in the business it is about, told to who sent it (features.md F2): an unknown item, a wrong
 * agreement, a cumulative that differs. One application advice for each message that has any, where the partner's file asks
 * for them; what only waits for a planner is none.
 */
import type { Partner } from "../config/partner.ts";
import type { ApplicationAdvice, ApplicationError } from "../documents/application-advice.ts";
import { queueDocuments } from "../store/outbound.ts";
import { documentNumber, takeNumbers } from "../store/series.ts";
import type { Tx } from "../store/store.ts";
import type { InterchangeRow, MessageRow } from "../store/tables.ts";
import { type Occasion, timeIn } from "../values/clock.ts";
import { errorsOf, type MessageErrors } from "./message-errors.ts";

/** What is answered, as its sender named it. */
export interface AnsweredMessage {
  readonly type: string;
  readonly version: string;
  /** Release, note or remittance number; empty where it has none. */
  readonly number: string;
  readonly interchange: string;
  readonly group: string;
  readonly functionalId: string;
  readonly control: string;
  readonly sender: string;
  readonly receiver: string;
  readonly sentOn: string;
  /** HHMM. */
  readonly sentAt: string;
}

/** The advice that tells these errors, each in a planner's words; none where nothing is wrong. */
export function applicationAdviceOf(
  number: string,
  answered: AnsweredMessage,
  errors: readonly ApplicationError[],
  { businessDate, instant }: Pick<Occasion, "businessDate" | "instant">,
  timeZone: string,
): ApplicationAdvice | undefined {
  if (errors.length === 0) return undefined;
  const { type, version, interchange, group, functionalId, control, sender, receiver, sentOn, sentAt } = answered;
  const stated = { version, group, functionalId, sender, receiver, on: sentOn, at: sentAt };
  return {
    number,
    purpose: "original",
    issuedOn: businessDate,
    issuedAt: timeIn(timeZone, instant),
    answers: [
      {
        status: "accepted-with-errors",
        type,
        number: answered.number === "" ? control : answered.number,
        interchange,
        control,
        ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== "")),
        errors: [...errors],
      },
    ],
  };
}

export interface ClosedInterchange {
  readonly occasion: Occasion;
  /** The company's, which all times that are written are of. */
  readonly timeZone: string;
  readonly partner: Partner;
  /** Of the file. */
  readonly claim: string;
  readonly interchange: InterchangeRow;
  readonly messages: readonly MessageRow[];
}

/** Queues an advice for each message of an interchange that something is wrong with, where the partner's file asks for it. */
export async function queueBusinessErrors(tx: Tx, closed: ClosedInterchange): Promise<void> {
  const { occasion, timeZone, partner, claim, interchange, messages } = closed;
  if (partner.applicationAdvice === null) return;
  const applied = messages.filter(({ state, type }) => state === "applied" && !NEVER.has(type));
  const errors = await errorsOf(tx, partner, applied);
  const wrong = applied.filter(({ id }) => (errors.get(id)?.errors.length ?? 0) > 0);
  if (wrong.length === 0) return;
  const first = await takeNumbers(tx, "AD", wrong.length);
  await queueDocuments(
    tx,
    occasion,
    wrong.map((row, n) => {
      const number = documentNumber("AD", first + n);
      const told = errors.get(row.id) as MessageErrors;
      const document = applicationAdviceOf(
        number,
        answeredMessage(row, interchange, told.number),
        told.errors,
        occasion,
        timeZone,
      );
      const causeKey = `advice:${claim}.${interchange.ordinal}/${row.ordinal}`;
      return { kind: "application-advice", receiver: partner.code, document, causeKey, number };
    }),
  );
}

/** Answers are never answered. */
const NEVER = new Set(["997", "999", "TA1", "824", "CONTRL", "APERAK"]);

const answeredMessage = (row: MessageRow, interchange: InterchangeRow, number: string): AnsweredMessage => ({
  type: row.type,
  version: row.version,
  number,
  interchange: interchange.control,
  group: row.group_control,
  functionalId: row.functional_id,
  control: row.control,
  sender: interchange.sender,
  receiver: interchange.receiver,
  sentOn: interchange.sent_on,
  sentAt: interchange.sent_at.replaceAll(":", ""),
});
