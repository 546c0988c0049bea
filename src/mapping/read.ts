/**
 * Reading a set with a mapping is one loop: the innermost open group that has a place for the segment takes it; otherwise
 * groups close until one fits; what fits nowhere is kept and reported.
 */
import type { Family, Segment } from "../syntax/segment.ts";
import { readMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { Condition, FieldDefinition, LineDefinition, MappingDefinition } from "./definition.ts";
import { getAt, putAt } from "./paths.ts";
import { append, compilePlaces } from "./read-line.ts";
import { type ReadPlaces, splitAt } from "./read-places.ts";
import { tableHeader } from "./read-table.ts";
import type { UnknownSegment } from "./run.ts";
import { beginRun, type Held, keepUnknown, placeIn, type ReadContext, type Run, report, type Unmapped } from "./run.ts";
import type { ShapeContext } from "./shapes.ts";
import { isPlainNumber } from "./shapes-numbers.ts";

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

interface CompiledLine {
  readonly definition: LineDefinition;
  readonly places: ReadPlaces;
  readonly matches: ((elements: readonly string[], run: Run) => boolean) | undefined;
  readonly index: number;
  readonly group: Group | undefined;
  readonly objectPath: readonly string[];
  /** Copies what this line carries into an object opened below it. */
  readonly handDown: ((carried: Held, target: Held) => void) | undefined;
  readonly isCounted: boolean;
  /** Makes an object of the list this line opens. */
  readonly make: (segment: number) => Held;
  readonly summands: readonly { readonly sum: number; readonly field: NonNullable<FieldDefinition["sum"]> }[];
}

interface Group {
  readonly lines: readonly CompiledLine[];
  readonly byTag: ReadonlyMap<string, readonly CompiledLine[]>;
  readonly musts: readonly CompiledLine[];
}

interface Carried {
  readonly line: CompiledLine;
  readonly values: Held;
}

/** An open group: the line that opened it, what its lines fill, and how often each of them came. */
interface Frame {
  readonly group: Group;
  readonly target: Held;
  readonly carried: readonly Carried[];
  readonly counts: number[];
  lastOrder: number;
}

/** Trailers belong to the envelope; they are accounted for here and judged there. */
const TRAILERS: Readonly<Record<Family, ReadonlySet<string>>> = {
  x12: new Set(["SE"]),
  edifact: new Set(["UNT"]),
  fixed: new Set(),
  csv: new Set(["header"]),
};
const HEADERS: Readonly<Record<Family, ReadonlySet<string>>> = {
  x12: new Set(["ST"]),
  edifact: new Set(["UNH"]),
  fixed: new Set(),
  csv: new Set(),
};

/** Compiles a mapping for reading. */
export function compileReader(definition: MappingDefinition): Reader {
  const sums = sumsOf(definition.lines);
  const root = compileGroup(definition.lines, [], { definition, sums });
  const known = new Set(allLines(definition.lines).map((line) => line.tag));
  const trailers = TRAILERS[definition.syntax];
  const headers = HEADERS[definition.syntax];

  const dates = new Map<number, ShapeContext["dates"]>();

  return (batches, context) => {
    const run = beginRun(context, sums.length, dates);
    const loop = new ReadingLoop(run, root, known);
    let segments = 0;
    let mapped = 0;
    let needsHeader = definition.syntax === "csv" && definition.message.headers.length > 0;
    for (const batch of batches) {
      for (const segment of batch) {
        segments += 1;
        run.segment = segment;
        if (needsHeader) {
          needsHeader = false;
          tableHeader(run, definition.message.headers, segment);
          mapped += 1;
          continue;
        }
        if (loop.take(segment)) mapped += 1;
        else if (trailers.has(segment.tag) || headers.has(segment.tag)) {
          mapped += 1;
          if (trailers.has(segment.tag)) loop.finish();
        } else loop.unknown(segment);
      }
    }
    loop.finish();
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
function completed(document: Held, definition: MappingDefinition): Held {
  if (definition.document === "delivery-schedule") {
    if (definition.layer !== undefined) document["layer"] = definition.layer;
    if (definition.numbers !== undefined) document["numbers"] = definition.numbers;
  }
  if (definition.document === "acknowledgement") document["group"] ??= {};
  else document["lines"] ??= [];
  return document;
}

/** All lines of a list with those below them. */
export function allLines(lines: readonly LineDefinition[]): LineDefinition[] {
  return lines.flatMap((line) => [line, ...allLines(line.below)]);
}

function sumsOf(lines: readonly LineDefinition[]): FieldDefinition[] {
  return allLines(lines).flatMap((line) => line.fields.filter((field) => field.sum !== undefined));
}

interface Compilation {
  readonly definition: MappingDefinition;
  readonly sums: readonly FieldDefinition[];
}

function compileGroup(
  lines: readonly LineDefinition[],
  objectPath: readonly string[],
  compilation: Compilation,
): Group {
  const compiled = lines.map((line, index) => compileLine(line, index, objectPath, compilation));
  const byTag = new Map<string, CompiledLine[]>();
  for (const line of compiled) {
    const held = byTag.get(line.definition.tag);
    if (held === undefined) byTag.set(line.definition.tag, [line]);
    else held.push(line);
  }
  return { lines: compiled, byTag, musts: compiled.filter((line) => line.definition.least > 0) };
}

function compileLine(
  line: LineDefinition,
  index: number,
  above: readonly string[],
  compilation: Compilation,
): CompiledLine {
  const { definition, sums } = compilation;
  const counted = allLines(definition.lines).flatMap((one) => one.fields.map((field) => field.count));
  const objectPath = line.opens === undefined ? above : [...above, line.opens];
  const summands = sums.flatMap((field, sum) =>
    field.sum !== undefined && field.sum.tag === line.tag ? [{ sum, field: field.sum }] : [],
  );
  return {
    definition: line,
    places: compilePlaces(line, definition.syntax, new Map(sums.map((field, at) => [field, at]))),
    matches: line.when.length === 0 ? undefined : matcher(line.when),
    index,
    group: line.below.length === 0 ? undefined : compileGroup(line.below, objectPath, compilation),
    objectPath,
    handDown: line.carries ? handDown(line) : undefined,
    make: maker(),
    isCounted: counted.includes(line.tag),
    summands,
  };
}

/**
 * Makes plain objects that begin with `segment`. Each line has a maker of its own, so that the engine learns how many
 * fields its objects get and keeps them within the object (measured: a third less time in the collector).
 */
function maker(): (segment: number) => Held {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- every line needs a function of its own
  function Opened(this: Held, segment: number): void {
    this["segment"] = segment;
  }
  Opened.prototype = Object.prototype;
  const constructed = Opened as unknown as new (segment: number) => Held;
  return (segment) => new constructed(segment);
}

function handDown(line: LineDefinition): (carried: Held, target: Held) => void {
  const paths = [...line.fields, ...(line.pairs?.fields.values() ?? [])].flatMap((field) => field.to);
  const copies = paths.map((path) => [getAt(path), putAt(path)] as const);
  return (carried, target) => {
    for (const [get, put] of copies) {
      const value = get(carried);
      if (value !== undefined) put(target, value);
    }
  };
}

function matcher(conditions: readonly Condition[]): (elements: readonly string[], run: Run) => boolean {
  const tests = conditions.map(({ address, values }) => {
    const allowed = new Set(values);
    return (elements: readonly string[], run: Run): boolean => {
      if (address.kind === "range")
        return allowed.has((elements[1] ?? "").slice(address.first - 1, address.last).trim());
      if (address.kind === "column") {
        return allowed.has((elements[run.columns.get(address.number) ?? address.number] ?? "").trim());
      }
      const raw = elements[address.element] ?? "";
      const { component, release } = run.context.delimiters;
      if (address.component === 0 && !raw.includes(component)) return allowed.has(raw.trim());
      const parts = splitAt(raw, component, release);
      return allowed.has((parts[Math.max(address.component, 1) - 1] ?? "").trim());
    };
  });
  return (elements, run) => tests.every((test) => test(elements, run));
}

class ReadingLoop {
  private readonly run: Run;
  private readonly known: ReadonlySet<string>;
  private readonly frames: Frame[];
  /** A group that opens only if the next segment belongs into it: most steps have nothing below them. */
  private waiting: Group | undefined;
  private waitingFor: Held = {};

  constructor(run: Run, root: Group, known: ReadonlySet<string>) {
    this.run = run;
    this.known = known;
    this.frames = [openFrame(root, run.document, [])];
  }

  /** Finds the place of a segment and reads it there. Returns false when no open group has one. */
  take(segment: Segment): boolean {
    if (this.waiting !== undefined) {
      if (this.waiting.byTag.has(segment.tag)) {
        this.frames.push(openFrame(this.waiting, this.waitingFor, NOTHING_CARRIED));
      }
      this.waiting = undefined;
    }
    let full: { depth: number; line: CompiledLine } | undefined;
    for (let depth = this.frames.length - 1; depth >= 0; depth -= 1) {
      const frame = this.frames[depth] as Frame;
      const candidates = frame.group.byTag.get(segment.tag);
      if (candidates === undefined) continue;
      for (const line of candidates) {
        if (line.definition.most === 0) continue;
        if (line.matches !== undefined && !line.matches(segment.elements, this.run)) continue;
        const hasRoom = (frame.counts[line.index] ?? 0) < line.definition.most;
        if (hasRoom && (full === undefined || line.definition.order >= frame.lastOrder)) {
          this.accept(depth, line, segment, false);
          return true;
        }
        if (!hasRoom) full ??= { depth, line };
      }
    }
    if (full === undefined) return false;
    this.accept(full.depth, full.line, segment, true);
    return true;
  }

  private accept(depth: number, line: CompiledLine, segment: Segment, isTooMany: boolean): void {
    const { run } = this;
    while (this.frames.length - 1 > depth) this.close();
    const frame = this.frames[depth] as Frame;
    run.line = line.definition;
    run.objectPath = line.objectPath;
    frame.counts[line.index] = (frame.counts[line.index] ?? 0) + 1;
    if (line.definition.order < frame.lastOrder) this.outOfOrder(frame, line);
    else frame.lastOrder = line.definition.order;
    if (line.isCounted) this.count(segment.tag);
    for (const { sum, field } of line.summands) this.add(sum, field, segment);
    if (isTooMany) this.tooMany(line);

    const { opens } = line.definition;
    if (opens !== undefined) {
      const object = line.make(segment.inSet);
      for (const carried of frame.carried) carried.line.handDown?.(carried.values, object);
      append(frame.target, opens, object);
      line.places(segment.elements, object, run);
      if (line.group === undefined) return;
      if (line.group.musts.length > 0) this.frames.push(openFrame(line.group, object, NOTHING_CARRIED));
      else {
        this.waiting = line.group;
        this.waitingFor = object;
      }
      return;
    }
    // What is one too many must not take the place of what came before it.
    const target = line.definition.carries || isTooMany ? {} : frame.target;
    line.places(segment.elements, target, run);
    if (line.group === undefined) return;
    const carried = line.handDown === undefined ? frame.carried : [...frame.carried, { line, values: target }];
    this.frames.push(openFrame(line.group, isTooMany && !line.definition.carries ? target : frame.target, carried));
  }

  private count(tag: string): void {
    this.run.counters.set(tag, (this.run.counters.get(tag) ?? 0) + 1);
  }

  private add(index: number, field: NonNullable<FieldDefinition["sum"]>, segment: Segment): void {
    const sum = this.run.sums[index];
    const { address } = field;
    if (sum === undefined) return;
    const raw =
      address.kind === "range"
        ? (segment.elements[1] ?? "").slice(address.first - 1, address.last).trim()
        : address.kind === "element"
          ? (segment.elements[address.element] ?? "")
          : "";
    if (raw.length <= 9 && isPlainNumber(raw)) sum.small += Number(raw);
    else {
      const millionths = readMillionths(raw.trim());
      if (typeof millionths === "bigint") sum.millionths += millionths;
    }
  }

  /** Closes the innermost group: what had to come and did not is missing before the segment that is now read. */
  private close(): void {
    const frame = this.frames.pop();
    if (frame !== undefined) this.missing(frame);
  }

  private missing(frame: Frame): void {
    for (const line of frame.group.musts) {
      const count = frame.counts[line.index] ?? 0;
      if (count >= line.definition.least) continue;
      this.run.objectPath = line.objectPath;
      report(this.run, {
        code: "SEGMENT_MISSING",
        severity: "reject",
        message: `${line.definition.path} must come and is missing before this segment`,
        place: { ...placeIn(this.run), tag: line.definition.tag },
        expected: `${line.definition.tag} at least ${line.definition.least === 1 ? "once" : `${line.definition.least} times`}`,
        found: count === 0 ? "none" : String(count),
        remedy: "Ask the sender to send the message complete, or set times in a dialect.",
        ack: { segment: "3" },
      });
    }
  }

  private tooMany(line: CompiledLine): void {
    const isLoop = line.definition.below.length > 0;
    const opens = line.definition.opens !== undefined;
    report(this.run, {
      code: "SEGMENT_TOO_MANY",
      severity: opens ? "tolerated" : "reject",
      message: opens
        ? `${line.definition.path} comes more often than it may; it was read all the same`
        : `${line.definition.path} comes more often than it may, and what it says has no second place`,
      place: placeIn(this.run),
      expected: line.definition.most === 1 ? "once" : `at most ${line.definition.most} times`,
      found: "one more",
      remedy: "Ask the sender, or set times in a dialect.",
      ack: { segment: isLoop ? "4" : "5" },
    });
  }

  private outOfOrder(frame: Frame, line: CompiledLine): void {
    const before = frame.group.lines.find((one) => one.definition.order === frame.lastOrder);
    report(this.run, {
      code: "SEGMENT_OUT_OF_ORDER",
      severity: "tolerated",
      message: `${line.definition.path} stands behind ${before?.definition.path ?? "a later line"}; it was understood all the same`,
      place: placeIn(this.run),
      expected: `${line.definition.tag} before ${before?.definition.tag ?? "it"}`,
      found: `${line.definition.tag} behind it`,
      remedy: "Tell the sender that the segments are not in the order of the message.",
      ack: { segment: "7" },
    });
  }

  /** Keeps and reports a segment that has no place. */
  unknown(segment: Segment): void {
    const isKnown = this.known.has(segment.tag);
    keepUnknown(this.run);
    if (this.run.counters.has(segment.tag)) this.count(segment.tag);
    report(this.run, {
      code: "SEGMENT_UNKNOWN",
      severity: "tolerated",
      message: isKnown
        ? `${segment.tag} has no place here; it was kept and not used`
        : `${segment.tag} has no place in this message; it was kept and not used`,
      place: placeIn(this.run),
      expected: "a segment the mapping lists at this place",
      found: segment.elements.join(this.run.context.delimiters.element).slice(0, 120),
      remedy: "If the segment matters, add a line for it in a dialect.",
      ack: { segment: isKnown ? "2" : "1" },
    });
  }

  /** Closes all groups at the end of the set. */
  finish(): void {
    while (this.frames.length > 0) this.close();
  }
}

const NOTHING_CARRIED: readonly Carried[] = [];

function openFrame(group: Group, target: Held, carried: readonly Carried[]): Frame {
  return { group, target, carried, counts: [], lastOrder: -1 };
}
