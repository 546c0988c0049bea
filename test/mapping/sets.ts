/** Reading and writing the sets of whole files with one mapping of the package, whatever else stands in its folder. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { layoutOf } from "../../src/exchange/tables.ts";
import { type CompiledMapping, mappingFromText, type Reading } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { writeFixedTransmission } from "../../src/syntax/fixed-writer.ts";
import type { Delimiters } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { writeTable } from "../../src/syntax/table-writer.ts";
import type { PlainDate } from "../../src/values/dates.ts";
import type { Finding } from "../../src/values/finding.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
export const NONE: Delimiters = { element: "", component: "", repetition: "", segment: "", release: "" };

/** A mapping of the package; `changes` are the lines of a dialect. */
export function standard(name: string, changes: readonly string[] = []): CompiledMapping {
  const text = readFileSync(path.join(ROOT, "mappings", `${name}.yaml`), "utf8");
  if (changes.length === 0) return mappingFromText(name, text);
  const rows = changes.map((row) => `  ${row}\n`).join("");
  return mappingFromText(`${name}.partner`, `extends: ${name}\nchanges:\n${rows}`, { [name]: text });
}

export const fixture = (name: string): Buffer => readFileSync(path.join(ROOT, "test/fixtures", name));

/** Reads every set of a file. */
export function readSets(mapping: CompiledMapping, bytes: Buffer, sentOn?: PlainDate): Reading[] {
  const source = memorySource("file", bytes);
  const { message, syntax } = mapping;
  const { findings, interchanges } = catalogueOf(
    source,
    syntax === "csv" ? { table: layoutOf(message, mapping.name) } : {},
  );
  assert.deepEqual(findings, []);
  return interchanges.flatMap((interchange) =>
    interchange.groups.flatMap(({ sets }) =>
      sets.map((set) =>
        mapping.read(segmentsOf(source, interchange, set), {
          family: syntax,
          delimiters: NONE,
          version: set.version,
          charset: syntax === "csv" ? "utf-8" : "latin1",
          sentOn: sentOn ?? interchange.sentOn,
        }),
      ),
    ),
  );
}

/** The only set of a file. */
export function readOne(mapping: CompiledMapping, bytes: Buffer, sentOn?: PlainDate): Reading {
  const [reading, ...more] = readSets(mapping, bytes, sentOn);
  assert.ok(reading);
  assert.deepEqual(more, []);
  return reading;
}

/** The segments of a document and what was wrong with writing it. */
export function written(mapping: CompiledMapping, document: unknown): { segments: string[][]; findings: Finding[] } {
  const { findings, set } = mapping.write(document, {
    family: mapping.syntax,
    delimiters: NONE,
    version: "",
    setControl: "",
    charset: mapping.syntax === "csv" ? "utf-8" : "latin1",
  });
  return { segments: set.segments.map((segment) => [...segment]), findings };
}

/** The bytes of a file that holds a document, which has to be writable. */
export function fileOf(mapping: CompiledMapping, document: unknown): Buffer {
  const { findings, segments } = written(mapping, document);
  assert.deepEqual(findings, []);
  return mapping.syntax === "csv"
    ? writeTable(segments, layoutOf(mapping.message, mapping.name))
    : writeFixedTransmission(segments, { newline: true });
}

/** A document without the ordinals of the segments it was read from. */
export const bare = (document: unknown): unknown =>
  JSON.parse(JSON.stringify(document, (key, value: unknown) => (key === "segment" ? undefined : value)));

/** Findings as `513 63 ELEMENT_NOT_READABLE`. */
export const faults = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, place, severity }) => `${place.tag} ${place.element ?? ""} ${severity} ${code}`);
