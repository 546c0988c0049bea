/** Tables: files without an envelope, laid out as a mapping declares; CSV, or .xlsx by the bytes they begin with. */

import type { Finding } from "../values/finding.ts";
import { archiveOf, archiveRefused, isZip } from "./archives.ts";
import { csvRowsOf } from "./csv.ts";
import { csvTable } from "./csv-catalogue.ts";
import type { ByteSource, Catalogue, InterchangeEntry, Segment, SetEntry, TableLayout } from "./segment.ts";
import { tableEntry } from "./table-entry.ts";
import { isWorkbook } from "./xlsx.ts";
import { xlsxRowsOf, xlsxTable } from "./xlsx-table.ts";
import { openZip } from "./zip.ts";

/** The catalogue of a table; undefined when there is not one row in it. */
export function tableCatalogue(source: ByteSource, layout: TableLayout, chunk?: number): Catalogue | undefined {
  const start = startOf(source);
  const archive = archiveOf(start);
  if (archive !== undefined && !isZip(start)) return refused(source, archiveRefused(archive, false));
  const found = isZip(start) ? xlsxTable(source, layout) : csvTable(source, layout, chunk);
  if (found === undefined) return undefined;
  const entry = tableEntry(source.size, found, layout);
  return { size: source.size, family: "csv", segments: found.rows, interchanges: [entry], findings: [] };
}

const FIRST = 300;

/** The first bytes of the file as latin-1 text. */
export function startOf(source: ByteSource): string {
  const bytes = Buffer.alloc(Math.min(FIRST, source.size));
  return bytes.toString("latin1", 0, source.read(bytes, 0));
}

/** The catalogue of an archive or office file; undefined for any other file. */
export function archiveCatalogue(source: ByteSource): Catalogue | undefined {
  const start = startOf(source);
  const archive = archiveOf(start);
  if (archive === undefined) return undefined;
  return refused(source, archiveRefused(archive, isZip(start) && holdsWorkbook(source)));
}

function holdsWorkbook(source: ByteSource): boolean {
  try {
    return isWorkbook(openZip(source));
  } catch {
    return false;
  }
}

const refused = (source: ByteSource, finding: Finding): Catalogue => ({
  size: source.size,
  family: undefined,
  segments: 0,
  interchanges: [],
  findings: [finding],
});

/** The rows of a table as segments, the header row first, in batches. */
export function tableRowsOf(
  source: ByteSource,
  interchange: Pick<InterchangeEntry, "table">,
  set: Pick<SetEntry, "firstByte" | "endByte" | "line">,
  chunk?: number,
): Generator<readonly Segment[]> {
  const layout = interchange.table ?? {};
  return isZip(startOf(source)) ? xlsxRowsOf(source, layout) : csvRowsOf(source, set, layout, chunk);
}
