/** A mapping after it was checked: what readers and writers are compiled from. */
import type { DocumentKind } from "../documents/schemas.ts";
import type { Family } from "../syntax/segment.ts";
import type { Spot } from "./refusal.ts";

/** Where a value stands in a segment, record or row. */
export type Address =
  | {
      readonly kind: "element";
      readonly element: number;
      /** 0 where the address names the element only. */
      readonly component: number;
      readonly repetition: number;
    }
  | { readonly kind: "range"; readonly first: number; readonly last: number }
  | { readonly kind: "column"; readonly header: string; readonly number: number };

export interface FieldDefinition {
  readonly spot: Spot;
  readonly address: Address;
  /** The object around the segment's own that the field is of: a list on the way to it, or `document`. Said again there. */
  readonly of?: string;
  /** Paths of the fields, one unless the shape yields two values. */
  readonly to: readonly (readonly string[])[];
  readonly as: string;
  /** Code → word, in the order listed. */
  readonly codes: ReadonlyMap<string, string> | undefined;
  /** Further words that are written as a code, and read back as its first word. */
  readonly synonyms: ReadonlyMap<string, string>;
  /** What the place always holds: the first is written, any of them is accepted. */
  readonly is: readonly string[] | undefined;
  /** Texts that stand for an empty place; the first fills the place where the field is absent. */
  readonly empty: readonly string[];
  /** The field whose value stands for an absent one. */
  readonly or: Alternative | undefined;
  readonly fallback: string | undefined;
  /** A further place of a field that stands elsewhere: read where the field is not there yet, never written. */
  readonly also: boolean;
  /** Another place of the mapping is a further one for this field: of two values the first counts. */
  readonly shared: boolean;
  readonly count: string | undefined;
  readonly sum: { readonly tag: string; readonly address: Address; readonly as: string } | undefined;
  readonly use: "must" | "may" | "never";
  readonly length: { readonly least: number; readonly most: number } | undefined;
  /** The standard has more codes than are listed: others are kept without a finding. */
  readonly isOpen?: boolean;
  /** What cannot be read is left aside: a finding, and no rejection. */
  readonly isLoose?: boolean;
  /** A long text stands in several segments, of at most so many characters each. */
  readonly pieces?: number;
}

/** Another field that a place may speak of as well: of the same object, or of the one around those that a line carries to. */
export interface Alternative {
  readonly path: readonly string[];
  readonly isAround: boolean;
}

export interface Condition {
  readonly spot: Spot;
  readonly address: Address;
  readonly values: readonly string[];
}

export interface Requirement {
  /** Instead of a field of its own: one of these is enough. */
  readonly any?: readonly Requirement[];
  /** The object around that the field is of, as in a field. */
  readonly of?: string;
  readonly path: readonly string[];
  /** Words of the field that let the line be written; the empty text means that the field is absent. */
  readonly values: readonly string[];
}

export interface Rule {
  readonly note: string;
  readonly kind: "P" | "R" | "C" | "E" | "L";
  readonly elements: readonly number[];
}

export interface PairsDefinition {
  readonly spot: Spot;
  readonly from: number;
  readonly count: number;
  /** 0: qualifier and value are two elements; else components of one element. */
  readonly qualifier: number;
  readonly value: number;
  readonly fields: ReadonlyMap<string, FieldDefinition>;
}

export interface RepeatDefinition {
  readonly spot: Spot;
  readonly opens: string;
  readonly from: number;
  readonly width: number;
  readonly count: number;
  readonly end: readonly string[];
  /** Blocks that differ by a word of a field: the first block is for objects with the first word. */
  readonly by: { readonly path: readonly string[]; readonly words: readonly string[] } | undefined;
  readonly fields: readonly FieldDefinition[];
}

export interface SameDefinition {
  readonly spot: Spot;
  readonly opens: string;
  readonly key: readonly (readonly string[])[];
  readonly fields: readonly FieldDefinition[];
  readonly same: readonly SameDefinition[];
  readonly columns: ColumnsDefinition | undefined;
}

export interface ColumnsDefinition {
  readonly spot: Spot;
  readonly opens: string;
  /** What a heading says; its address is of no use. */
  readonly header: FieldDefinition;
  readonly value: FieldDefinition;
  /** Cells of the row that hold for each of its columns. */
  readonly fields: readonly FieldDefinition[];
}

export interface LineDefinition {
  readonly spot: Spot;
  readonly tag: string;
  /** Path as a dialect writes it, e.g. `LIN/SDP/FST` or `LIN/SHP[02]`. */
  readonly path: string;
  readonly least: number;
  readonly most: number;
  /** Place in the order of its group; rows of one `pick` and neighbours of one tag share a place. */
  readonly order: number;
  readonly opens: string | undefined;
  readonly carries: boolean;
  /** A segment here means that the message is laid out otherwise, and why: it rejects. */
  readonly never?: string;
  readonly each: boolean;
  readonly when: readonly Condition[];
  /** Chosen only where one of these segments follows, and none of those that may not (`isNot`). */
  readonly next?: readonly { readonly tag: string; readonly when: readonly Condition[]; readonly isNot: boolean }[];
  readonly onlyIf: readonly Requirement[];
  /** Words that every object this line opens gets; only objects with them are written (they stand in `onlyIf` as well). */
  readonly sets: readonly { readonly path: readonly string[]; readonly word: string }[];
  readonly fields: readonly FieldDefinition[];
  readonly pairs: PairsDefinition | undefined;
  readonly repeat: RepeatDefinition | undefined;
  readonly same: readonly SameDefinition[];
  readonly columns: ColumnsDefinition | undefined;
  readonly rules: readonly Rule[];
  /** Its place in the order of its group is not checked. */
  readonly isAnywhere?: boolean;
  readonly below: readonly LineDefinition[];
}

export interface MessageDefinition {
  /** X12: ST01; EDIFACT: message type; fixed: the first record's type; empty for tables. */
  readonly type: string;
  readonly groups: readonly string[];
  readonly versions: readonly { readonly from: string; readonly to: string }[];
  /** JSON: the schema that an envelope names. */
  readonly schema: string;
  /** Fixed records. */
  readonly first: string;
  readonly last: string;
  readonly length: number;
  /** Tables. */
  readonly delimiter: string;
  readonly decimal: string;
  /** Names by which fields address columns, and beside each the header in the file. */
  readonly headers: readonly string[];
  readonly headings: readonly string[];
  /** Names of columns that a table may lack. */
  readonly optional: readonly string[];
  /** Shapes of its dates, those of weeks and months among them; the first one of days is that of a date alone. */
  readonly dates: readonly string[];
  /** How the file is laid out beside that: quote, sheet, headerRow, dates, charset. */
  readonly layout: Readonly<Record<string, string>>;
}

/** What addresses and lines of one file are read by. */
export interface Setting {
  readonly syntax: Family;
  readonly message: MessageDefinition;
}

export interface MappingDefinition {
  readonly name: string;
  readonly syntax: Family;
  readonly message: MessageDefinition;
  readonly document: DocumentKind;
  readonly numbers: "message" | "shipTo" | "line" | undefined;
  readonly layer: "forecast" | "call-off" | undefined;
  readonly loses: readonly string[];
  readonly lines: readonly LineDefinition[];
}

/** The longest a table or list of lines may be stated to repeat; `*` is this. */
export const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** `1.4`, `6-14` or `Qty` as it stands in the mapping file. */
export function addressInWords(address: Address): string {
  if (address.kind === "range") return `${address.first}-${address.last}`;
  if (address.kind === "column") return address.header === "" ? `#${address.number}` : address.header;
  const repetition = address.repetition > 0 ? `/${address.repetition}` : "";
  return `${address.element}${repetition}${address.component > 0 ? `.${address.component}` : ""}`;
}
