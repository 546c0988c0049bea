/** What a blanket order handed over again has otherwise than the one that is there (features.md A4). */
import type { BlanketOrderDocument } from "../documents/erp.ts";
import { writeSteps } from "../schedules/curve-text.ts";
import { accountTotals, lineTotals, NO_TOTALS, type Totals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  account,
  agreementAlias,
  agreementLine,
  type LinePriceRow,
  linePrice,
} from "../store/tables.ts";
import { grouped } from "../values/grouped.ts";
import { refused, type WantedAgreement, type WantedLine } from "./agreement-document.ts";
import type { AgreementState } from "./agreement-states.ts";
import { BY_HAND, stepsByHand } from "./hand-schedule.ts";

/** A line as it is and as it is wanted. */
export interface LinePair {
  readonly held: AgreementLineRow;
  readonly wanted: WantedLine;
  readonly totals: Totals;
  readonly prices: readonly LinePriceRow[];
}

/** What differs, by what it takes to change it. */
export interface Changes {
  readonly header: Partial<AgreementRow>;
  readonly state: AgreementState | undefined;
  readonly aliases: WantedAgreement["aliases"];
  readonly lines: readonly LinePair[];
  readonly prices: readonly { pair: LinePair; price: WantedLine["prices"][number]; held: LinePriceRow | undefined }[];
  readonly added: readonly WantedLine[];
  readonly splits: readonly { pair: LinePair; account: AccountRow; totals: Totals }[];
}

/** Each line of the agreement beside what is wanted of it. @throws CalloffError AGREEMENT_LINE_MISSING */
export async function pairedLines(tx: Tx, held: AgreementRow, wanted: WantedAgreement): Promise<LinePair[]> {
  const lines = await select(tx, agreementLine, "WHERE agreement_id = :id ORDER BY line_no", { id: held.id });
  const ids = lines.map(({ id }) => id);
  const totals = await lineTotals(tx, ids);
  const prices = grouped(await select(tx, linePrice, "WHERE line_id IN (:ids)", { ids }), ({ line_id }) => line_id);
  const wantedByNumber = new Map(wanted.lines.map((line) => [line.row.line_no, line]));
  return lines.map((line) => {
    const pair = wantedByNumber.get(line.line_no);
    if (pair === undefined) {
      throw refused("AGREEMENT_LINE_MISSING", `Line ${line.line_no} of ${held.number} is missing`, "lines", {
        expected: `all lines that ${held.number} has`,
        found: wanted.lines.map(({ row }) => row.line_no).join(", "),
        remedy: "Hand it over with that line; to end the line, lower its quantity to what is processed",
      });
    }
    return {
      held: line,
      wanted: pair,
      totals: totals.get(line.id) ?? NO_TOTALS,
      prices: prices.get(line.id) ?? [],
    };
  });
}

/** Everything that differs. */
export async function changesOf(
  tx: Tx,
  held: AgreementRow,
  document: BlanketOrderDocument,
  wanted: WantedAgreement,
  pairs: readonly LinePair[],
): Promise<Changes> {
  const aliases = await select(tx, agreementAlias, "WHERE agreement_id = :id", { id: held.id });
  const paired = new Set(pairs.map((pair) => pair.held.line_no));
  return {
    header: differing(held, wanted.header),
    state: stateWanted(held, document.state),
    aliases: wanted.aliases.filter(
      (alias) => !aliases.some(({ normal, valid_from }) => normal === alias.normal && valid_from === alias.valid_from),
    ),
    lines: pairs.filter((pair) => Object.keys(differing(pair.held, pair.wanted.row)).length > 0),
    prices: pairs.flatMap((pair) =>
      pair.wanted.prices.flatMap((price) => {
        const before = pair.prices.find(({ valid_from }) => valid_from === price.valid_from);
        return before?.price === price.price ? [] : [{ pair, price, held: before }];
      }),
    ),
    added: wanted.lines.filter(({ row }) => !paired.has(row.line_no)),
    splits: await splitChanges(tx, pairs),
  };
}

/** Columns of `wanted` that `held` has otherwise. */
export function differing<R extends object>(held: R, wanted: Partial<R>): Partial<R> {
  const columns = Object.keys(wanted) as (keyof R)[];
  return Object.fromEntries(
    columns.filter((column) => held[column] !== wanted[column]).map((c) => [c, wanted[c]]),
  ) as Partial<R>;
}

/** The ERP can carry an agreement on to quotation and open; what the gateway has made of it later stays. */
function stateWanted(held: AgreementRow, stated: "draft" | "quotation" | "open"): AgreementState | undefined {
  const ahead: Readonly<Record<string, readonly string[]>> = { draft: ["quotation", "open"], quotation: ["open"] };
  return ahead[held.state]?.includes(stated) === true ? stated : undefined;
}

/** Whether nothing differs. */
export const isNothing = (changes: Changes): boolean =>
  Object.keys(changes.header).length === 0 &&
  changes.state === undefined &&
  [changes.aliases, changes.lines, changes.prices, changes.added, changes.splits].every(({ length }) => length === 0);

/** Lines whose schedule lines by hand are other ones than those in force. */
async function splitChanges(tx: Tx, pairs: readonly LinePair[]): Promise<Changes["splits"]> {
  const stated = pairs.filter(({ wanted }) => wanted.splits !== undefined);
  if (stated.length === 0) return [];
  const lineIds = stated.map(({ held }) => held.id);
  const draws = await tx.ask("SELECT account_id, line_id FROM draw WHERE line_id IN (:lineIds) AND valid_until = ''", {
    lineIds,
  });
  const accountIds = draws.map((row) => Number(row["account_id"]));
  const accounts =
    accountIds.length === 0 ? [] : await select(tx, account, "WHERE id IN (:accountIds)", { accountIds });
  const lastByHand = await lastHandPlans(tx, accountIds);
  const totals = await accountTotals(tx, accountIds);
  const byId = new Map(accounts.map((row) => [row.id, row]));
  const drawing = new Map(draws.map((row) => [Number(row["line_id"]), byId.get(Number(row["account_id"]))]));
  return stated.flatMap((pair) => {
    const of = drawing.get(pair.held.id);
    if (of === undefined || (lastByHand.get(of.id) ?? "") === textOf(pair)) return [];
    return [{ pair, account: of, totals: totals.get(of.id) ?? NO_TOTALS }];
  });
}

/** The steps of each account's latest schedule by hand, as they are kept. */
async function lastHandPlans(tx: Tx, accountIds: readonly number[]): Promise<Map<number, string>> {
  if (accountIds.length === 0) return new Map();
  const rows = await tx.ask(
    `SELECT r.account_id AS account, c.steps AS steps FROM revision r JOIN curve c ON c.id = r.curve_id
     WHERE r.id IN (SELECT MAX(h.id) FROM revision h JOIN message m ON m.id = h.message_id
                    WHERE h.account_id IN (:accountIds) AND m.type = :byHand GROUP BY h.account_id)`,
    { accountIds, byHand: BY_HAND },
  );
  return new Map(rows.map((row) => [Number(row["account"]), row["steps"] as string]));
}

function textOf({ wanted }: LinePair): string {
  const steps = stepsByHand(wanted.splits ?? []).map(({ step }) => step);
  return steps.length === 0 ? "" : writeSteps(steps);
}
