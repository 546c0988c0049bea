/** Held revisions that belonged to no account when they came are matched again when a planner accepts them. */
import type { Partner } from "../config/partner.ts";
import type { ScheduleLine } from "../documents/delivery-schedule.ts";
import { contractLines } from "../schedules/reasons.ts";
import { releasableCurve } from "../schedules/releasable.ts";
import { accountTotals, NO_TOTALS, processedInAll, releasedInAll, shippedInAll } from "../store/ledger.ts";
import { insert, select, updateEach } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, type RevisionRow, revision, statement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { NOTHING, type Quantity } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";
import { type Acceptance, customerHabits, effectiveWith } from "./accept.ts";
import { identityOfKey } from "./accounts.ts";
import { type OrdersConfiguration, partnerNamed } from "./configuration.ts";
import { supersededBy } from "./held-revisions.ts";
import { withAccounts } from "./make-accounts.ts";
import { type MatchedLine, matchLines, type Unplaced } from "./match-lines.ts";
import { isNewer, markOf } from "./release-chain.ts";

interface Placed {
  readonly row: RevisionRow;
  readonly account: AccountRow;
}

/**
 * The revisions, each with its account.
 * @throws CalloffError DECISION_NO_ACCOUNT saying what is still missing, DECISION_SUPERSEDED where the account has a newer
 * schedule by now, DECISION_NOT_POSSIBLE where its base depends on what was shipped meanwhile (exit 5)
 */
export async function placeRevisions(
  tx: Tx,
  config: OrdersConfiguration,
  rows: readonly RevisionRow[],
  occasion: Occasion,
): Promise<RevisionRow[]> {
  const homeless = rows.filter(({ account_id }) => account_id === null);
  const placed: Placed[] = [];
  for (const [code, held] of grouped(homeless, ({ partner }) => partner)) {
    placed.push(...(await matchedAgain(tx, partnerNamed(config, code), held, occasion)));
  }
  if (placed.length === 0) return [...rows];
  await refuseOlder(tx, placed);
  await refuseWithoutBase(tx, placed);
  await keepPlaces(tx, config, placed);
  const places = new Map(placed.map(({ row, account }) => [row.id, account]));
  return rows.map((row) => {
    const account = places.get(row.id);
    return account === undefined ? row : { ...row, account_id: account.id, identity: account.identity };
  });
}

async function matchedAgain(
  tx: Tx,
  partner: Partner,
  rows: readonly RevisionRow[],
  occasion: Occasion,
): Promise<Placed[]> {
  const lines = rows.map((row, n) => ({ line: lineOf(row, partner), number: n + 1 }));
  const matched = await matchLines(tx, partner, lines, occasion.businessDate);
  for (const { unplaced, number } of matched) {
    if (unplaced !== undefined) throw stillUnplaced(rows[number - 1] as RevisionRow, unplaced);
  }
  const withAccount = await withAccounts(tx, matched, partner, occasion);
  return withAccount.map(({ number, account }: MatchedLine) => ({
    row: rows[number - 1] as RevisionRow,
    account: account as AccountRow,
  }));
}

/** The identifying fields of the line that the revision was read from; the key spells them all. */
function lineOf(row: RevisionRow, { schedule }: Partner): ScheduleLine {
  const { shipTo, ...fields } = identityOfKey(row.identity, schedule);
  const said = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
  return {
    ...said,
    customerPart: row.customer_part,
    ...(row.order_number === "" ? {} : { orderNumber: row.order_number }),
    ...(row.ship_to === "" && shipTo === "" ? {} : { shipTo: { code: row.ship_to === "" ? shipTo : row.ship_to } }),
    ...(row.unit === "" ? {} : { unit: row.unit }),
    steps: [],
  };
}

const WHAT_IT_NEEDS: Readonly<Record<Unplaced, { expected: string; remedy: string }>> = {
  "unknown-item": {
    expected: "a line for this part and ship-to on a blanket order of the partner",
    remedy: "Import the blanket order, or the line that it lacks; then accept the schedule again",
  },
  "which-line": {
    expected: "one line for this part and ship-to, or an order number that tells several apart",
    remedy: "Cancel or complete the blanket orders that are not meant; then accept the schedule again",
  },
  "no-ship-to": {
    expected: "a ship-to on the line, or what a missing one stands for",
    remedy: "Say in schedule.without.shipTo of the partner's file: ignore, or a code; then accept the schedule again",
  },
  incomplete: {
    expected: "every field of schedule.account on the line, or what a missing one stands for",
    remedy: "Say in schedule.without of the partner's file what it stands for; then accept the schedule again",
  },
};

const stillUnplaced = (row: RevisionRow, unplaced: Unplaced): CalloffError =>
  new CalloffError("DECISION_NO_ACCOUNT", `Schedule ${row.id} belongs to no account`, {
    expected: WHAT_IT_NEEDS[unplaced].expected,
    found: `${partAndPlace(row)}, ${unplaced}`,
    remedy: WHAT_IT_NEEDS[unplaced].remedy,
    exit: EXIT.conflict,
  });

const partAndPlace = ({ customer_part, ship_to }: RevisionRow): string =>
  `${customer_part} to ${ship_to === "" ? "no ship-to" : ship_to}`;

/** The account may have a newer schedule since: in force, or waiting itself. */
async function refuseOlder(tx: Tx, placed: readonly Placed[]): Promise<void> {
  const inForce = placed.flatMap(({ account }) => [account.forecast_revision_id, account.call_off_revision_id]);
  const others = await select(
    tx,
    revision,
    `WHERE id IN (SELECT id FROM revision WHERE id IN (:inForce)
                  UNION SELECT id FROM revision WHERE state = 'held' AND account_id IN (:accountIds)) ORDER BY id DESC`,
    { inForce: [0, ...inForce.filter((id) => id !== null)], accountIds: placed.map(({ account }) => account.id) },
  );
  for (const { row, account } of placed) {
    const by = others.find(
      (other) =>
        other.account_id === account.id &&
        other.layer === row.layer &&
        other.message_id !== row.message_id &&
        !isNewer(markOf(row), markOf(other)),
    );
    if (by !== undefined) throw supersededBy(row, by);
  }
}

/** A base that was not quoted would have been what we had shipped then: nothing, as far as was known. */
async function refuseWithoutBase(tx: Tx, placed: readonly Placed[]): Promise<void> {
  const totals = await accountTotals(
    tx,
    placed.map(({ account }) => account.id),
  );
  const late = placed.find(
    ({ row, account }) => row.base === 0n && shippedInAll(totals.get(account.id) ?? NO_TOTALS) > 0n,
  );
  if (late === undefined) return;
  throw new CalloffError("DECISION_NOT_POSSIBLE", `Schedule ${late.row.id} cannot be accepted as it is`, {
    expected: "a schedule that quotes a cumulative, or one that was read when its account was known",
    found: `${partAndPlace(late.row)}, for which goods were shipped that it says nothing of`,
    remedy: "Withdraw it, and ask the customer to send the schedule again",
    exit: EXIT.conflict,
  });
}

/** The revisions' accounts, and what the customer stated about them. */
async function keepPlaces(tx: Tx, config: OrdersConfiguration, placed: readonly Placed[]): Promise<void> {
  await updateEach(
    tx,
    revision,
    placed.map(({ row, account }) => ({ id: row.id, set: { account_id: account.id, identity: account.identity } })),
  );
  const quoted = placed.filter(
    ({ row }) => row.base > 0n && !partnerNamed(config, row.partner).schedule.inTransitTakenOff,
  );
  await insert(
    tx,
    statement,
    quoted.map(({ row, account }) => ({
      account_id: account.id,
      revision_id: row.id,
      message_id: row.message_id,
      kind: row.cumulatives,
      cumulative: row.base,
      since: row.since,
      as_of: row.issued_on,
    })),
  );
}

/**
 * What was placed only now was never judged against its contract.
 * @param held as they were before they were placed
 * @throws CalloffError DECISION_NOT_POSSIBLE where what may be released goes beyond the contract (features.md D11)
 */
export function refuseBeyondContract(acceptances: readonly Acceptance[], held: readonly RevisionRow[]): void {
  const fresh = new Set(held.flatMap(({ id, account_id }) => (account_id === null ? [id] : [])));
  for (const acceptance of acceptances) {
    if (!fresh.has(acceptance.revision.id)) continue;
    const beyond = beyondContract(acceptance);
    if (beyond === undefined) continue;
    throw new CalloffError(
      "DECISION_NOT_POSSIBLE",
      `Schedule ${acceptance.revision.id} asks for more than its blanket order holds`,
      {
        expected: "a schedule within the contract",
        found: beyond,
        remedy: "Raise the line's quantity or its tolerance, or withdraw the schedule",
        exit: EXIT.conflict,
      },
    );
  }
}

function beyondContract({ account, drawn, policy, totals, lineTotals, ...of }: Acceptance): string | undefined {
  const { line } = drawn;
  if (line.commitment !== "quantity") return undefined;
  const { layer } = of.revision;
  const effective = effectiveWith(of, layer);
  const [first] = contractLines({
    policy,
    effective,
    releasable: releasableCurve(effective, policy.mayRelease, customerHabits(account, layer)),
    contract: {
      quantity: line.quantity as Quantity,
      processed: processedInAll(lineTotals),
      // Accepting it lifts what is withheld: that is asked for again.
      released: releasedInAll({ ...totals, withheld: NOTHING }),
      tolerancePercent: line.tolerance_percent as Quantity,
    },
  });
  return first?.says === "hold" ? first.sentence : undefined;
}
