/** Whether an independent reader sees in an interchange what ours sees. */
import { compareReaders, type Difference, readByX12Parser } from "../syntax/second-reader.ts";
import type { ByteSource, InterchangeEntry } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { coerceError } from "../values/errors.ts";

export interface SecondReading {
  readonly name: "x12-parser";
  /** Agrees when every difference is one of its known defects. */
  readonly agrees: boolean;
  readonly differences: readonly Difference[];
  /** Why it was not asked, or how it failed. */
  readonly note?: string;
}

/** It needs the interchange in memory as a whole. */
const LARGEST = 32 * 1024 * 1024;
const MOST_DIFFERENCES = 20;

/** What x12-parser makes of an interchange; `undefined` for another family. */
export async function secondReading(source: ByteSource, entry: InterchangeEntry): Promise<SecondReading | undefined> {
  if (entry.family !== "x12") return undefined;
  const size = entry.endByte - entry.firstByte;
  if (size > LARGEST) return { name: "x12-parser", agrees: true, differences: [], note: "not asked: too large" };
  const bytes = new Uint8Array(size);
  source.read(bytes, entry.firstByte);
  try {
    const theirs = await readByX12Parser(bytes, entry.delimiters);
    const differences = compareReaders(
      ...withoutWrappedHeader(ours(source, entry), theirs),
      entry.delimiters.component,
    );
    return {
      name: "x12-parser",
      agrees: differences.every(({ known }) => known),
      differences: differences.slice(0, MOST_DIFFERENCES),
    };
  } catch (thrown) {
    return { name: "x12-parser", agrees: false, differences: [], note: `it failed: ${coerceError(thrown).message}` };
  }
}

type Cut = readonly (readonly string[])[];

/** An ISA wrapped by the character that ends segments elsewhere is put together by the catalogue only, and not compared. */
function withoutWrappedHeader(own: Cut, theirs: Cut): [Cut, Cut] {
  if (own[0]?.length === 17) return [own, theirs];
  const fromGroup = (cut: Cut): Cut => cut.slice(cut.findIndex(([tag]) => tag === "GS"));
  return [fromGroup(own), fromGroup(theirs)];
}

/** The whole interchange, envelope and all, as our reader cuts it. */
function ours(source: ByteSource, entry: InterchangeEntry): (readonly string[])[] {
  const { firstByte, endByte, line, segments } = entry;
  const whole = { firstByte, endByte, line, segments, firstSegment: 1 };
  return [...segmentsOf(source, entry, whole)].flat().map(({ elements }) => elements);
}
