/**
 * Pass one over one interchange of X12 or EDIFACT: its groups and sets with their byte ranges, and whether envelopes are
 * nested, counted and numbered as they say. Keeps one row per set; segments are only looked at for their tags.
 */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding, isCount, MOST_FAULTS } from "./codes.ts";
import { ownText } from "./envelope-values.ts";
import type { Grammar, GroupHead, SetHead } from "./grammar.ts";
import type { Header, HeaderStart } from "./header.ts";
import { type Batch, isTag, MARK, nextBatch, type Scanner, scannerOf, segmentElements } from "./scanner.ts";
import type { GroupEntry, InterchangeEntry, SetEntry } from "./segment.ts";
import { TRAILERS, trailerFindings } from "./trailers.ts";
import { MAX_SEGMENT, type ReadWindow } from "./window.ts";

/** What was counted in the file before an interchange; moved on by reading it. */
export interface Counters {
  interchanges: number;
  segments: number;
  sets: number;
  /** Findings of sets and groups, and those among them that reject and are no counts. */
  faults: number;
  structural: number;
}

/** Whether so much is wrong that the rest of the file is not looked at. */
export const isHopeless = (counters: Counters): boolean =>
  counters.faults > MOST_FAULTS.all || counters.structural > MOST_FAULTS.structural;

export interface Position {
  readonly byte: number;
  readonly line: number;
}

interface OpenSet {
  readonly head: SetHead;
  readonly firstByte: number;
  readonly line: number;
  readonly firstSegment: number;
}

interface OpenGroup {
  readonly head: GroupHead;
  readonly sets: SetEntry[];
  readonly controls: Set<string>;
  /** False for what holds the sets that stand in no group. */
  readonly declared: boolean;
  stated: string;
}

interface Reading {
  readonly grammar: Grammar;
  readonly header: Header;
  readonly scanner: Scanner;
  readonly findings: Finding[];
  readonly groups: OpenGroup[];
  readonly counters: Counters;
  /** Ordinal in the file of the segment read last, and its tag. */
  segment: number;
  lastTag: string;
  group: OpenGroup | undefined;
  set: OpenSet | undefined;
  sets: number;
  state: "open" | "closed" | "broken";
}

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
      if (isHopeless(reading.counters)) tooManyFaults(reading, at);
    }
    if (reading.state === "open") reading.lastTag = tagAt(scanner, batch.count - 1, codes.element);
  }
  return { byte: scanner.byte, line: scanner.line };
}

const ORDINARY = 0;
const ENVELOPE = 1;
const NO_TAG = 2;
const FIRST_BYTES = new Map<Grammar, Uint8Array>();

/** For every byte whether a segment that begins with it may belong to the envelopes, or has no tag at all. */
function firstBytes(grammar: Grammar): Uint8Array {
  const known = FIRST_BYTES.get(grammar);
  if (known !== undefined) return known;
  const kinds = new Uint8Array(256).fill(NO_TAG);
  for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") kinds[letter.charCodeAt(0)] = ORDINARY;
  for (const tag of [...grammar.interchange, ...grammar.group, ...grammar.set]) kinds[tag.charCodeAt(0)] = ENVELOPE;
  FIRST_BYTES.set(grammar, kinds);
  return kinds;
}

function tagAt(scanner: Scanner, at: number, element: number): string {
  const { batch, window } = scanner;
  const start = batch.starts[at] as number;
  let end = start;
  while (end < (batch.ends[at] as number) && end - start < 20 && window.bytes[end] !== element) end += 1;
  return window.bytes.toString("latin1", start, end).replace(/[^\x20-\x7E]/g, "");
}

/** The place of segment `at`, which has the ordinal `reading.segment`. */
function placeAt(reading: Reading, at: number): Place {
  const { batch, codes, window } = reading.scanner;
  const set = reading.set;
  const place: Place = {
    byte: window.base + (batch.starts[at] as number),
    line: batch.lines[at] as number,
    segment: reading.segment,
    tag: tagAt(reading.scanner, at, codes.element),
  };
  return set === undefined ? place : { ...place, inSet: reading.segment - set.firstSegment + 1 };
}

/** Reports in the innermost envelope that is open. */
function report(reading: Reading, finding: Finding): void {
  addFinding(reading.set?.head.findings ?? reading.group?.head.findings ?? reading.findings, finding);
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
    addFinding(reading.findings, {
      code: "SYNTAX_SEGMENT_LENGTH",
      severity: "reject",
      message: "A segment does not end.",
      place: placeAt(reading, at),
      expected: `a terminator within ${MAX_SEGMENT} bytes`,
      found: "none",
      remedy: "Ask the sender to send the file again; a terminator has been lost or is another than the header says.",
      ...(reading.grammar.family === "x12" ? { ack: { interchange: "004" } } : {}),
    });
  } else {
    const { byte, line } = placeAt(reading, at);
    const place = { byte: byte ?? 0, line: line ?? 0, segment: reading.segment + 1 };
    if ((mark & MARK.empty) !== 0) {
      report(reading, {
        code: "SYNTAX_EMPTY_SEGMENT",
        severity: "tolerated",
        message: "Two segment terminators follow each other; the empty segment is left out and not counted.",
        place,
        remedy: "Ask the sender to write one terminator per segment.",
      });
    } else report(reading, strayText(place));
  }
}

/** Text that is no segment, at `place`. */
export function strayText(place: Place): Finding {
  return {
    code: "SYNTAX_STRAY_TEXT",
    severity: "reject",
    message: "There is text that is no segment.",
    place,
    expected: "segments, and nothing but blanks and line breaks between them",
    remedy: "Ask the sender for a file without comments and other additions.",
  };
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
  const end = reading.grammar.interchange[1];
  const place: Place = { byte: at.byte, line: at.line, segment: at.segment, tag };
  const inSet = reading.set === undefined ? {} : { inSet: at.segment - reading.set.firstSegment + 1 };
  reading.state = "broken";
  addFinding(reading.findings, {
    code: "SYNTAX_TRUNCATED",
    severity: "reject",
    message: `The file ends before the interchange does; nothing of the interchange takes effect.`,
    place: { ...place, ...inSet },
    expected: `${end} with the control number ${reading.header.values.control}`,
    found: `the end of the file at byte ${at.byte}, in or behind segment ${at.segment}`,
    remedy: "Ask the sender to send the file again, whole.",
    ...(reading.grammar.family === "x12" ? { ack: { interchange: "023" } } : {}),
  });
}

/** A segment that may belong to the envelopes, or any segment where no set is open. */
function readEnvelope(reading: Reading, at: number, noTag: boolean): void {
  const { family, group, interchange, services, set } = reading.grammar;
  if (noTag) nameless(reading, at);
  else if (isAt(reading, at, set[1])) readSetEnd(reading, at);
  else if (isAt(reading, at, set[0])) readSetBegin(reading, at);
  else if (isAt(reading, at, group[1])) readGroupEnd(reading, at);
  else if (isAt(reading, at, group[0])) readGroupBegin(reading, at);
  else if (isAt(reading, at, interchange[1])) readTrailer(reading, at);
  else if (isAt(reading, at, interchange[0]) || (family === "edifact" && isServiceString(reading, at))) {
    nextBegins(reading, at);
  } else if (reading.set === undefined) {
    const service = reading.group === undefined && services.some((tag) => isAt(reading, at, tag));
    if (!service) misplaced(reading, at, `a segment outside of a ${set[0]} to ${set[1]}`);
  }
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

function nameless(reading: Reading, at: number): void {
  report(reading, {
    code: "SYNTAX_SEGMENT_TAG",
    severity: "reject",
    message: "A segment has no tag.",
    place: placeAt(reading, at),
    expected: "a tag of capital letters and digits",
    remedy: "Ask the sender to correct the file; a separator or terminator may be one too many.",
    ...(reading.grammar.family === "x12" ? { ack: { segment: "1", set: "5", interchange: "022" } } : {}),
  });
}

function misplaced(reading: Reading, at: number, found: string): void {
  report(reading, {
    code: "SYNTAX_NESTING",
    severity: "reject",
    message: "A segment stands where the envelopes do not allow it.",
    place: placeAt(reading, at),
    expected: `${reading.grammar.interchange.join(", ")} around ${reading.grammar.group.join(", ")} around ${reading.grammar.set.join(", ")}`,
    found,
    remedy: "Ask the sender to correct the file's envelopes.",
    ...(reading.grammar.family === "x12" ? { ack: { interchange: "022" } } : {}),
  });
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
  if (reading.group === undefined) {
    if (grammar.grouped) misplaced(reading, at, `${grammar.set[0]} outside of a group`);
    openGroup(reading, NO_GROUP(), false);
  }
  const group = reading.group as unknown as OpenGroup;
  const place = { ...placeAt(reading, at), inSet: 1 };
  const head = grammar.setHead(segmentElements(scanner, at), header.delimiters, declared(group), place);
  if (group.controls.has(head.control)) addFinding(head.findings, repeated(grammar, head.control, place));
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

function repeated(grammar: Grammar, control: string, place: Place): Finding {
  return {
    code: "SYNTAX_SET_CONTROL_REPEATED",
    severity: "tolerated",
    message: "Two sets of the group have the same control number, so an acknowledgement cannot tell them apart.",
    place: { ...place, element: grammar.family === "x12" ? 2 : 1 },
    expected: "a control number of its own for every set",
    found: control,
    remedy: "The set is read all the same; ask the sender to number the sets of a group.",
    ...(grammar.family === "x12" ? { ack: { set: "23" } } : {}),
  };
}

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
  const found = trailerFindings(TRAILERS.set, grammar, segmentElements(scanner, at), counted, control, place);
  const end = scanner.window.base + (scanner.batch.ends[at] as number);
  endSet(reading, set, afterTerminator(reading, end), reading.segment, found);
}

/** The offset behind the terminator of a segment that ends at `end`; CR before a line break belongs to it. */
function afterTerminator(reading: Reading, end: number): number {
  const { bytes, base } = reading.scanner.window;
  return bytes[end - base] === reading.scanner.codes.terminator ? end + 1 : end + 2;
}

function tally(counters: Counters, findings: readonly Finding[]): void {
  counters.faults += findings.length;
  counters.structural += findings.filter(({ code, severity }) => severity === "reject" && !isCount(code)).length;
}

/** Stops behind segment `at` of the batch. */
function tooManyFaults(reading: Reading, at: number): void {
  const { batch, window } = reading.scanner;
  reading.state = "broken";
  reading.scanner.byte = afterTerminator(reading, window.base + (batch.ends[at] as number));
  reading.scanner.line = batch.lines[at] as number;
  addFinding(reading.findings, {
    code: "SYNTAX_TOO_MANY_FAULTS",
    severity: "reject",
    message: "So much is wrong with the envelopes that the rest of the file is not looked at.",
    place: placeAt(reading, at),
    expected: `at most ${MOST_FAULTS.structural} faults`,
    remedy: "Ask the sender to correct the file.",
    ...(reading.grammar.family === "x12" ? { ack: { interchange: "022" } } : {}),
  });
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
  const { grammar } = reading;
  const set = reading.set;
  if (set === undefined) return;
  const place = placeAt(reading, at);
  endSet(reading, set, place.byte ?? 0, reading.segment - 1, [
    {
      code: "SYNTAX_SET_TRAILER",
      severity: "reject",
      message: `The set has no ${grammar.set[1]}.`,
      place,
      expected: `${grammar.set[1]} with the control number ${set.head.control}`,
      found: place.tag ?? "another segment",
      remedy: "Ask the sender to send the file again.",
      ...(grammar.family === "x12" ? { ack: { set: "2" } } : {}),
    },
  ]);
}

function openGroup(reading: Reading, head: GroupHead, isDeclared: boolean): void {
  const group: OpenGroup = { head, sets: [], controls: new Set(), declared: isDeclared, stated: "" };
  reading.groups.push(group);
  reading.group = group;
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
    addFinding(group.head.findings, {
      code: "SYNTAX_GROUP_TRAILER",
      severity: "reject",
      message: `The group has no ${grammar.group[1]}.`,
      place,
      expected: `${grammar.group[1]} with the control number ${group.head.control}`,
      found: place.tag ?? "another segment",
      remedy: "Ask the sender to send the file again.",
      ...(grammar.family === "x12" ? { ack: { group: "3" } } : {}),
    });
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
  for (const finding of trailerFindings(TRAILERS.group, grammar, elements, group.sets.length, control, place)) {
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
  for (const finding of trailerFindings(
    TRAILERS.interchange,
    grammar,
    elements,
    counted,
    control,
    placeAt(reading, at),
  )) {
    addFinding(reading.findings, finding);
  }
  reading.state = "closed";
}
