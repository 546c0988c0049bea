/** What is wrong with where a segment stands, or with its being there at all. */
import type { Segment } from "../syntax/segment.ts";
import type { Frame } from "./read-frame.ts";
import type { CompiledLine } from "./read-group.ts";
import { placeIn, type Run, report } from "./run.ts";

/** Lines that had to come in a group that is closed before the current segment. */
export function reportMissing(run: Run, frame: Frame): void {
  for (const line of frame.group.musts) {
    const count = frame.counts[line.index] ?? 0;
    if (count >= line.definition.least) continue;
    run.objectPath = line.objectPath;
    report(run, {
      code: "SEGMENT_MISSING",
      severity: saysSomething(line) ? "reject" : "tolerated",
      message: `${line.definition.path} must come and is missing before this segment`,
      place: { ...placeIn(run), tag: line.definition.tag },
      expected: `${line.definition.tag} at least ${line.definition.least === 1 ? "once" : `${line.definition.least} times`}`,
      found: count === 0 ? "none" : String(count),
      remedy: "Ask the sender to send the message complete, or set times in a dialect.",
      ack: { segment: "3" },
    });
  }
}

/** A line that comes more often than it may. */
export function reportTooMany(run: Run, line: CompiledLine): void {
  const isLoop = line.definition.below.length > 0;
  const opens = line.definition.opens !== undefined;
  report(run, {
    code: "SEGMENT_TOO_MANY",
    severity: opens ? "tolerated" : "reject",
    message: opens
      ? `${line.definition.path} comes more often than it may; it was read all the same`
      : `${line.definition.path} comes more often than it may, and what it says has no second place`,
    place: placeIn(run),
    expected: line.definition.most === 1 ? "once" : `at most ${line.definition.most} times`,
    found: segmentText(run),
    remedy: "Ask the sender, or set times in a dialect.",
    ack: { segment: isLoop ? "4" : "5" },
  });
}

/** A line that shows that the message is laid out otherwise. */
export function reportMisplaced(run: Run, line: CompiledLine, why: string): void {
  report(run, {
    code: "SEGMENT_NOT_HERE",
    severity: "reject",
    message: `${line.definition.tag} cannot stand here: ${why}`,
    place: placeIn(run),
    expected: `no ${line.definition.tag}`,
    found: segmentText(run),
    remedy: "Name another mapping for this message in the partner's file (`mappings`), or ask the sender.",
    ack: { segment: "2" },
  });
}

/** A line that stands behind a later one of its group. */
export function reportOutOfOrder(run: Run, frame: Frame, line: CompiledLine): void {
  const before = frame.group.lines.find((one) => one.definition.order === frame.lastOrder);
  report(run, {
    code: "SEGMENT_OUT_OF_ORDER",
    severity: "tolerated",
    message: `${line.definition.path} stands behind ${before?.definition.path ?? "a later line"}; it was understood all the same`,
    place: placeIn(run),
    expected: `${line.definition.tag} before ${before?.definition.tag ?? "it"}`,
    found: `${line.definition.tag} behind it`,
    remedy: "Tell the sender that the segments are not in the order of the message.",
    ack: { segment: "7" },
  });
}

/** Whether anything is lost with a line: not where it marks a section only (UNS). */
const saysSomething = ({ definition }: CompiledLine): boolean =>
  definition.opens !== undefined ||
  (definition.below.length > 0 && !definition.carries) ||
  definition.fields.some(({ to }) => to.length > 0) ||
  definition.pairs !== undefined;

/** A segment that has no place; `isKnown` tells whether its tag has one elsewhere in the message. */
export function reportUnknown(run: Run, segment: Segment, isKnown: boolean): void {
  report(run, {
    code: "SEGMENT_UNKNOWN",
    severity: "tolerated",
    message: isKnown
      ? `${segment.tag} has no place here; it was kept and not used`
      : `${segment.tag} has no place in this message; it was kept and not used`,
    place: placeIn(run),
    expected: "a segment the mapping lists at this place",
    found: segment.elements.join(run.context.delimiters.element).slice(0, 120),
    remedy: "If the segment matters, add a line for it in a dialect.",
    ack: { segment: isKnown ? "2" : "1" },
  });
}

/** The segment as it stands in the file, as far as a line holds it. */
const segmentText = ({ context, segment }: Run): string =>
  segment.elements.join(context.delimiters.element).slice(0, 120);
