/** What differs between the envelopes of X12 and of EDIFACT: tags, header elements, answers' codes. */
import type { Finding, Place } from "../values/finding.ts";
import { cut, released } from "./edifact-header.ts";
import { envelopeDate, envelopeTime, isDigits, ownText } from "./envelope-values.ts";
import type { Delimiters, GroupEntry, SetEntry } from "./segment.ts";

export type GroupHead = Pick<
  GroupEntry,
  "functionalId" | "sender" | "receiver" | "control" | "version" | "date" | "time"
> & {
  /** The time that goes with a date of eight digits; absent where the interchange header's date counts. */
  readonly dated: { readonly time: string } | undefined;
  readonly findings: Finding[];
};
export type SetHead = Pick<SetEntry, "type" | "control" | "version" | "association" | "agency"> & {
  readonly findings: Finding[];
};

export interface Grammar {
  readonly family: "x12" | "edifact";
  readonly interchange: readonly [begin: string, end: "IEA" | "UNZ"];
  readonly group: readonly [begin: string, end: string];
  readonly set: readonly [begin: string, end: string];
  /** Segments of the interchange that stand outside of groups and carry nothing that calloff reads. */
  readonly services: readonly string[];
  /** Whether a set must stand in a group. */
  readonly grouped: boolean;
  readonly groupHead: (elements: readonly string[], delimiters: Delimiters, place: Place) => GroupHead;
  readonly setHead: (
    elements: readonly string[],
    delimiters: Delimiters,
    group: GroupHead | undefined,
    place: Place,
  ) => SetHead;
}

/** Functional groups (GS01) that the messages of the field travel in; other messages are not checked. */
const GROUP_OF: Readonly<Record<string, string>> = {
  "810": "IN",
  "820": "RA",
  "824": "AG",
  "830": "PS",
  "846": "IB",
  "850": "PO",
  "855": "PR",
  "856": "SH",
  "860": "PC",
  "861": "RC",
  "862": "SS",
  "864": "TX",
  "865": "CA",
  "866": "SQ",
  "997": "FA",
  "999": "FA",
};

/** ST03 names a version or a guide of one (`005010X230`); what else partners agree upon there leaves the group's version. */
const versionOf = (stated: string, group = ""): string => (group === "" || /^\d{6}/.test(stated) ? stated : group);

const own = (elements: readonly string[], n: number): string => ownText((elements[n] ?? "").trim());

function groupFinding(place: Place, element: number, expected: string, found: string, group?: string): Finding {
  return {
    code: "SYNTAX_GROUP_HEADER",
    severity: "reject",
    message: `GS0${element} of the functional group is not what the standard asks for.`,
    place: { ...place, element },
    expected,
    found: found === "" ? "nothing" : found,
    remedy: "Ask the sender to correct the group header.",
    ack: group === undefined ? { interchange: "024" } : { group, interchange: "024" },
  };
}

function x12Group(elements: readonly string[], _delimiters: Delimiters, place: Place): GroupHead {
  const [functionalId, date, time, control] = [own(elements, 1), own(elements, 4), own(elements, 5), own(elements, 6)];
  const findings: Finding[] = [];
  if (!/^[A-Z0-9]{2}$/.test(functionalId)) findings.push(groupFinding(place, 1, "two letters or digits", functionalId));
  if (envelopeDate(date) === "") findings.push(groupFinding(place, 4, "a date CCYYMMDD or YYMMDD", date));
  if (envelopeTime(time) === "") findings.push(groupFinding(place, 5, "a time HHMM, HHMMSS or finer", time));
  if (!isDigits(control) || control.length > 9) findings.push(groupFinding(place, 6, "1 to 9 digits", control, "6"));
  const version = own(elements, 8);
  if (version === "") findings.push(groupFinding(place, 8, "a version, e.g. 004010", version, "2"));
  return {
    functionalId,
    sender: own(elements, 2),
    receiver: own(elements, 3),
    control,
    version,
    date: envelopeDate(date),
    time,
    dated: date.length === 8 && envelopeDate(date) !== "" ? { time: envelopeTime(time) } : undefined,
    findings,
  };
}

function x12Set(elements: readonly string[], _d: Delimiters, group: GroupHead | undefined, place: Place): SetHead {
  const type = own(elements, 1);
  const control = own(elements, 2);
  const findings: Finding[] = [];
  if (!/^[A-Z0-9]{3}$/.test(type)) {
    findings.push({
      code: "SYNTAX_SET_HEADER",
      severity: "reject",
      message: "ST01 does not name a transaction set.",
      place: { ...place, element: 1 },
      expected: "three digits, e.g. 830",
      found: type === "" ? "nothing" : type,
      remedy: "Ask the sender to correct the set's header.",
      ack: { set: "6" },
    });
  }
  if (control === "" || control.length > 9) {
    findings.push({
      code: "SYNTAX_SET_HEADER",
      severity: "reject",
      message: "ST02 is no control number.",
      place: { ...place, element: 2 },
      expected: "4 to 9 characters",
      found: control === "" ? "nothing" : control,
      remedy: "Ask the sender to correct the set's header.",
      ack: { set: "7" },
    });
  }
  const expected = GROUP_OF[type];
  if (group !== undefined && expected !== undefined && group.functionalId !== expected) {
    findings.push({
      code: "SYNTAX_GROUP_MISMATCH",
      severity: "tolerated",
      message: `A set ${type} does not belong into a functional group ${group.functionalId}.`,
      place: { ...place, element: 1 },
      expected: `GS01 ${expected} for ${type}`,
      found: group.functionalId,
      remedy: "The set is read all the same; ask the sender to correct GS01.",
      ack: { set: "6" },
    });
  }
  return { type, control, version: versionOf(own(elements, 3), group?.version ?? ""), association: "", findings };
}

/** The components of element `n`, released. */
function components(elements: readonly string[], n: number, delimiters: Delimiters): string[] {
  return cut(elements[n] ?? "", delimiters.component, delimiters.release).map((part) =>
    ownText(released(part, delimiters.release).trim()),
  );
}

function edifactGroup(elements: readonly string[], delimiters: Delimiters): GroupHead {
  const [functionalId = ""] = components(elements, 1, delimiters);
  const [sender = ""] = components(elements, 2, delimiters);
  const [receiver = ""] = components(elements, 3, delimiters);
  const [date = "", time = ""] = components(elements, 4, delimiters);
  const [control = ""] = components(elements, 5, delimiters);
  const version = components(elements, 7, delimiters).slice(0, 2).join(":");
  return {
    functionalId,
    sender,
    receiver,
    control,
    version,
    date: envelopeDate(date),
    time,
    dated: undefined,
    findings: [],
  };
}

function edifactSet(elements: readonly string[], delimiters: Delimiters, _g: unknown, place: Place): SetHead {
  const [control = ""] = components(elements, 1, delimiters);
  const [type = "", version = "", release = "", agency = "", association = ""] = components(elements, 2, delimiters);
  const findings: Finding[] = [];
  if (!/^[A-Z0-9]{1,6}$/.test(type)) {
    findings.push({
      code: "SYNTAX_SET_HEADER",
      severity: "reject",
      message: "UNH does not name a message.",
      place: { ...place, element: 2 },
      expected: "a message type, e.g. DELFOR:D:97A:UN",
      found: type === "" ? "nothing" : type,
      remedy: "Ask the sender to correct the message's header.",
    });
  }
  return { type, control, version: `${version}:${release}`, association, agency, findings };
}

export const X12: Grammar = {
  family: "x12",
  interchange: ["ISA", "IEA"],
  group: ["GS", "GE"],
  set: ["ST", "SE"],
  services: ["TA1", "TA3", "ISB", "ISE"],
  grouped: true,
  groupHead: x12Group,
  setHead: x12Set,
};

export const EDIFACT: Grammar = {
  family: "edifact",
  interchange: ["UNB", "UNZ"],
  group: ["UNG", "UNE"],
  set: ["UNH", "UNT"],
  services: [],
  grouped: false,
  groupHead: edifactGroup,
  setHead: edifactSet,
};
