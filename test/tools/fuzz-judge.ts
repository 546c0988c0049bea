/** What must hold of any bytes that the X12 reader is given, damaged however they are. */
import path from "node:path";
import { misfitsOf } from "../../src/exchange/document-fit.ts";
import { loadMappings, type MappingLibrary } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { compareReaders, readByX12Parser } from "../../src/syntax/second-reader.ts";
import type { ByteSource, GroupEntry, InterchangeEntry, SetEntry } from "../../src/syntax/segment.ts";
import { elementsOfInterchange, segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { CalloffError, coerceError } from "../../src/values/errors.ts";
import type { Finding } from "../../src/values/finding.ts";

export const ownMappings = (): MappingLibrary => loadMappings([path.resolve(import.meta.dirname, "../../mappings")]);

const TYPES = new Set(["830", "997", "856", "810"]);

const rejects = (findings: readonly Finding[]): boolean => findings.some(({ severity }) => severity === "reject");

/** What is wrong with the reading of these bytes, in words that begin with its kind; `undefined` when nothing is. */
export async function judge(library: MappingLibrary, bytes: Uint8Array): Promise<string | undefined> {
  try {
    const source = memorySource("input.edi", bytes);
    const { interchanges, segments, findings } = catalogueOf(source);
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
  let clean = interchange.complete && !rejects(interchange.findings) && interchange.family === "x12";
  if (!interchange.complete && !rejects(interchange.findings))
    return "silent: incomplete without a finding that rejects";
  for (const group of interchange.groups) {
    clean &&= !rejects(group.findings);
    for (const set of group.sets) {
      clean &&= !rejects(set.findings);
      const wrong = ofSet(library, source, interchange, group, set);
      if (wrong !== undefined) return wrong;
    }
  }
  return clean ? agreement(source, bytes, interchange) : undefined;
}

function ofSet(
  library: MappingLibrary,
  source: ByteSource,
  interchange: InterchangeEntry,
  group: GroupEntry,
  set: SetEntry,
): string | undefined {
  const version = set.version === "" ? group.version : set.version;
  const { functionalId } = group;
  const mapping = TYPES.has(set.type)
    ? (library.fitting({ family: "x12", type: set.type, version, functionalId }) ?? library.named(`x12/${set.type}`))
    : undefined;
  if (mapping === undefined || interchange.family !== "x12") {
    const found = [...segmentsOf(source, interchange, set)].flat();
    return found.length === set.segments ? undefined : `unaccounted: ${found.length} of ${set.segments} segments`;
  }
  const { family, delimiters, sentOn } = interchange;
  const context = { family, delimiters, version, charset: "latin1", sentOn };
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
  const { delimiters, endByte, firstByte } = interchange;
  const ours = elementsOfInterchange(source, interchange);
  let theirs: string[][];
  try {
    theirs = await readByX12Parser(bytes.subarray(firstByte, endByte), delimiters);
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error instanceof CalloffError && error.code === "SYNTAX_SECOND_READER") return undefined;
    throw error;
  }
  const difference = compareReaders(ours, theirs, delimiters.component).find(({ known }) => !known);
  if (difference === undefined) return undefined;
  const { segment, element } = difference;
  return `disagreement: segment ${segment}, element ${element ?? "all"}: ${JSON.stringify([difference.ours, difference.theirs])}`;
}
