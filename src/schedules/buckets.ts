/**
 * Where two curves are compared (domain.md, *Diff*): a quantity stands at its day, or at the end of its bucket; where the
 * other curve has a coarser bucket around it, at that bucket's end. A bucket that both curves have is compared at its own.
 */
import { later, type PlainDate } from "../values/dates.ts";
import type { Step } from "./types.ts";

export interface Bucket {
  readonly from: PlainDate;
  readonly to: PlainDate;
}

/** The buckets longer than a day of a curve, each once, seen from the new message's date on. */
export function bucketsOf(steps: readonly Step[], messageDate: PlainDate): Bucket[] {
  return bucketsInLine(steps, messageDate) ?? bucketsAnyhow(steps, messageDate);
}

/** Buckets that follow each other, as nearly every schedule lists them; `undefined` where they do not. */
function bucketsInLine(steps: readonly Step[], messageDate: PlainDate): Bucket[] | undefined {
  const found: Bucket[] = [];
  let last: Bucket | undefined;
  for (const step of steps) {
    if (step.kind !== "dated" || step.from === step.to) continue;
    const bucket = intervalOf(step, messageDate);
    if (bucket.from >= bucket.to) continue;
    if (last !== undefined && bucket.to <= last.to) {
      if (bucket.to < last.to || bucket.from !== last.from) return undefined;
      continue;
    }
    found.push(bucket);
    last = bucket;
  }
  return found;
}

function bucketsAnyhow(steps: readonly Step[], messageDate: PlainDate): Bucket[] {
  const apart = new Map<string, Bucket>();
  for (const step of steps) {
    if (step.kind !== "dated" || step.from === step.to) continue;
    const bucket = intervalOf(step, messageDate);
    if (bucket.from < bucket.to) apart.set(`${bucket.from}/${bucket.to}`, bucket);
  }
  return [...apart.values()].toSorted((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : a.from < b.from ? -1 : 1));
}

/** The days a step's quantity may fall on; what lies before the message date is put at it. */
export function intervalOf(step: Step, messageDate: PlainDate): Bucket {
  if (step.kind !== "dated") return { from: later(step.date, messageDate), to: later(step.date, messageDate) };
  return { from: later(step.from, messageDate), to: later(step.to, messageDate) };
}

/** The date a step of one curve is compared at, given its own and the other curve's buckets. */
export type ComparedAt = (step: Step) => PlainDate;

/** Says for each of two curves where its steps are compared. */
export function comparison(
  first: readonly Bucket[],
  second: readonly Bucket[],
  messageDate: PlainDate,
): { first: ComparedAt; second: ComparedAt } {
  // Days only, as most schedules are: every step stands at its own.
  if (first.length === 0 && second.length === 0) {
    const ownDay: ComparedAt = (step) => later(step.kind === "dated" ? step.to : step.date, messageDate);
    return { first: ownDay, second: ownDay };
  }
  const around = [lazily(() => tightestAround(first)), lazily(() => tightestAround(second))] as const;
  // Of buckets that are the same on both sides or apart, none lies around another one.
  const alike = areAlikeOrApart(first, second);
  const settle = (of: 0 | 1): ComparedAt => {
    const known = new Map<string, PlainDate>();
    return (step) => {
      let bucket = intervalOf(step, messageDate);
      if (alike && bucket.from < bucket.to) return bucket.to;
      const key = `${bucket.from}/${bucket.to}`;
      const held = known.get(key);
      if (held !== undefined) return held;
      // A coarser bucket may itself lie in a still coarser one of the other curve: until both sides agree.
      for (let other = 1 - of; ; other = 1 - other) {
        const found = (around[other] as (typeof around)[0])()(bucket);
        if (found === undefined || found.to === bucket.to) break;
        bucket = found;
      }
      known.set(key, bucket.to);
      return bucket.to;
    };
  };
  return { first: settle(0), second: settle(1) };
}

function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Whether any two buckets, of one side or of both, are equal or have no day in common. Both sides stand in order of their ends. */
function areAlikeOrApart(first: readonly Bucket[], second: readonly Bucket[]): boolean {
  let [one, other] = [0, 0];
  let end: PlainDate | "" = "";
  for (;;) {
    const [a, b] = [first[one], second[other]];
    const next = a === undefined || (b !== undefined && b.to < a.to) ? b : a;
    if (next === undefined) return true;
    if (next.from <= end) return false;
    end = next.to;
    const same = a !== undefined && b !== undefined && a.to === b.to;
    if (same && a.from !== b.from) return false;
    if (next === a || same) one += 1;
    if (next === b || same) other += 1;
  }
}

/** Finds, among buckets in order of their ends, the one that ends first of those that hold an interval whole. */
function tightestAround(buckets: readonly Bucket[]): (interval: Bucket) => Bucket | undefined {
  let width = 1;
  while (width < buckets.length) width *= 2;
  // A tree of earliest beginnings over the ends: which of the buckets from an end on begins early enough?
  const earliest: string[] = Array.from({ length: 2 * width }, () => "~");
  buckets.forEach((bucket, index) => {
    earliest[width + index] = bucket.from;
  });
  for (let node = width - 1; node >= 1; node -= 1) {
    const [left, right] = [earliest[2 * node] as string, earliest[2 * node + 1] as string];
    earliest[node] = left < right ? left : right;
  }
  return ({ from, to }) => {
    let node = width + firstEnding(buckets, to);
    if (node >= 2 * width) return undefined;
    // Up to the first subtree to the right that holds one, then down to its leftmost.
    while ((earliest[node] as string) > from) {
      while (node % 2 === 1) node = (node - 1) / 2;
      if (node === 0) return undefined;
      node += 1;
    }
    while (node < width) node = (earliest[2 * node] as string) <= from ? 2 * node : 2 * node + 1;
    return buckets[node - width];
  };
}

/** Index of the first bucket that ends on or after `date`. */
function firstEnding(buckets: readonly Bucket[], date: PlainDate): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((buckets[middle] as Bucket).to < date) low = middle + 1;
    else high = middle;
  }
  return low;
}
