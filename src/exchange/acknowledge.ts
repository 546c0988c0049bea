/**
 * The functional acknowledgement of one X12 group (997): what was received, and what is wrong with it, segment by segment
 * and element by element. Pure. It says "syntax received and checked", never "a planner accepted".
 */
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { Finding } from "../values/finding.ts";

export type SetOutcome = "accepted" | "accepted-with-errors" | "rejected";

export interface AnsweredSet {
  /** ST01 */
  readonly type: string;
  /** ST02 */
  readonly control: string;
  readonly findings: readonly Finding[];
}

export interface AnsweredGroup {
  /** GS01 */
  readonly functionalId: string;
  /** GS06 */
  readonly control: string;
  /** GS08 */
  readonly version: string;
  /** GE01 as written; empty when there was none. */
  readonly stated: string;
  readonly findings: readonly Finding[];
  readonly sets: readonly AnsweredSet[];
}

/** An acknowledgement that answers a group. */
export type GroupAcknowledgement = Acknowledgement & { readonly group: NonNullable<Acknowledgement["group"]> };

type SetAnswer = NonNullable<Acknowledgement["sets"]>[number];
type SegmentAnswer = NonNullable<SetAnswer["segments"]>[number];
type ElementAnswer = NonNullable<SegmentAnswer["elements"]>[number];

/** Most AK3 of one set and most AK4 of one AK3 (004010 allows 99 AK4); a partner needs the first ones. */
const MOST_SEGMENTS = 100;
const MOST_ELEMENTS = 99;
/** AK502 to AK506, AK905 to AK909. */
const MOST_CODES = 5;
/** AK302 holds six digits. */
const LAST_POSITION = 999_999;
/** AK404 holds 1 to 99 characters. */
const LONGEST_COPY = 99;
/** AK403: a mandatory element is missing; there is nothing to copy, whatever the report calls that in words. */
const MISSING = "1";
/** Findings that describe what was found, and those that put its length before it. */
const IN_WORDS: ReadonlySet<string> = new Set(["ELEMENT_RULE", "ELEMENT_TOO_MANY", "ELEMENT_BAD_CHARACTER"]);
const WITH_LENGTH: ReadonlySet<string> = new Set(["ELEMENT_TOO_LONG", "ELEMENT_TOO_SHORT"]);
/** AK502 and AK304: one or more segments in error; segment has data element errors. */
const SEGMENTS_IN_ERROR = "5";
const ELEMENTS_IN_ERROR = "8";

/** Acknowledgements and application advices (824). */
export const ANSWERS: ReadonlySet<string> = new Set(["FA", "AG"]);

/** What the findings of a set make of it: any that rejects rejects, any that is tolerated is noted (E). */
export function outcomeOf(findings: readonly Finding[]): SetOutcome {
  if (findings.some(({ severity }) => severity === "reject")) return "rejected";
  return findings.some(({ severity }) => severity === "tolerated") ? "accepted-with-errors" : "accepted";
}

/**
 * The answer to a group.
 * @param forbidden characters that a copy of a bad element must not hold: the delimiters it will be written with
 * @returns nothing for a group of answers: an answer is never acknowledged
 */
export function acknowledgementOf(group: AnsweredGroup, forbidden = ""): GroupAcknowledgement | undefined {
  if (ANSWERS.has(group.functionalId)) return undefined;
  const groupRejected = outcomeOf(group.findings) === "rejected";
  const sets = group.sets.map((set) => answerOf(set, groupRejected, forbidden));
  const accepted = sets.filter(({ status }) => status !== "rejected").length;
  const status = groupStatus(outcomeOf(group.findings), sets, accepted);
  return {
    group: {
      functionalId: group.functionalId,
      control: group.control,
      version: group.version,
      status,
      included: /^\d{1,6}$/.test(group.stated) ? String(Number(group.stated)) : String(sets.length),
      received: String(sets.length),
      accepted: String(accepted),
      ...codes(group.findings.filter(counts).map(({ ack }) => ack?.group)),
    },
    sets,
  };
}

function groupStatus(own: SetOutcome, sets: readonly SetAnswer[], accepted: number): string {
  if (own === "rejected" || accepted === 0) return "rejected";
  if (accepted < sets.length) return "partly-accepted";
  const clean = own === "accepted" && sets.every(({ status }) => status === "accepted");
  return clean ? "accepted" : "accepted-with-errors";
}

function answerOf(set: AnsweredSet, groupRejected: boolean, forbidden: string): SetAnswer {
  const findings = set.findings.filter(counts);
  const segments = segmentsOf(findings, forbidden);
  const ownCodes = findings.map(({ ack }) => ack?.set);
  return {
    type: set.type,
    control: set.control,
    ...(segments.length === 0 ? {} : { segments }),
    status: groupRejected ? "rejected" : outcomeOf(set.findings),
    ...codes([...ownCodes, segments.length === 0 ? undefined : SEGMENTS_IN_ERROR]),
  };
}

const counts = ({ severity }: Finding): boolean => severity !== "note";

/** One AK3 per place and code, in the order of the segments, with its AK4. */
function segmentsOf(findings: readonly Finding[], forbidden: string): SegmentAnswer[] {
  const answers = new Map<string, SegmentAnswer & { elements?: ElementAnswer[] }>();
  for (const finding of findings) {
    const { ack, place } = finding;
    const { inSet, element } = place;
    const tag = tagOf(place.tag);
    if (inSet === undefined || inSet > LAST_POSITION || tag === undefined) continue;
    const ofElement = ack?.element !== undefined && element !== undefined;
    const code = ofElement ? ELEMENTS_IN_ERROR : ack?.segment;
    if (code === undefined) continue;
    const key = JSON.stringify([inSet, tag, code]);
    const known = answers.get(key);
    const answer = known ?? { tag, position: String(inSet), code };
    if (ofElement) addElement(answer, finding, forbidden);
    if (known === undefined) answers.set(key, answer);
  }
  return [...answers.values()].toSorted((a, b) => Number(a.position) - Number(b.position)).slice(0, MOST_SEGMENTS);
}

/** AK301 holds two or three letters and digits: what is longer is cut, what is shorter cannot be named. */
function tagOf(tag: string | undefined): string | undefined {
  const cut = (tag ?? "").replace(/[^A-Za-z0-9]/g, "").slice(0, 3);
  return cut.length < 2 ? undefined : cut;
}

function addElement(
  answer: { elements?: ElementAnswer[] },
  { code, ack, place, found }: Finding,
  forbidden: string,
): void {
  const element: ElementAnswer = {
    ...(place.element === undefined ? {} : { element: String(place.element) }),
    ...(place.component === undefined ? {} : { component: String(place.component) }),
    ...(place.repetition === undefined ? {} : { repetition: String(place.repetition) }),
    ...(ack?.element === undefined ? {} : { code: ack.element }),
  };
  const copy = copyOf(elementIn(code, ack?.element, found), forbidden);
  if (copy !== undefined) element.found = copy;
  answer.elements ??= [];
  const same = JSON.stringify(element);
  if (answer.elements.length < MOST_ELEMENTS && !answer.elements.some((held) => JSON.stringify(held) === same)) {
    answer.elements.push(element);
  }
}

/** The bad element itself out of what a finding says was found; nothing where that only describes it in words. */
function elementIn(code: Finding["code"], ack: string | undefined, found: string | undefined): string | undefined {
  if (ack === MISSING || IN_WORDS.has(code)) return undefined;
  return WITH_LENGTH.has(code) ? found?.replace(/^\d+: /, "") : found;
}

/** AK404 as far as it can be written: what holds a delimiter or no printable character is left out rather than changed. */
function copyOf(found: string | undefined, forbidden: string): string | undefined {
  if (found === undefined) return undefined;
  const copy = found.slice(0, LONGEST_COPY).trim();
  const printable = /^[\u0020-\u007e]+$/.test(copy);
  const writable = printable && !Array.from(forbidden).some((delimiter) => copy.includes(delimiter));
  return writable ? copy : undefined;
}

/** `code1` to `code5`: each code once, in the order found. */
function codes(found: readonly (string | undefined)[]): Record<string, string> {
  const once = [...new Set(found.filter((code) => code !== undefined))].slice(0, MOST_CODES);
  return Object.fromEntries(once.map((code, n) => [`code${n + 1}`, code]));
}
