/** Which account each line of a schedule belongs to, and which agreement line that account draws on (domain.md, *Account*). */
import type { Partner } from "../config/partner.ts";
import { ACCOUNT_FIELDS, type AccountField } from "../config/schedule-settings.ts";
import type { ScheduleLine } from "../documents/delivery-schedule.ts";
import type { Cause } from "../schedules/causes.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  agreement,
  agreementAlias,
  agreementLine,
} from "../store/tables.ts";
import { grouped } from "../values/grouped.ts";
import { normalForm } from "../values/identifiers.ts";
import { accountsBySpelling, drawsOf, type Identity, identityFrom, keyOf } from "./accounts.ts";
import { dockIn } from "./directions.ts";

/** Why a line belongs to no account; a planner's answer is remembered. */
export type Unplaced = Extract<Cause, "no-ship-to" | "incomplete" | "unknown-item" | "which-line">;

export interface MatchedLine {
  readonly line: ScheduleLine;
  /** Position in the document, from 1. */
  readonly number: number;
  readonly identity: Identity;
  readonly key: string;
  readonly unplaced?: Unplaced;
  /** Absent where the account has yet to be made for `drawn`. */
  readonly account?: AccountRow;
  /** The agreement line that the account draws on, or will. */
  readonly drawn?: DrawnLine;
  /** Whether the order number quoted moves the account to another line than the one it draws on. */
  readonly moves: boolean;
  /** Whether the message does not list the item, though it lists all others of its ship-to. */
  readonly missing?: boolean;
}

export interface DrawnLine {
  readonly agreement: AgreementRow;
  readonly line: AgreementLineRow;
}

/** A line's fields as the message states them. */
export const statedFields = (line: ScheduleLine): Partial<Record<AccountField, string>> => ({
  ...(line.plant === undefined ? {} : { plant: line.plant }),
  ...(line.shipTo?.code === undefined ? {} : { shipTo: line.shipTo.code }),
  ...dockOf(line),
  ...(line.customerPart === undefined ? {} : { customerPart: line.customerPart }),
  ...(line.orderNumber === undefined ? {} : { orderNumber: line.orderNumber }),
  ...(line.modelYear === undefined ? {} : { modelYear: line.modelYear }),
});

function dockOf(line: ScheduleLine): { dock?: string } {
  const stated = dockIn(line);
  return stated === undefined ? {} : { dock: stated };
}

/** The line's identity, with what the partner's file says a missing field stands for; or the field that is missing. */
export function identityOfScheduleLine(
  line: ScheduleLine,
  { schedule }: Partner,
): { identity: Identity; missing?: Unplaced } {
  const fields: Partial<Record<AccountField, string>> = statedFields(line);
  let missing: Unplaced | undefined;
  for (const field of ACCOUNT_FIELDS) {
    if (!schedule.account.includes(field) || (fields[field] ?? "").trim() !== "") continue;
    const stands = schedule.without[field];
    if (stands === undefined) missing ??= field === "shipTo" ? "no-ship-to" : "incomplete";
    else fields[field] = stands === "ignore" ? "" : stands;
  }
  const identity = identityFrom(fields, schedule);
  return missing === undefined ? { identity } : { identity, missing };
}

/** Matches all lines of a document with a number of queries that does not depend on how many lines there are. */
export async function matchLines(
  from: Queryable,
  partner: Partner,
  lines: readonly { line: ScheduleLine; number: number }[],
  on: string,
): Promise<MatchedLine[]> {
  const keyed = lines.map(({ line, number }) => {
    const { identity, missing } = identityOfScheduleLine(line, partner);
    return { line, number, identity, missing, key: keyOf(identity, partner.schedule) };
  });
  const complete = keyed.filter(({ missing }) => missing === undefined);
  const accounts = await accountsBySpelling(from, partner.code, [...new Set(complete.map(({ key }) => key))]);
  const draws = await drawsOf(
    from,
    [...accounts.values()].map(({ id }) => id),
    on,
  );
  const blanket = await blanketLines(
    from,
    partner,
    complete.map(({ identity }) => identity.customerPart),
    [...draws.values()].map(({ line_id }) => line_id),
  );

  return keyed.map(({ line, number, identity, missing, key }): MatchedLine => {
    const place = { line, number, identity, key, moves: false };
    if (missing !== undefined) return { ...place, unplaced: missing };
    const fitting = blanket.fitting(identity, line);
    const account = accounts.get(key);
    if (account === undefined) {
      const [drawn, another] = fitting;
      if (drawn === undefined) return { ...place, unplaced: "unknown-item" };
      return another === undefined ? { ...place, drawn } : { ...place, unplaced: "which-line" };
    }
    const remembered = blanket.byLine(draws.get(account.id)?.line_id);
    const drawn = drawnOn(remembered, blanket.quoted(fitting, line));
    return drawn === undefined ? { ...place, account, unplaced: "which-line" } : { ...place, account, ...drawn };
  });
}

/** The line of the order number that is quoted, where it names just one; else the line remembered. */
function drawnOn(
  remembered: DrawnLine | undefined,
  quoted: readonly DrawnLine[],
): Required<Pick<MatchedLine, "drawn" | "moves">> | undefined {
  const [one, another] = quoted;
  const moved = another === undefined && one?.line.id !== remembered?.line.id ? one : undefined;
  const drawn = moved ?? remembered;
  return drawn === undefined ? undefined : { drawn, moves: moved !== undefined };
}

/** The agreement lines that known accounts draw on, given the order numbers their schedules quote. */
export async function drawnLines(
  from: Queryable,
  partner: Partner,
  accounts: readonly { account: AccountRow; orderNumber: string }[],
  on: string,
): Promise<Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>> {
  const ids = accounts.map(({ account }) => account.id);
  const draws = await drawsOf(from, ids, on);
  const blanket = await blanketLines(
    from,
    partner,
    accounts.map(({ account }) => account.customer_part),
    [...draws.values()].map(({ line_id }) => line_id),
  );
  const found = new Map<number, Required<Pick<MatchedLine, "drawn" | "moves">>>();
  for (const { account, orderNumber } of accounts) {
    const line = { orderNumber };
    const fitting = blanket.fitting(identityOfAccount(account), line);
    const drawn = drawnOn(blanket.byLine(draws.get(account.id)?.line_id), blanket.quoted(fitting, line));
    if (drawn !== undefined) found.set(account.id, drawn);
  }
  return found;
}

export const identityOfAccount = (account: AccountRow): Identity => ({
  plant: account.plant,
  shipTo: account.ship_to,
  dock: account.dock,
  customerPart: account.customer_part,
  orderNumber: account.order_ref,
  modelYear: account.model_year,
});

interface BlanketLines {
  byLine(id: number | undefined): DrawnLine | undefined;
  /** Lines that a schedule line without an account may mean: those of the order number it quotes, else all. */
  fitting(identity: Identity, line: Pick<ScheduleLine, "orderNumber">): DrawnLine[];
  /** Of these, the lines of the order number that is quoted. */
  quoted(among: readonly DrawnLine[], line: Pick<ScheduleLine, "orderNumber">): DrawnLine[];
}

/** Agreements in these states are looked at before those that have ended or not begun. */
const LIVE = ["open", "on hold", "expired"];

async function blanketLines(
  from: Queryable,
  partner: Partner,
  parts: readonly string[],
  lineIds: readonly number[],
): Promise<BlanketLines> {
  const lines =
    parts.length === 0
      ? []
      : await select(
          from,
          agreementLine,
          `WHERE id IN (
             SELECT l.id FROM agreement_line l JOIN agreement a ON a.id = l.agreement_id
             WHERE a.partner = :partner AND a.side = 'sell' AND a.state <> 'cancelled'
               AND l.customer_part_normal IN (:parts)
             UNION SELECT id FROM agreement_line WHERE id IN (:lineIds)
           ) ORDER BY id`,
          { partner: partner.code, parts: [...new Set(parts)], lineIds: lineIds.length === 0 ? [0] : lineIds },
        );
  const ids = [...new Set(lines.map(({ agreement_id }) => agreement_id))];
  const agreements = ids.length === 0 ? [] : await select(from, agreement, "WHERE id IN (:ids)", { ids });
  const aliases = ids.length === 0 ? [] : await select(from, agreementAlias, "WHERE agreement_id IN (:ids)", { ids });

  const agreementById = new Map(agreements.map((row) => [row.id, row]));
  const known = lines.map((line) => ({ line, agreement: agreementById.get(line.agreement_id) as AgreementRow }));
  const byId = new Map(known.map((held) => [held.line.id, held]));
  const byPart = grouped(known, ({ line }) => line.customer_part_normal);
  const numbers = new Map(agreements.map((row) => [row.id, new Set([row.customer_number_normal])]));
  for (const { agreement_id, normal } of aliases) numbers.get(agreement_id)?.add(normal);

  const quoted = (among: readonly DrawnLine[], line: Pick<ScheduleLine, "orderNumber">): DrawnLine[] => {
    const number = normalForm(line.orderNumber ?? "", partner.schedule);
    return number === "" ? [] : among.filter((held) => numbers.get(held.agreement.id)?.has(number) === true);
  };
  return {
    byLine: (id) => (id === undefined ? undefined : byId.get(id)),
    quoted,
    fitting: (identity, line) => {
      const placed = (byPart.get(identity.customerPart) ?? []).filter(
        (held) => held.agreement.partner === partner.code && standsFor(held.line, identity, partner),
      );
      const meant = quoted(placed, line);
      if (meant.length > 0) return meant;
      if (partner.schedule.account.includes("orderNumber")) return [];
      const live = placed.filter((held) => LIVE.includes(held.agreement.state));
      return live.length > 0 ? live : placed;
    },
  };
}

const fits = (held: string, stated: string): boolean => held === "" || stated === "" || held === stated;

/** Whether a schedule line's place fits an agreement's line; what either does not say, fits. */
function standsFor(line: AgreementLineRow, identity: Identity, { schedule }: Partner): boolean {
  return (
    fits(line.ship_to_normal, identity.shipTo) &&
    fits(normalForm(line.dock, schedule), identity.dock) &&
    fits(normalForm(line.model_year, schedule), identity.modelYear)
  );
}
