/** The steps of a message, classified in the order they are stated, and placed in time (domain.md, *Curve*). */
import type { ScheduleSettings, WorkCalendar } from "../config/schedule-settings.ts";
import type { ScheduleLine } from "../documents/delivery-schedule.ts";
import type { ScheduleStep, Timing } from "../documents/schedule-step.ts";
import { addDays, earlier, later, monthEnd, type PlainDate, plainDate } from "../values/dates.ts";
import { type Quantity, quantity } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { dayBefore } from "./base.ts";
import { calendarOf } from "./calendars.ts";
import type { Step } from "./types.ts";

/** A step that stands in time but not yet on a curve; `figure` is as stated, discrete or cumulative. */
export interface PlacedStep extends Omit<Step, "cumulative"> {
  readonly figure: Quantity;
}

export interface Placing {
  readonly messageDate: PlainDate;
  readonly settings: ScheduleSettings;
  readonly receiving: WorkCalendar | undefined;
  readonly findings: Finding[];
}

/** Where a remainder stands, which has no date: behind every calendar. */
export const UNDATED = plainDate("9999-12-31");
/** Words by which a mapping says that a step's reference is the customer's order number. */
const ORDER_KINDS: ReadonlySet<string> = new Set(["order", "customer-order"]);
const BUCKETS: ReadonlySet<string> = new Set(["day", "week", "month", "range"]);

/**
 * Classifies every step by what stands before it in the message, then places it. Order matters here and only here: what
 * follows a forecast marker (VDA 555555) is planned.
 */
export function placedSteps(line: ScheduleLine, placing: Placing): PlacedStep[] {
  const placed: PlacedStep[] = [];
  let forecast = false;
  for (const [index, step] of (line.steps ?? []).entries()) {
    const timing = timingOf(step, line);
    if (step.parts !== undefined) placing.findings.push(partsDiffer(step, index));
    if (step.destinations?.some(({ code }) => code !== line.shipTo?.code) === true) {
      placing.findings.push(severalPlaces(step, line, index));
    }
    if (timing === "forecast-start") forecast = true;
    else placed.push(place(step, timing, forecast, placing, index));
  }
  return placed;
}

function timingOf(step: ScheduleStep, line: ScheduleLine): Timing {
  if (step.timing !== undefined) return step.timing;
  // Two days are a bucket of their own, whatever the item's others are.
  if (step.from !== undefined && step.to !== undefined && step.from !== step.to) return "range";
  return line.interval !== undefined && BUCKETS.has(line.interval) ? (line.interval as Timing) : "day";
}

function place(step: ScheduleStep, timing: Timing, forecast: boolean, placing: Placing, index: number): PlacedStep {
  // Field by field: spreading costs most of the time of a schedule of thousands of steps.
  const { kind, date, from, to } = knownStand(step, timing, placing, index);
  return {
    kind,
    date,
    from,
    to,
    timing,
    figure: quantity(step.quantity),
    commitment: step.commitment ?? (forecast ? "planned" : ""),
    customerOrderNumber: ORDER_KINDS.has(step.referenceKind ?? "") ? (step.reference ?? "") : "",
    reference: step.reference ?? "",
    referenceKind: step.referenceKind ?? "",
    window: step.time === undefined ? "" : step.time + (step.timeTo === undefined ? "" : `-${step.timeTo}`),
    route: step.route ?? "",
    segment: step.segment ?? 0,
  };
}

type Stand = Pick<Step, "kind" | "date" | "from" | "to">;

interface KnownStands {
  readonly messageDate: PlainDate;
  readonly receiving: WorkCalendar | undefined;
  readonly byTiming: Map<Timing, Map<string, Stand>>;
}
const lastStands = new WeakMap<ScheduleSettings, KnownStands>();
/** More dates than any horizon has; a sender's nonsense must not fill the memory. */
const MOST_KNOWN = 4000;

/** Where a step stands: the items of a message share their dates, so each is worked out once. */
function knownStand(step: ScheduleStep, timing: Timing, placing: Placing, index: number): Stand {
  const { from } = step;
  if (from === undefined || step.to !== undefined || step.statement !== undefined || !BUCKETS.has(timing)) {
    return stand(step, timing, placing, index);
  }
  const { settings, messageDate, receiving } = placing;
  let known = lastStands.get(settings);
  if (known === undefined || known.messageDate !== messageDate || known.receiving !== receiving) {
    known = { messageDate, receiving, byTiming: new Map() };
    lastStands.set(settings, known);
  }
  let byDate = known.byTiming.get(timing);
  if (byDate === undefined || byDate.size > MOST_KNOWN) known.byTiming.set(timing, (byDate = new Map()));
  const held = byDate.get(from);
  if (held !== undefined) return held;
  const found = stand(step, timing, placing, index);
  byDate.set(from, found);
  return found;
}

function stand(step: ScheduleStep, timing: Timing, placing: Placing, index: number): Stand {
  const { messageDate } = placing;
  if (timing === "remainder") return { kind: "remainder", date: UNDATED, from: UNDATED, to: UNDATED };
  const bucket = bucketOf(step, timing, placing, index);
  if (timing === "backlog" || step.statement === "backlog") {
    const from = bucket?.from ?? dayBefore(messageDate);
    const to = bucket?.to ?? from;
    return { kind: "backlog", date: earlier(to, dayBefore(messageDate)), from, to };
  }
  if (timing === "immediate" || step.statement === "immediate") {
    const from = bucket?.from ?? messageDate;
    return { kind: "immediate", date: messageDate, from, to: bucket?.to ?? from };
  }
  if (timing === "no-demand") return { kind: "dated", date: messageDate, from: messageDate, to: messageDate };
  // What is wanted at once needs no date (SCC+10).
  if (bucket === undefined && step.commitment === "immediate")
    return { kind: "immediate", date: messageDate, from: messageDate, to: messageDate };
  if (bucket === undefined) {
    placing.findings.push(withoutDate(step, index));
    return { kind: "remainder", date: UNDATED, from: UNDATED, to: UNDATED };
  }
  // Only a bucket whose end is past is past: a running one is due in what remains of it.
  const { from, to } = bucket;
  if (to < messageDate) return { kind: "backlog", date: dayIn(bucket, timing, placing), from, to };
  return { kind: "dated", date: later(messageDate, dayIn(bucket, timing, placing)), from, to };
}

interface Bucket {
  readonly from: PlainDate;
  readonly to: PlainDate;
}

function bucketOf(step: ScheduleStep, timing: Timing, placing: Placing, index: number): Bucket | undefined {
  const said = step.from ?? step.to;
  if (said === undefined) return undefined;
  const from = plainDate(said);
  const to = step.to === undefined ? impliedEnd(from, timing) : plainDate(step.to);
  if (from <= to) return { from, to };
  placing.findings.push({
    code: "SCHEDULE_BUCKET_REVERSED",
    severity: "tolerated",
    message: "A bucket ends before it begins.",
    place: placeOf(step, index, "to"),
    expected: `a date from ${from} on`,
    found: to,
    remedy: "Ask the customer for a corrected schedule; the item is held.",
  });
  return { from: to, to: from };
}

/** A week runs seven days from the day stated, a month to its last day. */
function impliedEnd(from: PlainDate, timing: Timing): PlainDate {
  if (timing === "week") return addDays(from, 6);
  return timing === "month" ? monthEnd(from) : from;
}

/** The day of a bucket its quantity stands at: the first delivery day that is left of it, or its end. */
function dayIn(bucket: Bucket, timing: Timing, placing: Placing): PlainDate {
  if (timing !== "week" && timing !== "month" && timing !== "range") return bucket.from;
  if (placing.settings.buckets[timing] === "last") return bucket.to;
  const running = bucket.to < placing.messageDate ? bucket.from : later(bucket.from, placing.messageDate);
  if (placing.receiving === undefined) return running;
  const delivery = calendarOf(placing.receiving).onOrAfter(running);
  return delivery <= bucket.to ? delivery : running;
}

/** Parts that still stand with their step came to more than it. */
function partsDiffer(step: ScheduleStep, index: number): Finding {
  const parts = step.parts ?? [];
  return {
    code: "SCHEDULE_PARTS_DIFFER",
    severity: "tolerated",
    message: "The parts of a day's quantity come to more than the day; the day's quantity was taken.",
    place: placeOf(step, index, "parts"),
    expected: `parts of ${step.quantity} at most`,
    found: parts.map((part) => part.quantity).join(" + "),
    remedy: "Ask the customer which of the two counts; the item is held.",
  };
}

/** An account is of one ship-to, so what goes elsewhere cannot stand on it. */
function severalPlaces(step: ScheduleStep, { shipTo }: ScheduleLine, index: number): Finding {
  return {
    code: "SCHEDULE_SEVERAL_PLACES",
    severity: "tolerated",
    message: "A quantity is divided over places other than the line's ship-to; it was taken whole.",
    place: placeOf(step, index, "destinations"),
    expected: shipTo?.code === undefined ? "the ship-to of the line" : `ship-to ${shipTo.code} only`,
    found: (step.destinations ?? []).map(({ code, quantity: of }) => `${of ?? "?"} to ${code ?? "?"}`).join(", "),
    remedy: "Ask the customer for a line for each ship-to, or revise the schedule; the item is held.",
  };
}

function withoutDate(step: ScheduleStep, index: number): Finding {
  return {
    code: "SCHEDULE_STEP_WITHOUT_DATE",
    severity: "tolerated",
    message: "A quantity has no date; it is kept and never released.",
    place: placeOf(step, index, "from"),
    expected: "a date",
    found: "none",
    remedy: "Ask the customer when it is wanted; the item is held.",
  };
}

/** Where a step stands in its message: its segment in the set, else its path in the document's line. */
export const placeOf = (step: { segment?: number | undefined }, index: number, field: string): Finding["place"] => ({
  ...(step.segment === undefined || step.segment === 0 ? {} : { inSet: step.segment }),
  field: `steps[${index}].${field}`,
});
