/** The canonical invoice (X12 810, EDIFACT INVOIC, VDA 4906): what was actually shipped, at the agreed price. */
import { z } from "zod";
import { date, decimal, identified, segmentOrdinal, text } from "./fields.ts";

const reference = z.strictObject({ ...segmentOrdinal, kind: text.optional(), number: text.optional() });

const invoiceLine = z.strictObject({
  ...segmentOrdinal,
  cause: text.optional().describe("Our invoice line, e.g. IN-000007/10"),
  number: text.optional(),
  quantity: decimal.optional(),
  unit: text.optional(),
  price: decimal.optional().describe("Unit price, in the invoice's currency"),
  priceBasis: text.optional(),
  amount: decimal.optional().describe("Rounded to the currency's minor unit"),
  customerPart: text.optional(),
  ourPart: text.optional(),
  description: text.optional(),
  blanketNumber: text.optional(),
  releaseNumber: text.optional(),
  customerOrderNumber: text.optional(),
  orderNumber: text.optional().describe("Our child order line, e.g. SO-000123/20"),
  shipment: text.optional().describe("Our shipment line, e.g. SH-000012/10"),
  note: text.optional().describe("The note number of the ship notice"),
  shippedOn: date.optional(),
  references: z.array(reference).optional(),
});

export const invoice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    number: text.optional(),
    issuedOn: date.optional(),
    kind: text.optional().describe("invoice or credit; else the code"),
    orderNumber: text.optional(),
    orderDate: date.optional(),
    releaseNumber: text.optional(),
    blanketNumber: text.optional(),
    currency: text.optional(),
    currencyRole: text.optional(),
    shippedOn: date.optional(),
    terms: z
      .strictObject({
        kind: text.optional(),
        days: text.optional(),
        description: text.optional(),
        discountPercent: decimal.optional(),
        discountDays: text.optional(),
        dueOn: date.optional(),
      })
      .optional(),
    references: z.array(reference).optional(),
    parties: z.array(identified).optional(),
    lines: z.array(invoiceLine),
    charges: z
      .array(
        z.strictObject({
          ...segmentOrdinal,
          indicator: text.optional(),
          kind: text.optional(),
          amount: decimal.optional(),
          description: text.optional(),
        }),
      )
      .optional(),
    total: decimal.optional().describe("Sum of the lines and charges"),
  })
  .describe("An invoice");

export type Invoice = z.infer<typeof invoice>;
export type InvoiceLine = z.infer<typeof invoiceLine>;
