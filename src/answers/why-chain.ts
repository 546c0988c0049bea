/** Follows order lines back to the segments they were made from, for a whole document at once. */

import type { OrderLine } from "../fulfilment/order-lines.ts";
import { byId, inSlices, rowsById, there } from "../fulfilment/rows-by-id.ts";
import { lineReference } from "../orders/order-documents.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type DecisionRow,
  decision,
  type FileRow,
  file,
  type InterchangeRow,
  interchange,
  type MessageRow,
  message,
  type RevisionRow,
  revision,
  type VerdictRow,
  verdict,
} from "../store/tables.ts";
import { writeMillionths } from "../values/figures.ts";
import { type Archive, type RawSegment, segmentsAgain } from "./archive-reading.ts";
import type { MessageLink, OrderLink, ReleaseFigures, ScheduleLink, SegmentLink, WhyLink } from "./why-links.ts";

/** Everything that stands behind some revisions, by row id. */
export interface Background {
  readonly revisions: ReadonlyMap<number, RevisionRow>;
  readonly verdicts: ReadonlyMap<number, VerdictRow>;
  readonly decisions: ReadonlyMap<number, DecisionRow>;
  readonly messages: ReadonlyMap<number, MessageRow>;
  readonly interchanges: ReadonlyMap<number, InterchangeRow>;
  readonly files: ReadonlyMap<number, FileRow>;
}

/** Reads what stands behind these revisions; one statement per table. */
export async function backgroundOf(from: Queryable, revisionIds: readonly number[]): Promise<Background> {
  const ids = [...new Set(revisionIds)];
  const revisions = await rowsById(from, revision, ids);
  const verdicts = await inSlices(ids, (slice) => select(from, verdict, "WHERE revision_id IN (:slice)", { slice }));
  const decisions = await inSlices(ids, (slice) => select(from, decision, "WHERE revision_id IN (:slice)", { slice }));
  const messages = await rowsById(
    from,
    message,
    revisions.map(({ message_id }) => message_id),
  );
  const interchanges = await rowsById(
    from,
    interchange,
    messages.flatMap(({ interchange_id }) => (interchange_id === null ? [] : [interchange_id])),
  );
  const files = await rowsById(
    from,
    file,
    interchanges.map(({ file_id }) => file_id),
  );
  return {
    revisions: byId(revisions),
    verdicts: new Map(verdicts.map((row) => [row.revision_id, row])),
    decisions: new Map(decisions.map((row) => [row.revision_id, row])),
    messages: byId(messages),
    interchanges: byId(interchanges),
    files: byId(files),
  };
}

/** For each order line its own link and those behind it: schedule, message, segments. */
export async function orderChains(
  from: Queryable,
  archive: Archive,
  lines: readonly OrderLine[],
): Promise<Map<number, readonly WhyLink[]>> {
  const background = await backgroundOf(
    from,
    lines.flatMap(({ line }) => (line.revision_id === null ? [] : [line.revision_id])),
  );
  const segments = readSegments(archive, background, lines);
  return new Map(lines.map((of) => [of.line.id, [orderLink(of), ...behind(of, background, segments)]]));
}

function behind(of: OrderLine, background: Background, segments: SegmentsByMessage): WhyLink[] {
  if (of.line.revision_id === null) return [];
  const from = there(background.revisions.get(of.line.revision_id));
  const said = there(background.messages.get(from.message_id));
  const links: WhyLink[] = [scheduleLink(from, background), messageLink(said, background)];
  const read = segments.get(said.id);
  if (read === "lost") {
    const { sha256 } = there(fileOf(said, background));
    return [...links, { kind: "bytes not kept", sha256 }];
  }
  for (const ordinal of segmentsBehind(of, from)) {
    const raw = read?.get(ordinal);
    if (raw !== undefined) links.push(segmentLink(raw));
  }
  return links;
}

/** The segment that opens the schedule's line, and the one that states the step. */
const segmentsBehind = ({ line }: OrderLine, from: RevisionRow): number[] => [
  ...new Set([from.first_segment, line.split_segment].filter((ordinal) => ordinal > 0)),
];

type SegmentsByMessage = ReadonlyMap<number, ReadonlyMap<number, RawSegment> | "lost">;

/** Reads each set once, however many lines were made from it. */
function readSegments(archive: Archive, background: Background, lines: readonly OrderLine[]): SegmentsByMessage {
  const wanted = new Map<number, Set<number>>();
  for (const of of lines) {
    const from = of.line.revision_id === null ? undefined : background.revisions.get(of.line.revision_id);
    if (from === undefined) continue;
    const ordinals = wanted.get(from.message_id) ?? new Set();
    wanted.set(from.message_id, ordinals);
    for (const ordinal of segmentsBehind(of, from)) ordinals.add(ordinal);
  }
  const found = new Map<number, ReadonlyMap<number, RawSegment> | "lost">();
  for (const [messageId, ordinals] of wanted) {
    const said = there(background.messages.get(messageId));
    if (said.interchange_id === null || ordinals.size === 0) continue;
    found.set(messageId, readSet(archive, background, said, ordinals));
  }
  return found;
}

function readSet(
  archive: Archive,
  background: Background,
  said: MessageRow,
  ordinals: ReadonlySet<number>,
): ReadonlyMap<number, RawSegment> | "lost" {
  const envelope = there(background.interchanges.get(said.interchange_id as number));
  const source = archive.open(there(background.files.get(envelope.file_id)).sha256);
  if (source === undefined) return "lost";
  try {
    return segmentsAgain(archive, source, envelope, said, ordinals);
  } finally {
    source.close();
  }
}

const envelopeOf = (said: MessageRow, background: Background): InterchangeRow | undefined =>
  said.interchange_id === null ? undefined : background.interchanges.get(said.interchange_id);

function fileOf(said: MessageRow, background: Background): FileRow | undefined {
  const envelope = envelopeOf(said, background);
  return envelope === undefined ? undefined : background.files.get(envelope.file_id);
}

function orderLink({ reference, line, order, blanketLine, agreement }: OrderLine): OrderLink {
  return {
    kind: "order line",
    id: reference,
    quantity: writeMillionths(line.quantity),
    scheduledOn: order.scheduled_on,
    requestedOn: line.requested_on,
    shipTo: order.ship_to,
    customerOrderNumber: order.customer_order_no,
    item: blanketLine.item,
    customerPart: blanketLine.customer_part,
    blanketLine: lineReference(agreement.number, blanketLine.line_no),
    customerBlanketOrder: agreement.customer_number,
    generatedBy: order.generated_by,
    figures: line.figures === "" ? null : (JSON.parse(line.figures) as ReleaseFigures),
  };
}

/** What a revision says of itself, how it was judged and who decided. */
export function scheduleLink(of: RevisionRow, { verdicts, decisions }: Background): ScheduleLink {
  const judged = verdicts.get(of.id);
  const decided = decisions.get(of.id);
  return {
    kind: "schedule",
    partner: of.partner,
    customerPart: of.customer_part,
    shipTo: of.ship_to,
    layer: of.layer,
    releaseNumber: of.release_no,
    issuedOn: of.issued_on,
    state: of.state,
    base: writeMillionths(of.base),
    verdict:
      judged === undefined
        ? undefined
        : { outcome: judged.outcome, sentence: judged.sentence, policy: judged.policy, policyHash: judged.policy_hash },
    decision:
      decided === undefined
        ? undefined
        : { verb: decided.verb, who: decided.who, on: decided.business_date, reason: decided.reason },
  };
}

function messageLink(said: MessageRow, background: Background): MessageLink {
  const envelope = envelopeOf(said, background);
  const held = fileOf(said, background);
  return {
    kind: "message",
    type: said.type,
    file: held === undefined ? "" : fileReference(held),
    name: held?.name ?? "",
    sha256: held?.sha256 ?? "",
    receivedOn: held?.business_date ?? "",
    interchange: envelope?.control ?? "",
    group: said.group_control,
    set: said.control,
    mapping: said.mapping,
    mappingHash: said.mapping_hash,
  };
}

/** `file:12`. */
export const fileReference = (held: Pick<FileRow, "claim">): string => `file:${held.claim}`;

export const segmentLink = ({ segment, inSet, byte, tag, text }: RawSegment): SegmentLink => ({
  kind: "segment",
  segment,
  inSet,
  byte,
  tag,
  text,
});
