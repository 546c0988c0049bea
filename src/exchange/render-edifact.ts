/** A document as one EDIFACT interchange of one message, read back by the package edifact before it counts. */
import { withNamesApart } from "../documents/long-names.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { charsetOfLevel } from "../syntax/charsets.ts";
import { compareEdifactReaders, readByEdifact } from "../syntax/edifact-second-reader.ts";
import { writeEdifactInterchange } from "../syntax/edifact-writer.ts";
import type { Delimiters } from "../syntax/segment.ts";
import { readBackOne, secondReading } from "./read-back.ts";
import {
  type ControlNumbers,
  nineDigits,
  type Rendered,
  type RenderJob,
  type Sides,
  sidesOf,
  stampOf,
  type Target,
  writtenSet,
} from "./render-job.ts";

const REFERENCE = "1";

/** Characters that a place of NAD holds (C080, C059). */
const PLACES = { name: 35, street: 35 } as const;

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK, SYNTAX_* from the writer */
export async function renderEdifact(
  job: RenderJob,
  { mapping, version, association }: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Promise<Rendered> {
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
  const set = writtenSet(mapping, withNamesApart(job.document, PLACES), {
    family: "edifact",
    delimiters,
    version,
    association,
    setControl: REFERENCE,
    charset,
  });
  const control = nineDigits(numbers.interchange);
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
  readBackOne(bytes, "interchange", (read) => read === control);
  const meant = [...set.segments, ["UNT", String(set.segments.length + 1), REFERENCE]];
  return {
    bytes,
    type: set.type,
    ending: ".edi",
    control,
    functionalId: "",
    groupControl,
    setControl: REFERENCE,
    // What the package edifact reads of it.
    ...(await secondReading(
      meant,
      groups ? ["UNB", "UNG", "UNE", "UNZ"] : ["UNB", "UNZ"],
      () => readByEdifact(bytes),
      (ours, theirs) => compareEdifactReaders(ours, theirs, delimiters),
    )),
  };
}

/** UNG names the parties within the two houses, where the partner's file knows them by other names. */
const groupSides = ({ partner }: RenderJob, { sender, receiver }: Sides): Sides => ({
  sender: partner.groupIds.ours === undefined ? sender : { qualifier: "", id: partner.groupIds.ours },
  receiver: partner.groupIds.theirs === undefined ? receiver : { qualifier: "", id: partner.groupIds.theirs },
});
