/** What makes a made-up invoice one: further terms of payment stand beside terms, since a message gives them one after another. */
import type { Held } from "./documents.ts";

export function asInvoice(document: Held): Held {
  const { terms, furtherTerms } = document;
  const alone = Array.isArray(furtherTerms) && furtherTerms.length > 0 && terms === undefined;
  return alone ? { ...document, terms: { days: "30" } } : document;
}
