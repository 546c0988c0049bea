/** Fields compiled for writing: the text of a place from the document, checked before it may leave. */

import type { Delimiters, Family } from "../syntax/segment.ts";
import type { ErrorCode } from "../values/error-codes.ts";
import { readMillionths, writeMillionths } from "../values/figures.ts";
import type { Finding } from "../values/finding.ts";
import { splitAt } from "./clean-text.ts";
import type { Address, Alternative, FieldDefinition } from "./definition.ts";
import { addressInWords } from "./definition.ts";
import { placeOfField } from "./field-places.ts";
import { getAt } from "./paths.ts";
import type { Held } from "./run.ts";
import { type ShapeContext, shapeOf, shapeOfField } from "./shapes.ts";

/** What the envelope will say about the set that is written. */
export interface WriteContext {
  readonly family: Family;
  readonly delimiters: Delimiters;
  /** `004010`, `D:97A`: decides between six and eight digits of a date. */
  readonly version: string;
  /** EDIFACT: association assigned code (UNH 0057); absent or empty for none. */
  readonly association?: string;
  /** Control number of the set (ST02, UNH 0062); empty where the document's own is kept. */
  readonly setControl: string;
  /** `latin1`, `utf-8`, `ascii` or `windows-1252`; segments come back as bytes held as latin-1 text. */
  readonly charset: string;
  /** Stands in for separators and control characters within data; without it they are refused. */
  readonly replaceForbidden?: string;
}

/** The state of one writing. */
export interface Writing {
  readonly context: WriteContext;
  readonly shapes: ShapeContext;
  readonly encode: (text: string) => string | undefined;
  /** Segments written so far: tag and elements. */
  readonly out: string[][];
  findings: Finding[];
  /** Path of the object that is written: `lines[0]`, `steps[2]`. */
  readonly path: string[];
  /** The object around those that the current line carries from. */
  around: Held;
  /** Fields that were written in the place of others. */
  readonly alternatives: Set<string>;
  /** The objects on the way to the one that is written, by the list they stand in; the document first. */
  readonly objects: { readonly list: string; readonly object: Held }[];
  /** Objects of lists that a line has taken. */
  readonly written: Set<Held>;
}

/** One place of the segment that is built. */
export interface WrittenPlace {
  readonly address: Address;
  readonly text: string;
  /** Text of the component beside it (format code of a date). */
  readonly beside: string;
  /** Whether a value of the document stands here, not only a constant or a counter. */
  readonly isValue: boolean;
  readonly isNumber: boolean;
}

export type WriteField = (object: Held, writing: Writing, tag: string, findings: Finding[]) => WrittenPlace | undefined;

/** Compiles the writing of one field. */
export function compileFieldWriter(field: FieldDefinition): WriteField {
  const text = textOf(field);
  const isNumber = field.as !== "text" && (field.codes === undefined ? shapeOf(field.as).isNumber : false);
  const counts = field.count !== undefined || field.sum !== undefined;
  return (object, writing, tag, findings) => {
    const fault = (code: ErrorCode, message: string, expected: string, found: string): undefined => {
      findings.push(writeFinding(writing, tag, field, code, message, expected, found));
      return undefined;
    };
    const written = text(object, writing, tag, fault);
    if (written === undefined || written.text === "") {
      if (field.use === "must" && written !== undefined) {
        fault("FIELD_MISSING", "A field that the message must have is missing", "a value", "nothing");
      }
      const [filling] = field.empty;
      if (filling === undefined || filling === "" || written === undefined) return undefined;
      return { address: field.address, text: filling, beside: "", isValue: false, isNumber: false };
    }
    checkLength(field, written.text, fault);
    const bytes = written.isConstant ? written.text : outgoing(written.text, writing, fault);
    if (bytes === undefined) return undefined;
    if (isEmptyText(field, bytes, isNumber || counts)) {
      return fault("FIELD_NOT_WRITABLE", "The value would be read as an empty place", "another value", written.text);
    }
    return {
      address: field.address,
      text: bytes,
      beside: written.beside ?? "",
      isValue: !written.isConstant && field.of === undefined,
      isNumber: isNumber || counts,
    };
  };
}

/** Whether what would stand in the place is one of the texts that mean nothing there. */
function isEmptyText({ address, empty }: FieldDefinition, text: string, isNumber: boolean): boolean {
  if (empty.length === 0) return false;
  const width = address.kind === "range" ? address.last - address.first + 1 : 0;
  return empty.includes(isNumber ? text.padStart(width, "0") : text);
}

type Fault = (code: ErrorCode, message: string, expected: string, found: string) => undefined;
/** Undefined: a finding was made. */
type Text = { readonly text: string; readonly beside?: string; readonly isConstant?: boolean } | undefined;

const NOTHING: Text = { text: "" };

function textOf(field: FieldDefinition): (object: Held, writing: Writing, tag: string, fault: Fault) => Text {
  if (field.use === "never" || field.also) return () => NOTHING;
  const { is, sum, count } = field;
  if (is !== undefined) return () => ({ text: is[0] ?? "", isConstant: true });
  if (sum !== undefined) return (_object, writing) => ({ text: summed(sum, writing), isConstant: true });
  const gets = field.to.map((path) => (field.of === undefined ? valueAt(path, field.or) : valueAround(path, field.of)));
  const [first] = gets;
  if (count !== undefined) {
    return (object, writing, tag) => {
      const stated = first?.(object, writing);
      if (stated !== undefined && stated !== "") return { text: stated };
      return { text: String(counted(count, writing) + (tag === count ? 1 : 0)), isConstant: true };
    };
  }
  if (first === undefined) return () => NOTHING;
  if (field.codes !== undefined && gets.length === 1) return translating(field.codes, field.synonyms, first);
  if (field.as === "text") return (object, writing) => ({ text: first(object, writing) ?? "" });
  const shape = shapeOfField(field);
  return (object, writing, _tag, fault) => {
    const values = gets.map((get) => get(object, writing) ?? "");
    if (values.every((value) => value === "")) return NOTHING;
    const written = shape.write(values, writing.shapes);
    if (typeof written === "string") return { text: written };
    if ("fault" in written) {
      return fault("FIELD_NOT_WRITABLE", `The value ${written.fault}`, written.expected, values.join(", "));
    }
    return { text: written[0], beside: written[1] };
  };
}

/** The value of a field in an object, or of the field that stands for it. */
export function valueAt(path: readonly string[], or: Alternative | undefined): GetValue {
  const own = getAt(path);
  if (or === undefined) return own;
  const other = getAt(or.path);
  return (object, writing) => own(object) ?? other(or.isAround ? writing.around : object);
}
/** The value of a field of the object of that list around the one that is written. */
export function valueAround(path: readonly string[], of: string): GetValue {
  const get = getAt(path);
  return (_object, { objects }) => {
    const around = objects.findLast(({ list }) => list === of);
    return around === undefined ? undefined : get(around.object);
  };
}
export type GetValue = (object: Held, writing: Writing) => string | undefined;

function translating(
  codes: ReadonlyMap<string, string>,
  synonyms: ReadonlyMap<string, string>,
  get: GetValue,
): (object: Held, writing: Writing, tag: string, fault: Fault) => Text {
  const byWord = new Map<string, string>();
  for (const [code, word] of codes) if (!byWord.has(word)) byWord.set(word, code);
  for (const [word, code] of synonyms) if (!byWord.has(word)) byWord.set(word, code);
  return (object, writing, _tag, fault) => {
    const word = get(object, writing);
    if (word === undefined || word === "") return NOTHING;
    const code = byWord.get(word);
    if (code !== undefined) return { text: code };
    // What has small letters is a word of ours; anything else is a code that was read as it stood, and goes back so.
    if (!/[a-z]/.test(word)) return { text: word };
    return fault("FIELD_NO_CODE", "The message has no code for the word", [...byWord.keys()].join(", "), word);
  };
}

function checkLength(field: FieldDefinition, text: string, fault: Fault): void {
  const { length } = field;
  if (length === undefined || (text.length <= length.most && text.length >= length.least)) return;
  const long = text.length > length.most;
  fault(
    long ? "FIELD_TOO_LONG" : "FIELD_TOO_SHORT",
    `The value is too ${long ? "long" : "short"} for its place`,
    `${length.least} to ${length.most} characters`,
    `${text.length}: ${text}`,
  );
}

/** Text as bytes of the character set, with separators and control characters refused, replaced or released. */
function outgoing(text: string, writing: Writing, fault: Fault): string | undefined {
  const { delimiters, replaceForbidden, family } = writing.context;
  const separators = [delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment].filter(
    Boolean,
  );
  let held = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const isSeparator =
      separators.includes(character) || (delimiters.release !== "" && character === delimiters.release);
    if (!isControl && !isSeparator) held += character;
    else if (family === "csv") held += character;
    else if (isSeparator && delimiters.release !== "") held += delimiters.release + character;
    else if (replaceForbidden !== undefined) held += replaceForbidden;
    else {
      return fault(
        "FIELD_FORBIDDEN_CHARACTER",
        isSeparator ? "The text holds a separator of the message" : "The text holds a control character",
        `printable characters other than ${separators.join(" ")}`,
        JSON.stringify(text),
      );
    }
  }
  const bytes = writing.encode(held);
  if (bytes !== undefined) return bytes;
  return fault(
    "FIELD_FORBIDDEN_CHARACTER",
    `The text holds characters that ${writing.context.charset} has not`,
    `${writing.context.charset} characters`,
    JSON.stringify(text),
  );
}

const counted = (tag: string, writing: Writing): number =>
  writing.out.reduce((count, segment) => (segment[0] === tag ? count + 1 : count), 0);

function summed(sum: NonNullable<FieldDefinition["sum"]>, writing: Writing): string {
  const { address } = sum;
  const { component, release } = writing.context.delimiters;
  let total = 0n;
  for (const segment of writing.out) {
    if (segment[0] !== sum.tag) continue;
    const raw =
      address.kind === "range"
        ? (segment[1] ?? "").slice(address.first - 1, address.last)
        : (splitAt(segment[placeOfAddress(address)] ?? "", component, release)[0] ?? "");
    const value = readMillionths(raw.trim());
    if (typeof value === "bigint") total += value;
  }
  return writeMillionths(total);
}

const placeOfAddress = (address: Address): number => (address.kind === "element" ? address.element : 1);

export function writeFinding(
  writing: Writing,
  tag: string,
  field: FieldDefinition | undefined,
  code: ErrorCode,
  message: string,
  expected: string,
  found: string,
  name = field?.to[0]?.join("."),
): Finding {
  const path = [...writing.path, ...(name === undefined ? [] : [name])].join(".");
  const at = field === undefined ? undefined : placeOfField(field);
  const element = field === undefined ? "" : `, element ${addressInWords(field.address)}`;
  return {
    code,
    severity: "reject",
    message: `${path === "" ? "" : `${path}: `}${message} (${tag}${element})`,
    place: {
      inSet: writing.out.length + 1,
      tag,
      ...(at === undefined ? {} : { element: at.element }),
      ...(at === undefined || at.component === 0 ? {} : { component: at.component }),
      ...(path === "" ? {} : { field: path }),
    },
    expected,
    found,
    remedy: REMEDIES[code] ?? "Correct the document, or change the partner's mapping.",
  };
}

const REMEDIES: Readonly<Record<string, string>> = {
  FIELD_MISSING: "Give the field a value in the master data or the order, or set use in the partner's mapping.",
  FIELD_NO_CODE: "List a code for the word in the partner's mapping.",
  FIELD_TOO_LONG: "Shorten the value; nothing is cut off by itself.",
  FIELD_TOO_SHORT: "Complete the value.",
  FIELD_FORBIDDEN_CHARACTER:
    "Change the text, choose other delimiters or charset, or set the partner's replaceForbidden.",
};
