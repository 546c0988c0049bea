/** What one reading of a set carries along, and what it reports. */

import { decoderOf } from "../syntax/charsets.ts";
import type { Delimiters, Family, Segment } from "../syntax/segment.ts";
import type { PlainDate } from "../values/dates.ts";
import type { Finding, Place, Severity } from "../values/finding.ts";
import type { LineDefinition } from "./definition.ts";
import type { ShapeContext, ShapeFault } from "./shapes.ts";

/** An object of a canonical document while it is filled. */
export type Held = { [field: string]: unknown };

/** What the envelope says about the set that is read. */
export interface ReadContext {
  readonly family: Family;
  readonly delimiters: Delimiters;
  /** X12: GS08 or ST03; EDIFACT: `D:97A`. */
  readonly version: string;
  /** `latin1`, `utf-8`, `ascii` or `windows-1252`. */
  readonly charset: string;
  /** The envelope's date, by which years of two digits are read; empty where it has none. */
  readonly sentOn: PlainDate | "";
  readonly file?: string;
  readonly lenient?: readonly string[];
}

/** A place in the message with content that no field of the mapping names: one entry per place, however often it comes. */
export interface Unmapped {
  /** Path of the line in the mapping, e.g. `LIN/SDP/FST`. */
  readonly line: string;
  readonly tag: string;
  readonly element: number;
  readonly component?: number;
  readonly repetition?: number;
  /** How often the place had content. */
  count: number;
  /** Where it had content first, and what. */
  readonly first: Place;
  readonly found: string;
}

/** A segment for which the mapping has no place: kept and reported. */
export interface UnknownSegment {
  readonly tag: string;
  readonly place: Place;
  readonly elements: readonly string[];
}

/** So many findings of one set are kept; a set with more is wrong throughout, and a count says how many there were. */
const MOST_FINDINGS = 2_000;
const MOST_UNKNOWN = 2_000;

/** The state of one reading. */
export interface Run {
  readonly context: ReadContext;
  readonly shapes: ShapeContext;
  /** By character code: 1 where a value needs a closer look (separators, control characters, bytes from 0x80 on). */
  readonly special: Uint8Array;
  /** Character code of the component separator; -1 where there is none. */
  readonly separator: number;
  readonly decode: (raw: string) => string | undefined;
  readonly document: Held;
  readonly counters: Map<string, number>;
  readonly sums: Sum[];
  readonly findings: Finding[];
  readonly unmapped: Map<string, Unmapped>;
  readonly unknown: UnknownSegment[];
  /** Rows of tables by their key, per list they stand in. */
  readonly keyed: WeakMap<object, Map<string, Held>>;
  /** Column of the file (from 1) for each column the mapping names; only tables. */
  columns: ReadonlyMap<number, number>;
  /** The header row of a table. */
  headers: readonly string[];
  /** Columns of a wide table that nothing names, each with where its heading stands, as long as they hold no figures. */
  readonly strangers: Map<number, Place>;
  segment: Segment;
  /** The object around those that the current line carries to. */
  around: Held;
  line: LineDefinition | undefined;
  objectPath: readonly string[];
  /** Findings beyond the most that are kept. */
  dropped: number;
  /** How often anything was reported or listed: where it stays the same, reading had nothing to say. */
  noted: number;
}

export interface Sum {
  small: number;
  millionths: bigint;
}

const NO_SEGMENT: Segment = { tag: "", elements: [], byte: 0, line: 1, ordinal: 0, inSet: 0 };

/** Begins the reading of a set; `dates` is the mapping's store of dates by the year of the envelope. */
export function beginRun(context: ReadContext, sums: number, dates: Map<number, ShapeContext["dates"]>): Run {
  const sentYear = context.sentOn === "" ? 0 : Number(context.sentOn.slice(0, 4));
  let known = dates.get(sentYear);
  if (known === undefined) {
    if (dates.size > 20) dates.clear();
    known = new Map();
    dates.set(sentYear, known);
  }
  const document: Held = {};
  return {
    context,
    shapes: { family: context.family, version: context.version.slice(0, 6), sentYear, dates: known },
    special: specialCharacters(context.delimiters),
    separator: context.delimiters.component === "" ? -1 : context.delimiters.component.charCodeAt(0),
    decode: decoderOf(context.charset),
    document,
    counters: new Map(),
    sums: Array.from({ length: sums }, () => ({ small: 0, millionths: 0n })),
    findings: [],
    unmapped: new Map(),
    unknown: [],
    keyed: new WeakMap(),
    columns: new Map(),
    headers: [],
    strangers: new Map(),
    segment: NO_SEGMENT,
    around: document,
    line: undefined,
    objectPath: [],
    dropped: 0,
    noted: 0,
  };
}

/** By the delimiters of an interchange, which are the same object for all its sets. */
const SPECIAL = new WeakMap<Delimiters, Uint8Array>();

function specialCharacters(delimiters: Delimiters): Uint8Array {
  const known = SPECIAL.get(delimiters);
  if (known !== undefined) return known;
  const special = new Uint8Array(256);
  SPECIAL.set(delimiters, special);
  special.fill(1, 0, 0x20);
  special.fill(1, 0x7f, 256);
  for (const separator of [delimiters.component, delimiters.repetition, delimiters.release]) {
    if (separator !== "") special[separator.charCodeAt(0) & 0xff] = 1;
  }
  return special;
}

const BLANK = 0x20;

/** Whether a value is its own text: no separator, no control character, no blank at either end, all of it ASCII. */
export function isPlain(raw: string, special: Uint8Array): boolean {
  const { length } = raw;
  if (raw.charCodeAt(0) === BLANK || raw.charCodeAt(length - 1) === BLANK) return false;
  for (let at = 0; at < length; at += 1) if (special[raw.charCodeAt(at)] !== 0) return false;
  return true;
}

/** The same of the bytes between two offsets. */
export function isPlainAt(bytes: Uint8Array, from: number, end: number, { special }: Run): boolean {
  if (bytes[from] === BLANK || bytes[end - 1] === BLANK) return false;
  for (let at = from; at < end; at += 1) if (special[bytes[at] as number] !== 0) return false;
  return true;
}

/** Where in the current segment something is. */
export function placeIn(run: Run, stated?: number, component?: number, repetition?: number, field?: string): Place {
  const { segment } = run;
  const element = stated !== undefined && stated < 0 ? columnInFile(run, -stated) : stated;
  let { byte } = segment;
  if (element !== undefined && run.context.family !== "fixed" && run.context.family !== "csv") {
    for (let at = 0; at < element && at < segment.elements.length; at += 1) {
      byte += (segment.elements[at]?.length ?? 0) + 1;
    }
  } else if (element !== undefined && run.context.family === "fixed") byte += element - 1;
  return {
    ...(run.context.file === undefined ? {} : { file: run.context.file }),
    byte,
    line: segment.line,
    segment: segment.ordinal,
    inSet: segment.inSet,
    tag: segment.tag,
    ...(element === undefined ? {} : { element }),
    ...(component === undefined || component === 0 ? {} : { component }),
    ...(repetition === undefined || repetition === 0 ? {} : { repetition }),
    ...(field === undefined ? {} : { field: fieldInWords(run, field) }),
  };
}

/** The column of the file that a column of the mapping is; undefined where the file has none. */
function columnInFile(run: Run, number: number): number | undefined {
  const column = run.columns.get(number) ?? number;
  return column === Number.MAX_SAFE_INTEGER ? undefined : column;
}

/** `lines[0].steps[2].quantity`: the field within the object that is filled now. */
function fieldInWords(run: Run, field: string): string {
  let object: Held = run.document;
  let words = "";
  for (const name of run.objectPath) {
    const list = object[name];
    if (!Array.isArray(list) || list.length === 0) {
      words += `${name}[].`;
      break;
    }
    words += `${name}[${list.length - 1}].`;
    object = list[list.length - 1] as Held;
  }
  return words + field;
}

/** Adds a finding; beyond the most that are kept, only what rejects a set that nothing rejected so far. */
export function report(run: Run, finding: Finding): void {
  run.noted += 1;
  if (run.findings.length < MOST_FINDINGS) run.findings.push(finding);
  else {
    run.dropped += 1;
    if (finding.severity === "reject" && !run.findings.some((held) => held.severity === "reject")) {
      run.findings.push(finding);
    }
  }
}

export function keepUnknown(run: Run): void {
  const { segment } = run;
  if (run.unknown.length < MOST_UNKNOWN) {
    run.unknown.push({ tag: segment.tag, place: placeIn(run), elements: segment.elements });
  }
}

/** Lists a place with content that no field names. */
export function reportUnmapped(run: Run, element: number, found: string, component = 0, repetition = 0): void {
  run.noted += 1;
  const line = run.line?.path ?? run.segment.tag;
  const key = `${line} ${element} ${repetition} ${component}`;
  const held = run.unmapped.get(key);
  if (held !== undefined) {
    held.count += 1;
    return;
  }
  run.unmapped.set(key, {
    line,
    tag: run.segment.tag,
    element,
    ...(component > 0 ? { component } : {}),
    ...(repetition > 0 ? { repetition } : {}),
    count: 1,
    first: placeIn(run, element, component, repetition),
    found: run.decode(found) ?? found,
  });
}

export const severityOf = (use: "must" | "may" | "never"): Severity => (use === "must" ? "reject" : "tolerated");

export const isFault = (value: string | readonly string[] | ShapeFault): value is ShapeFault =>
  typeof value === "object" && !Array.isArray(value);
