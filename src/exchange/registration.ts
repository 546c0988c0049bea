/** Decides what becomes of a file when it is registered: whose each interchange is, and whether it may have an effect. Pure. */
import type { Partner } from "../config/partner.ts";
import type { Scope } from "../store/series.ts";
import { isCount } from "../syntax/codes.ts";
import type { Catalogue, Identity, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding, Place } from "../values/finding.ts";
import {
  type Chain,
  chainScope,
  type Expected,
  expectedAfter,
  gapFinding,
  type Missing,
  missingBefore,
  missingInWords,
} from "./number-chains.ts";
import type { DeclaredTable } from "./tables.ts";
import { expectedAfterTransmission, hasGoneRound, missingBeforeTransmission } from "./transmission-chains.ts";

/** An interchange of the same partner, sender, receiver and control number that came before and counts. */
export interface EarlierInterchange {
  readonly partner: string;
  readonly family: string;
  /** What it carries, where the family counts that apart; see `countedAs`. */
  readonly counted: string;
  readonly sender: string;
  readonly receiver: string;
  readonly control: string;
  readonly sha256: string;
  /** Claim of the file it came in. */
  readonly claim: string;
}

/** Cause of an interchange whose control number came before with other content. */
export const REUSED = "control number reused";

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

/** Interchanges without a control number that came before and count. */
export interface Unnumbered {
  /** SHA-256 of those of each partner that have these very bytes. */
  readonly same: readonly Pick<EarlierInterchange, "partner" | "sha256" | "claim">[];
  /** The latest of each partner and kind. */
  readonly latest: readonly (Pick<EarlierInterchange, "partner" | "sha256" | "claim"> & { readonly kind: string })[];
}
const NONE: Unnumbered = { same: [], latest: [] };

/** What the file and the folder it came to say. */
export interface Arrival {
  readonly name: string;
  readonly catalogue: Catalogue;
  /** SHA-256 of each interchange's bytes, in order. */
  readonly hashes: readonly string[];
  readonly partners: readonly Partner[];
  /** What a partner's file declares this file to be, where it has no envelope that says it. */
  readonly table?: DeclaredTable | undefined;
  /** `test`: both kinds of interchange are taken. */
  readonly environment: "production" | "test";
}

/** Whose an interchange is: by its sender, a table by its file's name; `undefined` when the folder is not declared for him. */
export function partnerOf(
  { family, sender }: Pick<InterchangeEntry, "family" | "sender">,
  partners: readonly Partner[],
  table?: Pick<DeclaredTable, "partner">,
): Partner | undefined {
  if (family === "csv") return table?.partner;
  // JSON need not name its sender where the folder says whose it is.
  if (family === "json" && sender.id === "" && partners.length === 1) return partners[0];
  return partners.find(({ theirs }) => theirs.some((identity) => sameIdentity(identity, sender, family)));
}

/** Families whose envelopes have no qualifiers of identities. */
const UNQUALIFIED: ReadonlySet<string> = new Set(["fixed", "json"]);
/** Families whose envelopes cannot say that they are a test. */
const UNFLAGGED: ReadonlySet<string> = new Set(["fixed", "csv"]);

/** A configured identity without qualifier fits any; blanks behind an identifier are padding. */
function sameIdentity(configured: Identity, stated: Identity, family: string): boolean {
  const qualifier = UNQUALIFIED.has(family) ? "" : configured.qualifier.trim();
  if (qualifier !== "" && qualifier !== stated.qualifier.trim()) return false;
  return configured.id.trimEnd() === stated.id.trimEnd();
}

/** Transmissions of VDA are counted apart for each message, by its first record. */
export const countedAs = ({ family, groups }: Pick<InterchangeEntry, "family" | "groups">): string =>
  family === "fixed" ? (groups[0]?.sets[0]?.type ?? "") : "";

/** Interchanges without a number and date are compared with the latest of their kind: a table's is its mapping. */
export const kindOf = ({ family, groups, table }: Pick<InterchangeEntry, "family" | "groups" | "table">): string =>
  JSON.stringify([family, table?.mapping ?? groups[0]?.sets[0]?.type ?? ""]);

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
  unnumbered: Unnumbered = NONE,
): FilePlan {
  const next = new Map(expected);
  const known: Known = {
    numbered: new Map(earlier.map((held) => [keyOf(held), held])),
    same: new Map(unnumbered.same.map((held) => [JSON.stringify([held.partner, held.sha256]), held])),
    latest: new Map(unnumbered.latest.map((held) => [JSON.stringify([held.partner, held.kind]), held])),
  };
  const interchanges: InterchangePlan[] = [];
  arrival.catalogue.interchanges.forEach((entry, n) => {
    const judged = planInterchange(arrival, entry, arrival.hashes[n] ?? "", known, next);
    const plan = inItsPlace(judged, arrival, known, next);
    interchanges.push(plan);
    if (plan.state === "open") remember(known, plan);
  });
  return {
    ...stateOf(arrival, interchanges),
    interchanges,
    expected: new Map([...next].filter(([scope, n]) => expected.get(scope) !== n)),
  };
}

/** What came before, of this file and of others. */
interface Known {
  readonly numbered: Map<string, EarlierInterchange>;
  /** Without a number, by partner and bytes; and the latest by partner and kind. */
  readonly same: Map<string, Pick<EarlierInterchange, "sha256" | "claim">>;
  readonly latest: Map<string, Pick<EarlierInterchange, "sha256" | "claim">>;
}

/** An interchange as one that came, by the numbers it is known by. */
const namedBy = (entry: InterchangeEntry, partner: string) => ({
  partner,
  family: entry.family,
  counted: countedAs(entry),
  sender: entry.sender.id,
  receiver: entry.receiver.id,
  control: entry.control,
});

function remember({ numbered, same, latest }: Known, { entry, partner, sha256 }: InterchangePlan): void {
  if (entry.control !== "") {
    const named = namedBy(entry, partner);
    numbered.set(keyOf(named), { ...named, sha256, claim: "" });
    return;
  }
  same.set(JSON.stringify([partner, sha256]), { sha256, claim: "" });
  latest.set(JSON.stringify([partner, kindOf(entry)]), { sha256, claim: "" });
}

/** Whose numbers an interchange's are part of. */
export const chainOf = (entry: InterchangeEntry, partner: string): Chain => ({
  partner,
  sender: entry.sender.id,
  receiver: entry.receiver.id,
  ...(countedAs(entry) === "" ? {} : { counted: countedAs(entry) }),
});

/** What is missing before an interchange by its sender's chain. */
function missingIn(
  entry: InterchangeEntry,
  partner: string,
  known: Known,
  next: number | undefined,
): Missing | undefined {
  if (entry.family !== "fixed") return missingBefore(next, entry.control);
  const previous = entry.previous ?? "";
  // A customer may count apart for each of his plants: what the old number names did come.
  if (known.numbered.has(keyOf({ ...namedBy(entry, partner), control: previous }))) return undefined;
  return missingBeforeTransmission(next, { previous, control: entry.control });
}

const afterIn = ({ family, control }: InterchangeEntry, next: number | undefined): number | undefined =>
  family === "fixed" ? expectedAfterTransmission(next, control) : expectedAfter(next, control);

/**
 * Holds or notes an interchange that passes numbers over; what came counts in the chain, also without effect. A number that
 * came before has counted already, or waits for its turn.
 */
function inItsPlace(plan: InterchangePlan, arrival: Arrival, known: Known, next: Map<Scope, number>): InterchangePlan {
  const { entry, partner } = plan;
  const counts = plan.state === "open" || plan.cause === "envelope";
  if (!counts || partner === "" || entry.control === "") return plan;
  const scope = chainScope(chainOf(entry, partner));
  const { numberGaps } = arrival.partners.find(({ code }) => code === partner) as Partner;
  const missing = missingIn(entry, partner, known, next.get(scope));
  const waits = missing !== undefined && numberGaps === "hold" && plan.state === "open";
  const after = afterIn(entry, next.get(scope));
  if (!waits && after !== undefined) next.set(scope, after);
  if (missing === undefined || numberGaps === "ignore" || plan.state !== "open") return plan;
  const place: Place = { file: arrival.name, line: entry.line, byte: entry.firstByte };
  const findings = [...plan.findings, gapFinding(missing, entry.control, place, numberGaps)];
  if (!waits) return { ...plan, findings, missing };
  return { ...plan, state: "held", cause: `control numbers missing: ${missingInWords(missing)}`, findings, missing };
}

const keyOf = (of: Omit<EarlierInterchange, "sha256" | "claim">): string =>
  JSON.stringify([of.partner, of.family, of.counted, of.sender, of.receiver, of.control]);

function planInterchange(
  arrival: Arrival,
  entry: InterchangeEntry,
  sha256: string,
  known: Known,
  next: ReadonlyMap<Scope, number>,
): InterchangePlan {
  const place: Place = { file: arrival.name, line: entry.line, byte: entry.firstByte };
  const partner = partnerOf(entry, arrival.partners, arrival.table);
  // What the partner's file says of his characters counts before what his envelope does.
  const stated = entry.findings.filter(({ code }) => code !== "SYNTAX_CHARSET" || partner?.charset === undefined);
  const findings = withLenience(stated, partner?.lenient ?? []);
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
  const code = partner?.code ?? "";
  const before =
    entry.control === ""
      ? unnumberedBefore(entry, code, sha256, known)
      : known.numbered.get(keyOf(namedBy(entry, code)));
  if (before === undefined) return planned("open", "");
  if (before.sha256 === sha256) return planned("duplicate", `same bytes as ${fileOf(before)}`);
  const isRound = entry.family === "fixed" && hasGoneRound(next.get(chainScope(chainOf(entry, code))), entry.control);
  if (entry.control === "" || isRound) return planned("open", "");
  return planned("held", REUSED, reused(entry, before, place));
}

/**
 * What an interchange without a control number may repeat: with a date of its own, anything of the same bytes; without one the
 * latest of its kind only, since a table may lawfully return to what it said before.
 */
function unnumberedBefore(
  entry: InterchangeEntry,
  partner: string,
  sha256: string,
  { same, latest }: Known,
): Pick<EarlierInterchange, "sha256" | "claim"> | undefined {
  if (entry.sentOn !== "") return same.get(JSON.stringify([partner, sha256]));
  return latest.get(JSON.stringify([partner, kindOf(entry)]));
}

const fileOf = ({ claim }: Pick<EarlierInterchange, "claim">): string =>
  claim === "" ? "one before in this file" : `file:${claim}`;

function reused(entry: InterchangeEntry, before: Pick<EarlierInterchange, "claim">, place: Place): Finding {
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

/** Why an interchange has no place in its folder: nobody is answered then. */
export function identityFault(
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
  // A table names neither sender nor receiver, JSON need not.
  const namesReceiver = entry.family !== "csv" && !(entry.family === "json" && entry.receiver.id === "");
  if (namesReceiver && !partner.ours.some((identity) => sameIdentity(identity, entry.receiver, entry.family))) {
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
  if (environment === "test" || UNFLAGGED.has(entry.family) || entry.test === partner.test) return undefined;
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
