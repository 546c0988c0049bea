/** A message's line as a curve (domain.md, *Curve*): base as quoted, steps classified, placed, sorted and added up. */
import type { ScheduleSettings } from "../config/schedule-settings.ts";
import type { DeliverySchedule, ScheduleLine } from "../documents/delivery-schedule.ts";
import { addDays, type PlainDate, plainDate } from "../values/dates.ts";
import { NOTHING, plus, type Quantity, quantity } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { type Anchors, dayBefore, type Ground, groundOf, type Statement } from "./base.ts";
import { belowNothing, negatives } from "./curve-faults.ts";
import { stepAt } from "./heights.ts";
import { inLineOnce } from "./in-line.ts";
import { type PlacedStep, placedSteps, UNDATED } from "./placing.ts";
import { quantitiesOfTotals } from "./running-totals.ts";
import type { Curve, Layer, Step } from "./types.ts";

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
  const discrete = ground.quantities === "cumulative" ? quantitiesOfTotals(placed, ground, findings) : placed;
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

/** The steps in line, added up from the base. */
function added(placed: readonly PlacedStep[], base: Quantity, layer: Layer): Step[] {
  let height = base;
  return inLineOnce(placed).map((step) => {
    height = plus(height, step.figure);
    return stepAt(step, height, layer);
  });
}

/**
 * The horizon stated for the item or for the message; else from the message date to the end of the last step, or as long as
 * the partner's call-offs rule.
 */
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
