/**
 * The canonical ship notice (X12 856, EDIFACT DESADV, VDA 4913): what left for one ship-to, with the numbers the customer
 * asked by. One line per child order line shipped; the cumulative is the account's after this shipment.
 */
import { z } from "zod";
import {
  contact,
  date,
  dated,
  decimal,
  freeText,
  freight,
  identified,
  reference,
  route,
  segmentOrdinal,
  text,
} from "./fields.ts";

/** Number on a package, or a run of them. */
const label = z.strictObject({ ...reference.shape, to: text.optional().describe("Last number of a run") });

const shipNoticeLine = z.strictObject({
  ...segmentOrdinal,
  cause: text.optional().describe("Our shipment line, e.g. SH-000012/10"),
  number: text.optional().describe("Number of the level in its hierarchy; worked out where it is absent"),
  parent: text.optional().describe("Number of the level above; absent for an item directly below the shipment"),
  note: text.optional().describe("Delivery note of the line, where it is another than the document's number"),
  noteDate: date.optional().describe("When the note's goods left, where that is another date than the document's"),
  level: text.optional().describe("item, order, tare, pack …; an item where it is absent"),
  children: text.optional().describe("1 where further levels stand below, as the message says"),
  orderLine: text.optional(),
  shipLine: text.optional().describe("The line's own identification (SN101)"),
  customerPart: text.optional(),
  ourPart: text.optional(),
  manufacturerPart: text.optional(),
  gtin: text.optional(),
  partName: text.optional(),
  description: text.optional(),
  engineeringLevel: text.optional(),
  quantity: decimal.optional(),
  unit: text.optional(),
  cumulative: decimal.optional().describe("Shipped since the start of the cumulative, this shipment included"),
  ordered: decimal.optional(),
  orderedUnit: text.optional(),
  blanketNumber: text.optional().describe("The customer's blanket order number"),
  releaseNumber: text.optional(),
  changeNumber: text.optional(),
  linePo: text.optional().describe("Order number stated beside the part, where the message does so"),
  linePoLine: text.optional(),
  lineRelease: text.optional(),
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
        size: decimal.optional(),
        unit: text.optional(),
        labels: z.array(label).optional(),
        scheme: text.optional().describe("Who lists the kind of package: customer, supplier …; else the code"),
        quantityUnit: text.optional(),
        related: text.optional().describe("Code of what is said about the packaging (EDIFACT 7233)"),
        returnable: text.optional().describe("Code of the packaging's return (EDIFACT 8395)"),
        references: z.array(reference).optional(),
        markings: z
          .array(
            z.strictObject({
              ...segmentOrdinal,
              instruction: text.optional().describe("Code of the marking instruction (EDIFACT 4233)"),
              kind: text.optional(),
              references: z.array(reference).optional(),
              labels: z.array(label).optional(),
            }),
          )
          .optional()
          .describe("How groups of the packages are marked, where the message says it group by group"),
      }),
    )
    .optional(),
  references: z.array(reference).optional(),
  marks: z.array(label).optional(),
  countryOfOrigin: text.optional(),
  unloadingPoint: text.optional(),
  destination: text.optional().describe("Place within the customer's plant where the goods are wanted"),
  texts: z.array(freeText).optional(),
  dates: z.array(dated).optional(),
  parties: z.array(identified).optional(),
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
    weightUnit: text.optional().describe("Unit of the gross weight"),
    netWeightUnit: text.optional(),
    packages: text.optional(),
    packageKind: text.optional(),
    carrier: text.optional(),
    carrierScheme: text.optional(),
    transportMode: text.optional(),
    routingSequence: text.optional(),
    route: text.optional(),
    routes: z.array(route).optional().describe("Routing details with another carrier code than the SCAC"),
    equipmentKind: text.optional(),
    equipmentInitial: text.optional(),
    equipment: text.optional(),
    seal: text.optional(),
    transportStage: text.optional().describe("main, pre, on; else the code; that of leaving our plant unless stated"),
    conveyance: text.optional().describe("Number of the journey: flight, voyage, tour"),
    vehicle: text.optional().describe("Licence plate or name of the means of transport"),
    carrierName: text.optional(),
    texts: z.array(freeText).optional(),
    freight: freight.optional(),
    dates: z.array(dated).optional(),
    contacts: z.array(contact).optional(),
    references: z.array(reference).optional(),
    parties: z.array(identified).optional(),
    lines: z.array(shipNoticeLine),
  })
  .describe("A ship notice");

export type ShipNotice = z.infer<typeof shipNotice>;
export type ShipNoticeLine = z.infer<typeof shipNoticeLine>;
