/** When a blanket order is completed by itself (features.md A5). */
import { lineTotals, NO_TOTALS, processedInAll } from "../store/ledger.ts";
import { select } from "../store/rows.ts";
import type { Tx } from "../store/store.ts";
import { type AgreementRow, agreement, agreementLine } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { grouped } from "../values/grouped.ts";
import { changeAgreementState } from "./agreement-states.ts";

/**
 * Completes those of the agreements whose child orders are all shipped and which have no schedule line, withheld quantity
 * or remainder left to release. Open-ended lines always have something left. Called wherever something was shipped,
 * returned or closed; gives the numbers of those that were completed.
 */
export async function completeAgreements(
  tx: Tx,
  agreementIds: readonly number[],
  occasion: Occasion,
): Promise<string[]> {
  if (agreementIds.length === 0) return [];
  const candidates = await select(tx, agreement, "WHERE id IN (:ids) AND state IN ('open', 'expired') ORDER BY id", {
    ids: [...new Set(agreementIds)],
  });
  const used = await usedUp(tx, candidates);
  for (const held of used) {
    await changeAgreementState(
      tx,
      occasion,
      held,
      "completed",
      "all orders are shipped and nothing is left to release",
    );
  }
  return used.map(({ number }) => number);
}

async function usedUp(tx: Tx, candidates: readonly AgreementRow[]): Promise<AgreementRow[]> {
  if (candidates.length === 0) return [];
  const lines = await select(tx, agreementLine, "WHERE agreement_id IN (:ids)", {
    ids: candidates.map(({ id }) => id),
  });
  const lineIds = lines.map(({ id }) => id);
  const totals = await lineTotals(tx, lineIds);
  const byAgreement = grouped(lines, ({ agreement_id }) => agreement_id);
  const linesOf = ({ id }: AgreementRow) => byAgreement.get(id) ?? [];
  const processed = candidates.filter((held) =>
    linesOf(held).every((line) => {
      const sums = totals.get(line.id) ?? NO_TOTALS;
      return (
        line.commitment === "quantity" &&
        line.quantity <= processedInAll(sums) &&
        sums.released <= sums.shipped &&
        sums.withheld === 0n
      );
    }),
  );
  const toRelease = await linesWithSomethingDue(
    tx,
    processed.flatMap(linesOf).map(({ id }) => id),
  );
  return processed.filter((held) => linesOf(held).every(({ id }) => !toRelease.has(id)));
}

/** Lines on which a schedule in force still asks for something that may ship; found by the accounts that draw on them. */
async function linesWithSomethingDue(tx: Tx, lineIds: readonly number[]): Promise<Set<number>> {
  if (lineIds.length === 0) return new Set();
  const rows = await tx.ask(
    `SELECT DISTINCT s.line_id AS line FROM draw d JOIN account a ON a.id = d.account_id
     JOIN split s ON s.account_id = d.account_id AND s.line_id = d.line_id
     WHERE d.line_id IN (:lineIds) AND a.next_order_on <> ''`,
    { lineIds },
  );
  return new Set(rows.map((row) => Number(row["line"])));
}
