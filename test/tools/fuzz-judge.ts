/** What must hold of any bytes that the readers are given, damaged however they are. */
import path from "node:path";
import { parse } from "csv-parse/sync";
import { misfitsOf } from "../../src/exchange/document-fit.ts";
import { layoutOf } from "../../src/exchange/tables.ts";
import { type CompiledMapping, loadMappings, type MappingLibrary } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { charsetOf } from "../../src/syntax/charsets.ts";
import { compareEdifactReaders, readByEdifact } from "../../src/syntax/edifact-second-reader.ts";
import { compareReaders, type Difference, readByX12Parser } from "../../src/syntax/second-reader.ts";
import type { ByteSource, GroupEntry, InterchangeEntry, SetEntry, TableLayout } from "../../src/syntax/segment.ts";
import { elementsOfInterchange, segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { meant } from "../../src/syntax/table-writer.ts";
import { CalloffError, coerceError } from "../../src/values/errors.ts";
import type { Finding } from "../../src/values/finding.ts";
import type { FuzzFamily } from "./fuzz-inputs.ts";

export const ownMappings = (): MappingLibrary => loadMappings([path.resolve(import.meta.dirname, "../../mappings")]);

const rejects = (findings: readonly Finding[]): boolean => findings.some(({ severity }) => severity === "reject");

/** What is wrong with the reading of these bytes, in words that begin with its kind; `undefined` when nothing is. */
export async function judge(
  library: MappingLibrary,
  bytes: Uint8Array,
  family: FuzzFamily = "x12",
): Promise<string | undefined> {
  try {
    const source = memorySource("input.edi", bytes);
    const table = family === "csv" || family === "xlsx" ? tableLayout(library) : undefined;
    const { interchanges, segments, findings } = catalogueOf(source, table === undefined ? {} : { table });
    if (findings.some(isBeyond(bytes))) return "a place beyond the file";
    const counted = interchanges.reduce((sum, interchange) => sum + interchange.segments, 0);
    if (segments !== counted) return `unaccounted: ${segments} segments in all, ${counted} in interchanges`;
    if (interchanges.length === 0 && findings.length === 0) return "silent: nothing was read, and nothing is said";
    for (const interchange of interchanges) {
      const wrong = (await ofInterchange(library, source, bytes, interchange)) ?? undefined;
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  } catch (thrown) {
    const { name, message, stack } = coerceError(thrown);
    return `thrown: ${name} ${message} ${stack?.split("\n")[1]?.trim() ?? ""}`;
  }
}

async function ofInterchange(
  library: MappingLibrary,
  source: ByteSource,
  bytes: Uint8Array,
  interchange: InterchangeEntry,
): Promise<string | undefined> {
  let clean = interchange.complete && !rejects(interchange.findings);
  if (interchange.findings.some(isBeyond(bytes))) return "a place beyond the file";
  if (!interchange.complete && !rejects(interchange.findings))
    return "silent: incomplete without a finding that rejects";
  for (const group of interchange.groups) {
    clean &&= !rejects(group.findings);
    for (const set of group.sets) {
      clean &&= !rejects(set.findings);
      for (const mapping of mappingsFor(library, interchange, group, set)) {
        const wrong = ofSet(mapping, source, interchange, group, set);
        if (wrong !== undefined) return wrong;
      }
    }
  }
  return clean ? agreement(source, bytes, interchange) : undefined;
}

/** All mappings that may read the set; `undefined` stands for its segments alone. */
function mappingsFor(
  library: MappingLibrary,
  { family }: InterchangeEntry,
  { functionalId, version }: GroupEntry,
  set: SetEntry,
): readonly (CompiledMapping | undefined)[] {
  if (family === "csv")
    return [
      undefined,
      ...library
        .names()
        .filter((name) => name.startsWith("csv/"))
        .map((name) => library.named(name)),
    ];
  const wanted = { family, type: set.type, version: set.version === "" ? version : set.version, functionalId };
  return [library.fitting(wanted) ?? library.named(`${family}/${set.type.toLowerCase()}`)];
}

const tableLayout = (library: MappingLibrary): TableLayout => {
  const mapping = library.named("csv/schedule-long");
  return mapping === undefined ? {} : layoutOf(mapping.message, mapping.name);
};

const isBeyond =
  (bytes: Uint8Array) =>
  ({ place }: Finding): boolean =>
    (place.byte ?? 0) > bytes.length;

function ofSet(
  mapping: CompiledMapping | undefined,
  source: ByteSource,
  interchange: InterchangeEntry,
  group: GroupEntry,
  set: SetEntry,
): string | undefined {
  const version = set.version === "" ? group.version : set.version;
  if (mapping === undefined) {
    const found = [...segmentsOf(source, interchange, set)].flat();
    return found.length === set.segments ? undefined : `unaccounted: ${found.length} of ${set.segments} segments`;
  }
  const { family, delimiters, sentOn } = interchange;
  const context = { family, delimiters, version, charset: charsetOf(interchange), sentOn };
  const { accounted, document, findings } = mapping.read(segmentsOf(source, interchange, set), context);
  if (accounted.segments !== set.segments || accounted.mapped + accounted.unknown !== accounted.segments)
    return `unaccounted: ${JSON.stringify(accounted)} of ${set.segments} segments in set ${set.ordinal}`;
  // What does not fit is told in the answer; that it can be told for any document is what is tried here.
  if (!rejects(findings)) misfitsOf(mapping.document, document, { set, file: "input.edi" });
  return undefined;
}

/** Whoever else reads an interchange that we accept must see the same in it. */
async function agreement(
  source: ByteSource,
  bytes: Uint8Array,
  interchange: InterchangeEntry,
): Promise<string | undefined> {
  const { delimiters, endByte, family, firstByte } = interchange;
  if (family === "csv") return sameTable(source, bytes, interchange);
  if (family !== "x12" && family !== "edifact") return undefined;
  const ours = elementsOfInterchange(source, interchange);
  const range = bytes.subarray(firstByte, endByte);
  let theirs: string[][];
  try {
    theirs = family === "x12" ? await readByX12Parser(range, delimiters) : readByEdifact(range);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error instanceof CalloffError && error.code === "SYNTAX_SECOND_READER") return undefined;
    throw error;
  }
  const compared =
    family === "x12"
      ? compareReaders(ours, theirs, delimiters.component)
      : compareEdifactReaders(ours, theirs, delimiters);
  return inWords(compared.find(({ known }) => !known));
}

const inWords = (difference: Difference | undefined): string | undefined =>
  difference === undefined
    ? undefined
    : `disagreement: segment ${difference.segment}, element ${difference.element ?? "all"}: ${JSON.stringify([difference.ours, difference.theirs])}`;

/** csv-parse alone, over the whole table, sees the same rows. */
function sameTable(source: ByteSource, bytes: Uint8Array, interchange: InterchangeEntry): string | undefined {
  if (interchange.version !== "" || interchange.table === undefined) return undefined;
  const [set] = interchange.groups[0]?.sets ?? [];
  if (set === undefined) return undefined;
  const ours = [...segmentsOf(source, interchange, set)].flat().map(({ elements }) => elements.slice(1));
  const records: string[][] = parse(Buffer.from(bytes).subarray(set.firstByte), {
    delimiter: interchange.table.delimiter ?? ";",
    encoding: "latin1",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const theirs = records.filter((cells) => cells.some((cell) => /[^ \t]/.test(cell))).map((cells) => cells.map(meant));
  return inWords(compareReaders(ours, theirs, "\0").find(({ ours: mine, theirs: other }) => mine !== other));
}
