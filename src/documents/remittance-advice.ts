/** The canonical remittance advice (X12 820, EDIFACT REMADV): what a customer says it has paid, invoice by invoice. */
import { z } from "zod";
import { contact, date, dated, decimal, identified, reference, segmentOrdinal, text } from "./fields.ts";

const remittanceLine = z.strictObject({
  ...segmentOrdinal,
  number: text.optional(),
  kind: text.optional().describe("invoice, credit …; else the qualifier of the document paid"),
  invoice: text.optional().describe("Number of the document paid"),
  issuedOn: date.optional().describe("Date of the document paid"),
  paid: decimal.optional(),
  amount: decimal.optional().describe("What the document asked for"),
  discount: decimal.optional(),
  currency: text.optional(),
  adjustments: z
    .array(
      z.strictObject({
        ...segmentOrdinal,
        reason: text.optional(),
        amount: decimal.optional(),
        reference: text.optional(),
        description: text.optional(),
      }),
    )
    .optional(),
  references: z.array(reference).optional(),
  dates: z.array(dated).optional(),
});

export const remittanceAdvice = z
  .strictObject({
    set: z.strictObject({ number: text.optional() }).optional(),
    number: text.optional(),
    handling: text.optional().describe("What the message is: remittance only, payment …; else the code"),
    purpose: text.optional(),
    method: text.optional().describe("How it is paid; the code as stated"),
    sign: text.optional().describe("credit or debit; else the code"),
    issuedOn: date.optional(),
    paidOn: date.optional(),
    total: decimal.optional(),
    currency: text.optional(),
    trace: text.optional().describe("Number by which bank and remittance are brought together"),
    payerAccount: text.optional(),
    payeeAccount: text.optional(),
    parties: z.array(identified).optional(),
    references: z.array(reference).optional(),
    dates: z.array(dated).optional(),
    contacts: z.array(contact).optional(),
    lines: z.array(remittanceLine),
  })
  .describe("What a customer says it has paid");

export type RemittanceAdvice = z.infer<typeof remittanceAdvice>;
export type RemittanceLine = z.infer<typeof remittanceLine>;
