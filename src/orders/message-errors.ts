/** What is wrong in the business that a message is about, line by line, in words for who sent it. */
import type { Partner } from "../config/partner.ts";
import type { ApplicationError } from "../documents/application-advice.ts";
import type { Cause } from "../schedules/causes.ts";
import type { VerdictLine } from "../schedules/reasons.ts";
import { differenceInWords } from "../schedules/words.ts";
import { readFindings } from "../store/findings.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type MessageRow, type ReceiptRow, type RevisionRow, receipt, revision, verdict } from "../store/tables.ts";
import { type Quantity, quantity } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { normalForm } from "../values/identifiers.ts";
import { RECEIPT_CAUSES, type ReceiptCause } from "./receipt-lines.ts";

/** Causes for which the sender has to do something; the others are a planner's decision. */
const THEIRS: ReadonlySet<string> = new Set<Cause>([
  "unknown-item",
  "no-ship-to",
  "incomplete",
  "which-line",
  "which-note",
  "unit",
  "falls",
  "undated",
  "unclear",
  "mismatch",
  "no-anchor",
  "expired",
  "not-open",
]);

export interface MessageErrors {
  readonly number: string;
  readonly errors: readonly ApplicationError[];
}

export async function errorsOf(
  from: Queryable,
  partner: Partner,
  messages: readonly MessageRow[],
): Promise<Map<number, MessageErrors>> {
  const ids = messages.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const revisions = grouped(await revisionErrors(from, partner, ids), ({ messageId }) => messageId);
  const receipts = grouped(
    await select(from, receipt, "WHERE message_id IN (:ids) AND state = 'held' ORDER BY message_id, document_line", {
      ids,
    }),
    ({ message_id }) => message_id,
  );
  return new Map(
    messages.map((row) => {
      const lines = revisions.get(row.id) ?? [];
      const held = receipts.get(row.id) ?? [];
      const number = lines[0]?.releaseNumber ?? held[0]?.note ?? "";
      return [
        row.id,
        {
          number,
          errors: [...lines.flatMap(({ errors }) => errors), ...held.map(receiptError), ...remittanceErrors(row)],
        },
      ];
    }),
  );
}

interface LineErrors {
  readonly messageId: number;
  readonly releaseNumber: string;
  readonly errors: readonly ApplicationError[];
}

async function revisionErrors(from: Queryable, partner: Partner, ids: readonly number[]): Promise<LineErrors[]> {
  const rows = await select(
    from,
    revision,
    "WHERE message_id IN (:ids) AND document_line > 0 AND state IN ('held', 'accepted', 'superseded') ORDER BY message_id, document_line",
    { ids },
  );
  const held = rows.filter(({ cause }) => cause !== "");
  const verdicts =
    held.length === 0
      ? []
      : await select(from, verdict, "WHERE revision_id IN (:ids)", { ids: held.map(({ id }) => id) });
  const said = new Map(verdicts.map((row) => [row.revision_id, linesOf(row.changes)]));
  const known = await orderNumbers(from, partner, rows);
  return rows.map((row) => ({
    messageId: row.message_id,
    releaseNumber: row.release_no,
    errors: [...(said.get(row.id) ?? []).map((line) => heldError(row, line)), ...agreementErrors(row, known, partner)],
  }));
}

type HeldLine = Pick<VerdictLine, "sentence"> & { readonly cause: Cause; readonly quantity?: Quantity };

/** What holds a line and is the sender's to put right. */
function linesOf(changes: string): HeldLine[] {
  const { lines } = JSON.parse(changes) as {
    lines: readonly { says: string; cause?: Cause; sentence: string; quantity?: string }[];
  };
  return lines.flatMap(({ says, cause, sentence, quantity: of }) =>
    says === "hold" && cause !== undefined && THEIRS.has(cause)
      ? [{ cause, sentence, ...(of === undefined ? {} : { quantity: quantity(of) }) }]
      : [],
  );
}

const heldError = (row: RevisionRow, line: HeldLine): ApplicationError => errorAt(row, line.cause, inTheirWords(line));

/** As their planner reads it: theirs is yours. */
function inTheirWords({ cause, sentence, quantity: of }: HeldLine): string {
  if (cause === "mismatch" && of !== undefined && !sentence.includes("fell"))
    return `your cumulative is ${differenceInWords(of)} than ours, and nothing that we know of explains it`;
  return sentence.replace(/\btheir\b/g, "your");
}

function errorAt(row: RevisionRow, code: string, sentence: string): ApplicationError {
  const item = row.customer_part === "" ? `Line ${row.document_line}` : `Part ${row.customer_part}`;
  const place = row.ship_to === "" ? "" : ` for ${row.ship_to}`;
  const stated = { customerPart: row.customer_part, shipTo: row.ship_to, orderNumber: row.order_number };
  return {
    code,
    text: `${item}${place}: ${sentence}`,
    ...(row.first_segment === 0 ? {} : { position: String(row.first_segment) }),
    line: String(row.document_line),
    ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== "")),
  };
}

/** An order number that is none of the part's: the line is taken for the part's all the same, or held. */
function agreementErrors(
  row: RevisionRow,
  known: ReadonlyMap<string, ReadonlySet<string>>,
  partner: Partner,
): ApplicationError[] {
  const numbers = known.get(normalForm(row.customer_part, partner.schedule));
  const quoted = normalForm(row.order_number, partner.schedule);
  if (quoted === "" || numbers === undefined || numbers.has(quoted)) return [];
  const sentence = `order number ${row.order_number} is on none of our agreements for this part`;
  return [{ ...errorAt(row, "wrong-agreement", sentence), found: row.order_number }];
}

/** The order numbers, and their other spellings, under which the parts are agreed. */
async function orderNumbers(
  from: Queryable,
  { code, schedule }: Partner,
  rows: readonly RevisionRow[],
): Promise<Map<string, Set<string>>> {
  const quoting = rows.filter(({ order_number }) => order_number !== "");
  const parts = [...new Set(quoting.map(({ customer_part }) => normalForm(customer_part, schedule)))];
  if (parts.length === 0) return new Map();
  const found = await from.ask(
    `SELECT l.customer_part_normal AS part, a.customer_number_normal AS number, x.normal AS spelling
     FROM agreement_line l JOIN agreement a ON a.id = l.agreement_id
     LEFT JOIN agreement_alias x ON x.agreement_id = a.id
     WHERE a.partner = :code AND a.side = 'sell' AND a.state <> 'cancelled' AND l.customer_part_normal IN (:parts)`,
    { code, parts },
  );
  const numbers = new Map<string, Set<string>>();
  for (const { part, number, spelling } of found) {
    const of = numbers.get(part as string) ?? new Set<string>();
    numbers.set(part as string, of);
    for (const one of [number, spelling]) if (typeof one === "string" && one !== "") of.add(one);
  }
  return numbers;
}

function receiptError(row: ReceiptRow): ApplicationError {
  const cause = row.cause as ReceiptCause;
  const item = row.customer_part === "" ? `Line ${row.document_line}` : `Part ${row.customer_part}`;
  return {
    code: cause,
    text: `${item}${row.note === "" ? "" : ` of note ${row.note}`}: ${RECEIPT_CAUSES[cause].replace(/\.$/, "")}`,
    line: String(row.document_line),
    ...(row.note === "" ? {} : { found: row.note }),
    ...(row.customer_part === "" ? {} : { customerPart: row.customer_part }),
  };
}

const OF_REMITTANCE: Readonly<Record<string, string>> = {
  REMITTANCE_INVOICE_UNKNOWN: "unknown-invoice",
  REMITTANCE_AMOUNT: "wrong-amount",
  REMITTANCE_TOTAL: "wrong-amount",
};

const remittanceErrors = (row: MessageRow): ApplicationError[] =>
  readFindings(row.findings).flatMap(({ code, message, place, expected, found }): ApplicationError[] => {
    const word = OF_REMITTANCE[code];
    if (word === undefined) return [];
    return [
      {
        code: word,
        text: `${message}: expected ${expected ?? ""}, found ${found ?? ""}`,
        ...(found === undefined ? {} : { found }),
        ...(place.inSet === undefined ? {} : { position: String(place.inSet) }),
      },
    ];
  });
