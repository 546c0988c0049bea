/** The schedules that were in force on a day: the last one accepted by then, forecast and call-off apart. */
import { inSlices } from "../fulfilment/rows-by-id.ts";
import { curveTexts } from "../orders/curves.ts";
import { curveOfRevision } from "../orders/schedule-history.ts";
import { readSteps } from "../schedules/curve-text.ts";
import type { Curve } from "../schedules/types.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { revision } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";

export interface CurvesInForce {
  readonly forecast?: Curve;
  readonly callOff?: Curve;
}

/** Per account, the curves of the revisions that were accepted last by the end of that day. */
export async function acceptedCurves(
  from: Queryable,
  accountIds: readonly number[],
  asOf: PlainDate,
): Promise<Map<number, CurvesInForce>> {
  const revisions = await inSlices(accountIds, (ids) =>
    select(
      from,
      revision,
      `WHERE id IN (SELECT d.revision_id FROM decision d WHERE d.id IN (
         SELECT MAX(e.id) FROM decision e JOIN revision r ON r.id = e.revision_id
         WHERE r.account_id IN (:ids) AND e.verb = 'accept' AND e.business_date <= :asOf
         GROUP BY r.account_id, r.layer))`,
      { ids, asOf },
    ),
  );
  const texts = await curveTexts(
    from,
    revisions.map(({ curve_id }) => curve_id),
  );
  const found = new Map<number, CurvesInForce>();
  for (const row of revisions) {
    const curve = curveOfRevision({ row, steps: readSteps(texts.get(row.curve_id) ?? "") });
    const of = row.account_id as number;
    found.set(of, { ...found.get(of), [row.layer === "call-off" ? "callOff" : "forecast"]: curve });
  }
  return found;
}
