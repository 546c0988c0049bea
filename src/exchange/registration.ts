/** Decides what becomes of a file when it is registered: whose each interchange is, and whether it may have an effect. Pure. */
import type { Partner } from "../config/partner.ts";
import type { Scope } from "../store/series.ts";
import { isCount } from "../syntax/codes.ts";
import type { InterchangeEntry } from "../syntax/segment.ts";
import type { Finding, Place } from "../values/finding.ts";
import { type Arrival, type FilePlan, type InterchangePlan, REUSED } from "./file-plan.ts";
import { identityFault, partnerOf } from "./identities.ts";
import { chainOf, inItsPlace } from "./interchange-chains.ts";
import {
  type EarlierInterchange,
  fileOf,
  type Known,
  keyOf,
  NONE,
  namedBy,
  remember,
  type Unnumbered,
  unnumberedBefore,
} from "./known-interchanges.ts";
import { chainScope, type Expected } from "./number-chains.ts";
import { hasGoneRound } from "./transmission-chains.ts";
import { withUndeclaredTable } from "./undeclared-tables.ts";

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
    findings: empty
      ? [...findings, ...unread(arrival)]
      : withUndeclaredTable(arrival.name, arrival.partners, [...findings, ...unread(arrival)]),
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
