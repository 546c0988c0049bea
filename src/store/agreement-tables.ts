/** Blanket orders: their lines, prices and names. */
import { table } from "./columns.ts";

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
