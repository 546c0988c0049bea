/** Schedules as they came in: one line per item, place and layer, latest first. */
import type { Queryable } from "../store/store.ts";
import { type ListFilter, type Page, pageOf, whereOf } from "./page.ts";

export interface ScheduleSummary {
  /** What `calloff schedule show`, `accept` and `withdraw` take. */
  readonly id: number;
  readonly partner: string;
  readonly customerPart: string;
  readonly shipTo: string;
  readonly layer: string;
  readonly releaseNumber: string;
  readonly issuedOn: string;
  readonly state: string;
  /** Why it is held, as a permanent word. */
  readonly cause: string;
  readonly sentence: string;
  /** First date at which demand rises above what is shipped and in stock; empty where it never does. */
  readonly riskDate: string;
}

/** Schedules, latest first; with `state: "held"` those that wait for a planner, the most urgent first. */
export async function listSchedules(
  from: Queryable,
  { partner, state, limit }: ListFilter,
): Promise<Page<ScheduleSummary>> {
  const where = whereOf([partner !== undefined && "r.partner = :partner", state !== undefined && "r.state = :state"]);
  const order =
    state === "held" ? "CASE WHEN COALESCE(v.risk_date, '') = '' THEN 1 ELSE 0 END, v.risk_date, r.id" : "r.id DESC";
  const rows = await from.ask(
    `SELECT r.id AS id, r.partner AS partner, r.customer_part AS part, r.ship_to AS ship_to, r.layer AS layer,
       r.release_no AS release_no, r.issued_on AS issued_on, r.state AS state, r.cause AS cause,
       v.sentence AS sentence, v.risk_date AS risk_date
     FROM revision r LEFT JOIN verdict v ON v.revision_id = r.id
     ${where} ORDER BY ${order} LIMIT ${limit + 1}`,
    { partner: partner ?? "", state: state ?? "" },
  );
  const text = (held: unknown): string => (typeof held === "string" ? held : "");
  return pageOf(
    rows.map((row) => ({
      id: Number(row["id"]),
      partner: text(row["partner"]),
      customerPart: text(row["part"]),
      shipTo: text(row["ship_to"]),
      layer: text(row["layer"]),
      releaseNumber: text(row["release_no"]),
      issuedOn: text(row["issued_on"]),
      state: text(row["state"]),
      cause: text(row["cause"]),
      sentence: text(row["sentence"]),
      riskDate: text(row["risk_date"]),
    })),
    limit,
  );
}
