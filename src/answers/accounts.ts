/** Accounts as a person names them: partner, then the identifying fields in the partner's order. */
import { accountsBySpelling } from "../orders/accounts.ts";
import type { Queryable } from "../store/store.ts";
import type { AccountRow } from "../store/tables.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { normalForm } from "../values/identifiers.ts";

/** An account by partner and any spelling of its key that was ever met. */
export interface AccountKey {
  readonly partner: string;
  readonly spelling: string;
}

/** `acme/4711-A/DOCK1`. */
export const accountReference = ({ partner, identity }: Pick<AccountRow, "partner" | "identity">): string =>
  `${partner}/${identity}`;

/**
 * Reads `acme/4711-A/DOCK1`.
 * @throws CalloffError ACCOUNT_UNKNOWN for text without a partner and a key
 */
export function accountKey(text: string): AccountKey {
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1) throw unknown(text);
  return { partner: text.slice(0, slash), spelling: text.slice(slash + 1) };
}

/** The account of that key. @throws CalloffError ACCOUNT_UNKNOWN */
export async function accountNamed(from: Queryable, { partner, spelling }: AccountKey): Promise<AccountRow> {
  const [normal, undashed] = (["keep", "drop"] as const).map((dashes) =>
    spelling
      .split("/")
      .map((field) => normalForm(field, { dashes }))
      .join("/"),
  ) as [string, string];
  const found = await accountsBySpelling(from, partner, [spelling, normal, undashed]);
  const account = found.get(spelling) ?? found.get(normal) ?? found.get(undashed);
  if (account === undefined) throw unknown(`${partner}/${spelling}`);
  return account;
}

const unknown = (found: string): CalloffError =>
  new CalloffError("ACCOUNT_UNKNOWN", `There is no account ${found}`, {
    expected: "partner and key such as acme/4711-A/DOCK1",
    found,
    remedy: "`calloff ledger` names the account of every fact; the partner's file says which fields make its key",
    exit: EXIT.notFound,
  });
