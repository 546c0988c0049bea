/** What is to leave: documents, the files that carry them, and who answered. */
import { table } from "./columns.ts";

export const outboundDocument = table(
  "outbound_document",
  {
    id: "id",
    /** 997, 999, ta1, contrl, application-advice, ship-notice, invoice, erp-order, erp-order-change, erp-shipment, erp-receivable, erp-receipt */
    kind: "text",
    /** Partner code, or `erp`. */
    receiver: "text",
    document: "text",
    cause_key: "text",
    /** Our number it carries, e.g. SH-000012. */
    number: "text",
    business_date: "text",
    created_at: "text",
    /** waiting, rendered, held */
    state: "text",
    finding: "text",
  },
  {
    unique: [["cause_key"]],
    indexes: [
      { on: ["receiver", "id"], where: "state = 'waiting'" },
      ["number"],
      { on: ["state", "id"], where: "state <> 'rendered'" },
    ],
  },
);

export const outboxFile = table(
  "outbox_file",
  {
    id: "id",
    receiver: "text",
    folder: "text",
    name: "text",
    bytes: "bytes",
    sha256: "text",
    interchange_control: "text",
    /** rendered, staged, written, uncertain, failed */
    state: "text",
    folder_device: "text",
    folder_inode: "text",
    finding: "text",
    created_at: "text",
    written_at: "text",
    /** The home whose outbox it was staged in; empty where a home has its database to itself. */
    home: "text",
    /** Number of the gateway that has it in work; 0 while none has. */
    worker: "integer",
    /** Number of the gateway that wrote the temporary file of a staged one: it is part of that file's name. */
    staged_by: "integer",
    /** The number series that `interchange_control` was taken from, e.g. `isa:acme`; empty for the ERP's files. */
    series: "text",
  },
  {
    unique: [["folder", "name"]],
    indexes: [{ on: ["state"], where: "state <> 'written'" }, ["receiver", "id"], ["series", "interchange_control"]],
  },
);

export const outboxPart = table(
  "outbox_part",
  {
    id: "id",
    outbox_file_id: "reference",
    ordinal: "integer",
    outbound_document_id: "reference",
    receiver: "text",
    functional_id: "text",
    group_control: "text",
    set_control: "text",
    answered_by: "optional reference",
    answer: "text",
    /** Instant until which the receiver is to acknowledge it; empty where nothing is waited for (any more). */
    answer_due: "text",
    /** Instant at which it was said that the acknowledgement is overdue; empty while it is not. */
    overdue_since: "text",
    /** What the receiver said of its business, and the message that said it (824, APERAK). */
    advised_by: "optional reference",
    advice: "text",
  },
  {
    unique: [["outbox_file_id", "ordinal"]],
    indexes: [
      ["receiver", "group_control", "set_control"],
      ["outbound_document_id"],
      { on: ["answer_due"], where: "answer_due <> ''" },
      { on: ["overdue_since"], where: "overdue_since <> ''" },
    ],
  },
);

/** Of several homes on one database, the one a receiver's files go to: where his own files came in last. */
export const mailbox = table("mailbox", { id: "id", receiver: "text", home: "text" }, { unique: [["receiver"]] });

/** Processes that shared a PostgreSQL database, each with a number that none had before. */
export const gateway = table("gateway", {
  id: "id",
  home: "text",
  host: "text",
  process: "integer",
  command: "text",
  started_at: "text",
});
