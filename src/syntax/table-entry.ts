/** What every table comes to, CSV or .xlsx: one interchange from nobody to nobody, with one set of type `table`. */
import type { Finding } from "../values/finding.ts";
import { type InterchangeEntry, NO_DELIMITERS, type Segment, type SetEntry, type TableLayout } from "./segment.ts";
import { ungroupedSets } from "./ungrouped.ts";

/** What pass one finds of a table. */
export interface TableFound {
  /** Where the header row begins, and where the rows end. */
  readonly firstByte: number;
  readonly endByte: number;
  readonly line: number;
  /** Rows with content, the header among them. */
  readonly rows: number;
  readonly charset: string | undefined;
  readonly findings: readonly Finding[];
  /** `xlsx`, or nothing for CSV. */
  readonly version?: string;
}

const NOBODY = { qualifier: "", id: "" };

/** The interchange of a table; what is wrong with a row rejects the whole of it. */
export function tableEntry(size: number, found: TableFound, table: TableLayout): InterchangeEntry {
  const { charset, endByte, findings, firstByte, line, rows, version = "" } = found;
  const set: SetEntry = {
    ordinal: 1,
    type: "table",
    control: "1",
    version: "",
    association: "",
    firstByte,
    endByte,
    firstSegment: 1,
    segments: rows,
    line,
    findings: [],
  };
  return {
    ordinal: 1,
    family: "csv",
    delimiters: NO_DELIMITERS,
    version,
    sender: NOBODY,
    receiver: NOBODY,
    control: "",
    sentOn: "",
    sentAt: "",
    test: false,
    acknowledgementRequested: false,
    firstByte: 0,
    endByte: size,
    line: 1,
    segments: rows,
    groups: ungroupedSets(rows > 0 ? [set] : []),
    findings,
    complete: findings.length === 0,
    ...(charset === undefined ? {} : { charset }),
    table,
  };
}

/** Names that objects already have; a column of such a name could not be told from them. */
const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** Column names have to tell columns apart; case and blanks around them do not count, as for mappings. */
export function headerFindings(header: Segment): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  header.elements.forEach((cell, column) => {
    if (column === 0) return;
    const name = cell.trim();
    const folded = name.toUpperCase();
    const problem = RESERVED.has(name) ? "is reserved" : seen.has(folded) && name !== "" ? "stands twice" : "";
    seen.add(folded);
    if (problem === "") return;
    findings.push({
      code: "SYNTAX_CSV_HEADER",
      severity: "reject",
      message: `The column name ${JSON.stringify(name)} ${problem}.`,
      place: { byte: header.byte, line: header.line, segment: 1, tag: "row", element: column },
      expected: "column names that are all different",
      found: name,
      remedy: "Rename the column.",
    });
  });
  return findings;
}
