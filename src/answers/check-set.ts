/** One set of a file as its mapping reads it, without any effect. */
import { mappingNamed, type Partner } from "../config/partner.ts";
import { misfitsOf } from "../exchange/document-fit.ts";
import { withLenience } from "../exchange/registration.ts";
import type { CompiledMapping, MappingLibrary, Wanted } from "../mapping/library.ts";
import type { ReadContext } from "../mapping/run.ts";
import { charsetOf } from "../syntax/charsets.ts";
import type { ByteSource, GroupEntry, InterchangeEntry, SetEntry } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import type { Finding } from "../values/finding.ts";
import { type Candidate, candidatesFor } from "./check-fit.ts";
import type { CheckedSet } from "./checked-file.ts";
import { rejects, withLines } from "./shown-findings.ts";

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

export function checkedSet(
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
  // A trailer's counter is told once, with what it means for the transmission.
  const isCounted = envelope.some(({ code }) => code === "SYNTAX_SEGMENT_COUNT");
  const told = isCounted ? findings.filter(({ code }) => code !== "COUNT_DIFFERS") : findings;
  const all = [...envelope, ...told, ...misfits];
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
  if (said?.syntax === entry.family) return said;
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
