/**
 * A received schedule takes effect, item by item (features.md B2, B6, B8): each line becomes a revision of its account, is
 * compared, judged, and put in force or held. At most 500 lines a transaction; what reads and what writes is done in sets,
 * so that the number of statements does not depend on how many lines there are.
 */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import { type DeliverySchedule } from "../documents/delivery-schedule.ts";
import { withInheritance } from "../documents/inheritance.ts";
import { judgeMissing } from "../schedules/verdict.ts";
import { accountTotals, lineTotals, NO_TOTALS } from "../store/ledger.ts";
import { selectOne, update } from "../store/rows.ts";
import type { Queryable, Store, Tx } from "../store/store.ts";
import { type AccountRow, interchange, type MessageRow, message } from "../store/tables.ts";
import { askTogether } from "../store/together.ts";
import type { Occasion } from "../values/clock.ts";
import { at } from "../values/crash-points.ts";
import { readDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { grouped } from "../values/grouped.ts";
import { type Acceptance, acceptAll } from "./accept.ts";
import { keyOf } from "./accounts.ts";
import type { NamedPolicy } from "./configuration.ts";
import { judgeLine } from "./judge-lines.ts";
import type { JudgedLine, Judgement, LineGround } from "./judged-line.ts";
import { type KeptLine, keepRevisions } from "./keep-revisions.ts";
import { withAccounts } from "./make-accounts.ts";
import { identityOfScheduleLine, type MatchedLine, matchLines } from "./match-lines.ts";
import { missingItems } from "./missing-items.ts";
import { type OpenOrderLine, openLines } from "./open-lines.ts";
import { plansBefore } from "./plans-before.ts";
import { purposeOf } from "./purpose.ts";
import { receiptDifferences } from "./receipt-differences.ts";
import { type KnownRevision, knownRevisions, latestNotes, unplacedRevisions } from "./schedule-history.ts";

export interface ScheduleToApply {
  /** Row id of the message. */
  readonly messageId: number;
  readonly partner: Partner;
  readonly policy: NamedPolicy;
  readonly gateway: Gateway;
  readonly document: DeliverySchedule;
  readonly occasion: Occasion;
  /** Asked before each of its transactions: what it throws stops there, and the same call goes on another time. */
  readonly goOn?: () => void;
}

export interface AppliedLine {
  /** Position in the document, from 1. */
  readonly line: number;
  readonly revisionId: number;
  readonly customerPart: string;
  readonly shipTo: string;
  /** held, accepted, older, repeated, filed; later also withdrawn and superseded. */
  readonly state: string;
  /** Why it is held, as a permanent word; empty unless it is. */
  readonly cause: string;
  readonly sentence: string;
}

/** Lines that one transaction takes at most. */
const MOST_LINES = 500;

/**
 * Applies one schedule message. What was applied before (the same call again, or one that died half-way) is not applied
 * again: the message's row says how far it got.
 */
export async function applySchedule(store: Store, schedule: ScheduleToApply): Promise<AppliedLine[]> {
  const document = withInheritance(schedule.document);
  const judgement = {
    partner: schedule.partner,
    policy: schedule.policy,
    gateway: schedule.gateway,
    document,
    businessDate: schedule.occasion.businessDate,
    twice: keysTwice(document, schedule.partner),
  };
  for (;;) {
    const row = await messageRow(store, schedule.messageId);
    const start = row.lines_applied;
    if (row.state === "applied") break;
    schedule.goOn?.();
    const sentOn = await envelopeDate(store, row, schedule.occasion);
    const end = Math.min(start + MOST_LINES, document.lines.length);
    await store.write(async (tx) => {
      const last = end === document.lines.length;
      const moved = await update(
        tx,
        message,
        { lines_applied: end, ...(last ? { state: "applied" } : {}) },
        "id = :id AND lines_applied = :start AND state <> 'applied'",
        { id: row.id, start },
      );
      // Somebody else has applied these lines meanwhile.
      if (moved === 0) return;
      await applyLines(tx, { ...schedule, document }, { ...judgement, sentOn }, start, end);
      at("applying");
    });
    at("lines-applied");
  }
  return appliedLines(store, schedule.messageId);
}

async function messageRow(from: Queryable, id: number): Promise<MessageRow> {
  const row = await selectOne(from, message, "WHERE id = :id", { id });
  if (row !== undefined) return row;
  throw new CalloffError("MESSAGE_UNKNOWN", `There is no message ${id}`, {
    expected: "a message that was catalogued",
    found: String(id),
    exit: EXIT.notFound,
  });
}

/** Date of the envelope the message came in; the business date where there is none. */
async function envelopeDate(from: Queryable, row: MessageRow, { businessDate }: Occasion) {
  if (row.interchange_id === null) return businessDate;
  const held = await selectOne(from, interchange, "WHERE id = :id", { id: row.interchange_id });
  return readDate(held?.sent_on ?? "") ?? businessDate;
}

/** Keys that more than one line of the document has: none of them is taken for the other. */
function keysTwice(document: DeliverySchedule, partner: Partner): Set<string> {
  const keys = document.lines.flatMap((line) => {
    const { identity, missing } = identityOfScheduleLine(line, partner);
    return missing === undefined ? [keyOf(identity, partner.schedule)] : [];
  });
  return moreThanOnce(keys);
}

function moreThanOnce<T>(values: readonly T[]): Set<T> {
  const [seen, again] = [new Set<T>(), new Set<T>()];
  for (const value of values) (seen.has(value) ? again : seen).add(value);
  return again;
}

async function applyLines(
  tx: Tx,
  { partner, gateway, document, occasion, policy, messageId }: ScheduleToApply,
  judgement: Judgement,
  start: number,
  end: number,
): Promise<void> {
  const numbered = document.lines.slice(start, end).map((line, n) => ({ line, number: start + n + 1 }));
  const matched = await withAccounts(
    tx,
    await matchLines(tx, partner, numbered, occasion.businessDate),
    partner,
    occasion,
  );
  const gone = end < document.lines.length ? [] : await notListed(tx, judgement, messageId, matched);
  const known = await judgedOn(tx, messageId, [...matched, ...gone], judgement);
  // While the lines are judged, the database puts together what is in force.
  const before = plansBefore(tx, known.accounts);
  const judged = judgeAll(known, judgement);
  const kept = await keepRevisions(tx, { messageId, partner, policy, occasion }, judged);
  const open = grouped(
    await openLines(
      tx,
      kept.flatMap(({ passes, line }) => (passes ? [line.matched.account?.id ?? 0] : [])),
    ),
    ({ accountId }) => accountId,
  );
  await acceptAll(
    tx,
    gateway,
    occasion,
    kept.flatMap((line) => acceptanceOf(line, judgement, open)),
    before,
  );
  await before;
}

/** With the last line it is known what a complete message does not list. */
async function notListed(
  tx: Tx,
  { partner, policy, document, businessDate }: Judgement,
  messageId: number,
  matched: readonly MatchedLine[],
): Promise<MatchedLine[]> {
  if (purposeOf(document, partner) !== "apply" || judgeMissing(policy.policy).takes === "nothing") return [];
  const listed = new Set(matched.map(({ account: of }) => of?.id));
  const missing = await missingItems(tx, partner, document, messageId, businessDate);
  return missing.filter(({ account: of }) => !listed.has(of?.id));
}

function acceptanceOf(
  { line, row, passes }: KeptLine,
  { partner, policy }: Judgement,
  open: ReadonlyMap<number, Acceptance["open"]>,
): Acceptance[] {
  const { account: of, drawn, moves } = line.matched;
  if (!passes || of === undefined || drawn === undefined) return [];
  return [
    {
      account: of,
      partner,
      policy: policy.policy,
      revision: row,
      curve: line.curve,
      other: line.other,
      effective: line.effective,
      releasable: line.releasable,
      // A new period is always a planner's decision.
      opensPeriod: false,
      drawn,
      moves,
      totals: line.totals,
      lineTotals: line.lineTotals,
      open: [...(open.get(of.id) ?? [])],
    },
  ];
}

interface JudgedOn {
  readonly accounts: readonly AccountRow[];
  readonly grounds: readonly LineGround[];
}

/** Everything that the lines are judged on, in one bulk read. */
async function judgedOn(
  tx: Tx,
  messageId: number,
  matched: readonly MatchedLine[],
  { partner, document }: Judgement,
): Promise<JudgedOn> {
  const accounts = [...new Map(matched.flatMap(({ account: of }) => (of === undefined ? [] : [[of.id, of]]))).values()];
  const ids = accounts.map(({ id }) => id);
  const [known, unplaced, totals, contracts, notes, differences, open] = await askTogether(
    tx,
    () => knownRevisions(tx, accounts, [...new Set(matched.map(({ line }) => line.releaseNumber ?? ""))]),
    () => unplacedRevisions(tx, partner.code, [...new Set(matched.map(({ key }) => key))]),
    () => accountTotals(tx, ids),
    () => lineTotals(tx, [...new Set(matched.flatMap(({ drawn }) => drawn?.line.id ?? []))]),
    () => latestNotes(tx, ids),
    () => receiptDifferences(tx, ids),
    () => openCallOffs(tx, document, ids),
  );
  // What stands beside a line in its own message came neither before nor after it.
  const before = (revisions: readonly KnownRevision[] = []) =>
    revisions.filter(({ row }) => row.message_id !== messageId);
  const grounds = matched.map((line): LineGround => {
    const id = line.account?.id ?? 0;
    return {
      matched: line,
      known: before([...(unplaced.get(line.key) ?? []), ...(known.get(id) ?? [])]),
      totals: totals.get(id) ?? NO_TOTALS,
      lineTotals: contracts.get(line.drawn?.line.id ?? 0) ?? NO_TOTALS,
      notes: notes.get(id) ?? [],
      differences: differences.get(id) ?? [],
      open: open.get(id) ?? [],
    };
  });
  return { accounts, grounds };
}

/** Open on orders of earlier call-offs, for those that follow them. */
async function openCallOffs(
  from: Queryable,
  { layer }: DeliverySchedule,
  accountIds: readonly number[],
): Promise<Map<number, OpenOrderLine[]>> {
  if (layer !== "call-off") return new Map();
  const lines = await openLines(from, accountIds);
  return grouped(
    lines.filter((line) => line.layer === "call-off"),
    ({ accountId }) => accountId,
  );
}

/** Every line for itself. */
function judgeAll({ grounds }: JudgedOn, judgement: Judgement): JudgedLine[] {
  // Two spellings may mean one account.
  const shared = moreThanOnce(grounds.flatMap(({ matched: { account: of } }) => of?.id ?? []));
  const twice = new Set(judgement.twice);
  for (const { matched } of grounds) {
    if (matched.account !== undefined && shared.has(matched.account.id)) twice.add(matched.key);
  }
  return grounds.map((ground) => judgeLine(ground, { ...judgement, twice }));
}

/** What became of each line of a message. */
async function appliedLines(from: Queryable, messageId: number): Promise<AppliedLine[]> {
  const rows = await from.ask(
    `SELECT r.id AS id, r.document_line AS line, r.customer_part AS part, r.ship_to AS ship_to, r.state AS state,
            r.cause AS cause, v.sentence AS sentence
     FROM revision r LEFT JOIN verdict v ON v.revision_id = r.id WHERE r.message_id = :messageId ORDER BY r.document_line`,
    { messageId },
  );
  return rows.map((row) => ({
    line: Number(row["line"]),
    revisionId: Number(row["id"]),
    customerPart: row["part"] as string,
    shipTo: row["ship_to"] as string,
    state: row["state"] as string,
    cause: row["cause"] as string,
    sentence: (row["sentence"] as string | null) ?? "",
  }));
}
