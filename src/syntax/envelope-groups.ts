/** Functional groups of X12 and EDIFACT: where each begins and ends, and whether its envelope is as it says. */
import { addFinding } from "./codes.ts";
import { missingGroupTrailer } from "./envelope-faults.ts";
import { missingSetEnd, openGroup } from "./envelope-sets.ts";
import { misplaced, placeAt, type Reading, tally } from "./envelope-state.ts";
import { ownText } from "./envelope-values.ts";
import { segmentElements } from "./scanner.ts";
import { TRAILERS, trailerFindings } from "./trailers.ts";

export function readGroupBegin(reading: Reading, at: number): void {
  const { grammar, header, scanner } = reading;
  missingSetEnd(reading, at);
  missingGroupEnd(reading, at);
  const place = placeAt(reading, at);
  openGroup(reading, grammar.groupHead(segmentElements(scanner, at), header.delimiters, place), true);
}

/** Closes a group whose trailer is missing, before what stands at `at`. */
export function missingGroupEnd(reading: Reading, at: number): void {
  const { grammar, group } = reading;
  if (group?.declared === true) {
    const place = placeAt(reading, at);
    addFinding(group.head.findings, missingGroupTrailer(grammar, place, group.head.control));
    tally(reading.counters, group.head.findings);
  }
  reading.group = undefined;
}

export function readGroupEnd(reading: Reading, at: number): void {
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
