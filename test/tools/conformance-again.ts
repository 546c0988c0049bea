/** A document that was read from a file of others, written with the same mapping and read again: it has to be the same. */
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import type { Segment } from "../../src/syntax/segment.ts";
import { asSegment, differenceOf, without, withoutOrdinals } from "../round-trips/compare.ts";
import { assumedFields, modelOf } from "../round-trips/model.ts";

export interface Again {
  readonly faults: readonly string[];
  /** Why it could not be written: what others send is not always what may be sent. */
  readonly notes: readonly string[];
}

export function writtenBack(mapping: CompiledMapping, segments: readonly Segment[], context: ReadContext): Again {
  const reading = mapping.read([segments], context);
  if (reading.findings.some(({ severity }) => severity === "reject")) return { faults: [], notes: [] };
  const { family, delimiters, version, charset } = context;
  const written = mapping.write(reading.document, { family, delimiters, version, charset, setControl: "" });
  const refused = written.findings.find(({ severity }) => severity === "reject");
  if (refused !== undefined) {
    return { faults: [], notes: [`is not written back: ${refused.code} ${refused.message}`] };
  }
  const again = mapping.read([written.set.segments.map(asSegment)], context);
  const assumed = assumedFields(modelOf(mapping.definition));
  const plain = (document: unknown) => without(withoutOrdinals(document), assumed);
  const difference = differenceOf(plain(reading.document), plain(again.document), "");
  if (difference === undefined) return { faults: [], notes: [] };
  return { faults: [`written back it is another document: ${difference}`], notes: [] };
}
