/** Tables: a file without an envelope, laid out as its mapping declares; one interchange with one set, a row each a segment. */
import type { Finding } from "../values/finding.ts";
import { type CsvReading, readCsv } from "./csv.ts";
import type { ByteSource, Catalogue, Delimiters, InterchangeEntry, Segment, SetEntry, TableLayout } from "./segment.ts";

const DELIMITERS: Delimiters = { element: "", component: "", repetition: "", segment: "", release: "" };

/** The rows of a table, the header row first. */
function readTable(source: ByteSource, layout: TableLayout): CsvReading {
  const bytes = Buffer.alloc(source.size);
  let length = 0;
  for (let got = 1; got > 0; length += got) got = source.read(bytes.subarray(length), length);
  return readCsv(bytes.subarray(0, length), layout.delimiter ?? ";");
}

/** The catalogue of a table: one interchange from nobody to nobody, with one set of type `table`. */
export function tableCatalogue(source: ByteSource, layout: TableLayout): Catalogue {
  const { findings, segments } = readTable(source, layout);
  const entry = entryOf(source.size, segments.length, findings, layout);
  return { size: source.size, family: "csv", segments: segments.length, interchanges: [entry], findings: [] };
}

/** The rows of a table, all in one batch. */
export function* rowsOf(source: ByteSource, layout: TableLayout): Generator<readonly Segment[]> {
  const { segments } = readTable(source, layout);
  if (segments.length > 0) yield segments;
}

function entryOf(size: number, rows: number, findings: readonly Finding[], table: TableLayout): InterchangeEntry {
  const set: SetEntry = {
    ordinal: 1,
    type: "table",
    control: "1",
    version: "",
    association: "",
    firstByte: 0,
    endByte: size,
    firstSegment: 1,
    segments: rows,
    line: 1,
    findings: [],
  };
  const nobody = { qualifier: "", id: "" };
  return {
    ordinal: 1,
    family: "csv",
    delimiters: DELIMITERS,
    version: "",
    sender: nobody,
    receiver: nobody,
    control: "",
    sentOn: "",
    sentAt: "",
    test: false,
    acknowledgementRequested: false,
    firstByte: 0,
    endByte: size,
    line: 1,
    segments: rows,
    groups: [
      {
        ordinal: 1,
        functionalId: "",
        sender: "",
        receiver: "",
        control: "",
        version: "",
        date: "",
        time: "",
        stated: "",
        sets: [set],
        findings: [],
      },
    ],
    findings,
    complete: findings.length === 0,
    ...(table.charset === undefined ? {} : { charset: table.charset }),
    table,
  };
}
