/** Whether the levels of a ship notice (X12 HL, EDIFACT CPS) hang together: each has a number of its own and stands below one that was there. */
import type { Finding } from "../values/finding.ts";

type Level = Readonly<Partial<Record<"number" | "parent" | "level" | "segment", unknown>>>;

/** The shipment's own level, which is no line of the notice. */
const SHIPMENT = "1";

/** Numbers that come twice, levels below one that is not there, items that say none: told, since what stands in a level is read all the same. */
export function hierarchyFindings(document: unknown, file: string, firstSegment: number): Finding[] {
  const { lines } = (document ?? {}) as { lines?: unknown };
  if (!Array.isArray(lines)) return [];
  const known = new Set([SHIPMENT]);
  const taken = new Set<string>();
  return (lines as Level[]).flatMap(({ level, number: own, parent, segment }, at): Finding[] => {
    const number = plain(own);
    if (number === undefined) return [];
    const above = plain(parent);
    const place = {
      file,
      ...(typeof segment === "number" ? { segment: firstSegment + segment - 1, inSet: segment } : {}),
      field: `lines[${at}]`,
    };
    const told = [
      taken.has(number) ? fault(place, `Two levels have the number ${number}`, "a number of its own", number) : [],
      above !== undefined && above !== number && !known.has(above)
        ? fault(place, `Level ${number} stands below ${above}, which is no level before it`, "a level before it", above)
        : [],
      above === number ? fault(place, `Level ${number} stands below itself`, "a level before it", number) : [],
      above === undefined && level === "item"
        ? fault(place, `Item ${number} does not say which level it stands below`, "the level before it", "nothing")
        : [],
    ].flat();
    known.add(number);
    taken.add(number);
    return told;
  });
}

/** A number without the zeros in front of it. */
const plain = (held: unknown): string | undefined =>
  typeof held === "string" && held !== "" ? held.replace(/^0+(?=.)/, "") : undefined;

const fault = (place: Finding["place"], message: string, expected: string, found: string): Finding[] => [
  {
    code: "EXCHANGE_HIERARCHY",
    severity: "tolerated",
    message,
    place,
    expected,
    found,
    remedy: "Ask the sender to number the levels from 1 on, each below one before it; what stands in them was read.",
  },
];
