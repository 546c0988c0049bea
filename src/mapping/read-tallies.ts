/** Counting segments and adding up figures, for the totals at a message's end. */
import type { Segment } from "../syntax/segment.ts";
import { readMillionths } from "../values/figures.ts";
import type { Address } from "./definition.ts";
import { wholeAt } from "./read-bytes.ts";
import type { CompiledLine } from "./read-group.ts";
import type { Run, Sum } from "./run.ts";
import { plainNumber } from "./shapes-numbers.ts";

/** Counts a segment of a line, and adds what some field sums up of it. */
export function tally(run: Run, line: CompiledLine, segment: Segment): void {
  if (line.isCounted) count(run, segment.tag);
  for (let at = 0; at < line.summands.length; at += 1) {
    const { field, sum } = line.summands[at] as CompiledLine["summands"][number];
    addTo(run.sums[sum] as Sum, field.address, segment);
  }
}

export function count(run: Run, tag: string): void {
  run.counters.set(tag, (run.counters.get(tag) ?? 0) + 1);
}

/** Of longer figures, a few thousand would be more than a number holds exactly. */
const MOST_DIGITS = 9;

function addTo(sum: Sum, address: Address, segment: Segment): void {
  const whole = wholeIn(segment, address);
  if (whole >= 0) {
    sum.small += whole;
    return;
  }
  const millionths = readMillionths(textIn(segment, address).trim());
  if (typeof millionths === "bigint") sum.millionths += millionths;
}

/** The whole number of few digits at a place; -1 where something else stands there. */
function wholeIn(segment: Segment, address: Address): number {
  const { uncut } = segment;
  if (uncut === undefined || address.kind !== "element" || !uncut.has(address.element)) {
    const text = textIn(segment, address);
    return text.length <= MOST_DIGITS ? plainNumber(text) : -1;
  }
  const [from, end] = [uncut.startOf(address.element), uncut.endOf(address.element)];
  return end - from <= MOST_DIGITS ? wholeAt(uncut.held.bytes, from, end) : -1;
}

function textIn({ elements }: Segment, address: Address): string {
  if (address.kind === "range") return (elements[1] ?? "").slice(address.first - 1, address.last).trim();
  return address.kind === "element" ? (elements[address.element] ?? "") : "";
}
