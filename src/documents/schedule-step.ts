/** One quantity of a delivery schedule and when it is wanted. */
import { z } from "zod";
import { date, dated, decimal, qualified, reference, segmentOrdinal, text } from "./fields.ts";

/** How a step's quantity is placed in time; the last five are statements without a date of their own. */
export const TIMINGS = [
  "day",
  "week",
  "month",
  "range",
  "backlog",
  "immediate",
  "forecast-start",
  "no-demand",
  "remainder",
] as const;
export const COMMITMENTS = ["firm", "immediate", "manufacturing", "material", "planned"] as const;

const timing = z.enum(TIMINGS);

/** One quantity and when it is wanted. */
export const step = z.strictObject({
  ...segmentOrdinal,
  timing: timing.optional().describe("Bucket of the quantity; a day unless stated"),
  from: date.optional().describe("The day, or the bucket's first day"),
  to: date.optional().describe("The bucket's last day, where the message states it"),
  timeKind: text.optional().describe("What the time is, as the message's qualifier says"),
  time: text.optional().describe("Time of day or start of a window, HHMM or HHMMSS"),
  timeTo: text.optional().describe("End of a time window"),
  quantity: decimal.describe("Discrete, or the running total where the header says cumulative"),
  commitment: text
    .optional()
    .describe("One of firm, immediate, manufacturing, material, planned; else the partner's own code"),
  statement: z
    .enum(["demand", "backlog", "immediate"])
    .optional()
    .describe("What a qualifier beside the quantity says it is"),
  referenceKind: text.optional(),
  reference: text.optional().describe("Delivery order, RAN or kanban of this step"),
  route: text.optional(),
  amounts: z.array(qualified).optional().describe("Further quantities of this step, by qualifier"),
  dates: z.array(dated).optional().describe("Further dates of this step, by qualifier"),
  references: z.array(reference).optional().describe("Further references of this step"),
  window: z
    .strictObject({
      from: date.optional(),
      fromTime: text.optional().describe("HHMM or HHMMSS"),
      to: date.optional(),
      toTime: text.optional(),
    })
    .optional()
    .describe("Delivery window, where it is stated beside the step"),
  destinations: z
    .array(z.strictObject({ ...segmentOrdinal, code: text.optional(), quantity: decimal.optional() }))
    .optional()
    .describe("Places that the step's quantity is divided over (X12 SDQ)"),
  parts: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        quantity: decimal,
        time: text.optional().describe("HHMM or HHMMSS"),
        references: z.array(reference).optional().describe("Delivery orders, RAN or kanban of this part"),
      }),
    )
    .optional()
    .describe("How the step's quantity is spread over its day: by time, by reference"),
  pattern: z
    .strictObject({ days: text.optional(), time: text.optional() })
    .optional()
    .describe("Ship or delivery pattern (SDP)"),
});

export type ScheduleStep = z.infer<typeof step>;
export type StepPart = NonNullable<ScheduleStep["parts"]>[number];
export type Timing = (typeof TIMINGS)[number];
export type Commitment = (typeof COMMITMENTS)[number];
