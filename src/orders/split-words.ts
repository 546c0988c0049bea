/**
 * Everything about a split that releasing depends on, as one text: said by the database of its rows, and by us of planned steps,
 * so that what stays as it is need not be read row by row.
 */
import { dateKey, type PlannedStep } from "./planned-steps.ts";

/** Between a split's words, and between splits. */
export const [FIELD_END, ROW_END] = ["\u001f", "\u001e"];

/** Texts that senders choose: each is told with its length, so that no two rows can be taken for each other. */
const inSql = (column: string): string => `length(${column}) || ':' || ${column}`;
const together = (texts: readonly string[]): string => texts.join(` || '${FIELD_END}' || `);

/** Those that hardly any step has: where all are empty, they are one empty text. */
const SELDOM = ["customer_order_no", "reference", '"window"', "route", "po_created_on"] as const;

/** The database puts it together: thousands of rows would cost more. */
export const SAID_IN_SQL = together([
  "date_key",
  "order_on",
  "cumulative",
  "line_id",
  "layer",
  "releasable",
  "allocate",
  inSql("commitment"),
  `CASE WHEN ${SELDOM.map((column) => `${column} = ''`).join(" AND ")} THEN '' ELSE ${together(SELDOM.map(inSql))} END`,
]);

/** Texts that the database keeps otherwise, or counts otherwise than by units of 16 bits. */
const UNUSUAL = /[\ud800-\udfff]/;

function told(text: string): string {
  if (!UNUSUAL.test(text) && !text.includes("\u0000")) return `${text.length}:${text}`;
  const kept = text.replaceAll("\u0000", "\uFFFD");
  return `${Array.from(kept).length}:${kept}`;
}

/**
 * Says what planned steps' rows will say, in the words of `SAID_IN_SQL`; what one has in common with the one before is not put
 * together again.
 */
export function teller(): (planned: PlannedStep) => string {
  let last: PlannedStep | undefined;
  let rest = "";
  return (planned) => {
    if (last === undefined || !differOnlyInTime(last, planned)) rest = restOf(planned);
    last = planned;
    return `${dateKey(planned.step)}${FIELD_END}${planned.orderOn}${FIELD_END}${planned.step.cumulative}${rest}`;
  };
}

const differOnlyInTime = (a: PlannedStep, b: PlannedStep): boolean =>
  a.lineId === b.lineId &&
  a.step.layer === b.step.layer &&
  a.releasable === b.releasable &&
  a.allocate === b.allocate &&
  a.step.commitment === b.step.commitment &&
  a.step.customerOrderNumber === b.step.customerOrderNumber &&
  a.step.reference === b.step.reference &&
  a.step.window === b.step.window &&
  a.step.route === b.step.route &&
  a.purchaseOrderCreatedOn === b.purchaseOrderCreatedOn;

function restOf({ step, releasable, lineId, allocate, purchaseOrderCreatedOn = "" }: PlannedStep): string {
  const { layer, commitment, customerOrderNumber, reference, window, route } = step;
  const seldom = [customerOrderNumber, reference, window, route, purchaseOrderCreatedOn];
  return [
    "",
    [lineId, layer, releasable ? 1 : 0, allocate === true ? 1 : 0].join(FIELD_END),
    told(commitment),
    seldom.every((text) => text === "") ? "" : seldom.map(told).join(FIELD_END),
  ].join(FIELD_END);
}
