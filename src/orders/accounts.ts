/**
 * Accounts: what a cumulative belongs to (domain.md, *Account*). Its key is the fields the partner's file names, compared
 * in normal form; every key ever met is a row, so the accounts of a whole document are found by one query.
 */
import type { AccountField, ScheduleSettings } from "../config/schedule-settings.ts";
import { insertMissing, select } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import {
  type AccountRow,
  type AgreementLineRow,
  type AgreementRow,
  account,
  accountAlias,
  type DrawRow,
  draw,
} from "../store/tables.ts";
import { normalForm } from "../values/identifiers.ts";

/** An account's identifying fields, in normal form; empty where it has none. */
export type Identity = Readonly<Record<AccountField, string>>;

/** Each field in normal form. */
export function identityFrom(fields: Partial<Record<AccountField, string>>, settings: ScheduleSettings): Identity {
  const folded = (field: AccountField) => normalForm(fields[field] ?? "", settings).replaceAll("\u0000", "\uFFFD");
  return {
    plant: folded("plant"),
    shipTo: folded("shipTo"),
    dock: folded("dock"),
    customerPart: folded("customerPart"),
    orderNumber: folded("orderNumber"),
    modelYear: folded("modelYear"),
  };
}

/** The account's key as one text: the fields the partner names, in order, escaped, `/` between. */
export const keyOf = (identity: Identity, settings: ScheduleSettings): string =>
  settings.account.map((field) => escaped(identity[field])).join("/");

const escaped = (value: string): string => value.replaceAll("%", "%25").replaceAll("/", "%2F").replaceAll("#", "%23");

/** The fields that a key was made of; none where the partner names other fields by now. */
export function identityOfKey(key: string, settings: ScheduleSettings): Partial<Record<AccountField, string>> {
  const texts = key.split("/").map(unescaped);
  if (texts.length !== settings.account.length) return {};
  return Object.fromEntries(settings.account.map((field, n) => [field, texts[n] as string]));
}

/** A key whose parts are spelled as somebody gave them, where one of the spellings is compared as that part. */
export function spelledKey(key: string, spellings: readonly string[]): string {
  const spelled = new Map(
    (["drop", "keep"] as const).flatMap((dashes) =>
      spellings.flatMap((text) => (text === "" ? [] : [[normalForm(text, { dashes }), text] as const])),
    ),
  );
  const parts = key.split("/").map(unescaped);
  return parts.map((part) => spelled.get(part) ?? part).join("/");
}

const unescaped = (text: string): string => text.replaceAll("%23", "#").replaceAll("%2F", "/").replaceAll("%25", "%");

/** The identity that an agreement's line has by itself; what the line does not say is empty. */
export const identityOfLine = (of: AgreementRow, line: AgreementLineRow, settings: ScheduleSettings): Identity =>
  identityFrom(
    {
      shipTo: line.ship_to,
      dock: line.dock,
      customerPart: line.customer_part,
      orderNumber: of.customer_number,
      modelYear: line.model_year,
    },
    settings,
  );

/** An account as it is made, before anything has moved on it. */
export interface NewAccount {
  readonly partner: string;
  readonly key: string;
  readonly identity: Identity;
  readonly unit: string;
}

/** The accounts with these keys or spellings; a spelling that was never met is missing from the map. */
export async function accountsBySpelling(
  from: Queryable,
  partner: string,
  spellings: readonly string[],
): Promise<Map<string, AccountRow>> {
  if (spellings.length === 0) return new Map();
  const aliases = await select(from, accountAlias, "WHERE partner = :partner AND spelling IN (:spellings)", {
    partner,
    spellings,
  });
  const ids = aliases.map(({ account_id }) => account_id);
  const rows = ids.length === 0 ? [] : await select(from, account, "WHERE id IN (:ids)", { ids });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return new Map(aliases.map(({ spelling, account_id }) => [spelling, byId.get(account_id) as AccountRow]));
}

/** Makes the accounts that are not there yet, each with its key as its first spelling, and gives all of them by key. */
export async function makeAccounts(tx: Tx, wanted: readonly NewAccount[]): Promise<Map<string, AccountRow>> {
  const [first] = wanted;
  if (first === undefined) return new Map();
  const { partner } = first;
  await insertMissing(
    tx,
    account,
    wanted.map(({ key, identity, unit }) => ({
      partner,
      identity: key,
      plant: identity.plant,
      ship_to: identity.shipTo,
      dock: identity.dock,
      customer_part: identity.customerPart,
      order_ref: identity.orderNumber,
      model_year: identity.modelYear,
      unit,
    })),
    ["partner", "identity"],
  );
  const made = await select(tx, account, "WHERE partner = :partner AND identity IN (:keys)", {
    partner,
    keys: wanted.map(({ key }) => key),
  });
  await rememberSpellings(
    tx,
    partner,
    made.map((row) => ({ spelling: row.identity, accountId: row.id })),
  );
  return new Map(made.map((row) => [row.identity, row]));
}

/** Remembers which account a spelling means; the first answer stays. */
export async function rememberSpellings(
  tx: Tx,
  partner: string,
  spellings: readonly { spelling: string; accountId: number }[],
): Promise<void> {
  await insertMissing(
    tx,
    accountAlias,
    spellings.map(({ spelling, accountId }) => ({ partner, spelling, account_id: accountId })),
    ["partner", "spelling"],
  );
}

/** The line each account draws on at a day: at any moment it is one. */
export async function drawsOf(
  from: Queryable,
  accountIds: readonly number[],
  on: string,
): Promise<Map<number, DrawRow>> {
  if (accountIds.length === 0) return new Map();
  const rows = await select(
    from,
    draw,
    "WHERE account_id IN (:ids) AND (valid_until = '' OR valid_until >= :on) ORDER BY account_id, valid_from",
    { ids: accountIds, on },
  );
  // The latest that has begun; one that begins later where none has.
  const found = new Map<number, DrawRow>();
  for (const row of rows) if (!found.has(row.account_id) || row.valid_from <= on) found.set(row.account_id, row);
  return found;
}

/** Lets accounts draw on a line from a day on; what one draws on from that day already stays. */
export async function drawFrom(
  tx: Tx,
  rows: readonly { accountId: number; lineId: number; from: string; rememberedBy: string }[],
): Promise<void> {
  await insertMissing(
    tx,
    draw,
    rows.map(({ accountId, lineId, from, rememberedBy }) => ({
      account_id: accountId,
      line_id: lineId,
      valid_from: from,
      remembered_by: rememberedBy,
    })),
    ["account_id", "valid_from"],
  );
}
