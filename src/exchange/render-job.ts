/** What is to be rendered for a partner, by which mapping, and under which series of numbers. */
import { mappingNamed, type OutboundMessage, type Partner, versionOf } from "../config/partner.ts";
import type { CompiledMapping, MappingLibrary } from "../mapping/library.ts";
import type { ControlSeries } from "../store/series.ts";
import type { Family, Identity } from "../syntax/segment.ts";
import type { WrittenSet } from "../syntax/x12-writer.ts";
import { dateIn, type Instant, timeIn } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError } from "../values/errors.ts";
import { detailsOf, type Finding } from "../values/finding.ts";
import type { SecondReading } from "./read-back.ts";

export interface Sides {
  readonly sender: Identity;
  readonly receiver: Identity;
}

/** Documents that a partner gets. */
export type PartnerKind = "997" | "999" | "ta1" | "contrl" | "application-advice" | "ship-notice" | "invoice";

/** What is rendered, and when and for whom. */
export interface RenderJob {
  readonly kind: PartnerKind;
  readonly document: unknown;
  readonly partner: Partner;
  /** The sides of the interchange that an answer answers, the other way round; the partner's first identities unless given. */
  readonly sides?: Sides | undefined;
  /** The moment the document was decided; date and time of the envelope, so that the same document gives the same bytes. */
  readonly instant: Instant;
  readonly timeZone: string;
}

/** How a document is written. */
export interface Target {
  readonly family: Family;
  /** Absent for a TA1, which is envelope only. */
  readonly mapping?: CompiledMapping;
  /** GS08, or the version in UNH. */
  readonly version: string;
  readonly association: string;
  /** Series that the interchange, and the group within it, are numbered from. */
  readonly series: ControlSeries;
  readonly groupSeries?: ControlSeries;
}

export interface ControlNumbers {
  readonly interchange: number;
  readonly group: number;
}

/** The bytes of one file, and by which numbers what is in it will be answered. */
export interface Rendered extends SecondReading {
  readonly bytes: Buffer;
  /** What the file is called after: `856`, `DESADV`, `4913`, `ship-notice`. */
  readonly type: string;
  readonly ending: string;
  /** Number of the interchange as it stands in the file, or of the file where the family has none. */
  readonly control: string;
  readonly functionalId: string;
  /** Empty where there is no group. */
  readonly groupControl: string;
  readonly setControl: string;
}

/** What families say whose interchanges have neither groups nor a second reader. */
export const PLAIN = {
  functionalId: "",
  groupControl: "",
  setControl: "",
  differences: [],
  unread: undefined,
} as const;

/**
 * How a document of that kind is written for its partner.
 * @throws CalloffError EXCHANGE_NOT_SENT where the partner takes no such document or no mapping fits
 */
export function targetOf(library: MappingLibrary, job: RenderJob): Target {
  const { kind, partner } = job;
  if (kind === "ta1") return { family: "x12", version: "004010", association: "", series: `isa:${partner.code}` };
  if (kind === "997" || kind === "999") return acknowledgementTarget(library, job);
  if (kind === "contrl") return contrlTarget(library, partner);
  const [key, message] = chosenMessage(job);
  if (message === null) throw notSent(kind, partner, `a mapping under \`${key}\``);
  const mapping = library.named(`${message.mapping}.${partner.code}`) ?? library.named(message.mapping);
  if (mapping === undefined) throw notSent(kind, partner, `the mapping ${message.mapping}`);
  return targetBy(mapping, partner, versionFor(message, mapping), message.association ?? "");
}

function chosenMessage({ kind, partner }: RenderJob): readonly [key: string, message: OutboundMessage | null] {
  if (kind === "ship-notice") return ["shipNotice", partner.shipNotice];
  return kind === "invoice" ? ["invoice", partner.invoice] : ["applicationAdvice", partner.applicationAdvice];
}

/** The usual version of the family, unless the mapping is for others only: then the lowest of those. */
function versionFor(message: OutboundMessage, mapping: CompiledMapping): string {
  const usual = versionOf(message);
  const { versions } = mapping.message;
  if (message.version !== undefined || mapping.syntax !== "edifact" || versions.length === 0) return usual;
  const isWithin = versions.some(({ from, to }) => yearOf(from) <= yearOf(usual) && yearOf(usual) <= yearOf(to));
  return isWithin ? usual : (versions[0]?.from ?? usual);
}

/** `D:97A` as text that sorts by year: directories of 1988 to 1999 come before those of 2000. */
function yearOf(version: string): string {
  const [, year = "00", half = ""] = /^[^:]*:(\d{2})(\w)/.exec(version) ?? [];
  return `${Number(year) >= 70 ? "19" : "20"}${year}${half}`;
}

function targetBy(mapping: CompiledMapping, partner: Partner, version: string, association: string): Target {
  const { syntax, message } = mapping;
  const { code } = partner;
  const of = { family: syntax, mapping, version, association };
  if (syntax === "x12") return { ...of, series: `isa:${code}`, groupSeries: `gs:${code}` };
  if (syntax === "edifact") {
    return { ...of, series: `unb:${code}`, ...(partner.edifact.groups ? { groupSeries: `ung:${code}` as const } : {}) };
  }
  if (syntax === "fixed") return { ...of, series: `vda:${code}:${message.first}` };
  return { ...of, series: syntax === "csv" ? `csv:${code}` : `json:${code}` };
}

/** A 997 is written in the version of the group that it answers; the 999 came with 005010. */
function acknowledgementTarget(library: MappingLibrary, { kind, partner, document }: RenderJob): Target {
  const stated = (document as { group?: { version?: string } } | null)?.group?.version ?? "";
  const answered = /^\d{6}/.exec(stated)?.[0] ?? "004010";
  const version = kind === "999" && answered < "005010" ? "005010" : answered;
  const wanted = { family: "x12" as const, type: kind, version, functionalId: "FA", partner: partner.code };
  const mapping = library.fitting(wanted);
  if (mapping === undefined) throw notSent(kind, partner, `a mapping for ${kind} in version ${version}`);
  return targetBy(mapping, partner, version, "");
}

/** CONTRL has versions of its own, those of the syntax. */
function contrlTarget(library: MappingLibrary, partner: Partner): Target {
  const version = partner.edifact.syntax.endsWith(":4") ? "4:1" : "D:3";
  const chosen = mappingNamed(partner, "CONTRL");
  const mapping =
    (chosen === undefined ? undefined : library.named(chosen)) ??
    library.fitting({ family: "edifact", type: "CONTRL", version, functionalId: "", partner: partner.code });
  if (mapping === undefined) throw notSent("contrl", partner, "a mapping for CONTRL");
  return targetBy(mapping, partner, version, "");
}

/** The set that a mapping makes of a document. @throws CalloffError EXCHANGE_DOCUMENT where the mapping refuses it */
export function writtenSet(
  mapping: CompiledMapping,
  document: unknown,
  context: Parameters<CompiledMapping["write"]>[1],
): WrittenSet {
  const { set, findings } = mapping.write(document, context);
  const refused = findings.find(({ severity }) => severity === "reject");
  if (refused !== undefined) throw documentRefused(refused);
  return set;
}

/** The sides of an interchange to a partner: those of what it answers, else the first identity of each. */
export const sidesOf = ({ partner, sides }: RenderJob): Sides =>
  sides ?? { sender: partner.ours[0] as Identity, receiver: partner.theirs[0] as Identity };

/** Control numbers of interchanges have nine digits. */
export const nineDigits = (control: number): string => String(control).padStart(9, "0");

/** Date and time (`HHMM`) of an envelope, in the company's time zone. */
export const stampOf = ({ instant, timeZone }: RenderJob): { date: PlainDate; time: string } => ({
  date: dateIn(timeZone, instant),
  time: timeIn(timeZone, instant),
});

const NAMES: Readonly<Record<PartnerKind, string>> = {
  "997": "997",
  "999": "999",
  ta1: "TA1",
  contrl: "CONTRL",
  "application-advice": "application advice",
  "ship-notice": "ship notice",
  invoice: "invoice",
};

const notSent = (kind: PartnerKind, partner: Partner, expected: string): CalloffError =>
  new CalloffError("EXCHANGE_NOT_SENT", `${partner.code} gets no ${NAMES[kind]}`, {
    expected,
    found: "none",
    remedy: `Name a mapping in config/partners/${partner.code}.yaml, then let the document be sent again`,
  });

const documentRefused = (finding: Finding): CalloffError =>
  new CalloffError("EXCHANGE_DOCUMENT", finding.message, {
    place: finding.place,
    remedy: "Complete the master data that the document is made of, then let it be sent again",
    ...detailsOf(finding),
    cause: finding.code,
  });
