/** Reading what was written before it counts: by our own reader as one whole, by another one segment by segment. */
import { catalogueOf } from "../syntax/catalogue.ts";
import type { Difference } from "../syntax/second-reader.ts";
import type { ByteSource, CatalogueOptions, InterchangeEntry } from "../syntax/segment.ts";
import { segmentsOf } from "../syntax/set-reader.ts";
import { memorySource } from "../syntax/sources.ts";
import { CalloffError } from "../values/errors.ts";
import { type Finding, findingInWords } from "../values/finding.ts";

interface ReadBack {
  readonly source: ByteSource;
  readonly entry: InterchangeEntry;
}

/**
 * What was written is one whole interchange under the number that was meant, with nothing wrong in it.
 * @param what it goes by, `transmission`
 * @throws CalloffError EXCHANGE_READ_BACK
 */
export function readBackOne(
  bytes: Uint8Array,
  what: string,
  hasNumber: (control: string) => boolean,
  options: CatalogueOptions = {},
): ReadBack {
  const source = memorySource("what was written", bytes);
  const { findings, interchanges } = catalogueOf(source, options);
  const [entry, ...others] = interchanges;
  const [first] = [...findings, ...interchanges.flatMap(findingsIn)];
  const isWhole = entry?.complete === true && others.length === 0 && hasNumber(entry.control);
  if (entry !== undefined && isWhole && first === undefined) return { source, entry };
  throw notReadBack(what, first ?? `${interchanges.length} ${what}s`);
}

const findingsIn = ({ findings, groups }: InterchangeEntry): Finding[] => [
  ...findings,
  ...groups.flatMap((group) => [...group.findings, ...group.sets.flatMap((set) => set.findings)]),
];

/** Elements of each segment or row of the only set. @throws CalloffError EXCHANGE_READ_BACK where there is none */
export function elementsReadBack({ source, entry }: ReadBack, what: string): (readonly string[])[] {
  const [set] = entry.groups[0]?.sets ?? [];
  if (set === undefined) throw notReadBack(what, `no ${what}`);
  return [...segmentsOf(source, entry, set)].flat().map(({ elements }) => elements);
}

/** What is read back is not what was meant to be written: nothing leaves that we would refuse ourselves. */
export const notReadBack = (what: string, found: Finding | string): CalloffError =>
  new CalloffError("EXCHANGE_READ_BACK", `What was written is not read back as one ${what}`, {
    expected: `the ${what} that was meant`,
    found: typeof found === "string" ? found : findingInWords(found),
    remedy: "Report this: it is a fault of calloff",
  });

/** What the second reader makes of it. */
export interface SecondReading {
  /** Where it did not see what was meant, in words; empty when it agrees. */
  readonly differences: readonly string[];
  /** That it failed, with its reason. */
  readonly unread: string | undefined;
}

/**
 * What another reader reads, against what was meant.
 * @param meant the segments between the envelopes
 * @param envelopes tags of the segments around those, the trailers after the headers
 */
export async function secondReading(
  meant: readonly (readonly string[])[],
  envelopes: readonly string[],
  read: () => string[][] | Promise<string[][]>,
  compare: (ours: readonly (readonly string[])[], theirs: readonly (readonly string[])[]) => readonly Difference[],
): Promise<SecondReading> {
  let theirs: string[][];
  try {
    theirs = await read();
  } catch (thrown) {
    if (!(thrown instanceof CalloffError)) throw thrown;
    return { differences: [], unread: thrown.message };
  }
  const depth = envelopes.length / 2;
  const around = [...theirs.slice(0, depth), ...theirs.slice(-depth)].map(([tag]) => tag).join(" ");
  const wanted = envelopes.join(" ");
  const ofEnvelopes = around === wanted ? [] : [`envelopes: meant ${wanted}, read ${around}`];
  const ofSegments = compare(meant, theirs.slice(depth, -depth))
    .filter(({ known }) => !known)
    .map(
      ({ segment, element, ours, theirs: other }) =>
        `segment ${segment}, element ${element ?? "all"}: meant ${ours}, read ${other}`,
    );
  return { differences: [...ofEnvelopes, ...ofSegments], unread: undefined };
}
