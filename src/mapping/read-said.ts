/** What a carrying segment said last: one that says the same carries the same, and need not be read again. */
import type { Segment } from "../syntax/segment.ts";
import type { UncutSegment } from "../syntax/uncut.ts";
import { type Carried, carriedBy } from "./read-carried.ts";
import type { CompiledLine } from "./read-group.ts";
import type { Held, Run } from "./run.ts";

interface Said {
  readonly line: CompiledLine;
  readonly elements: readonly string[];
  /** What stands behind the tag, where the segment was not cut. */
  readonly text: string | undefined;
  readonly above: Carried | undefined;
  readonly carried: Carried;
}

/** The segment read last, of those that carry. */
export class LastSaid {
  private said: Said | undefined;

  /** What a segment of that line carries, where something was carried `above` it already. */
  carriedBy(segment: Segment, line: CompiledLine, above: Carried | undefined, run: Run): Carried {
    const { said } = this;
    if (said !== undefined && said.line === line && said.above === above && isSame(said, segment)) return said.carried;
    const { noted } = run;
    const target: Held = {};
    line.places(segment, target, run);
    const carried = carriedBy(target, above);
    const { elements, uncut } = segment;
    const text = uncut?.held.text(uncut.start, uncut.end);
    // What has something to report reports it each time.
    this.said = run.noted === noted ? { line, elements, text, above, carried } : undefined;
    return carried;
  }
}

function isSame({ elements, text }: Said, segment: Segment): boolean {
  if (segment.uncut !== undefined && text !== undefined) return isSameText(text, segment.uncut);
  return elements.length === segment.elements.length && elements.every((raw, at) => raw === segment.elements[at]);
}

function isSameText(text: string, { end, held, start }: UncutSegment): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) if (held.bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}
