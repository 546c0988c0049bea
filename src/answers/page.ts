/** Lists are answered page by page: the cost of an answer follows its length, not what is stored. */

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Whether there are more rows than were asked for. */
  readonly more: boolean;
}

/** What a list may be narrowed to; absent means everything. */
export interface ListFilter {
  readonly partner?: string | undefined;
  readonly state?: string | undefined;
  /** Most rows. */
  readonly limit: number;
}

/** The page that a query gave which was asked for one row more than the page has. */
export const pageOf = <Row>(rows: readonly Row[], limit: number): Page<Row> => ({
  rows: rows.slice(0, limit),
  more: rows.length > limit,
});

/** `WHERE a AND b` out of the conditions that are there. */
export function whereOf(conditions: readonly (string | false | undefined)[]): string {
  const held = conditions.filter((condition) => typeof condition === "string");
  return held.length === 0 ? "" : `WHERE ${held.join(" AND ")}`;
}
