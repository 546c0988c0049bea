/** Contract prices: each valid from a day until the next (features.md A10). */
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { linePrice } from "../store/tables.ts";
import { NO_MONEY, type Price } from "../values/figures.ts";
import { grouped } from "./grouped.ts";

/** The price of each agreement line on a day; nothing where none is valid yet. */
export async function pricesOf(
  from: Queryable,
  lineIds: readonly number[],
): Promise<(lineId: number, day: string) => Price> {
  const rows =
    lineIds.length === 0
      ? []
      : await select(from, linePrice, "WHERE line_id IN (:ids) ORDER BY valid_from", { ids: [...new Set(lineIds)] });
  const byLine = grouped(rows, ({ line_id }) => line_id);
  return (lineId, day) =>
    (byLine.get(lineId)?.findLast(({ valid_from }) => valid_from <= day)?.price ?? NO_MONEY) as Price;
}
