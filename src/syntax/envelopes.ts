/**
 * Pass one over one interchange of X12 or EDIFACT: its groups and sets with their byte ranges, and whether envelopes are
 * nested, counted and numbered as they say. Keeps one row per set; segments are only looked at for their tags.
 */
import { charsetFindings } from "./charset-findings.ts";
import { addFinding } from "./codes.ts";
import { nextBegins, readLast, readTrailer, stopReading, truncated } from "./envelope-ends.ts";
import { emptySegment, endlessSegment, namelessSegment, strayText, ta1Faults } from "./envelope-faults.ts";
import { readGroupBegin, readGroupEnd } from "./envelope-groups.ts";
import { endSet, readSetBegin, readSetEnd } from "./envelope-sets.ts";
import {
  type Counters,
  firstBytes,
  isHopeless,
  misplaced,
  NO_TAG,
  type OpenGroup,
  ORDINARY,
  type Position,
  placeAt,
  type Reading,
  report,
  tagAt,
} from "./envelope-state.ts";
import { ownText } from "./envelope-values.ts";
import type { Grammar } from "./grammar.ts";
import type { Header, HeaderStart } from "./header.ts";
import { type Batch, isTag, MARK, nextBatch, scannerOf, segmentElements } from "./scanner.ts";
import type { GroupEntry, InterchangeEntry } from "./segment.ts";
import type { ReadWindow } from "./window.ts";

/** Reads the interchange whose `header` begins at `start`, moves `counters` on and says where to look for the next. */
export function readInterchange(
  window: ReadWindow,
  batch: Batch,
  grammar: Grammar,
  header: Header,
  start: HeaderStart,
  counters: Counters,
): { readonly entry: InterchangeEntry; readonly next: Position } {
  const from = { byte: start.byte + header.length, line: start.line + header.lines };
  const reading: Reading = {
    grammar,
    header,
    scanner: scannerOf(window, batch, from, header.delimiters, grammar.interchange[1]),
    findings: [...header.findings],
    groups: [],
    counters,
    ta1: [],
    segment: start.segment,
    lastTag: grammar.interchange[0],
    group: undefined,
    set: undefined,
    sets: counters.sets,
    state: header.readable ? "open" : "broken",
  };
  const next = header.readable ? readSegments(reading) : from;
  if (reading.state === "open") truncated(reading, { ...next, segment: reading.segment }, reading.lastTag);
  if (reading.set !== undefined) endSet(reading, reading.set, next.byte, reading.segment, []);
  checkCharset(reading, start, next);
  const entry = entryOf(reading, start, next);
  counters.interchanges += 1;
  counters.segments = reading.segment;
  counters.sets = reading.sets;
  return { entry, next };
}

/** Whether its text is in the character set that its header declares. */
function checkCharset({ findings, header, scanner }: Reading, start: HeaderStart, next: Position): void {
  const { charset, version } = header.values;
  if (!header.readable || charset === undefined) return;
  const range = { firstByte: start.byte, endByte: next.byte, line: start.line };
  const strange = charsetFindings(scanner.window.source, range, version, charset, header.delimiters);
  for (const finding of strange) addFinding(findings, finding);
}

function entryOf(reading: Reading, start: HeaderStart, next: Position): InterchangeEntry {
  const { counters, grammar, header } = reading;
  return {
    ordinal: counters.interchanges + 1,
    family: grammar.family,
    delimiters: header.delimiters,
    ...header.values,
    ...groupDate(reading),
    firstByte: start.byte,
    endByte: next.byte,
    line: start.line,
    segments: reading.segment - start.segment + 1,
    groups: reading.groups.map(groupEntry),
    findings: reading.findings,
    complete: reading.state === "closed",
    ...(reading.ta1.length === 0 ? {} : { ta1: reading.ta1 }),
  };
}

function groupEntry(group: OpenGroup, index: number): GroupEntry {
  const { dated: _, ...head } = group.head;
  return { ordinal: index + 1, ...head, stated: group.stated, sets: group.sets };
}

/** The envelope's date is GS04 where that has eight digits; else the interchange header's. */
function groupDate(reading: Reading): Partial<Pick<InterchangeEntry, "sentOn" | "sentAt">> {
  const head = reading.groups[0]?.head;
  return head?.dated === undefined ? {} : { sentOn: head.date, sentAt: head.dated.time };
}

/** Reads to the interchange's end or to where it cannot be read on; returns where that is. */
function readSegments(reading: Reading): Position {
  const { scanner } = reading;
  const { batch, codes, window } = scanner;
  const near = firstBytes(reading.grammar);
  while (reading.state === "open" && nextBatch(scanner)) {
    for (let at = 0; at < batch.count && reading.state === "open"; at += 1) {
      if (((batch.marks[at] as number) & ~MARK.broken) !== 0) {
        readUnusual(reading, at);
        continue;
      }
      reading.segment += 1;
      const first = window.bytes[batch.starts[at] as number] as number;
      const kind = near[first];
      if (kind === ORDINARY && reading.set !== undefined) continue;
      readEnvelope(reading, at, kind === NO_TAG);
      if (isHopeless(reading.counters)) stopReading(reading, at);
    }
    if (reading.state === "open") reading.lastTag = tagAt(scanner, batch.count - 1, codes.element);
  }
  return { byte: scanner.byte, line: scanner.line };
}

/** An empty segment, a comment line, a segment without its end. */
function readUnusual(reading: Reading, at: number): void {
  const { scanner } = reading;
  const mark = scanner.batch.marks[at] as number;
  if ((mark & MARK.open) !== 0) {
    reading.segment += 1;
    readLast(reading, at);
  } else if ((mark & MARK.long) !== 0) {
    reading.segment += 1;
    reading.state = "broken";
    addFinding(reading.findings, endlessSegment(placeAt(reading, at)));
  } else {
    const { byte, line } = placeAt(reading, at);
    const place = { byte: byte ?? 0, line: line ?? 0, segment: reading.segment + 1 };
    report(reading, (mark & MARK.empty) === 0 ? strayText(place) : emptySegment(place));
  }
}

/** A segment that may belong to the envelopes, or any segment where no set is open. */
function readEnvelope(reading: Reading, at: number, noTag: boolean): void {
  const { family, group, interchange, services, set } = reading.grammar;
  if (noTag) report(reading, namelessSegment(placeAt(reading, at)));
  else if (isAt(reading, at, set[1])) readSetEnd(reading, at);
  else if (isAt(reading, at, set[0])) readSetBegin(reading, at);
  else if (isAt(reading, at, group[1])) readGroupEnd(reading, at);
  else if (isAt(reading, at, group[0])) readGroupBegin(reading, at);
  else if (isAt(reading, at, interchange[1])) readTrailer(reading, at);
  else if (isAt(reading, at, interchange[0]) || (family === "edifact" && isServiceString(reading, at))) {
    nextBegins(reading, at);
  } else if (reading.set === undefined) {
    const service = reading.group === undefined && services.some((tag) => isAt(reading, at, tag));
    if (service && isAt(reading, at, "TA1")) readTa1(reading, at);
    if (!service) misplaced(reading, at, `a segment outside of a ${set[0]} to ${set[1]}`);
  }
}

/** Most TA1 segments that are kept of one interchange. */
const MOST_TA1 = 1000;

function readTa1(reading: Reading, at: number): void {
  const elements = segmentElements(reading.scanner, at).map((element) => ownText(element.trim()));
  const [, control = "", date = "", time = "", status = "", note = ""] = elements;
  if (reading.ta1.length < MOST_TA1) reading.ta1.push({ control, date, time, status, note });
  const place = placeAt(reading, at);
  for (const finding of ta1Faults(place, elements)) report(reading, finding);
}

/** Whether segment `at` of the batch has the tag. */
function isAt(reading: Reading, at: number, tag: string): boolean {
  const { batch, codes, window } = reading.scanner;
  const broken = ((batch.marks[at] as number) & MARK.broken) !== 0;
  return isTag(window.bytes, batch.starts[at] as number, batch.ends[at] as number, tag, codes.element, broken);
}

/** `UNA` is followed by six delimiters, not by a separator. */
function isServiceString(reading: Reading, at: number): boolean {
  const start = reading.scanner.batch.starts[at] as number;
  return reading.scanner.window.bytes.toString("latin1", start, start + 3) === "UNA";
}
