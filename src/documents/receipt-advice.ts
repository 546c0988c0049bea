/**
 * The canonical receipt advice (X12 861, EDIFACT RECADV): what the customer booked of what we shipped, with shortages and
 * rejections. Each line becomes a fact on the account it names (features.md C2).
 */
import { z } from "zod";
import { contact, date, dated, decimal, identified, qualified, reference, segmentOrdinal, text } from "./fields.ts";

const receiptLine = z.strictObject({
  ...segmentOrdinal,
  number: text.optional(),
  customerPart: text.optional(),
  ourPart: text.optional(),
  gtin: text.optional().describe("Global trade item number (EAN, UPC)"),
  description: text.optional(),
  orderNumber: text.optional().describe("The customer's order or blanket number"),
  orderLine: text.optional(),
  releaseNumber: text.optional(),
  note: text.optional().describe("Our delivery note, where the line states one of its own"),
  noteLine: text.optional(),
  unit: text.optional(),
  shipped: decimal.optional().describe("What the notice said had left"),
  received: decimal.optional().describe("What came"),
  accepted: decimal.optional().describe("What was taken in; what came unless stated"),
  rejected: decimal.optional(),
  short: decimal.optional().describe("Missing of what the notice said"),
  over: decimal.optional(),
  damaged: decimal.optional(),
  cumulative: decimal.optional().describe("Received since the start of the cumulative"),
  cumulativeFrom: date.optional().describe("Start of the cumulative"),
  condition: text.optional().describe("Why quantities differ: short, over, damaged, rejected …; else the code"),
  differences: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        condition: text.optional().describe("short, over, damaged; else the code"),
        quantity: decimal.optional(),
        unit: text.optional(),
      }),
    )
    .optional()
    .describe("Further quantities in question, each with its condition (X12 RCD09 ff.)"),
  receivedOn: date.optional(),
  amounts: z.array(qualified).optional().describe("Further quantities, by qualifier"),
  references: z.array(reference).optional(),
  dates: z.array(dated).optional(),
  parties: z.array(identified).optional(),
});

export const receiptAdvice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    number: text.optional(),
    purpose: text.optional().describe("original, replace, cancel …; else the code"),
    kind: text.optional(),
    issuedOn: date.optional(),
    issuedAt: text.optional().describe("HHMM or HHMMSS"),
    receivedOn: date.optional(),
    shippedOn: date.optional(),
    note: text.optional().describe("Our delivery note or shipment number"),
    orderNumber: text.optional(),
    parties: z.array(identified).optional(),
    references: z.array(reference).optional(),
    dates: z.array(dated).optional(),
    contacts: z.array(contact).optional(),
    lines: z.array(receiptLine),
  })
  .describe("What a customer received of what we shipped");

export type ReceiptAdvice = z.infer<typeof receiptAdvice>;
export type ReceiptLine = z.infer<typeof receiptLine>;
