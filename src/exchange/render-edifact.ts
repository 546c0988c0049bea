/** A document as one EDIFACT interchange of one message, read back by the package edifact before it counts. */
import type { CompiledMapping } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { charsetOfLevel } from "../syntax/charsets.ts";
import { compareEdifactReaders, readByEdifact } from "../syntax/edifact-second-reader.ts";
import { writeEdifactInterchange } from "../syntax/edifact-writer.ts";
import type { Delimiters } from "../syntax/segment.ts";
import { memorySource } from "../syntax/sources.ts";
import { CalloffError } from "../values/errors.ts";
import {
  type ControlNumbers,
  notReadBack,
  type Rendered,
  type RenderJob,
  type Sides,
  sidesOf,
  stampOf,
  type Target,
  writtenSet,
} from "./render-job.ts";

const REFERENCE = "1";

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK, SYNTAX_* from the writer */
export function renderEdifact(
  job: RenderJob,
  { mapping, version, association }: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Rendered {
  const { partner } = job;
  const { syntax, una, newline, acknowledgementRequested, groups } = partner.edifact;
  const delimiters: Delimiters = {
    element: "+",
    component: ":",
    release: "?",
    segment: "'",
    repetition: syntax.endsWith(":4") ? "*" : "",
  };
  const charset = partner.charset ?? charsetOfLevel(syntax) ?? "latin1";
  const set = writtenSet(mapping, job.document, {
    family: "edifact",
    delimiters,
    version,
    association,
    setControl: REFERENCE,
    charset,
  });
  const control = String(numbers.interchange).padStart(9, "0");
  const sides = sidesOf(job);
  const groupControl = groups ? String(numbers.group) : "";
  const group = { type: set.type, ...groupSides(job, sides), control: groupControl, version, association };
  const bytes = writeEdifactInterchange(
    {
      syntax,
      charset,
      una,
      delimiters,
      newline,
      ...sides,
      ...stampOf(job),
      control,
      application: set.type,
      acknowledgementRequested: acknowledgementRequested && job.kind !== "contrl",
      test: partner.test,
      ...(groups ? { group } : {}),
    },
    [set],
  );
  readBack(bytes, control);
  const meant = [...set.segments, ["UNT", String(set.segments.length + 1), REFERENCE]];
  return {
    bytes,
    type: set.type,
    ending: ".edi",
    control,
    functionalId: "",
    groupControl,
    setControl: REFERENCE,
    ...secondReading(bytes, meant, delimiters, groups ? 2 : 1),
  };
}

/** UNG names the parties within the two houses, where the partner's file knows them by other names. */
const groupSides = ({ partner }: RenderJob, { sender, receiver }: Sides): Sides => ({
  sender: partner.groupIds.ours === undefined ? sender : { qualifier: "", id: partner.groupIds.ours },
  receiver: partner.groupIds.theirs === undefined ? receiver : { qualifier: "", id: partner.groupIds.theirs },
});

function readBack(bytes: Uint8Array, control: string): void {
  const catalogue = catalogueOf(memorySource("what was written", bytes));
  const [entry, ...others] = catalogue.interchanges;
  const findings = [
    ...catalogue.findings,
    ...(entry?.findings ?? []),
    ...(entry?.groups ?? []).flatMap((group) => [...group.findings, ...group.sets.flatMap((set) => set.findings)]),
  ];
  const whole = entry?.complete === true && others.length === 0 && entry.control === control;
  const [first] = findings;
  if (whole && first === undefined) return;
  throw notReadBack("one interchange", first ?? `${catalogue.interchanges.length} interchanges`);
}

/** What the package reads between UNB and UNZ, against what was meant. */
function secondReading(
  bytes: Uint8Array,
  meant: readonly (readonly string[])[],
  delimiters: Delimiters,
  envelopes: 1 | 2,
): Pick<Rendered, "differences" | "unread"> {
  let theirs: string[][];
  try {
    theirs = readByEdifact(bytes);
  } catch (thrown) {
    if (!(thrown instanceof CalloffError)) throw thrown;
    return { differences: [], unread: thrown.message };
  }
  const differences = compareEdifactReaders(meant, theirs.slice(envelopes, -envelopes), delimiters)
    .filter(({ known }) => !known)
    .map(
      ({ segment, element, ours, theirs: read }) =>
        `segment ${segment}, element ${element ?? "all"}: meant ${ours}, read ${read}`,
    );
  const wanted = envelopes === 1 ? "UNB UNZ" : "UNB UNG UNE UNZ";
  const tags = [...theirs.slice(0, envelopes), ...theirs.slice(-envelopes)].map(([tag]) => tag).join(" ");
  if (tags !== wanted) differences.unshift(`envelopes: meant ${wanted}, read ${tags}`);
  return { differences, unread: undefined };
}
