/** Writes X12 interchanges: one functional group with its sets, padded header, counts and control numbers worked out. */
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import type { Place } from "../values/finding.ts";
import { envelopeTime, inWords } from "./envelope-values.ts";
import type { Delimiters, Identity, Ta1 } from "./segment.ts";

/** A set to be written: `segments` are tag and elements, ST (with its control number) first; SE is the writer's. */
export interface WrittenSet {
  readonly type: string;
  readonly segments: readonly (readonly string[])[];
}

export interface X12Envelope {
  readonly sender: Identity;
  readonly receiver: Identity;
  /** ISA13, 0 to 999,999,999. */
  readonly interchangeControl: number;
  /** GS06, 1 to 999,999,999. */
  readonly groupControl: number;
  /** GS01. */
  readonly functionalId: string;
  readonly groupSender: string;
  readonly groupReceiver: string;
  readonly date: PlainDate;
  /** `HHMM`. */
  readonly time: string;
  /** GS08, e.g. `004010`; ISA12 follows from its first five digits. */
  readonly version: string;
  readonly test: boolean;
  readonly acknowledgementRequested: boolean;
  readonly delimiters: Delimiters;
  /** Whether a line feed follows every terminator. */
  readonly newline: boolean;
  /** Stands in for every character that may not be written; without it such a character is refused. */
  readonly replaceForbidden?: string;
  /** What is said of interchanges of the other side, before the group; with it, sets may be none, and no group is written. */
  readonly ta1?: readonly Ta1[];
}

const MAX_CONTROL = 999_999_999;
const MAX_SEGMENTS = 9_999_999_999;

/**
 * The bytes of one interchange, in ISO 8859-1: TA1 segments, then one group of sets, either of which may be missing. Elements come as they are to stand in the file: component and repetition
 * separators in them are structure, so whoever joins components refuses these two in their text. Empty elements at a
 * segment's end are left out. GS04 has eight digits from 004010 on, six before.
 * @throws CalloffError `SYNTAX_FORBIDDEN_CHARACTER` when text holds a separator, a line break, another control character
 * or one that ISO 8859-1 has not; `SYNTAX_ENVELOPE_VALUE` when a value does not fit its place in the envelope.
 */
export function writeX12Interchange(envelope: X12Envelope, sets: readonly WrittenSet[]): Buffer {
  checkEnvelope(envelope, sets);
  const group = String(envelope.groupControl);
  const control = String(envelope.interchangeControl).padStart(9, "0");
  const lines = [isa(envelope, control)];
  for (const { control: answered, date, note, status, time } of envelope.ta1 ?? []) {
    lines.push(segmentText(["TA1", answered, date, time, status, note], envelope, { tag: "TA1" }));
  }
  if (sets.length > 0) {
    lines.push(segmentText(gs(envelope, group), envelope, { tag: "GS" }));
    for (const set of sets) lines.push(...setLines(set, envelope));
    lines.push(["GE", sets.length, group].join(envelope.delimiters.element));
  }
  lines.push(["IEA", sets.length > 0 ? 1 : 0, control].join(envelope.delimiters.element));
  const { segment } = envelope.delimiters;
  const end = envelope.newline && segment !== "\n" ? `${segment}\n` : segment;
  return Buffer.from(lines.map((line) => line + end).join(""), "latin1");
}

function isa(envelope: X12Envelope, control: string): string {
  const { delimiters, receiver, sender } = envelope;
  const version = envelope.version.slice(0, 5);
  const elements = [
    "ISA",
    "00",
    "".padEnd(10),
    "00",
    "".padEnd(10),
    sender.qualifier.padEnd(2),
    sender.id.padEnd(15),
    receiver.qualifier.padEnd(2),
    receiver.id.padEnd(15),
    envelope.date.replaceAll("-", "").slice(2),
    envelope.time,
    version >= "00402" && delimiters.repetition !== "" ? delimiters.repetition : "U",
    version,
    control,
    envelope.acknowledgementRequested ? "1" : "0",
    envelope.test ? "T" : "P",
    delimiters.component,
  ];
  return elements.join(delimiters.element);
}

function gs(envelope: X12Envelope, control: string): string[] {
  const { date, functionalId, groupReceiver, groupSender, time, version } = envelope;
  const digits = date.replaceAll("-", "").slice(version >= "004010" ? 0 : 2);
  return ["GS", functionalId, groupSender, groupReceiver, digits, time, control, "X", version];
}

function setLines(set: WrittenSet, envelope: X12Envelope): string[] {
  const control = set.segments[0]?.[2] ?? "";
  const lines = set.segments.map((segment, at) =>
    segmentText(segment, envelope, { segment: at + 1, inSet: at + 1, tag: segment[0] ?? "" }),
  );
  return [...lines, ["SE", lines.length + 1, control].join(envelope.delimiters.element)];
}

function segmentText(segment: readonly string[], envelope: X12Envelope, place: Place): string {
  let length = segment.length;
  while (length > 1 && segment[length - 1] === "") length -= 1;
  const elements = segment
    .slice(0, length)
    .map((element, at) =>
      allowedText(
        element,
        envelope.delimiters,
        envelope.replaceForbidden,
        at === 0 ? place : { ...place, element: at },
      ),
    );
  return elements.join(envelope.delimiters.element);
}

/** Whether a character of this code is a control character or none of ISO 8859-1. */
const isControl = (code: number): boolean => code < 32 || (code >= 127 && code < 160) || code > 255;

/** `text` as it may be written, with `replacement` for each character that may not. */
function allowedText(text: string, delimiters: Delimiters, replacement: string | undefined, place: Place): string {
  let allowed = "";
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    // A component or repetition separator may be a control character; it is structure here.
    if (character === delimiters.component || character === delimiters.repetition) continue;
    if (!isControl(text.charCodeAt(i)) && character !== delimiters.element && character !== delimiters.segment)
      continue;
    if (replacement === undefined) throw forbidden(character, delimiters, place);
    allowed += text.slice(from, i) + replacement;
    from = i + 1;
  }
  return from === 0 ? text : allowed + text.slice(from);
}

function forbidden(character: string, delimiters: Delimiters, place: Place): CalloffError {
  const separators: readonly string[] = [delimiters.element, delimiters.segment, delimiters.component];
  const kind = separators.includes(character) ? "is a delimiter" : "cannot be written in X12";
  return new CalloffError("SYNTAX_FORBIDDEN_CHARACTER", `The text holds a character that ${kind}`, {
    place,
    expected: "printable characters of ISO 8859-1 that are no delimiters",
    found: inWords(character),
    remedy: "Change the text, choose other delimiters for the partner, or let such characters be replaced.",
  });
}

function checkEnvelope(envelope: X12Envelope, sets: readonly WrittenSet[]): void {
  const { delimiters, receiver, replaceForbidden, sender } = envelope;
  const number = (value: number, least: number) => Number.isInteger(value) && value >= least && value <= MAX_CONTROL;
  const rules: readonly (readonly [tag: string, element: number, holds: boolean, expected: string, found: unknown])[] =
    [
      ["ISA", 5, /^\w{1,2}$/.test(sender.qualifier), "a qualifier of two characters", sender.qualifier],
      ["ISA", 6, within(sender.id, 1, 15), "1 to 15 characters", sender.id],
      ["ISA", 7, /^\w{1,2}$/.test(receiver.qualifier), "a qualifier of two characters", receiver.qualifier],
      ["ISA", 8, within(receiver.id, 1, 15), "1 to 15 characters", receiver.id],
      ["ISA", 10, envelope.time.length === 4 && envelopeTime(envelope.time) !== "", "a time HHMM", envelope.time],
      ["ISA", 13, number(envelope.interchangeControl, 0), `0 to ${MAX_CONTROL}`, envelope.interchangeControl],
      ["GS", 1, /^[A-Z0-9]{2}$/.test(envelope.functionalId), "two letters", envelope.functionalId],
      ["GS", 2, within(envelope.groupSender, 1, 15), "1 to 15 characters", envelope.groupSender],
      ["GS", 3, within(envelope.groupReceiver, 1, 15), "1 to 15 characters", envelope.groupReceiver],
      ["GS", 6, number(envelope.groupControl, 1), `1 to ${MAX_CONTROL}`, envelope.groupControl],
      ["GS", 8, /^\d{6}[A-Z0-9]{0,6}$/.test(envelope.version), "six digits, e.g. 004010", envelope.version],
      ["TA1", 1, (envelope.ta1 ?? []).every(isTa1), "nine digits, date, time, A, E or R, three digits", "others"],
      ["ST", 1, isContent(envelope, sets), "ST with type and control number", sets.length],
      ["SE", 1, sets.every((set) => set.segments.length < MAX_SEGMENTS), `less than ${MAX_SEGMENTS} segments`, "more"],
    ];
  for (const [tag, element, holds, expected, found] of rules) {
    if (!holds) throw unfit({ tag, element }, expected, String(found));
  }
  const given = [delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment].filter(Boolean);
  const single = given.every((delimiter) => delimiter.length === 1 && !/[A-Za-z0-9 ]|[^\0-\u00FF]/.test(delimiter));
  if (!single || given.length < 3 || new Set(given).size < given.length) {
    throw unfit(
      { tag: "ISA" },
      "different delimiters of one character, none a letter, digit or blank",
      given.join(" "),
    );
  }
  for (const [element, text] of [sender.id, receiver.id].entries()) {
    for (const separator of [delimiters.component, delimiters.repetition].filter(Boolean)) {
      if (text.includes(separator)) throw forbidden(separator, delimiters, { tag: "ISA", element: 6 + element * 2 });
    }
    allowedText(text, delimiters, undefined, { tag: "ISA", element: 6 + element * 2 });
  }
  if (replaceForbidden !== undefined && replaceForbidden !== "") {
    if (replaceForbidden.length > 1 || given.includes(replaceForbidden) || isControl(replaceForbidden.charCodeAt(0))) {
      throw unfit({}, "one printable character that is no delimiter, to replace others", replaceForbidden);
    }
  }
}

/** What X12 asks of a TA1: all five elements, the control number with leading zeros. */
const isTa1 = ({ control, date, note, status, time }: Ta1): boolean =>
  /^\d{9}$/.test(control) &&
  /^\d{6}$/.test(date) &&
  /^\d{4}$/.test(time) &&
  /^[AER]$/.test(status) &&
  /^\d{3}$/.test(note);

const isContent = (envelope: X12Envelope, sets: readonly WrittenSet[]): boolean =>
  (sets.length > 0 || (envelope.ta1 ?? []).length > 0) && sets.every(startsWithHeader);

const within = (text: string, least: number, most: number): boolean =>
  text.trim().length >= least && text.length <= most;

const startsWithHeader = (set: WrittenSet): boolean => {
  const [tag, type, control] = set.segments[0] ?? [];
  return tag === "ST" && type === set.type && control !== undefined && within(control, 4, 9);
};

function unfit(place: Place, expected: string, found: string): CalloffError {
  return new CalloffError("SYNTAX_ENVELOPE_VALUE", "A value does not fit its place in the X12 envelope", {
    place,
    expected,
    found: found === "" ? "nothing" : found,
    remedy: "Correct the identities and options of the partner or of the gateway.",
  });
}
