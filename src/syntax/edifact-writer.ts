/** Writes EDIFACT interchanges (ISO 9735): UNA, UNB, one group where asked for, the messages, counts and references. */
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import type { Place } from "../values/finding.ts";
import { brokenUtf8, bytesOf, charsetOfLevel } from "./charsets.ts";
import { envelopeTime, inWords } from "./envelope-values.ts";
import type { Delimiters, Identity } from "./segment.ts";
import type { WrittenSet } from "./x12-writer.ts";

/** An identity of UNB with its optional third component (0008, 0014: internal routing). */
export interface EdifactIdentity extends Identity {
  readonly internal?: string;
}

/** A group, where the partner wants one (UNG to UNE). */
export interface EdifactGroup {
  /** 0038: the type of its messages. */
  readonly type: string;
  readonly sender: Identity;
  readonly receiver: Identity;
  /** 0048, 1 to 14 characters. */
  readonly control: string;
  /** Version and release of its messages, e.g. `D:97A`. */
  readonly version: string;
  readonly association?: string;
}

export interface EdifactEnvelope {
  /** 0001 and 0002, e.g. `UNOC:3`. */
  readonly syntax: string;
  /** The character set of the bytes where it is not that of the level. */
  readonly charset?: string;
  /** Whether UNA is written; without it the delimiters have to be the standard's. */
  readonly una: boolean;
  /** `release` may be empty, then nothing can be released; `repetition` counts in syntax 4 only. */
  readonly delimiters: Delimiters;
  /** Whether a line feed follows every terminator. */
  readonly newline: boolean;
  readonly sender: EdifactIdentity;
  readonly receiver: EdifactIdentity;
  readonly date: PlainDate;
  /** `HHMM`. */
  readonly time: string;
  /** 0020, 1 to 14 characters. */
  readonly control: string;
  /** 0026, e.g. `DELFOR`. */
  readonly application?: string;
  /** 0031. */
  readonly acknowledgementRequested: boolean;
  /** 0032. */
  readonly agreement?: string;
  /** 0035. */
  readonly test: boolean;
  readonly group?: EdifactGroup;
}

const STANDARD = { element: "+", component: ":", segment: "'", release: "?" } as const;
/** The decimal mark that UNA names: figures are written with a point. */
const DECIMAL = ".";

/**
 * The bytes of one interchange. Segments of sets are tag and elements as they are to stand in the file, bytes as latin-1
 * text: components, repetitions and release characters already in place, UNH first with its reference; UNT is the writer's. Values of
 * the envelope are released here. Empty elements at a segment's end are left out.
 * @throws CalloffError `SYNTAX_FORBIDDEN_CHARACTER` when a segment holds a separator that is not released, a line break,
 * another control character, or a byte that the interchange's character set does not have; `SYNTAX_ENVELOPE_VALUE` when a
 * value does not fit its place in the envelope.
 */
export function writeEdifactInterchange(envelope: EdifactEnvelope, sets: readonly WrittenSet[]): Buffer {
  checkEnvelope(envelope, sets);
  const { delimiters, group } = envelope;
  const check = segmentCheck(envelope);
  const segments: string[][] = [checked(unb(envelope), check, { tag: "UNB" })];
  if (group !== undefined) segments.push(checked(ung(group, envelope), check, { tag: "UNG" }));
  for (const set of sets) {
    set.segments.forEach((segment, at) => {
      segments.push(checked(trimmed(segment), check, { segment: at + 1, inSet: at + 1, tag: segment[0] ?? "" }));
    });
    segments.push(["UNT", String(set.segments.length + 1), set.segments[0]?.[1] ?? ""]);
  }
  if (group !== undefined) segments.push(["UNE", String(sets.length), released(group.control, delimiters)]);
  segments.push(["UNZ", String(group === undefined ? sets.length : 1), released(envelope.control, delimiters)]);
  const { element, segment: terminator } = delimiters;
  const after = envelope.newline && terminator !== "\n" ? "\n" : "";
  const lines = segments.map((segment) => segment.join(element) + terminator + after);
  return Buffer.from((envelope.una ? una(envelope) + after : "") + lines.join(""), "latin1");
}

const isSyntax4 = (envelope: EdifactEnvelope): boolean => envelope.syntax.slice(5) >= "4";

function una(envelope: EdifactEnvelope): string {
  const { component, element, release, repetition, segment } = envelope.delimiters;
  const reserved = isSyntax4(envelope) && repetition !== "" ? repetition : " ";
  return `UNA${component}${element}${DECIMAL}${release === "" ? " " : release}${reserved}${segment}`;
}

function unb(envelope: EdifactEnvelope): string[] {
  const { agreement, application, date, delimiters, receiver, sender, syntax, test, time } = envelope;
  const join = (...parts: readonly string[]) =>
    trimmed(parts.map((part) => released(part, delimiters))).join(delimiters.component);
  const digits = date.replaceAll("-", "").slice(isSyntax4(envelope) ? 0 : 2);
  return trimmed([
    "UNB",
    join(...syntax.split(":")),
    join(sender.id, sender.qualifier, sender.internal ?? ""),
    join(receiver.id, receiver.qualifier, receiver.internal ?? ""),
    join(digits, time),
    join(envelope.control),
    "",
    join(application ?? ""),
    "",
    envelope.acknowledgementRequested ? "1" : "",
    join(agreement ?? ""),
    test ? "1" : "",
  ]);
}

function ung(group: EdifactGroup, envelope: EdifactEnvelope): string[] {
  const { date, delimiters, time } = envelope;
  const join = (...parts: readonly string[]) =>
    trimmed(parts.map((part) => released(part, delimiters))).join(delimiters.component);
  const [version = "", release = ""] = group.version.split(":");
  return [
    "UNG",
    join(group.type),
    join(group.sender.id, group.sender.qualifier),
    join(group.receiver.id, group.receiver.qualifier),
    join(date.replaceAll("-", "").slice(isSyntax4(envelope) ? 0 : 2), time),
    join(group.control),
    "UN",
    join(version, release, group.association ?? ""),
  ];
}

/** `parts` without the empty ones at the end. */
function trimmed(parts: readonly string[]): string[] {
  let { length } = parts;
  while (length > 1 && parts[length - 1] === "") length -= 1;
  return parts.slice(0, length);
}

/** `text` with the release character before everything that would be structure. */
function released(text: string, delimiters: Delimiters): string {
  const { component, element, release, repetition, segment } = delimiters;
  if (release === "") return text;
  const special = new Set([component, element, release, repetition, segment].filter(Boolean));
  return Array.from(text, (character) => (special.has(character) ? release + character : character)).join("");
}

type Check = (element: string) => { readonly at: number; readonly why: string } | undefined;

/** Finds what must not stand in an element as it is to be written. */
function segmentCheck(envelope: EdifactEnvelope): Check {
  const { component, element, release, repetition, segment } = envelope.delimiters;
  const charset = envelope.charset ?? charsetOfLevel(envelope.syntax) ?? "latin1";
  const held = bytesOf(charset);
  const separators = new Set([component, repetition].filter(Boolean));
  return (text) => {
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charAt(at);
      if (character === release) {
        at += 1;
        if (at >= text.length) return { at: at - 1, why: "a release character with nothing behind it" };
      } else if (character === element || character === segment) {
        return { at, why: "a delimiter that is not released" };
      } else if (separators.has(character)) continue;
      const code = text.charCodeAt(at);
      if (code < 0x20 || code === 0x7f) return { at, why: "a control character" };
      if (code > 0xff || held?.[code] === 0) return { at, why: `a character that ${charset} does not have` };
    }
    const broken = held === undefined ? brokenUtf8(Buffer.from(text, "latin1")) : undefined;
    return broken === undefined ? undefined : { at: broken, why: "a byte that is not UTF-8" };
  };
}

function checked(segment: readonly string[], check: Check, place: Place): string[] {
  segment.forEach((element, at) => {
    const wrong = at === 0 && !/^[A-Z]{3}$/.test(element) ? { at: 0, why: "no tag of three letters" } : check(element);
    if (wrong === undefined) return;
    throw new CalloffError("SYNTAX_FORBIDDEN_CHARACTER", `The segment holds ${wrong.why}`, {
      place: at === 0 ? place : { ...place, element: at },
      expected: "characters of the interchange's set, delimiters in text released",
      found: element === "" ? "nothing" : inWords(element.charAt(wrong.at)),
      remedy: "Change the text, choose other delimiters or another syntax level for the partner.",
    });
  });
  return [...segment];
}

function checkEnvelope(envelope: EdifactEnvelope, sets: readonly WrittenSet[]): void {
  const { delimiters, group, receiver, sender, syntax } = envelope;
  const rules: readonly (readonly [tag: string, element: number, holds: boolean, expected: string, found: string])[] = [
    ["UNB", 1, /^[A-Z]{3}[A-Z0-9]:[1-4]$/.test(syntax), "a level and version, e.g. UNOC:3", syntax],
    ["UNB", 2, within(sender.id, 1, 35), "1 to 35 characters", sender.id],
    ["UNB", 2, within(sender.qualifier, 0, 4), "a qualifier of at most 4 characters", sender.qualifier],
    ["UNB", 3, within(receiver.id, 1, 35), "1 to 35 characters", receiver.id],
    ["UNB", 3, within(receiver.qualifier, 0, 4), "a qualifier of at most 4 characters", receiver.qualifier],
    ["UNB", 4, envelope.time.length === 4 && envelopeTime(envelope.time) !== "", "a time HHMM", envelope.time],
    ["UNB", 5, within(envelope.control, 1, 14), "1 to 14 characters", envelope.control],
    ["UNB", 7, within(envelope.application ?? "", 0, 14), "at most 14 characters", envelope.application ?? ""],
    ["UNB", 10, within(envelope.agreement ?? "", 0, 35), "at most 35 characters", envelope.agreement ?? ""],
    ["UNG", 5, group === undefined || within(group.control, 1, 14), "1 to 14 characters", group?.control ?? ""],
    ["UNH", 1, sets.length > 0 && sets.every(startsWithHeader), "UNH with reference and type", String(sets.length)],
    ["UNA", 0, areDelimiters(delimiters), "different delimiters of one byte, none a letter, digit or blank", ""],
    ["UNA", 0, envelope.una || areStandard(envelope), "the standard's delimiters where no UNA is written", ""],
  ];
  for (const [tag, element, holds, expected, found] of rules) {
    if (holds) continue;
    throw new CalloffError("SYNTAX_ENVELOPE_VALUE", "A value does not fit its place in the EDIFACT envelope", {
      place: element === 0 ? { tag } : { tag, element },
      expected,
      found: found || (tag === "UNA" ? Object.values(delimiters).join(" ") : "nothing"),
      remedy: "Correct the identities and options of the partner or of the gateway.",
    });
  }
}

const within = (text: string, least: number, most: number): boolean =>
  text.trim().length >= least && text.length <= most;

const startsWithHeader = (set: WrittenSet): boolean => {
  const [tag, reference = "", type = ""] = set.segments[0] ?? [];
  return tag === "UNH" && within(reference, 1, 14) && type.startsWith(set.type);
};

function areDelimiters(delimiters: Delimiters): boolean {
  const { component, element, release, repetition, segment } = delimiters;
  const given = [component, element, segment, release, repetition].filter(Boolean);
  const single = given.every((delimiter) => delimiter.length === 1 && !/[A-Za-z0-9 ]|[^\0-\x7F]/.test(delimiter));
  return single && component !== "" && element !== "" && segment !== "" && new Set(given).size === given.length;
}

function areStandard(envelope: EdifactEnvelope): boolean {
  const { component, element, release, repetition, segment } = envelope.delimiters;
  const same = component === STANDARD.component && element === STANDARD.element && segment === STANDARD.segment;
  return same && release === STANDARD.release && (!isSyntax4(envelope) || repetition === "" || repetition === "*");
}
