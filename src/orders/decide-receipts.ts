/** A planner decides on receipts that wait: says which shipment line one means, or lets one go with a reason. */
import { recordAudits } from "../store/audit.ts";
import { lockRows, select, update } from "../store/rows.ts";
import type { Store, Tx } from "../store/store.ts";
import { account, type ReceiptRow, receipt } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { readMillionths, writeMillionths } from "../values/figures.ts";
import { type OrdersConfiguration, partnerNamed } from "./configuration.ts";
import { settle } from "./placed-receipts.ts";
import { bookParts } from "./receipt-facts.ts";
import { type ShippedPart, shippedParts } from "./receipt-lines.ts";
import { sameUnit } from "./units.ts";

export interface DecidedReceipt {
  readonly id: number;
  readonly note: string;
  readonly customerPart: string;
  /** booked, dismissed; filed where an advice takes back what none had said. */
  readonly state: string;
}

export interface ReceiptPlacing {
  /** The shipment line that is meant, e.g. `SH-000012/10`. */
  readonly line: string;
  /** What was taken in, in our unit: needed where the line's own figures do not say it. */
  readonly quantity?: string;
  readonly reason: string;
}

/** Causes for which the figures of the line cannot be taken as they are. */
const WITHOUT_FIGURE = new Set(["unit", "unclear", "purpose"]);

/**
 * Books a receipt that waits on the part of a note that a shipment line is of.
 * @throws CalloffError RECEIPT_UNKNOWN, RECEIPT_LINE_UNKNOWN (exit 3); RECEIPT_DECIDED, RECEIPT_OVERTAKEN (exit 5);
 * RECEIPT_QUANTITY, DECISION_REASON (exit 2)
 */
export async function placeReceipt(
  store: Store,
  config: Pick<OrdersConfiguration, "partners" | "gateway">,
  id: number,
  placing: ReceiptPlacing,
  occasion: Occasion,
): Promise<DecidedReceipt> {
  refuseWithoutReason(placing.reason);
  return store.write(async (tx) => {
    const [held] = await heldReceipts(tx, [id]);
    const partner = partnerNamed(config, (held as ReceiptRow).partner);
    const part = await partOf(tx, partner, placing.line);
    await lockRows(tx, account, [part.accountId]);
    const [row] = (await heldReceipts(tx, [id])).map((one) => withFigure(one, part.unit, placing.quantity));
    await refuseOvertaken(tx, row as ReceiptRow, part);
    const accounts = await select(tx, account, "WHERE id = :id", { id: part.accountId });
    const by = { partner, gateway: config.gateway, occasion };
    const { booked } = await bookParts(tx, by, [row as ReceiptRow], new Map([[id, part]]), accounts);
    const { id: _id, ...now } = booked.get(id) as ReceiptRow;
    if ((await update(tx, receipt, now, "id = :id AND state = 'held'", { id })) === 0) throw decidedJustNow();
    await settle(tx, by, accounts);
    await recordAudits(tx, occasion, [
      auditOf(now, id, "placed", placing.reason, { line: placing.line, quantity: writeMillionths(now.quantity) }),
    ]);
    return inShort({ ...now, id });
  });
}

/**
 * Lets receipts go that wait, all or none: they are booked on nothing.
 * @throws CalloffError RECEIPT_UNKNOWN (exit 3); RECEIPT_DECIDED (exit 5); DECISION_REASON (exit 2)
 */
export async function dismissReceipts(
  store: Store,
  ids: readonly number[],
  reason: string,
  occasion: Occasion,
): Promise<DecidedReceipt[]> {
  refuseWithoutReason(reason);
  return store.write(async (tx) => {
    const rows = await heldReceipts(tx, ids);
    const gone = await update(tx, receipt, { state: "dismissed", cause: "" }, "id IN (:ids) AND state = 'held'", {
      ids,
    });
    if (gone < rows.length) throw decidedJustNow();
    await recordAudits(
      tx,
      occasion,
      rows.map((row) => auditOf(row, row.id, "dismissed", reason)),
    );
    return rows.map((row) => inShort({ ...row, state: "dismissed" }));
  });
}

async function heldReceipts(tx: Tx, ids: readonly number[]): Promise<ReceiptRow[]> {
  const rows = await select(tx, receipt, "WHERE id IN (:ids) ORDER BY id", { ids });
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) {
    throw new CalloffError("RECEIPT_UNKNOWN", `There is no receipt ${missing}`, {
      expected: "an ID of the list",
      found: String(missing),
      remedy: "See calloff receipt list",
      exit: EXIT.notFound,
    });
  }
  const other = rows.find(({ state }) => state !== "held");
  if (other === undefined) return rows;
  throw decided(`The receipt ${other.id} does not wait any more: it is ${other.state}`, "See calloff receipt show");
}

const decided = (message: string, remedy: string): CalloffError =>
  new CalloffError("RECEIPT_DECIDED", message, { expected: "a receipt that is held", remedy, exit: EXIT.conflict });

const decidedJustNow = (): CalloffError =>
  decided("Somebody has just decided on one of these receipts", "Look at them again");

function refuseWithoutReason(reason: string): void {
  if (reason.trim() !== "") return;
  throw new CalloffError("DECISION_REASON", "A receipt is placed or dismissed with a reason", {
    expected: "a reason in words",
    found: "none",
    remedy: "Say why",
    exit: EXIT.usage,
  });
}

/** The part of a note that a shipment line is of. */
async function partOf(tx: Tx, partner: Parameters<typeof shippedParts>[1], line: string): Promise<ShippedPart> {
  const [, shipment = "", number = "0"] = /^(.+)\/(\d{1,9})$/.exec(line.trim()) ?? [];
  const [named] = await tx.ask(
    `SELECT l.account_id AS account FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id
     WHERE s.partner = :code AND s.number = :shipment AND l.line_no = :number`,
    { code: partner.code, shipment, number: Number(number) },
  );
  const parts = named === undefined ? [] : await shippedParts(tx, partner, [shipment]);
  const part = parts.find((one) => one.shipment === shipment && one.accountId === Number(named?.["account"]));
  if (part !== undefined) return part;
  throw new CalloffError(
    "RECEIPT_LINE_UNKNOWN",
    `There is no line ${JSON.stringify(line)} of a shipment to ${partner.code}`,
    {
      place: { field: "--line" },
      expected: "a shipment line, e.g. SH-000012/10",
      found: line,
      remedy: "See calloff shipment list, then calloff shipment show NUMBER",
      exit: EXIT.notFound,
    },
  );
}

/** What was applied later for an advice counts: a line that came before it has nothing more to say of the part. */
async function refuseOvertaken(
  tx: Tx,
  { id, advice, message_id: message }: ReceiptRow,
  part: ShippedPart,
): Promise<void> {
  const [later] = await tx.ask(
    `SELECT id FROM receipt WHERE account_id = :account AND shipment_id = :shipment AND advice = :advice
       AND id > :id AND message_id <> :message AND state IN ('booked', 'repeated') LIMIT 1`,
    { account: part.accountId, shipment: part.shipmentId, advice, id, message },
  );
  if (later === undefined) return;
  throw new CalloffError("RECEIPT_OVERTAKEN", `A later message of advice ${advice} counts already for this part`, {
    expected: "the latest message of an advice",
    found: `receipt ${id} of an earlier one`,
    remedy: "Dismiss it",
    exit: EXIT.conflict,
  });
}

/** The row with what was taken in, as the planner says it; one that takes back what was said has no figure to tell. */
function withFigure(row: ReceiptRow, unit: string, given: string | undefined): ReceiptRow {
  const isClear = row.stated === "cancelled" || (!WITHOUT_FIGURE.has(row.cause) && sameUnit(row.unit, unit));
  if (given === undefined && isClear) return row;
  const quantity = given === undefined ? undefined : readMillionths(given);
  if (typeof quantity === "bigint" && quantity >= 0n) {
    return { ...row, stated: "taken", quantity, unit: "" };
  }
  throw new CalloffError("RECEIPT_QUANTITY", "What was taken in is not told", {
    place: { field: "--quantity" },
    expected: "a quantity in the unit we shipped in, with at most six decimals",
    found: given ?? "none, and the line's own figures cannot be taken",
    remedy: "Say with --quantity how much was taken in",
    exit: EXIT.usage,
  });
}

const auditOf = (
  row: Omit<ReceiptRow, "id">,
  id: number,
  verb: "placed" | "dismissed",
  reason: string,
  more: Readonly<Record<string, string>> = {},
) => ({
  verb: `receipt.${verb}`,
  object: `receipt:${id}`,
  details: { partner: row.partner, advice: row.advice, note: row.note, part: row.customer_part, ...more, reason },
});

const inShort = ({ id, note, customer_part: customerPart, state }: ReceiptRow): DecidedReceipt => ({
  id,
  note,
  customerPart,
  state,
});
