/** Renders a document for the ERP: JSON, checked by its own schema, keys in the schema's order. */
import type { z } from "zod";
import { erpOrder, erpOrderChange, erpReceipt, erpReceivable, erpShipment } from "../documents/erp.ts";
import { CalloffError } from "../values/errors.ts";

const KINDS: Readonly<Record<string, { schema: z.ZodType; prefix: string }>> = {
  "erp-order": { schema: erpOrder, prefix: "order" },
  "erp-order-change": { schema: erpOrderChange, prefix: "order-change" },
  "erp-shipment": { schema: erpShipment, prefix: "shipment" },
  "erp-receivable": { schema: erpReceivable, prefix: "receivable" },
  "erp-receipt": { schema: erpReceipt, prefix: "receipt" },
};

/**
 * The bytes and the beginning of the name of a document for the ERP.
 * @throws CalloffError EXCHANGE_DOCUMENT when the document does not fit its schema
 */
export function renderErp(kind: string, document: unknown): { bytes: Buffer; prefix: string } {
  const of = KINDS[kind];
  if (of === undefined) throw new Error(`${kind} is no document for the ERP`);
  const parsed = of.schema.safeParse(document);
  if (parsed.success)
    return { bytes: Buffer.from(`${JSON.stringify(parsed.data, undefined, 2)}\n`), prefix: of.prefix };
  const issue = parsed.error.issues[0];
  throw new CalloffError("EXCHANGE_DOCUMENT", `The ${of.prefix} does not fit its schema`, {
    place: { field: (issue?.path ?? []).map(String).join(".") },
    ...(issue === undefined ? {} : { expected: issue.message }),
    remedy: "Complete the master data that the document is made of, then let it be sent again",
  });
}
