/** Schedules as tests write them: days of one month, pieces as numbers. */

import { type Policy, policy as policyFile } from "../../src/config/policy.ts";
import {
  fulfilmentOptions,
  type OrderSettings,
  type ScheduleSettings,
  schedule,
  type WorkCalendar,
} from "../../src/config/schedule-settings.ts";
import type { DeliverySchedule, ScheduleLine } from "../../src/documents/delivery-schedule.ts";
import type { ScheduleStep } from "../../src/documents/schedule-step.ts";
import { type Anchors, curveOf } from "../../src/schedules/curve.ts";
import { layered } from "../../src/schedules/layers.ts";
import { orderDating } from "../../src/schedules/ship-dates.ts";
import type { Curve, EffectiveCurve, Layer, LayeredStep } from "../../src/schedules/types.ts";
import { plainDate } from "../../src/values/dates.ts";
import { type Quantity, quantity, writeMillionths } from "../../src/values/figures.ts";

export const pieces = (count: number): Quantity => quantity(String(count));
export const day = plainDate;
export const EVERY_DAY: WorkCalendar = { workingDays: [1, 2, 3, 4, 5, 6, 7], holidays: [] };
export const MONDAY_TO_FRIDAY: WorkCalendar = { workingDays: [1, 2, 3, 4, 5], holidays: [] };

export const settingsOf = (settings: Parameters<typeof schedule.parse>[0] = {}): ScheduleSettings =>
  schedule.parse(settings);
export const policyOf = (settings: Parameters<typeof policyFile.parse>[0] = {}): Policy => policyFile.parse(settings);
export const ordersOf = (settings: Parameters<typeof fulfilmentOptions.parse>[0] = {}): OrderSettings =>
  fulfilmentOptions.parse(settings);

export type StepSpec = Partial<Omit<ScheduleStep, "quantity">> & { quantity: number };
/** `500 on 2027-03-05` as a step. */
export const on = (from: string, count: number, more: Partial<Omit<ScheduleStep, "quantity">> = {}): StepSpec => ({
  from,
  quantity: count,
  ...more,
});

export interface ScheduleSpec extends Omit<Partial<DeliverySchedule>, "lines"> {
  issuedOn: string;
  /** Quoted cumulative received; a net customer quotes none. */
  received?: number;
  lastNote?: string;
  steps: readonly StepSpec[];
  line?: Partial<ScheduleLine>;
  settings?: ScheduleSettings;
  anchors?: Partial<Anchors>;
}

/** The reading of a schedule of one line. */
export function readingOf(spec: ScheduleSpec) {
  const { issuedOn, received, lastNote, steps, line, settings, anchors, ...header } = spec;
  const stated: ScheduleLine = {
    issuedOn,
    ...(received === undefined && lastNote === undefined
      ? {}
      : {
          account: {
            ...(received === undefined ? {} : { cumulative: String(received), kind: "received" }),
            ...(lastNote === undefined ? {} : { note: lastNote }),
          },
        }),
    steps: steps.map(({ quantity: count, ...step }, index) => ({
      segment: index + 1,
      ...step,
      quantity: String(count),
    })),
    ...line,
  };
  const document: DeliverySchedule = { ...header, lines: [stated] };
  return curveOf(document, stated, settings ?? settingsOf(), { sentOn: day(issuedOn), ...anchors });
}

export const scheduleOf = (spec: ScheduleSpec): Curve => readingOf(spec).curve;
export const inForce = (curve: Curve, layer: Layer = "forecast"): EffectiveCurve => layered(curve, layer);

/** Dates of a curve in a world without transit or lead days. */
export const sameDay = (businessDate: string, dates: Curve["dates"] = "delivery") =>
  orderDating(dates, ordersOf(), EVERY_DAY, day(businessDate));

export const told = (steps: readonly (Pick<LayeredStep, "date"> & { cumulative: Quantity })[]): string[] =>
  steps.map((step) => `${writeMillionths(step.cumulative)} by ${step.date}`);
export const releases = (list: readonly { readonly quantity: Quantity; readonly orderOn: string }[]): string[] =>
  list.map((release) => `${writeMillionths(release.quantity)} on ${release.orderOn}`);
