/** What a file says, or what is wrong with it, without any effect: the two passes of intake over one file. */
import { mappingNamed, type Partner } from "../config/partner.ts";
import { misfitsOf } from "../exchange/document-fit.ts";
import { partnerOf, planFile, withLenience } from "../exchange/registration.ts";
import { type DeclaredTable, tableDeclared } from "../exchange/tables.ts";
import type { CompiledMapping, MappingLibrary, Wanted } from "../mapping/library.ts";
import type { ReadContext } from "../mapping/run.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { charsetOf } from "../syntax/charsets.ts";
import type {
  ByteSource,
  Catalogue,
  Delimiters,
  GroupEntry,
  Identity,
  InterchangeEntry,
  SetEntry,
  Ta1,
} from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import type { Finding } from "../values/finding.ts";
import { type Candidate, candidatesFor, tableFit } from "./check-fit.ts";
import { type ShownLine, shownLine } from "./check-lines.ts";
import { suggestionFor } from "./check-suggestions.ts";
import { type SecondReading, secondReading } from "./second-reading.ts";

/** A finding with the line of the file that it is about, and what the sender may have meant. */
export interface CheckedFinding extends Finding {
  readonly shown?: ShownLine;
  readonly suggestion?: string;
}

/** How a set came out: `tolerated` has an effect though something is noted, `invalid` and `no mapping` have none. */
export type SetOutcome = "valid" | "tolerated" | "invalid" | "no mapping";

export interface CheckedSet {
  readonly ordinal: number;
  readonly type: string;
  readonly control: string;
  readonly version: string;
  readonly outcome: SetOutcome;
  /** Name of the mapping, empty where there is none. */
  readonly mapping: string;
  /** Mappings that were thought of, with the reason why each fits or does not. */
  readonly candidates: readonly Candidate[];
  readonly segments: number;
  /** Segments that the mapping has a place for, and those it keeps as unknown; none where there is no mapping. */
  readonly accounted: { readonly mapped: number; readonly unknown: number };
  readonly findings: readonly CheckedFinding[];
  /** Places with content that no field of the mapping names. */
  readonly unmapped: ReturnType<CompiledMapping["read"]>["unmapped"];
  readonly unknown: ReturnType<CompiledMapping["read"]>["unknown"];
  /** What the document is, e.g. `delivery-schedule`; empty where there is no mapping. */
  readonly kind: string;
  readonly document: unknown;
}

export interface CheckedGroup {
  readonly ordinal: number;
  readonly functionalId: string;
  readonly control: string;
  readonly findings: readonly CheckedFinding[];
  readonly sets: readonly CheckedSet[];
}

export interface CheckedInterchange {
  readonly ordinal: number;
  readonly family: string;
  readonly version: string;
  readonly sender: Identity;
  readonly receiver: Identity;
  readonly control: string;
  readonly sentOn: string;
  readonly test: boolean;
  readonly complete: boolean;
  readonly segments: number;
  readonly findings: readonly CheckedFinding[];
  readonly groups: readonly CheckedGroup[];
  /** What TA1 segments of it say of interchanges of ours. */
  readonly ta1?: readonly Ta1[];
  /** What the independent second reader says; absent for families it does not read. */
  readonly secondReader?: SecondReading;
}

export interface CheckedFile {
  readonly file: string;
  readonly size: number;
  readonly family: string;
  /** Mappings of tables that were tried, where the file is of no other kind. */
  readonly candidates: readonly Candidate[];
  readonly valid: boolean;
  /** Every segment read is one of an envelope, mapped, unknown, or in a set that has no mapping. */
  readonly segments: {
    readonly read: number;
    readonly envelope: number;
    readonly mapped: number;
    readonly unknown: number;
    readonly withoutMapping: number;
  };
  readonly findings: readonly CheckedFinding[];
  readonly interchanges: readonly CheckedInterchange[];
}

export interface CheckSettings {
  readonly library: MappingLibrary;
  /** Whose file it is said to be. */
  readonly partner?: Partner | undefined;
  /** Partners among whom the sender is looked up when none is said. */
  readonly partners?: readonly Partner[];
  /** With a partner said: whether test interchanges are taken here. */
  readonly environment?: "production" | "test";
  readonly lenient: readonly string[];
  /** Mapping that is to read every message of its family, whatever fits. */
  readonly mapping?: string | undefined;
}

/** What the file is, by its content or by what a partner's file declares of its name. */
interface Opened {
  readonly catalogue: Catalogue;
  readonly candidates: readonly Candidate[];
  readonly table: DeclaredTable | undefined;
}

function opened(source: ByteSource, { library, partner, partners, mapping }: CheckSettings): Opened {
  const declared = tableDeclared(
    source.name.replace(/^.*[\\/]/, ""),
    partner === undefined ? (partners ?? []) : [partner],
    library,
  );
  if (declared !== undefined) {
    return { catalogue: catalogueOf(source, { table: declared.layout }), candidates: [], table: declared };
  }
  const catalogue = catalogueOf(source);
  if (catalogue.interchanges.length > 0) return { catalogue, candidates: [], table: undefined };
  const fit = tableFit(source, library, mapping);
  return { catalogue: fit.catalogue ?? catalogue, candidates: fit.candidates, table: undefined };
}

/** Reads the whole file. Never throws for what the file holds. */
export async function checkFile(source: ByteSource, settings: CheckSettings): Promise<CheckedFile> {
  const { catalogue, candidates, table } = opened(source, settings);
  const identities = identityFindings(source, catalogue, table, settings);
  const interchanges: CheckedInterchange[] = [];
  for (const entry of catalogue.interchanges) {
    const checked = await checkedInterchange(source, entry, settings);
    const whose = identities.get(entry.ordinal) ?? [];
    const findings = [...checked.findings, ...withLines(source, entry, undefined, whose)];
    interchanges.push({ ...checked, findings });
  }
  const sets = interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets));
  const findings = withLines(source, undefined, undefined, fileFindings(source, catalogue, candidates));
  return {
    file: source.name,
    size: source.size,
    family: catalogue.family ?? "",
    candidates,
    valid: catalogue.interchanges.length > 0 && !rejects(findings) && interchanges.every(isValid),
    segments: segmentsIn(catalogue, sets),
    findings,
    interchanges,
  };
}

/** Findings as they are shown to whoever is to put them right. */
const withLines = (
  source: ByteSource,
  entry: InterchangeEntry | undefined,
  mapping: CompiledMapping | undefined,
  findings: readonly Finding[],
): CheckedFinding[] =>
  findings.map((finding, at) => {
    if (at >= MOST_SHOWN) return finding;
    // A workbook is packed: its bytes are no lines.
    const shown = entry?.version === "xlsx" ? undefined : shownLine(source, finding, entry && delimitersOf(entry));
    const suggestion = suggestionFor(finding, mapping);
    return {
      ...finding,
      ...(shown === undefined ? {} : { shown }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  });
/** A table's cells are divided by what its layout says. */
const delimitersOf = ({ delimiters, family, table }: InterchangeEntry): Delimiters =>
  family === "csv" ? { ...delimiters, element: table?.delimiter ?? ";" } : delimiters;

/** So many findings of a set are shown with their lines; a message that is wrong throughout is read by its first ones. */
const MOST_SHOWN = 200;

/** What intake would say about sender, receiver and test flag, where it was said whose file it is. */
function identityFindings(
  { name }: ByteSource,
  catalogue: Catalogue,
  table: DeclaredTable | undefined,
  { partner, environment }: CheckSettings,
): Map<number, Finding[]> {
  if (partner === undefined) return new Map();
  const arrival = { name, catalogue, hashes: [], partners: [partner], table, environment: environment ?? "production" };
  const { interchanges } = planFile(arrival, []);
  return new Map(
    interchanges.map(({ entry, cause, findings }) => [entry.ordinal, cause === "identity" ? findings.slice(-1) : []]),
  );
}

function segmentsIn({ segments }: Catalogue, sets: readonly CheckedSet[]): CheckedFile["segments"] {
  const sum = (of: (set: CheckedSet) => number) => sets.reduce((held, set) => held + of(set), 0);
  const mapped = sum(({ accounted }) => accounted.mapped);
  const unknown = sum(({ accounted }) => accounted.unknown);
  return {
    read: segments,
    envelope: segments - sum((set) => set.segments),
    mapped,
    unknown,
    withoutMapping: sum((set) => (set.mapping === "" ? set.segments : 0)),
  };
}

/** A file that is of no kind, and has not been told so by the catalogue, is told so here. */
function fileFindings(source: ByteSource, catalogue: Catalogue, candidates: readonly Candidate[]): readonly Finding[] {
  if (catalogue.interchanges.length > 0 || rejects(catalogue.findings)) return catalogue.findings;
  const near = candidates.map(({ mapping, reason }) => `${mapping} ${reason}`).join("; ");
  const unreadable: Finding = {
    code: "EXCHANGE_UNREADABLE",
    severity: "reject",
    message: source.size === 0 ? "The file is empty" : "The file is of no kind that is read here",
    place: { file: source.name, byte: 0, line: 1 },
    expected: `an interchange, such as X12 beginning with ISA, EDIFACT with UNA or UNB, VDA with 511${near === "" ? "" : `; as a table: ${near}`}`,
    remedy:
      "Ask the sender what this file is; a table is declared under tables in the partner's file, or named by --mapping",
  };
  return [...catalogue.findings, unreadable];
}

const rejects = (findings: readonly Finding[]): boolean => findings.some(({ severity }) => severity === "reject");

const setIsValid = ({ outcome }: CheckedSet): boolean => outcome === "valid" || outcome === "tolerated";

/** An interchange counts as valid when nothing of it, its groups or its sets would be turned down. */
function isValid({ complete, findings, groups }: CheckedInterchange): boolean {
  const groupIsValid = (group: CheckedGroup) => !rejects(group.findings) && group.sets.every(setIsValid);
  return complete && !rejects(findings) && groups.every(groupIsValid);
}

async function checkedInterchange(
  source: ByteSource,
  entry: InterchangeEntry,
  settings: CheckSettings,
): Promise<CheckedInterchange> {
  const partner = settings.partner ?? partnerOf(entry, settings.partners ?? []);
  const lenient = [...settings.lenient, ...(partner?.lenient ?? [])];
  const { ordinal, family, version, sender, receiver, control, sentOn, test, complete, segments } = entry;
  const second = entry.complete ? await secondReading(source, entry) : undefined;
  return {
    ordinal,
    family,
    version,
    sender,
    receiver,
    control,
    sentOn,
    test,
    complete,
    segments,
    findings: withLines(source, entry, undefined, withLenience(entry.findings, lenient)),
    groups: entry.groups.map((group) => checkedGroup(source, entry, group, { ...settings, partner, lenient })),
    ...(entry.ta1 === undefined ? {} : { ta1: entry.ta1 }),
    ...(second === undefined ? {} : { secondReader: second }),
  };
}

function checkedGroup(
  source: ByteSource,
  entry: InterchangeEntry,
  group: GroupEntry,
  settings: CheckSettings,
): CheckedGroup {
  const { ordinal, functionalId, control } = group;
  return {
    ordinal,
    functionalId,
    control,
    findings: withLines(source, entry, undefined, withLenience(group.findings, settings.lenient)),
    sets: group.sets.map((set) => checkedSet(source, entry, group, set, settings)),
  };
}

function checkedSet(
  source: ByteSource,
  entry: InterchangeEntry,
  group: GroupEntry,
  set: SetEntry,
  settings: CheckSettings,
): CheckedSet {
  const envelope = withLenience(set.findings, settings.lenient);
  const { ordinal, type, control, version, segments } = set;
  const mapping = mappingFor(entry, group, set, settings);
  const candidates = candidatesFor(
    settings.library,
    wantedBy(entry, group, set, settings),
    mapping,
    isNamed(entry, set, settings),
  );
  const known = { ordinal, type, control, version, candidates, segments };
  if (mapping === undefined) {
    const findings = [...envelope, noMapping(source, entry, set, settings, candidates)];
    return {
      ...known,
      outcome: "no mapping",
      mapping: "",
      accounted: { mapped: 0, unknown: 0 },
      findings: withLines(source, entry, undefined, findings),
      unmapped: [],
      unknown: [],
      kind: "",
      document: undefined,
    };
  }
  const context = readContext(source, entry, set, settings);
  const { document, findings, unmapped, unknown, accounted } = mapping.read(segmentsOf(source, entry, set), context);
  const isRead = !rejects(findings);
  const misfits = isRead ? misfitsOf(mapping.document, document, { file: source.name, set }) : [];
  const all = [...envelope, ...findings, ...misfits];
  return {
    ...known,
    outcome: rejects(all) ? "invalid" : all.some(({ severity }) => severity === "tolerated") ? "tolerated" : "valid",
    mapping: mapping.name,
    accounted: { mapped: accounted.mapped, unknown: accounted.unknown },
    findings: withLines(source, entry, mapping, all),
    unmapped,
    unknown,
    kind: mapping.document,
    document,
  };
}

/** What a mapping is told about the set that it reads. */
export const readContext = (
  { name }: ByteSource,
  interchange: InterchangeEntry,
  { version }: SetEntry,
  { partner, lenient }: CheckSettings,
): ReadContext => ({
  family: interchange.family,
  delimiters: interchange.delimiters,
  version,
  charset: charsetOf(interchange, partner?.charset),
  sentOn: interchange.sentOn,
  file: name,
  lenient,
});

/** The mapping that reads a set: what was said to, what the table is declared by or the partner's file names, else the one that fits. */
export function mappingFor(
  entry: InterchangeEntry,
  group: GroupEntry,
  set: SetEntry,
  settings: CheckSettings,
): CompiledMapping | undefined {
  const { library, partner, mapping } = settings;
  const said = mapping === undefined ? undefined : library.named(mapping);
  if (said?.definition.syntax === entry.family) return said;
  const named = entry.table?.mapping ?? (partner === undefined ? undefined : mappingNamed(partner, set.type));
  return named === undefined ? library.fitting(wantedBy(entry, group, set, settings)) : library.named(named);
}

const isNamed = ({ family }: InterchangeEntry, { type }: SetEntry, { partner }: CheckSettings): boolean =>
  family !== "csv" && partner !== undefined && mappingNamed(partner, type) !== undefined;

const wantedBy = (
  { family }: InterchangeEntry,
  { functionalId }: GroupEntry,
  { type, version }: SetEntry,
  { partner }: CheckSettings,
): Wanted => ({ family, type, version, functionalId, ...(partner === undefined ? {} : { partner: partner.code }) });

const noMapping = (
  source: ByteSource,
  entry: InterchangeEntry,
  set: SetEntry,
  { library }: CheckSettings,
  candidates: readonly Candidate[],
): Finding => ({
  code: "EXCHANGE_NO_MAPPING",
  severity: "reject",
  message: `There is no mapping for ${set.type}${set.version === "" ? "" : ` in version ${set.version}`}`,
  place: { file: source.name, byte: set.firstByte, line: set.line, segment: set.firstSegment },
  expected:
    candidates.length > 0
      ? candidates.map(({ mapping, reason }) => `${mapping} ${reason}`).join("; ")
      : `a message that one of these reads: ${library.names().join(", ")}`,
  found: `${entry.family} ${set.type} ${set.version}`.trim(),
  remedy: `Write mappings/${entry.family}/<name>.yaml in the home, or name one under mappings in the partner's file`,
});
