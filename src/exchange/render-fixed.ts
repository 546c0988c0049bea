/** A document as one VDA transmission of fixed records, numbered in the chain of its message. */
import type { CompiledMapping } from "../mapping/library.ts";
import { writeFixedTransmission } from "../syntax/fixed-writer.ts";
import { NO_DELIMITERS } from "../syntax/segment.ts";
import { elementsReadBack, notReadBack, readBackOne } from "./read-back.ts";
import {
  type ControlNumbers,
  PLAIN,
  type Rendered,
  type RenderJob,
  sidesOf,
  stampOf,
  type Target,
  writtenSet,
} from "./render-job.ts";
import { numbersOfTransmission } from "./transmission-chains.ts";

/** @throws CalloffError EXCHANGE_DOCUMENT, EXCHANGE_READ_BACK, SYNTAX_* from the writer */
export function renderFixed(
  job: RenderJob,
  { mapping, version }: Target & { readonly mapping: CompiledMapping },
  numbers: ControlNumbers,
): Rendered {
  const { partner } = job;
  const chain = numbersOfTransmission(numbers.interchange);
  const { sender, receiver } = sidesOf(job);
  const document = {
    customerCode: receiver.id,
    // The transmission goes by our identity, its supplier by what the customer calls us.
    supplierCode: partner.us?.code ?? sender.id,
    ...(job.document as object),
    // Figures as documents hold them; the record fills them up with zeros.
    transmission: { old: String(Number(chain.old)), new: String(Number(chain.new)), on: stampOf(job).date },
  };
  const set = writtenSet(mapping, document, {
    family: "fixed",
    delimiters: NO_DELIMITERS,
    version,
    setControl: "",
    charset: partner.charset ?? "latin1",
  });
  const bytes = writeFixedTransmission(set.segments, partner.fixed);
  readBack(bytes, chain.new, set.segments);
  return {
    bytes,
    type: mapping.name.slice(mapping.name.indexOf("/") + 1).split(".", 1)[0] ?? "",
    ending: ".edi",
    control: chain.new,
    ...PLAIN,
  };
}

/** One whole transmission of that number, its records those that were meant. */
function readBack(bytes: Uint8Array, number: string, meant: readonly (readonly string[])[]): void {
  const back = readBackOne(bytes, "transmission", (control) => Number(control) === Number(number));
  const records = elementsReadBack(back, "transmission").map(([, record = ""]) => record.trimEnd());
  const wrong = meant.findIndex((record, n) => (record[1] ?? "").trimEnd() !== records[n]);
  if (wrong < 0 && records.length === meant.length) return;
  throw notReadBack("transmission", `record ${wrong + 1}: ${records[wrong] ?? "none"}`);
}
