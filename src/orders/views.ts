/** Schedules as a planner sees them: which came in, what they say, how they differ (features.md B2, B4, B5). Read only. */
import { readSteps } from "../schedules/curve-text.ts";
import { diffOf } from "../schedules/diff.ts";
import { diffToJson } from "../schedules/diff-json.ts";
import { incrementsOf } from "../schedules/heights.ts";
import type { Curve } from "../schedules/types.ts";
import { changesInWords } from "../schedules/words.ts";
import { selectOne } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { account, decision, type RevisionRow, revision, verdict } from "../store/tables.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Decimal, writeMillionths } from "../values/figures.ts";
import type { Json } from "../values/json.ts";
import { curveTexts } from "./curves.ts";
import { curveOfRevision } from "./schedule-history.ts";

export { type BlanketLineView, type BlanketView, blanketView } from "./blanket-view.ts";

/** One schedule of one account, as lists show it. */
export interface RevisionSummary {
  readonly id: number;
  readonly partner: string;
  readonly customerPart: string;
  readonly shipTo: string;
  readonly orderNumber: string;
  readonly layer: string;
  readonly releaseNo: string;
  readonly issuedOn: string;
  /** Business date on which it was judged. */
  readonly judgedOn: string;
  /** held, accepted, withdrawn, superseded, older, repeated, filed */
  readonly state: string;
  readonly cause: string;
  readonly sentence: string;
  /** First date at which it asks for more than is shipped; empty where it never does. */
  readonly riskDate: string;
  /** Name of the file it came in; empty for an entry by hand. */
  readonly file: string;
  readonly documentLine: number;
}

export interface RevisionFilter {
  readonly partner?: string;
  /** Part of a customer part number, in any spelling. */
  readonly part?: string;
  /** All states unless given. */
  readonly states?: readonly string[];
  /** At most so many, the latest first; 500 unless given. */
  readonly limit?: number;
}

/** Schedules that wait for a decision, those with the earliest risk first. */
export async function heldRevisions(
  from: Queryable,
  filter: Omit<RevisionFilter, "states"> = {},
): Promise<RevisionSummary[]> {
  const held = await listRevisions(from, { ...filter, states: ["held"] });
  const risk = ({ riskDate }: RevisionSummary) => (riskDate === "" ? "9999" : riskDate);
  return held.toSorted((a, b) => (risk(a) < risk(b) ? -1 : risk(a) > risk(b) ? 1 : a.id - b.id));
}

/** Schedules in any state, the latest first. */
export async function listRevisions(from: Queryable, filter: RevisionFilter = {}): Promise<RevisionSummary[]> {
  const conditions = [
    ...(filter.partner === undefined ? [] : ["r.partner = :partner"]),
    ...(filter.part === undefined ? [] : ["UPPER(r.customer_part) LIKE :part"]),
    ...(filter.states === undefined ? [] : ["r.state IN (:states)"]),
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = await from.ask(`${SUMMARY} ${where} ORDER BY r.id DESC LIMIT :limit`, {
    ...filter,
    part: `%${(filter.part ?? "").toUpperCase()}%`,
    limit: filter.limit ?? 500,
  });
  return rows.map(summaryOf);
}

const SUMMARY = `SELECT r.id AS id, r.partner AS partner, r.customer_part AS part, r.ship_to AS ship_to,
  r.order_number AS order_number, r.layer AS layer, r.release_no AS release_no, r.issued_on AS issued_on,
  r.judged_on AS judged_on, r.state AS state, r.cause AS cause, r.document_line AS document_line,
  v.sentence AS sentence, v.risk_date AS risk_date, f.name AS file
  FROM revision r LEFT JOIN verdict v ON v.revision_id = r.id LEFT JOIN message m ON m.id = r.message_id
  LEFT JOIN interchange i ON i.id = m.interchange_id LEFT JOIN file f ON f.id = i.file_id`;

const textOf = (held: unknown): string => (typeof held === "string" ? held : "");

const summaryOf = (row: Record<string, unknown>): RevisionSummary => ({
  id: Number(row["id"]),
  partner: textOf(row["partner"]),
  customerPart: textOf(row["part"]),
  shipTo: textOf(row["ship_to"]),
  orderNumber: textOf(row["order_number"]),
  layer: textOf(row["layer"]),
  releaseNo: textOf(row["release_no"]),
  issuedOn: textOf(row["issued_on"]),
  judgedOn: textOf(row["judged_on"]),
  state: textOf(row["state"]),
  cause: textOf(row["cause"]),
  sentence: textOf(row["sentence"]),
  riskDate: textOf(row["risk_date"]),
  file: textOf(row["file"]),
  documentLine: Number(row["document_line"]),
});

export interface StepView {
  readonly date: string;
  readonly kind: string;
  readonly timing: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: Decimal;
  readonly cumulative: Decimal;
  readonly commitment: string;
  readonly customerOrderNumber: string;
  readonly reference: string;
  readonly segment: number;
}

export interface RevisionView extends RevisionSummary {
  readonly account: string;
  readonly unit: string;
  readonly base: Decimal;
  readonly since: string;
  readonly dates: string;
  readonly cumulatives: string;
  readonly horizon: { readonly from: string; readonly to: string };
  readonly segments: { readonly first: number; readonly last: number };
  readonly steps: readonly StepView[];
  readonly verdict:
    | {
        readonly policy: string;
        readonly outcome: string;
        readonly comparedWith: number | null;
        /** Why it is held, each once. */
        readonly causes: readonly string[];
        /** One sentence for each thing found, with whether it holds, warns or passes. */
        readonly lines: readonly { readonly says: string; readonly sentence: string }[];
      }
    | undefined;
  readonly decision:
    | { readonly verb: string; readonly who: string; readonly reason: string; readonly on: string }
    | undefined;
}

/** One schedule in full. @throws CalloffError REVISION_UNKNOWN */
export async function revisionView(from: Queryable, id: number): Promise<RevisionView> {
  const row = await revisionRow(from, id);
  const [summary] = await from.ask(`${SUMMARY} WHERE r.id = :id`, { id });
  const judged = await selectOne(from, verdict, "WHERE revision_id = :id", { id });
  const taken = await selectOne(from, decision, "WHERE revision_id = :id", { id });
  const curve = await curveOf(from, row);
  const stored = JSON.parse(judged?.changes || "{}") as {
    causes?: string[];
    lines?: { says: string; sentence: string }[];
  };
  return {
    ...summaryOf(summary ?? {}),
    account: row.identity,
    unit: row.unit,
    base: writeMillionths(row.base),
    since: row.since,
    dates: row.dates,
    cumulatives: row.cumulatives,
    horizon: { from: row.horizon_from, to: row.horizon_to },
    segments: { first: row.first_segment, last: row.last_segment },
    steps: stepsOf(curve),
    verdict:
      judged === undefined
        ? undefined
        : {
            policy: judged.policy,
            outcome: judged.outcome,
            comparedWith: judged.compared_with,
            causes: stored.causes ?? [],
            lines: stored.lines ?? [],
          },
    decision:
      taken === undefined
        ? undefined
        : { verb: taken.verb, who: taken.who, reason: taken.reason, on: taken.business_date },
  };
}

const stepsOf = (curve: Curve): StepView[] =>
  incrementsOf(curve, curve.base, { remainder: true }).map(({ step, quantity }) => ({
    date: step.date,
    kind: step.kind,
    timing: step.timing,
    from: step.from,
    to: step.to,
    quantity: writeMillionths(quantity),
    cumulative: writeMillionths(step.cumulative),
    commitment: step.commitment,
    customerOrderNumber: step.customerOrderNumber,
    reference: step.reference,
    segment: step.segment,
  }));

async function revisionRow(from: Queryable, id: number): Promise<RevisionRow> {
  const row = await selectOne(from, revision, "WHERE id = :id", { id });
  if (row !== undefined) return row;
  throw new CalloffError("REVISION_UNKNOWN", `There is no schedule ${id}`, {
    expected: "the number of a schedule, as `calloff schedule list` shows it",
    found: String(id),
    remedy: "`calloff schedule list` shows the schedules there are",
    exit: EXIT.notFound,
  });
}

async function curveOf(from: Queryable, row: RevisionRow): Promise<Curve> {
  const steps = (await curveTexts(from, [row.curve_id])).get(row.curve_id) ?? "";
  return curveOfRevision({ row, steps: readSteps(steps) });
}

export interface DiffView {
  /** The earlier one; none for a first schedule. */
  readonly before: RevisionSummary | undefined;
  readonly after: RevisionSummary;
  /** What changed, in words. */
  readonly sentence: string;
  /** Moves, cuts, additions, horizon lists and heights, as a verdict stores them; null for a first schedule. */
  readonly diff: Json;
}

/**
 * A schedule against another one: the one named, else the one it was judged against, else the one in force.
 * @param moveDays a move is at most so many days
 * @throws CalloffError REVISION_UNKNOWN
 */
export async function revisionDiff(
  from: Queryable,
  id: number,
  options: { readonly against?: number; readonly moveDays?: number } = {},
): Promise<DiffView> {
  const row = await revisionRow(from, id);
  const beforeId = options.against ?? (await comparedWith(from, row));
  const after = (await summaries(from, [id]))[0] as RevisionSummary;
  if (beforeId === undefined) return { before: undefined, after, sentence: after.sentence, diff: null };
  const old = await revisionRow(from, beforeId);
  const difference = diffOf(await curveOf(from, old), await curveOf(from, row), { moveDays: options.moveDays ?? 28 });
  return {
    before: (await summaries(from, [beforeId]))[0],
    after,
    sentence: changesInWords(difference),
    diff: diffToJson(difference),
  };
}

async function summaries(from: Queryable, ids: readonly number[]): Promise<RevisionSummary[]> {
  return (await from.ask(`${SUMMARY} WHERE r.id IN (:ids)`, { ids })).map(summaryOf);
}

async function comparedWith(from: Queryable, row: RevisionRow): Promise<number | undefined> {
  const judged = await selectOne(from, verdict, "WHERE revision_id = :id", { id: row.id });
  if (judged !== undefined) return judged.compared_with ?? undefined;
  const of =
    row.account_id === null ? undefined : await selectOne(from, account, "WHERE id = :id", { id: row.account_id });
  const inForce = row.layer === "call-off" ? of?.call_off_revision_id : of?.forecast_revision_id;
  return inForce === null || inForce === row.id ? undefined : inForce;
}
