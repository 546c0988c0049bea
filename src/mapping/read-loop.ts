/** The reading loop: finds the place of each segment among the open groups, and reads it there. */
import type { Segment } from "../syntax/segment.ts";
import { append } from "./paths.ts";
import { type Candidate, type Candidates, candidatesFor, candidatesOf } from "./read-candidates.ts";
import { type Carried, carriedBy, handDown } from "./read-carried.ts";
import { Frame } from "./read-frame.ts";
import type { CompiledLine, Group } from "./read-group.ts";
import { reportMisplaced, reportMissing, reportOutOfOrder, reportTooMany, reportUnknown } from "./read-misplaced.ts";
import { LastSaid } from "./read-said.ts";
import { count, tally } from "./read-tallies.ts";
import { isChosen, type Within, wayTo } from "./read-within.ts";
import { type Held, keepUnknown, type Run } from "./run.ts";

/** One reading of a set; `take` is called for each of its segments, `finish` at its end. */
export class ReadingLoop {
  private readonly run: Run;
  private readonly known: ReadonlySet<string>;
  /** The open groups, from the message inwards. */
  private readonly frames: Frame[];
  /** Frames by the number of their group, which is open once at most: a schedule opens few groups many times. */
  private readonly made: (Frame | undefined)[] = [];
  private readonly lastSaid = new LastSaid();
  /** A group that opens only if the next segment belongs into it: most steps have nothing below them. */
  private waiting: Group | undefined;
  private waitingFor: Held = {};
  /** The line read last, where the next segment can only be one more of it if it has the tag: most of a schedule is such. */
  private repeated: CompiledLine | undefined;

  constructor(run: Run, root: Group, known: ReadonlySet<string>) {
    this.run = run;
    this.known = known;
    this.frames = [new Frame(root, run.document)];
  }

  /** Finds the place of a segment, which `next` follows, and reads it there. Returns false when no open group has one. */
  take(segment: Segment, next?: Segment): boolean {
    const { repeated } = this;
    if (repeated !== undefined && repeated.definition.tag === segment.tag) {
      this.open(this.frames[this.frames.length - 1] as Frame, repeated, segment);
      return true;
    }
    this.repeated = undefined;
    const candidates = this.candidatesFor(segment.tag);
    return candidates !== undefined && this.place(candidates, segment, next);
  }

  /** Where segments of a tag may belong now; a group that waits for such a segment is opened. */
  private candidatesFor(tag: string): Candidates | undefined {
    const { waiting } = this;
    if (waiting !== undefined) {
      this.waiting = undefined;
      const candidates = candidatesOf(tag, waiting);
      if (candidates.isOwn) {
        this.push(waiting, this.waitingFor, undefined, false);
        return candidates;
      }
    }
    // Behind the trailer no group is open any more.
    const innermost = this.frames[this.frames.length - 1];
    return innermost === undefined ? undefined : candidatesOf(tag, innermost.group);
  }

  /** Goes through the places that the segment may have; one that has no room left is taken when there is no other. */
  private place(sorted: Candidates, segment: Segment, next: Segment | undefined): boolean {
    const { run } = this;
    const candidates = candidatesFor(sorted, segment, run);
    let full: { readonly depth: number; readonly line: CompiledLine } | undefined;
    for (let at = 0; at < candidates.length; at += 1) {
      const { comesAfterWithin, depth, isDecided, line } = candidates[at] as Candidate;
      if (line === undefined) {
        if (full === undefined && this.takeWithin(segment, next, depth, "any")) return true;
        continue;
      }
      if (isDecided ? line.follows !== undefined && !line.follows(next, run) : !isChosen(line, segment, next, run))
        continue;
      // What takes any segment of the tag comes after what asks for this one, also where that stands further in.
      if (comesAfterWithin && full === undefined && this.takeWithin(segment, next, depth, "asking")) return true;
      const frame = this.frames[depth] as Frame;
      const hasRoom = (frame.counts[line.index] as number) < line.definition.most;
      const { isAnywhere, order } = line.definition;
      if (hasRoom && (full === undefined || isAnywhere === true || order >= frame.lastOrder)) {
        this.accept(depth, line, segment, false);
        return true;
      }
      if (!hasRoom) full ??= { depth, line };
    }
    if (full === undefined) return this.takeWithin(segment, next, 0, "any");
    this.accept(full.depth, full.line, segment, true);
    return true;
  }

  /** Reads a segment into a group whose carrying line was left out, since it had nothing to say. */
  private takeWithin(segment: Segment, next: Segment | undefined, depth: number, lines: Within): boolean {
    const { group } = this.frames[depth] as Frame;
    const way = group.wrapped.has(segment.tag) ? wayTo(segment, next, group, this.run, lines) : undefined;
    const line = way?.at(-1);
    if (way === undefined || line === undefined) return false;
    while (this.frames.length - 1 > depth) this.close();
    for (const wrapper of way.slice(0, -1)) {
      const frame = this.frames.at(-1) as Frame;
      frame.lastOrder = Math.max(frame.lastOrder, wrapper.definition.order);
      this.push(wrapper.group as Group, frame.target, frame.carried, true);
    }
    this.accept(this.frames.length - 1, line, segment, false);
    return true;
  }

  /** Closes what is open within the group of the line, and reads the segment into it. */
  private accept(depth: number, line: CompiledLine, segment: Segment, isTooMany: boolean): void {
    const { run } = this;
    while (this.frames.length - 1 > depth) this.close();
    const frame = this.frames[depth] as Frame;
    const { definition } = line;
    run.line = definition;
    run.objectPath = line.objectPath;
    // Where a line may stand anywhere, versions of the message differ in it.
    if (definition.isAnywhere !== true) {
      if (definition.order < frame.lastOrder) reportOutOfOrder(run, frame, line);
      else frame.lastOrder = definition.order;
    }
    if (isTooMany) reportTooMany(run, line);
    if (definition.never !== undefined) reportMisplaced(run, line, definition.never);
    if (definition.opens === undefined) this.fill(frame, line, segment, isTooMany);
    else {
      this.open(frame, line, segment);
      if (line.repeats && definition.order === frame.lastOrder) this.repeated = line;
    }
  }

  /** Reads a segment into a new object of the list its line opens. */
  private open(frame: Frame, line: CompiledLine, segment: Segment): void {
    this.tally(frame, line, segment);
    const object = line.make(segment.inSet);
    if (frame.carried !== undefined) handDown(frame.carried, object);
    append(frame.target, line.definition.opens as string, object);
    line.places(segment, object, this.run);
    if (line.group === undefined) return;
    if (line.group.musts.length > 0) this.push(line.group, object, undefined, false);
    else {
      this.waiting = line.group;
      this.waitingFor = object;
    }
  }

  /** Reads a segment into what its group fills, or into what its line carries. */
  private fill(frame: Frame, line: CompiledLine, segment: Segment, isTooMany: boolean): void {
    this.tally(frame, line, segment);
    const { run } = this;
    const { carries } = line.definition;
    run.around = frame.target;
    if (carries && line.isSelfContained && line.group !== undefined && !isTooMany) {
      this.push(line.group, frame.target, this.lastSaid.carriedBy(segment, line, frame.carried, run), true);
      return;
    }
    // What is one too many must not take the place of what came before it.
    const joins = frame.isCarrying && !carries;
    const target = carries || joins || isTooMany ? {} : frame.target;
    line.places(segment, target, run);
    if (joins && !isTooMany) frame.carried = carriedBy(target, frame.carried);
    if (line.group === undefined) return;
    const carried = carries ? carriedBy(target, frame.carried) : frame.carried;
    // A segment that says nothing itself, such as a second UNS, takes no place from what stands below it.
    const isDouble = isTooMany && !carries && line.definition.fields.some(({ to }) => to.length > 0);
    this.push(line.group, isDouble ? target : frame.target, carried, carries);
  }

  private tally(frame: Frame, line: CompiledLine, segment: Segment): void {
    frame.counts[line.index] = (frame.counts[line.index] as number) + 1;
    if (line.isCounted || line.summands.length > 0) tally(this.run, line, segment);
  }

  private push(group: Group, target: Held, carried: Carried | undefined, isCarrying: boolean): void {
    let frame = this.made[group.id];
    if (frame === undefined) {
      frame = new Frame(group, target, carried, isCarrying);
      this.made[group.id] = frame;
    } else frame.reopen(target, carried, isCarrying);
    this.frames.push(frame);
  }

  /** Closes the innermost group: what had to come and did not is missing before the segment that is now read. */
  private close(): void {
    const frame = this.frames.pop();
    if (frame !== undefined && frame.group.musts.length > 0) reportMissing(this.run, frame);
  }

  /** Keeps and reports a segment that has no place. */
  unknown(segment: Segment): void {
    keepUnknown(this.run);
    if (this.run.counters.has(segment.tag)) count(this.run, segment.tag);
    reportUnknown(this.run, segment, this.known.has(segment.tag));
  }

  /** Closes all groups at the end of the set. */
  finish(): void {
    while (this.frames.length > 0) this.close();
  }
}
