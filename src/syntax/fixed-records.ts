/**
 * VDA messages of fixed records: 128 characters each, one after another or one per line; a transmission runs from its
 * header record (type ending in 1) to its trailer (type ending in 9).
 */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding, MOST_FAULTS } from "./codes.ts";
import { envelopeDate, isDigits, ownText } from "./envelope-values.ts";
import { counterFindings } from "./fixed-trailers.ts";
import { behind, LENGTH, lengthAt, PADDING } from "./record-bytes.ts";
import {
  type ByteSource,
  type Catalogue,
  type InterchangeEntry,
  NO_DELIMITERS,
  type Segment,
  type SetEntry,
} from "./segment.ts";
import { ungroupedSets } from "./ungrouped.ts";
import { hold, windowOver } from "./window.ts";

const BATCH = 1024;

/** Families of record types: VDA 4905, 4915, 4913, 4906, 4908. */
const HEADER = /^(51|55|71|81|82)1\d\d/;
/** A header record of any family, as a partner's guide may have it (VDA 4916): the next record is of the same family. */
const ANY_HEADER = /^(\d\d)1\d\d[^\r\n]{123}[\r\n]*\1\d/;

/** Whether a file that begins with `text` is one of fixed records. */
export const startsFixed = (text: string): boolean => HEADER.test(text) || ANY_HEADER.test(text);

interface FixedRecord {
  readonly text: string;
  readonly byte: number;
  readonly line: number;
  /** Characters in the file before it was filled up with blanks. */
  readonly length: number;
  /** Behind the record and its line break. */
  readonly endByte: number;
  readonly ended: boolean;
}

/** The records of the bytes `from` to `limit`, blank lines left out; short ones are filled up with blanks. */
function* recordsOf(
  source: ByteSource,
  from: number,
  limit: number,
  line: number,
  chunk?: number,
): Generator<FixedRecord> {
  const window = windowOver(source, from, limit, chunk);
  let byte = from;
  for (;;) {
    const held = hold(window, byte, LENGTH + 2);
    if (held === 0) return;
    const offset = byte - window.base;
    const bytes = window.bytes.subarray(offset, offset + Math.min(held, LENGTH + 2));
    const length = lengthAt(bytes, 0, bytes.length);
    const next = behind(bytes, length, bytes.length);
    const text = bytes.toString("latin1", 0, length);
    const broken = next > length;
    if (!PADDING.test(text)) {
      const endByte = byte + next;
      yield { text: text.padEnd(LENGTH), byte, line, length, endByte, ended: broken || length === LENGTH };
    }
    byte += next;
    if (broken) line += 1;
  }
}

/** The records of one transmission as segments: the type is the tag, the whole record its only element. */
export function* fixedRecordsOf(
  source: ByteSource,
  set: Pick<SetEntry, "firstByte" | "endByte" | "firstSegment" | "line">,
  chunk?: number,
): Generator<readonly Segment[]> {
  let batch: Segment[] = [];
  let inSet = 0;
  for (const record of recordsOf(source, set.firstByte, set.endByte, set.line, chunk)) {
    const tag = record.text.slice(0, 3);
    inSet += 1;
    const ordinal = set.firstSegment + inSet - 1;
    batch.push({ tag, elements: [tag, record.text], byte: record.byte, line: record.line, ordinal, inSet });
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

interface Transmission {
  readonly header: FixedRecord;
  readonly firstSegment: number;
  readonly findings: Finding[];
  /** Records of each type so far. */
  readonly counts: Map<string, number>;
}

/** The catalogue of a file of fixed records from offset `from` on. Every transmission is an interchange of one set. */
export function fixedCatalogue(source: ByteSource, from: { byte: number; line: number }, chunk?: number): Catalogue {
  const interchanges: InterchangeEntry[] = [];
  const findings: Finding[] = [];
  let open: Transmission | undefined;
  let segments = 0;
  let lastByte = from.byte;
  let brokenOff = 0;
  /** Type of the file's first record. */
  let header: string | undefined;
  const close = (transmission: Transmission, endByte: number, complete: boolean, faults: readonly Finding[]) => {
    if (!complete) brokenOff += 1;
    interchanges.push(entryOf(transmission, interchanges.length + 1, segments, endByte, complete, faults));
  };
  for (const record of recordsOf(source, from.byte, source.size, from.line, chunk)) {
    const tag = record.text.slice(0, 3);
    header ??= tag;
    const isHeader = HEADER.test(record.text) || tag === header;
    if (isHeader && open !== undefined) {
      close(open, record.byte, false, [truncated(record.byte, record.line, segments, open)]);
      open = undefined;
    }
    if (brokenOff > MOST_FAULTS.structural) break;
    lastByte = record.endByte;
    const place: Place = { byte: record.byte, line: record.line, segment: segments + 1, tag };
    if (open === undefined && !isHeader) {
      addFinding(findings, outside(place));
      continue;
    }
    segments += 1;
    if (open === undefined) {
      open = { header: record, firstSegment: segments, findings: numberFindings(record, place), counts: new Map() };
    }
    const inSet = segments - open.firstSegment + 1;
    open.counts.set(tag, (open.counts.get(tag) ?? 0) + 1);
    if (record.length < LENGTH && record.ended) addFinding(open.findings, short({ ...place, inSet }, record.length));
    if (!record.ended) {
      close(open, record.endByte, false, [truncated(record.endByte, record.line, segments, open)]);
      open = undefined;
    } else if (tag === trailerOf(open)) {
      for (const finding of counterFindings(record.text, open.counts, { ...place, inSet })) {
        addFinding(open.findings, finding);
      }
      close(open, record.endByte, true, []);
      open = undefined;
    } else if (tag.slice(0, 2) !== trailerOf(open).slice(0, 2)) {
      addFinding(open.findings, foreign({ ...place, inSet }, open));
    }
  }
  if (open !== undefined) close(open, lastByte, false, [truncated(lastByte, open.header.line, segments, open)]);
  return { size: source.size, family: "fixed", segments, interchanges, findings };
}

const trailerOf = (transmission: Transmission): string => `${transmission.header.text.slice(0, 2)}9`;

function entryOf(
  transmission: Transmission,
  ordinal: number,
  segments: number,
  endByte: number,
  complete: boolean,
  findings: readonly Finding[],
): InterchangeEntry {
  const { firstSegment, header } = transmission;
  const position = (first: number, last: number) => ownText(header.text.slice(first - 1, last).trim());
  const type = position(1, 3);
  const version = position(4, 5);
  const control = position(29, 33);
  // Positions 6 to 14 are the customer's, who sends call-offs and gets despatch and invoice data.
  const customer = position(6, 14);
  const supplier = position(15, 23);
  const isOurs = /^[78]1/.test(type);
  const [sender, receiver] = isOurs ? [supplier, customer] : [customer, supplier];
  const sentOn = envelopeDate(position(34, 39));
  const count = segments - firstSegment + 1;
  const set: SetEntry = {
    ordinal,
    type,
    control,
    version,
    association: "",
    firstByte: header.byte,
    endByte,
    firstSegment,
    segments: count,
    line: header.line,
    findings: transmission.findings,
  };
  return {
    ordinal,
    family: "fixed",
    delimiters: NO_DELIMITERS,
    version,
    sender: { qualifier: "", id: sender },
    receiver: { qualifier: "", id: receiver },
    control,
    sentOn,
    sentAt: "",
    test: false,
    acknowledgementRequested: false,
    firstByte: header.byte,
    endByte,
    line: header.line,
    segments: count,
    groups: ungroupedSets([set], { sender, receiver, control, version, date: sentOn }),
    findings,
    complete,
    previous: position(24, 28),
  };
}

/** Transmission numbers (positions 24 to 28 the one before, 29 to 33 this one): five digits, blanks beside them allowed, never 00000. */
function numberFindings(record: FixedRecord, place: Place): Finding[] {
  const rules = [
    { first: 24, holds: (text: string) => text === "" || isDigits(text), expected: "the number before, five digits" },
    {
      first: 29,
      holds: (text: string) => isDigits(text) && Number(text) > 0,
      expected: "a number from 00001 to 99999",
    },
  ];
  return rules.flatMap(({ expected, first, holds }) => {
    const text = record.text.slice(first - 1, first + 4).trim();
    if (holds(text)) return [];
    return [
      {
        code: "SYNTAX_TRANSMISSION_NUMBER",
        severity: "tolerated" as const,
        message: "The transmission has no number that a chain can go on from.",
        place: { ...place, byte: record.byte + first - 1, inSet: 1, element: first },
        expected,
        found: text === "" ? "nothing" : ownText(text),
        remedy: "Ask the sender to number transmissions from 00001 on, 99999 followed by 00001.",
      },
    ];
  });
}

function truncated(byte: number, line: number, segment: number, open: Transmission): Finding {
  return {
    code: "SYNTAX_TRUNCATED",
    severity: "reject",
    message: "The transmission ends before its trailer; nothing of it takes effect.",
    place: { byte, line, segment, inSet: segment - open.firstSegment + 1 },
    expected: `record ${trailerOf(open)}`,
    found: `no more whole record after byte ${byte}`,
    remedy: "Ask the sender to send the file again, whole.",
  };
}

function outside(place: Place): Finding {
  return {
    code: "SYNTAX_STRAY_TEXT",
    severity: "reject",
    message: "A record stands outside of a transmission.",
    place,
    expected: "a header record, e.g. 511",
    found: place.tag ?? "",
    remedy: "Ask the sender to send the file again.",
  };
}

function foreign(place: Place, open: Transmission): Finding {
  return {
    code: "SYNTAX_NESTING",
    severity: "reject",
    message: "The record belongs to another message than its transmission.",
    place,
    expected: `a record ${trailerOf(open).slice(0, 2)}x`,
    found: place.tag ?? "",
    remedy: "Ask the sender to send the file again; characters may have been lost or added before this record.",
  };
}

function short(place: Place, length: number): Finding {
  return {
    code: "SYNTAX_RECORD_LENGTH",
    severity: "tolerated",
    message: "The record is shorter than a record is; it is read as if blanks followed.",
    place,
    expected: `${LENGTH} characters`,
    found: String(length),
    remedy: "Ask the sender not to strip blanks at the end of records.",
  };
}
