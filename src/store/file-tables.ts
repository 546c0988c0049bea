/** Files that came in: their envelopes and messages. */
import { table } from "./columns.ts";

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
    /** Of what has no control number: what it is compared with when it comes again. */
    kind: "text",
    /** The sender's number that has to come first, where it was held for that. */
    waits_for: "text",
  },
  {
    unique: [["file_id", "ordinal"]],
    indexes: [
      ["partner", "sender", "receiver", "control"],
      { on: ["partner", "kind", "id"], where: "control = ''" },
      { on: ["partner", "sha256"], where: "control = ''" },
      { on: ["partner", "sender", "receiver", "waits_for"], where: "state = 'held' AND waits_for <> ''" },
    ],
  },
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
