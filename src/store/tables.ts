/** All tables, and the types of their rows, which follow from their columns. */

import { agreement, agreementAlias, agreementLine, linePrice } from "./agreement-tables.ts";
import type { NewRow, Row } from "./columns.ts";
import { file, interchange, message } from "./file-tables.ts";
import { audit, jobRun, ledger, ledgerMark, numberRun, numberSeries } from "./ledger-tables.ts";
import {
  application,
  childLine,
  childOrder,
  invoice,
  invoiceLine,
  payment,
  shipment,
  shipmentLine,
} from "./order-tables.ts";
import { gateway, mailbox, outboundDocument, outboxFile, outboxPart } from "./outbox-tables.ts";
import { receipt } from "./receipt-tables.ts";
import {
  account,
  accountAlias,
  accountPeriod,
  curve,
  decision,
  draw,
  revision,
  split,
  statement,
  verdict,
} from "./schedule-tables.ts";

export { agreement, agreementAlias, agreementLine, linePrice } from "./agreement-tables.ts";
export { file, interchange, message } from "./file-tables.ts";
export { audit, jobRun, ledger, numberRun, numberSeries } from "./ledger-tables.ts";
export {
  childLine,
  childOrder,
  invoice,
  invoiceLine,
  shipment,
  shipmentLine,
} from "./order-tables.ts";
export { gateway, outboundDocument, outboxFile, outboxPart } from "./outbox-tables.ts";
export { receipt } from "./receipt-tables.ts";
export {
  account,
  accountAlias,
  accountPeriod,
  curve,
  decision,
  draw,
  revision,
  split,
  statement,
  verdict,
} from "./schedule-tables.ts";

/** Every table, parents before children. */
export const TABLES = [
  file,
  interchange,
  message,
  agreement,
  agreementAlias,
  agreementLine,
  linePrice,
  account,
  accountAlias,
  accountPeriod,
  draw,
  curve,
  revision,
  statement,
  verdict,
  decision,
  split,
  childOrder,
  childLine,
  shipment,
  shipmentLine,
  receipt,
  invoice,
  invoiceLine,
  payment,
  application,
  ledger,
  ledgerMark,
  outboundDocument,
  outboxFile,
  outboxPart,
  numberSeries,
  numberRun,
  jobRun,
  audit,
  mailbox,
  gateway,
] as const;

export type FileRow = Row<typeof file.columns>;
export type InterchangeRow = Row<typeof interchange.columns>;
export type MessageRow = Row<typeof message.columns>;
export type AgreementRow = Row<typeof agreement.columns>;
export type AgreementLineRow = Row<typeof agreementLine.columns>;
export type LinePriceRow = Row<typeof linePrice.columns>;
export type AccountRow = Row<typeof account.columns>;
export type DrawRow = Row<typeof draw.columns>;
export type RevisionRow = Row<typeof revision.columns>;
export type StatementRow = Row<typeof statement.columns>;
export type VerdictRow = Row<typeof verdict.columns>;
export type DecisionRow = Row<typeof decision.columns>;
export type SplitRow = Row<typeof split.columns>;
export type ChildOrderRow = Row<typeof childOrder.columns>;
export type ChildLineRow = Row<typeof childLine.columns>;
export type ShipmentRow = Row<typeof shipment.columns>;
export type ShipmentLineRow = Row<typeof shipmentLine.columns>;
export type ReceiptRow = Row<typeof receipt.columns>;
export type InvoiceRow = Row<typeof invoice.columns>;
export type InvoiceLineRow = Row<typeof invoiceLine.columns>;
export type LedgerRow = Row<typeof ledger.columns>;
export type OutboundDocumentRow = Row<typeof outboundDocument.columns>;
export type OutboxFileRow = Row<typeof outboxFile.columns>;
export type OutboxPartRow = Row<typeof outboxPart.columns>;
export type AuditRow = Row<typeof audit.columns>;
export type NewLedgerRow = NewRow<typeof ledger.columns>;
