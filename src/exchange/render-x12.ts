/** A document as one X12 interchange, read back by x12-parser before it counts; and a TA1 as an interchange of its own. */
import type { Acknowledgement } from "../documents/acknowledgement.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { compareReaders, readByX12Parser } from "../syntax/second-reader.ts";
import type { Delimiters, Ta1 } from "../syntax/segment.ts";
import { writeX12Interchange, type X12Envelope } from "../syntax/x12-writer.ts";
import { readBackOne, type SecondReading, secondReading } from "./read-back.ts";
import {
  type ControlNumbers,
  nineDigits,
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
  readBackOne(bytes, "interchange", (control) => Number(control) === numbers.interchange);
  const meant = [...set.segments, ["SE", String(set.segments.length + 1), SET_CONTROL]];
  return {
    bytes,
    type: set.type,
    ending: ".edi",
    control: nineDigits(numbers.interchange),
    functionalId,
    groupControl: String(numbers.group),
    setControl: SET_CONTROL,
    ...(await readByAnother(bytes, meant, delimiters, ["ISA", "GS", "GE", "IEA"])),
  };
}

/** @throws CalloffError EXCHANGE_READ_BACK, SYNTAX_ENVELOPE_VALUE where the interchange answered has no header to repeat */
export async function renderTa1(job: RenderJob, numbers: ControlNumbers): Promise<Rendered> {
  const delimiters = delimitersOf(job, TA1_VERSION);
  const ta1 = ta1Of(job.document as Acknowledgement, stampOf(job).date);
  const bytes = writeX12Interchange({ ...envelopeOf(job, numbers, "FA", TA1_VERSION), ta1: [ta1] }, []);
  readBackOne(bytes, "interchange", (control) => Number(control) === numbers.interchange);
  const meant = [["TA1", ta1.control, ta1.date, ta1.time, ta1.status, ta1.note]];
  return {
    bytes,
    type: "TA1",
    ending: ".edi",
    control: nineDigits(numbers.interchange),
    functionalId: "",
    groupControl: "",
    setControl: "",
    ...(await readByAnother(bytes, meant, delimiters, ["ISA", "IEA"])),
  };
}

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

/** What x12-parser reads of it. */
const readByAnother = (
  bytes: Uint8Array,
  meant: readonly (readonly string[])[],
  delimiters: Delimiters,
  envelopes: readonly string[],
): Promise<SecondReading> =>
  secondReading(
    meant,
    envelopes,
    () => readByX12Parser(bytes, delimiters),
    (ours, theirs) => compareReaders(ours, theirs, delimiters.component),
  );
