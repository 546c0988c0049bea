/** Reads segments again from the archived bytes: only the set they stand in, by its byte range. */
import { archivePath } from "../exchange/archive.ts";
import type { InterchangeRow, MessageRow } from "../store/tables.ts";
import { readUnb } from "../syntax/edifact-header.ts";
import { MAX_HEADER } from "../syntax/header.ts";
import type { ByteSource, InterchangeEntry, Segment, TableLayout } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { fileSource } from "../syntax/sources.ts";
import { readIsa } from "../syntax/x12-header.ts";
import { CalloffError } from "../values/errors.ts";

/** The bytes of every file ever read, by their SHA-256. */
export interface Archive {
  /** `undefined` where the bytes are not kept any more. */
  open(sha256: string): (ByteSource & { close(): void }) | undefined;
  /** How the tables that a mapping reads are laid out; `undefined` where it reads none, or is not there any more. */
  layout(mapping: string, partner: string): TableLayout | undefined;
}

/** One segment as it stands in its file. */
export interface RawSegment {
  readonly tag: string;
  /** The segment's characters, read as latin-1, without its terminator. */
  readonly text: string;
  /** Offset of its first byte in the file. */
  readonly byte: number;
  /** Ordinal in the file, from 1. */
  readonly segment: number;
  /** Ordinal in its set; ST and UNH are 1. */
  readonly inSet: number;
}

/** The archive in a folder (`data/archive` of a home). */
export const archiveIn = (folder: string, layout: Archive["layout"] = () => undefined): Archive => ({
  layout,
  open: (sha256) => {
    try {
      return fileSource(archivePath(folder, sha256));
    } catch (thrown) {
      if (thrown instanceof CalloffError && thrown.code === "SYNTAX_FILE_UNREADABLE") return undefined;
      throw thrown;
    }
  },
});

/** The set's segments with these ordinals in the set, by ordinal; what the set does not have is not in the answer. */
export function segmentsAgain(
  archive: Pick<Archive, "layout">,
  source: ByteSource,
  envelope: Pick<InterchangeRow, "first_byte" | "syntax" | "version" | "partner">,
  set: Pick<MessageRow, "first_byte" | "end_byte" | "first_segment" | "segments" | "mapping">,
  wanted: ReadonlySet<number>,
): Map<number, RawSegment> {
  const interchange = syntaxOf(archive, source, envelope, set.mapping);
  const found = new Map<number, RawSegment>();
  const range = {
    firstByte: set.first_byte,
    endByte: set.end_byte,
    firstSegment: set.first_segment,
    segments: set.segments,
    line: 1,
  };
  for (const batch of segmentsOf(source, interchange, range)) {
    for (const held of batch) if (wanted.has(held.inSet)) found.set(held.inSet, rawSegment(held, interchange));
    if (found.size === wanted.size) break;
  }
  return found;
}

type Syntax = Pick<InterchangeEntry, "family" | "delimiters" | "version" | "table">;

const NO_DELIMITERS = { element: "", component: "", repetition: "", segment: "", release: "" };

/** The separators that the interchange's own header declares; a table's layout is that of the mapping it was read by. */
function syntaxOf(
  archive: Pick<Archive, "layout">,
  source: ByteSource,
  { first_byte: byte, syntax, version, partner }: Pick<InterchangeRow, "first_byte" | "syntax" | "version" | "partner">,
  mapping: string,
): Syntax {
  const bytes = Buffer.alloc(MAX_HEADER);
  const head = bytes.subarray(0, source.read(bytes, byte));
  const start = { byte, line: 1, segment: 1 };
  const tag = head.toString("latin1", 0, 3);
  if (tag === "ISA") return { family: "x12", version, delimiters: readIsa(head, start).delimiters };
  if (tag === "UNA" || tag === "UNB")
    return { family: "edifact", version, delimiters: readUnb(head, start).delimiters };
  if (syntax === "csv") {
    const table = archive.layout(mapping, partner) ?? {};
    return { family: "csv", version, table, delimiters: { ...NO_DELIMITERS, element: table.delimiter ?? ";" } };
  }
  return { family: syntax === "json" ? "json" : "fixed", version, delimiters: NO_DELIMITERS };
}

function rawSegment({ tag, elements, byte, ordinal, inSet }: Segment, { family, delimiters }: Syntax): RawSegment {
  return { tag, text: textOf(elements, family, delimiters.element), byte, segment: ordinal, inSet };
}

/** A record and a JSON value are one element; the tag of a row is no cell of it. */
function textOf(elements: readonly string[], family: Syntax["family"], between: string): string {
  if (family === "fixed" || family === "json") return elements[1] ?? "";
  return (family === "csv" ? elements.slice(1) : elements).join(between);
}
