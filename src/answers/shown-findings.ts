/** Findings as they are shown to whoever is to put them right: with the line of the file, and what was meant. */
import type { CompiledMapping } from "../mapping/library.ts";
import type { ByteSource, Delimiters, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import { shownLine } from "./check-lines.ts";
import { suggestionFor } from "./check-suggestions.ts";
import type { CheckedFinding } from "./checked-file.ts";

/** Findings as they are shown to whoever is to put them right. */
export const withLines = (
  source: ByteSource,
  entry: InterchangeEntry | undefined,
  mapping: CompiledMapping | undefined,
  findings: readonly Finding[],
): CheckedFinding[] =>
  findings.map((finding, at) => {
    if (at >= MOST_SHOWN) return finding;
    // A workbook is packed: its bytes are no lines.
    const shown = entry?.version === "xlsx" ? undefined : shownLine(source, finding, entry && delimitersOf(entry));
    const suggestion = suggestionFor(finding, mapping);
    return {
      ...finding,
      ...(shown === undefined ? {} : { shown }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  });
/** A table's cells are divided by what its layout says. */
const delimitersOf = ({ delimiters, family, table }: InterchangeEntry): Delimiters =>
  family === "csv" ? { ...delimiters, element: table?.delimiter ?? ";" } : delimiters;

/** So many findings of a set are shown with their lines; a message that is wrong throughout is read by its first ones. */
const MOST_SHOWN = 200;

export const rejects = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === "reject");
