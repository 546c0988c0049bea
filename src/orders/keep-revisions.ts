/** Judged lines as rows: revisions with their curves, what customers state, verdicts and the decisions of the policy. */
import type { Partner } from "../config/partner.ts";
import { writeSteps } from "../schedules/curve-text.ts";
import type { NewRow } from "../store/columns.ts";
import { append, insert, update } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { decision, type RevisionRow, revision, statement, verdict } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { NamedPolicy } from "./configuration.ts";
import { keepCurves } from "./curves.ts";
import { directionsIn } from "./directions.ts";
import type { JudgedLine } from "./judged-line.ts";

export interface KeptLine {
  readonly line: JudgedLine;
  readonly row: RevisionRow;
  /** Whether the policy lets it through. */
  readonly passes: boolean;
}

interface Kept {
  readonly messageId: number;
  readonly partner: Partner;
  readonly policy: NamedPolicy;
  readonly occasion: Occasion;
}

/** Keeps all lines; those held before for the same account and layer are superseded by what came now. */
export async function keepRevisions(tx: Tx, by: Kept, lines: readonly JudgedLine[]): Promise<KeptLine[]> {
  const texts = lines.map(({ curve }) => writeSteps(curve.steps));
  const curveIds = await keepCurves(tx, texts);
  const rows = lines.map((line, n) => revisionRow(by, line, curveIds.get(texts[n] as string) as number));
  await supersede(tx, lines);
  const ids = await insert(tx, revision, rows);
  const kept = lines.map((line, n) => ({
    line,
    row: { ...(rows[n] as (typeof rows)[number]), id: ids[n] as number },
    passes: passes(line),
  }));
  await append(
    tx,
    statement,
    kept.flatMap((held) => statementRows(by, held)),
  );
  await append(
    tx,
    verdict,
    kept.map((held) => verdictRow(by, held)),
  );
  await append(
    tx,
    decision,
    kept.flatMap(({ row, passes: accepted }) =>
      accepted
        ? [
            {
              revision_id: row.id,
              verb: "accept",
              who: "policy",
              reason: `policy ${by.policy.name}`,
              business_date: by.occasion.businessDate,
              decided_at: by.occasion.instant,
              request_key: `revision:${row.id}`,
            },
          ]
        : [],
    ),
  );
  return kept;
}

const passes = ({ state, verdict: of, matched }: JudgedLine): boolean =>
  state === "judged" && of.outcome === "pass" && matched.account !== undefined;

/** A schedule that waits for a decision never blocks the next one: it is superseded, whatever becomes of the next. */
async function supersede(tx: Tx, lines: readonly JudgedLine[]): Promise<void> {
  const old = lines.flatMap(({ state, known, layer }) =>
    state !== "judged"
      ? []
      : known.filter(({ row }) => row.state === "held" && row.layer === layer).map(({ row }) => row.id),
  );
  if (old.length > 0) await update(tx, revision, { state: "superseded" }, "id IN (:old) AND state = 'held'", { old });
}

function revisionRow({ messageId, partner, occasion }: Kept, line: JudgedLine, curveId: number) {
  const { matched, mark, curve, layer, reading } = line;
  const segments = segmentsOf(line);
  const state = line.state === "judged" ? (passes(line) ? "accepted" : "held") : line.state;
  return {
    account_id: matched.account?.id ?? null,
    partner: partner.code,
    identity: matched.account?.identity ?? matched.key,
    customer_part: matched.line.customerPart ?? "",
    ship_to: matched.line.shipTo?.code ?? "",
    order_number: matched.line.orderNumber ?? "",
    layer,
    message_id: messageId,
    document_line: matched.number,
    first_segment: segments.first,
    last_segment: segments.last,
    release_no: mark.releaseNo,
    previous_no: mark.previousNo,
    issued_on: mark.issuedOn,
    issued_at: mark.issuedAt,
    dates: curve.dates,
    cumulatives: reading.curve.cumulatives,
    since: curve.since,
    base: curve.base as bigint,
    horizon_from: curve.horizon.from,
    horizon_to: curve.horizon.to,
    curve_id: curveId,
    unit: matched.line.unit ?? "",
    judged_on: occasion.businessDate,
    state,
    cause: state === "held" ? (line.verdict.causes[0] ?? "") : "",
    quantities: curve.quantities ?? "discrete",
    directions: directionsIn(matched.line),
  } satisfies NewRow<typeof revision.columns>;
}

/** Ordinals of the first and the last segment that a line was read from; 0 where it was read from none. */
function segmentsOf({ matched }: JudgedLine): { first: number; last: number } {
  const found = { first: 0, last: 0 };
  const note = (segment: number): void => {
    if (found.first === 0 || segment < found.first) found.first = segment;
    if (segment > found.last) found.last = segment;
  };
  const walk = (held: object): void => {
    if (Array.isArray(held)) {
      for (const one of held) if (typeof one === "object" && one !== null) walk(one as object);
      return;
    }
    for (const key in held) {
      const value = (held as Record<string, unknown>)[key];
      if (typeof value === "object" && value !== null) walk(value);
      else if (key === "segment" && typeof value === "number") note(value);
    }
  };
  walk(matched.line);
  return found;
}

/** What the customer states counts from the moment it is read, also while its schedule is held; history states nothing new. */
function statementRows({ messageId }: Kept, { line, row }: KeptLine): NewRow<typeof statement.columns>[] {
  const said = line.reading.statement;
  const of = line.matched.account;
  if (said === undefined || of === undefined || line.state !== "judged" || line.matched.missing === true) return [];
  const common = {
    account_id: of.id,
    revision_id: row.id,
    message_id: messageId,
    since: said.since,
    last_note: said.lastNote,
    last_quantity: said.lastQuantity ?? 0n,
    as_of: said.asOf,
  };
  const stated = {
    ...common,
    kind: said.cumulative === undefined ? "note" : said.kind,
    cumulative: said.cumulative ?? 0n,
  };
  if (said.beforeReset === undefined) return [stated];
  return [stated, { ...common, kind: "before-reset", cumulative: said.beforeReset }];
}

function verdictRow({ policy }: Kept, { line, row }: KeptLine): NewRow<typeof verdict.columns> {
  return {
    revision_id: row.id,
    compared_with: line.accepted?.row.id ?? null,
    policy: policy.name,
    policy_hash: policy.hash,
    outcome: line.verdict.outcome,
    sentence: line.verdict.sentence,
    changes: line.changes,
    risk_date: line.verdict.riskDate,
  };
}
