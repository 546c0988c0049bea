/** Accounts, and the schedules received, judged and decided for them; the plan in force. */
import { table } from "./columns.ts";

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
    /** discrete or cumulative, as the message's quantities were; empty where nobody said. */
    quantities: "text",
    /** Where the customer wants the goods and the signs he looks for again, as the line states them: JSON, or empty. */
    directions: "text",
  },
  {
    unique: [["message_id", "document_line", "layer"]],
    indexes: [
      ["account_id", "layer", "release_no"],
      ["account_id", "layer", "id"],
      { on: ["state"], where: "state = 'held'" },
      { on: ["account_id"], where: "state = 'held'" },
      { on: ["partner", "identity"], where: "state = 'held' AND account_id IS NULL" },
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
