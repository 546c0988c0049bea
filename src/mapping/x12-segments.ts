/**
 * How many elements the segments of X12 have at most, in any version up to 008010 (segment directory of X12). More are an
 * error of the sender whatever the mapping names; segments that are not listed here are not checked.
 */
const MOST_ELEMENTS: ReadonlyMap<string, number> = new Map([
  ["ST", 3],
  ["AK1", 3],
  ["AK2", 3],
  ["AK3", 4],
  ["AK4", 4],
  ["AK5", 6],
  ["AK9", 9],
  ["BFR", 13],
  ["BSN", 8],
  ["N1", 6],
  ["N2", 2],
  ["N3", 2],
  ["N4", 7],
  ["PER", 9],
  ["REF", 4],
  ["DTM", 6],
  ["LIN", 31],
  ["FST", 9],
  ["SDP", 8],
  ["ATH", 5],
  ["SHP", 8],
  ["HL", 4],
  ["SN1", 8],
  ["PRF", 7],
  ["TD1", 10],
  ["TD5", 15],
  ["TD3", 10],
  ["MEA", 12],
  ["PID", 9],
  ["ITD", 15],
  ["TDS", 4],
  ["SAC", 16],
  ["FOB", 9],
  ["QTY", 4],
  ["CTT", 7],
]);

/** The most elements a segment may have; no limit where the directory is not known. */
export const mostElements = (tag: string): number => MOST_ELEMENTS.get(tag) ?? Number.MAX_SAFE_INTEGER;
