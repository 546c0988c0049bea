/** Decides what becomes of a file when it is registered: whose each interchange is, and whether it may have an effect. Pure. */
import type { Partner } from "../config/partner.ts";
import type { Scope } from "../store/series.ts";
import { isCount } from "../syntax/codes.ts";
import type { Catalogue, Identity, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding, Place } from "../values/finding.ts";
import {
  chainScope,
  type Expected,
  expectedAfter,
  gapFinding,
  type Missing,
  missingBefore,
  missingInWords,
} from "./number-chains.ts";

/** An interchange of the same partner, sender, receiver and control number that came before and counts. */
export interface EarlierInterchange {
  readonly partner: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly sha256: string;
  /** Claim of the file it came in. */
  readonly claim: string;
}

export interface InterchangePlan {
  readonly entry: InterchangeEntry;
  /** Empty when the sender is none of the folder's partners. */
  readonly partner: string;
  readonly sha256: string;
  /** `held`: a control number came again with other bytes, or numbers before it are missing. `refused`: no effect and no answer. */
  readonly state: "open" | "held" | "duplicate" | "refused";
  /** Why it is not open, in a permanent word. */
  readonly cause: string;
  readonly findings: readonly Finding[];
  /** Control numbers of the sender that should have come before. */
  readonly missing?: Missing;
}

export interface FilePlan {
  readonly partner: string;
  readonly state: "registered" | "duplicate" | "held" | "quarantined";
  readonly cause: string;
  readonly findings: readonly Finding[];
  readonly interchanges: readonly InterchangePlan[];
  /** By the sender's chain, the control number that is expected after this file. */
  readonly expected?: Expected;
}

/** What the file and the folder it came to say. */
export interface Arrival {
  readonly name: string;
  readonly catalogue: Catalogue;
  /** SHA-256 of each interchange's bytes, in order. */
  readonly hashes: readonly string[];
  readonly partners: readonly Partner[];
  /** `test`: both kinds of interchange are taken. */
  readonly environment: "production" | "test";
}

/** Whose an interchange is, by its sender; `undefined` when the folder is not declared for that sender. */
export function partnerOf(sender: Identity, partners: readonly Partner[]): Partner | undefined {
  return partners.find(({ theirs }) => theirs.some((identity) => sameIdentity(identity, sender)));
}

/** A configured identity without qualifier fits any; blanks behind an identifier are padding. */
function sameIdentity(configured: Identity, stated: Identity): boolean {
  const qualifier = configured.qualifier.trim();
  if (qualifier !== "" && qualifier !== stated.qualifier.trim()) return false;
  return configured.id.trimEnd() === stated.id.trimEnd();
}

/** Faults in counts and trailer control numbers are tolerated where the partner's file says `lenient: [counts]`. */
export function withLenience(findings: readonly Finding[], lenient: readonly string[]): Finding[] {
  const tolerated = lenient.includes("counts");
  return findings.map((finding) =>
    tolerated && finding.severity === "reject" && isCount(finding.code)
      ? { ...finding, severity: "tolerated" }
      : finding,
  );
}

/**
 * Plans a file.
 * @param earlier interchanges that count already, for every control number of the file
 * @param expected the number that each sender's chain expects next
 */
export function planFile(
  arrival: Arrival,
  earlier: readonly EarlierInterchange[],
  expected: Expected = new Map(),
): FilePlan {
  const next = new Map(expected);
  const known = new Map(earlier.map((held) => [keyOf(held.partner, held), held]));
  const interchanges: InterchangePlan[] = [];
  arrival.catalogue.interchanges.forEach((entry, n) => {
    const plan = inItsPlace(planInterchange(arrival, entry, arrival.hashes[n] ?? "", known), arrival, next);
    interchanges.push(plan);
    if (plan.state === "open") {
      const { partner, sha256 } = plan;
      const named = { sender: entry.sender.id, receiver: entry.receiver.id, control: entry.control };
      known.set(keyOf(partner, named), { partner, ...named, sha256, claim: "" });
    }
  });
  return {
    ...stateOf(arrival, interchanges),
    interchanges,
    expected: new Map([...next].filter(([scope, n]) => expected.get(scope) !== n)),
  };
}

/**
 * Holds or notes an interchange that passes numbers over; what came counts in the chain, also without effect. A number that
 * came before has counted already, or waits for its turn.
 */
function inItsPlace(plan: InterchangePlan, arrival: Arrival, next: Map<Scope, number>): InterchangePlan {
  const { entry, partner } = plan;
  const counts = plan.state === "open" || plan.cause === "envelope";
  if (!counts || partner === "") return plan;
  const scope = chainScope({ partner, sender: entry.sender.id, receiver: entry.receiver.id });
  const { numberGaps } = arrival.partners.find(({ code }) => code === partner) as Partner;
  const missing = missingBefore(next.get(scope), entry.control);
  const waits = missing !== undefined && numberGaps === "hold" && plan.state === "open";
  const after = expectedAfter(next.get(scope), entry.control);
  if (!waits && after !== undefined) next.set(scope, after);
  if (missing === undefined || numberGaps === "ignore" || plan.state !== "open") return plan;
  const place: Place = { file: arrival.name, line: entry.line, byte: entry.firstByte };
  const findings = [...plan.findings, gapFinding(missing, entry.control, place, numberGaps)];
  if (!waits) return { ...plan, findings, missing };
  return { ...plan, state: "held", cause: `control numbers missing: ${missingInWords(missing)}`, findings, missing };
}

const keyOf = (partner: string, of: { sender: string; receiver: string; control: string }): string =>
  JSON.stringify([partner, of.sender, of.receiver, of.control]);

function planInterchange(
  arrival: Arrival,
  entry: InterchangeEntry,
  sha256: string,
  known: ReadonlyMap<string, EarlierInterchange>,
): InterchangePlan {
  const place: Place = { file: arrival.name, line: entry.line, byte: entry.firstByte };
  const partner = partnerOf(entry.sender, arrival.partners);
  const findings = withLenience(entry.findings, partner?.lenient ?? []);
  const planned = (state: InterchangePlan["state"], cause: string, ...more: Finding[]): InterchangePlan => ({
    entry,
    partner: partner?.code ?? "",
    sha256,
    state,
    cause,
    findings: [...findings, ...more],
  });
  if (!entry.complete) return planned("refused", "incomplete");
  const stranger = identityFault(arrival, entry, partner, place);
  if (stranger !== undefined) return planned("refused", "identity", stranger);
  if (findings.some(({ severity }) => severity === "reject")) return planned("refused", "envelope");
  const named = { sender: entry.sender.id, receiver: entry.receiver.id, control: entry.control };
  const before = known.get(keyOf(partner?.code ?? "", named));
  if (before === undefined) return planned("open", "");
  if (before.sha256 === sha256) return planned("duplicate", `same bytes as ${fileOf(before)}`);
  return planned("held", "control number reused", reused(entry, before, place));
}

const fileOf = ({ claim }: EarlierInterchange): string => (claim === "" ? "one before in this file" : `file:${claim}`);

function reused(entry: InterchangeEntry, before: EarlierInterchange, place: Place): Finding {
  return {
    code: "EXCHANGE_CONTROL_REUSED",
    severity: "reject",
    message: `The control number ${entry.control} came before with other content`,
    place,
    expected: "a control number that the sender has not used",
    found: `${entry.control}, as in ${fileOf(before)}`,
    remedy: "Ask the sender which of the two counts; let him send the other again under a new number",
    ack: { interchange: "025" },
  };
}

function identityFault(
  { partners, environment }: Arrival,
  entry: InterchangeEntry,
  partner: Partner | undefined,
  place: Place,
): Finding | undefined {
  if (partner === undefined) {
    return {
      code: "EXCHANGE_UNKNOWN_SENDER",
      severity: "reject",
      message: "The folder is not declared for this sender",
      place,
      expected: `one of ${partners.flatMap(({ theirs }) => theirs.map(identityInWords)).join(", ")}`,
      found: identityInWords(entry.sender),
      remedy:
        "Put the file into the folder of its sender, or add the identity to `theirs` of a partner that uses this folder",
    };
  }
  if (!partner.ours.some((identity) => sameIdentity(identity, entry.receiver))) {
    return {
      code: "EXCHANGE_WRONG_RECEIVER",
      severity: "reject",
      message: "The interchange is addressed to somebody else",
      place,
      expected: `one of ${partner.ours.map(identityInWords).join(", ")}`,
      found: identityInWords(entry.receiver),
      remedy: `Tell the sender, or add the identity to \`ours\` of ${partner.code}`,
    };
  }
  if (environment === "test" || entry.test === partner.test) return undefined;
  return {
    code: "EXCHANGE_TEST_FLAG",
    severity: "reject",
    message: entry.test ? "A test interchange has no place in production" : "This partner sends tests only",
    place,
    expected: partner.test ? "a test interchange" : "a production interchange",
    found: entry.test ? "a test interchange" : "a production interchange",
    remedy: `Tell the sender, or change \`test\` of ${partner.code}`,
  };
}

const identityInWords = ({ qualifier, id }: Identity): string =>
  qualifier.trim() === "" ? id.trimEnd() : `${qualifier.trim()}/${id.trimEnd()}`;

function stateOf(arrival: Arrival, interchanges: readonly InterchangePlan[]): Omit<FilePlan, "interchanges"> {
  const named = interchanges.find(({ partner }) => partner !== "")?.partner;
  const partner = named ?? (arrival.partners.length === 1 ? (arrival.partners[0] as Partner).code : "");
  const { findings } = arrival.catalogue;
  const of = (wanted: InterchangePlan["state"]) => interchanges.find(({ state }) => state === wanted);
  if (of("open") !== undefined) return { partner, state: "registered", cause: "", findings };
  const held = of("held");
  if (held !== undefined) return { partner, state: "held", cause: held.cause, findings };
  const refused = of("refused");
  if (refused !== undefined) return { partner, state: "quarantined", cause: refused.cause, findings };
  const duplicate = of("duplicate");
  if (duplicate !== undefined) return { partner, state: "duplicate", cause: duplicate.cause, findings };
  const empty = arrival.catalogue.size === 0 || findings.some(({ code }) => code === "SYNTAX_EMPTY_FILE");
  return {
    partner,
    state: "quarantined",
    cause: empty ? "empty" : "unreadable",
    findings: [...findings, ...unread(arrival)],
  };
}

/** A file that is none of the families has at least one finding of ours that says so. */
function unread({ name, catalogue }: Arrival): Finding[] {
  if (catalogue.findings.length > 0) return [];
  return [
    {
      code: "EXCHANGE_UNREADABLE",
      severity: "reject",
      message: catalogue.size === 0 ? "The file is empty" : "The file is of no kind that is read here",
      place: { file: name, byte: 0, line: 1 },
      expected: "an interchange, such as X12 beginning with ISA",
      remedy: "Ask the sender what this file is",
    },
  ];
}
