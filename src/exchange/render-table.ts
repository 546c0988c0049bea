/** A document as a table in CSV, read back by its mapping's layout. */
import type { CompiledMapping } from "../mapping/library.ts";
import { charsetOf } from "../syntax/charsets.ts";
import { NO_DELIMITERS, type TableLayout } from "../syntax/segment.ts";
import { writeTable } from "../syntax/table-writer.ts";
import { elementsReadBack, notReadBack, readBackOne } from "./read-back.ts";
import {
  type ControlNumbers,
  nineDigits,
  PLAIN,
  type Rendered,
  type RenderJob,
  type Target,
  writtenSet,
} from "./render-job.ts";
import { layoutOf } from "./tables.ts";

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK */
export function renderTable(
  job: RenderJob,
  { mapping, version }: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Rendered {
  const layout = layoutOf(mapping.message, mapping.name, job.partner);
  const charset = charsetOf(
    { family: "csv", version: "", ...(layout.charset === undefined ? {} : layout) },
    job.partner.charset,
  );
  const set = writtenSet(mapping, job.document, {
    family: "csv",
    delimiters: NO_DELIMITERS,
    version,
    setControl: "",
    charset,
  });
  const bytes = writeTable(set.segments, layout);
  readBack(bytes, layout, set.segments);
  return {
    bytes,
    type: job.kind,
    ending: ".csv",
    control: nineDigits(numbers.interchange),
    ...PLAIN,
  };
}

/** The rows and cells that were meant, and no others. */
function readBack(bytes: Uint8Array, layout: TableLayout, meant: readonly (readonly string[])[]): void {
  const back = readBackOne(bytes, "table", () => true, { table: layout });
  const rows = elementsReadBack(back, "table").map((elements) => elements.slice(1));
  const wrong = meant.findIndex((row, n) => !sameCells(row.slice(1), rows[n] ?? []));
  if (wrong < 0 && rows.length === meant.length) return;
  throw notReadBack("table", `row ${wrong + 1}: ${(rows[wrong] ?? []).join(" | ")}`);
}

/** Blanks around a cell say nothing. */
const sameCells = (meant: readonly string[], read: readonly string[]): boolean =>
  Array.from({ length: Math.max(meant.length, read.length) }).every(
    (_, n) => (meant[n] ?? "").trim() === (read[n] ?? "").trim(),
  );
