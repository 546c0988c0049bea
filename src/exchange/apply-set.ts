/** One transaction set: found a mapping for, read, judged by its findings, and handed to what its document does. */
import { mappingNamed, type Partner } from "../config/partner.ts";
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { ApplicationAdvice } from "../documents/application-advice.ts";
import type { DeliverySchedule } from "../documents/delivery-schedule.ts";
import type { ReceiptAdvice } from "../documents/receipt-advice.ts";
import type { RemittanceAdvice } from "../documents/remittance-advice.ts";
import { applySchedule } from "../orders/apply-schedule.ts";
import { applyReceiptAdvice } from "../orders/receipts.ts";
import { fileRemittance } from "../orders/remittances.ts";
import { update } from "../store/rows.ts";
import { type FileRow, type MessageRow, message } from "../store/tables.ts";
import { charsetOf } from "../syntax/charsets.ts";
import type { InterchangeEntry, SetEntry } from "../syntax/segment.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import type { Finding } from "../values/finding.ts";
import { outcomeOf } from "./acknowledge.ts";
import { archivePath } from "./archive.ts";
import type { Exchange } from "./context.ts";
import { readFindings, writeFindings } from "./findings.ts";
import { matchAcknowledgement, matchApplicationAdvice } from "./match.ts";
import { withLenience } from "./registration.ts";
import type { SetReading } from "./set-reading.ts";

/** A set on its way: its row, what the catalogue says of it, and whose it is. */
export interface SetAtHand {
  readonly file: FileRow;
  readonly partner: Partner;
  readonly row: MessageRow;
  readonly interchange: InterchangeEntry;
  readonly set: SetEntry;
  /** What is wrong with its group; a `reject` there keeps the set from having any effect. */
  readonly groupFindings: readonly Finding[];
  readonly occasion: Occasion;
}

/** Takes one catalogued set to its end: applied, rejected or unmapped. */
export async function applySet(exchange: Exchange, hand: SetAtHand): Promise<void> {
  const { row, partner, groupFindings } = hand;
  const envelope = withLenience(readFindings(row.findings), partner.lenient);
  const mapping = mappingFor(exchange, hand);
  if (mapping === undefined) {
    await finish(exchange, row, "unmapped", [...envelope, notSupported(hand)]);
    return;
  }
  const reading = await read(exchange, hand, mapping);
  at("mapped");
  const findings = [...envelope, ...reading.findings];
  const rejected = outcomeOf(findings) === "rejected" || outcomeOf(groupFindings) === "rejected";
  if (rejected) {
    await finish(exchange, row, "rejected", findings, reading);
    return;
  }
  // The mapping is kept before the effect, so that why can always read the set again the way it was read.
  await keepReading(exchange, row, findings, reading);
  await hasItsEffect(exchange, hand, reading, findings);
  at("applied");
}

/** The partner's own choice for the type; else his dialect of the standard mapping, else the standard one. */
function mappingFor(exchange: Exchange, { partner, interchange, set, row }: SetAtHand): string | undefined {
  if (interchange.table !== undefined) return interchange.table.mapping;
  const chosen = mappingNamed(partner, set.type);
  if (chosen !== undefined) return chosen;
  return exchange.config.mappings.fitting({
    family: interchange.family,
    type: set.type,
    version: set.version,
    functionalId: row.functional_id,
    partner: partner.code,
  })?.name;
}

const read = (
  exchange: Exchange,
  { file, partner, interchange, set }: SetAtHand,
  mapping: string,
): Promise<SetReading> =>
  exchange.reader.readSet({
    path: archivePath(exchange.paths.archive, file.sha256),
    file: file.name,
    interchange: {
      family: interchange.family,
      delimiters: interchange.delimiters,
      version: interchange.version,
      sentOn: interchange.sentOn,
      ...(interchange.table === undefined ? {} : { table: interchange.table }),
    },
    set,
    mapping,
    charset: charsetOf(interchange, partner.charset),
    lenient: partner.lenient,
  });

/** What each kind of document does. One that only our partners get from us is filed: it has no effect here. */
async function hasItsEffect(
  exchange: Exchange,
  hand: SetAtHand,
  reading: SetReading,
  findings: readonly Finding[],
): Promise<void> {
  const { row, partner, occasion } = hand;
  if (reading.kind === "delivery-schedule") {
    const { gateway } = exchange.config;
    const { name, policy, hash } = exchange.config.policyOf(partner);
    const document = reading.document as DeliverySchedule;
    await applySchedule(exchange.store, {
      messageId: row.id,
      partner,
      policy: { name, policy, hash },
      gateway,
      document,
      occasion,
      goOn: () => exchange.reader.goOn?.(),
    });
    return;
  }
  if (reading.kind === "receipt-advice") {
    const document = reading.document as ReceiptAdvice;
    const { gateway } = exchange.config;
    await applyReceiptAdvice(exchange.store, { messageId: row.id, partner, gateway, document, occasion });
    return;
  }
  if (reading.kind === "remittance-advice") {
    const document = reading.document as RemittanceAdvice;
    await fileRemittance(exchange.store, { messageId: row.id, partner, document, occasion });
    return;
  }
  if (reading.kind === "acknowledgement") {
    await matchAcknowledgement(exchange, hand, reading.document as Acknowledgement);
    return;
  }
  if (reading.kind === "application-advice") {
    await matchApplicationAdvice(exchange, hand, reading.document as ApplicationAdvice);
    return;
  }
  await finish(exchange, row, "applied", [...findings, filed(hand, reading)], reading);
}

async function keepReading(
  exchange: Exchange,
  row: MessageRow,
  findings: readonly Finding[],
  reading: SetReading,
): Promise<void> {
  await exchange.store.write((tx) =>
    update(
      tx,
      message,
      { mapping: reading.mapping, mapping_hash: reading.hash, findings: writeFindings(findings) },
      "id = :id AND state = 'catalogued'",
      { id: row.id },
    ),
  );
  at("reading-kept");
}

/** Ends a set in one transaction of its own. */
async function finish(
  exchange: Exchange,
  row: MessageRow,
  state: "applied" | "rejected" | "unmapped",
  findings: readonly Finding[],
  reading?: SetReading,
): Promise<void> {
  await exchange.store.write((tx) =>
    update(
      tx,
      message,
      {
        state,
        answer: state === "applied" ? outcomeOf(findings) : "rejected",
        findings: writeFindings(findings),
        ...(reading === undefined ? {} : { mapping: reading.mapping, mapping_hash: reading.hash }),
      },
      "id = :id AND state = 'catalogued'",
      { id: row.id },
    ),
  );
  at("set-finished");
}

/** AK502 1: transaction set not supported. */
function notSupported({ file, set, interchange }: SetAtHand): Finding {
  return {
    code: "EXCHANGE_NO_MAPPING",
    severity: "reject",
    message: `There is no mapping for ${set.type} in version ${set.version}`,
    place: { file: file.name, byte: set.firstByte, line: set.line, segment: set.firstSegment, inSet: 1 },
    expected: `a ${interchange.family} message that a mapping is there for`,
    found: `${set.type}, version ${set.version}`,
    remedy: "Write a mapping under mappings/, or name one under `mappings` in the partner's file; then retry the file",
    ack: { set: "1" },
  };
}

function filed({ file, set }: SetAtHand, reading: SetReading): Finding {
  return {
    code: "EXCHANGE_NO_EFFECT",
    severity: "note",
    message: `A document of kind ${reading.kind} has no effect when a partner sends it; it is kept`,
    place: { file: file.name, segment: set.firstSegment, line: set.line },
    found: reading.kind,
  };
}
