/** Whether an independent reader sees in an interchange what ours sees. */
import { compareEdifactReaders, readByEdifact } from "../syntax/edifact-second-reader.ts";
import { compareReaders, type Difference, readByX12Parser } from "../syntax/second-reader.ts";
import type { ByteSource, InterchangeEntry } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { coerceError } from "../values/errors.ts";

export interface SecondReading {
  readonly name: "x12-parser" | "edifact";
  /** Agrees when every difference is one of its known defects. */
  readonly agrees: boolean;
  readonly differences: readonly Difference[];
  /** Why it was not asked, or how it failed. */
  readonly note?: string;
}

/** It needs the interchange in memory as a whole. */
const LARGEST = 32 * 1024 * 1024;
const MOST_DIFFERENCES = 20;

/** What x12-parser or the package edifact makes of an interchange; `undefined` for families that have no second reader. */
export async function secondReading(source: ByteSource, entry: InterchangeEntry): Promise<SecondReading | undefined> {
  if (entry.family !== "x12" && entry.family !== "edifact") return undefined;
  const name = entry.family === "x12" ? "x12-parser" : "edifact";
  const size = entry.endByte - entry.firstByte;
  if (size > LARGEST) return { name, agrees: true, differences: [], note: "not asked: too large" };
  const bytes = new Uint8Array(size);
  source.read(bytes, entry.firstByte);
  try {
    const own = ours(source, entry);
    const differences =
      entry.family === "x12" ? await x12Differences(own, bytes, entry) : edifactDifferences(own, bytes, entry);
    return {
      name,
      agrees: differences.every(({ known }) => known),
      differences: differences.slice(0, MOST_DIFFERENCES),
    };
  } catch (thrown) {
    return { name, agrees: false, differences: [], note: `it failed: ${coerceError(thrown).message}` };
  }
}

async function x12Differences(own: Cut, bytes: Uint8Array, { delimiters }: InterchangeEntry): Promise<Difference[]> {
  const theirs = await readByX12Parser(bytes, delimiters);
  return compareReaders(...withoutWrappedHeader(own, theirs), delimiters.component);
}

const edifactDifferences = (own: Cut, bytes: Uint8Array, { delimiters }: InterchangeEntry): Difference[] =>
  compareEdifactReaders(own, readByEdifact(bytes), delimiters);

type Cut = readonly (readonly string[])[];

/** An ISA wrapped by the character that ends segments elsewhere is put together by the catalogue only, and not compared. */
function withoutWrappedHeader(own: Cut, theirs: Cut): [Cut, Cut] {
  if (own[0]?.length === 17) return [own, theirs];
  const fromGroup = (cut: Cut): Cut => cut.slice(cut.findIndex(([tag]) => tag === "GS"));
  return [fromGroup(own), fromGroup(theirs)];
}

/** The whole interchange, envelope and all, as our reader cuts it; UNA is none of its segments. */
function ours(source: ByteSource, entry: InterchangeEntry): Cut {
  const { endByte, line, segments } = entry;
  const start = new Uint8Array(3);
  source.read(start, entry.firstByte);
  const isUna = entry.family === "edifact" && Buffer.from(start).toString("latin1") === "UNA";
  const firstByte = entry.firstByte + (isUna ? UNA_LENGTH : 0);
  const whole = { firstByte, endByte, line, segments, firstSegment: 1 };
  return [...segmentsOf(source, entry, whole)].flat().map(({ elements }) => elements);
}
const UNA_LENGTH = 9;
