/** What customers say they received of what we shipped, line by line of their advices. */
import { table } from "./columns.ts";

export const receipt = table(
  "receipt",
  {
    id: "id",
    message_id: "reference",
    document_line: "integer",
    partner: "text",
    /** Number of the advice, in normal form; of one without a number the note's. */
    advice: "text",
    note: "text",
    note_normal: "text",
    customer_part: "text",
    our_part: "text",
    ship_to: "text",
    order_number: "text",
    received_on: "text",
    account_id: "optional reference",
    shipment_id: "optional reference",
    /** Start of the cumulative it was booked in. */
    start: "text",
    unit: "text",
    /** taken: `quantity` was taken in; difference: it is what they count more than our note says; cancelled: nothing is said any more. */
    stated: "text",
    quantity: "figure",
    /** By how much the line moved the ledger. */
    booked: "figure",
    condition: "text",
    /** booked, repeated, held, filed, dismissed */
    state: "text",
    /** Why it is held, as a permanent word. */
    cause: "text",
  },
  {
    unique: [["message_id", "document_line"]],
    indexes: [["account_id", "shipment_id"], { on: ["partner", "note_normal"], where: "state = 'held'" }],
  },
);
