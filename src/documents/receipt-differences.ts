/** The quantities in question of a receipt line, however many places of the message state them (X12 RCD06 to RCD20). */
import { plus, quantity, writeMillionths } from "../values/figures.ts";
import type { ReceiptLine } from "./receipt-advice.ts";

const SUMMED = ["short", "over", "damaged"] as const;

/** The line whose shortage, excess and damage are all that it says of each. */
export function withDifferences(line: ReceiptLine): ReceiptLine {
  if (line.differences === undefined) return line;
  const summed: ReceiptLine = { ...line };
  for (const { condition, quantity: stated } of line.differences) {
    const kind = SUMMED.find((one) => one === condition);
    if (kind === undefined || stated === undefined) continue;
    const before = summed[kind];
    summed[kind] = before === undefined ? stated : writeMillionths(plus(quantity(before), quantity(stated)));
  }
  return summed;
}
