/** What the sender may have meant: the nearest code of the mapping's list, the nearest segment, the date the other way round. */
import type { FieldDefinition, LineDefinition, MappingDefinition } from "../mapping/definition.ts";
import type { CompiledMapping } from "../mapping/library.ts";
import { readDate } from "../values/dates.ts";
import type { Finding, Place } from "../values/finding.ts";
import { editDistance } from "../values/nearest.ts";

/** A suggestion in one sentence; nothing where none comes near. */
export function suggestionFor(finding: Finding, mapping: CompiledMapping | undefined): string | undefined {
  const { code, found = "", place } = finding;
  if (mapping === undefined || found === "") return undefined;
  const { definition } = mapping;
  if (code === "SEGMENT_UNKNOWN") return nearestSegment(definition, place);
  const fields = fieldsAt(definition, place);
  return nearestCode(fields, found) ?? otherDate(fields, found) ?? otherNumber(fields, found);
}

function everyLine(lines: readonly LineDefinition[]): LineDefinition[] {
  return lines.flatMap((line) => [line, ...everyLine(line.below)]);
}

/** What the mapping reads at a place of a message. */
function fieldsAt({ lines, syntax }: MappingDefinition, { tag, element, component }: Place): FieldDefinition[] {
  return everyLine(lines)
    .filter((line) => line.tag === tag)
    .flatMap((line) => line.fields)
    .filter(({ address }) => {
      if (syntax === "fixed") return address.kind === "range" && address.first === element;
      if (address.kind === "column") return address.number === element;
      return address.kind === "element" && address.element === element && (address.component || 1) === (component ?? 1);
    });
}

function nearestCode(fields: readonly FieldDefinition[], found: string): string | undefined {
  const codes = new Map(
    fields.flatMap(({ codes: listed, is }) => [...(listed ?? []), ...(is ?? []).map((value) => [value, ""] as const)]),
  );
  const near = nearestOf(found.trim(), codes.keys());
  if (near === undefined) return undefined;
  const word = codes.get(near) ?? "";
  return `Did the sender mean ${near}${word === "" || word === near ? "" : ` (${word})`}?`;
}

const plain = (code: string): string =>
  code
    .toUpperCase()
    .replace(/^0+(?=.)/, "")
    .replace(/[\s-]/g, "");

/** The code that is the same but for case and zeros in front, or one slip of the finger away; of several none. */
function nearestOf(found: string, codes: Iterable<string>): string | undefined {
  const all = [...codes].filter((code) => code !== found && code !== "");
  const same = all.find((code) => plain(code) === plain(found));
  if (same !== undefined) return same;
  const swapped = all.find(
    (code) =>
      code.length === found.length &&
      code.length > 1 &&
      code.split("").toSorted().join("") === found.split("").toSorted().join(""),
  );
  if (swapped !== undefined) return swapped;
  const near = all.filter((code) => code.length > 1 && editDistance(plain(code), plain(found)) === 1);
  return near.length > 0 && near.length <= MOST_NEAR ? near[0] : undefined;
}
/** With more codes as near as that, none of them is meant more than another. */
const MOST_NEAR = 3;

function nearestSegment({ lines }: MappingDefinition, { tag = "" }: Place): string | undefined {
  const tags = [...new Set(everyLine(lines).map((line) => line.tag))];
  if (tags.includes(tag)) {
    const above = everyLine(lines)
      .filter((line) => line.below.some((inner) => inner.tag === tag))
      .map((line) => line.tag);
    const owners = [...new Set(above)];
    return owners.length === 0 ? undefined : `${tag} is known below ${owners.slice(0, 4).join(", ")} only.`;
  }
  const near = nearestOf(tag, tags);
  return near === undefined ? undefined : `Did the sender mean ${near}?`;
}

/** A date with day and month exchanged, or with its parts in another order. */
function otherDate(fields: readonly FieldDefinition[], found: string): string | undefined {
  if (!fields.some(({ as }) => as === "date" || as === "dtm" || as.includes("YYMMDD"))) return undefined;
  const digits = found.replace(/\D/g, "");
  const orders = digits.length === 8 ? [/^(\d{4})(\d\d)(\d\d)$/, /^(\d\d)(\d\d)(\d{4})$/] : [];
  for (const order of orders) {
    const [, one = "", two = "", three = ""] = order.exec(digits) ?? [];
    const isYearFirst = one.length === 4;
    const [year, a, b] = isYearFirst ? [one, two, three] : [three, two, one];
    for (const [month, day] of [
      [a, b],
      [b, a],
    ]) {
      const iso = `${year}-${month}-${day}`;
      if (readDate(iso) !== undefined && Number(year) > 1970 && Number(year) < 2100)
        return `Did the sender mean ${iso}, ${digits === `${year}${month}${day}` ? "without separators" : `which is written ${year}${month}${day}`}?`;
    }
  }
  return undefined;
}

/** A figure with a decimal comma, blanks, or letters that look like digits. */
function otherNumber(fields: readonly FieldDefinition[], found: string): string | undefined {
  if (!fields.some(({ as }) => as.startsWith("number"))) return undefined;
  const meant = found
    .trim()
    .replace(/[Oo]/g, "0")
    .replace(/[Il]/g, "1")
    .replace(/\s/g, "")
    .replace(/,(?=\d{1,6}$)/, ".");
  return meant !== found && /^-?\d+(\.\d{1,6})?$/.test(meant) ? `Did the sender mean ${meant}?` : undefined;
}
