/**
 * The steps of a line as steps that stand by themselves: dated by their line where it says the date once, a delivery window as
 * their time, and one for each part that a day's quantity is spread over (X12 862 JIT, 866).
 */
import { minus, NOTHING, quantity, writeMillionths } from "../values/figures.ts";
import type { ScheduleLine } from "./delivery-schedule.ts";
import type { ScheduleStep, StepPart } from "./schedule-step.ts";

/** @param isRunningTotal the quantities are running totals, which parts do not divide */
export function stepsOf(line: ScheduleLine, isRunningTotal: boolean): ScheduleStep[] {
  const { due, sequence, steps = [] } = line;
  const apart = steps.some(isDivided) ? steps.flatMap((whole) => stepsApart(whole, isRunningTotal)) : steps;
  return due === undefined && sequence === undefined ? apart : apart.map((step) => dated(step, line));
}

/** A step with its line's date and place in the sequence, where it has none of its own. */
function dated(step: ScheduleStep, { due, sequence, vehicle }: ScheduleLine): ScheduleStep {
  const own = { ...step };
  const isDay = own.timing === undefined || own.timing === "day";
  if (own.from === undefined && own.to === undefined && isDay && due?.on !== undefined) own.from = due.on;
  if (own.time === undefined && due?.at !== undefined) own.time = due.at;
  // Without a vehicle or a time of its own, a place in the sequence is a counter that the next message gives to others.
  if (own.reference === undefined && sequence !== undefined && (vehicle !== undefined || due !== undefined)) {
    own.reference = sequence;
    own.referenceKind = "sequence";
  }
  return own;
}

const isDivided = ({ window, parts }: ScheduleStep): boolean => window !== undefined || parts !== undefined;

/**
 * A step as steps that stand by themselves: its window as their time, a step for each of its parts. What the parts leave
 * over of its quantity stays a step. Parts of a running total divide nothing, nor do parts that come to more than it, which
 * are then left with it.
 */
function stepsApart(divided: ScheduleStep, isRunningTotal: boolean): ScheduleStep[] {
  const { window, parts = [], ...whole } = divided;
  if (whole.from === undefined && window?.from !== undefined) {
    whole.from = window.from;
    if (whole.to === undefined && window.to !== undefined && window.to !== window.from) whole.to = window.to;
  }
  if (whole.time === undefined && window?.fromTime !== undefined) whole.time = window.fromTime;
  if (whole.timeTo === undefined && window?.toTime !== undefined) whole.timeTo = window.toTime;
  const rest = parts.reduce((left, part) => minus(left, quantity(part.quantity)), quantity(whole.quantity));
  if (isRunningTotal || parts.length === 0) return [whole];
  if (rest < NOTHING) return [{ ...whole, parts }];
  const apart = parts.map((part) => partOf(whole, part));
  return rest === NOTHING ? apart : [...apart, { ...whole, quantity: writeMillionths(rest) }];
}

/** A part as a step of its own; several references of one kind name none, since its quantity is theirs together. */
function partOf(whole: ScheduleStep, part: StepPart): ScheduleStep {
  const own = { ...whole, quantity: part.quantity };
  if (part.segment !== undefined) own.segment = part.segment;
  if (part.time !== undefined) {
    own.time = part.time;
    delete own.timeTo;
  }
  const names = (part.references ?? []).flatMap((one) => [
    ...named(one.kind2, one.number2),
    ...named(one.kind, one.number),
  ]);
  const [first] = names;
  if (first !== undefined) {
    delete own.reference;
    delete own.referenceKind;
    if (names.every((one) => one === first || one.kind !== first.kind)) Object.assign(own, first.reference);
  }
  return own;
}

interface Named {
  readonly kind: string | undefined;
  readonly reference: Pick<ScheduleStep, "referenceKind" | "reference">;
}

/** What a part is called by: the first number of a composite reference before the number in front of it. */
function named(kind: string | undefined, number: string | undefined): Named[] {
  if (number === undefined) return [];
  return [{ kind, reference: { ...(kind === undefined ? {} : { referenceKind: kind }), reference: number } }];
}
