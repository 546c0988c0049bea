/** How an interchange ends: with its trailer, where the file ends or the next one begins, or where it cannot be read on. */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding } from "./codes.ts";
import { tooManyFaults, truncation } from "./envelope-faults.ts";
import { missingGroupEnd } from "./envelope-groups.ts";
import { missingSetEnd } from "./envelope-sets.ts";
import { afterTerminator, type Position, placeAt, type Reading, tagAt } from "./envelope-state.ts";
import { segmentElements } from "./scanner.ts";
import { TRAILERS, trailerFindings } from "./trailers.ts";

/** The interchange's trailer. */
export function readTrailer(reading: Reading, at: number): void {
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
  if (groups.length === 0 && sets === 0 && reading.ta1.length === 0) {
    addFinding(reading.findings, nothingSent(placeAt(reading, at), grammar));
  }
  reading.state = "closed";
}

/** An interchange without groups may be one of TA1; otherwise it says nothing. */
function nothingSent(place: Place, { family, interchange: [begin, end] }: Reading["grammar"]): Finding {
  return {
    code: "SYNTAX_EMPTY_INTERCHANGE",
    severity: "tolerated",
    message: `The interchange holds nothing between ${begin} and ${end}.`,
    place,
    expected: family === "x12" ? "a group, or a TA1" : "a message",
    found: "nothing",
    remedy: "Ask the sender whether something was to be sent.",
  };
}

/**
 * The last segment of the file, which has no terminator: only the interchange's trailer may lack it, and only when it
 * says all that it has to. A beginning of the control number means that the file was cut in it.
 */
export function readLast(reading: Reading, at: number): void {
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

/** The interchange ends before its trailer. */
export function truncated(reading: Reading, at: Position & { readonly segment: number }, tag: string): void {
  const inSet = reading.set === undefined ? {} : { inSet: at.segment - reading.set.firstSegment + 1 };
  const place: Place = { byte: at.byte, line: at.line, segment: at.segment, tag, ...inSet };
  reading.state = "broken";
  addFinding(reading.findings, truncation(reading.grammar, place, reading.header.values.control));
}

/** The next interchange begins although this one has not ended. */
export function nextBegins(reading: Reading, at: number): void {
  const { batch, window } = reading.scanner;
  const tag = reading.grammar.interchange[0];
  const byte = window.base + (batch.starts[at] as number);
  const line = batch.lines[at] as number;
  truncated(reading, { byte, line, segment: reading.segment }, tag);
  reading.segment -= 1;
  reading.scanner.byte = byte;
  reading.scanner.line = line;
}

/** Stops behind segment `at` of the batch. */
export function stopReading(reading: Reading, at: number): void {
  const { batch, window } = reading.scanner;
  reading.state = "broken";
  reading.scanner.byte = afterTerminator(reading, window.base + (batch.ends[at] as number));
  reading.scanner.line = batch.lines[at] as number;
  addFinding(reading.findings, tooManyFaults(placeAt(reading, at)));
}
