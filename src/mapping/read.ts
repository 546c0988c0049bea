/**
 * Reading a set with a mapping is one loop: the innermost open group that has a place for the segment takes it; otherwise
 * groups close until one fits; what fits nowhere is kept and reported.
 */
import type { Family, Segment, SetSegments } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import type { MappingDefinition } from "./definition.ts";
import { documentShape } from "./document-shape.ts";
import { allLines, compileLines, sumsOf } from "./read-group.ts";
import { ReadingLoop } from "./read-loop.ts";
import { tableHeader, tellStrangers, watchStrangers } from "./read-table.ts";
import {
  beginRun,
  type Held,
  placeIn,
  type ReadContext,
  type Run,
  report,
  type UnknownSegment,
  type Unmapped,
} from "./run.ts";
import type { ShapeContext } from "./shapes.ts";
import { versionDistance } from "./versions.ts";

/** What a set says, and what is wrong with it. */
export interface Reading {
  /** The canonical document: plain JSON, `segment` ordinals on opened objects. */
  readonly document: unknown;
  readonly findings: Finding[];
  readonly unmapped: Unmapped[];
  readonly unknown: UnknownSegment[];
  /** Segments of the set: every one is either mapped or unknown. */
  readonly accounted: { readonly segments: number; readonly mapped: number; readonly unknown: number };
}

export type Reader = (batches: Iterable<readonly Segment[]>, context: ReadContext) => Reading;

/** Trailers belong to the envelope; they are accounted for here and judged there. */
const TRAILERS: Readonly<Record<Family, ReadonlySet<string>>> = {
  x12: new Set(["SE"]),
  edifact: new Set(["UNT"]),
  fixed: new Set(),
  csv: new Set(["header"]),
  json: new Set(),
};
const HEADERS: Readonly<Record<Family, ReadonlySet<string>>> = {
  x12: new Set(["ST"]),
  edifact: new Set(["UNH"]),
  fixed: new Set(),
  csv: new Set(),
  json: new Set(),
};

/** Compiles a mapping for reading. */
export function compileReader(definition: MappingDefinition): Reader {
  const sums = sumsOf(definition.lines);
  const root = compileLines(definition, sums);
  const known = new Set(allLines(definition.lines).map((line) => line.tag));
  const trailers = TRAILERS[definition.syntax];
  const headers = HEADERS[definition.syntax];

  const dates = new Map<number, ShapeContext["dates"]>();

  return (batches, context) => {
    const run = beginRun(context, sums.length, dates);
    const loop = new ReadingLoop(run, root, known);
    const isOther = versionDistance(definition, context.version) > 0;
    let segments = 0;
    let mapped = 0;
    let needsHeader = definition.syntax === "csv" && definition.message.headers.length > 0;
    let held: Segment | undefined;
    const take = (segment: Segment, next: Segment | undefined): void => {
      segments += 1;
      run.segment = segment;
      if (isOther && segments === 1) report(run, otherVersion(definition, run));
      if (needsHeader) {
        needsHeader = false;
        tableHeader(run, definition.message, definition.lines);
        mapped += 1;
        return;
      }
      if (run.strangers.size > 0) watchStrangers(run);
      if (loop.take(segment, next)) mapped += 1;
      else if (trailers.has(segment.tag) || headers.has(segment.tag)) {
        mapped += 1;
        if (trailers.has(segment.tag)) loop.finish();
      } else loop.unknown(segment);
    };
    for (const batch of isWholeSet(batches) ? batches.uncut() : batches) {
      for (let at = 0; at < batch.length; at += 1) {
        const segment = batch[at] as Segment;
        if (held !== undefined) take(held, segment);
        held = segment;
      }
      // What is not cut is valid until the next batch is read.
      held = held?.uncut?.cut() ?? held;
    }
    if (held !== undefined) take(held, undefined);
    loop.finish();
    tellStrangers(run);
    if (definition.syntax === "csv" && segments === 1 && !needsHeader) report(run, withoutRows(run));
    if (run.dropped > 0) report(run, droppedFinding(run));
    return {
      document: completed(run.document, definition),
      findings: run.findings,
      unmapped: [...run.unmapped.values()],
      unknown: run.unknown,
      accounted: { segments, mapped, unknown: segments - mapped },
    };
  };
}

const isWholeSet = (batches: Iterable<readonly Segment[]>): batches is SetSegments => "uncut" in batches;

/** A version that the mapping is not written for, read all the same: by the nearest, or since the partner's file says so. */
function otherVersion({ message, name }: MappingDefinition, run: Run): Finding {
  return {
    code: "VERSION_NOT_LISTED",
    severity: "tolerated",
    message: `${message.type} of version ${run.context.version} was read by ${name}, which is for others`,
    place: placeIn(run, 2),
    expected: message.versions.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(", "),
    found: run.context.version,
    remedy: "Compare the document with the message once; add the version to the partner's dialect if all is right.",
  };
}

/** A table that ends behind its header: nothing is wrong with it, and it says nothing. */
const withoutRows = (run: Run): Finding => ({
  code: "TABLE_WITHOUT_ROWS",
  severity: "tolerated",
  message: "The table has a header and no rows: it says nothing",
  place: placeIn(run),
  expected: "at least one row below the header",
  found: "none",
  remedy: "Ask the sender whether rows are missing; what was in force stays so.",
});

function droppedFinding(run: Run): Finding {
  return {
    code: "FINDINGS_DROPPED",
    severity: "tolerated",
    message: `${run.dropped} further findings are not listed`,
    place: {},
    remedy: "Correct the first ones; the others are mostly of the same kinds.",
  };
}

/** Puts in what the head of the mapping says about every document read with it, and lists that schemas ask for. */
export function completed(document: Held, definition: MappingDefinition): Held {
  if (definition.document === "delivery-schedule") {
    if (definition.layer !== undefined) document["layer"] = definition.layer;
    if (definition.numbers !== undefined) document["numbers"] = definition.numbers;
  }
  if (definition.document === "acknowledgement" && definition.syntax === "x12") document["group"] ??= {};
  for (const list of documentShape(definition.document).musts) document[list] ??= [];
  return document;
}
