/** What the figures of a partner's schedules mean, and the way from his dates to ours (design.md, *A home*). */
import { z } from "zod";

/** Fields that may make up an account's key, in the order a partner names them. */
export const ACCOUNT_FIELDS = ["plant", "shipTo", "dock", "customerPart", "orderNumber", "modelYear"] as const;
export type AccountField = (typeof ACCOUNT_FIELDS)[number];

const calendar = z.strictObject({
  workingDays: z
    .array(z.number().int().min(1).max(7))
    .min(1)
    .default([1, 2, 3, 4, 5])
    .describe("ISO weekdays, 1 is Monday"),
  holidays: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a date YYYY-MM-DD")).default([]),
});
const everyDay = { workingDays: [1, 2, 3, 4, 5, 6, 7], holidays: [] };

export const schedule = z.strictObject({
  account: z
    .array(z.enum(ACCOUNT_FIELDS))
    .min(1)
    .superRefine((fields, issues) => {
      fields.forEach((field, n) => {
        if (fields.indexOf(field) < n) issues.addIssue({ code: "custom", path: [n], message: "each field once" });
      });
    })
    .default(["customerPart", "shipTo"])
    .describe("Fields of the account's key, in order"),
  dashes: z.enum(["keep", "drop"]).default("keep").describe("Whether dashes count when identifiers are compared"),
  without: z
    .partialRecord(z.enum(ACCOUNT_FIELDS), z.string().min(1))
    .default({})
    .describe(
      "What a line that lacks a key field is: `ignore` (an account of its own without it) or the code it stands for",
    ),
  dates: z
    .enum(["as-stated", "delivery", "shipment"])
    .default("as-stated")
    .describe("What the dates of the steps are; delivery when nothing is stated"),
  cumulatives: z
    .enum(["as-stated", "received", "shipped"])
    .default("as-stated")
    .describe("What the customer's cumulative counts: SHP03 and the like decide unless set here; else BFR04 proposes"),
  inTransitTakenOff: z
    .boolean()
    .default(false)
    .describe("The customer nets ship notices: base = received + in transit at the message date"),
  net: z
    .union([
      z.strictObject({ anchor: z.literal("last-receipt") }),
      z.strictObject({ anchor: z.literal("shipped-at-message") }),
      z.strictObject({ anchor: z.literal("shipped-before-transit"), transitDays: z.number().int().nonnegative() }),
    ])
    .default({ anchor: "last-receipt" })
    .describe("Where the base of a schedule without cumulatives comes from"),
  buckets: z
    .strictObject({
      week: z.enum(["first", "last"]).default("first"),
      month: z.enum(["first", "last"]).default("first"),
      range: z.enum(["first", "last"]).default("last"),
    })
    .prefault({})
    .describe("Which day of a bucket its quantity stands at"),
  shpDates: z
    .enum(["figure", "period"])
    .default("figure")
    .describe("Whether SHP04/06 of a cumulative are the figure's dates or the cumulative's period"),
  itemBacklog: z
    .enum(["information", "demand"])
    .default("information")
    .describe("What an item-level backlog figure is"),
  purposes: z
    .partialRecord(z.enum(["cancel", "delete", "change", "net-change"]), z.enum(["hold", "replace", "file"]))
    .default({})
    .describe("How purpose codes other than original and replace are taken; held unless told"),
  replaces: z
    .enum(["everything", "stated-horizon"])
    .default("everything")
    .describe("What a release replaces beyond its own last date"),
  listsEveryItem: z
    .boolean()
    .default(false)
    .describe("Each message lists every item of a ship-to; a missing one is then judged by the policy's missingItem"),
  reset: z
    .enum(["receipts", "ship-date", "stated"])
    .default("receipts")
    .describe("How goods in transit are counted at a reset (domain.md, *Resets*)"),
  callOffDays: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("Days a call-off without horizon rules; else until its last dated line"),
});

export const fulfilmentOptions = z.strictObject({
  transitDays: z.number().int().nonnegative().default(0).describe("Ship date = delivery date − transit days"),
  transitCounts: z.enum(["calendar-days", "working-days"]).default("calendar-days"),
  leadDays: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe("Scheduled order date = ship date − lead days, in our working days"),
  receiving: calendar.default(everyDay).describe("Days the customer receives"),
  grouping: z
    .enum(["per-date", "all-due"])
    .default("per-date")
    .describe("One child order per scheduled date, or all due under the earliest date"),
  shortIs: z.enum(["due-again", "withheld"]).default("due-again").describe("What was closed short"),
  fulfilment: z
    .enum(["confirmed", "automatic"])
    .default("confirmed")
    .describe("automatic: a child order is shipped and invoiced when it is made"),
  currencyMinorDigits: z.number().int().min(0).max(6).default(2),
  invoice: z.enum(["at-shipment", "by-hand"]).default("at-shipment"),
  noteNumber: z
    .enum(["shipment-number", "digits"])
    .optional()
    .describe(
      "Note of a shipment confirmed without one: our number, SH-000012, or its digits, 12; digits where ship notices are VDA records unless given",
    ),
});

export type ScheduleSettings = z.infer<typeof schedule>;
export type OrderSettings = z.infer<typeof fulfilmentOptions>;
export type WorkCalendar = z.infer<typeof calendar>;
