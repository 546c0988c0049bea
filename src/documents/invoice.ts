/** The canonical invoice (X12 810, EDIFACT INVOIC, VDA 4906): what was actually shipped, at the agreed price. */
import { z } from "zod";
import {
  contact,
  date,
  dated,
  decimal,
  freeText,
  freight,
  identified,
  qualified,
  reference,
  segmentOrdinal,
  text,
  transmitted,
} from "./fields.ts";

const terms = {
  kind: text.optional(),
  basis: text.optional(),
  days: text.optional(),
  relation: text.optional().describe("Code of how the days stand to what they are counted from (EDIFACT 2009)"),
  period: text.optional().describe("What the days are counted in where it is not days: week, month …; else the code"),
  description: text.optional(),
  discountPercent: decimal.optional(),
  discountDays: text.optional(),
  discountUntil: date.optional(),
  dueOn: date.optional(),
  dayOfMonth: text.optional(),
};

/** An amount with its qualifier. */
const sum = z.strictObject({ ...segmentOrdinal, kind: text.optional(), amount: decimal.optional() });

const tax = z.strictObject({
  ...segmentOrdinal,
  kind: text.optional(),
  amount: decimal.optional(),
  percent: decimal.optional(),
  levy: text.optional().describe("duty or fee; else the code; a tax unless stated (EDIFACT 5283)"),
  base: decimal.optional().describe("The amount that is taxed"),
  category: text.optional().describe("Standard rate, exempt …, as the message's code says (EDIFACT 5305)"),
});

const charge = z.strictObject({
  ...segmentOrdinal,
  indicator: text.optional(),
  kind: text.optional(),
  amount: decimal.optional(),
  percent: decimal.optional(),
  percentKind: text.optional().describe("Code of what the percentage is (EDIFACT 5245)"),
  description: text.optional(),
});

const invoiceLine = z.strictObject({
  ...segmentOrdinal,
  cause: text.optional().describe("Our invoice line, e.g. IN-000007/10"),
  number: text.optional(),
  quantity: decimal.optional(),
  unit: text.optional(),
  price: decimal.optional().describe("Unit price, in the invoice's currency"),
  priceBasis: text.optional(),
  grossPrice: decimal.optional().describe("Unit price before allowances"),
  amount: decimal.optional().describe("Rounded to the currency's minor unit"),
  orderLine: text.optional(),
  gtin: text.optional(),
  engineeringLevel: text.optional(),
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
  dates: z.array(dated).optional(),
  amounts: z.array(qualified).optional().describe("Further quantities, by qualifier"),
  parties: z.array(identified).optional(),
  countryOfOrigin: text.optional(),
  texts: z.array(freeText).optional(),
  taxes: z.array(tax).optional(),
  charges: z.array(charge).optional(),
  sums: z.array(sum).optional().describe("Amounts beside the line's own, by qualifier"),
  sublines: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        number: text.optional(),
        parent: text.optional(),
        relation: text.optional(),
        quantity: decimal.optional(),
        unit: text.optional(),
        price: decimal.optional(),
        customerPart: text.optional(),
        ourPart: text.optional(),
      }),
    )
    .optional(),
});

export const invoice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    ...transmitted,
    customerVat: text.optional().describe("Value-added tax number of the receiver"),
    supplierVat: text.optional().describe("Value-added tax number of the sender"),
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
    changeNumber: text.optional(),
    purpose: text.optional(),
    action: text.optional(),
    customerInvoiceNumber: text.optional(),
    terms: z.strictObject(terms).optional(),
    furtherTerms: z.array(z.strictObject({ ...segmentOrdinal, ...terms })).optional(),
    dates: z.array(dated).optional(),
    contacts: z.array(contact).optional(),
    notes: z.array(reference).optional(),
    freight: freight.optional(),
    references: z.array(reference).optional(),
    parties: z.array(identified).optional(),
    lines: z.array(invoiceLine),
    charges: z.array(charge).optional(),
    chargeSums: z
      .array(charge)
      .optional()
      .describe("What charges and allowances come to, by kind, where said at the end"),
    taxes: z.array(tax).optional(),
    texts: z.array(freeText).optional(),
    carriage: z
      .strictObject({
        mode: text.optional(),
        carrier: text.optional(),
        route: text.optional(),
        referenceKind: text.optional(),
        reference: text.optional(),
      })
      .optional(),
    sums: z.array(sum).optional().describe("Amounts beside the total, by qualifier"),
    shipped: z
      .array(
        z.strictObject({
          ...segmentOrdinal,
          quantity: decimal.optional(),
          unit: text.optional(),
          weight: decimal.optional(),
          weightUnit: text.optional(),
        }),
      )
      .optional(),
    lineTotal: decimal.optional().describe("Sum of the lines' amounts, without charges and taxes"),
    taxable: decimal.optional().describe("The amount that is taxed"),
    taxTotal: decimal.optional(),
    total: decimal.optional().describe("Sum of the lines and charges"),
  })
  .describe("An invoice");

export type Invoice = z.infer<typeof invoice>;
export type InvoiceLine = z.infer<typeof invoiceLine>;
