/** Queues functional acknowledgements: once for each group, and again where a partner wants a repeated file answered again. */
import type { Configuration } from "../config/configuration.ts";
import type { Partner } from "../config/partner.ts";
import { queueDocuments } from "../store/outbound.ts";
import { select, selectOne } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { file, type InterchangeRow, interchange, type MessageRow, outboundDocument } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { type AnsweredGroup, acknowledgementOf } from "./acknowledge.ts";
import { readFindings } from "./findings.ts";
import { type FilePlan, withLenience } from "./registration.ts";

/** What an acknowledgement is there for: the group of an interchange of a claimed file. */
export const ackCause = (claim: string, interchangeOrdinal: number, groupOrdinal: number): string =>
  `ack:${claim}.${interchangeOrdinal}/${groupOrdinal}`;

/** Queues the answer to every group of an interchange whose sets have their outcomes. */
export async function queueAnswers(
  tx: Tx,
  occasion: Occasion,
  partner: Partner,
  claim: string,
  closed: InterchangeRow,
  messages: readonly MessageRow[],
): Promise<void> {
  if (partner.acknowledge === "none" || closed.syntax !== "x12") return;
  const { element, component, segment } = partner.delimiters;
  const answers = groupsOf(messages, partner).flatMap(({ ordinal, group }) => {
    const document = acknowledgementOf(group, `${element}${component}${segment}`);
    if (document === undefined) return [];
    const causeKey = ackCause(claim, closed.ordinal, ordinal);
    return [{ kind: "997" as const, receiver: partner.code, document, causeKey, number: "" }];
  });
  await queueDocuments(tx, occasion, answers);
}

function groupsOf(messages: readonly MessageRow[], partner: Partner): { ordinal: number; group: AnsweredGroup }[] {
  const byOrdinal = new Map<number, MessageRow[]>();
  for (const row of messages) {
    const rows = byOrdinal.get(row.group_ordinal);
    if (rows === undefined) byOrdinal.set(row.group_ordinal, [row]);
    else rows.push(row);
  }
  return [...byOrdinal].map(([ordinal, rows]) => {
    const first = rows[0] as MessageRow;
    return {
      ordinal,
      group: {
        functionalId: first.functional_id,
        control: first.group_control,
        version: first.group_version,
        stated: first.group_stated,
        findings: withLenience(
          rows.flatMap((row) => readFindings(row.group_findings)),
          partner.lenient,
        ),
        sets: rows.map((row) => ({ type: row.type, control: row.control, findings: readFindings(row.findings) })),
      },
    };
  });
}

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
    const causes = entry.groups.map((group) => ackCause(before.claim, first.ordinal, group.ordinal));
    const sent =
      causes.length === 0
        ? []
        : await select(tx, outboundDocument, "WHERE cause_key IN (:causes) ORDER BY id", { causes });
    await queueDocuments(
      tx,
      occasion,
      sent.map((answer) => ({
        kind: "997" as const,
        receiver: code,
        document: JSON.parse(answer.document) as unknown,
        causeKey: `${answer.cause_key} again:${claim}.${entry.ordinal}`,
        number: "",
      })),
    );
  }
}
