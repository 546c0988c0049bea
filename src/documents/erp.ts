/**
 * What calloff and the ERP exchange as JSON files, versioned by `schema`. In: agreements and shipment confirmations
 * (inbox/erp). Out: child orders, shipments, receivables, and a receipt for each file read (outbox/erp).
 */
import { z } from "zod";
import { date, decimal, party, text } from "./fields.ts";

const identifier = text.trim().min(1).max(80);

const blanketSplit = z.strictObject({
  date: date.optional().describe("Scheduled order date; empty means undated, and undated is never released"),
  quantity: decimal,
  customerOrderNumber: identifier.optional(),
  purchaseOrderCreatedOn: date.optional(),
  allocate: z.boolean().optional().describe("Passed to the child order's document; reserves nothing here"),
});

const blanketLine = z.strictObject({
  line: z.number().int().positive().describe("Line number within the agreement, e.g. 10"),
  item: identifier.describe("Our item number"),
  customerPart: identifier.optional().describe("The customer's part number; our item number unless given"),
  description: text.optional(),
  commitment: z.enum(["quantity", "value", "open"]).default("quantity"),
  quantity: decimal.optional().describe("Contract quantity; required unless the commitment is open"),
  unit: identifier.default("PC"),
  price: decimal.optional().describe("Unit price valid from the agreement's start"),
  pricePer: decimal.optional().describe("Quantity the price is for; 1 unless given"),
  prices: z.array(z.strictObject({ from: date, price: decimal, reason: text.optional() })).optional(),
  shipTo: identifier.optional().describe("Defaults from the header; every line has one in the end"),
  dock: identifier.optional(),
  modelYear: identifier.optional(),
  pack: decimal.optional().describe("Pack quantity; each dated release is rounded up to full packs"),
  tolerancePercent: decimal.optional().describe("Over-release tolerance on the contract quantity"),
  splits: z.array(blanketSplit).optional(),
});

export const blanketOrder = z
  .strictObject({
    schema: z.literal("calloff/blanket-order/1"),
    number: identifier.optional().describe("Our number; taken from the series when absent"),
    partner: identifier.describe("Partner code, as in config/partners/<code>.yaml"),
    customerNumber: identifier.describe("The customer's own blanket order number"),
    aliases: z.array(z.strictObject({ number: identifier, from: date.optional(), to: date.optional() })).optional(),
    side: z.enum(["sell", "buy"]).default("sell"),
    state: z.enum(["draft", "quotation", "open"]).default("open"),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, "an ISO 4217 code such as EUR")
      .default("EUR"),
    paymentTerms: text.optional(),
    terms: text.optional().describe("Terms-and-conditions text, copied to child orders"),
    description: text.optional(),
    contact: text.optional(),
    from: date.optional(),
    to: date.optional(),
    expiresOn: date.optional().describe("Empty means never; the day itself is still valid"),
    shipTo: identifier.optional().describe("Default ship-to of the lines"),
    lines: z.array(blanketLine).min(1),
  })
  .describe("A blanket order (master agreement) as the ERP states it");

export const shipmentConfirmation = z
  .strictObject({
    schema: z.literal("calloff/shipment-confirmation/1"),
    confirmation: identifier.describe("The ERP's own number of this confirmation; a number is booked once"),
    shippedOn: date.optional().describe("The business date unless given"),
    shippedAt: text.optional().describe("HHMM or HHMMSS"),
    note: identifier.optional().describe("Delivery note number; ours unless given"),
    carrier: text.optional(),
    equipment: text.optional().describe("Number of the trailer, container or rail car, or a licence plate"),
    packages: z
      .string()
      .regex(/^\d{1,9}$/, "a count such as 3")
      .optional()
      .describe("How many packages the consignment has"),
    grossWeight: decimal.optional(),
    netWeight: decimal.optional(),
    weightUnit: text.optional().describe("KG, LB …; of both weights, and needed with either"),
    lines: z
      .array(
        z.strictObject({
          orderLine: identifier.describe("Our child order line, e.g. SO-000123/10"),
          quantity: decimal,
          closeShort: z.boolean().optional().describe("Nothing more will be shipped on this line"),
        }),
      )
      .min(1),
  })
  .describe("What the ERP or warehouse has shipped");

export const erpInbound = z.discriminatedUnion("schema", [blanketOrder, shipmentConfirmation]);

const erpOrderLine = z.strictObject({
  line: z.number().int(),
  reference: text.describe("SO-000123/10"),
  item: text,
  customerPart: text,
  description: text.optional(),
  quantity: decimal,
  unit: text,
  price: decimal.optional(),
  pricePer: decimal.optional(),
  dock: text.optional().describe("The dock or unloading point, as the customer's schedule calls it"),
  pointOfUse: text.optional().describe("Where at the customer's the item is used"),
  warehouse: text.optional().describe("Where at the customer's the item is stored"),
  requestedOn: date.optional().describe("The customer's date for the goods"),
  allocate: z.boolean().optional(),
  blanketLine: z.number().int(),
  releaseNumber: text.optional(),
});

export const erpOrder = z
  .strictObject({
    schema: z.literal("calloff/sales-order/1"),
    number: text,
    kind: z.literal("call on contract").describe("A call on a blanket order, not new business"),
    partner: text,
    blanketOrder: text.describe("Our agreement number"),
    customerBlanketOrder: text.describe("The customer's own blanket order number"),
    customerOrderNumber: text.optional(),
    issuedOn: date,
    scheduledOn: date,
    requiredShipOn: date.optional(),
    shipTo: party,
    currency: text,
    paymentTerms: text.optional(),
    terms: text.optional(),
    stock: text.describe("Says that the blanket order itself reserves nothing"),
    lines: z.array(erpOrderLine).min(1),
  })
  .describe("A child sales order for the ERP");

export const erpOrderChange = z
  .strictObject({
    schema: z.literal("calloff/sales-order-change/1"),
    number: text,
    partner: text,
    reason: text,
    cancelled: z.boolean().optional(),
    scheduledOn: date.optional(),
    lines: z.array(
      z.strictObject({
        line: z.number().int(),
        reference: text,
        quantity: decimal,
        previousQuantity: decimal,
        requestedOn: date.optional(),
      }),
    ),
  })
  .describe("A change of a child sales order for the ERP");

export const erpReceivable = z
  .strictObject({
    schema: z.literal("calloff/receivable/1"),
    number: text,
    partner: text,
    issuedOn: date,
    currency: text,
    paymentTerms: text.optional(),
    total: decimal,
    lines: z
      .array(
        z.strictObject({
          line: z.number().int(),
          reference: text.describe("IN-000007/10"),
          shipment: text,
          order: text,
          blanketOrder: text,
          customerBlanketOrder: text,
          item: text,
          quantity: decimal,
          unit: text,
          price: decimal,
          pricePer: decimal.optional(),
          amount: decimal,
        }),
      )
      .min(1),
  })
  .describe("A released invoice as a receivable for the ERP");

export const erpShipment = z
  .strictObject({
    schema: z.literal("calloff/shipment/1"),
    number: text,
    confirmation: text,
    partner: text,
    note: text,
    shippedOn: date,
    shipTo: party,
    lines: z
      .array(
        z.strictObject({
          line: z.number().int(),
          reference: text,
          order: text,
          item: text,
          quantity: decimal,
          unit: text,
          cumulative: decimal,
        }),
      )
      .min(1),
  })
  .describe("A booked shipment for the ERP");

export const erpReceipt = z
  .strictObject({
    schema: z.literal("calloff/receipt/1"),
    file: text,
    sha256: text,
    outcome: z.enum(["applied", "refused", "duplicate"]),
    records: z.array(
      z.strictObject({
        record: text,
        outcome: z.enum(["created", "changed", "unchanged", "booked", "refused"]),
        message: text.optional(),
      }),
    ),
  })
  .describe("What became of a file the ERP sent");

export type BlanketOrderDocument = z.infer<typeof blanketOrder>;
export type ShipmentConfirmation = z.infer<typeof shipmentConfirmation>;
export type ErpInbound = z.infer<typeof erpInbound>;
export type ErpOrder = z.infer<typeof erpOrder>;
export type ErpOrderChange = z.infer<typeof erpOrderChange>;
export type ErpReceivable = z.infer<typeof erpReceivable>;
export type ErpShipment = z.infer<typeof erpShipment>;
export type ErpReceipt = z.infer<typeof erpReceipt>;
