/** Writing lines whose fields hold for every object below them: anew when they change, or for every object. */
import type { FieldDefinition, LineDefinition, MappingDefinition } from "./definition.ts";
import { isCarried, listsOf } from "./lines.ts";
import { getAt } from "./paths.ts";
import { admits } from "./requirements.ts";
import type { Held } from "./run.ts";
import { type GetValue, valueAt, type Writing, writeFinding } from "./write-fields.ts";
import { type Cut, checkTimes, type Numbered, unwritten, type WriteLine } from "./write-lists.ts";
import { type BuildSegment, put } from "./write-segment.ts";

/** Neighbours below a carrying line: written for a run from its first object, or from the object around. */
export interface CarriedPart {
  readonly isOfRun: boolean;
  readonly writers: readonly WriteLine[];
}

/** A line whose fields hold for every object below it: written anew when they change, or for every object. */
export function carrying(
  line: LineDefinition,
  build: BuildSegment,
  parts: readonly CarriedPart[],
  definition: MappingDefinition,
): WriteLine {
  const [name = ""] = listsOf(line.below);
  const isAdmitted = admits(line.onlyIf);
  const gets = carriedValues(line);
  const always = line.least > 0 || line.fields.some(({ count }) => count !== undefined);
  const alternatives = alternativesOf(line, definition);
  return (object, writing, cut) => {
    writing.around = object;
    const saysFor = ({ item }: Numbered): boolean => always || gets.some((get) => (get(item, writing) ?? "") !== "");
    // Objects without what is carried stand in front: behind a segment that carries they would inherit from it.
    const among = unwritten(object, name, writing, cut, isAdmitted);
    const items = [...among.filter((held) => !saysFor(held)), ...among.filter(saysFor)];
    let said = 0;
    for (const run of line.each ? items.map((one) => [one]) : runsOf(items, gets, writing)) {
      const [first] = run;
      if (first === undefined) continue;
      if (saysFor(first)) {
        writing.path.push(`${name}[${first.index}]`);
        put(build(first.item, writing, []), writing);
        checkAlternatives(line, alternatives, first.item, object, writing);
        writing.path.pop();
        said += 1;
      }
      const within: Cut = new Map([...cut, [name, run.map(({ item }) => item)]]);
      for (const { isOfRun, writers } of parts) {
        for (const write of writers) write(isOfRun ? first.item : object, writing, within);
      }
      writing.around = object;
    }
    if (said === 0 && line.least > 0 && gets.length === 0) {
      // What only marks a section stands in front of an empty one as well (UNS).
      put(build({}, writing, []), writing);
      said += 1;
    }
    checkTimes(line, name, said, writing);
    return items.length > 0;
  };
}

/** What a line and those carried with it say of each object. */
const carriedValues = (line: LineDefinition): GetValue[] =>
  [line, ...line.below.filter(isCarried)]
    .flatMap(({ fields, pairs }) => [...fields, ...(pairs?.fields.values() ?? [])])
    .filter(({ also }) => !also)
    .flatMap((field) => field.to.map((path) => valueAt(path, field.or)));

/** Neighbours of which all that is carried is the same. */
function runsOf(items: readonly Numbered[], gets: readonly GetValue[], writing: Writing): Numbered[][] {
  const runs: Numbered[][] = [];
  let last: string | undefined;
  for (const held of items) {
    const key = JSON.stringify(gets.map((get) => get(held.item, writing) ?? ""));
    if (key === last) runs.at(-1)?.push(held);
    else runs.push([held]);
    last = key;
  }
  return runs;
}

interface CarriedAlternative {
  readonly field: FieldDefinition;
  readonly own: (from: Held) => string | undefined;
  readonly other: (from: Held) => string | undefined;
  /** Whether nothing but this line says the other field. */
  readonly isOnly: boolean;
}

/** The fields of a carrying line for which one of the object around may stand. */
function alternativesOf(line: LineDefinition, { lines }: MappingDefinition): readonly CarriedAlternative[] {
  const said = new Set(lines.flatMap(filledWithin));
  return line.fields.flatMap((field) => {
    if (field.or === undefined) return [];
    const { path } = field.or;
    return [{ field, own: getAt(field.to[0] ?? []), other: getAt(path), isOnly: !said.has(path.join(".")) }];
  });
}

const filledWithin = (line: LineDefinition): string[] =>
  line.opens !== undefined || line.carries
    ? []
    : [...line.fields.flatMap(({ to }) => to.map((path) => path.join("."))), ...line.below.flatMap(filledWithin)];

/** What is read first is the value of the object around: it has to have one, and the first that is written has to be it. */
function checkAlternatives(
  line: LineDefinition,
  alternatives: readonly CarriedAlternative[],
  item: Held,
  around: Held,
  writing: Writing,
): void {
  for (const { field, isOnly, other, own } of alternatives) {
    const [mine, theirs] = [own(item), other(around)];
    const name = field.or?.path.join(".") ?? "";
    const isFirst = isOnly && !writing.alternatives.has(name);
    writing.alternatives.add(name);
    if (mine === undefined || mine === theirs || (theirs !== undefined && !isFirst)) continue;
    const message = `The value would be read as ${name}, which is ${theirs === undefined ? "absent" : "another"}`;
    const expected = theirs === undefined ? `${name} in the document` : `${theirs} first`;
    writing.findings.push(writeFinding(writing, line.tag, field, "FIELD_NOT_WRITABLE", message, expected, mine));
  }
}

/** Neighbours that are carried, and neighbours that are not. */
export function partsOf(
  lines: readonly LineDefinition[],
): { readonly isOfRun: boolean; readonly lines: LineDefinition[] }[] {
  const parts: { isOfRun: boolean; lines: LineDefinition[] }[] = [];
  for (const line of lines) {
    const isOfRun = isCarried(line);
    const last = parts.at(-1);
    if (last?.isOfRun === isOfRun) last.lines.push(line);
    else parts.push({ isOfRun, lines: [line] });
  }
  return parts;
}
