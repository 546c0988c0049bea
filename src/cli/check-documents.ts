/** Canonical documents as tables that a planner can read: what it is, who it is for, its lines with what stands in them. */
import type { DocumentKind } from "../documents/schemas.ts";
import { acknowledgement, advice } from "./document-answers.ts";
import { type Held, isHeld } from "./document-facts.ts";
import { receipts, shipNotice } from "./document-goods.ts";
import { invoice, remittance } from "./document-money.ts";
import { schedule } from "./document-schedule.ts";

/** The document in words; empty for what is none. */
export function documentInWords(kind: string, document: unknown): string {
  if (!isHeld(document)) return "";
  const renderer = (RENDERERS as Readonly<Record<string, ((held: Held) => string) | undefined>>)[kind];
  return renderer?.(document) ?? "";
}

const RENDERERS: Readonly<Record<DocumentKind, (document: Held) => string>> = {
  "delivery-schedule": schedule,
  "ship-notice": shipNotice,
  invoice,
  "receipt-advice": receipts,
  "remittance-advice": remittance,
  "application-advice": advice,
  acknowledgement,
};
