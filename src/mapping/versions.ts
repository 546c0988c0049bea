/** Versions of messages in order: X12 by six digits, EDIFACT directories by year, where 93 is 1993 and 00 is 2000. */
import type { Family } from "../syntax/segment.ts";
import type { MappingDefinition } from "./definition.ts";

/** EDIFACT: draft, standard and trial directories, `D:97A`, `S:93A`; the earliest were counted `1:911`, `2:912`, `90:1`. */
const DIRECTORY = /^[DST]:(\d\d)([A-Z])$/;

/** Where a version stands among the others of its family; undefined for what is no version. */
export function versionPlace(syntax: Family, version: string): number | undefined {
  if (syntax === "x12") {
    // Some senders leave out the last figure, which is 0 but for subreleases.
    const [figures = ""] = /^\d{5,6}/.exec(version) ?? [];
    return figures === "" ? undefined : Number(figures.padEnd(6, "0"));
  }
  if (syntax !== "edifact") return undefined;
  const [, year = "", release = ""] = DIRECTORY.exec(version) ?? [];
  if (year === "") return undefined;
  const century = Number(year) >= 80 ? 1900 : 2000;
  return (century + Number(year)) * 26 + release.charCodeAt(0) - 65;
}

/**
 * How far a version lies outside the ranges of a mapping: 0 within them, and for a mapping that names none. X12 versions
 * outside are infinitely far. An EDIFACT directory outside is read by the nearest mapping, since layouts stay for years.
 */
export function versionDistance(
  { syntax, message }: Pick<MappingDefinition, "syntax" | "message">,
  version: string,
): number {
  if (message.versions.length === 0) return 0;
  const place = versionPlace(syntax, version);
  const distances = message.versions.map(({ from, to }) => {
    if (place === undefined) return syntax !== "edifact" && version >= from && version <= to ? 0 : FAR;
    const [first = 0, last = 0] = [versionPlace(syntax, from), versionPlace(syntax, to)];
    return Math.max(first - place, place - last, 0);
  });
  const least = Math.min(...distances);
  return syntax === "edifact" || least === 0 ? least : FAR;
}

const FAR = Number.POSITIVE_INFINITY;
