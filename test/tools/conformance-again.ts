/** A document that was read from a file of others, written with the same mapping and read again: it has to be the same. */
import { isDeepStrictEqual } from "node:util";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import type { Segment } from "../../src/syntax/segment.ts";

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
  const difference = differenceOf(withoutOrdinals(reading.document), withoutOrdinals(again.document), "");
  if (difference === undefined) return { faults: [], notes: [] };
  return { faults: [`written back it is another document: ${difference}`], notes: [] };
}

/** A written segment as the reader gets it. */
export const asSegment = (elements: readonly string[], at: number): Segment => ({
  tag: elements[0] ?? "",
  elements,
  byte: at * 100,
  line: at + 1,
  ordinal: at + 1,
  inSet: at + 1,
});

/** A document without the ordinals of its segments. */
export function withoutOrdinals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrdinals);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "segment")
      .map(([name, held]) => [name, withoutOrdinals(held)]),
  );
}

/** The first place at which two documents differ, with both values. */
export function differenceOf(one: unknown, other: unknown, at: string): string | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  if (isObject(one) && isObject(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const within = Array.isArray(one) ? `${at}[${name}]` : at === "" ? name : `${at}.${name}`;
      const found = differenceOf(one[name], other[name], within);
      if (found !== undefined) return found;
    }
  }
  return `${at === "" ? "the document" : at} was ${inShort(one)}, is ${inShort(other)}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const inShort = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value).slice(0, 80));
