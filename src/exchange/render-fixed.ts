/** A document as one VDA transmission of fixed records, numbered in the chain of its message. */
import type { CompiledMapping } from "../mapping/library.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { writeFixedTransmission } from "../syntax/fixed-writer.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
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
import { numbersOfTransmission } from "./transmission-chains.ts";

const NONE = { element: "", component: "", repetition: "", segment: "", release: "" };

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
    delimiters: NONE,
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
    functionalId: "",
    groupControl: "",
    setControl: "",
    differences: [],
    unread: undefined,
  };
}

/** One whole transmission of that number, its records those that were meant. */
function readBack(bytes: Uint8Array, control: string, meant: readonly (readonly string[])[]): void {
  const source = memorySource("what was written", bytes);
  const { interchanges, findings } = catalogueOf(source);
  const [entry, ...others] = interchanges;
  const set = entry?.groups[0]?.sets[0];
  const [first] = [...findings, ...(entry?.findings ?? []), ...(set?.findings ?? [])];
  const whole = entry?.complete === true && others.length === 0 && Number(entry.control) === Number(control);
  if (!whole || first !== undefined || entry === undefined || set === undefined) {
    throw notReadBack("one transmission", first ?? `${interchanges.length} transmissions`);
  }
  const records = [...segmentsOf(source, entry, set)].flat().map(({ elements }) => (elements[1] ?? "").trimEnd());
  const wrong = meant.findIndex((record, n) => (record[1] ?? "").trimEnd() !== records[n]);
  if (wrong < 0 && records.length === meant.length) return;
  throw notReadBack("one transmission", `record ${wrong + 1}: ${records[wrong] ?? "none"}`);
}
