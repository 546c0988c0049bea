/** A canonical document as a JSON file, read back and held against its schema before it counts. */
import { DOCUMENT_SCHEMAS } from "../documents/schemas.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { writeJsonInterchange } from "../syntax/json-writer.ts";
import { memorySource } from "../syntax/sources.ts";
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

const NONE = { element: "", component: "", repetition: "", segment: "", release: "" };

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK */
export function renderJson(
  job: RenderJob,
  { mapping, version }: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Rendered {
  const { sender, receiver } = sidesOf(job);
  const { date, time } = stampOf(job);
  const set = writtenSet(mapping, job.document, {
    family: "json",
    delimiters: NONE,
    version,
    setControl: "",
    charset: "utf-8",
  });
  const control = String(numbers.interchange);
  const bytes = writeJsonInterchange(
    {
      schema: mapping.message.schema,
      sender: sender.id,
      receiver: receiver.id,
      control,
      sentOn: date,
      sentAt: `${time.slice(0, 2)}:${time.slice(2)}`,
      test: job.partner.test,
    },
    [set],
  );
  readBack(bytes, mapping, control);
  return {
    bytes,
    type: job.kind,
    ending: ".json",
    control: control.padStart(9, "0"),
    functionalId: "",
    groupControl: "",
    setControl: "",
    differences: [],
    unread: undefined,
  };
}

/** One envelope of that number whose document fits its schema, by our reader and by another. */
function readBack(bytes: Uint8Array, mapping: CompiledMapping, control: string): void {
  const { interchanges, findings } = catalogueOf(memorySource("what was written", bytes));
  const [entry] = interchanges;
  const [first] = [...findings, ...(entry?.findings ?? [])];
  if (first !== undefined || entry?.control !== control || interchanges.length !== 1) {
    throw notReadBack("one document", first ?? `${interchanges.length} documents`);
  }
  const { document } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { document?: unknown };
  const fits = DOCUMENT_SCHEMAS[mapping.document].safeParse(document);
  if (!fits.success) throw notReadBack("one document", fits.error.issues[0]?.message ?? "another document");
}
