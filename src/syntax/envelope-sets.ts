/** Sets within an interchange: where each begins and ends, and whether its envelope is as it says. */
import type { Finding } from "../values/finding.ts";
import { addFinding } from "./codes.ts";
import { missingSetTrailer, repeatedControl } from "./envelope-faults.ts";
import {
  afterTerminator,
  misplaced,
  type OpenGroup,
  type OpenSet,
  placeAt,
  type Reading,
  tally,
} from "./envelope-state.ts";
import type { GroupHead } from "./grammar.ts";
import { segmentElements } from "./scanner.ts";
import { TRAILERS, trailerFindings } from "./trailers.ts";
import { NO_GROUP } from "./ungrouped.ts";

export function readSetBegin(reading: Reading, at: number): void {
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

export function readSetEnd(reading: Reading, at: number): void {
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

/** Closes the open set; `segment` is the ordinal of its last segment. */
export function endSet(
  reading: Reading,
  set: OpenSet,
  endByte: number,
  segment: number,
  findings: readonly Finding[],
): void {
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

/** Closes a set whose trailer is missing, before what stands at `at`. */
export function missingSetEnd(reading: Reading, at: number): void {
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
  return openGroup(reading, { ...NO_GROUP, dated: undefined, findings: [] }, false);
}

export function openGroup(reading: Reading, head: GroupHead, isDeclared: boolean): OpenGroup {
  const group: OpenGroup = { head, sets: [], controls: new Set(), declared: isDeclared, stated: "" };
  reading.groups.push(group);
  reading.group = group;
  return group;
}
