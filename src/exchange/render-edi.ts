/** Renders a document for a partner: by its mapping into one X12 interchange, read back by the second reader before it counts. */
import { type Partner, versionOf } from "../config/partner.ts";
import type { CompiledMapping, MappingLibrary } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { compareReaders, readByX12Parser } from "../syntax/second-reader.ts";
import type { Delimiters } from "../syntax/segment.ts";
import { memorySource } from "../syntax/sources.ts";
import { type WrittenSet, writeX12Interchange, type X12Envelope } from "../syntax/x12-writer.ts";
import { dateIn, type Instant } from "../values/clock.ts";
import { CalloffError } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";

/** What is rendered, and when and for whom. */
export interface EdiJob {
  readonly kind: "997" | "ship-notice" | "invoice";
  readonly document: unknown;
  readonly partner: Partner;
  /** The moment the document was decided; date and time of the envelope, so that the same document gives the same bytes. */
  readonly instant: Instant;
  readonly timeZone: string;
}

export interface ControlNumbers {
  readonly interchange: number;
  readonly group: number;
}

export interface RenderedEdi {
  readonly bytes: Buffer;
  /** ST01, e.g. `856`. */
  readonly type: string;
  readonly functionalId: string;
  readonly setControl: string;
  /** Where the second reader did not see what was meant, in words; empty when it agrees. */
  readonly differences: readonly string[];
  /** That the second reader failed, with its reason. */
  readonly unread: string | undefined;
}

const SET_CONTROL = "0001";
const STANDARD: Readonly<Record<EdiJob["kind"], string>> = { "997": "997", "ship-notice": "856", invoice: "810" };
const GROUPS: Readonly<Record<string, string>> = { "997": "FA", "856": "SH", "810": "IN" };

/**
 * Renders one document with the given numbers.
 * @throws CalloffError EXCHANGE_NOT_SENT where the partner takes no such document or no mapping fits, EXCHANGE_DOCUMENT where
 * the mapping refuses it, EXCHANGE_READ_BACK where our own reader does not understand what was written, SYNTAX_* from the writer
 */
export async function renderEdi(library: MappingLibrary, job: EdiJob, numbers: ControlNumbers): Promise<RenderedEdi> {
  const { mapping, version } = chosen(library, job);
  const { partner } = job;
  const delimiters: Delimiters = { ...partner.delimiters, repetition: "", release: "" };
  const { set, findings } = mapping.write(asVersion(job, version), {
    family: "x12",
    delimiters,
    version,
    setControl: SET_CONTROL,
    charset: partner.charset ?? "latin1",
    ...(partner.replaceForbidden === undefined ? {} : { replaceForbidden: partner.replaceForbidden }),
  });
  const refused = findings.find(({ severity }) => severity === "reject");
  if (refused !== undefined) throw documentRefused(refused);
  const functionalId = mapping.definition.message.groups[0] ?? GROUPS[set.type] ?? "";
  const bytes = writeX12Interchange(envelopeOf(job, numbers, functionalId, version, delimiters), [set]);
  readBack(bytes, numbers);
  return {
    bytes,
    type: set.type,
    functionalId,
    setControl: SET_CONTROL,
    ...(await secondReading(bytes, set, delimiters)),
  };
}

function chosen(
  library: MappingLibrary,
  { kind, partner, document }: EdiJob,
): { mapping: CompiledMapping; version: string } {
  if (kind === "997") {
    const version = answeredVersion(document);
    const wanted = { family: "x12" as const, type: "997", version, functionalId: "FA", partner: partner.code };
    const mapping = library.fitting(wanted);
    if (mapping === undefined) throw notSent(kind, partner, `a mapping for 997 in version ${version}`);
    return { mapping, version };
  }
  const named = kind === "ship-notice" ? partner.shipNotice : partner.invoice;
  if (named === null)
    throw notSent(kind, partner, `a mapping under \`${kind === "invoice" ? "invoice" : "shipNotice"}\``);
  const mapping = library.named(`${named.mapping}.${partner.code}`) ?? library.named(named.mapping);
  if (mapping === undefined) throw notSent(kind, partner, `the mapping ${named.mapping}`);
  return { mapping, version: versionOf(named) };
}

/** An acknowledgement is written in the version of the group that it answers. */
function answeredVersion(document: unknown): string {
  const stated = (document as { group?: { version?: string } } | null)?.group?.version ?? "";
  return /^\d{6}/.exec(stated)?.[0] ?? "004010";
}

/** AK103, the version of the group answered, came with 005010. */
function asVersion({ kind, document }: EdiJob, version: string): unknown {
  if (kind !== "997" || version >= "005010") return document;
  const { group, ...rest } = document as { group: Readonly<Record<string, unknown>> };
  const { version: _version, ...known } = group;
  return { ...rest, group: known };
}

function envelopeOf(
  { partner, instant, timeZone }: EdiJob,
  numbers: ControlNumbers,
  functionalId: string,
  version: string,
  delimiters: Delimiters,
): X12Envelope {
  const sender = partner.ours[0] as Partner["ours"][number];
  const receiver = partner.theirs[0] as Partner["theirs"][number];
  return {
    sender,
    receiver,
    interchangeControl: numbers.interchange,
    groupControl: numbers.group,
    functionalId,
    groupSender: partner.groupIds.ours ?? sender.id,
    groupReceiver: partner.groupIds.theirs ?? receiver.id,
    date: dateIn(timeZone, instant),
    time: timeIn(timeZone, instant),
    version,
    test: partner.test,
    acknowledgementRequested: false,
    delimiters,
    newline: partner.delimiters.newline,
    ...(partner.replaceForbidden === undefined ? {} : { replaceForbidden: partner.replaceForbidden }),
  };
}

/** `HHMM` on the clock of a time zone. */
function timeIn(timeZone: string, at: Instant): string {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return clock.format(new Date(at)).replace(":", "");
}

/** Nothing leaves that we would refuse ourselves. */
function readBack(bytes: Uint8Array, numbers: ControlNumbers): void {
  const catalogue = catalogueOf(memorySource("what was written", bytes));
  const [entry, ...others] = catalogue.interchanges;
  const findings = [
    ...catalogue.findings,
    ...(entry?.findings ?? []),
    ...(entry?.groups ?? []).flatMap((group) => [...group.findings, ...group.sets.flatMap((set) => set.findings)]),
  ];
  const whole = entry?.complete === true && others.length === 0 && Number(entry.control) === numbers.interchange;
  const [first] = findings;
  if (whole && first === undefined) return;
  throw new CalloffError("EXCHANGE_READ_BACK", "What was written is not read back as one interchange", {
    expected: "the interchange that was meant",
    found: first === undefined ? `${catalogue.interchanges.length} interchanges` : findingInWords(first),
    remedy: "Report this: it is a fault of calloff",
  });
}

/** What x12-parser reads between the envelopes, against what was meant. */
async function secondReading(
  bytes: Uint8Array,
  set: WrittenSet,
  delimiters: Delimiters,
): Promise<Pick<RenderedEdi, "differences" | "unread">> {
  const meant = [...set.segments, ["SE", String(set.segments.length + 1), SET_CONTROL]];
  let theirs: string[][];
  try {
    theirs = await readByX12Parser(bytes, delimiters);
  } catch (thrown) {
    if (!(thrown instanceof CalloffError)) throw thrown;
    return { differences: [], unread: thrown.message };
  }
  const body = theirs.slice(2, -2);
  const differences = compareReaders(meant, body, delimiters.component)
    .filter(({ known }) => !known)
    .map(
      ({ segment, element, ours, theirs: read }) =>
        `segment ${segment}, element ${element ?? "all"}: meant ${ours}, read ${read}`,
    );
  const tags = [...theirs.slice(0, 2), ...theirs.slice(-2)].map(([tag]) => tag).join(" ");
  if (tags !== "ISA GS GE IEA") differences.unshift(`envelopes: meant ISA GS GE IEA, read ${tags}`);
  return { differences, unread: undefined };
}

const notSent = (kind: EdiJob["kind"], partner: Partner, expected: string): CalloffError =>
  new CalloffError("EXCHANGE_NOT_SENT", `${partner.code} gets no ${STANDARD[kind]}`, {
    expected,
    found: "none",
    remedy: `Name a mapping in config/partners/${partner.code}.yaml, then let the document be sent again`,
  });

const documentRefused = (finding: Finding): CalloffError =>
  new CalloffError("EXCHANGE_DOCUMENT", finding.message, {
    place: finding.place,
    ...(finding.expected === undefined ? {} : { expected: finding.expected }),
    ...(finding.found === undefined ? {} : { found: finding.found }),
    remedy: finding.remedy ?? "Complete the master data that the document is made of, then let it be sent again",
    cause: finding.code,
  });
