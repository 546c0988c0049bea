/** A hash total is compared with what was read: where one of its figures could not be read, nothing can be said of it. */
import type { MappingDefinition } from "./definition.ts";
import type { Reading } from "./read.ts";
import { sumsOf } from "./read-group.ts";

/** The reading of one set without findings about sums that a figure is missing in. */
export type KnownSums = (reading: Reading) => Reading;

export function knownSums({ lines }: MappingDefinition): KnownSums {
  const summed = new Set(
    sumsOf(lines).flatMap(({ sum }) => (sum?.address.kind === "element" ? [`${sum.tag} ${sum.address.element}`] : [])),
  );
  if (summed.size === 0) return (reading) => reading;
  return (reading) => {
    const isUnknown = reading.findings.some(
      ({ code, place }) => code === "ELEMENT_NOT_READABLE" && summed.has(`${place.tag ?? ""} ${place.element ?? 0}`),
    );
    return isUnknown
      ? { ...reading, findings: reading.findings.filter(({ code }) => code !== "SUM_DIFFERS") }
      : reading;
  };
}
