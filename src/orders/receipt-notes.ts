/** What a planner has to know of the receipts of a message, as findings of it. */
import type { ReceiptAdvice } from "../documents/receipt-advice.ts";
import { readFindings, writeFindings } from "../store/findings.ts";
import type { MessageRow, ReceiptRow } from "../store/tables.ts";
import { type Quantity, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import type { Placed } from "./placed-receipts.ts";
import { RECEIPT_CAUSES, type ReceiptCause, type ShippedPart } from "./receipt-lines.ts";

/** The message's findings with what a planner has to know of its receipts. */
export function withNotes(row: MessageRow, document: ReceiptAdvice, { rows, sums, parts }: Placed): string {
  const notes = rows.flatMap((one): Finding[] => {
    const segment = document.lines[one.document_line - 1]?.segment;
    const place = {
      ...(segment === undefined ? {} : { segment: row.first_segment + segment - 1, inSet: segment }),
      field: `lines[${one.document_line - 1}]`,
    };
    if (one.state === "held") return [heldNote(one, place)];
    const [part, sum] = [parts.get(one.id), sums.get(one.id)];
    return part === undefined || sum === undefined || sum === part.quantity ? [] : [differsNote(one, part, sum, place)];
  });
  return notes.length === 0 ? row.findings : writeFindings([...readFindings(row.findings), ...notes]);
}

const heldNote = (row: ReceiptRow, place: Finding["place"]): Finding => ({
  code: "RECEIPT_HELD",
  severity: "note",
  message: `A receipt is booked on nothing: ${RECEIPT_CAUSES[row.cause as ReceiptCause]}`,
  place,
  expected: "a delivery note of ours and an item of it",
  found: [row.note === "" ? "no note" : `note ${row.note}`, row.customer_part || row.our_part || "no item"].join(", "),
  remedy:
    row.cause === "unknown-note"
      ? "It is booked as soon as the note is; else ask the customer which note is meant"
      : "Ask the customer to send the advice again, or say which shipment line is meant: calloff receipt place",
});

const differsNote = (row: ReceiptRow, part: ShippedPart, taken: Quantity, place: Finding["place"]): Finding => ({
  code: "RECEIPT_DIFFERS",
  severity: "note",
  message: `The customer took in another quantity than note ${row.note} says`,
  place,
  expected: writeMillionths(part.quantity),
  found: [writeMillionths(taken), row.condition].filter((text) => text !== "").join(", "),
  remedy: "Their next cumulative will show it; look into what became of the difference",
});
