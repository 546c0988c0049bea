/** A canonical document as a JSON file, read back and held against its schema before it counts. */
import { DOCUMENT_SCHEMAS } from "../documents/schemas.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { writeJsonInterchange } from "../syntax/json-writer.ts";
import { NO_DELIMITERS } from "../syntax/segment.ts";
import { notReadBack, readBackOne } from "./read-back.ts";
import {
  type ControlNumbers,
  nineDigits,
  PLAIN,
  type Rendered,
  type RenderJob,
  sidesOf,
  stampOf,
  type Target,
  writtenSet,
} from "./render-job.ts";

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
    delimiters: NO_DELIMITERS,
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
    control: nineDigits(numbers.interchange),
    ...PLAIN,
  };
}

/** One envelope of that number whose document fits its schema, by our reader and by another. */
function readBack(bytes: Uint8Array, mapping: CompiledMapping, control: string): void {
  readBackOne(bytes, "document", (read) => read === control);
  const { document } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { document?: unknown };
  const fits = DOCUMENT_SCHEMAS[mapping.document].safeParse(document);
  if (!fits.success) throw notReadBack("document", fits.error.issues[0]?.message ?? "another document");
}
