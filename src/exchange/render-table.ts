/** A document as a table in CSV, read back by its mapping's layout. */
import type { CompiledMapping } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { charsetOf } from "../syntax/charsets.ts";
import type { TableLayout } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { memorySource } from "../syntax/sources.ts";
import { writeTable } from "../syntax/table-writer.ts";
import {
  type ControlNumbers,
  notReadBack,
  type Rendered,
  type RenderJob,
  type Target,
  writtenSet,
} from "./render-job.ts";
import { layoutOf } from "./tables.ts";

const NONE = { element: "", component: "", repetition: "", segment: "", release: "" };

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
  const set = writtenSet(mapping, job.document, { family: "csv", delimiters: NONE, version, setControl: "", charset });
  const bytes = writeTable(set.segments, layout);
  readBack(bytes, layout, set.segments);
  return {
    bytes,
    type: job.kind,
    ending: ".csv",
    control: String(numbers.interchange).padStart(9, "0"),
    functionalId: "",
    groupControl: "",
    setControl: "",
    differences: [],
    unread: undefined,
  };
}

/** The rows and cells that were meant, and no others. */
function readBack(bytes: Uint8Array, layout: TableLayout, meant: readonly (readonly string[])[]): void {
  const source = memorySource("what was written", bytes);
  const { interchanges, findings } = catalogueOf(source, { table: layout });
  const [entry] = interchanges;
  const set = entry?.groups[0]?.sets[0];
  const [first] = [...findings, ...(entry?.findings ?? []), ...(set?.findings ?? [])];
  if (first !== undefined || entry === undefined || set === undefined) {
    throw notReadBack("one table", first ?? "no table");
  }
  const rows = [...segmentsOf(source, entry, set)].flat().map(({ elements }) => elements.slice(1));
  const wrong = meant.findIndex((row, n) => !sameCells(row.slice(1), rows[n] ?? []));
  if (wrong < 0 && rows.length === meant.length) return;
  throw notReadBack("one table", `row ${wrong + 1}: ${(rows[wrong] ?? []).join(" | ")}`);
}

/** Blanks around a cell say nothing. */
const sameCells = (meant: readonly string[], read: readonly string[]): boolean =>
  Array.from({ length: Math.max(meant.length, read.length) }).every(
    (_, n) => (meant[n] ?? "").trim() === (read[n] ?? "").trim(),
  );
