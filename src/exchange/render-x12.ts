/** A document as one X12 interchange, read back by x12-parser before it counts; and a TA1 as an interchange of its own. */
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { compareReaders, readByX12Parser } from "../syntax/second-reader.ts";
import type { Delimiters, Ta1 } from "../syntax/segment.ts";
import { memorySource } from "../syntax/sources.ts";
import { writeX12Interchange, type X12Envelope } from "../syntax/x12-writer.ts";
import { CalloffError } from "../values/errors.ts";
import {
  type ControlNumbers,
  notReadBack,
  type Rendered,
  type RenderJob,
  sidesOf,
  stampOf,
  type Target,
  writtenSet,
} from "./render-job.ts";

const SET_CONTROL = "0001";
/** A TA1 says nothing that depends on it. */
const TA1_VERSION = "004010";
/** GS01 of sets whose mapping names no group. */
const GROUPS: Readonly<Record<string, string>> = { "997": "FA", "999": "FA", "824": "AG", "856": "SH", "810": "IN" };

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK, SYNTAX_* from the writer */
export async function renderX12(
  job: RenderJob,
  target: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Promise<Rendered> {
  const { mapping, version } = target;
  const delimiters = delimitersOf(job, version);
  const set = writtenSet(mapping, asVersion(job, version), {
    family: "x12",
    delimiters,
    version,
    setControl: SET_CONTROL,
    charset: job.partner.charset ?? "latin1",
    ...replacing(job),
  });
  const functionalId = mapping.message.groups[0] ?? GROUPS[set.type] ?? "";
  const bytes = writeX12Interchange(envelopeOf(job, numbers, functionalId, version), [set]);
  readBack(bytes, numbers.interchange);
  const meant = [...set.segments, ["SE", String(set.segments.length + 1), SET_CONTROL]];
  return {
    bytes,
    type: set.type,
    ending: ".edi",
    control: padded(numbers.interchange),
    functionalId,
    groupControl: String(numbers.group),
    setControl: SET_CONTROL,
    ...(await secondReading(bytes, meant, delimiters, { before: 2, behind: 2 })),
  };
}

/** @throws CalloffError EXCHANGE_READ_BACK, SYNTAX_ENVELOPE_VALUE where the interchange answered has no header to repeat */
export async function renderTa1(job: RenderJob, numbers: ControlNumbers): Promise<Rendered> {
  const delimiters = delimitersOf(job, TA1_VERSION);
  const ta1 = ta1Of(job.document as Acknowledgement, stampOf(job).date);
  const bytes = writeX12Interchange({ ...envelopeOf(job, numbers, "FA", TA1_VERSION), ta1: [ta1] }, []);
  readBack(bytes, numbers.interchange);
  const meant = [["TA1", ta1.control, ta1.date, ta1.time, ta1.status, ta1.note]];
  return {
    bytes,
    type: "TA1",
    ending: ".edi",
    control: padded(numbers.interchange),
    functionalId: "",
    groupControl: "",
    setControl: "",
    ...(await secondReading(bytes, meant, delimiters, { before: 1, behind: 1 })),
  };
}

const padded = (control: number): string => String(control).padStart(9, "0");

const STATUSES: Readonly<Record<string, string>> = { accepted: "A", "accepted-with-errors": "E", rejected: "R" };

/** A header without a date is repeated with the day of the answer: what is wrong with it, TA105 says. */
function ta1Of({ interchange = {} }: Acknowledgement, today: string): Ta1 {
  const { control = "", date = today, time = "0000", status = "", code = "" } = interchange;
  return {
    control: control.padStart(9, "0"),
    date: date.replaceAll("-", "").slice(2),
    time: time.slice(0, 4),
    status: STATUSES[status] ?? status,
    note: code,
  };
}

/** Repetitions, and a separator for them in ISA11, came with 004020. */
function delimitersOf({ partner }: RenderJob, version: string): Delimiters {
  const { element, component, segment } = partner.delimiters;
  const isFree = ![element, component, segment].includes(REPETITION);
  return { element, component, segment, repetition: version >= "004020" && isFree ? REPETITION : "", release: "" };
}
const REPETITION = "^";

const replacing = ({ partner }: RenderJob): { replaceForbidden?: string } =>
  partner.replaceForbidden === undefined ? {} : { replaceForbidden: partner.replaceForbidden };

/** AK103, the version of the group answered, came with 005010. */
function asVersion({ kind, document }: RenderJob, version: string): unknown {
  if (kind !== "997" || version >= "005010") return document;
  const { group, ...rest } = document as { group: Readonly<Record<string, unknown>> };
  const { version: _version, ...known } = group;
  return { ...rest, group: known };
}

function envelopeOf(job: RenderJob, numbers: ControlNumbers, functionalId: string, version: string): X12Envelope {
  const { partner } = job;
  const { sender, receiver } = sidesOf(job);
  return {
    sender,
    receiver,
    interchangeControl: numbers.interchange,
    groupControl: Math.max(1, numbers.group),
    functionalId,
    groupSender: partner.groupIds.ours ?? sender.id,
    groupReceiver: partner.groupIds.theirs ?? receiver.id,
    ...stampOf(job),
    version,
    test: partner.test,
    acknowledgementRequested: false,
    delimiters: delimitersOf(job, version),
    newline: partner.delimiters.newline,
    ...replacing(job),
  };
}

function readBack(bytes: Uint8Array, control: number): void {
  const catalogue = catalogueOf(memorySource("what was written", bytes));
  const [entry, ...others] = catalogue.interchanges;
  const findings = [
    ...catalogue.findings,
    ...(entry?.findings ?? []),
    ...(entry?.groups ?? []).flatMap((group) => [...group.findings, ...group.sets.flatMap((set) => set.findings)]),
  ];
  const whole = entry?.complete === true && others.length === 0 && Number(entry.control) === control;
  const [first] = findings;
  if (whole && first === undefined) return;
  throw notReadBack("one interchange", first ?? `${catalogue.interchanges.length} interchanges`);
}

/** What x12-parser reads between the envelopes, against what was meant. */
async function secondReading(
  bytes: Uint8Array,
  meant: readonly (readonly string[])[],
  delimiters: Delimiters,
  envelopes: { readonly before: number; readonly behind: number },
): Promise<Pick<Rendered, "differences" | "unread">> {
  let theirs: string[][];
  try {
    theirs = await readByX12Parser(bytes, delimiters);
  } catch (thrown) {
    if (!(thrown instanceof CalloffError)) throw thrown;
    return { differences: [], unread: thrown.message };
  }
  const body = theirs.slice(envelopes.before, -envelopes.behind);
  const differences = compareReaders(meant, body, delimiters.component)
    .filter(({ known }) => !known)
    .map(
      ({ segment, element, ours, theirs: read }) =>
        `segment ${segment}, element ${element ?? "all"}: meant ${ours}, read ${read}`,
    );
  const tags = [...theirs.slice(0, envelopes.before), ...theirs.slice(-envelopes.behind)].map(([tag]) => tag).join(" ");
  const wanted = ["ISA GS GE IEA", "ISA IEA"][2 - envelopes.before] as string;
  if (tags !== wanted) differences.unshift(`envelopes: meant ${wanted}, read ${tags}`);
  return { differences, unread: undefined };
}
