/** What a file says, or what is wrong with it, without any effect: the two passes of intake over one file. */
import { partnerOf } from "../exchange/identities.ts";
import { planFile, withLenience } from "../exchange/registration.ts";
import { type DeclaredTable, tableDeclared } from "../exchange/tables.ts";
import { withUndeclaredTable } from "../exchange/undeclared-tables.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import type { ByteSource, Catalogue, GroupEntry, InterchangeEntry } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import { type Candidate, tableFit } from "./check-fit.ts";
import { type CheckSettings, checkedSet } from "./check-set.ts";
import type { CheckedFile, CheckedGroup, CheckedInterchange, CheckedSet } from "./checked-file.ts";
import { secondReading } from "./second-reading.ts";
import { rejects, withLines } from "./shown-findings.ts";

/** What the file is, by its content or by what a partner's file declares of its name. */
interface Opened {
  readonly catalogue: Catalogue;
  readonly candidates: readonly Candidate[];
  readonly table: DeclaredTable | undefined;
}

function opened(source: ByteSource, { library, partner, partners, mapping }: CheckSettings): Opened {
  const declared = tableDeclared(baseOf(source.name), partner === undefined ? (partners ?? []) : [partner], library);
  if (declared !== undefined) {
    return { catalogue: catalogueOf(source, { table: declared.layout }), candidates: [], table: declared };
  }
  const catalogue = catalogueOf(source);
  if (catalogue.interchanges.length > 0) return { catalogue, candidates: [], table: undefined };
  const fit = tableFit(source, library, mapping);
  return { catalogue: fit.catalogue ?? catalogue, candidates: fit.candidates, table: undefined };
}

/** The name that a folder has for a file. */
const baseOf = (name: string): string => name.replace(/^.*[\\/]/, "");

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
  const findings = withLines(source, undefined, undefined, fileFindings(source, catalogue, candidates, settings));
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

/** What intake would say about sender, receiver and test flag, where it was said whose file it is. */
function identityFindings(
  { name }: ByteSource,
  catalogue: Catalogue,
  table: DeclaredTable | undefined,
  { partner, environment }: CheckSettings,
): Map<number, Finding[]> {
  if (partner === undefined) return new Map();
  const arrival = {
    name: baseOf(name),
    catalogue,
    hashes: [],
    partners: [partner],
    table,
    environment: environment ?? "production",
  };
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
function fileFindings(
  source: ByteSource,
  catalogue: Catalogue,
  candidates: readonly Candidate[],
  { partner }: CheckSettings,
): readonly Finding[] {
  if (catalogue.interchanges.length > 0) return catalogue.findings;
  if (rejects(catalogue.findings)) {
    return partner === undefined
      ? catalogue.findings
      : withUndeclaredTable(baseOf(source.name), [partner], catalogue.findings);
  }
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

const setIsValid = ({ outcome }: CheckedSet): boolean => outcome === "valid" || outcome === "tolerated";

const groupIsValid = ({ findings, sets }: CheckedGroup): boolean => !rejects(findings) && sets.every(setIsValid);

/** An interchange counts as valid when nothing of it, its groups or its sets would be turned down. */
function isValid({ complete, findings, groups }: CheckedInterchange): boolean {
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
