/** A message's line as a curve (domain.md, *Curve*): base as quoted, steps classified, placed, sorted and added up. */
import type { ScheduleSettings } from "../config/partner.ts";
import type { DeliverySchedule, ScheduleLine } from "../documents/delivery-schedule.ts";
import { addDays, earlier, later, type PlainDate, plainDate } from "../values/dates.ts";
import { larger, minus, NOTHING, plus, type Quantity, quantity, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { type Anchors, dayBefore, type Ground, groundOf, type Statement } from "./base.ts";
import { type PlacedStep, placedSteps, UNDATED } from "./placing.ts";
import type { Curve, DemandKind, Layer, Step } from "./types.ts";

export type { Anchors, Statement } from "./base.ts";

/** How far fabrication or material is authorised (ATH, 515, SCC 2 and 3). */
export interface Authorisation {
  readonly kind: string;
  readonly from: PlainDate | "";
  readonly to: PlainDate | "";
  readonly cumulative: Quantity | undefined;
  readonly quantity: Quantity | undefined;
  readonly segment: number;
}

export interface CurveReading {
  readonly curve: Curve;
  /** What the customer says about the past; absent when the line says nothing of it. */
  readonly statement: Statement | undefined;
  readonly authorisations: readonly Authorisation[];
  /** Faults of the schedule itself; those that are more than a note hold the item (`causeOfFinding`). */
  readonly findings: readonly Finding[];
  /** `anchor`: nothing is quoted and nothing to start from is known; the item is held and asks. */
  readonly needs?: "anchor";
}

/**
 * The curve of one line.
 * @param document after `withInheritance`
 * @param anchors what the ledger knew when the message was read; read once, never again for the same message
 */
export function curveOf(
  document: DeliverySchedule,
  line: ScheduleLine,
  settings: ScheduleSettings,
  anchors: Anchors,
): CurveReading {
  const ground = groundOf(document, line, settings, anchors);
  const findings: Finding[] = [...ground.findings];
  const placed = placedSteps(line, {
    messageDate: ground.messageDate,
    settings,
    receiving: anchors.receiving,
    findings,
  });
  const backlog = itemBacklog(ground, settings, placed);
  const discrete = ground.quantities === "cumulative" ? increments(placed, ground, findings) : placed;
  if (ground.quantities === "discrete") findings.push(...negatives(placed));
  if (ground.base < NOTHING) findings.push(belowNothing(ground.base));
  const steps = added(
    backlog === undefined ? discrete : [...discrete, backlog],
    ground.base,
    document.layer ?? "forecast",
  );
  const curve: Curve = {
    base: ground.base,
    since: ground.since,
    dates: ground.dates,
    cumulatives: ground.cumulatives,
    ...(ground.quantities === "cumulative" ? { quantities: "cumulative" } : {}),
    messageDate: ground.messageDate,
    horizon: horizonOf(document, line, settings, ground.messageDate, steps),
    steps,
  };
  return {
    curve,
    statement: ground.statement,
    authorisations: authorisationsOf(line),
    findings,
    ...(ground.needs === undefined ? {} : { needs: ground.needs }),
  };
}

/** An item-level backlog figure as demand, where the partner's file says so and no line states it already: it is taken once. */
function itemBacklog(
  ground: Ground,
  settings: ScheduleSettings,
  placed: readonly PlacedStep[],
): PlacedStep | undefined {
  const figure = ground.statement?.backlog;
  if (settings.itemBacklog !== "demand" || figure === undefined || ground.quantities === "cumulative") return undefined;
  if (placed.some((step) => step.kind === "backlog")) return undefined;
  const date = dayBefore(ground.messageDate);
  const nothing = { commitment: "", customerOrderNumber: "", reference: "", referenceKind: "", window: "", route: "" };
  return { kind: "backlog", timing: "backlog", date, from: date, to: date, figure, ...nothing, segment: 0 };
}

/**
 * Running totals as quantities, in the order in which they hold: a bucket's figure holds at its end. The first may lie
 * below the base (we are ahead); what a bucket adds comes after the last date whose total is stated. A later figure that falls is shown as a fault, except where a stated zero date lets the
 * count begin again: from there the figures run on from the height reached.
 */
function increments(placed: readonly PlacedStep[], ground: Ground, findings: Finding[]): PlacedStep[] {
  const holding = placed.map((step) => ({ step, holds: step.kind === "dated" ? step.to : step.date }));
  holding.sort(
    (a, b) =>
      rankOf(a.step) - rankOf(b.step) || compare(a.holds, b.holds) || compareFigures(a.step.figure, b.step.figure),
  );
  let reached = ground.base;
  let previous: Quantity | undefined;
  let lift = NOTHING;
  let zeroed = ground.zeroOn === "";
  let known: { before: PlainDate | undefined; upTo: PlainDate } | undefined;
  return holding.map(({ step, holds }) => {
    if (step.timing === "no-demand") return { ...step, figure: NOTHING };
    if (known === undefined || known.upTo < holds) known = { before: known?.upTo, upTo: holds };
    if (previous !== undefined && step.figure < previous) {
      if (!zeroed && ground.zeroOn !== "" && holds >= ground.zeroOn) {
        lift = reached;
        zeroed = true;
        findings.push(startsAgain(step, ground.zeroOn, reached));
      } else if (step.kind !== "remainder") findings.push(falls(step, previous));
    }
    previous = step.figure;
    const height = plus(step.figure, lift);
    const figure = step.kind === "remainder" ? larger(NOTHING, minus(height, reached)) : minus(height, reached);
    reached = plus(reached, figure);
    return { ...step, figure, date: dateBehind(step, known.before) };
  });
}

/** A bucket's day, moved behind the last date whose total is known. */
function dateBehind(step: PlacedStep, known: PlainDate | undefined): PlainDate {
  if (step.kind !== "dated" || known === undefined || step.date > known) return step.date;
  return later(step.date, earlier(step.to, addDays(known, 1)));
}

/** Backlog first, immediate demand next, everything dated, the remainder last. */
const KIND_RANK: Readonly<Record<DemandKind, number>> = { backlog: 0, immediate: 1, dated: 2, remainder: 3 };
const rankOf = (step: { kind: DemandKind }): number => KIND_RANK[step.kind];
const COMMITMENT_RANK = ["immediate", "firm", "", "manufacturing", "material", "planned"];
const commitmentRank = (step: PlacedStep): number => {
  const rank = COMMITMENT_RANK.indexOf(step.commitment);
  return rank === -1 ? COMMITMENT_RANK.length : rank;
};
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const compareFigures = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** One order for equal content, however a message lists it. */
function inLine(a: PlacedStep, b: PlacedStep): number {
  return (
    rankOf(a) - rankOf(b) ||
    compare(a.date, b.date) ||
    compare(a.window, b.window) ||
    commitmentRank(a) - commitmentRank(b) ||
    compare(a.to, b.to) ||
    compare(a.from, b.from) ||
    compare(identityOf(a), identityOf(b)) ||
    a.segment - b.segment
  );
}

/** Steps of one date stay apart when any of this differs. */
const identityOf = (step: PlacedStep): string =>
  [
    step.kind,
    step.timing,
    step.date,
    step.from,
    step.to,
    step.commitment,
    step.customerOrderNumber,
    step.reference,
    step.referenceKind,
    step.window,
    step.route,
  ].join("\u0000");

/** Whether every step comes behind the one before it by kind or date alone, as nearly every message lists them. */
const standInLine = (placed: readonly PlacedStep[]): boolean =>
  placed.every((step, n) => {
    const before = placed[n - 1];
    if (before === undefined) return true;
    return before.kind === step.kind ? before.date < step.date : rankOf(before) < rankOf(step);
  });

/** The steps in line, one for each identity. */
function inLineOnce(placed: readonly PlacedStep[]): readonly PlacedStep[] {
  if (standInLine(placed)) return placed;
  const apart: PlacedStep[] = [];
  for (const step of placed.toSorted(inLine)) {
    const last = apart.at(-1);
    if (last !== undefined && last.date === step.date && identityOf(last) === identityOf(step))
      apart[apart.length - 1] = together(last, step);
    else apart.push(step);
  }
  return apart;
}

/** The steps in line, added up from the base. */
function added(placed: readonly PlacedStep[], base: Quantity, layer: Layer): Step[] {
  let height = base;
  return inLineOnce(placed).map((step) => {
    height = plus(height, step.figure);
    return {
      date: step.date,
      kind: step.kind,
      timing: step.timing,
      from: step.from,
      to: step.to,
      cumulative: height,
      commitment: step.commitment,
      customerOrderNumber: step.customerOrderNumber,
      reference: step.reference,
      referenceKind: step.referenceKind,
      window: step.window,
      route: step.route,
      segment: step.segment,
      layer,
    };
  });
}

const together = (a: PlacedStep, b: PlacedStep): PlacedStep => ({
  ...a,
  figure: plus(a.figure, b.figure),
  segment: Math.min(a.segment, b.segment),
});

/** The horizon stated for the item or for the message; else from the message date to the end of the last step, or as long as the partner's call-offs rule. */
function horizonOf(
  document: DeliverySchedule,
  line: ScheduleLine,
  settings: ScheduleSettings,
  messageDate: PlainDate,
  steps: readonly Step[],
): Curve["horizon"] {
  const stated = { ...document.horizon, ...line.horizon };
  const from = stated.from === undefined ? messageDate : plainDate(stated.from);
  if (stated.to !== undefined) return { from, to: plainDate(stated.to) };
  if (document.layer === "call-off" && settings.callOffDays !== undefined)
    return { from, to: addDays(from, settings.callOffDays - 1) };
  let to = messageDate;
  for (const step of steps) if (step.date !== UNDATED && step.to > to) to = step.to;
  return { from, to };
}

function authorisationsOf(line: ScheduleLine): Authorisation[] {
  const windows = [
    ["fabrication", line.fabrication],
    ["material", line.material],
  ] as const;
  const stated = [
    ...windows.flatMap(([kind, window]) => (window === undefined ? [] : [{ ...window, kind, quantity: undefined }])),
    ...(line.authorisations ?? []),
  ];
  return stated.map((one) => ({
    kind: one.kind,
    from: one.from === undefined ? "" : plainDate(one.from),
    to: one.to === undefined ? "" : plainDate(one.to),
    cumulative: one.cumulative === undefined ? undefined : quantity(one.cumulative),
    quantity: one.quantity === undefined ? undefined : quantity(one.quantity),
    segment: "segment" in one ? (one.segment ?? 0) : 0,
  }));
}

function negatives(placed: readonly PlacedStep[]): Finding[] {
  return placed
    .filter((step) => step.figure < 0n)
    .map((step) => ({
      code: "SCHEDULE_CUMULATIVE_FALLS",
      severity: "tolerated",
      message: "A quantity is negative: the cumulative falls.",
      place: stepPlace(step),
      expected: "a quantity of zero or more",
      found: writeMillionths(step.figure),
      remedy: "Ask the customer for a corrected schedule; the item is held.",
    }));
}

/** No one can have received less than nothing: whatever the figure means, an order made from it would be too large. */
const belowNothing = (base: Quantity): Finding => ({
  code: "SCHEDULE_QUANTITIES_UNCLEAR",
  severity: "tolerated",
  message: "The cumulative that the schedule starts from is negative.",
  place: {},
  expected: "a cumulative of zero or more",
  found: writeMillionths(base),
  remedy: "Ask the customer for a corrected schedule; the item is held.",
});

function falls(step: PlacedStep, previous: Quantity): Finding {
  return {
    code: "SCHEDULE_CUMULATIVE_FALLS",
    severity: "tolerated",
    message: `The cumulative of ${step.to} is below the one before it, and no zero date is stated between them.`,
    place: stepPlace(step),
    expected: `${writeMillionths(previous)} or more`,
    found: writeMillionths(step.figure),
    remedy: "Ask the customer for a corrected schedule; the item is held.",
  };
}

function startsAgain(step: PlacedStep, zeroOn: PlainDate, reached: Quantity): Finding {
  return {
    code: "SCHEDULE_STARTS_AGAIN",
    severity: "note",
    message: `The cumulative starts again at the stated zero date ${zeroOn}; its figures run on from ${writeMillionths(reached)}.`,
    place: stepPlace(step),
  };
}

const stepPlace = (step: PlacedStep): Finding["place"] => (step.segment === 0 ? {} : { inSet: step.segment });
