/** Contract prices: each valid from a day until the next; the one valid on the actual ship date counts (features.md A10). */
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { linePrice } from "../store/tables.ts";
import type { Price } from "../values/figures.ts";
import { grouped } from "../values/grouped.ts";

/** The price of an agreement line on a day; `undefined` where none is valid yet. */
export type PriceList = (lineId: number, day: string) => Price | undefined;

/** Reads the prices of these agreement lines. */
export async function pricesOf(from: Queryable, lineIds: readonly number[]): Promise<PriceList> {
  const rows =
    lineIds.length === 0
      ? []
      : await select(from, linePrice, "WHERE line_id IN (:ids) ORDER BY valid_from", { ids: [...new Set(lineIds)] });
  const byLine = grouped(rows, ({ line_id }) => line_id);
  return (lineId, day) =>
    byLine.get(lineId)?.findLast(({ valid_from }) => valid_from <= day)?.price as Price | undefined;
}
