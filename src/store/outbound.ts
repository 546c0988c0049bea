/** Documents to be sent: the deciding transaction writes the row, the exchange room renders it later (design.md, *Sending has two steps*). */

import type { Occasion } from "../values/clock.ts";
import { stableJson } from "../values/json.ts";
import { insertMissing } from "./rows.ts";
import type { Tx } from "./store.ts";
import { outboundDocument } from "./tables.ts";

export type OutboundKind =
  | "997"
  | "999"
  | "ta1"
  | "contrl"
  | "application-advice"
  | "ship-notice"
  | "invoice"
  | "erp-order"
  | "erp-order-change"
  | "erp-shipment"
  | "erp-receivable"
  | "erp-receipt";

export interface NewOutboundDocument {
  readonly kind: OutboundKind;
  /** Partner code, or `erp`. */
  readonly receiver: string;
  /** The canonical document, plain JSON. */
  readonly document: unknown;
  /** What the document is there for, once: `order:SO-000123`, `ack:<interchange>/<group>`. */
  readonly causeKey: string;
  /** Our number that it carries, e.g. SH-000012. */
  readonly number: string;
}

/** Queues one document; a cause that has its document already gets no second one. */
export async function queueDocument(
  tx: Tx,
  occasion: Occasion,
  document: NewOutboundDocument,
): Promise<"queued" | "already queued"> {
  return (await queueDocuments(tx, occasion, [document])) === 1 ? "queued" : "already queued";
}

/** Queues documents in this order and gives how many of them had no document yet. */
export async function queueDocuments(
  tx: Tx,
  occasion: Occasion,
  documents: readonly NewOutboundDocument[],
): Promise<number> {
  return insertMissing(
    tx,
    outboundDocument,
    documents.map(({ kind, receiver, document, causeKey, number }) => ({
      kind,
      receiver,
      document: stableJson(document),
      cause_key: causeKey,
      number,
      business_date: occasion.businessDate,
      created_at: occasion.instant,
      state: "waiting",
    })),
    ["cause_key"],
  );
}
