/** The reading loop: finds the place of each segment among the open groups, and reports what has none. */
import type { Segment } from "../syntax/segment.ts";
import { readMillionths } from "../values/figures.ts";
import type { FieldDefinition } from "./definition.ts";
import { type CompiledLine, type Group, handDown } from "./read-group.ts";
import { append } from "./read-line.ts";
import { type Held, keepUnknown, placeIn, type Run, report } from "./run.ts";
import { isPlainNumber } from "./shapes-numbers.ts";

/** An open group: the line that opened it, what its lines fill, and how often each of them came. */
interface Frame {
  readonly group: Group;
  readonly target: Held;
  readonly carried: readonly Held[];
  readonly counts: number[];
  lastOrder: number;
}

/** One reading of a set; `take` is called for each of its segments, `finish` at its end. */
export class ReadingLoop {
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
      for (const carried of frame.carried) handDown(carried, object);
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
    const carried = line.definition.carries ? [...frame.carried, target] : frame.carried;
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

const NOTHING_CARRIED: readonly Held[] = [];

function openFrame(group: Group, target: Held, carried: readonly Held[]): Frame {
  return { group, target, carried, counts: [], lastOrder: -1 };
}
