/** Facts and their sums; what was done, by whom; number series and job runs. */
import { table } from "./columns.ts";

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
    /** released, withheld, lifted, cancelled, shipped, received, closed, returned, rejected, invoiced, credited, paid, corrected, reset, moved */
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
      // With all that a sum is made of: no row has to be looked at, however many facts there are.
      ["account_id", "start", "kind", "happened_on", "moves", "quantity"],
      ["line_id", "kind", "happened_on", "moves", "quantity"],
      ["child_line_id", "kind"],
    ],
  },
);

export const ledgerMark = table(
  "ledger_mark",
  { id: "id", account_id: "reference", start: "text", upto: "integer", kind: "text", total: "figure" },
  { unique: [["account_id", "start", "upto", "kind"]] },
);

export const numberSeries = table(
  "number_series",
  { id: "id", scope: "text", next: "integer" },
  { unique: [["scope"]] },
);

/** Numbers that were taken from a series and wait to be used; empty but while transactions that use them are at work. */
export const numberRun = table(
  "number_run",
  { id: "id", scope: "text", first: "integer", last: "integer" },
  { unique: [["scope", "first"]] },
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
