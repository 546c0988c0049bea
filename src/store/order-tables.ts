/** Child orders, shipments, invoices and payments. */
import { table } from "./columns.ts";

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
    /** open, shipped, closed short, cancelled */
    state: "text",
    figures: "text",
  },
  {
    unique: [
      ["account_id", "release_seq"],
      ["order_id", "line_no"],
    ],
    indexes: [["line_id"], { on: ["account_id"], where: "state = 'open'" }, ["revision_id"]],
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
