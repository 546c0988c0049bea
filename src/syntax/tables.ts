/** Tables: files without an envelope, laid out as a mapping declares; CSV, or .xlsx by the bytes they begin with. */

import { csvRowsOf } from "./csv.ts";
import { csvTable } from "./csv-catalogue.ts";
import type { ByteSource, Catalogue, InterchangeEntry, Segment, SetEntry, TableLayout } from "./segment.ts";
import { tableEntry } from "./table-entry.ts";

/** The catalogue of a table; undefined when there is not one row in it. */
export function tableCatalogue(source: ByteSource, layout: TableLayout, chunk?: number): Catalogue | undefined {
  const found = csvTable(source, layout, chunk);
  if (found === undefined) return undefined;
  const entry = tableEntry(source.size, found, layout);
  return { size: source.size, family: "csv", segments: found.rows, interchanges: [entry], findings: [] };
}

/** The rows of a table as segments, the header row first, in batches. */
export function tableRowsOf(
  source: ByteSource,
  interchange: Pick<InterchangeEntry, "table">,
  set: Pick<SetEntry, "firstByte" | "endByte" | "line">,
  chunk?: number,
): Generator<readonly Segment[]> {
  return csvRowsOf(source, set, interchange.table ?? {}, chunk);
}
