/** The reading loop: finds the place of each segment among the open groups, and reports what has none. */
import type { Segment } from "../syntax/segment.ts";
import { readMillionths } from "../values/figures.ts";
import type { FieldDefinition } from "./definition.ts";
import { append } from "./paths.ts";
import { type Carried, carriedBy, handDown } from "./read-carried.ts";
import { type CompiledLine, type Group, linesLeft } from "./read-group.ts";
import { type Held, keepUnknown, placeIn, type Run, report } from "./run.ts";
import { plainNumber } from "./shapes-numbers.ts";

/** An open group: the line that opened it, what its lines fill, and how often each of them came. */
class Frame {
  readonly group: Group;
  target: Held;
  carried: Carried | undefined;
  /** Whether the line that opened the group carries: then what its plain lines say is carried as well. */
  isCarrying: boolean;
  readonly counts: number[];
  lastOrder = -1;

  constructor(group: Group, target: Held, carried?: Carried, isCarrying = false) {
    this.group = group;
    this.target = target;
    this.carried = carried;
    this.isCarrying = isCarrying;
    this.counts = group.noughts.slice();
  }

  /** Opens the group once more. */
  reopen(target: Held, carried: Carried | undefined, isCarrying: boolean): void {
    this.target = target;
    this.carried = carried;
    this.isCarrying = isCarrying;
    this.lastOrder = -1;
    const { counts } = this;
    for (let at = 0; at < counts.length; at += 1) counts[at] = 0;
  }
}

/** What a carrying segment said, for one with the same elements. */
interface Said {
  readonly line: CompiledLine;
  readonly elements: readonly string[];
  readonly above: Carried | undefined;
  readonly carried: Carried;
}

/** One reading of a set; `take` is called for each of its segments, `finish` at its end. */
export class ReadingLoop {
  private readonly run: Run;
  private readonly known: ReadonlySet<string>;
  private readonly frames: Frame[];
  /** Frames by the number of their group, which is open once at most: a schedule opens few groups many times. */
  private readonly made: (Frame | undefined)[] = [];
  private said: Said | undefined;
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
    if (this.repeated !== undefined && this.repeated.definition.tag === segment.tag) {
      this.open(this.frames[this.frames.length - 1] as Frame, this.repeated, segment);
      return true;
    }
    this.repeated = undefined;
    if (this.waiting !== undefined) {
      if (this.waiting.byTag.has(segment.tag)) this.push(this.waiting, this.waitingFor, undefined, false);
      this.waiting = undefined;
    }
    let full: { depth: number; line: CompiledLine } | undefined;
    for (let depth = this.frames.length - 1; depth >= 0; depth -= 1) {
      const frame = this.frames[depth] as Frame;
      const choice = frame.group.choices.get(segment.tag);
      if (choice === undefined) continue;
      const candidates = linesLeft(choice, segment.elements, this.run);
      for (let at = 0; at < candidates.length; at += 1) {
        const line = candidates[at] as CompiledLine;
        if (line.definition.most === 0) continue;
        // Where the qualifier left some lines over, it has decided on them.
        if (candidates === choice.lines || choice.undecided?.has(line) === true) {
          if (!isChosen(line, segment, next, this.run)) continue;
        } else if (line.follows !== undefined && !line.follows(next, this.run)) continue;
        // What takes any segment of the tag comes after what asks for this one, also where that stands further in.
        if (line.isAny && choice.isWrapped && full === undefined && this.takeWithin(segment, next, depth, "asking")) {
          return true;
        }
        const hasRoom = (frame.counts[line.index] as number) < line.definition.most;
        if (hasRoom && (full === undefined || line.definition.order >= frame.lastOrder)) {
          this.accept(depth, line, segment, false);
          return true;
        }
        if (!hasRoom) full ??= { depth, line };
      }
      if (choice.isWrapped && full === undefined && depth > 0 && this.takeWithin(segment, next, depth, "any")) {
        return true;
      }
    }
    if (full === undefined) return this.takeWithin(segment, next, 0, "any");
    this.accept(full.depth, full.line, segment, true);
    return true;
  }

  /** Reads a segment into a group whose carrying line was left out, since it had nothing to say. */
  private takeWithin(segment: Segment, next: Segment | undefined, depth: number, lines: Within): boolean {
    // Behind the trailer no group is open any more.
    const group = this.frames[depth]?.group;
    if (group?.choices.get(segment.tag)?.isWrapped !== true) return false;
    const way = wayTo(segment, next, group, this.run, lines);
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

  private accept(depth: number, line: CompiledLine, segment: Segment, isTooMany: boolean): void {
    const { run } = this;
    while (this.frames.length - 1 > depth) this.close();
    const frame = this.frames[depth] as Frame;
    run.line = line.definition;
    run.objectPath = line.objectPath;
    if (line.definition.isAnywhere === true) {
      // Versions of the message differ in where it stands.
    } else if (line.definition.order < frame.lastOrder) this.outOfOrder(frame, line);
    else frame.lastOrder = line.definition.order;
    if (isTooMany) this.tooMany(line);
    if (line.definition.never !== undefined) this.misplaced(line, line.definition.never);
    if (line.definition.opens === undefined) this.fill(frame, line, segment, isTooMany);
    else {
      this.open(frame, line, segment);
      if (line.repeats && line.definition.order === frame.lastOrder) this.repeated = line;
    }
  }

  /** Reads a segment into a new object of the list its line opens. */
  private open(frame: Frame, line: CompiledLine, segment: Segment): void {
    this.tally(frame, line, segment);
    const object = line.make(segment.inSet);
    if (frame.carried !== undefined) handDown(frame.carried, object);
    append(frame.target, line.definition.opens as string, object);
    line.places(segment.elements, object, this.run);
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
    const { carries } = line.definition;
    if (carries && line.isSelfContained && line.group !== undefined && !isTooMany) {
      this.run.around = frame.target;
      this.push(line.group, frame.target, this.carriedBySegment(frame, line, segment.elements), true);
      return;
    }
    // What is one too many must not take the place of what came before it.
    const joins = frame.isCarrying && !carries;
    const target = carries || joins || isTooMany ? {} : frame.target;
    this.run.around = frame.target;
    line.places(segment.elements, target, this.run);
    if (joins && !isTooMany) frame.carried = carriedBy(target, frame.carried);
    if (line.group === undefined) return;
    const carried = carries ? carriedBy(target, frame.carried) : frame.carried;
    // A segment that says nothing itself, such as a second UNS, takes no place from what stands below it.
    const isDouble = isTooMany && !carries && line.definition.fields.some(({ to }) => to.length > 0);
    this.push(line.group, isDouble ? target : frame.target, carried, carries);
  }

  /** What a segment carries; one that says the same as the one before it carries the same. */
  private carriedBySegment(frame: Frame, line: CompiledLine, elements: readonly string[]): Carried {
    const { run, said } = this;
    const above = frame.carried;
    if (said !== undefined && said.line === line && said.above === above && isSame(said.elements, elements)) {
      return said.carried;
    }
    const { noted } = run;
    const target: Held = {};
    line.places(elements, target, run);
    const carried = carriedBy(target, above);
    // What has something to report reports it each time.
    this.said = run.noted === noted ? { line, elements, above, carried } : undefined;
    return carried;
  }

  private push(group: Group, target: Held, carried: Carried | undefined, isCarrying: boolean): void {
    let frame = this.made[group.id];
    if (frame === undefined) {
      frame = new Frame(group, target, carried, isCarrying);
      this.made[group.id] = frame;
    } else frame.reopen(target, carried, isCarrying);
    this.frames.push(frame);
  }

  private tally(frame: Frame, line: CompiledLine, segment: Segment): void {
    frame.counts[line.index] = (frame.counts[line.index] as number) + 1;
    if (line.isCounted) this.count(segment.tag);
    if (line.summands.length === 0) return;
    for (const { sum, field } of line.summands) this.add(sum, field, segment);
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
    const number = plainNumber(raw);
    // Of longer figures, a few thousand would be more than a number holds exactly.
    if (number >= 0 && raw.length <= 9) sum.small += number;
    else {
      const millionths = readMillionths(raw.trim());
      if (typeof millionths === "bigint") sum.millionths += millionths;
    }
  }

  /** Closes the innermost group: what had to come and did not is missing before the segment that is now read. */
  private close(): void {
    const frame = this.frames.pop();
    if (frame !== undefined && frame.group.musts.length > 0) this.missing(frame);
  }

  private missing(frame: Frame): void {
    for (const line of frame.group.musts) {
      const count = frame.counts[line.index] ?? 0;
      if (count >= line.definition.least) continue;
      this.run.objectPath = line.objectPath;
      report(this.run, {
        code: "SEGMENT_MISSING",
        severity: saysSomething(line) ? "reject" : "tolerated",
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

  private misplaced(line: CompiledLine, why: string): void {
    report(this.run, {
      code: "SEGMENT_NOT_HERE",
      severity: "reject",
      message: `${line.definition.tag} cannot stand here: ${why}`,
      place: placeIn(this.run),
      expected: `no ${line.definition.tag}`,
      found: this.run.segment.elements.join(this.run.context.delimiters.element).slice(0, 120),
      remedy: "Name another mapping for this message in the partner's file (`mappings`), or ask the sender.",
      ack: { segment: "2" },
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

/** Whether what the segment says, and what follows it, chooses the line. */
const isChosen = (line: CompiledLine, segment: Segment, next: Segment | undefined, run: Run): boolean =>
  (line.matches === undefined || line.matches(segment.elements, run)) &&
  (line.follows === undefined || line.follows(next, run));

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Lines below a carrying one that was left out: those that open an object and ask for just such a segment, or any. */
type Within = "asking" | "any";

/** The carrying lines that were left out, from the group inwards, and the line below them that takes the segment. */
function wayTo(
  segment: Segment,
  next: Segment | undefined,
  group: Group,
  run: Run,
  lines: Within,
): readonly CompiledLine[] | undefined {
  for (const wrapper of group.wrappers) {
    if (wrapper.group === undefined) continue;
    const line = wrapper.group.byTag
      .get(segment.tag)
      ?.find(
        (one) =>
          (one.definition.opens !== undefined || (one.definition.carries && lines === "any")) &&
          one.definition.most > 0 &&
          (lines === "any" || !one.isAny) &&
          isChosen(one, segment, next, run),
      );
    if (line !== undefined) return [wrapper, line];
    const deeper = wayTo(segment, next, wrapper.group, run, lines);
    if (deeper !== undefined) return [wrapper, ...deeper];
  }
  return undefined;
}

/** Whether anything is lost with a line: not where it marks a section only (UNS). */
const saysSomething = ({ definition }: CompiledLine): boolean =>
  definition.opens !== undefined ||
  (definition.below.length > 0 && !definition.carries) ||
  definition.fields.some(({ to }) => to.length > 0) ||
  definition.pairs !== undefined;
