/** Segments, envelopes and the catalogue: what `src/syntax/` hands on, whatever the family. */
import type { PlainDate } from "../values/dates.ts";
import type { Finding } from "../values/finding.ts";
import type { UncutSegment } from "./uncut.ts";

/** `csv` stands for every table, .xlsx as well. */
export type Family = "x12" | "edifact" | "fixed" | "csv" | "json";

/** The separators one interchange declares for itself; each is a single byte, as a one-character latin-1 string. */
export interface Delimiters {
  readonly element: string;
  /** U+001F, which no text holds, where an X12 header has no ISA16; empty only in fixed records. */
  readonly component: string;
  /** Empty where the interchange has none (X12 before 004020, EDIFACT syntax 1 to 3). */
  readonly repetition: string;
  readonly segment: string;
  /** EDIFACT's release character; empty in X12 and where UNA gives a blank. */
  readonly release: string;
}

/** Of families whose elements stand at fixed places, or in cells or members of their own. */
export const NO_DELIMITERS: Delimiters = { element: "", component: "", repetition: "", segment: "", release: "" };

/**
 * One segment, record or row. `elements[0]` is the tag, `elements[n]` the n-th element as it stands in the file, with
 * component and repetition separators (and release characters) still in it; a fixed record has one element after the
 * tag, the whole record; a CSV row has its cells. Characters are bytes read as latin-1; `mapping` decodes on demand.
 * Line breaks inside a segment are no part of its elements. Long elements may be slices of the chunk they were read from:
 * who keeps them beyond their batch keeps that chunk in memory, too.
 */
export interface Segment {
  readonly tag: string;
  readonly elements: readonly string[];
  /** Offset in the file of the tag's first byte. */
  readonly byte: number;
  /** Line of the file the segment starts in, from 1. */
  readonly line: number;
  /** Ordinal in the file, from 1. */
  readonly ordinal: number;
  /** Ordinal in its set, ST and UNH being 1; 0 outside a set. */
  readonly inSet: number;
  /** The segment by its bytes, where it is cut only when `elements` is asked for. */
  readonly uncut?: UncutSegment;
}

/** The segments of a set in batches, to be read as often as one likes. */
export interface SetSegments extends Iterable<readonly Segment[]> {
  /** Not cut yet, where the family allows it: a batch is valid until the next one is taken. */
  uncut(): Iterable<readonly Segment[]>;
}

export interface Identity {
  readonly qualifier: string;
  readonly id: string;
}

/** A transaction set, message or transmission, found in pass one. Byte offsets are into the file; `endByte` is exclusive. */
export interface SetEntry {
  /** Ordinal in the file, from 1. */
  readonly ordinal: number;
  /** ST01, UNH 0065, or the first record's type. */
  readonly type: string;
  readonly control: string;
  /** X12: GS08 (or ST03 where given); EDIFACT: `D:97A` (with `:association` kept in `association`). */
  readonly version: string;
  readonly association: string;
  /** UNH 0051, e.g. `UN`; only EDIFACT. */
  readonly agency?: string;
  readonly firstByte: number;
  readonly endByte: number;
  /** Ordinal in the file of the set's first segment. */
  readonly firstSegment: number;
  /** Segments counted, ST and SE included. */
  readonly segments: number;
  readonly line: number;
  /** What is wrong with the set's own envelope (count, control number). */
  readonly findings: readonly Finding[];
}

export interface GroupEntry {
  /** Ordinal in its interchange, from 1. */
  readonly ordinal: number;
  /** GS01; empty where EDIFACT has no UNG. */
  readonly functionalId: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly version: string;
  readonly date: PlainDate | "";
  readonly time: string;
  /** Number of sets the trailer states, as written; empty when there is no trailer. */
  readonly stated: string;
  readonly sets: readonly SetEntry[];
  readonly findings: readonly Finding[];
}

export interface InterchangeEntry {
  readonly ordinal: number;
  readonly family: Family;
  readonly delimiters: Delimiters;
  /** ISA12 or the UNB syntax identifier and version, e.g. `00400`, `UNOC:3`. */
  readonly version: string;
  readonly sender: Identity;
  readonly receiver: Identity;
  readonly control: string;
  /** The envelope's date: GS04 of eight digits, else ISA09, UNB or 511 read as 1970 to 2069 (domain.md 4.1). */
  readonly sentOn: PlainDate | "";
  /** `HH:MM` of where the date was taken from; empty where there is none. */
  readonly sentAt: string;
  readonly test: boolean;
  /** ISA14 or UNB 0031. */
  readonly acknowledgementRequested: boolean;
  readonly firstByte: number;
  readonly endByte: number;
  readonly line: number;
  readonly segments: number;
  readonly groups: readonly GroupEntry[];
  /** What is wrong with the interchange's own envelope; a `reject` here means no set of it has any effect. */
  readonly findings: readonly Finding[];
  /** False when the interchange's end is missing or its header unreadable. */
  readonly complete: boolean;
  /** ISA09 and ISA10 as they stand in the header, which a TA1 repeats; only X12. */
  readonly stamp?: { readonly date: string; readonly time: string };
  /** Number of the transmission before this one, as the header record states it; only fixed records. */
  readonly previous?: string;
  /** TA1 segments of an X12 interchange, where it has any. */
  readonly ta1?: readonly Ta1[];
  /** The character set that the interchange declares for itself: UNB's level, a table's layout; absent where it does not. */
  readonly charset?: string;
  /** How the table is laid out; only tables. */
  readonly table?: TableLayout;
}

/** How a table is laid out: a table has no envelope, so nothing of this can be told from its bytes; it is declared. */
export interface TableLayout {
  /** The mapping that declares it, for findings. */
  readonly mapping?: string;
  /** One character of one byte between cells; `;` unless told. Not for .xlsx. */
  readonly delimiter?: string;
  /** One character around cells that hold delimiters, quotes or line breaks; `"` unless told, empty for none. */
  readonly quote?: string;
  /** `.` or `,`: the mark that figures of number cells of .xlsx are handed on with; `.` unless told. */
  readonly decimal?: string;
  /** Row (from 1) that holds the headers; what stands above it is left out. 1 unless told. */
  readonly headerRow?: number;
  /** .xlsx: name of the sheet; the first one unless told. */
  readonly sheet?: string;
  /** .xlsx: shape in which date cells are handed on, of `CCYY`, `YYYY`, `YY`, `MM` and `DD`; `YYYY-MM-DD` unless told. */
  readonly dates?: string;
  /** One of `CHARSETS`; a partner's own counts first. Not for .xlsx. */
  readonly charset?: string;
}

/** A TA1 of an X12 interchange: what the other side says of an interchange of ours. */
export interface Ta1 {
  /** Control number, date (YYMMDD) and time (HHMM) of the interchange that it answers. */
  readonly control: string;
  readonly date: string;
  readonly time: string;
  /** TA104: A accepted, E accepted with errors, R rejected. */
  readonly status: string;
  /** TA105, e.g. `000`. */
  readonly note: string;
}

/** What pass one finds in a file: one small row per set. */
export interface Catalogue {
  readonly size: number;
  /** Absent for a file that is none of the families. */
  readonly family: Family | undefined;
  readonly segments: number;
  readonly interchanges: readonly InterchangeEntry[];
  /** What is wrong with the file outside of any interchange. */
  readonly findings: readonly Finding[];
}

/** How a catalogue is made. */
export interface CatalogueOptions {
  /** Most bytes read at a time; another than the default is for tests of chunk edges. */
  readonly chunk?: number;
  /** The layout of a table, where the partner's file says that this file is one. */
  readonly table?: TableLayout;
}

/** Random access to the bytes of a file or of memory; reading is synchronous, since readers run in workers. */
export interface ByteSource {
  readonly name: string;
  readonly size: number;
  /** Fills `into` from `position` on and returns how many bytes there were. */
  read(into: Uint8Array, position: number): number;
}
