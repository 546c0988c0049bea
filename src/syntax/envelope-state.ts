/** The state of reading one interchange's envelopes: what is open, what was counted, where things stand. */
import type { Finding, Place } from "../values/finding.ts";
import { addFinding, isCount, MOST_FAULTS } from "./codes.ts";
import { misplacedSegment } from "./envelope-faults.ts";
import type { Grammar, GroupHead, SetHead } from "./grammar.ts";
import type { Header } from "./header.ts";
import type { Scanner } from "./scanner.ts";
import type { SetEntry, Ta1 } from "./segment.ts";

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

export interface OpenSet {
  readonly head: SetHead;
  readonly firstByte: number;
  readonly line: number;
  readonly firstSegment: number;
}

export interface OpenGroup {
  readonly head: GroupHead;
  readonly sets: SetEntry[];
  readonly controls: Set<string>;
  /** False for what holds the sets that stand in no group. */
  readonly declared: boolean;
  stated: string;
}

export interface Reading {
  readonly grammar: Grammar;
  readonly header: Header;
  readonly scanner: Scanner;
  readonly findings: Finding[];
  readonly groups: OpenGroup[];
  readonly counters: Counters;
  readonly ta1: Ta1[];
  /** Ordinal in the file of the segment read last, and its tag. */
  segment: number;
  lastTag: string;
  group: OpenGroup | undefined;
  set: OpenSet | undefined;
  sets: number;
  state: "open" | "closed" | "broken";
}

/** Counts what is wrong with a set or group that is done with. */
export function tally(counters: Counters, findings: readonly Finding[]): void {
  counters.faults += findings.length;
  counters.structural += findings.filter(({ code, severity }) => severity === "reject" && !isCount(code)).length;
}

/** What a segment can be by its first byte: see `firstBytes`. */
export const ORDINARY = 0;
const ENVELOPE = 1;
export const NO_TAG = 2;
const FIRST_BYTES = new Map<Grammar, Uint8Array>();

/** For every byte whether a segment that begins with it may belong to the envelopes, or has no tag at all. */
export function firstBytes(grammar: Grammar): Uint8Array {
  const known = FIRST_BYTES.get(grammar);
  if (known !== undefined) return known;
  const kinds = new Uint8Array(256).fill(NO_TAG);
  for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") kinds[letter.charCodeAt(0)] = ORDINARY;
  for (const tag of [...grammar.interchange, ...grammar.group, ...grammar.set]) kinds[tag.charCodeAt(0)] = ENVELOPE;
  FIRST_BYTES.set(grammar, kinds);
  return kinds;
}

/** The tag of segment `at` of the batch, as far as it is printable. */
export function tagAt(scanner: Scanner, at: number, element: number): string {
  const { batch, window } = scanner;
  const start = batch.starts[at] as number;
  let end = start;
  while (end < (batch.ends[at] as number) && end - start < 20 && window.bytes[end] !== element) end += 1;
  return window.bytes.toString("latin1", start, end).replace(/[^\x20-\x7E]/g, "");
}

/** The place of segment `at`, which has the ordinal `reading.segment`. */
export function placeAt(reading: Reading, at: number): Place {
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
export function report(reading: Reading, finding: Finding): void {
  addFinding(reading.set?.head.findings ?? reading.group?.head.findings ?? reading.findings, finding);
}

/** Reports a segment that may not stand where it does. */
export function misplaced(reading: Reading, at: number, found: string): void {
  report(reading, misplacedSegment(reading.grammar, placeAt(reading, at), found));
}

/** The offset behind the terminator of a segment that ends at `end`; CR before a line break belongs to it. */
export function afterTerminator(reading: Reading, end: number): number {
  const { bytes, base } = reading.scanner.window;
  return bytes[end - base] === reading.scanner.codes.terminator ? end + 1 : end + 2;
}
