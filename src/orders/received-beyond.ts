/**
 * What a customer counts as received beyond all that we ever released on an account: it came before the gateway, or by a
 * way that nobody told it of. It is booked as a correction of the cumulative once such a schedule is accepted, so that it is
 * neither ordered anew nor taken for what is ordered from then on; the contract is not touched. When a later accepted
 * schedule counts less again, as much is taken back.
 */
import { explainTransit } from "../schedules/transit.ts";
import { book, releasedInAll, shippedInAll, type Totals } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, statement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { minus, NOTHING, plus, type Quantity, smaller } from "../values/figures.ts";
import { latestNotes } from "./schedule-history.ts";

export interface AcceptedBase {
  readonly account: AccountRow;
  readonly revisionId: number;
  /** The cumulative its schedule starts from. */
  readonly base: Quantity;
  /** Sums of the account since `start`, nothing withheld any more. */
  readonly totals: Totals;
  readonly start: string;
}

/** Books what has to be and gives the sums as they are then, per account id; accounts on which nothing changes are left out. */
export async function countReceived(
  tx: Tx,
  occasion: Occasion,
  accepted: readonly AcceptedBase[],
): Promise<Map<number, Totals>> {
  const beyond = ({ base, totals }: AcceptedBase): Quantity => minus(base, releasedInAll(totals));
  const concerned = accepted.filter((one) => beyond(one) > NOTHING || one.totals.corrected > NOTHING);
  if (concerned.length === 0) return new Map();
  const before = await correctionsOf(tx, concerned);
  const less = await countedLess(
    tx,
    concerned.filter(({ account }) => (before.get(account.id)?.sum ?? NOTHING) > NOTHING),
  );
  const changes = concerned.flatMap((one) => {
    const { sum, count } = before.get(one.account.id) ?? { sum: NOTHING, count: 0 };
    const more = beyond(one);
    const by = more > NOTHING ? more : minus(NOTHING, smaller(sum, less.get(one.account.id) ?? NOTHING));
    return by === NOTHING ? [] : [{ one, by, count }];
  });
  await book(
    tx,
    changes.map(({ one: { account, start }, by, count }) => ({
      account_id: account.id,
      moves: "cumulative",
      start,
      kind: "corrected",
      quantity: by,
      happened_on: occasion.businessDate,
      booked_at: occasion.instant,
      cause_kind: CAUSE,
      cause: account.identity,
      business_key: `${CAUSE}:${account.partner}:${account.identity}/${count + 1}`,
      who: occasion.who,
      reason:
        by > NOTHING
          ? "received beyond all that was released, as the customer counts"
          : "the customer counts it no more",
    })),
  );
  return new Map(
    changes.map(({ one: { account, totals }, by }) => [
      account.id,
      { ...totals, corrected: plus(totals.corrected, by) },
    ]),
  );
}

const CAUSE = "received";

/** What was booked so before in the account's period, and how often at all. */
async function correctionsOf(
  tx: Tx,
  accepted: readonly AcceptedBase[],
): Promise<Map<number, { readonly sum: Quantity; readonly count: number }>> {
  const rows = await tx.ask(
    `SELECT account_id, start, COUNT(*) AS number, CAST(SUM(quantity) AS TEXT) AS sum FROM ledger
     WHERE account_id IN (:ids) AND kind = 'corrected' AND cause_kind = :cause GROUP BY account_id, start`,
    { ids: accepted.map(({ account }) => account.id), cause: CAUSE },
  );
  return new Map(
    accepted.map(({ account, start }) => {
      const own = rows.filter((row) => Number(row["account_id"]) === account.id);
      const now = own.find((row) => row["start"] === start);
      return [
        account.id,
        {
          sum: BigInt((now?.["sum"] as string | undefined) ?? 0) as Quantity,
          count: own.reduce((count, row) => count + Number(row["number"]), 0),
        },
      ];
    }),
  );
}

/** By how much the customer counts less than we do through the last note they quote. */
async function countedLess(tx: Tx, accepted: readonly AcceptedBase[]): Promise<Map<number, Quantity>> {
  if (accepted.length === 0) return new Map();
  const said = await select(tx, statement, "WHERE revision_id IN (:ids)", {
    ids: accepted.map(({ revisionId }) => revisionId),
  });
  const notes = await latestNotes(
    tx,
    accepted.map(({ account }) => account.id),
  );
  return new Map(
    accepted.flatMap(({ account, revisionId, totals }): [number, Quantity][] => {
      const one = said.find(
        (row) => row.revision_id === revisionId && (row.kind === "received" || row.kind === "shipped"),
      );
      if (one === undefined) return [];
      const { mismatch } = explainTransit({
        quoted: one.cumulative as Quantity,
        lastNote: one.last_note,
        shipped: shippedInAll(totals),
        notes: notes.get(account.id) ?? [],
      });
      return mismatch < NOTHING ? [[account.id, minus(NOTHING, mismatch)]] : [];
    }),
  );
}
