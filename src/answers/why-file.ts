/** What a file, or one of its segments, brought about: the same chain read from its other end. */

import { byId, inSlices, rowsById, there } from "../fulfilment/rows-by-id.ts";
import { lineReference } from "../orders/order-documents.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type ChildLineRow,
  childLine,
  childOrder,
  type FileRow,
  type InterchangeRow,
  interchange,
  type MessageRow,
  message,
  type RevisionRow,
  revision,
} from "../store/tables.ts";
import { plainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Archive, type RawSegment, segmentsAgain } from "./archive-reading.ts";
import { type Background, backgroundOf, fileReference, scheduleLink } from "./why-chain.ts";
import type { WhyAnswer, WhyFile, WhySchedule, WhySet } from "./why-links.ts";

interface Asked {
  readonly id: string;
  readonly file: FileRow;
  /** Ordinal in the file of the segment asked for. */
  readonly segment: number | undefined;
}

/**
 * The file's sets with the schedules read from them and the order lines made from these; where a segment is asked for, its
 * own text and only what was made from it.
 * @throws CalloffError WHY_UNKNOWN when no set of the file has that segment
 */
export async function whyFile(from: Queryable, archive: Archive, asked: Asked): Promise<WhyAnswer> {
  const { id, file: held, segment } = asked;
  const envelopes = await select(from, interchange, "WHERE file_id = :file ORDER BY ordinal", { file: held.id });
  const sets = await select(
    from,
    message,
    `WHERE interchange_id IN (SELECT id FROM interchange WHERE file_id = :file)${segment === undefined ? "" : " AND first_segment <= :segment AND first_segment + segments > :segment"} ORDER BY first_segment`,
    { file: held.id, segment },
  );
  if (segment !== undefined && sets.length === 0) throw noSuchSegment(asked);
  const controls = byId(envelopes);
  const answers = await setsAnswered(from, sets, segment);
  const about: WhyFile = {
    file: fileReference(held),
    name: held.name,
    partner: held.partner,
    sha256: held.sha256,
    state: held.state,
    cause: held.cause,
    receivedOn: plainDate(held.business_date),
    sets: answers.map(({ set, schedules }) => ({
      ...setInWords(set),
      interchange: there(controls.get(set.interchange_id as number)).control,
      schedules,
    })),
  };
  if (segment === undefined) return { id, lines: [], file: about };
  const [set] = sets as [MessageRow];
  const raw = rawSegment(archive, held, { set, envelope: there(controls.get(set.interchange_id as number)) }, segment);
  return { id, lines: [], file: about, segment: raw };
}

const setInWords = (set: MessageRow): Omit<WhySet, "interchange" | "schedules"> => ({
  type: set.type,
  group: set.group_control,
  set: set.control,
  mapping: set.mapping,
  state: set.state,
  segments: { first: set.first_segment, last: set.first_segment + set.segments - 1 },
});

function rawSegment(
  archive: Archive,
  held: FileRow,
  { set, envelope }: { set: MessageRow; envelope: InterchangeRow },
  segment: number,
): RawSegment | undefined {
  const source = archive.open(held.sha256);
  if (source === undefined) return undefined;
  try {
    const inSet = segment - set.first_segment + 1;
    return segmentsAgain(archive, source, envelope, set, new Set([inSet])).get(inSet);
  } finally {
    source.close();
  }
}

async function setsAnswered(
  from: Queryable,
  sets: readonly MessageRow[],
  segment: number | undefined,
): Promise<{ set: MessageRow; schedules: WhySchedule[] }[]> {
  const revisions = await inSlices(
    sets.map(({ id }) => id),
    (slice) => select(from, revision, "WHERE message_id IN (:slice) ORDER BY message_id, document_line", { slice }),
  );
  const concerned = segment === undefined ? revisions : revisions.filter((row) => holds(row, sets, segment));
  const background = await backgroundOf(
    from,
    concerned.map(({ id }) => id),
  );
  const orderLines = await linesSince(from, concerned, sets, segment);
  return sets.map((set) => ({
    set,
    schedules: concerned
      .filter(({ message_id }) => message_id === set.id)
      .map((row) => scheduleAnswered(row, background, orderLines.get(row.id) ?? [])),
  }));
}

/** Whether the segment is one of those that state this schedule's line. */
function holds(row: RevisionRow, sets: readonly MessageRow[], segment: number): boolean {
  const inSet = segment - there(sets.find(({ id }) => id === row.message_id)).first_segment + 1;
  return row.first_segment <= inSet && inSet <= row.last_segment;
}

function scheduleAnswered(row: RevisionRow, background: Background, orderLines: readonly string[]): WhySchedule {
  const { kind: _kind, ...schedule } = scheduleLink(row, background);
  return { ...schedule, orderLines };
}

/** References of the order lines made from these revisions, and from this segment where one is asked for. */
async function linesSince(
  from: Queryable,
  revisions: readonly RevisionRow[],
  sets: readonly MessageRow[],
  segment: number | undefined,
): Promise<Map<number, string[]>> {
  const lines = await inSlices(
    revisions.map(({ id }) => id),
    (slice) => select(from, childLine, "WHERE revision_id IN (:slice) ORDER BY id", { slice }),
  );
  const wanted = lines.filter((line) => segment === undefined || isStepOf(line, revisions, sets, segment));
  const orders = byId(
    await rowsById(
      from,
      childOrder,
      wanted.map(({ order_id }) => order_id),
    ),
  );
  const found = new Map<number, string[]>();
  for (const line of wanted) {
    const reference = lineReference(there(orders.get(line.order_id)).number, line.line_no);
    const of = line.revision_id as number;
    found.set(of, [...(found.get(of) ?? []), reference]);
  }
  return found;
}

/** A line's own segment is behind all its orders, a step's behind those made for that step. */
function isStepOf(
  line: ChildLineRow,
  revisions: readonly RevisionRow[],
  sets: readonly MessageRow[],
  segment: number,
): boolean {
  const of = there(revisions.find(({ id }) => id === line.revision_id));
  const inSet = segment - there(sets.find(({ id }) => id === of.message_id)).first_segment + 1;
  return inSet === of.first_segment || inSet === line.split_segment;
}

const noSuchSegment = ({ id, file: held, segment }: Asked): CalloffError =>
  new CalloffError("WHY_UNKNOWN", `No message of ${held.name} has segment ${String(segment)}`, {
    place: { file: held.name, ...(segment === undefined ? {} : { segment }) },
    expected: "the ordinal of a segment between ST and SE, UNH and UNT, or of a record",
    found: id,
    remedy: `\`calloff why ${fileReference(held)}\` lists the file's messages with their segments`,
    exit: EXIT.notFound,
  });
