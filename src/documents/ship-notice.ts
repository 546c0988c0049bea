/**
 * The canonical ship notice (X12 856, EDIFACT DESADV, VDA 4913): what left for one ship-to, with the numbers the customer
 * asked by. One line per child order line shipped; the cumulative is the account's after this shipment.
 */
import { z } from "zod";
import { date, decimal, identified, segmentOrdinal, text } from "./fields.ts";

const shipNoticeLine = z.strictObject({
  ...segmentOrdinal,
  cause: text.optional().describe("Our shipment line, e.g. SH-000012/10"),
  number: text.optional(),
  parent: text.optional(),
  level: text.optional(),
  customerPart: text.optional(),
  ourPart: text.optional(),
  description: text.optional(),
  engineeringLevel: text.optional(),
  quantity: decimal.optional(),
  unit: text.optional(),
  cumulative: decimal.optional().describe("Shipped since the start of the cumulative, this shipment included"),
  ordered: decimal.optional(),
  blanketNumber: text.optional().describe("The customer's blanket order number"),
  releaseNumber: text.optional(),
  customerOrderNumber: text.optional().describe("The customer order number of the call-off"),
  orderNumber: text.optional().describe("Our child order line, e.g. SO-000123/20"),
  orderDate: date.optional(),
  packs: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        count: text.optional(),
        quantity: decimal.optional(),
        kind: text.optional(),
        labels: z
          .array(z.strictObject({ ...segmentOrdinal, kind: text.optional(), number: text.optional() }))
          .optional(),
      }),
    )
    .optional(),
  references: z.array(z.strictObject({ ...segmentOrdinal, kind: text.optional(), number: text.optional() })).optional(),
});

export const shipNotice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    purpose: text.optional(),
    number: text.optional().describe("The note number the customer quotes back"),
    issuedOn: date.optional(),
    issuedAt: text.optional().describe("HHMM or HHMMSS"),
    structure: text.optional(),
    shippedOn: date.optional(),
    shippedAt: text.optional(),
    arrivesOn: date.optional(),
    arrivesAt: text.optional(),
    grossWeight: decimal.optional(),
    netWeight: decimal.optional(),
    weightUnit: text.optional(),
    packages: text.optional(),
    packageKind: text.optional(),
    carrier: text.optional(),
    carrierScheme: text.optional(),
    transportMode: text.optional(),
    equipmentKind: text.optional(),
    equipment: text.optional(),
    references: z
      .array(z.strictObject({ ...segmentOrdinal, kind: text.optional(), number: text.optional() }))
      .optional(),
    parties: z.array(identified).optional(),
    lines: z.array(shipNoticeLine),
  })
  .describe("A ship notice");

export type ShipNotice = z.infer<typeof shipNotice>;
export type ShipNoticeLine = z.infer<typeof shipNoticeLine>;
