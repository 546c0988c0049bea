/** Blanket orders as a list; one of them in full is the orders room's view. */
import type { Queryable } from "../store/store.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface BlanketSummary {
  readonly number: string;
  readonly partner: string;
  readonly customerNumber: string;
  readonly state: string;
  readonly lines: number;
  readonly expiresOn: string;
}

/** Blanket orders, latest first. */
export async function listBlankets(
  from: Queryable,
  { partner, state, limit }: ListFilter,
): Promise<Page<BlanketSummary>> {
  const where = whereOf([partner !== undefined && "a.partner = :partner", state !== undefined && "a.state = :state"]);
  const rows = await from.ask(
    `SELECT a.number AS number, a.partner AS partner, a.customer_number AS customer_number, a.state AS state,
       a.expires_on AS expires_on, (SELECT COUNT(*) FROM agreement_line l WHERE l.agreement_id = a.id) AS lines
     FROM agreement a ${where} ORDER BY a.id DESC LIMIT ${limit + 1}`,
    { partner: partner ?? "", state: state ?? "" },
  );
  return pageOf(
    rows.map((row) => ({
      number: row["number"] as string,
      partner: row["partner"] as string,
      customerNumber: row["customer_number"] as string,
      state: row["state"] as string,
      lines: Number(row["lines"]),
      expiresOn: row["expires_on"] as string,
    })),
    limit,
  );
}
