/** The tables (schema.md): one row type per table follows from its columns. */
import { type NewRow, type Row, table } from "./columns.ts";

export const file = table(
  "file",
  {
    id: "id",
    claim: "text",
    partner: "text",
    folder: "text",
    name: "text",
    sha256: "text",
    size: "integer",
    family: "text",
    /** registered, applied, in part, duplicate, quarantined, held, failed */
    state: "text",
    /** Business date and instant of the step that registered the file; everything the file does carries them. */
    business_date: "text",
    received_at: "text",
    finished_at: "text",
    attempts: "integer",
    cause: "text",
    report: "text",
  },
  { unique: [["claim"]], indexes: [["partner", "sha256"], { on: ["state"], where: "state = 'registered'" }] },
);

export const interchange = table(
  "interchange",
  {
    id: "id",
    file_id: "reference",
    ordinal: "integer",
    partner: "text",
    syntax: "text",
    version: "text",
    sender: "text",
    receiver: "text",
    sender_qualifier: "text",
    receiver_qualifier: "text",
    control: "text",
    sent_on: "text",
    sent_at: "text",
    sha256: "text",
    test: "flag",
    acknowledgement_requested: "flag",
    first_byte: "integer",
    end_byte: "integer",
    /** open, closed, held, duplicate, refused */
    state: "text",
    findings: "text",
  },
  { unique: [["file_id", "ordinal"]], indexes: [["partner", "sender", "receiver", "control"]] },
);

export const message = table(
  "message",
  {
    id: "id",
    interchange_id: "optional reference",
    ordinal: "integer",
    functional_id: "text",
    group_control: "text",
    group_ordinal: "integer",
    group_version: "text",
    group_stated: "text",
    group_findings: "text",
    control: "text",
    type: "text",
    version: "text",
    mapping: "text",
    mapping_hash: "text",
    first_segment: "integer",
    segments: "integer",
    first_byte: "integer",
    end_byte: "integer",
    /** catalogued, applied, rejected, unmapped, held, failed; entries by hand are applied at once */
    state: "text",
    /** accepted, accepted-with-errors, rejected, or empty while open */
    answer: "text",
    lines_applied: "integer",
    findings: "text",
  },
  { indexes: [["interchange_id", "ordinal"], { on: ["state"], where: "state = 'catalogued'" }] },
);

export const agreement = table(
  "agreement",
  {
    id: "id",
    number: "text",
    side: "text",
    partner: "text",
    customer_number: "text",
    customer_number_normal: "text",
    /** draft, quotation, open, completed, cancelled, on hold, expired */
    state: "text",
    currency: "text",
    payment_terms: "text",
    terms: "text",
    description: "text",
    contact: "text",
    valid_from: "text",
    valid_to: "text",
    expires_on: "text",
    ship_to: "text",
    version: "integer",
    source: "text",
  },
  { unique: [["number"]], indexes: [["partner", "side", "customer_number_normal"]] },
);

export const agreementAlias = table(
  "agreement_alias",
  {
    id: "id",
    agreement_id: "reference",
    partner: "text",
    spelling: "text",
    normal: "text",
    valid_from: "text",
    valid_to: "text",
  },
  { unique: [["agreement_id", "normal", "valid_from"]], indexes: [["partner", "normal"]] },
);

export const agreementLine = table(
  "agreement_line",
  {
    id: "id",
    agreement_id: "reference",
    line_no: "integer",
    item: "text",
    customer_part: "text",
    customer_part_normal: "text",
    description: "text",
    /** quantity, value, open */
    commitment: "text",
    quantity: "figure",
    unit: "text",
    ship_to: "text",
    ship_to_normal: "text",
    dock: "text",
    model_year: "text",
    price_per: "figure",
    tolerance_percent: "figure",
    pack: "figure",
  },
  { unique: [["agreement_id", "line_no"]], indexes: [["customer_part_normal", "ship_to_normal"]] },
);

export const linePrice = table(
  "line_price",
  { id: "id", line_id: "reference", valid_from: "text", price: "figure", reason: "text", who: "text" },
  { unique: [["line_id", "valid_from"]] },
);

export const account = table(
  "account",
  {
    id: "id",
    partner: "text",
    identity: "text",
    plant: "text",
    ship_to: "text",
    dock: "text",
    customer_part: "text",
    order_ref: "text",
    model_year: "text",
    unit: "text",
    current_start: "text",
    forecast_revision_id: "optional reference",
    call_off_revision_id: "optional reference",
    next_order_on: "text",
    release_seq: "integer",
    version: "integer",
  },
  { unique: [["partner", "identity"]], indexes: [{ on: ["next_order_on"], where: "next_order_on <> ''" }] },
);

export const accountAlias = table(
  "account_alias",
  { id: "id", partner: "text", spelling: "text", account_id: "reference" },
  { unique: [["partner", "spelling"]] },
);

export const accountPeriod = table(
  "account_period",
  {
    id: "id",
    account_id: "reference",
    start: "text",
    opening_shipped: "figure",
    revision_id: "optional reference",
    closing: "text",
  },
  { unique: [["account_id", "start"]] },
);

export const draw = table(
  "draw",
  {
    id: "id",
    account_id: "reference",
    line_id: "reference",
    valid_from: "text",
    valid_until: "text",
    remembered_by: "text",
  },
  { unique: [["account_id", "valid_from"]], indexes: [["line_id"]] },
);

export const curve = table("curve", { id: "id", hash: "text", steps: "text" }, { unique: [["hash"]] });

export const revision = table(
  "revision",
  {
    id: "id",
    account_id: "optional reference",
    partner: "text",
    /** The line's identity as the message spells it; the only key while its account is not known. */
    identity: "text",
    customer_part: "text",
    ship_to: "text",
    order_number: "text",
    layer: "text",
    message_id: "reference",
    document_line: "integer",
    first_segment: "integer",
    last_segment: "integer",
    release_no: "text",
    previous_no: "text",
    issued_on: "text",
    issued_at: "text",
    dates: "text",
    cumulatives: "text",
    since: "text",
    base: "figure",
    horizon_from: "text",
    horizon_to: "text",
    curve_id: "reference",
    unit: "text",
    judged_on: "text",
    /** held, accepted, withdrawn, superseded, older, repeated, filed */
    state: "text",
    /** Why it is held, as a permanent word; `hand` where it was entered by hand. */
    cause: "text",
  },
  {
    unique: [["message_id", "document_line", "layer"]],
    indexes: [
      ["account_id", "layer", "release_no"],
      ["account_id", "layer", "id"],
      { on: ["state"], where: "state = 'held'" },
    ],
  },
);

export const statement = table(
  "statement",
  {
    id: "id",
    account_id: "reference",
    revision_id: "optional reference",
    message_id: "optional reference",
    kind: "text",
    cumulative: "figure",
    since: "text",
    last_note: "text",
    last_quantity: "figure",
    as_of: "text",
  },
  { indexes: [["account_id", "id"]] },
);

export const verdict = table(
  "verdict",
  {
    id: "id",
    revision_id: "reference",
    compared_with: "optional reference",
    policy: "text",
    policy_hash: "text",
    /** pass or hold */
    outcome: "text",
    sentence: "text",
    changes: "text",
    risk_date: "text",
  },
  { unique: [["revision_id"]] },
);

export const decision = table(
  "decision",
  {
    id: "id",
    revision_id: "reference",
    verb: "text",
    who: "text",
    reason: "text",
    business_date: "text",
    decided_at: "text",
    request_key: "text",
  },
  { unique: [["request_key"], ["revision_id"]] },
);

export const split = table(
  "split",
  {
    id: "id",
    account_id: "reference",
    line_id: "reference",
    layer: "text",
    order_on: "text",
    from_date: "text",
    to_date: "text",
    timing: "text",
    kind: "text",
    cumulative: "figure",
    commitment: "text",
    releasable: "flag",
    customer_order_no: "text",
    po_created_on: "text",
    allocate: "flag",
    reference: "text",
    window: "text",
    route: "text",
    date_key: "text",
    since_revision_id: "reference",
    segment: "integer",
  },
  {
    unique: [
      ["account_id", "line_id", "layer", "date_key", "commitment", "customer_order_no", "reference", "window", "route"],
    ],
    indexes: [["account_id", "order_on"]],
  },
);

export const childOrder = table(
  "child_order",
  {
    id: "id",
    number: "text",
    side: "text",
    type: "text",
    partner: "text",
    agreement_id: "reference",
    ship_to: "text",
    scheduled_on: "text",
    customer_order_no: "text",
    part: "integer",
    state: "text",
    created_on: "text",
    created_at: "text",
    required_ship_on: "text",
    version: "integer",
    generated_by: "text",
  },
  {
    unique: [["number"], ["agreement_id", "ship_to", "scheduled_on", "customer_order_no", "part"]],
    indexes: [["state", "scheduled_on"]],
  },
);

export const childLine = table(
  "child_line",
  {
    id: "id",
    order_id: "reference",
    line_no: "integer",
    line_id: "reference",
    account_id: "reference",
    revision_id: "optional reference",
    release_seq: "integer",
    quantity: "figure",
    price: "figure",
    price_per: "figure",
    requested_on: "text",
    split_segment: "integer",
    /** open, closed short, cancelled */
    state: "text",
    figures: "text",
  },
  {
    unique: [
      ["account_id", "release_seq"],
      ["order_id", "line_no"],
    ],
    indexes: [["line_id"], ["account_id"], ["revision_id"]],
  },
);

export const shipment = table(
  "shipment",
  {
    id: "id",
    number: "text",
    partner: "text",
    confirmation: "text",
    /** Ordinal of the shipment within its confirmation, which makes one for each partner and ship-to. */
    part: "integer",
    /** SHA-256 of what the confirmation says: the same number with other content is refused. */
    content: "text",
    note: "text",
    note_normal: "text",
    ship_to: "text",
    shipped_on: "text",
    shipped_at: "text",
    carrier: "text",
    equipment: "text",
    packages: "text",
    gross_weight: "text",
    net_weight: "text",
    weight_unit: "text",
    booked_at: "text",
    source: "text",
  },
  { unique: [["confirmation", "part"], ["number"], ["partner", "note_normal"]] },
);

export const shipmentLine = table(
  "shipment_line",
  {
    id: "id",
    shipment_id: "reference",
    line_no: "integer",
    child_line_id: "reference",
    account_id: "reference",
    quantity: "figure",
    cumulative: "figure",
  },
  { unique: [["shipment_id", "line_no"]], indexes: [["child_line_id"], ["account_id", "id"]] },
);

export const invoice = table(
  "invoice",
  {
    id: "id",
    number: "text",
    partner: "text",
    agreement_id: "reference",
    /** draft, reviewed, released */
    state: "text",
    issued_on: "text",
    currency: "text",
    total: "figure",
    released_at: "text",
  },
  { unique: [["number"]] },
);

export const invoiceLine = table(
  "invoice_line",
  {
    id: "id",
    invoice_id: "reference",
    line_no: "integer",
    shipment_line_id: "reference",
    sign: "integer",
    quantity: "figure",
    price: "figure",
    price_per: "figure",
    amount: "figure",
  },
  {
    unique: [
      ["shipment_line_id", "sign"],
      ["invoice_id", "line_no"],
    ],
  },
);

export const payment = table(
  "payment",
  {
    id: "id",
    number: "text",
    partner: "text",
    kind: "text",
    received_on: "text",
    currency: "text",
    value: "figure",
    request_key: "text",
  },
  { unique: [["request_key"]] },
);

export const application = table(
  "application",
  {
    id: "id",
    payment_id: "reference",
    agreement_id: "optional reference",
    order_id: "optional reference",
    value: "figure",
    reverses_id: "optional reference",
    position: "integer",
    request_key: "text",
    booked_at: "text",
  },
  { unique: [["request_key"]] },
);

export const ledger = table(
  "ledger",
  {
    id: "id",
    account_id: "optional reference",
    line_id: "optional reference",
    child_line_id: "optional reference",
    /** contract, cumulative, both */
    moves: "text",
    start: "text",
    /** released, withheld, lifted, cancelled, shipped, closed, returned, rejected, invoiced, credited, paid, corrected, reset, moved */
    kind: "text",
    quantity: "figure",
    value: "figure",
    happened_on: "text",
    booked_at: "text",
    cause_kind: "text",
    cause: "text",
    business_key: "text",
    reverses_id: "optional reference",
    who: "text",
    reason: "text",
  },
  {
    unique: [["business_key"]],
    indexes: [
      ["account_id", "start", "kind", "happened_on"],
      ["line_id", "kind"],
      ["child_line_id", "kind"],
    ],
  },
);

export const ledgerMark = table(
  "ledger_mark",
  { id: "id", account_id: "reference", start: "text", upto: "integer", kind: "text", total: "figure" },
  { unique: [["account_id", "start", "upto", "kind"]] },
);

export const outboundDocument = table(
  "outbound_document",
  {
    id: "id",
    /** 997, ship-notice, invoice, erp-order, erp-order-change, erp-shipment, erp-receivable, erp-receipt */
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
  { unique: [["cause_key"]], indexes: [{ on: ["receiver", "id"], where: "state = 'waiting'" }, ["number"]] },
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
  },
  { unique: [["folder", "name"]], indexes: [{ on: ["state"], where: "state <> 'written'" }] },
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
  },
  {
    unique: [["outbox_file_id", "ordinal"]],
    indexes: [["receiver", "group_control", "set_control"], ["outbound_document_id"]],
  },
);

export const numberSeries = table(
  "number_series",
  { id: "id", scope: "text", next: "integer" },
  { unique: [["scope"]] },
);

export const jobRun = table(
  "job_run",
  { id: "id", job: "text", business_date: "text", finished_at: "text", figures: "text" },
  { unique: [["job", "business_date"]] },
);

export const audit = table(
  "audit",
  {
    id: "id",
    seq: "integer",
    previous_hash: "text",
    hash: "text",
    business_date: "text",
    instant: "text",
    who: "text",
    verb: "text",
    object: "text",
    details: "text",
  },
  { unique: [["seq"]], indexes: [["verb", "object"]] },
);

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
  jobRun,
  audit,
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
export type InvoiceRow = Row<typeof invoice.columns>;
export type InvoiceLineRow = Row<typeof invoiceLine.columns>;
export type LedgerRow = Row<typeof ledger.columns>;
export type OutboundDocumentRow = Row<typeof outboundDocument.columns>;
export type OutboxFileRow = Row<typeof outboxFile.columns>;
export type OutboxPartRow = Row<typeof outboxPart.columns>;
export type AuditRow = Row<typeof audit.columns>;
export type NewLedgerRow = NewRow<typeof ledger.columns>;
