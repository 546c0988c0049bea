/** What is wrong with the way in which a file was checked, if anything; a fault is one sentence. */
import type { CheckedFile, CheckedSet } from "../../src/answers/checked-file.ts";
import type { Finding } from "../../src/values/finding.ts";
import type { EnvelopeFault } from "./conformance-envelope.ts";
import type { Expectation, ExpectedPlace } from "./conformance-index.ts";

/** Messages of VDA by the type of their first record. */
const VDA: Readonly<Record<string, string>> = {
  "511": "4905",
  "551": "4915",
  "711": "4913",
  "811": "4906",
};
/** Messages that calloff takes or answers with; a file of one that finds no mapping has failed. */
const MAPPED = new Set(
  "830 862 866 856 810 861 820 824 997 999 DELFOR DELJIT DESADV INVOIC RECADV REMADV APERAK CONTRL 4905 4913 4906".split(
    " ",
  ),
);

/** `511` is 4905 to people. */
export const messageName = (type: string): string => VDA[type] ?? type;

/** All sets of a file. */
export const setsOf = ({ interchanges }: CheckedFile): CheckedSet[] =>
  interchanges.flatMap(({ groups }) => groups.flatMap(({ sets }) => sets));

/** All findings of a file, wherever they stand. */
export const findingsOf = (checked: CheckedFile): Finding[] =>
  [
    checked,
    ...checked.interchanges,
    ...checked.interchanges.flatMap(({ groups }) => groups),
    ...setsOf(checked),
  ].flatMap(({ findings }) => findings);

export interface Judged {
  readonly checked: CheckedFile;
  readonly expectation: Expectation;
  /** Faults of counts and control numbers, worked out independently. */
  readonly envelope: readonly EnvelopeFault[];
  /** Whether any mapping is there for a set of this family and type. */
  readonly isMapped: (family: string, type: string) => boolean;
}

const rejecting = (findings: readonly Finding[]): Finding[] => findings.filter(({ severity }) => severity === "reject");

/** Everything that is wrong with the answer. */
export function faultsOf(judged: Judged): string[] {
  const { checked, expectation, envelope } = judged;
  const faults = [...accountingFaults(checked), ...readerFaults(checked), ...placeFaults(checked, expectation)];
  if (expectation.invalid || envelope.length > 0) return [...faults, ...invalidFaults(judged)];
  return [...faults, ...validFaults(judged)];
}

function accountingFaults({ segments }: CheckedFile): string[] {
  const { read, envelope, mapped, unknown, withoutMapping } = segments;
  if (envelope >= 0 && read === envelope + mapped + unknown + withoutMapping) return [];
  return [`segments are not accounted for: ${read} read, ${envelope} + ${mapped} + ${unknown} + ${withoutMapping}`];
}

/** Of an interchange whose envelope is refused, or whose header is not the standard's, two readers may think differently. */
const readerFaults = ({ interchanges }: CheckedFile): string[] =>
  interchanges.flatMap(({ ordinal, secondReader, findings }) =>
    secondReader === undefined ||
    secondReader.agrees ||
    findings.some(({ severity, place }) => severity === "reject" || place.tag === "ISA")
      ? []
      : [
          `interchange ${ordinal}: ${secondReader.name} reads it differently${secondReader.note === undefined ? "" : ` (${secondReader.note})`}`,
        ],
  );

/** A valid file: every message that is mapped gives a document, every other one says that there is no mapping. */
function validFaults({ checked, expectation, isMapped }: Judged): string[] {
  const sets = setsOf(checked);
  const around = rejecting(findingsOf(checked)).filter(
    (finding) => !sets.some((set) => set.findings.includes(finding)),
  );
  const hasMapped = checked.interchanges.some(({ family, groups }) =>
    groups.some((group) => group.sets.some(({ type }) => isMapped(family, type))),
  );
  // Of a file without a mapped message it is enough that it is refused.
  const faults = hasMapped
    ? around.map((finding) => `is valid, but its envelope was refused: ${inShort(finding)}`)
    : [];
  const holdsTa1 = checked.interchanges.some(({ ta1 = [] }) => ta1.length > 0);
  if (sets.length === 0 && around.length === 0 && !holdsTa1)
    faults.push("holds no message, and nothing was said about it");
  if (expectation.type !== "" && sets.length > 0 && !sets.some(({ type }) => messageName(type) === expectation.type))
    faults.push(
      `is a ${expectation.type}, but was taken for ${[...new Set(sets.map(({ type }) => messageName(type)))].join(", ")}`,
    );
  for (const { groups, family } of checked.interchanges) {
    for (const set of groups.flatMap((group) => group.sets))
      faults.push(...validSetFaults(set, isMapped(family, set.type)));
  }
  return faults;
}

function validSetFaults({ type, control, outcome, findings, document }: CheckedSet, mapped: boolean): string[] {
  const name = `${messageName(type)} ${control}`.trim();
  if (!mapped && MAPPED.has(messageName(type))) return [`${name} has no mapping at all`];
  if (!mapped)
    return findings.some(({ code }) => code === "EXCHANGE_NO_MAPPING")
      ? []
      : [`${name} has no mapping, and nothing says so`];
  if (outcome === "no mapping") return [`${name} is mapped, but not in its version`];
  if (outcome === "invalid")
    return [`${name} is valid, but was refused: ${rejecting(findings).map(inShort).join("; ")}`];
  return document === undefined ? [`${name} gave no document`] : [];
}

/** An invalid file is refused, and says at which place. */
function invalidFaults({ checked, expectation, envelope }: Judged): string[] {
  const refusing = rejecting(findingsOf(checked));
  if (refusing.length === 0) return ["is invalid, but was read without a finding that refuses it"];
  const faults = refusing
    .filter((finding) => !hasPlace(finding))
    .map((finding) => `names no place: ${inShort(finding)}`);
  // What stands under invalid/ may be damaged in its envelope in ways that a simple count takes for others.
  const isCutAlike = checked.interchanges.every(({ complete }) => complete);
  if (expectation.invalid || !isCutAlike) return faults;
  for (const { tag, element, words } of envelope) {
    const isNamed = refusing.some(
      ({ place }) => place.tag === tag && (place.element === undefined || place.element === element),
    );
    if (!isNamed) faults.push(`no finding names ${words}`);
  }
  return faults;
}

const hasPlace = ({ place }: Finding): boolean => place.byte !== undefined && place.line !== undefined;

/** Places that INDEX.tsv expects findings at, and messages it expects no mapping for. */
function placeFaults(checked: CheckedFile, { places, unmapped }: Expectation): string[] {
  const findings = findingsOf(checked);
  const isUnmapped = findings.some(({ code }) => code === "EXCHANGE_NO_MAPPING");
  // What a message without a mapping holds, nobody can tell.
  const asked = unmapped && isUnmapped ? [] : places;
  const faults = asked
    .filter((place) => !findings.some((finding) => isAt(finding, place)))
    .map((place) => `no finding at ${placeInShort(place)}`);
  return faults;
}

function isAt({ place, message, expected = "" }: Finding, wanted: ExpectedPlace): boolean {
  if (wanted.kind === "byte") return place.byte === wanted.byte;
  if (wanted.kind === "element") {
    const { element = 0 } = place;
    return place.tag === wanted.tag && (element === wanted.element || (wanted.orLater && element > wanted.element));
  }
  // A segment that is missing is named where it should have stood.
  return place.tag === wanted.tag || new RegExp(`\\b${wanted.tag}\\b`).test(`${message} ${expected}`);
}

const placeInShort = (place: ExpectedPlace): string => {
  if (place.kind === "byte") return `byte ${place.byte}`;
  return place.kind === "segment" ? place.tag : `${place.tag}${String(place.element).padStart(2, "0")}`;
};

/** `SE01 SYNTAX_SEGMENT_COUNT`. */
export function inShort({ code, place }: Finding): string {
  const { tag = "", element, line } = place;
  const at = element === undefined ? tag : `${tag}${String(element).padStart(2, "0")}`;
  const where = at === "" ? (line === undefined ? "" : `line ${line}`) : at;
  return where === "" ? code : `${where} ${code}`;
}
