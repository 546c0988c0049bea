/** Reading sets of small files with a mapping, and writing them back as lines of text. */
import path from "node:path";
import type { z } from "zod";
import { acknowledgement } from "../../src/documents/acknowledgement.ts";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { invoice } from "../../src/documents/invoice.ts";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import {
  type CompiledMapping,
  loadMappings,
  mappingFromText,
  type Reading,
  type WriteContext,
  type WriteResult,
} from "../../src/mapping/library.ts";
import type { ReadContext } from "../../src/mapping/run.ts";
import type { Delimiters, Segment } from "../../src/syntax/segment.ts";
import { plainDate } from "../../src/values/dates.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const library = loadMappings([path.join(ROOT, "mappings")]);

export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "delivery-schedule": deliverySchedule,
  "ship-notice": shipNotice,
  invoice,
  acknowledgement,
};

export const X12: Delimiters = { element: "*", component: ">", repetition: "^", segment: "~", release: "" };
export const EDIFACT: Delimiters = { element: "+", component: ":", repetition: "", segment: "'", release: "?" };
export const NONE: Delimiters = { element: "", component: "", repetition: "", segment: "", release: "" };

/** The mapping of that name. */
export function named(name: string): CompiledMapping {
  const mapping = library.named(name);
  if (mapping === undefined) throw new Error(`there is no mapping ${name}`);
  return mapping;
}

/** One segment per line, elements divided by the delimiter. */
export function segmentsFrom(text: string, element = "*"): Segment[] {
  let byte = 0;
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line, at) => {
      const elements = line.split(element);
      const segment = { tag: elements[0] ?? "", elements, byte, line: at + 1, ordinal: at + 3, inSet: at + 1 };
      byte += line.length + 1;
      return segment;
    });
}

export const X12_CONTEXT: ReadContext = {
  family: "x12",
  delimiters: X12,
  version: "004010",
  charset: "latin1",
  sentOn: plainDate("2027-03-01"),
};

/** Reads lines of X12 with a mapping. */
export function readX12(mapping: CompiledMapping, text: string, context: Partial<ReadContext> = {}): Reading {
  return mapping.read([segmentsFrom(text)], { ...X12_CONTEXT, ...context });
}

export const X12_WRITING: WriteContext = {
  family: "x12",
  delimiters: X12,
  version: "004010",
  setControl: "",
  charset: "latin1",
};

/** Writes a document and joins each segment to a line. */
export function writeX12(
  mapping: CompiledMapping,
  document: unknown,
  context: Partial<WriteContext> = {},
): { lines: string[]; result: WriteResult } {
  const result = mapping.write(document, { ...X12_WRITING, ...context });
  const element = (context.delimiters ?? X12).element;
  return { result, lines: result.set.segments.map((segment) => segment.join(element)) };
}

/** A mapping of an 830-like message with these lines, for trying single words. */
export function tryLines(lines: string, head = ""): CompiledMapping {
  const indented = lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `  ${line}`)
    .join("\n");
  return mappingFromText(
    "x12/try",
    `syntax: x12\nmessage: { set: 830 }\ndocument: delivery-schedule\n${head}lines:\n${indented}\n`,
  );
}

/** Findings as `LIN01 CODE`. */
export const inShort = (findings: Reading["findings"]): string[] =>
  findings.map(
    ({ place, code }) =>
      `${place.tag ?? ""}${place.element === undefined ? "" : String(place.element).padStart(2, "0")} ${code}`,
  );
