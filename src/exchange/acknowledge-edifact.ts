/**
 * CONTRL: what was received of one EDIFACT interchange, and what is wrong with it, message by message, segment by segment and
 * element by element (ISO 9735-4). Pure. It says "syntax received and checked", never "a planner accepted".
 */
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { Identity } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import { outcomeOf, type SetOutcome } from "./acknowledge.ts";
import {
  elementCodeOf,
  elementPosition,
  type Level,
  type ServiceError,
  segmentCodeOf,
  segmentPosition,
  serviceErrorOf,
  UNSPECIFIED,
} from "./syntax-codes.ts";

export interface AnsweredMessage {
  /** UNH 0065 */
  readonly type: string;
  /** UNH 0062 */
  readonly control: string;
  /** `D:97A` */
  readonly version: string;
  /** UNH 0051, e.g. `UN`. */
  readonly agency: string;
  /** UNH 0057 */
  readonly association: string;
  readonly findings: readonly Finding[];
}

export interface AnsweredMessageGroup {
  /** UNG 0048; empty for messages that stand in no group. */
  readonly control: string;
  readonly sender: string;
  readonly receiver: string;
  readonly findings: readonly Finding[];
  readonly sets: readonly AnsweredMessage[];
}

export interface AnsweredInterchange {
  readonly sender: Identity;
  readonly receiver: Identity;
  /** UNB 0020 */
  readonly control: string;
  readonly findings: readonly Finding[];
  readonly groups: readonly AnsweredMessageGroup[];
}

type Answer = NonNullable<Acknowledgement["sets"]>[number];
type GroupAnswer = NonNullable<Acknowledgement["groups"]>[number];
type SegmentAnswer = NonNullable<Answer["segments"]>[number];

/** CONTRL, APERAK: messages that are never acknowledged, since the answer to an answer would never end. */
const UNANSWERED: ReadonlySet<string> = new Set(["CONTRL", "APERAK"]);
/** The standard's most are 999 segments of a message and 99 elements of a segment; a partner needs the first ones. */
const MOST_SEGMENTS = 100;
const MOST_ELEMENTS = 99;
/** 0096 holds six digits. */
const LAST_POSITION = 999_999;

/**
 * The answer to an interchange whose messages have their outcomes.
 * @returns nothing where it held nothing but answers
 */
export function contrlOf(interchange: AnsweredInterchange): Acknowledgement | undefined {
  const groups = interchange.groups
    .map((group) => ({ ...group, sets: group.sets.filter(({ type }) => !UNANSWERED.has(type)) }))
    .filter(({ sets }) => sets.length > 0);
  if (groups.length === 0 && interchange.groups.some(({ sets }) => sets.length > 0)) return undefined;
  const about = interchangeAnswer(interchange, outcomeOf(interchange.findings));
  if (about.status === "rejected") return { interchange: about };
  const isGrouped = groups.some(({ control }) => control !== "");
  if (isGrouped) return { interchange: about, groups: groups.map(groupAnswer) };
  return { interchange: about, sets: groups.flatMap(({ sets }) => sets.map((set) => answerOf(set))) };
}

/** The answer to an interchange nothing of which counts: it ends too early, or its reference was used before. */
export const contrlRejecting = (interchange: Omit<AnsweredInterchange, "groups">): Acknowledgement => ({
  interchange: interchangeAnswer(interchange, "rejected"),
});

/** Whether any message, group or the interchange is rejected by this answer. */
export function rejectsAny({ interchange, groups = [], sets = [] }: Acknowledgement): boolean {
  const all = [interchange, ...groups, ...sets, ...groups.flatMap((group) => group.sets ?? [])];
  return all.some((answer) => answer?.status === "rejected");
}

function interchangeAnswer(
  { control, sender, receiver, findings }: Omit<AnsweredInterchange, "groups">,
  outcome: SetOutcome,
): NonNullable<Acknowledgement["interchange"]> {
  return {
    control: copied(control, 14),
    ...identified("sender", sender),
    ...identified("receiver", receiver),
    status: statusOf(outcome),
    ...firstError(findings, "interchange", outcome),
  };
}

function groupAnswer(group: AnsweredMessageGroup): GroupAnswer {
  const outcome = outcomeOf(group.findings);
  return {
    control: copied(group.control, 14),
    ...identified("sender", { id: group.sender, qualifier: "" }),
    ...identified("receiver", { id: group.receiver, qualifier: "" }),
    status: statusOf(outcome),
    ...firstError(group.findings, "group", outcome),
    // A group that is rejected is rejected with all that stands in it.
    ...(outcome === "rejected" ? {} : { sets: group.sets.map((set) => answerOf(set)) }),
  };
}

function identified(side: "sender" | "receiver", { id, qualifier }: Identity): Record<string, string> {
  const named = { [side]: copied(id, 35) };
  return qualifier === "" ? named : { ...named, [`${side}Qualifier`]: qualifier.slice(0, 4) };
}

function answerOf(set: AnsweredMessage): Answer {
  const findings = set.findings.filter(({ severity }) => severity !== "note");
  const outcome = outcomeOf(findings);
  const segments = segmentsOf(findings);
  const own = firstError(findings, "set", segments.length > 0 ? "accepted" : outcome);
  const [version = "", release = ""] = set.version.split(":");
  return {
    control: copied(set.control, 14),
    type: copied(set.type, 6),
    version: version.slice(0, 3),
    release: release.slice(0, 3),
    agency: set.agency.slice(0, 3),
    ...(set.association === "" ? {} : { association: set.association.slice(0, 6) }),
    status: statusOf(outcome),
    ...(own.code === undefined ? {} : { code1: own.code }),
    ...(own.tag === undefined ? {} : { tag: own.tag }),
    ...(own.element === undefined ? {} : { element: own.element }),
    ...(own.component === undefined ? {} : { component: own.component }),
    ...(segments.length === 0 ? {} : { segments }),
  };
}

/** What names a message or interchange, as far as the answer can hold it: one that is too long or missing was rejected for that. */
const copied = (text: string, most: number): string => text.slice(0, most) || "0";

/** CONTRL knows acknowledged and rejected; errors that hinder nothing are reported beside an acknowledgement. */
const statusOf = (outcome: SetOutcome): string => (outcome === "rejected" ? "rejected" : "accepted");

/** A level names one error of its own: the first that rejects it, else the first; where it is rejected for nothing it can name, that. */
function firstError(findings: readonly Finding[], level: Level, outcome: SetOutcome): Partial<ServiceError> {
  const errors = findings
    .filter(({ severity, ack }) => severity === "reject" || (severity === "tolerated" && ack !== undefined))
    .map((finding) => ({ error: serviceErrorOf(finding, level), rejects: finding.severity === "reject" }))
    .filter(({ error }) => error !== undefined);
  const first = errors.find(({ rejects }) => rejects) ?? errors[0];
  if (first?.error !== undefined) return first.error;
  return outcome === "rejected" ? { code: UNSPECIFIED } : {};
}

/** One UCS per segment and code, in the order of the segments, with its UCD. */
function segmentsOf(findings: readonly Finding[]): SegmentAnswer[] {
  const answers = new Map<string, SegmentAnswer>();
  for (const finding of findings) {
    const ofElement = elementCodeOf(finding);
    const code = segmentCodeOf(finding);
    const position = segmentPosition(finding);
    if ((ofElement ?? code) === undefined || position === undefined || position > LAST_POSITION) continue;
    const key = JSON.stringify([position, ofElement === undefined ? code : ""]);
    const answer = answers.get(key) ?? { position: String(position), ...(ofElement === undefined ? { code } : {}) };
    answers.set(key, ofElement === undefined ? answer : withElement(answer, finding, ofElement));
  }
  return [...answers.values()].toSorted((a, b) => Number(a.position) - Number(b.position)).slice(0, MOST_SEGMENTS);
}

function withElement(answer: SegmentAnswer, { place }: Finding, code: string): SegmentAnswer {
  const element = {
    code,
    ...(place.element === undefined ? {} : { element: elementPosition(place.element) }),
    ...(place.component === undefined ? {} : { component: String(place.component) }),
    ...(place.repetition === undefined ? {} : { repetition: String(place.repetition) }),
  };
  const elements = answer.elements ?? [];
  const same = JSON.stringify(element);
  if (elements.length >= MOST_ELEMENTS || elements.some((held) => JSON.stringify(held) === same)) return answer;
  return { ...answer, elements: [...elements, element] };
}
