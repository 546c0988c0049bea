/**
 * What customers say they have paid (820, REMADV): checked against our invoices and filed. What it does to open items comes
 * with payments; until then what does not fit is told beside the message.
 */
import type { Partner } from "../config/partner.ts";
import type { RemittanceAdvice, RemittanceLine } from "../documents/remittance-advice.ts";
import { readFindings, writeFindings } from "../store/findings.ts";
import { select, selectOne, update } from "../store/rows.ts";
import { documentNumber } from "../store/series.ts";
import type { Queryable, Store } from "../store/store.ts";
import { type InvoiceRow, invoice, type MessageRow, message } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Amount, amount, NO_MONEY, plus, total, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";

export interface RemittanceToFile {
  /** Row id of the message. */
  readonly messageId: number;
  readonly partner: Partner;
  readonly document: RemittanceAdvice;
  readonly occasion: Occasion;
}

/**
 * Files one remittance advice with what does not fit our invoices; the same call again changes nothing.
 * @throws CalloffError MESSAGE_UNKNOWN
 */
export async function fileRemittance(store: Store, { messageId, partner, document }: RemittanceToFile): Promise<void> {
  await store.write(async (tx) => {
    const row = await selectOne(tx, message, "WHERE id = :messageId", { messageId });
    if (row === undefined) {
      throw new CalloffError("MESSAGE_UNKNOWN", `There is no message ${messageId}`, {
        expected: "a message that was catalogued",
        found: String(messageId),
        exit: EXIT.notFound,
      });
    }
    const notes = notesOn(row, document, await invoicesNamed(tx, partner, document));
    const findings = notes.length === 0 ? row.findings : writeFindings([...readFindings(row.findings), ...notes]);
    await update(
      tx,
      message,
      { state: "applied", lines_applied: document.lines.length, findings },
      "id = :messageId AND state <> 'applied'",
      { messageId },
    );
    at("applying");
  });
}

/** Kinds of documents paid that are invoices of ours; what else a customer settles is no matter of these books. */
const INVOICES = new Set([undefined, "", "invoice"]);

const isInvoice = ({ kind, invoice: named }: RemittanceLine): boolean =>
  INVOICES.has(kind) && (named ?? "").trim() !== "";

/** An invoice's number as we write it, however it is spelled: `in 17`, `IN-000017`. */
function spelledAsOurs(number: string): string {
  const folded = number.toUpperCase().replace(/\s+/g, "");
  const digits = /^IN-?0*(\d{1,12})$/.exec(folded)?.[1];
  return digits === undefined ? folded : documentNumber("IN", Number(digits));
}

async function invoicesNamed(
  from: Queryable,
  { code }: Partner,
  { lines }: RemittanceAdvice,
): Promise<Map<string, InvoiceRow>> {
  const numbers = [...new Set(lines.filter(isInvoice).map((line) => spelledAsOurs(line.invoice ?? "")))];
  if (numbers.length === 0) return new Map();
  const rows = await select(from, invoice, "WHERE partner = :code AND number IN (:numbers)", { code, numbers });
  return new Map(rows.map((row) => [row.number, row]));
}

function notesOn(row: MessageRow, document: RemittanceAdvice, known: ReadonlyMap<string, InvoiceRow>): Finding[] {
  const placeOf = (field: string, segment?: number): Finding["place"] => ({
    ...(segment === undefined ? {} : { segment: row.first_segment + segment - 1, inSet: segment }),
    field,
  });
  const lines = document.lines.flatMap((line, n): Finding[] => {
    if (!isInvoice(line)) return [];
    const place = placeOf(`lines[${n}]`, line.segment);
    const held = known.get(spelledAsOurs(line.invoice ?? ""));
    return held === undefined ? [unknownInvoice(line, place)] : amountNotes(line, document, held, place);
  });
  return [...lines, ...totalNotes(document, placeOf("total"))];
}

const unknownInvoice = (line: RemittanceLine, place: Finding["place"]): Finding => ({
  code: "REMITTANCE_INVOICE_UNKNOWN",
  severity: "note",
  message: "The document paid is no invoice of ours to this customer",
  place,
  expected: "the number of one of our invoices",
  found: line.invoice ?? "",
  remedy: "Ask the customer which invoice is meant",
});

/** What is paid with its discount, or what they say the invoice asks for, against the invoice. */
function amountNotes(
  line: RemittanceLine,
  document: RemittanceAdvice,
  held: InvoiceRow,
  place: Finding["place"],
): Finding[] {
  const told = (found: string, expected: string): Finding => ({
    code: "REMITTANCE_AMOUNT",
    severity: "note",
    message: `What is paid is not what invoice ${held.number} asks for`,
    place,
    expected,
    found,
    remedy: "Settle the difference with the customer",
  });
  const currency = line.currency ?? document.currency ?? "";
  const asked = `${writeMillionths(held.total)} ${held.currency}`;
  if (currency !== "" && currency !== held.currency) return [told(`an amount in ${currency}`, asked)];
  if (line.amount !== undefined && amount(line.amount) !== held.total)
    return [told(`${line.amount} ${held.currency}`, asked)];
  if (line.paid === undefined || (line.adjustments ?? []).length > 0) return [];
  const settled = plus(amount(line.paid), line.discount === undefined ? NO_MONEY : amount(line.discount));
  return settled === held.total ? [] : [told(`${writeMillionths(settled)} ${held.currency} settled`, asked)];
}

/** Credits may stand with either sign, so that only what are all invoices can be added up. */
function totalNotes({ total: stated, lines }: RemittanceAdvice, place: Finding["place"]): Finding[] {
  if (stated === undefined || lines.length === 0) return [];
  if (lines.some((line) => line.paid === undefined || !INVOICES.has(line.kind))) return [];
  const sum: Amount = total(lines.map(({ paid }) => amount(paid ?? "0")));
  if (sum === amount(stated)) return [];
  return [
    {
      code: "REMITTANCE_TOTAL",
      severity: "note",
      message: "What is paid in all is not the sum of the lines",
      place,
      expected: writeMillionths(sum),
      found: stated,
      remedy: "Ask the customer which is right",
    },
  ];
}
