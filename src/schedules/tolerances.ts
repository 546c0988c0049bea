/** The changes of a diff, each judged in its zone. */
import type { Policy, PolicyZone } from "../config/policy.ts";
import { earlier, type PlainDate } from "../values/dates.ts";
import { minus, NOTHING, negated, plus, type Quantity, total } from "../values/figures.ts";
import type { HeightPair, ScheduleDiff } from "./diff.ts";
import { dayInWords, differenceInWords, inPieces, spanInWords } from "./words.ts";
import { magnitude, passedTest, type Tested, zoneEnd, zoning } from "./zones.ts";

/** One change and what the policy says of it. */
export interface ChangeLine {
  readonly kind: "moved" | "cut" | "added" | "height";
  readonly zone: string;
  readonly date: PlainDate;
  /** Where a move goes; its `date` is where it comes from. */
  readonly to?: PlainDate;
  readonly quantity: Quantity;
  readonly passes: boolean;
  /** The allowed test that let it pass. */
  readonly test?: string;
  readonly sentence: string;
}

/** What changes inside one zone, summed. */
export interface ZoneTotals {
  readonly zone: string;
  readonly moved: Quantity;
  readonly added: Quantity;
  readonly cut: Quantity;
  readonly passes: boolean;
}

export interface Judged {
  readonly lines: readonly ChangeLine[];
  readonly zones: readonly ZoneTotals[];
}

/** @param commitmentsAt commitments of both curves at a date at which they are compared */
export function judgeChanges(
  diff: ScheduleDiff,
  policy: Policy,
  businessDate: PlainDate,
  commitmentsAt: (date: PlainDate) => readonly string[],
): Judged {
  const zoneAt = zoning(policy, businessDate);
  const zoneOf = (date: PlainDate) => zoneAt(date, commitmentsAt(date));
  const changes = changesOf(diff, zoneOf);
  const tests = testsByZone(diff, changes, policy, businessDate, zoneOf);
  const lines = changes.map((change) => changeLine(change, tests, policy, diff.messageDate));
  const failing = fallenThrough(tests, changes, policy, diff.messageDate);
  const all = [...lines, ...failing];
  return { lines: all, zones: zoneTotals(all, policy) };
}

interface Change {
  readonly kind: "moved" | "cut" | "added";
  readonly zone: number;
  readonly date: PlainDate;
  readonly to?: PlainDate;
  readonly quantity: Quantity;
  /** The date at which its zone tests it: of a move the earlier one. */
  readonly testedOn: PlainDate;
}

function changesOf(diff: ScheduleDiff, zoneOf: (date: PlainDate) => number): Change[] {
  const moves = diff.moves.map((move): Change => {
    const testedOn = earlier(move.from, move.to);
    return { kind: "moved", zone: zoneOf(testedOn), date: move.from, to: move.to, quantity: move.quantity, testedOn };
  });
  const dated = (kind: "cut" | "added", list: ScheduleDiff["cuts"]) =>
    list.map(({ date, quantity }): Change => ({ kind, zone: zoneOf(date), date, quantity, testedOn: date }));
  return [...moves, ...dated("cut", diff.cuts), ...dated("added", diff.additions)];
}

function note(into: Map<PlainDate, Quantity>, date: PlainDate, by: Quantity): void {
  into.set(date, plus(into.get(date) ?? NOTHING, by));
}

interface Test extends Tested {
  readonly zone: number;
  /** The allowed test that passes; `undefined` when all fail. */
  readonly passed: string | undefined;
}

/**
 * Tests each date at which the curves differ, in its zone. What lies beyond an end is judged elsewhere and left out; so
 * is, in a zone, what moves of another zone do to it.
 */
function testsByZone(
  diff: ScheduleDiff,
  changes: readonly Change[],
  policy: Policy,
  businessDate: PlainDate,
  zoneOf: (date: PlainDate) => number,
): ReadonlyMap<PlainDate, readonly Test[]> {
  // What differs then lies beyond an end, all of it.
  if (changes.length === 0) return new Map();
  const beyond = new Map<PlainDate, Quantity>();
  for (const { date, quantity } of diff.horizonAdded) note(beyond, date, quantity);
  for (const { date, quantity } of diff.horizonDropped) note(beyond, date, negated(quantity));
  const moved = policy.zones.map(() => new Map<PlainDate, Quantity>());
  for (const { kind, zone, date, to, quantity } of changes) {
    if (kind !== "moved" || to === undefined) continue;
    const into = moved[zone] as Map<PlainDate, Quantity>;
    note(into, date, negated(quantity));
    note(into, to, quantity);
  }
  const oldHeight = (date: PlainDate) => heightBefore(diff, date);
  const running = moved.map(() => NOTHING);
  let ahead = NOTHING;
  const seen = diff.heights.map((pair) => {
    ahead = plus(ahead, beyond.get(pair.date) ?? NOTHING);
    moved.forEach((zone, index) => {
      running[index] = plus(running[index] as Quantity, zone.get(pair.date) ?? NOTHING);
    });
    // A move is judged where its earlier date lies: elsewhere the difference is taken without it.
    const others = total(running);
    const difference = minus(minus(pair.after, pair.before), ahead);
    return { pair, inZones: running.map((own) => minus(difference, minus(others, own))) };
  });
  const changedIn = new Map<PlainDate, Set<number>>();
  for (const { testedOn, zone } of changes) changedIn.set(testedOn, (changedIn.get(testedOn) ?? new Set()).add(zone));
  const atEnd = (index: number) => {
    const end = zoneEnd(policy.zones[index] as PolicyZone, businessDate);
    const last = seen.findLast(({ pair }) => (end === undefined ? zoneOf(pair.date) === index : pair.date <= end));
    return last?.inZones[index] ?? NOTHING;
  };
  const tests = new Map<PlainDate, Test[]>();
  for (const [index, { pair, inZones }] of seen.entries()) {
    if (inZones.every((difference) => difference === NOTHING)) continue;
    const found: Test[] = [];
    for (const zone of new Set([zoneOf(pair.date), ...(changedIn.get(pair.date) ?? [])])) {
      const difference = inZones[zone] as Quantity;
      if (difference === NOTHING) continue;
      const { date, before, oldStep } = pair;
      const tested = { date, before, oldStep, after: plus(before, difference), next: seen[index + 1]?.pair.date };
      const rule = policy.zones[zone] as PolicyZone;
      const tolerance = difference > NOTHING ? rule.increase : rule.decrease;
      found.push({ ...tested, zone, passed: passedTest(tolerance, tested, oldHeight, () => atEnd(zone)) });
    }
    if (found.length > 0) tests.set(pair.date, found);
  }
  return tests;
}

/** Height of the old curve at any date. */
function heightBefore({ heights, liftedTo }: ScheduleDiff, date: PlainDate): Quantity {
  let low = 0;
  let high = heights.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((heights[middle] as HeightPair).date <= date) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? liftedTo : (heights[low - 1] as HeightPair).before;
}

function changeLine(
  change: Change,
  tests: ReadonlyMap<PlainDate, readonly Test[]>,
  policy: Policy,
  messageDate: PlainDate,
): ChangeLine {
  const { kind, date, to, quantity } = change;
  const test = tests.get(change.testedOn)?.find((one) => one.zone === change.zone);
  const passed = test === undefined ? "balanced" : test.passed;
  const zone = (policy.zones[change.zone] as Policy["zones"][number]).name;
  return {
    kind,
    zone,
    date,
    ...(to === undefined ? {} : { to }),
    quantity,
    passes: passed !== undefined,
    ...(passed === undefined ? {} : { test: passed }),
    sentence: `${changeInWords(change, messageDate)}: ${passed === undefined ? "held" : "passes"} in zone ${zone}`,
  };
}

function changeInWords({ kind, date, to, quantity }: Change, messageDate: PlainDate): string {
  if (kind === "moved") return `${inPieces(quantity)} moved ${spanInWords(date, to ?? date, messageDate)}`;
  const day = dayInWords(date, messageDate);
  return kind === "cut" ? `${inPieces(quantity)} cancelled on ${day}` : `+${inPieces(quantity)} on ${day}`;
}

/** Dates that fail although no change begins there: the worst of each zone. */
function fallenThrough(
  tests: ReadonlyMap<PlainDate, readonly Test[]>,
  changes: readonly Change[],
  policy: Policy,
  messageDate: PlainDate,
): ChangeLine[] {
  const told = new Set(changes.map((change) => `${change.zone} ${change.testedOn}`));
  const worst = new Map<number, Test>();
  for (const test of [...tests.values()].flat()) {
    if (test.passed !== undefined || told.has(`${test.zone} ${test.date}`)) continue;
    const known = worst.get(test.zone);
    const size = (of: Test) => magnitude(minus(of.after, of.before));
    if (known === undefined || size(test) > size(known)) worst.set(test.zone, test);
  }
  return [...worst.values()].map((test) => {
    const zone = (policy.zones[test.zone] as Policy["zones"][number]).name;
    const difference = minus(test.after, test.before);
    return {
      kind: "height",
      zone,
      date: test.date,
      quantity: magnitude(difference),
      passes: false,
      sentence: `${differenceInWords(difference)} in all by ${dayInWords(test.date, messageDate)}: held in zone ${zone}`,
    };
  });
}

function zoneTotals(lines: readonly ChangeLine[], policy: Policy): ZoneTotals[] {
  return policy.zones.flatMap(({ name }) => {
    const own = lines.filter((line) => line.zone === name);
    const sum = (kind: ChangeLine["kind"]) =>
      total(own.filter((line) => line.kind === kind).map((line) => line.quantity));
    if (own.length === 0) return [];
    const passes = own.every((line) => line.passes);
    return [{ zone: name, moved: sum("moved"), added: sum("added"), cut: sum("cut"), passes }];
  });
}
