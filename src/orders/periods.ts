/** A new period of the cumulative is opened when its first schedule is accepted (domain.md, *Resets*). */
import type { Partner } from "../config/partner.ts";
import { openingShipped } from "../schedules/resets.ts";
import { explainTransit } from "../schedules/transit.ts";
import { book, NO_TOTALS, shippedInAll, type Totals } from "../store/ledger.ts";
import { insert, select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AccountRow, accountPeriod, type StatementRow, statement } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { larger, minus, NOTHING, type Quantity, writeMillionths } from "../values/figures.ts";
import { stableJson } from "../values/json.ts";
import { latestNotes } from "./schedule-history.ts";

export interface NewPeriod {
  readonly account: AccountRow;
  readonly partner: Partner;
  readonly revisionId: number;
  readonly start: PlainDate;
  /** Sums of the period that ends. */
  readonly totals: Totals;
}

export interface OpenedPeriod {
  readonly start: PlainDate;
  readonly totals: Totals;
}

/**
 * Opens the periods: what counts as shipped at the start is a ledger row, open child orders are carried in full, and the
 * closing figures stand beside it.
 * @throws CalloffError PERIOD_OPENING_UNKNOWN where the message should state what was counted and does not
 */
export async function openPeriods(
  tx: Tx,
  occasion: Occasion,
  periods: readonly NewPeriod[],
): Promise<Map<number, OpenedPeriod>> {
  if (periods.length === 0) return new Map();
  const accountIds = periods.map(({ account }) => account.id);
  const notes = await latestNotes(tx, accountIds);
  const said = await select(tx, statement, "WHERE account_id IN (:accountIds) ORDER BY id", { accountIds });
  const opened = periods.map((period) => {
    const statements = said.filter(({ account_id }) => account_id === period.account.id);
    return { period, shipped: openingOf(period, statements, notes.get(period.account.id) ?? []) };
  });
  await insert(
    tx,
    accountPeriod,
    opened.map(({ period, shipped }) => ({
      account_id: period.account.id,
      start: period.start,
      opening_shipped: shipped,
      revision_id: period.revisionId,
      closing: stableJson(
        Object.fromEntries(
          Object.entries(period.totals).map(([kind, sum]) => [kind, writeMillionths(sum as Quantity)]),
        ),
      ),
    })),
  );
  const facts = opened.map(({ period, shipped }) => {
    const carried = larger(NOTHING, minus(period.totals.released, period.totals.shipped));
    return { period, shipped, carried };
  });
  await book(
    tx,
    facts.flatMap(({ period: { account, start }, shipped, carried }) => {
      const fact = {
        account_id: account.id,
        moves: "cumulative",
        start,
        happened_on: occasion.businessDate,
        booked_at: occasion.instant,
        cause_kind: "period",
        cause: start,
        who: occasion.who,
      };
      const key = `${account.partner}:${account.identity}/${start}`;
      return [
        { ...fact, kind: "reset", quantity: shipped, business_key: `reset:${key}`, reason: "opening shipped" },
        { ...fact, kind: "released", quantity: carried, business_key: `carried:${key}`, reason: "open orders carried" },
      ];
    }),
  );
  return new Map(
    facts.map(({ period, shipped, carried }) => [
      period.account.id,
      { start: period.start, totals: { ...NO_TOTALS, corrected: shipped, released: carried } },
    ]),
  );
}

function openingOf(
  { account, partner, start, totals }: NewPeriod,
  statements: readonly StatementRow[],
  notes: Parameters<typeof explainTransit>[0]["notes"],
): Quantity {
  const last = statements.findLast(({ since, kind }) => since !== start && kind !== "note");
  const shipped = shippedInAll(totals);
  const notBooked =
    last === undefined
      ? notes
      : explainTransit({ quoted: last.cumulative as Quantity, lastNote: last.last_note, shipped, notes }).notes;
  const stated = statements.findLast(({ since, kind }) => since === start && kind === "before-reset");
  const opening = openingShipped(partner.schedule.reset, {
    start,
    notBooked,
    closingShipped: shipped,
    beforeReset: stated?.cumulative as Quantity | undefined,
  });
  if (opening !== undefined) return opening.shipped;
  throw new CalloffError("PERIOD_OPENING_UNKNOWN", `The period from ${start} cannot be opened`, {
    place: { field: account.identity },
    expected: "a message that states what was counted when the cumulative was put to zero",
    found: "a schedule without that figure",
    remedy: "Set schedule.reset in the partner's file to receipts or ship-date, or ask the customer for the figure",
    exit: EXIT.conflict,
  });
}
