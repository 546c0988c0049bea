/** Contract prices: valid from a date, the one valid on the actual ship date counts (features.md A10). */
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type LinePriceRow, linePrice } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Price } from "../values/figures.ts";
import { inSlices } from "./rows-by-id.ts";

/** Prices of several agreement lines. */
export interface PriceList {
  /** The price of the line valid on that day; `undefined` when none is yet. */
  on(lineId: number, day: PlainDate): Price | undefined;
}

/** Reads the prices of these agreement lines. */
export async function pricesOf(from: Queryable, lineIds: readonly number[]): Promise<PriceList> {
  const rows = await inSlices([...new Set(lineIds)], (slice) =>
    select(from, linePrice, "WHERE line_id IN (:slice) ORDER BY line_id, valid_from", { slice }),
  );
  const byLine = new Map<number, LinePriceRow[]>();
  for (const row of rows) {
    const of = byLine.get(row.line_id);
    if (of === undefined) byLine.set(row.line_id, [row]);
    else of.push(row);
  }
  return {
    on: (lineId, day) =>
      byLine.get(lineId)?.findLast(({ valid_from }) => valid_from <= day)?.price as Price | undefined,
  };
}
