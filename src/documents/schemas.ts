/** Every canonical document by its kind, with its schema. */
import type { z } from "zod";
import { acknowledgement } from "./acknowledgement.ts";
import { applicationAdvice } from "./application-advice.ts";
import { deliverySchedule } from "./delivery-schedule.ts";
import { invoice } from "./invoice.ts";
import { receiptAdvice } from "./receipt-advice.ts";
import { remittanceAdvice } from "./remittance-advice.ts";
import { shipNotice } from "./ship-notice.ts";

export const DOCUMENTS = [
  "delivery-schedule",
  "ship-notice",
  "invoice",
  "receipt-advice",
  "remittance-advice",
  "application-advice",
  "acknowledgement",
] as const;
export type DocumentKind = (typeof DOCUMENTS)[number];

export const DOCUMENT_SCHEMAS: Readonly<Record<DocumentKind, z.ZodType>> = {
  "delivery-schedule": deliverySchedule,
  "ship-notice": shipNotice,
  invoice,
  "receipt-advice": receiptAdvice,
  "remittance-advice": remittanceAdvice,
  "application-advice": applicationAdvice,
  acknowledgement,
};
