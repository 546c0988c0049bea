/** Reads bytes the way calloff does, both passes, for tests of the syntax room. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import type { ByteSource, Catalogue, Segment, TableLayout } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import type { Finding } from "../../src/values/finding.ts";

export const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** The bytes of a file of `test/fixtures/x12`. */
export const fixture = (name: string): Buffer =>
  readFileSync(path.join(import.meta.dirname, "..", "fixtures", "x12", name));

export const FIXTURES = [
  "830-weekly.edi",
  "830-cumulative-unpadded.edi",
  "830-two-interchanges.edi",
  "830-wrapped-80.edi",
] as const;

export interface Read {
  readonly catalogue: Catalogue;
  /** The segments of all sets, one list per set. */
  readonly sets: readonly (readonly Segment[])[];
}

/** Both passes over `bytes`; `chunk` is how many bytes are read at a time, `table` how a table is laid out. */
export function readAll(bytes: Uint8Array | ByteSource, chunk?: number, table?: TableLayout): Read {
  const source = bytes instanceof Uint8Array ? memorySource("test.edi", bytes) : bytes;
  const catalogue = catalogueOf(source, {
    ...(chunk === undefined ? {} : { chunk }),
    ...(table === undefined ? {} : { table }),
  });
  const sets = catalogue.interchanges.flatMap((interchange) =>
    interchange.groups.flatMap((group) =>
      group.sets.map((set) => [...segmentsOf(source, interchange, set, chunk)].flat()),
    ),
  );
  return { catalogue, sets };
}

/** Everything that is wrong with a file, envelope by envelope. */
export function findingsOf(catalogue: Catalogue): Finding[] {
  return [
    ...catalogue.findings,
    ...catalogue.interchanges.flatMap((interchange) => [
      ...interchange.findings,
      ...interchange.groups.flatMap((group) => [...group.findings, ...group.sets.flatMap((set) => set.findings)]),
    ]),
  ];
}

/** The finding in short: `SYNTAX_SEGMENT_COUNT reject SE01, segment 10`. */
export function inShort(finding: Finding): string {
  const { element, segment, tag } = finding.place;
  const where = tag === undefined ? "" : ` ${tag}${element === undefined ? "" : String(element).padStart(2, "0")}`;
  return `${finding.code} ${finding.severity}${where}, segment ${segment ?? "-"}`;
}

/** Tag and elements of every segment, set after set. */
export const contentOf = (read: Read): string[][] => read.sets.flat().map((segment) => [...segment.elements]);
