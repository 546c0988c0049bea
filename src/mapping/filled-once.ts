/** Whether every field of an object is written by one line, and every object of a list by one as well. */
import type { FieldDefinition, LineDefinition } from "./definition.ts";
import { isFilling, writtenPaths } from "./held-fields.ts";
import { isCarried } from "./lines.ts";
import { against } from "./one-way.ts";
import type { Spot } from "./refusal.ts";
import { wordsOf } from "./requirements.ts";

interface Filling {
  readonly spot: Spot;
  readonly path: string;
  readonly line: LineDefinition;
  /** What has to hold for the line to be written: its own `if` and those of the lines above it. */
  readonly when: readonly When[];
}
/** Words by field, the object around in front: `document/basis`. */
type When = ReadonlyMap<string, ReturnType<typeof wordsOf>>;

/** The fields that lines fill in one object, lines without an object of their own included. */
export function scopeOf(lines: readonly LineDefinition[], above: readonly When[]): Filling[] {
  return lines.flatMap((line) => {
    const own: When = new Map(
      line.onlyIf
        .filter(({ any }) => any === undefined)
        .map(({ of, path, values }) => [`${of ?? ""}/${path.join(".")}`, wordsOf(values)] as const),
    );
    const when = own.size === 0 ? above : [...above, own];
    const filled = line.opens !== undefined || line.carries ? [] : fillings(line, when);
    return line.opens === undefined && !line.carries ? [...filled, ...scopeOf(line.below, when)] : filled;
  });
}

function fillings(line: LineDefinition, when: Filling["when"]): Filling[] {
  const of = (field: FieldDefinition): Filling[] =>
    isFilling(field) ? writtenPaths(field).map((path) => ({ spot: field.spot, path: path.join("."), line, when })) : [];
  // Several qualifiers of one pair field are one filling: the first of them is written.
  const paired = [...(line.pairs?.fields.values() ?? [])].flatMap(of);
  const seen = new Set<string>();
  // The places of one text in pieces are one filling as well.
  const [first, ...further] = line.fields.filter(({ pieces }) => pieces !== undefined);
  const places = further.filter((field) => field.to.join("/") === first?.to.join("/"));
  return [
    ...line.fields.filter((field) => !places.includes(field)).flatMap(of),
    ...paired.filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined),
  ];
}

export function checkScope(filled: readonly Filling[], lines: readonly LineDefinition[]): void {
  filled.forEach((one, at) => {
    for (const other of filled.slice(0, at)) {
      if (other.path === one.path && !areApart(one, other)) {
        against(
          one.spot,
          `${one.path} is filled twice, by ${other.line.path} and ${one.line.path}: both would be written`,
          "Fill it once, or say with if for which words of another field each line is.",
        );
      }
    }
  });
  checkOpeners(lines);
  checkScopesBelow(lines);
}

/** Of two lines that open one list, the first writes every object that its `if` admits: without one, all of them. */
function checkOpeners(lines: readonly LineDefinition[]): void {
  const openers = openersOf(lines);
  openers.forEach(({ line }, at) => {
    const before = openers.slice(0, at).find((one) => one.line.opens === line.opens && one.takesAll)?.line;
    if (before === undefined) return;
    against(
      line.spot,
      `${line.path} opens ${line.opens ?? ""} as ${before.path} does, which writes every object of it`,
      "Open another list, or say with if which objects the first line is for.",
    );
  });
}

interface Opener {
  readonly line: LineDefinition;
  /** Whether neither its own `if` nor that of a carrying line above it leaves an object to another line. */
  readonly takesAll: boolean;
}

const openersOf = (lines: readonly LineDefinition[], isCut = false): Opener[] =>
  lines.flatMap((line) => {
    const cut = isCut || (line.onlyIf.length > 0 && (line.carries || line.opens !== undefined));
    return line.opens === undefined ? openersOf(line.below, cut) : [{ line, takesAll: !cut }];
  });

/** Whether two lines are never both written: some field decides between them by different words. */
function areApart(one: Filling, other: Filling): boolean {
  return one.when.some((mine) =>
    other.when.some((theirs) =>
      [...mine].some(([path, words]) => {
        const others = theirs.get(path);
        return others !== undefined && haveNoneInCommon(words, others);
      }),
    ),
  );
}

function haveNoneInCommon(one: ReturnType<typeof wordsOf>, other: ReturnType<typeof wordsOf>): boolean {
  if (one.isNot && other.isNot) return false;
  const [named, rest] = one.isNot ? [other, one] : [one, other];
  return [...named.words].every((word) => rest.words.has(word) === rest.isNot);
}

/** Every line that opens begins an object of its own; what a line carries belongs to the objects opened below it. */
function checkScopesBelow(lines: readonly LineDefinition[], carried: readonly Filling[] = []): void {
  for (const line of lines) {
    if (line.opens !== undefined) {
      checkScope([...carried, ...fillings(line, []), ...scopeOf(line.below, [])], line.below);
    } else if (line.carries) {
      const held = [
        ...carried,
        ...fillings(line, []),
        ...line.below.filter(isCarried).flatMap((one) => fillings(one, [])),
      ];
      checkScopesBelow(line.below, held);
    } else checkScopesBelow(line.below, carried);
  }
}
