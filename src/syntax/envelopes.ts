/**
 * Pass one over one interchange of X12 or EDIFACT: its groups and sets with their byte ranges, and whether envelopes are
 * nested, counted and numbered as they say. Keeps one row per set; segments are only looked at for their tags.
 */
import type { Finding, Place } from "../values/finding.ts";
import { charsetFindings } from "./charset-findings.ts";
import { addFinding } from "./codes.ts";
import {
  emptySegment,
  endlessSegment,
  misplacedSegment,
  missingGroupTrailer,
  missingSetTrailer,
  namelessSegment,
  repeatedControl,
  strayText,
  ta1Faults,
  tooManyFaults,
  truncation,
} from "./envelope-faults.ts";
import {
  type Counters,
  firstBytes,
  isHopeless,
  NO_TAG,
  type OpenGroup,
  type OpenSet,
  ORDINARY,
  type Position,
  placeAt,
  type Reading,
  report,
  tagAt,
  tally,
} from "./envelope-state.ts";
import { ownText } from "./envelope-values.ts";
import type { Grammar, GroupHead } from "./grammar.ts";
import type { Header, HeaderStart } from "./header.ts";
import { type Batch, isTag, MARK, nextBatch, scannerOf, segmentElements } from "./scanner.ts";
import type { GroupEntry, InterchangeEntry } from "./segment.ts";
import { TRAILERS, trailerFindings } from "./trailers.ts";
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
  const { charset, version } = header.values;
  if (header.readable && charset !== undefined) {
    const range = { firstByte: start.byte, endByte: next.byte, line: start.line };
    const strange = charsetFindings(window.source, range, version, charset, header.delimiters);
    for (const finding of strange) addFinding(reading.findings, finding);
  }
  const entry: InterchangeEntry = {
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
  counters.interchanges += 1;
  counters.segments = reading.segment;
  counters.sets = reading.sets;
  return { entry, next };
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

/**
 * The last segment of the file, which has no terminator: only the interchange's trailer may lack it, and only when it
 * says all that it has to. A beginning of the control number means that the file was cut in it.
 */
function readLast(reading: Reading, at: number): void {
  const { grammar, header, scanner } = reading;
  const elements = segmentElements(scanner, at);
  const control = (elements[2] ?? "").trim();
  const stated = header.values.control;
  const cut = control === "" || (control !== stated && stated.startsWith(control));
  if (elements[0] === grammar.interchange[1] && !cut) {
    readTrailer(reading, at);
    return;
  }
  const tag = tagAt(scanner, at, scanner.codes.element);
  truncated(reading, { byte: scanner.byte, line: scanner.line, segment: reading.segment }, tag);
}

function truncated(reading: Reading, at: Position & { readonly segment: number }, tag: string): void {
  const inSet = reading.set === undefined ? {} : { inSet: at.segment - reading.set.firstSegment + 1 };
  const place: Place = { byte: at.byte, line: at.line, segment: at.segment, tag, ...inSet };
  reading.state = "broken";
  addFinding(reading.findings, truncation(reading.grammar, place, reading.header.values.control));
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

function misplaced(reading: Reading, at: number, found: string): void {
  report(reading, misplacedSegment(reading.grammar, placeAt(reading, at), found));
}

/** The next interchange begins although this one has not ended. */
function nextBegins(reading: Reading, at: number): void {
  const { batch, window } = reading.scanner;
  const tag = reading.grammar.interchange[0];
  const byte = window.base + (batch.starts[at] as number);
  const line = batch.lines[at] as number;
  truncated(reading, { byte, line, segment: reading.segment }, tag);
  reading.segment -= 1;
  reading.scanner.byte = byte;
  reading.scanner.line = line;
}

function readSetBegin(reading: Reading, at: number): void {
  const { grammar, header, scanner } = reading;
  if (reading.set !== undefined) missingSetEnd(reading, at);
  const group = reading.group ?? ungrouped(reading, at);
  const place = { ...placeAt(reading, at), inSet: 1 };
  const head = grammar.setHead(segmentElements(scanner, at), header.delimiters, declared(group), place);
  if (group.controls.has(head.control)) addFinding(head.findings, repeatedControl(grammar, place, head.control));
  group.controls.add(head.control);
  reading.set = {
    head,
    firstByte: place.byte ?? 0,
    line: place.line ?? 0,
    firstSegment: reading.segment,
  };
}

const declared = (group: OpenGroup): GroupHead | undefined => (group.declared ? group.head : undefined);

const NO_GROUP = (): GroupHead => ({
  functionalId: "",
  sender: "",
  receiver: "",
  control: "",
  version: "",
  date: "",
  time: "",
  dated: undefined,
  findings: [],
});

function readSetEnd(reading: Reading, at: number): void {
  const { grammar, scanner } = reading;
  const set = reading.set;
  if (set === undefined) {
    misplaced(reading, at, `${grammar.set[1]} without ${grammar.set[0]}`);
    return;
  }
  const counted = reading.segment - set.firstSegment + 1;
  const control = { stated: set.head.control, numeric: false };
  const place = placeAt(reading, at);
  const found = trailerFindings(TRAILERS.set, segmentElements(scanner, at), counted, control, place);
  const end = scanner.window.base + (scanner.batch.ends[at] as number);
  endSet(reading, set, afterTerminator(reading, end), reading.segment, found);
}

/** The offset behind the terminator of a segment that ends at `end`; CR before a line break belongs to it. */
function afterTerminator(reading: Reading, end: number): number {
  const { bytes, base } = reading.scanner.window;
  return bytes[end - base] === reading.scanner.codes.terminator ? end + 1 : end + 2;
}

/** Stops behind segment `at` of the batch. */
function stopReading(reading: Reading, at: number): void {
  const { batch, window } = reading.scanner;
  reading.state = "broken";
  reading.scanner.byte = afterTerminator(reading, window.base + (batch.ends[at] as number));
  reading.scanner.line = batch.lines[at] as number;
  addFinding(reading.findings, tooManyFaults(placeAt(reading, at)));
}

/** Closes the open set; `segment` is the ordinal of its last segment. */
function endSet(reading: Reading, set: OpenSet, endByte: number, segment: number, findings: readonly Finding[]): void {
  const { head } = set;
  for (const finding of findings) addFinding(head.findings, finding);
  tally(reading.counters, head.findings);
  reading.sets += 1;
  reading.group?.sets.push({
    ordinal: reading.sets,
    ...head,
    firstByte: set.firstByte,
    endByte,
    firstSegment: set.firstSegment,
    segments: segment - set.firstSegment + 1,
    line: set.line,
  });
  reading.set = undefined;
}

function missingSetEnd(reading: Reading, at: number): void {
  const { grammar, set } = reading;
  if (set === undefined) return;
  const place = placeAt(reading, at);
  const finding = missingSetTrailer(grammar, place, set.head.control);
  endSet(reading, set, place.byte ?? 0, reading.segment - 1, [finding]);
}

/** The set that begins at `at` stands in no group: EDIFACT allows it, X12 does not. */
function ungrouped(reading: Reading, at: number): OpenGroup {
  const { grammar } = reading;
  if (grammar.grouped) misplaced(reading, at, `${grammar.set[0]} outside of a group`);
  return openGroup(reading, NO_GROUP(), false);
}

function openGroup(reading: Reading, head: GroupHead, isDeclared: boolean): OpenGroup {
  const group: OpenGroup = { head, sets: [], controls: new Set(), declared: isDeclared, stated: "" };
  reading.groups.push(group);
  reading.group = group;
  return group;
}

function readGroupBegin(reading: Reading, at: number): void {
  const { grammar, header, scanner } = reading;
  missingSetEnd(reading, at);
  missingGroupEnd(reading, at);
  const place = placeAt(reading, at);
  openGroup(reading, grammar.groupHead(segmentElements(scanner, at), header.delimiters, place), true);
}

function missingGroupEnd(reading: Reading, at: number): void {
  const { grammar, group } = reading;
  if (group?.declared === true) {
    const place = placeAt(reading, at);
    addFinding(group.head.findings, missingGroupTrailer(grammar, place, group.head.control));
    tally(reading.counters, group.head.findings);
  }
  reading.group = undefined;
}

function readGroupEnd(reading: Reading, at: number): void {
  const { grammar, group, scanner } = reading;
  missingSetEnd(reading, at);
  if (group === undefined || !group.declared) {
    misplaced(reading, at, `${grammar.group[1]} without ${grammar.group[0]}`);
    return;
  }
  const elements = segmentElements(scanner, at);
  const control = { stated: group.head.control, numeric: grammar.family === "x12" };
  const place = placeAt(reading, at);
  group.stated = ownText((elements[1] ?? "").trim());
  for (const finding of trailerFindings(TRAILERS.group, elements, group.sets.length, control, place)) {
    addFinding(group.head.findings, finding);
  }
  tally(reading.counters, group.head.findings);
  reading.group = undefined;
}

function readTrailer(reading: Reading, at: number): void {
  const { grammar, header, scanner } = reading;
  missingSetEnd(reading, at);
  missingGroupEnd(reading, at);
  const groups = reading.groups.filter((group) => group.declared);
  const sets = reading.groups.reduce((count, group) => count + group.sets.length, 0);
  // UNZ counts messages where there are no groups (ISO 9735, UNZ 0036).
  const counted = grammar.grouped || groups.length > 0 ? groups.length : sets;
  const control = { stated: header.values.control, numeric: grammar.family === "x12" };
  const elements = segmentElements(scanner, at);
  for (const finding of trailerFindings(TRAILERS.interchange, elements, counted, control, placeAt(reading, at))) {
    addFinding(reading.findings, finding);
  }
  reading.state = "closed";
}
